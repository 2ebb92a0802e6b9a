"""Targets by hand: formulas and splits, in both evaluators, with what each goal is made of."""

from fractions import Fraction

import pytest

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period, PeriodError
from meed.engine.facts import Facts
from meed.engine.pay.simulation import run
from meed.engine.targets.targets import TargetSheet, target_sheets

from ..evaluators import Table, by_columns, by_statements, checked, facts_of, value_by_both

HEAD = """policy "Goals" { currency: USD }
facts standard
facts rep { weight: number  yearly: money per year > 0 }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
"""
REPS: Table = {
    "id": ["A", "B", "C"],
    "team": ["X", "X", "Y"],
    "weight": ["3", "2", "1"],
    "yearly": ["400", "200", "90"],
}


def made(target: str, reps: Table | None = None, *, head: str = HEAD, **tables: Table) -> tuple[c.Policy, Facts]:
    policy = checked(head + target)
    assert policy.unsupported == ()
    return policy, facts_of(policy, {"rep": REPS if reps is None else reps, **tables})


def sheet(target: str, period: str, reps: Table | None = None, *, head: str = HEAD, **tables: Table) -> TargetSheet:
    policy, facts = made(target, reps, head=head, **tables)
    return target_sheets(policy, facts, Period.parse(period, policy.calendar))[0]


def goals(shown: TargetSheet, scale: int = 100) -> dict[str, list[Fraction]]:
    """Goals by key in main units."""
    return {row.key: [Fraction(goal.amount) / scale for goal in row.goals] for row in shown.rows}


def both(target: str, key: str, period: str) -> Fraction:
    policy, facts = made(target)
    value = value_by_both(policy, facts, "goal", key, Period.parse(period, policy.calendar))
    return Fraction(value) / 100


def test_a_formula_is_a_goal_of_each_rep_in_each_period() -> None:
    target = "target goal to rep per quarter = 25% of rep.yearly"
    assert goals(sheet(target, "2026")) == {"A": [100] * 4, "B": [50] * 4, "C": [Fraction(45, 2)] * 4}
    assert both(target, "C", "2026-Q3") == Fraction(45, 2)


def test_clauses_act_on_a_goal_in_the_order_written() -> None:
    target = 'target goal to rep per quarter = 25% of rep.yearly plus 10 at most 105 at least 40 when rep.team is "X"'
    assert goals(sheet(target, "2026-Q1")) == {"A": [105], "B": [60], "C": [0]}
    assert both(target, "B", "2026-Q1") == 60


def test_a_formula_is_rounded_to_its_step_as_the_policy_rounds() -> None:
    shown = sheet("target goal to rep per quarter { round_to: 20 } = 25% of rep.yearly", "2026-Q1")
    assert goals(shown) == {"A": [100], "B": [60], "C": [20]}
    assert shown.because(shown.rows[1], 0) == "exactly 50.00 USD, rounded to 20.00 USD"


def test_a_longer_reading_is_the_sum_of_its_periods() -> None:
    target = "target goal to rep per quarter = 25% of rep.yearly"
    assert both(target, "A", "2026") == 400
    assert both(target, "A", "2026-H2") == 200


def test_a_one_way_split_goes_to_the_largest_remainders() -> None:
    """10 by 3, 2, 1: 5, 3 1/3 and 1 2/3; the tenth unit goes to 2/3."""
    target = "target goal to rep per month { round_to: 1 } = share 10 among every rep by rep.weight"
    shown = sheet(target, "2026-01")
    assert goals(shown) == {"A": [5], "B": [3], "C": [2]}
    assert shown.because(shown.rows[0], 0) == "exactly 5.00 USD, in steps of 1.00 USD; a whole number of steps"
    assert shown.because(shown.rows[1], 0).endswith("; down: the total of 2026-01 has all its steps")
    assert "up: what is left over" in shown.because(shown.rows[2], 0)
    assert both(target, "C", "2026-01") == 2


