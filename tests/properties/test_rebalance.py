"""Whatever people hold and whoever may have it: moves are few, allowed, proved, and the same in any order."""

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
from meed.engine.allocation.allocation import Allocation, allocate
from meed.engine.allocation.rebalance import BandAsked, Rebalancing, rebalance
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.turns.shares import SCALE, ShareLedger

from ..evaluators import checked

Rows = list[dict[str, str]]

REPS = "abc"


def policy_of(settings: str = "", sharing: str = "round_robin") -> c.Policy:
    choices = "  ".join(f'when rep.id is "{rep}": account.w{rep}' for rep in REPS[1:])
    return checked(f"""policy "Held" {{ version: "1"  currency: EUR }}
facts standard
facts account {{ may: set of text  tie: number  {"  ".join(f"w{rep}: number" for rep in REPS)} }}
let worth of rep, account = choose {{ {choices}  otherwise: account.wa }}
let dear of account = account.tie
assign account {{
  {settings}
  needs rep.id in account.may
  otherwise to any rep by {sharing}
  if nobody hold "desk"
}}
""")


UNITS, FIT = policy_of(), policy_of("moves: free", "best worth")
DEAR = policy_of("moves: dear")
VALUES = policy_of("fair_in: potential")


@st.composite
def books(draw: st.DrawFn, *, most: int = 6, owned: bool = True) -> tuple[Rows, Rows]:
    """Reps, and accounts with an owner who need not be among those who may have them."""
    names = REPS[: draw(st.integers(1, len(REPS)))]
    random, accounts = Random(draw(st.integers(0, 2**32))), draw(st.integers(1, most))
    chance = random.choice([10, 6, 3])
    return [{"id": rep} for rep in names], [
        {
            "id": f"A{number:02d}",
            "owner": random.choice(names[: random.randint(1, len(names))]) if owned else "",
            "may": ";".join(rep for rep in names if random.randint(1, 10) <= chance),
            "tie": str(random.randint(0, 3)),
            "potential": str(random.choice([0, 1, 2, 3, 5, 8])),
        }
        | {f"w{rep}": str(random.randint(0, 3)) for rep in REPS}
        for number in range(accounts)
    ]


def opened(policy: c.Policy, reps: Rows, accounts: Rows) -> Facts:
    raw = {
        "rep": RawTable("rep", {"id": [row["id"] for row in reps]}),
        "account": RawTable("account", {name: [row[name] for row in accounts] for name in accounts[0]}),
    }
    return open_facts(policy, raw, "assign", strict=True)[0]


def evened(
    policy: c.Policy, reps: Rows, accounts: Rows, asked: BandAsked, ledger: ShareLedger | None = None
) -> Rebalancing:
    return rebalance(policy, opened(policy, reps, accounts), asked, at=0, ledger=ledger)


def every_way(accounts: Rows) -> Iterator[tuple[str, ...]]:
    """Every account with its owner, or with somebody who may have it."""
    return product(*(sorted({row["owner"], *filter(None, row["may"].split(";"))}) for row in accounts))


def misses(made: Rebalancing, totals: Counter[str]) -> Fraction:
    """By how much totals are outside of the bands; money in its smallest unit."""
    return sum(
        (max(totals[one.rep] - one.high, one.low - totals[one.rep], Fraction(0)) for one in made.lines), Fraction(0)
    )


def totals_of(accounts: Rows, way: tuple[str, ...], *, by_value: bool) -> Counter[str]:
    totals: Counter[str] = Counter()
    for row, rep in zip(accounts, way, strict=True):
        totals[rep] += 100 * int(row["potential"]) if by_value else 1
    return totals


def way_of(made: Rebalancing, accounts: Rows) -> tuple[str, ...]:
    to = {move.key: move.to for move in made.moves}
    return tuple(to.get(row["id"], row["owner"]) for row in accounts)


def moves_of(accounts: Rows, way: tuple[str, ...]) -> int:
    return sum(rep != row["owner"] for row, rep in zip(accounts, way, strict=True))


BANDS = st.sampled_from([BandAsked(Fraction(0)), BandAsked(Fraction(1, 10)), BandAsked(Fraction(1, 2))])


@pytest.mark.parametrize("by_value", [False, True])
@given(book=books(), asked=BANDS)
@settings(deadline=None)
def test_no_way_misses_the_bands_by_less_nor_makes_fewer_moves(
    by_value: bool, book: tuple[Rows, Rows], asked: BandAsked
) -> None:
    reps, accounts = book
    made = evened(VALUES if by_value else UNITS, reps, accounts, asked)
    ways = {way: totals_of(accounts, way, by_value=by_value) for way in every_way(accounts)}
    ours = way_of(made, accounts)
    assert ours in ways
    assert len(made.moves) == moves_of(accounts, ours)
    assert {one.rep: one.after for one in made.lines} == {one.rep: ways[ours][one.rep] for one in made.lines}
    assert sum(one.before for one in made.lines) == sum(one.after for one in made.lines)
    assert made.searched
    assert made.cost == made.bound == len(made.moves)
    assert made.missed == misses(made, ways[ours])
    if not made.missed:
        within = [way for way, totals in ways.items() if not misses(made, totals)]
        assert len(made.moves) == min(moves_of(accounts, way) for way in within)
        assert len(made.moves) >= made.least
    else:
        least = min(misses(made, totals) for totals in ways.values())
        assert made.missed == made.least_missed == least
        near = [way for way, totals in ways.items() if misses(made, totals) == least]
        assert len(made.moves) == min(moves_of(accounts, way) for way in near)
        assert all(one.blocked for one in made.lines if not one.within)


