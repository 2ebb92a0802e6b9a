"""Whoever may take what, at whatever score: a batch is within its bands, of the best total, and the same in any order."""

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.allocation.allocated import Allocated
from meed.engine.allocation.allocation import Allocation, allocate
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life.stream import replay
from meed.engine.turns.shares import SCALE, ShareLedger

from ..evaluators import checked

Rows = list[dict[str, str]]

KEYS = DrawKeys(b"a seed for nothing but tests")
REPS = "abcd"
SCORES = ["0", "1", "2", "3", "-4", "0.5", "7.125", "1000000"]


def policy_of(sharing: str, *, needs: str = "", rules: str = "", settings: str = "") -> c.Policy:
    choices = "  ".join(f'when rep.id is "{rep}": lead.w{rep}' for rep in REPS[1:])
    return checked(f"""policy "Batch" {{ version: "1"  currency: EUR }}
facts standard
facts rep {{ room: count }}
facts lead {{ may: set of text  big: flag  {"  ".join(f"w{rep}: number" for rep in REPS)} }}
let worth of rep, lead = choose {{ {choices}  otherwise: lead.wa }}
let held of rep = count of lead where lead.owner is rep
assign lead {{
  {settings}
  needs rep.id in lead.may {needs}
  {rules}
  otherwise to any rep by {sharing}
  if nobody hold "desk"
}}
""")


BEST = policy_of("best worth")
WEIGHTED = policy_of("capability_weighted worth")
TURNS = policy_of("round_robin")
POOLS = policy_of(
    "best worth", rules="rule big when lead.big\n  to any rep by capability_weighted worth\n  if nobody next"
)
LIMITED = policy_of("best worth", needs="and held < rep.room")
DAILY = policy_of("best worth", settings="batch: daily")


@st.composite
def batches(draw: st.DrawFn, *, most: int = 6, reps: int = 4) -> tuple[Rows, Rows]:
    """Reps with some room, and leads that say who may take them and what each is worth there."""
    names = REPS[: draw(st.integers(1, reps))]
    random, leads = Random(draw(st.integers(0, 2**32))), draw(st.integers(0, most))
    scores = random.choice([SCORES, SCORES[:2], ["1"]])
    chance = random.choice([10, 6, 3])
    owners = [random.choice(names) if random.randint(1, 12) == 1 else "" for _ in range(leads)]
    return [{"id": rep, "room": str(random.randint(0, 3))} for rep in names], [
        {
            "id": f"L{number:02d}",
            "created": f"2026-{'02' if owner else '03'}-{random.randint(1, 3):02d} {random.randint(0, 23):02d}:00",
            "may": ";".join(rep for rep in names if random.randint(1, 10) <= chance),
            "big": random.choice(["yes", "no"]),
            "owner": owner,
        }
        | {f"w{rep}": random.choice(scores) for rep in REPS}
        for number, owner in enumerate(owners)
    ]


def opened(policy: c.Policy, reps: Rows, leads: Rows) -> Facts:
    raw = {"rep": RawTable("rep", {name: [row[name] for row in reps] for name in reps[0]})}
    if not leads:
        return open_facts(policy, raw, "assign", empty=frozenset({"lead"}))[0]
    raw["lead"] = RawTable("lead", {name: [row[name] for row in leads] for name in leads[0]})
    return open_facts(policy, raw, "assign", strict=True)[0]


def allocated(policy: c.Policy, reps: Rows, leads: Rows, ledger: ShareLedger | None = None) -> Allocation:
    return allocate(policy, opened(policy, reps, leads), KEYS, ledger=ledger)


def as_text(made: Allocation) -> str:
    return json.dumps([one.as_json() for one in made.outcomes], ensure_ascii=False) + json.dumps(made.ledger.snapshot())


def candidates(lead: dict[str, str], *, weighted: bool) -> list[str]:
    """Who may have a lead, read from the rows alone."""
    reps = [rep for rep in lead["may"].split(";") if rep]
    return [rep for rep in reps if not weighted or Fraction(lead[f"w{rep}"]) > 0]


def owed_to(leads: Rows, *, weighted: bool) -> dict[str, Fraction]:
    owed: dict[str, Fraction] = {}
    for lead in leads:
        reps = candidates(lead, weighted=weighted)
        weights = {rep: Fraction(lead[f"w{rep}"]) if weighted else Fraction(1) for rep in reps}
        for rep in reps:
            owed[rep] = owed.get(rep, Fraction(0)) + weights[rep] / sum(weights.values())
    return owed


def every_way(leads: Rows, *, weighted: bool) -> Iterator[tuple[str, ...]]:
    return product(*(candidates(lead, weighted=weighted) for lead in leads))


# --- floor, ceiling, best total ------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "weighted"), [(BEST, False), (WEIGHTED, True), (TURNS, False)])
@given(data=st.data())
@settings(deadline=None)
def test_everybody_has_the_floor_or_the_ceiling_and_no_way_within_them_is_better(
    policy: c.Policy, weighted: bool, data: st.DataObject
) -> None:
    reps, leads = data.draw(batches())
    made = allocated(policy, reps, leads)
    rep_of = {one.key: one.rep for one in made.outcomes}
    open_ = [lead for lead in leads if not lead["owner"]]
    shared = [lead for lead in open_ if candidates(lead, weighted=weighted)]
    assert sorted(rep_of) == [lead["id"] for lead in open_]
    assert sorted(made.kept) == [lead["id"] for lead in leads if lead["owner"]]
    assert all((rep_of[lead["id"]] is None) == (lead not in shared) for lead in open_)
    assert all(rep_of[lead["id"]] in candidates(lead, weighted=weighted) for lead in shared)
    owed = owed_to(shared, weighted=weighted)
    got = Counter(rep_of[lead["id"]] for lead in shared)
    assert all(owed[rep].__floor__() <= got[rep] <= owed[rep].__ceil__() for rep in owed)
    if policy is TURNS or not shared:
        return
    within = [
        way for way in every_way(shared, weighted=weighted)
        if all(owed[rep].__floor__() <= way.count(rep) <= owed[rep].__ceil__() for rep in owed)
    ]  # fmt: skip
    total = lambda way: sum(Fraction(lead[f"w{rep}"]) for lead, rep in zip(shared, way, strict=True))  # noqa: E731
    ours = total([rep_of[lead["id"]] for lead in shared])
    assert ours == max(map(total, within))
    [price] = made.batches[0].prices
    assert price.exact
    assert price.with_ == ours
    assert price.without == max(map(total, every_way(shared, weighted=weighted)))
    assert price.difference >= 0


