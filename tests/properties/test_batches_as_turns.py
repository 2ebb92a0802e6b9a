"""What the head of an `assign` says of turns holds in batches: newcomers, returns, ties by waiting, a band."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.allocation.allocation import Allocation, allocate
from meed.engine.life.stream import replay
from meed.engine.turns.beginnings import BeginsAt, moves_of_beginning
from meed.engine.turns.shares import SCALE, ShareLedger

from .test_allocation import KEYS, Rows, opened, policy_of

HEADS = [
    f"newcomer: {newcomer}  {leave}  {order}"
    for newcomer, leave, order in product(
        ("zero", "average", "last_in_line"), ("", "leave: 3 days"), ("", "order: longest_waiting")
    )
]
ONE_BY_ONE = {head: policy_of("round_robin", settings=f"batch: hourly  {head}") for head in HEADS}
VALUED = {
    head: policy_of("round_robin", settings=f"batch: hourly  fair_in: value  {head}", rules="")
    for head in (HEADS[0], HEADS[-1])
}
NEWCOMERS: tuple[BeginsAt, ...] = ("average", "last_in_line")
NEW = {word: policy_of("round_robin", settings=f"newcomer: {word}") for word in NEWCOMERS}
BANDS = {band: policy_of("best worth", settings=f"band: {band}") for band in ("0", "0.5", "1", "1.5", "3")}
HOURLY = {band: policy_of("best worth", settings=f"batch: hourly  band: {band}") for band in ("1", "1.5", "3")}


@st.composite
def days(draw: st.DrawFn, *, most: int = 10, least: int = 1) -> tuple[Rows, Rows]:
    """Leads hours or days apart, each with a weight for whoever may have it."""
    names, random = "abcd"[: draw(st.integers(min(2, least), 4))], Random(draw(st.integers(0, 2**32)))
    hour, leads, loved = 0, list[dict[str, str]](), random.choice(["", "a", names[-1]])  # by every lead, or by none
    for number in range(draw(st.integers(least, most))):
        hour += random.choice([1, 2, 30, 80])
        chance = random.choice([10, 6, 3])
        leads.append(
            {
                "id": f"L{number:02d}",
                "created": f"2026-{3 + hour // 720:02d}-{1 + hour // 24 % 30:02d} {hour % 24:02d}:00",
                "may": ";".join(rep for rep in names if random.randint(1, 10) <= chance),
                "big": "no",
                "value": str(random.randint(0, 9)),
                "owner": "",
            }
            | {f"w{rep}": "9" if rep == loved else str(random.choice([0, 1, 1, 2, 5])) for rep in "abcd"}
        )
    return [{"id": rep, "room": "9"} for rep in names], leads


def told(ledger: ShareLedger) -> dict[str, dict[str, object]]:
    """Credits of a ledger, who was there when, and the line, pool by pool."""
    return {
        pool: {word: held.get(word) for word in ("credits", "seen", "turns", "line")}
        for pool, held in ledger.snapshot().items()
    }


@given(head=st.sampled_from(HEADS), stream=days())
@settings(deadline=None, max_examples=100)
def test_a_batch_of_one_lead_gives_what_the_turn_gives(head: str, stream: tuple[Rows, Rows]) -> None:
    policy = ONE_BY_ONE[head]
    *_, (turns, _) = replay(policy, opened(policy, *stream), KEYS)
    made = allocate(policy, opened(policy, *stream), KEYS)
    assert all(len(batch.outcomes) == 1 for batch in made.batches)
    assert [(one.key, one.rep) for one in made.outcomes] == [(d.key, d.rep) for d in turns.decisions]
    assert told(made.ledger) == told(turns.ledger)
    begun = [one for decision in turns.decisions for tried in decision.tried for one in tried.begun]
    assert [one for batch in made.batches for one in batch.begun] == begun


@given(head=st.sampled_from(list(VALUED)), stream=days(most=6))
@settings(deadline=None, max_examples=25)
def test_in_pools_of_value_the_same_begin_with_the_same_credits(head: str, stream: tuple[Rows, Rows]) -> None:
    reps, leads = stream[0], [lead | {"value": str(1 + int(lead["value"]))} for lead in stream[1]]
    policy = VALUED[head]
    *_, (turns, _) = replay(policy, opened(policy, reps, leads), KEYS)
    made = allocate(policy, opened(policy, reps, leads), KEYS)
    begun = [one for decision in turns.decisions for tried in decision.tried for one in tried.begun]
    assert [(one.pool, one.rep, one.at, one.back) for batch in made.batches for one in batch.begun] == [
        (one.pool, one.rep, one.at, one.back) for one in begun
    ]


@given(newcomer=st.sampled_from(NEWCOMERS), stream=days(), more=days(most=6))
@settings(deadline=None, max_examples=40)
def test_whoever_shares_in_a_batch_is_there_when_others_begin(
    newcomer: BeginsAt, stream: tuple[Rows, Rows], more: tuple[Rows, Rows]
) -> None:
    """The credits of all of a pool before the batch give what each newcomer begins with, in the declared order."""
    policy = NEW[newcomer]
    reps = [{"id": rep, "room": "9"} for rep in "abcd"]
    ledger = allocate(policy, opened(policy, stream[0], stream[1]), KEYS).ledger
    held = ledger.credits("lead/otherwise/1")
    made = allocate(policy, opened(policy, reps, more[1]), KEYS, ledger=ledger)
    contend = sorted({rep for lead in more[1] for rep in lead["may"].split(";") if rep})
    there, expected = [rep for rep in contend if rep in held], []
    for rep in contend:
        if rep not in held and there:
            moves = moves_of_beginning(newcomer, rep, held, there)
            held = {key: held.get(key, 0) + moves.get(key, 0) for key in {*held, *moves, rep}}
            there.append(rep)
            expected.append((rep, held[rep], moves))
    begun = [one for batch in made.batches for one in batch.begun]
    assert [(one.rep, one.credit, dict(one.moves)) for one in begun] == expected
    credits_now = ledger.credits("lead/otherwise/1")
    assert sum(credits_now.values()) == 0
    assert all(ledger.promise("lead/otherwise/1").allows(credit) for credit in credits_now.values())


# --- a band --------------------------------------------------------------------------------------------------


def ways(leads: Rows) -> Iterator[tuple[str, ...]]:
    return product(*([rep for rep in lead["may"].split(";") if rep] for lead in leads))


def owed_by(leads: Rows) -> dict[str, Fraction]:
    owed: dict[str, Fraction] = {}
    for lead in leads:
        reps = [rep for rep in lead["may"].split(";") if rep]
        for rep in reps:
            owed[rep] = owed.get(rep, Fraction(0)) + Fraction(1, len(reps))
    return owed


def allocated(policy: c.Policy, stream: tuple[Rows, Rows], ledger: ShareLedger | None = None) -> Allocation:
    return allocate(policy, opened(policy, *stream), KEYS, ledger=ledger)


@given(band=st.sampled_from(list(BANDS)), stream=days(most=6))
@settings(deadline=None, max_examples=80)
def test_no_way_within_the_band_is_better_and_nobody_is_outside_of_it(band: str, stream: tuple[Rows, Rows]) -> None:
    made, wide = allocated(BANDS[band], stream), Fraction(band)
    shared = [lead for lead in stream[1] if lead["may"]]
    if not shared:
        return
    owed, rep_of = owed_by(shared), {one.key: one.rep for one in made.outcomes}
    least = {rep: min(due.__floor__(), (due - wide).__ceil__()) for rep, due in owed.items()}
    most = {rep: max(due.__ceil__(), (due + wide).__floor__()) for rep, due in owed.items()}
    got = Counter(rep_of[lead["id"]] for lead in shared)
    assert all(least[rep] <= got[rep] <= most[rep] for rep in owed)
    total = lambda way: sum(Fraction(lead[f"w{rep}"]) for lead, rep in zip(shared, way, strict=True))  # noqa: E731
    within = [way for way in ways(shared) if all(least[rep] <= way.count(rep) <= most[rep] for rep in owed)]
    assert total([rep_of[lead["id"]] for lead in shared]) == max(map(total, within))
    [price] = made.batches[0].prices
    assert price.without == max(map(total, ways(shared)))
    assert all(line.within and line.banded for line in made.batches[0].lines)


@given(
    band=st.sampled_from(list(BANDS)),
    streams=st.lists(days(least=4, most=8), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=40)
def test_the_promise_holds_through_turns_and_batches_within_a_band(
    band: str, streams: list[tuple[Rows, Rows]], seed: int
) -> None:
    """No credit passes (n - 1) leads, or (n - 1) bands where that is more."""
    random, ledger, policy, pool = Random(seed), ShareLedger(), BANDS[band], "lead/otherwise/1"
    for stream in streams:
        if random.random() < 0.4:
            *_, (turns, _) = replay(policy, opened(policy, *stream), KEYS, ledger=ledger)
            assert all(line.within for line in turns.fairness())
        else:
            allocated(policy, stream, ledger)
        credits_now = ledger.credits(pool)
        assert sum(credits_now.values()) == 0
        assert all(ledger.promise(pool).allows(credit) for credit in credits_now.values())
        widest = max(Fraction(1), Fraction(band).__ceil__()) * max(0, len(credits_now) - 1)
        assert all(abs(credit) <= widest * SCALE for credit in credits_now.values())


@given(band=st.sampled_from(list(HOURLY)), stream=days(most=8))
@settings(deadline=None, max_examples=40)
def test_within_a_band_a_batch_of_one_lead_gives_what_the_turn_gives(band: str, stream: tuple[Rows, Rows]) -> None:
    """Unless several are owed more than the band: then a batch asks who fits best of those."""
    policy = HOURLY[band]
    *_, (turns, _) = replay(policy, opened(policy, *stream), KEYS)
    made = allocate(policy, opened(policy, *stream), KEYS)
    for batch, decision in zip(made.batches, turns.decisions, strict=True):
        tried = decision.tried[-1] if decision.tried else None
        if tried is not None and tried.band is not None and len(tried.band.overdue) > 1:
            return
        assert [(one.key, one.rep) for one in batch.outcomes] == [(decision.key, decision.rep)]


def test_best_goes_as_far_as_the_band_and_the_promise_says_so() -> None:
    reps = [{"id": rep, "room": "9"} for rep in "ab"]
    row = {"may": "a;b", "big": "no", "value": "1", "owner": "", "wa": "9", "wb": "1", "wc": "0", "wd": "0"}
    leads = [{"id": f"L{number}", "created": f"2026-03-01 0{number}:00", **row} for number in range(8)]
    ledger, pool = ShareLedger(), "lead/otherwise/1"
    made = allocated(BANDS["3"], (reps, leads), ledger)
    assert Counter(one.rep for one in made.outcomes) == {"a": 7, "b": 1}
    assert ledger.credit(pool, "a") == -3 * SCALE
    assert (ledger.promise(pool).over, ledger.promise(pool).under) == (3, 3)
    again = allocated(BANDS["3"], (reps, leads[:4]), ledger)
    assert [one.rep for one in again.outcomes].count("a") == 2, "what is left of the band is what was owed"
