"""Why one more sale pays nothing: the clause that decides is named."""

import pytest

from meed.dsl import SourceFile, check
from meed.engine.calendar.periods import Period
from meed.engine.pay.simulation import run
from meed.policies.stops import NOTHING, stops

from ..evaluators import facts_of

HEAD = """policy "Pay" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
let attainment of rep = bookings / rep.quota else 0%
"""


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("pay commission = 5% of bookings at most 10", ["`commission` limited by `at most 10`"]),
        (
            "pay commission = 5% of bookings when attainment >= 200%",
            ["`commission` stopped by `when attainment >= 200%`"],
        ),
        ("pay commission = 5% of bookings  total at least 900", ["`total` raised by `at least 900`"]),
        ("pay commission = 5% of bookings at most 10  total at most 5", ["`total` limited by `at most 5`"]),
        ("pay base = 500", [NOTHING]),
        ("pay a = 5% of bookings at most 10  pay b = 1% of bookings at most 500", ["`a` limited by `at most 10`"]),
    ],
)
def test_the_clause_that_decides_is_named(scheme: str, expected: list[str]) -> None:
    policy = check(SourceFile("p.meed", f"{HEAD}scheme all for every rep per quarter {{ {scheme} }}")).policy
    assert policy is not None
    deals = {"id": ["1"], "owner": ["A"], "amount": ["1000"], "stage": ["won"], "closed": ["2026-04-10"]}
    facts = facts_of(policy, {"rep": {"id": ["A"], "quota": ["1000"]}, "deal": deals})
    period = Period.parse("2026-Q2")
    assert stops(run(policy, facts, period), "A", period.end - 1) == expected


def test_a_draw_that_takes_back_is_not_one_that_pays() -> None:
    """January earns 100 and is topped up to 500; February earns 600, and what exceeds 500 goes to the 400 owed."""
    scheme = "pay commission = 10% of bookings  total at least 500 carry 100%"
    text = f"{HEAD}scheme all for every rep per month {{ balance: runs_on  leaver: owes  {scheme} }}"
    policy = check(SourceFile("p.meed", text)).policy
    assert policy is not None
    deals = {
        "id": ["1", "2"], "owner": ["A", "A"], "amount": ["1000", "6000"], "stage": ["won", "won"],
        "closed": ["2026-01-10", "2026-02-10"],
    }  # fmt: skip
    facts = facts_of(policy, {"rep": {"id": ["A"], "quota": ["1000"]}, "deal": deals})
    outcome = run(policy, facts, Period.parse("2026-Q1"))
    days = [Period.parse(month).end - 1 for month in ("2026-01", "2026-02")]
    assert [stops(outcome, "A", day) for day in days] == [
        ["`total` raised by `at least 500 carry 100%`"], ["`total` taken back by `at least 500 carry 100%`"],
    ]  # fmt: skip