def test_webster_gives_what_hamilton_does_not() -> None:
    """7 by 90, 6, 4: Hamilton 6.3, 0.42, 0.28 gives 6, 1, 0; Webster asks 90/6.5 = 13.8 against 6/0.5 = 12."""
    reps: Table = {"id": ["A", "B", "C"], "weight": ["90", "6", "4"]}
    target = "target goal to rep per month { round_to: 1 method: METHOD } = share 7 among every rep by rep.weight"
    assert goals(sheet(target.replace("METHOD", "hamilton"), "2026-01", reps)) == {"A": [6], "B": [1], "C": [0]}
    shown = sheet(target.replace("METHOD", "webster"), "2026-01", reps)
    assert goals(shown) == {"A": [7], "B": [0], "C": [0]}
    assert shown.because(shown.rows[0], 0).endswith("; up, as the method `webster` divides")


def test_a_year_is_split_by_season_among_months() -> None:
    """1,200 by 3 : 2 : 1 and a december that counts twice, 13 in all: C has 1/6 of 1/13 or 2/13."""
    target = """
    let season = step month_of_year { from 1: 1  from 12: 2 }
    target goal to rep per month { round_to: 1 } = share 1_300 among every rep over year by rep.weight * season
    """
    shown = sheet(target, "2026")
    assert [shown.column(at) for at in range(12)] == [10_000] * 11 + [20_000]
    assert {row.key: row.total for row in shown.rows} == {
        "A": 65_000,
        "B": pytest.approx(43_333, abs=100),
        "C": pytest.approx(21_666, abs=100),
    }
    assert goals(shown)["A"] == [50] * 11 + [100]
    assert {value for line in goals(shown)["C"][:11] for value in [line]} == {16, 17}
    for at in range(4):
        quarter = sum(goals(shown)["C"][at * 3 : at * 3 + 3], Fraction(0))
        assert quarter in ({50} if at < 3 else {66, 67})


def test_subtotals_of_teams_are_exact_in_each_month_too() -> None:
    reps: Table = {"id": ["A", "B", "C"], "team": ["X", "X", "Y"], "weight": ["1", "1", "1"]}
    target = "target goal to rep per month { round_to: 1 subtotals: team } = share 100 among every rep over year by 1"
    shown = sheet(target, "2026", reps)
    for at in range(12):
        cells = {row.key: Fraction(row.goals[at].amount) / 100 for row in shown.rows}
        assert cells["A"] + cells["B"] in {5, 6}  # 2/3 of 8 1/3
        assert sum(cells.values()) in {8, 9}
    assert {name: sum(row.total for row in rows) for name, rows in shown.groups().items()} in (
        {"X": 6_600, "Y": 3_400},
        {"X": 6_700, "Y": 3_300},
    )
    assert shown.total == 10_000


def test_who_is_not_employed_or_left_out_gets_nothing() -> None:
    reps: Table = {"id": ["A", "B"], "weight": ["1", "1"], "hired": ["2020-01-01"] * 2, "left": ["", "2026-06-30"]}
    target = (
        "target goal to rep per quarter { round_to: 1 } = share 60 among every rep over year where rep.weight > 0 by 1"
    )
    assert goals(sheet(target, "2026", reps)) == {"A": [10] * 4, "B": [10, 10, 0, 0]}


def test_a_group_shares_a_total_of_its_own() -> None:
    target = """target goal to rep per month { round_to: 1 } =
      share (choose { when rep.team is "X": 50 USD  otherwise: 7 USD }) among every rep within rep.team by rep.weight"""
    assert goals(sheet(target, "2026-01")) == {"A": [30], "B": [20], "C": [7]}


def test_the_total_may_be_a_fact_of_the_year() -> None:
    head = HEAD + "facts plan { id: key  starts: date  amount: money }\n"
    target = """let company = sum of plan.amount on plan.starts
    target goal to rep per half { round_to: 1 } = share company among every rep over year by rep.weight"""
    plan: Table = {"id": ["P1", "P2"], "starts": ["2026-01-01", "2027-01-01"], "amount": ["120", "240"]}
    assert goals(sheet(target, "2026", head=head, plan=plan)) == {"A": [30, 30], "B": [20, 20], "C": [10, 10]}
    assert goals(sheet(target, "2027-H2", head=head, plan=plan)) == {"A": [60], "B": [40], "C": [20]}


