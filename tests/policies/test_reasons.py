"""Reasons of a difference in pay: what is named is what really did it."""

from pathlib import Path

import pytest

from meed.dsl import SourceFile, check
from meed.dsl import checked as c
from meed.engine.calendar.periods import Period
from meed.engine.intake.opening import open_facts
from meed.engine.pay.simulation import Run, run
from meed.engine.what_if.comparison import Comparison, compare
from meed.policies.reasons import Reasons
from meed.service.readers import read_table

from ..evaluators import facts_of

FOLDER = Path(__file__).parents[2] / "examples" / "field_sales"
TEXT = (FOLDER / "policy.meed").read_text(encoding="utf-8")
FILES = {"rep": "reps.csv", "deal": "deals.csv", "activity": "activities.csv"}
RAW = {kind: read_table(FOLDER / file) for kind, file in FILES.items()}
YEAR = Period.parse("2026")


def read(text: str, name: str) -> c.Policy:
    found = check(SourceFile(name, text))
    assert found.policy is not None, [one.message for one in found.diagnostics]
    return found.policy


def ran(policy: c.Policy) -> Run:
    return run(policy, open_facts(policy, RAW, "simulate")[0], YEAR)


BASE = ran(read(TEXT, "old.meed"))


def against(*pairs: tuple[str, str]) -> Comparison:
    text = TEXT
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return compare(BASE, ran(read(text, "new.meed")))


def told(comparison: Comparison) -> dict[str, set[str]]:
    """Every reason by component, of every cell that differs."""
    reasons = Reasons(comparison)
    return {
        part.component: {reasons.of_cell(cell).says for cell in part.cells}
        for part in comparison.components
        if part.cells
    }


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("from 100%: 7%", "from 100%: 9%"), {"commission": {"from 100%: 7% became 9%"}}),
        (("from 150%: 10%", "from 150%: 9%"), {"commission": {"from 150%: 10% became 9%"}}),
        (("total at most 250_000", "total at most 20_000"), {"total": {"at most 250_000 became 20_000"}}),
        (("total at most 250_000", ""), {}),
        (("coached  at most 40_000", "coached  at most 4_000"), {"mentoring": {"at most 40_000 became 4_000"}}),
        (("coached  at most 40_000", "coached  times 50%"), {"mentoring": {"now multiplied: `times 50%`"}}),
        (
            ("coached  at most 40_000", "coached  when attainment >= 80%"),
            {"mentoring": {"now stopped by `when attainment >= 80%`"}},
        ),
        (("from 120%: 115%", "from 120%: 110%"), {"base": {"from 120%: 115% became 110%"}}),
        (
            ("(0.4% of team_bookings)", "(0.5% of team_bookings)"),
            {"pool": {"0.4% of team_bookings became 0.5% of team_bookings"}},
        ),
        (
            ("from 25: 3_000, 7_000,  9_000", "from 25: 3_000, 7_000,  9_500"),
            {"goal": {"from 25 by 20: 9_000 became 9_500"}},
        ),
        (
            ("pay 拜访补贴 = 30 CNY * 拜访  at most 600", ""),
            {"拜访补贴": {"`拜访补贴` is gone"}},
        ),
        (
            ("pay mentoring", "pay thanks = 5\n  pay mentoring"),
            {"thanks": {"`thanks` is new"}},
        ),
        (
            ("scheme builders for achievement", "scheme builders for every rep where rep.team is \"nowhere\""),
            {
                part: {'is not paid by this scheme any more: achievement became rep.team is "nowhere"'}
                for part in ("base", "goal", "pool")
            },
        ),
    ],
)  # fmt: skip
def test_the_reason_named_is_the_edit_that_was_made(edit: tuple[str, str], expected: dict[str, set[str]]) -> None:
    found = told(against(edit))
    assert {name: found[name] for name in expected if name in found} == expected
    assert bool(found) == bool(expected)


def test_a_credit_that_changed_is_the_reason_of_all_that_reads_it() -> None:
    edit = 'when deal.stage is "won"\ncredit sold', 'when deal.stage is "won" and deal.amount > 1_000\ncredit sold'
    found = told(against(edit))
    assert found["commission"] == {"`bookings`: `deal.amount > 1_000` is new"}
    assert found["base"] == {"`bookings`: `deal.amount > 1_000` is new"}