@given(book=books(most=9), asked=BANDS)
@settings(deadline=None)
def test_where_anybody_may_have_anything_units_take_no_more_moves_than_the_bound(
    book: tuple[Rows, Rows], asked: BandAsked
) -> None:
    reps, accounts = book
    accounts = [{**row, "may": ";".join(rep["id"] for rep in reps)} for row in accounts]
    made = evened(UNITS, reps, accounts, asked)
    assert len(made.moves) == made.least
    assert all(one.within for one in made.lines)


@given(book=books(), asked=BANDS)
@settings(deadline=None)
def test_what_is_dear_is_moved_last_and_the_best_fit_comes_first_where_moves_are_free(
    book: tuple[Rows, Rows], asked: BandAsked
) -> None:
    reps, accounts = book
    dear, free = evened(DEAR, reps, accounts, asked), evened(FIT, reps, accounts, asked)
    ways = {way: totals_of(accounts, way, by_value=False) for way in every_way(accounts)}
    cost = lambda way: sum(int(row["tie"]) for row, rep in zip(accounts, way, strict=True) if rep != row["owner"])  # noqa: E731
    for made in (dear, free):
        within = [way for way, totals in ways.items() if not misses(made, totals)]
        ours = way_of(made, accounts)
        if within and made is dear:
            assert cost(ours) == made.cost == min(map(cost, within))
        elif within and any(row["may"] for row in accounts):  # who may go to nobody is measured by nothing
            assert fit(accounts, ours) == max(fit(accounts, way) for way in within)


def fit(accounts: Rows, way: tuple[str, ...]) -> int:
    return sum(int(row[f"w{rep}"]) for row, rep in zip(accounts, way, strict=True) if row["may"])


@pytest.mark.parametrize("policy", [UNITS, FIT, DEAR, VALUES])
@given(book=books(most=8), asked=BANDS, random=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_moves_are_the_same_whatever_the_order_of_rows(
    policy: c.Policy, book: tuple[Rows, Rows], asked: BandAsked, random: Random
) -> None:
    reps, accounts = book
    text = lambda made: json.dumps([[str(cell) for cell in (m.key, m.from_, m.to, m.because)] for m in made.moves])  # noqa: E731
    first = text(evened(policy, reps, accounts, asked))
    again = evened(policy, random.sample(reps, len(reps)), random.sample(accounts, len(accounts)), asked)
    assert text(again) == first


@pytest.mark.parametrize("by_value", [False, True])
@given(book=books(), asked=BANDS)
@settings(deadline=None)
def test_moves_are_posted_so_that_turns_do_not_take_them_back(
    by_value: bool, book: tuple[Rows, Rows], asked: BandAsked
) -> None:
    ledger = ShareLedger()
    made = evened(VALUES if by_value else UNITS, *book, asked, ledger)
    worth = {row["id"]: 100 * int(row["potential"]) if by_value else 1 for row in book[1]}
    for pool in ledger.snapshot():
        given: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        for move in made.moves:
            assert move.pool == pool
            given[move.from_] += worth[move.key]
            taken[move.to] += worth[move.key]
        assert all(ledger.credit(pool, rep["id"]) == SCALE * (given[rep["id"]] - taken[rep["id"]]) for rep in book[0])
        assert all(ledger.promise(pool).allows(credit) for credit in ledger.credits(pool).values())


# --- shared out by value -------------------------------------------------------------------------------------


def shared_by_value(reps: Rows, accounts: Rows, ledger: ShareLedger) -> Allocation:
    return allocate(VALUES, opened(VALUES, reps, accounts), DrawKeys(bytes(32)), ledger=ledger, at=0)


@given(st.lists(books(most=8, owned=False), min_size=1, max_size=4))
@settings(deadline=None)
def test_by_value_nobody_is_off_by_more_than_the_largest_fact_and_number_is_fair_too(
    days: list[tuple[Rows, Rows]],
) -> None:
    ledger = ShareLedger()
    for number, (reps, accounts) in enumerate(days):
        made = shared_by_value(reps, accounts, ledger)
        worth = {row["id"]: 100 * int(row["potential"]) for row in accounts}
        shared = [row for row in accounts if row["may"]]
        got: Counter[str] = Counter()
        count: Counter[str] = Counter()
        for one in made.outcomes:
            if one.rep is not None:
                got[one.rep] += worth[one.key]
                count[one.rep] += 1
        assert sum(count.values()) == len(shared)
        for one in made.batches[0].lines:
            assert one.within
            own = [row for row in shared if one.rep in row["may"].split(";")]
            owed = sum((Fraction(worth[row["id"]], len(row["may"].split(";"))) for row in own), Fraction(0))
            facts = sum((Fraction(1, len(row["may"].split(";"))) for row in own), Fraction(0))
            assert abs(one.near - owed) < Fraction(1, 10**6)
            assert one.credit == one.carried + one.near - one.got
            assert one.got == got[one.rep]
            if number == 0:
                assert abs(got[one.rep] - owed) <= max(worth[row["id"]] for row in own)
                assert facts.__floor__() <= count[one.rep] <= facts.__ceil__()
        assert all(sum(ledger.credits(pool).values()) == 0 for pool in ledger.snapshot())