@given(batches(most=10))
def test_among_equals_a_batch_gives_what_turns_one_by_one_give_where_that_keeps_the_bands(
    batch: tuple[Rows, Rows],
) -> None:
    reps, leads = batch
    *_, (turns, _) = replay(TURNS, opened(TURNS, reps, leads), KEYS)
    open_ = [lead for lead in leads if not lead["owner"] and lead["may"]]
    owed, got = owed_to(open_, weighted=False), Counter(d.rep for d in turns.decisions if d.rep)
    if all(owed[rep].__floor__() <= got[rep] <= owed[rep].__ceil__() for rep in owed):
        ours = [(one.key, one.rep) for one in allocated(TURNS, reps, leads).outcomes]
        assert ours == [(d.key, d.rep) for d in turns.decisions]


@given(batches(most=6))
@settings(deadline=None)
def test_in_several_pools_the_bands_hold_in_each_and_in_all(batch: tuple[Rows, Rows]) -> None:
    made = allocated(POOLS, *batch)
    for one in made.batches:
        assert all(line.within for line in one.lines)
        for rep in {line.rep for line in one.lines}:
            owed = sum((Fraction(line.owed) for line in one.lines if line.rep == rep), Fraction(0))
            got = sum(line.got for line in one.lines if line.rep == rep)
            assert owed.__floor__() <= got <= owed.__ceil__()


# --- the same in any order -----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [BEST, POOLS, LIMITED, DAILY])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_a_batch_is_the_same_whatever_the_order_of_rows(policy: c.Policy, data: st.DataObject) -> None:
    reps, leads = data.draw(batches(most=9))
    random = data.draw(st.randoms(use_true_random=False))
    first = as_text(allocated(policy, reps, leads))
    assert as_text(allocated(policy, reps, leads)) == first
    assert as_text(allocated(policy, random.sample(reps, len(reps)), random.sample(leads, len(leads)))) == first


# --- limits, credits, explanation ----------------------------------------------------------------------------


@given(batches(most=8))
@settings(deadline=None)
def test_nobody_is_given_more_than_a_condition_lets_them_take(batch: tuple[Rows, Rows]) -> None:
    reps, leads = batch
    made = allocated(LIMITED, reps, leads)
    room = {rep["id"]: int(rep["room"]) for rep in reps}
    held = Counter(lead["owner"] for lead in leads if lead["owner"])
    for one in made.outcomes:
        if one.rep is not None:
            held[one.rep] += 1
            assert held[one.rep] <= room[one.rep]
    assert len({one.key for one in made.outcomes}) == len(made.outcomes) == sum(not lead["owner"] for lead in leads)
    for one in made.outcomes:
        if one.rep is None:  # nobody who may have it has room left
            may = next(lead["may"] for lead in leads if lead["id"] == one.key)
            assert all(held[rep] >= room[rep] for rep in may.split(";") if rep)


@given(st.lists(batches(most=5), min_size=1, max_size=6), st.integers(0, 2**32))
@settings(deadline=None)
def test_credits_go_on_and_keep_the_promise_through_batches_and_turns(days: list[tuple[Rows, Rows]], seed: int) -> None:
    random, ledger = Random(seed), ShareLedger()
    for reps, leads in days:
        if random.random() < 0.4:
            *_, (turns, _) = replay(WEIGHTED, opened(WEIGHTED, reps, leads), KEYS, ledger=ledger)
            assert all(line.within for line in turns.fairness())
        else:
            made = allocated(WEIGHTED, reps, leads, ledger)
            for one in made.batches:
                for line in one.lines:
                    assert line.credit == ledger.credit(line.pool, line.rep) / Fraction(SCALE)
                    if line.within and line.carried + line.near >= 0:
                        assert abs(line.credit) <= 1
        for pool in ledger.snapshot():
            credits_now = ledger.credits(pool)
            assert sum(credits_now.values()) == 0
            assert all(ledger.promise(pool).allows(credit) for credit in credits_now.values())


@given(batches(most=8))
@settings(deadline=None)
def test_whoever_scored_better_was_kept_out_by_a_band(batch: tuple[Rows, Rows]) -> None:
    made = allocated(BEST, *batch)
    leads = {lead["id"]: lead for lead in batch[1]}
    for one in made.outcomes:
        if not isinstance(one, Allocated):
            continue
        scores = {rep: Fraction(leads[one.key][f"w{rep}"]) for rep in candidates(leads[one.key], weighted=False)}
        ahead = sorted((rep for rep in scores if scores[rep] > scores[one.rep]), key=lambda rep: (-scores[rep], rep))
        assert one.rank == 1 + len(ahead)
        assert one.candidates == len(scores)
        assert [better.rep for better in one.better] == ahead[:3]
        assert all("may not have" in better.because for better in one.better)
