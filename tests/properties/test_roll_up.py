"""Roll-up: everybody above the owner is credited, once a deal, whatever the hierarchy looks like."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.calendar.periods import Period
from meed.engine.columns.columnar import Columns
from meed.engine.pay.simulation import run
from meed.engine.scalars.scalar import Evaluator

from ..evaluators import by_columns, by_statements, checked, facts_of
from .sales import table

YEAR = Period.parse("2026")
POLICY = """policy "Roll-up" { version: "1"  currency: USD }
facts standard
facts deal { closed: date  second: rep }
credit rolled to every rep above deal.owner on deal.closed = deal.amount
credit shared to every rep above deal.owner 60%, every rep above deal.second 40% on deal.closed = deal.amount
credit group to deal.owner on deal.closed = deal.amount
credit group to every rep above deal.owner on deal.closed = deal.amount
scheme all for every rep per month { pay override = 1% of rolled  pay half = 1% of shared  pay group = 2% of group }
"""

managers = st.integers(1, 7).flatmap(
    lambda reps: st.lists(st.one_of(st.none(), st.integers(0, reps - 1)), min_size=reps, max_size=reps)
)
deals = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(-900, 900)), max_size=8)


def above(manager: list[int | None], rep: int) -> list[int]:
    """The chain by the plain loop, and without the rep itself."""
    found: list[int] = []
    up = manager[rep]
    while up is not None and up != rep and up not in found:
        found.append(up)
        up = manager[up]
    return found


def circles(manager: list[int | None], rep: int) -> bool:
    """Whether the way up leads back to somebody."""
    up, steps = manager[rep], 0
    while up is not None and steps <= len(manager):
        up, steps = manager[up], steps + 1
    return up is not None


def facts_for(manager: list[int | None], sold: list[tuple[int, int, int]]) -> Any:
    reps = [{"id": f"R{at}", "manager": f"R{up}" if up is not None else None} for at, up in enumerate(manager)]
    rows = [
        {
            "id": f"D{at}", "owner": f"R{owner % len(manager)}", "second": f"R{second % len(manager)}",
            "amount": str(amount), "closed": f"2026-{at % 3 + 1:02}-10",
        }
        for at, (owner, second, amount) in enumerate(sold)
    ]  # fmt: skip
    return {"rep": table(reps, ("id", "manager")), "deal": table(rows, ("id", "owner", "second", "amount", "closed"))}


@given(managers, deals)
@example([1, 2, 0], [(0, 1, 100)])
@example([1, 1], [(0, 0, 100)])
@example([None, 0, 0, 1, 1, 2, 2], [(3, 6, 7), (0, 0, 5)])
def test_everybody_above_is_credited_once_a_deal(manager: list[int | None], sold: list[tuple[int, int, int]]) -> None:
    policy = checked(POLICY)
    facts = facts_of(policy, facts_for(manager, sold))
    ledger, book = Columns(policy, facts).ledger("rolled"), Evaluator(policy, facts).book
    posted = list(zip(ledger.rows.tolist(), ledger.recipients.tolist(), strict=True))
    assert len(set(posted)) == len(posted)
    due = {
        (row, up): amount * 100
        for row, (owner, _, amount) in enumerate(sold)
        for up in above(manager, owner % len(manager))
    }
    assert dict(zip(posted, ledger.values.to_fractions(), strict=True)) == due
    forever = (-(1 << 39), 1 << 39)
    by_book = [(one.row, rep) for rep in range(len(manager)) for one in book.of("rolled", rep).between(*forever)]
    assert sorted(by_book) == sorted(posted)


@given(managers, deals)
def test_both_evaluators_pay_the_same_and_a_circle_is_named(
    manager: list[int | None], sold: list[tuple[int, int, int]]
) -> None:
    policy = checked(POLICY)
    facts = facts_of(policy, facts_for(manager, sold))
    made = run(policy, facts, YEAR)
    assert by_columns(made) == by_statements(policy, facts, YEAR)
    rows = sum(circles(manager, owner % len(manager)) for owner, _, _ in sold)
    named = [remark for remark in made.remarks if remark.startswith("`rolled`:") and "runs in a circle" in remark]
    assert len(named) == (1 if rows else 0)
    assert not named or f"{rows} deal row" in named[0]


@given(managers, deals)
def test_who_stands_above_both_owners_gets_the_whole_deal_once(
    manager: list[int | None], sold: list[tuple[int, int, int]]
) -> None:
    policy = checked(POLICY)
    ledger = Columns(policy, facts_of(policy, facts_for(manager, sold))).ledger("shared")
    got = dict(
        zip(
            zip(ledger.rows.tolist(), ledger.recipients.tolist(), strict=True),
            ledger.values.to_fractions(),
            strict=True,
        )
    )
    for row, (owner, second, amount) in enumerate(sold):
        chains = [set(above(manager, person % len(manager))) for person in (owner, second)]
        for up in chains[0] & chains[1]:
            assert got[row, up] == amount * 100
        for up in chains[0] ^ chains[1]:
            assert got[row, up] in {amount * 60, amount * 40}
