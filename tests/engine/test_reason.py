"""Why a component earned nothing: the first reason that failed, at the bottom of it, in every language."""

import pytest

from meed.engine.calendar.periods import Period
from meed.engine.derivations.explanation import Explainer
from meed.engine.derivations.reason import first_reason
from meed.engine.wording.wording import Voice

from ..evaluators import checked, facts_of

HEAD = """policy "Why" { currency: CNY }
facts standard
facts rep { bonus: money? }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
let attainment of rep = bookings / rep.quota else 0%
"""
REPS = {
    "id": ["Ann", "Bo"], "team": ["A", "A"], "region": ["East", "West"], "quota": ["1000", "0"], "bonus": [None, "5"],
    "on_duty": ["no", "yes"], "hired": ["2020-01-01", "2020-01-01"], "declared_goal": ["5", "5"],
}  # fmt: skip
DEALS = {
    "id": ["D1", "D2"], "owner": ["Ann", "Ann"], "amount": ["300", "100"], "stage": ["won", "won"],
    "closed": ["2026-01-05", "2026-02-05"],
}  # fmt: skip


def reason(pays: str, rep: str = "Ann", *, period: str = "2026-Q1", settings: str = "", language: str = "en") -> str:
    """Why a rep is paid nothing for a component."""
    policy = checked(
        f"{HEAD}scheme s for every rep per {'month' if '-0' in period else 'quarter'} {{ {settings}\n{pays} }}"
    )
    facts = facts_of(policy, {"rep": REPS, "deal": DEALS})
    explainer = Explainer(policy, facts, language)
    row = facts.table("rep").row(rep)
    assert row is not None
    made = explainer.statement(row, policy.schemes[0], Period.parse(period))
    assert dict(made.amounts)["it"] == 0
    return first_reason(explainer.steps(made, "it"), Voice.of(language, "CNY"))


QUARTER = "over this period"
OWN = f"attainment of rep {QUARTER}"


@pytest.mark.parametrize(
    ("pays", "rep", "why"),
    [
        ("pay it = 5% of bookings", "Bo", f"bookings of rep {QUARTER} is 0.00 CNY"),
        ("pay it = 5% of bookings  when attainment >= 80%", "Ann", f"{OWN} is 40%; {OWN} >= 80% is asked for"),
        ("pay it = 5% of bookings  when rep.on_duty", "Ann", "rep.on_duty is asked for: no"),
        ('pay it = 5% of bookings  when attainment > 0% and rep.region is "West"', "Ann",
         'rep.region is "East"; rep.region is "West" is asked for'),
        ("pay it = (rep.bonus else 0 CNY)", "Ann", "rep.bonus else 0 is 0.00 CNY"),
        ("pay it = 5% of bookings  at most 100 CNY * attainment  times (retroactive attainment { from 90%: 2 })", "Ann",
         f"retroactive {OWN} {{ from 90%: 2 }} is 0"),
        ("pay it = marginal bookings against rep.quota { from 0%: 5% }", "Bo", "rep.quota is 0.00 CNY"),
        ("pay it = prize rank of bookings where attainment >= 50% ties share { 1: 100 }", "Ann",
         f"{OWN} is 40%; {OWN} >= 50% is asked for"),
        ("pay it = prize rank of bookings ties share { 1: 100 }", "Bo",
         f"rank of bookings of rep {QUARTER} among the reps of s ties share is 2"),
    ],
)  # fmt: skip
def test_the_first_reason_is_found(pays: str, rep: str, why: str) -> None:
    assert reason(pays, rep) == why


def test_what_was_posted_before_is_a_reason() -> None:
    pays = "pay it over year = 5% of bookings  at most 15"
    assert reason(pays, period="2026-02") == "what was earned so far was posted before"


def test_stretches_of_a_period_have_the_reason_of_the_first() -> None:
    pays = "pay it = 5% of bookings  when attainment >= 80%"
    assert reason(pays, settings="changes: split") == f"{OWN} is 40%; {OWN} >= 80% is asked for"


def test_reasons_are_told_in_chinese() -> None:
    assert reason("pay it = 5% of bookings", "Bo", language="zh") == "员工的 bookings（本期）为 0.00 元"
    said = "员工的 attainment（本期）为 40%；要求 员工的 attainment（本期） >= 80%"
    assert reason("pay it = 5% of bookings  when attainment >= 80%", language="zh") == said