def test_of_two_edits_each_rep_is_told_the_one_that_hits() -> None:
    """The first prize is raised, and the gate of the race, too: some lose their prize, others are paid more."""
    comparison = against(
        ("1: 15_000", "1: 25_000"), ("where attainment >= 80% ties share", "where attainment >= 100% ties share")
    )
    reasons = Reasons(comparison)
    (race,) = [part for part in comparison.components if part.component == "race"]
    by_gain = {(cell.gain > 0, reasons.of_cell(cell).says) for cell in race.cells}
    assert by_gain == {(True, "place 1: 15_000 became 25_000"), (False, "attainment >= 80% became 100%")}


def test_a_rate_in_the_band_moves_pay_by_just_what_lies_in_the_band() -> None:
    """Two points more on what each hunter sold between 100% and 150% of quota, quarter by quarter."""
    comparison = against(("from 100%: 7%", "from 100%: 9%"))
    facts = BASE.facts
    reps, deals = facts.table("rep"), facts.table("deal")
    expected: dict[str, int] = {}
    for row, key in enumerate(reps.keys):
        if reps.cell(row, "type") != "competitive":
            continue
        for number in range(1, 5):
            quarter = Period("quarter", 2026, number)
            sold = sum(
                int(deals.cell(deal, "amount"))  # pyright: ignore[reportArgumentType]
                for deal in range(len(deals))
                if deals.cell(deal, "owner") == row
                and deals.cell(deal, "stage") == "won"
                and quarter.start <= deals.cell(deal, "closed") < quarter.end  # pyright: ignore[reportOperatorIssue]
            )
            quota = int(reps.cell(row, "quota"))  # pyright: ignore[reportArgumentType]
            inside = max(0, min(2 * sold, 3 * quota) - 2 * quota)  # twice what lies in the band
            expected[key] = expected.get(key, 0) + inside
    gains = {rep.rep: rep.gain for rep in comparison.reps}
    # 2% of half of it; each quarter is rounded to the cent before and after.
    assert all(abs(100 * gains[key] - twice) <= 4 * 100 for key, twice in expected.items())
    assert sum(rep.gain for rep in comparison.reps if rep.rep not in expected) == 0
    assert len(comparison.gainers()) == sum(twice > 0 for twice in expected.values())


def test_a_floor_that_takes_up_the_difference_says_so() -> None:
    found = told(against(("(留存率 over last 3 months)", "(留存率 over last 6 months)")))
    assert found["留存奖"] == {"last 3 months became last 6 months"}
    assert found["total"] == {"follows from the components on whose sum it acts"}


def test_reasons_have_places_in_both_files() -> None:
    comparison = against(("from 100%: 7%", "from 100%: 9%"))
    (commission,) = [part for part in comparison.components if part.cells]
    ((reason, seen),) = Reasons(comparison).of_component(commission)
    assert (reason.before_place, reason.after_place, seen) == ("old.meed:43:5", "new.meed:43:5", 5)


SETTINGS = "balance: runs_on  leaver: owes  "
DRAW = """policy "Draw" { currency: USD }
facts standard
credit sold to deal.owner on deal.closed = deal.amount when deal.stage is "won"
scheme s for every rep per month { balance: runs_on  leaver: owes  pay x = 10% of sold  total at least 500 CARRY }
"""


def test_a_draw_that_is_taken_back_is_the_reason_in_the_month_that_takes_it_back() -> None:
    """January earns 100 of 500; in February 900 are earned, and a recoverable draw takes 400 back."""
    deals = {
        "id": ["1", "2"], "owner": ["A", "A"], "amount": ["1000", "9000"], "stage": ["won", "won"],
        "closed": ["2026-01-10", "2026-02-10"],
    }  # fmt: skip
    runs: list[Run] = []
    for carry in ("", "carry 100%"):
        policy = read(
            DRAW.replace("CARRY", carry) if carry else DRAW.replace("CARRY", "").replace(SETTINGS, ""), "d.meed"
        )
        runs.append(run(policy, facts_of(policy, {"rep": {"id": ["A"]}, "deal": deals}), Period.parse("2026-Q1")))
    comparison = compare(*runs)
    (total,) = [part for part in comparison.components if part.cells]
    (cell,) = total.cells
    assert (cell.period, cell.gain) == ("2026-02", -400_00)
    assert Reasons(comparison).of_cell(cell).says == "at least 500 became 500 carry 100%"
