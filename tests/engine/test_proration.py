"""Quotas, allowances and guarantees for part of a period: who joined, who left, who was on leave."""

from fractions import Fraction
from typing import Any

import pytest

from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import explain_component
from meed.engine.pay.simulation import run
from meed.policies.testing import run_tests

from ..evaluators import by_columns, by_statements, checked, facts_of
from ..recomputed import recomputed

HEAD = """policy "Parts" { currency: CNY }
facts standard
facts rep { yearly: money per year }
facts leave { id: key  rep: rep  first: date  last: date }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
"""
NOBODY: dict[str, dict[str, list[Any]]] = {
    "deal": {name: [] for name in ("id", "owner", "closed", "amount", "stage")},
    "leave": {name: [] for name in ("id", "rep", "first", "last")},
}


def paid(
    text: str, rep: dict[str, Any], period: str, step: str = "", **more: dict[str, list[Any]]
) -> dict[tuple[str, str], str]:
    """What each component pays Li in each period; both evaluators agree on it."""
    policy = checked(HEAD.replace("CNY", f"CNY  {step}", 1) + text)
    usual = {"id": "Li", "quota": "9000", "yearly": "100000", "hired": "2020-01-01", "left": None, "region": "East"}
    table = {name: [value] for name, value in (usual | rep).items()}
    facts = facts_of(policy, {"rep": table, **NOBODY, **more})
    made = run(policy, facts, Period.parse(period))
    assert by_columns(made) == by_statements(policy, facts, Period.parse(period))
    lines = made.lines_frame()
    rows = zip(lines["component"], lines["period"], lines["amount"], strict=True)
    return {(component, inner): str(amount) for component, inner, amount in rows}


PRORATED = """
let there_by_days of rep = part_by_days(rep.hired, rep.left else period.end)
let there_by_months of rep = part_by_months(rep.hired, rep.left else period.end)
let days_quota of rep = rep.quota * there_by_days
let months_quota of rep = rep.quota * there_by_months
scheme all for every rep per quarter {
  pay quota_days = 10% of days_quota
  pay quota_months = 10% of months_quota
  pay allowance_days = 900 CNY times there_by_days
  pay allowance_months = 900 CNY times there_by_months
  pay guarantee = 5% of bookings at least 3_000 times there_by_days
}
"""


@pytest.mark.parametrize(
    ("rep", "days", "months"),
    [
        # 2026-Q1 has 90 days: 31 + 28 + 31.
        ({}, 90, 3),
        ({"hired": "2026-03-10"}, 22, 1),  # joined on the 10th of March: March counts
        ({"hired": "2026-01-01"}, 90, 3),
        ({"hired": "2026-03-31"}, 1, 1),
        ({"left": "2026-02-14"}, 45, 2),  # left in the middle of February: January and February count
        ({"left": "2026-01-01"}, 1, 1),
        ({"hired": "2026-01-20", "left": "2026-02-03"}, 15, 2),
    ],
)
def test_a_joiner_and_a_leaver_by_days_and_by_months(rep: dict[str, Any], days: int, months: int) -> None:
    found = {component: amount for (component, _), amount in paid(PRORATED, rep, "2026-Q1").items()}
    third = {0: "00", 1: "33", 2: "67"}[100 * days % 3]
    assert found == {
        "quota_days": f"{10 * days}.00",
        "quota_months": f"{300 * months}.00",
        "allowance_days": f"{10 * days}.00",
        "allowance_months": f"{300 * months}.00",
        "guarantee": f"{100 * days // 3}.{third}",
    }


def test_a_year_quota_weighted_by_quarters_from_the_third_month_on() -> None:
    """The published figures: 100,000 a year at 20, 20, 20 and 40%, from the third month on, begins with 6,667."""
    text = """
    let weight of rep = choose { when quarter_of_year is 4: 40%  otherwise: 20% }
    let annual of rep = rep.yearly
    let quota of rep = weight * (annual over year) * part_by_months(rep.hired, rep.left else period.end)
    scheme all for every rep per quarter { pay quota = quota }
    """
    assert list(paid(text, {"hired": "2026-03-01"}, "2026").values()) == ["6666.67", "20000.00", "20000.00", "40000.00"]
    whole = paid(text, {"hired": "2026-03-01"}, "2026", step="round_to: 1")
    assert list(whole.values()) == ["6667.00", "20000.00", "20000.00", "40000.00"]


ON_LEAVE = """
let resumed of leave = leave.last + 1 day
let gone of rep = count of leave over all on leave.first where leave.rep is rep
let back of rep = count of leave over all on resumed where leave.rep is rep
let at_work of rep = 1 - gone + back
let by_days of rep = average of at_work per day over quarter
let by_months of rep = average of at_work per month over quarter
let days_quota of rep = rep.quota * by_days
scheme all for every rep per quarter {
  pay quota = 10% of days_quota
  pay allowance = 900 CNY times by_days
  pay allowance_months = 900 CNY times by_months
  pay guarantee = 5% of bookings at least 900 times by_days
}
"""


