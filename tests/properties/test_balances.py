"""Draws and carried caps: the balance is what was paid less what was earned, whatever is asked for and in what order."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.arrays.rounding import round_fraction
from meed.engine.calendar.days import format_day
from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.pay.carry import Steps, settle
from meed.engine.pay.payables import HELD
from meed.engine.pay.simulation import run

from ..evaluators import by_columns, by_statements, checked, facts_of
from .sales import sales

rates = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1), Fraction(3, 2)])
amounts = st.integers(-5_000, 20_000)

FORCES = ("", "  effective: 2026-02-01 ..", "  effective: 2026-01-01 .. 2026-04-14")
DRAWS = """policy "Draws" {{ version: "1"  currency: CNY{effective} }}
facts standard
facts rep {{ quota: money }}
facts deal {{ owner: rep?  closed: date?  kind: text? }}
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme ramp for every rep per {per} {{
  balance: {balance}  leaver: owes
  pay commission = 10% of bookings  at most 60 carry 50%
  pay held = 3% of bookings
    release 40% on deal.closed, 60% on deal.closed + 45 days
  pay collected = 2% of bookings
    release 25% + 75% * (deal.collected / deal.amount else 0%)
  total at least step tenure {{ from 0 months: 50  from 6 months: 20 }}
    carry step tenure {{ from 0 months: 0%  from 3 months: 100% }}
}}
"""


@given(st.lists(st.tuples(amounts, amounts.map(abs), rates), min_size=1, max_size=12), st.sampled_from([1, 5, 100]))
def test_paid_less_earned_is_what_a_draw_leaves_open_at_every_step(
    periods: list[tuple[int, int, Fraction]], step: int
) -> None:
    steps, owed, paid, earned = Steps(step, "half_up"), 0, 0, 0
    for value, floor, rate in periods:
        made = settle(True, value, floor, rate, amount=False, before=owed, steps=steps)
        paid, earned = paid + made.paid, earned + steps.one(value)
        assert paid - earned == made.open >= 0
        assert made.paid >= steps.one(floor)
        owed = made.open


@given(st.lists(st.tuples(amounts, amounts.map(abs)), min_size=1, max_size=12))
def test_a_cap_that_carries_everything_pays_everything_in_the_end(periods: list[tuple[int, int]]) -> None:
    steps, kept, paid, earned = Steps(1, "half_up"), 0, 0, 0
    for value, cap in periods:
        made = settle(False, value, cap, Fraction(1), amount=False, before=kept, steps=steps)
        paid, earned, kept = paid + made.paid, earned + value, made.open
        assert earned - paid == kept >= 0
        assert made.paid <= cap


def test_an_amount_limits_what_a_period_gives_back() -> None:
    made = settle(True, 3_000, 1_000, 500, amount=True, before=800, steps=Steps(1, "half_up"))
    assert (made.paid, made.open) == (2_500, 300)


@settings(max_examples=40)
@given(sales("CNY"), st.sampled_from(["runs_on", "ends_with_year"]), st.sampled_from(FORCES))
def test_a_month_is_paid_alike_whether_it_is_asked_for_alone_or_within_its_year(
    tables: dict[str, dict[str, list[object]]], balance: str, effective: str
) -> None:
    policy = checked(DRAWS.format(balance=balance, effective=effective, per="month"))
    read = {"rep": ("id", "hired", "left", "quota"), "deal": ("id", "owner", "amount", "collected", "closed", "stage")}
    facts = facts_of(policy, {kind: {name: tables[kind][name] for name in names} for kind, names in read.items()})
    year = by_columns(run(policy, facts, Period.parse("2026")))
    assert year == by_statements(policy, facts, Period.parse("2026"))
    for month in ("2026-01", "2026-04"):
        one = by_columns(run(policy, facts, Period.parse(month)))
        assert one.lines == {line: amount for line, amount in year.lines.items() if line.period == month}
        assert one.balances == [entry for entry in year.balances if entry[1] == month]


@settings(max_examples=40)
@given(sales("CNY"), st.sampled_from(["month", "week"]), st.sampled_from(FORCES))
def test_what_is_payable_and_what_is_held_add_up_to_what_was_earned(
    tables: dict[str, dict[str, list[object]]], per: str, effective: str
) -> None:
    policy = checked(DRAWS.format(balance="runs_on", effective=effective, per=per))
    read = {"rep": ("id", "hired", "left", "quota"), "deal": ("id", "owner", "amount", "collected", "closed", "stage")}
    facts = facts_of(policy, {kind: {name: tables[kind][name] for name in names} for kind, names in read.items()})
    made = run(policy, facts, Period.parse("2026"))
    due = made.payables
    forever = 1 << 30
    assert due.by(forever) + due.held() == made.total
    for at in range(len(made.lines)):
        assert sum(due.amount[due.line == at].tolist()) == made.lines.amount[at]


@settings(max_examples=25)
@given(sales("CNY"), st.sampled_from(["month", "week"]), st.sampled_from(FORCES))
def test_an_explained_line_is_due_as_the_run_says(
    tables: dict[str, dict[str, list[object]]], per: str, effective: str
) -> None:
    policy = checked(DRAWS.format(balance="runs_on", effective=effective, per=per))
    read = {"rep": ("id", "hired", "left", "quota"), "deal": ("id", "owner", "amount", "collected", "closed", "stage")}
    facts = facts_of(policy, {kind: {name: tables[kind][name] for name in names} for kind, names in read.items()})
    year = Period.parse("2026")
    made = run(policy, facts, year)
    explainer, table = Explainer(policy, facts), made.lines_frame()
    places = table[["rep", "period", "scheme", "component", "deal"]].itertuples(index=False, name=None)
    for at, place in enumerate(places):
        explained = explainer.line(*place, until=year)
        released = policy.schemes[0].release_of(place[3]) is not None
        assert bool(explained.due) == released
        if released:
            parts = [(step["day"], int(step["exact"])) for step in explained.due]
            own = made.payables.line == at
            days = [None if day == HELD else format_day(day) for day in made.payables.day[own].tolist()]
            assert parts == list(zip(days, made.payables.amount[own].tolist(), strict=True))
            _must_follow_from_its_reach(explained.amount, explained.due)


def _must_follow_from_its_reach(amount: int, due: tuple[dict[str, Any], ...]) -> None:
    """What is payable by a day is the line times what part of it is released by then, rounded."""
    so_far = 0
    for step in due:
        so_far += int(step["exact"])
        if step["day"] is not None:
            reach = Fraction(step["parts"][0]["exact"])
            assert so_far == round_fraction(amount * reach, int(step["step"]), step["mode"])
    assert so_far == amount