def test_a_retail_year_is_split_into_its_weeks() -> None:
    """53 weeks in 2023, 1,060 by equal weeks: 20 each, and quarters of 13, 13, 13 and 14 weeks."""
    head = HEAD.replace(
        "currency: USD",
        'currency: USD year_starts: february year_named_by: start month_weeks: "4-5-4" week_starts: sunday '
        "year_end: nearest",
    )
    shown = sheet(
        "target goal to rep per week { round_to: 1 } = share 1_060 among every rep over year by rep.weight",
        "2023",
        head=head,
    )
    assert len(shown.periods) == 53
    assert {shown.column(at) for at in range(53)} == {2_000}
    assert goals(shown)["A"] == [10] * 53
    assert {row.key: row.total for row in shown.rows}["A"] == 53_000


def test_counts_have_goals_too_and_weeks_count_into_the_month_in_which_they_end() -> None:
    target = """credit calls to activity.rep on activity.at = 1
    target goal to rep per week { measure: calls } = 30 when rep.weight > 1"""
    policy, facts = made(target)
    assert value_by_both(policy, facts, "goal", "A", Period.parse("2026-W07")) == 30
    assert value_by_both(policy, facts, "goal", "A", Period.parse("2026-02")) == 120
    assert value_by_both(policy, facts, "goal", "A", Period.parse("2026-03")) == 150
    assert value_by_both(policy, facts, "goal", "C", Period.parse("2026-03")) == 0


def test_targets_of_teams_and_the_days_of_a_month() -> None:
    target = "target goal to team per day { round_to: 1 } = share 61 among every team over month by 1"
    shown = sheet(target, "2026-02", team={"id": ["X", "Y"]})
    assert {shown.column(at) for at in range(28)} == {200, 300}
    assert sorted(row.total for row in shown.rows) == [3_000, 3_100]


def test_attainment_of_a_goal_pays_the_same_in_both_evaluators() -> None:
    """A's goal of the quarter is 25% of 400 = 100; 120 booked is 120%."""
    target = """target goal to rep per quarter = 25% of rep.yearly
    let attainment of rep = bookings / goal else 0%
    scheme all for every rep per quarter {
      pay part = retroactive bookings against goal { from 0%: 5%  from 100%: 10% }
      pay bonus over year = 100 USD * attainment
    }"""
    deal: Table = {"id": ["D1"], "owner": ["A"], "amount": ["120"], "stage": ["won"], "closed": ["2026-05-05"]}
    policy, facts = made(target, deal=deal)
    paid = by_columns(run(policy, facts, Period.parse("2026")))
    assert paid == by_statements(policy, facts, Period.parse("2026"))
    amounts = {(line.period, line.component): value for line, value in paid.lines.items()}
    assert amounts["2026-Q2", "part"] == 1_200
    assert amounts["2026-Q2", "bonus"] == 6_000  # 120 of 200 so far
    assert amounts["2026-Q3", "bonus"] == -2_000  # 120 of 300


def test_what_is_not_shared_is_remarked() -> None:
    none: Table = {"id": ["A"], "weight": ["0"]}
    shown = sheet("target goal to rep per month = share 10 among every rep by rep.weight", "2026-01", none)
    assert shown.remarks == ("`goal`: nobody weighs anything in 2026-01: 10.00 USD is shared among none of A",)
    uneven = sheet("target goal to rep per month { round_to: 100 } = share 1_050 among every rep by 1", "2026-01")
    assert uneven.remarks == (
        "`goal`: 1,050.00 USD for 2026-01 is no whole number of steps of 100.00 USD: 1,100.00 USD is shared",
        "`goal`: claims to the last steps are equal in 2026-01, the lower key goes first: A, B, C",
    )
    below: Table = {"id": ["A", "B"], "weight": ["1", "-1"]}
    shown = sheet("target goal to rep per month = share 10 among every rep by rep.weight", "2026-01", below)
    assert shown.remarks == ("`goal`: weights below zero count as none in 2026-01: B",)


def test_a_sheet_needs_whole_periods() -> None:
    policy, facts = made("target goal to rep per quarter = 25% of rep.yearly")
    with pytest.raises(PeriodError, match="is shorter than the quarter of target `goal`"):
        target_sheets(policy, facts, Period.parse("2026-02"))


def test_part_of_a_year_shows_the_cells_of_the_whole_years_table() -> None:
    target = "target goal to rep per month { round_to: 1 } = share 100 among every rep over year by rep.weight"
    whole, part = sheet(target, "2026"), sheet(target, "2026-Q2")
    assert goals(part) == {key: line[3:6] for key, line in goals(whole).items()}