def test_somebody_on_leave_by_days_and_by_months() -> None:
    """Leaves that begin before the quarter and end after it; a month counts where it ends at work."""
    leave = {
        "id": ["1", "2"], "rep": ["Li", "Li"], "first": ["2025-12-01", "2026-03-02"],
        "last": ["2026-01-10", "2026-04-03"],
    }  # fmt: skip
    assert paid(ON_LEAVE, {}, "2026-Q1", leave=leave) == {
        ("quota", "2026-Q1"): "500.00",  # away for 10 days of January and 30 of March: at work for 50 of 90
        ("allowance", "2026-Q1"): "500.00",
        ("allowance_months", "2026-Q1"): "600.00",
        ("guarantee", "2026-Q1"): "500.00",
    }


def test_leave_as_a_rate_of_a_rep_that_changes() -> None:
    """Where the file of reps says from when somebody works how much, an average per day is all that is needed."""
    text = """
    facts rep { working_time: rate }
    let worked of rep = average of rep.working_time per day over quarter
    scheme all for every rep per quarter { pay allowance = 900 CNY times worked }
    """
    policy = checked(HEAD + text)
    table = {
        "id": ["Li"] * 3, "valid_from": [None, "2026-02-01", "2026-03-01"], "working_time": ["100%", "0%", "50%"],
        "hired": ["2020-01-01"] * 3,
    }  # fmt: skip
    facts = facts_of(policy, {"rep": table})
    made = run(policy, facts, Period.parse("2026-Q1"))
    assert made.total == 46_500  # 31 whole days and 31 half ones, at 10 CNY a day


@pytest.mark.parametrize(
    ("first", "last", "days", "months"),
    [
        ("2025-12-01", "2025-12-31", "0", "0"),
        ("2025-12-01", "2026-01-01", "1/90", "1/3"),
        ("2026-03-31", "2026-04-30", "1/90", "1/3"),
        ("2026-02-28", "2026-03-01", "2/90", "2/3"),
        ("2026-03-01", "2026-02-01", "0", "0"),
        ("2020-01-01", "2030-01-01", "1", "1"),
    ],
)
def test_the_part_of_a_period_that_a_span_covers(first: str, last: str, days: str, months: str) -> None:
    text = f"""
    let days of rep = part_by_days({first}, {last})
    let months of rep = part_by_months({first}, {last})
    scheme all for every rep per quarter {{ pay days = 9_000 CNY times days  pay months = 9_000 CNY times months }}
    """
    found = paid(text, {}, "2026-Q1")
    due = {name: Fraction(part) * 9_000 for name, part in (("days", days), ("months", months))}
    assert found == {(name, "2026-Q1"): f"{int(amount)}.00" for name, amount in due.items() if amount}


def test_an_explanation_counts_the_days() -> None:
    policy = checked(HEAD + PRORATED)
    table = {"id": ["Li"], "quota": ["9000"], "hired": ["2026-03-10"], "left": [None]}
    facts = facts_of(policy, {"rep": table, **NOBODY})
    made = explain_component(policy, facts, "Li", "2026-Q1", "all", "allowance_days")
    assert any("part_by_days(rep.hired, rep.left else period.end): 22 of 90 = " in line for line in made.lines())


def test_a_decision_has_no_period_of_which_something_could_be_a_part() -> None:
    policy = checked(
        """policy "Leads" { currency: CNY }
        facts standard
        let part of rep = part_by_days(rep.hired, period.end)
        assign lead {
          needs part >= 0%
          otherwise to any rep by round_robin
          if nobody hold "desk"
        }
        test "nobody" {
          given rep Li { hired: 2020-01-01 }
          given lead L1 { created: "2026-03-02 09:00", status: "new" }
          expect L1.held is "desk"
        }
        """
    )
    assert [result.failures for result in run_tests(policy)] == [()]


WEEKS = '  year_starts: january  year_named_by: start  month_weeks: "4-4-5"  week_starts: monday  year_end: nearest'


@pytest.mark.parametrize(
    ("rep", "parts"),
    [
        # 2026 begins on 29 December 2025; its months of the first quarter on 29 December, 26 January and 23 February
        ({"hired": "2026-01-26"}, 2),
        ({"hired": "2026-01-25"}, 3),
        ({"hired": "2026-02-23"}, 1),
        ({"hired": "2026-02-28"}, 1),  # February by the common calendar, the third month by this one
        ({"left": "2026-01-25"}, 1),
        ({"left": "2026-01-26"}, 2),
        ({"hired": "2026-01-30", "left": "2026-02-22"}, 1),  # two months of the common calendar, one of this one
    ],
)
def test_where_months_are_whole_weeks_parts_by_months_count_those(rep: dict[str, Any], parts: int) -> None:
    text = HEAD.replace("CNY", f"CNY{WEEKS}", 1) + PRORATED
    policy = checked(text)
    usual = {"id": "Li", "quota": "9000", "yearly": "100000", "hired": "2020-01-01", "left": None, "region": "East"}
    facts = facts_of(policy, {"rep": {name: [value] for name, value in (usual | rep).items()}, **NOBODY})
    quarter = Period("quarter", 2026, 1, policy.calendar)
    made = by_columns(run(policy, facts, quarter))
    assert made == by_statements(policy, facts, quarter)
    amounts = {line.component: amount for line, amount in made.lines.items()}
    assert amounts["allowance_months"] == 300_00 * parts
    explained = explain_component(policy, facts, "Li", "2026-Q1", "all", "allowance_months")
    assert recomputed(explained.as_json()["because"]) == 300_00 * parts
