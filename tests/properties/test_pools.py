"""Promises that can be kept: prizes and shares never pay more than the pool, and shares pay all of it."""

from fractions import Fraction

from hypothesis import given, note, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.arrays.rounding import round_fraction, step_of
from meed.engine.facts import Facts
from meed.engine.money import minor_digits
from meed.engine.pay.simulation import run

from ..evaluators import Outcome, by_columns, by_statements, checked, facts_of, year_of
from .policies import CURRENCIES, head
from .sales import sales

GROUPS = {"": None, " within rep.team": "team", " within rep.region": "region"}


def outcome_of(text: str, policy: c.Policy, facts: Facts) -> Outcome:
    note(text)
    made = by_columns(run(policy, facts, year_of(policy)))
    assert made == by_statements(policy, facts, year_of(policy))
    return made


def text_of(head_text: str, component: str) -> str:
    return (
        head_text + 'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
        f"scheme all for every rep per quarter {{ pay part = {component} }}\n"
    )


def paid_by_group(outcome: Outcome, facts: Facts, group: str | None) -> dict[tuple[str, object], list[int]]:
    """The amounts of each period and group; a group of members is there even when nothing is paid."""
    table = facts.table("rep")
    found: dict[tuple[str, object], list[int]] = {}
    amounts = {(line.rep, line.period): amount for line, amount in outcome.lines.items()}
    for rep, period, _ in sorted(outcome.members):
        row = table.row(rep)
        assert row is not None
        key = table.cell(row, group) if group else None
        found.setdefault((period, key), []).append(amounts.get((rep, period), 0))
    return found


@settings(max_examples=60)
@given(
    st.data(), st.sampled_from(CURRENCIES), st.sampled_from(sorted(GROUPS)), st.sampled_from(["share", "first"]),
    st.lists(st.integers(0, 100).map(lambda fives: 5 * fives), min_size=1, max_size=4),
)  # fmt: skip
def test_prizes_never_pay_more_than_is_put_up(
    data: st.DataObject, currency: str, group: str, ties: str, prizes: list[int]
) -> None:
    """Prizes are multiples of what payouts are rounded to; how many there are to win depends on who competes."""
    places = "  ".join(f"{place}: {prize}" for place, prize in enumerate(prizes, start=1))
    tables = data.draw(sales(currency))
    text = text_of(data.draw(heads(currency)), f"prize rank of bookings{group} ties {ties} {{ {places} }}")
    policy = checked(text)
    facts = facts_of(policy, tables)
    for amounts in paid_by_group(outcome_of(text, policy, facts), facts, GROUPS[group]).values():
        assert sum(amounts) == sum(prizes[: len(amounts)]) * 10 ** minor_digits(currency)


@settings(max_examples=60)
@given(
    st.data(), st.sampled_from(CURRENCIES), st.sampled_from(sorted(GROUPS)),
    st.sampled_from(["1", "rep.weight", "rep.goal", "bookings"]), st.integers(-500, 2000), st.integers(1, 7),
)  # fmt: skip
def test_shares_pay_the_pool_and_no_step_more(
    data: st.DataObject, currency: str, group: str, weight: str, units: int, parts: int
) -> None:
    """The pool is seldom whole: it is rounded as payouts are, then cut into whole steps of payouts."""
    tables = data.draw(sales(currency))
    component = f"share ({units} {currency} / {parts}) among every rep{group} by {weight}"
    text = text_of(data.draw(heads(currency)), component)
    policy = checked(text)
    facts = facts_of(policy, tables)
    step = step_of(policy)
    pool = round_fraction(Fraction(units * 10 ** minor_digits(currency), parts), step, policy.rounding)
    for amounts in paid_by_group(outcome_of(text, policy, facts), facts, GROUPS[group]).values():
        assert sum(amounts) == pool or not any(amounts)
        assert all(amount % step == 0 and amount * pool >= 0 for amount in amounts)


@st.composite
def heads(draw: st.DrawFn, currency: str) -> str:
    return head(draw, currency)
