"""Forecasts: which open deals count, what a draw changes, and quantiles of whole runs."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.dsl.types import DATE, RATE
from meed.engine.calendar.periods import Period, parse_day
from meed.engine.facts import Facts
from meed.engine.fairness.rep_groups import with_columns
from meed.engine.numbers.quantiles import nearest_rank
from meed.engine.pay.simulation import run
from meed.engine.what_if.deal_draws import won_in_runs
from meed.engine.what_if.forecast import forecast
from meed.engine.what_if.pipeline import PipelineRefused, pipeline_of

from ..evaluators import checked, facts_of

POLICY = """policy "Pay" { currency: USD }
facts standard
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
credit calls to activity.rep on activity.at = 1
scheme all for every rep per quarter {
  pay commission = marginal bookings { from 0: 10%  from 1_000: 20% }
  pay race = prize rank of bookings where bookings > 0 ties share { 1: 100 }
  pay effort = 1 USD * calls
}
"""
QUARTER = Period.parse("2026-Q2")
REPS = {"id": ["A", "B"]}
CALLS = {"id": ["c1", "c2"], "rep": ["A", "A"], "at": ["2026-04-05", "2026-05-05"]}
DEALS = {
    "id": ["D1", "D2", "D3", "D4", "D5", "D6", "D7"],
    "owner": ["A", "A", "B", "B", "A", "A", "B"],
    "amount": ["800", "400", "1000", "600", "50", "60", "70"],
    "stage": ["won", "open", "open", "lost", "open", "open", "open"],
    "closed": ["2026-04-10", "", "", "2026-04-11", "", "", ""],
    "chance": ["", "50%", "30%", "90%", "50%", "", "10%"],
    "due": ["", "2026-06-01", "2026-06-30", "2026-06-01", "2026-07-01", "2026-06-01", ""],
}


def opened(deals: dict[str, Any] = DEALS, text: str = POLICY) -> tuple[c.Policy, Facts]:
    policy = with_columns(checked(text), "deal", {"chance": RATE, "due": DATE})
    return policy, facts_of(policy, {"rep": REPS, "deal": deals, "activity": CALLS})


def test_only_open_deals_with_a_chance_that_are_due_in_the_period_may_be_won() -> None:
    policy, facts = opened()
    made = pipeline_of(policy, facts, QUARTER, "chance", closes="due")
    assert made.keys == ["D2", "D3"]
    assert made.chances == (Fraction(1, 2), Fraction(3, 10))
    assert {left.why: left.deals for left in made.left_out} == {
        "are expected to close after the period": ("D5",),
        "have no chance": ("D6",),
        "have no date on which they are expected to close": ("D7",),
    }
    before = pipeline_of(policy, facts, Period.parse("2026-Q3"), "chance", closes="due")
    assert ("were expected to close before the period", ("D2", "D3")) in [(x.why, x.deals) for x in before.left_out]


def test_stages_and_a_day_fill_what_the_columns_leave_open() -> None:
    policy, facts = opened()
    made = pipeline_of(policy, facts, QUARTER, "chance", {"open": Fraction(1, 5)}, "due", parse_day("2026-06-15"))
    assert dict(zip(made.keys, made.chances, strict=True)) == {
        "D2": Fraction(1, 2), "D3": Fraction(3, 10), "D6": Fraction(1, 5), "D7": Fraction(1, 10),
    }  # fmt: skip
    assert made.days.tolist()[-1] == parse_day("2026-06-15")


def test_a_won_deal_is_won_on_the_day_it_was_due_and_nothing_else_changes() -> None:
    policy, facts = opened()
    made = pipeline_of(policy, facts, QUARTER, "chance", closes="due")
    won = made.with_won(np.array([True, False])).table("deal")
    assert [won.cell(row, "stage") for row in range(7)] == ["won", "won", "open", "lost", "open", "open", "open"]
    assert won.cell(1, "closed") == parse_day("2026-06-01")
    assert won.cell(2, "closed") is None
    assert won.cell(0, "closed") == parse_day("2026-04-10")
    nothing = made.with_won(np.array([False, False]))
    assert run(policy, nothing, QUARTER).total == run(policy, facts, QUARTER).total


def test_four_outcomes_worked_out_by_hand() -> None:
    """A has 800: 80, 2 calls and the prize: 182. With D2 1,200: 100 + 40 + 2 + 100 = 242.

    With D3 B has 1,000: 100, and the prize is B's unless A has D2, too.
    """
    policy, facts = opened()
    made = forecast(policy, pipeline_of(policy, facts, QUARTER, "chance", closes="due"), QUARTER, 200, 1)
    won = won_in_runs(["D2", "D3"], [Fraction(1, 2), Fraction(3, 10)], 200, 1)
    a = {(0, 0): 182_00, (1, 0): 242_00, (0, 1): 82_00, (1, 1): 242_00}
    b = {(0, 0): 0, (1, 0): 0, (0, 1): 200_00, (1, 1): 100_00}
    outcomes = [(int(one), int(two)) for one, two in won]
    assert len(set(outcomes)) == 4
    assert list(made.costs) == [a[outcome] + b[outcome] for outcome in outcomes]
    paid = sorted(a[outcome] for outcome in outcomes)
    spread = made.reps["A"]
    assert (spread.p10, spread.p50, spread.p90) == (paid[19], paid[99], paid[179])
    assert spread.mean == Fraction(sum(paid), 200)
    assert (spread.certain, spread.all_won, spread.least, spread.most) == (182_00, 242_00, 82_00, 242_00)
    assert (made.cost.certain, made.cost.all_won) == (182_00, 342_00)
    assert made.cost.p50 == nearest_rank(made.costs, Fraction(1, 2))


def test_the_same_seed_draws_the_same_and_rows_may_stand_in_any_order() -> None:
    policy, facts = opened()
    turned = {name: cells[::-1] for name, cells in DEALS.items()}
    first, again = (
        forecast(policy, pipeline_of(policy, found, QUARTER, "chance", closes="due"), QUARTER, 30, 5)
        for found in (facts, opened(turned)[1])
    )
    assert first.costs == again.costs
    assert first.reps == again.reps
    other = forecast(policy, pipeline_of(policy, facts, QUARTER, "chance", closes="due"), QUARTER, 30, 6)
    assert first.costs != other.costs


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 2000), st.integers(0, 10)), min_size=1, max_size=6))
def test_each_run_pays_what_a_fresh_run_on_the_same_facts_pays(rows: list[tuple[str, int, int]]) -> None:
    """Postings that are kept between runs, and columns that are changed instead of typed anew, change nothing."""
    deals = {
        "id": [f"D{n}" for n in range(len(rows))], "owner": [row[0] for row in rows],
        "amount": [str(row[1]) for row in rows], "stage": ["open"] * len(rows), "closed": [""] * len(rows),
        "chance": [f"{row[2] * 10}%" for row in rows], "due": ["2026-05-05"] * len(rows),
    }  # fmt: skip
    policy, facts = opened(deals)
    made = forecast(policy, pipeline_of(policy, facts, QUARTER, "chance", closes="due"), QUARTER, 3, 1)
    won = won_in_runs(deals["id"], [Fraction(row[2], 10) for row in rows], 3, 1)
    for number in range(3):
        fresh = {**deals, "stage": ["won" if one else "open" for one in won[number]], "closed": deals["due"]}
        assert made.costs[number] == run(policy, opened(fresh)[1], QUARTER).total


def test_what_cannot_be_forecast_is_refused() -> None:
    blind = POLICY.replace(' when deal.stage is "won"', "")
    policy, facts = opened(text=blind)
    with pytest.raises(PipelineRefused, match="stage"):
        pipeline_of(policy, facts, QUARTER, "chance")
    policy, facts = opened()
    with pytest.raises(PipelineRefused, match="proposal"):
        pipeline_of(policy, facts, QUARTER, by_stage={"proposal": Fraction(1, 2)})
    policy, facts = opened({**DEALS, "chance": ["", "150%", "", "", "", "", ""]})
    with pytest.raises(PipelineRefused, match=r"deal\.csv row 3: `chance` of `D2` is not from 0% to 100%"):
        pipeline_of(policy, facts, QUARTER, "chance")
    with pytest.raises(ValueError, match="one run"):
        forecast(policy, pipeline_of(policy, opened()[1], QUARTER, "chance", closes="due"), QUARTER, 0, 1)


def test_a_deal_with_versions_is_won_in_its_latest_one() -> None:
    """The deal grew from 400 to 500 in May: with it A has 1,300, 100 + 60 + 2 + 100."""
    deals = {
        "id": ["D1", "D2", "D2"], "owner": ["A"] * 3, "amount": ["800", "400", "500"], "stage": ["won", "open", "open"],
        "closed": ["2026-04-10", "", ""], "chance": ["", "50%", "50%"], "due": ["", "2026-06-01", "2026-06-01"],
        "valid_from": ["", "", "2026-05-01"],
    }  # fmt: skip
    policy, facts = opened(deals)
    assert facts.table("deal").versions is not None
    made = forecast(policy, pipeline_of(policy, facts, QUARTER, "chance", closes="due"), QUARTER, 20, 1)
    assert set(made.costs) == {182_00, 262_00}
    assert (made.cost.certain, made.cost.all_won) == (182_00, 262_00)
