"""Totals are the sums of the lines, and nobody is left out."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.calendar.periods import Period
from meed.engine.pay.simulation import Run, run
from meed.engine.pay.totals import rep_totals, statement_totals

from ..evaluators import checked, facts_of

POLICY = checked(
    """
policy "P" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount
scheme hunters for competitive per month {
  pay commission over quarter = marginal bookings { from 0: 5%  from 1_000: 10% } at most 300
}
scheme all for achievement per quarter { pay seniority = 10  pay share = 1% of bookings }
"""
)
YEAR = Period.parse("2026")
DEALS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([-500, 3, 700, 10**17]), st.integers(1, 12)), max_size=12
)


def made_of(deals: list[tuple[str, int, int]]) -> Run:
    reps = {"id": list("abc"), "type": ["competitive", "achievement", "conservative"]}
    rows = {
        "id": [f"D{number}" for number in range(len(deals))],
        "owner": [owner for owner, _, _ in deals],
        "amount": [str(amount) for _, amount, _ in deals],
        "closed": [f"2026-{month:02d}-11" for _, _, month in deals],
    }
    return run(POLICY, facts_of(POLICY, {"rep": reps, "deal": rows}), YEAR)


@settings(max_examples=40)
@given(DEALS)
def test_totals_are_the_sums_of_lines(deals: list[tuple[str, int, int]]) -> None:
    made = made_of(deals)
    lines = made.lines
    expected: Counter[tuple[int, str]] = Counter()
    for rep, period, amount in zip(lines.rep.tolist(), lines.period.tolist(), lines.amount.tolist(), strict=True):
        expected[rep, str(lines.periods[period])] += amount
    totals = statement_totals(made)
    found = {
        (rep, str(totals.periods[period])): amount
        for rep, period, amount in zip(totals.rep.tolist(), totals.period.tolist(), totals.amount.tolist(), strict=True)
    }
    assert {key: amount for key, amount in found.items() if amount} == {k: a for k, a in expected.items() if a}
    assert [key for key, _ in found if key == 2] == [2]
    assert sum(key == 0 for key, _ in found) == 12
    by_rep = rep_totals(made).tolist()
    assert by_rep == [sum(amount for (rep, _), amount in expected.items() if rep == row) for row in range(3)]
    assert made.total == sum(by_rep)
    assert list(zip(totals.rep.tolist(), totals.period.tolist(), strict=True)) == sorted(
        zip(totals.rep.tolist(), totals.period.tolist(), strict=True)
    )
