"""Whether a goal can be reached, by hand: history, yield of the leads received, and the words of verdicts."""

from fractions import Fraction

import pytest

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts
from meed.engine.targets.reach import Past, Reach, Thresholds, reaches, verdict
from meed.engine.targets.target_measure import NoMeasure, measure_of
from meed.engine.targets.targets import target_sheets

from ..evaluators import Table, checked, facts_of

POLICY = """policy "Goals" { currency: USD }
facts standard
facts rep { goal: money }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
target goal to rep per month { measure: bookings } = rep.goal
"""
LIMITS = Thresholds(periods=3, least=2, leads=4)
NONE: dict[str, str] = {}
Deal = tuple[str, int, str, str]
Lead = tuple[str, str]


def facts_with(policy: c.Policy, deals: list[Deal], leads: list[Lead] | None) -> Facts:
    """Deals as owner, amount, month and lead; leads as owner and month: `L1` is the first."""
    deal: Table = {
        "id": [f"D{number}" for number in range(len(deals))],
        "owner": [owner for owner, _, _, _ in deals],
        "amount": [str(amount) for _, amount, _, _ in deals],
        "stage": ["won"] * len(deals),
        "closed": [f"{month}-28" for _, _, month, _ in deals],
    }
    tables: dict[str, Table] = {
        "rep": {"id": ["A", "B"], "team": ["X", "X"], "goal": ["300", "100"], "hired": ["2020-01-01", "2026-02-10"]},
        "deal": deal,
    }
    if leads is not None:
        deal["lead"] = [lead or None for _, _, _, lead in deals]
        tables["lead"] = {
            "id": [f"L{number}" for number in range(1, len(leads) + 1)],
            "owner": [owner for owner, _ in leads],
            "assigned": [f"{month}-02 09:00" for _, month in leads],
        }
    return facts_of(policy, tables)


def judged(
    month: str,
    deals: list[tuple[str, int, str, str]],
    leads: list[tuple[str, str]] | None,
    given: dict[str, str] = NONE,
) -> dict[str, Reach]:
    policy = checked(POLICY)
    facts = facts_with(policy, deals, leads)
    shown = target_sheets(policy, facts, Period.parse(month))[0]
    return {reach.key: reach for reach in reaches(policy, facts, shown, LIMITS, given)}


# January to March: A wins 400, 200 and 600, of which 200 without a lead; the team was given 8 leads.
DEALS = [("A", 400, "2026-01", "L1"), ("A", 200, "2026-02", ""), ("A", 600, "2026-03", "L5"), ("B", 50, "2026-04", "")]
LEADS = [("A", "2026-01")] * 4 + [("A", "2026-03")] * 2 + [("B", "2026-03")] * 2 + [("A", "2026-04"), ("B", "2026-04")]


def test_the_history_is_that_of_the_periods_before() -> None:
    own = judged("2026-04", DEALS, LEADS)["A"].own
    assert own.results == (600, 200, 400) or [value / 100 for value in own.results] == [600, 200, 400]
    assert own.median == 40_000
    assert (own.met, len(own)) == (2, 3)


def test_the_yield_of_leads_is_what_a_lead_brought_the_team() -> None:
    """1,000 won from 8 leads is 125 a lead; with 200 in three months without one, 66 2/3 a month."""
    a = judged("2026-04", DEALS, LEADS)["A"]
    assert (a.leads, a.scope, a.rests_on) == (1, "team", 8)
    assert a.per_lead == 12_500
    assert a.without_leads == Fraction(20_000, 3)
    assert a.yields == 12_500 + Fraction(20_000, 3)
    assert a.own_per_lead == Fraction(100_000, 6)


def test_a_goal_that_the_leads_cannot_yield_is_out_of_reach_though_it_was_met_before() -> None:
    """One lead in april: 191.67 at the team's conversion, 233.33 at A's own; 125% of that is below 300."""
    a = judged("2026-04", DEALS, LEADS)["A"]
    assert a.own_yields == Fraction(100_000, 6) + Fraction(20_000, 3)
    assert a.verdict == "out of reach with the leads received"
    more = judged("2026-04", DEALS, [*LEADS, ("A", "2026-04")])["A"]
    assert more.leads == 2
    assert more.verdict == "attainable"


def test_decisions_say_who_was_given_a_lead_where_the_facts_do_not() -> None:
    unassigned = [*LEADS[:8], ("", "2026-04"), ("", "2026-04")]
    assert judged("2026-04", DEALS, unassigned)["A"].leads == 0
    assert judged("2026-04", DEALS, unassigned, {"L9": "A", "L10": "A"})["A"].leads == 2


def test_a_newcomer_is_judged_by_the_leads_and_the_missing_history_is_said() -> None:
    """B was hired in february: only march counts. One lead yields 125 and the team's 200 in 4 months adds 50."""
    b = judged("2026-04", DEALS, LEADS)["B"]
    assert len(b.own) == 1
    assert b.yields == 12_500 + 5_000
    assert b.verdict == "attainable"
    assert b.missing == "history: 1 of the 2 periods before that a judgement needs"


def test_without_leads_only_history_speaks_and_that_is_said() -> None:
    made = judged("2026-04", [(who, amount, month, "") for who, amount, month, _ in DEALS], None)
    assert made["A"].leads is None
    assert made["A"].verdict == "attainable"
    assert made["A"].missing == "leads: the facts hold none"
    assert made["B"].verdict == "not known"


def test_a_period_that_the_facts_do_not_cover_is_not_judged_by_its_leads() -> None:
    a = judged("2026-05", DEALS, LEADS)["A"]
    assert a.leads == 0
    assert a.verdict == "stretch"
    assert a.missing == "leads: the facts end on 2026-04-28, before 2026-05 does"


def test_too_few_leads_give_no_rate() -> None:
    few = judged("2026-04", DEALS[:2], [*LEADS[:3], ("A", "2026-04")])["A"]
    assert few.yields is None
    assert "conversion: 3 of the 4 leads before that a rate needs" in few.missing


@pytest.mark.parametrize(
    ("met", "of", "yields", "own", "word"),
    [
        (9, 10, None, None, "too easy"),
        (4, 10, None, None, "attainable"),
        (3, 10, None, None, "stretch"),
        (9, 10, 79, None, "out of reach with the leads received"),
        (9, 10, 80, None, "too easy"),
        (9, 10, 79, 80, "too easy"),
        (0, 0, 100, None, "attainable"),
        (0, 0, 99, None, "stretch"),
        (0, 0, None, None, "not known"),
    ],
)
def test_verdicts_follow_from_the_thresholds(met: int, of: int, yields: int | None, own: int | None, word: str) -> None:
    """The goal is 100, and a stretch of 125% makes 80 the least yield."""
    past = Past((100,) * met + (0,) * (of - met), met)
    given = [None if value is None else Fraction(value) for value in (yields, own)]
    assert verdict(100, past, given[0], given[1], Thresholds()) == word


def test_what_counts_is_asked_for_where_several_accounts_can() -> None:
    unsaid = POLICY.replace(" { measure: bookings }", "")
    assert measure_of(checked(unsaid), checked(unsaid).targets["goal"]).name == "bookings"
    two = checked(unsaid + "credit renewals to deal.owner on deal.closed = deal.amount\n")
    with pytest.raises(NoMeasure) as caught:
        measure_of(two, two.targets["goal"])
    assert str(caught.value) == "target `goal` does not say what counts toward it"
    assert caught.value.help == "say it in the target: `measure: bookings`"
