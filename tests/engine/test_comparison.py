"""Runs set against each other: sums, movers, groups."""

from fractions import Fraction
from typing import Any

import pytest

from meed.dsl import checked as c
from meed.dsl.types import TEXT
from meed.engine.calendar.periods import Period
from meed.engine.fair_pay.bookings import NoBookings, bookings_account, bookings_by_rep
from meed.engine.fairness.rep_groups import UnknownAttribute, attribute_columns, group_of_reps, with_columns
from meed.engine.pay.simulation import Run, run
from meed.engine.what_if.comparison import CannotCompare, compare, rep_totals_of

from ..evaluators import checked, facts_of

HEAD = 'policy "Pay" {{ currency: {currency} }}\nfacts standard\n'
CREDIT = 'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
YEAR = Period.parse("2026")
REPS = {
    "id": ["A", "B", "C", "D"],
    "type": ["competitive", "competitive", "conservative", "conservative"],
    "team": ["x", "y", "x", "y"],
    "hired": ["2026-01-31", "2024-12-31", "2022-01-01", "2010-05-05"],
    "quota": ["1000"] * 4,
}
DEALS = {
    "id": ["1", "2", "3", "4"],
    "owner": ["A", "B", "C", "A"],
    "amount": ["1000", "500", "200", "300"],
    "stage": ["won"] * 4,
    "closed": ["2026-02-01", "2026-03-01", "2026-05-01", "2026-11-01"],
}


def policy(schemes: str, currency: str = "USD", credits_: str = CREDIT) -> c.Policy:
    return checked(HEAD.format(currency=currency) + credits_ + schemes)


def ran(schemes: str, currency: str = "USD", deals: dict[str, Any] = DEALS) -> Run:
    made = policy(schemes, currency)
    return run(made, facts_of(made, {"rep": REPS, "deal": deals}), YEAR)


FLAT = "scheme all for every rep per quarter { pay commission = 10% of bookings  pay base = 50 }"
OTHER = """scheme all for every rep per quarter { pay commission = marginal bookings { from 0: 5%  from 400: 20% } }
scheme care for conservative per year { pay base = 90 }"""


def test_gains_worked_out_by_hand() -> None:
    """Before: 10% of what each sold, and 50 a quarter. After: 5% up to 400 in a quarter and 20% above it, and 90.

    A: 130 + 200 -> 20 + 120 + 15. B: 50 + 200 -> 20 + 20. C: 20 + 200 -> 10 + 90. D: 200 -> 90.
    """
    found = compare(ran(FLAT), ran(OTHER))
    # A was hired on 31 January, so all four quarters count.
    assert {rep.rep: (rep.before, rep.after) for rep in found.reps} == {
        "A": (330_00, 155_00), "B": (250_00, 40_00), "C": (220_00, 100_00), "D": (200_00, 90_00),
    }  # fmt: skip
    assert found.gain == (155 + 40 + 100 + 90 - 330 - 250 - 220 - 200) * 100
    assert found.gainers() == []
    assert [rep.rep for rep in found.losers()] == ["B", "A", "C", "D"]
    assert [(p.scheme, p.component, p.before, p.after, p.reps) for p in found.components] == [
        ("all", "base", 800_00, 0, 4),
        ("care", "base", 0, 180_00, 2),
        ("all", "commission", 200_00, 205_00, 3),
    ]
    commission = found.components[2]
    assert [(x.rep, x.period, x.gain) for x in commission.cells] == [
        ("A", "2026-Q1", 40_00), ("A", "2026-Q4", -15_00), ("B", "2026-Q1", -10_00), ("C", "2026-Q2", -10_00),
    ]  # fmt: skip


def test_differences_of_reps_and_of_components_add_up_to_that_of_the_totals() -> None:
    found = compare(ran(FLAT), ran(OTHER))
    assert sum(rep.gain for rep in found.reps) == found.gain
    assert sum(part.gain for part in found.components) == found.gain
    assert sum(cell.gain for part in found.components for cell in part.cells) == found.gain
    for outcome in (found.base, found.other):
        assert sum(rep_totals_of(outcome).values()) == outcome.total


def test_a_run_against_itself_moves_nobody() -> None:
    outcome = ran(FLAT)
    found = compare(outcome, outcome)
    assert found.gain == 0
    assert found.gainers() == found.losers() == []
    assert all(not part.cells for part in found.components)


def test_reps_whom_one_run_does_not_know_are_paid_nothing_by_it() -> None:
    made = policy(FLAT)
    half = {
        kind: {name: cells[:2] for name, cells in table.items()} for kind, table in (("rep", REPS), ("deal", DEALS))
    }
    found = compare(run(made, facts_of(made, half), YEAR), ran(FLAT))
    assert {rep.rep: rep.before for rep in found.reps} == {"A": 300_00, "B": 250_00, "C": 0, "D": 0}


def test_amounts_of_two_currencies_are_not_compared() -> None:
    with pytest.raises(CannotCompare, match="EUR"):
        compare(ran(FLAT), ran(FLAT, "EUR"))


def test_amounts_beyond_sixty_four_bits_stay_exact() -> None:
    large = {**DEALS, "amount": [str(10**17)] * 4}
    found = compare(ran(FLAT, deals=large), ran(FLAT.replace("10%", "30%"), deals=large))
    assert found.gain == 4 * 2 * 10**16 * 100


# --- groups --------------------------------------------------------------------------------------------------


def test_groups_hold_every_rep_once() -> None:
    found = compare(ran(FLAT), ran(OTHER))
    made = found.groups(dict(zip("ABCD", ["x", "y", "x", "(none)"], strict=True)))
    assert [(g.group, g.reps, g.before, g.after, g.mean, g.median, g.gainers, g.losers) for g in made] == [
        ("x", 2, 550_00, 255_00, Fraction(127_50), Fraction(127_50), 0, 2),
        ("y", 1, 250_00, 40_00, 40_00, 40_00, 0, 1),
        ("(none)", 1, 200_00, 90_00, 90_00, 90_00, 0, 1),
    ]


def test_tenure_counts_completed_months_up_to_the_last_day() -> None:
    """On 31 December 2026 A is there 11 months, B 24, C four years, D sixteen."""
    made = policy(FLAT)
    facts = facts_of(made, {"rep": REPS, "deal": DEALS})
    found = group_of_reps(facts, "tenure", "hired", YEAR)
    assert list(found.values()) == ["under 1 year", "2 to 5 years", "2 to 5 years", "10 years and more"]


def test_columns_that_the_policy_does_not_declare_can_group_reps() -> None:
    made = with_columns(policy(FLAT), "rep", {"gender": TEXT, "team": TEXT})
    assert made.kinds["rep"].columns["team"] == policy(FLAT).kinds["rep"].columns["team"]
    facts = facts_of(made, {"rep": {**REPS, "gender": ["f", "", "m", "f"]}, "deal": DEALS})
    assert list(group_of_reps(facts, "gender", "gender", YEAR).values()) == ["f", "(none)", "m", "f"]


def test_attributes_that_no_column_has_are_named() -> None:
    kind = policy(FLAT).kinds["rep"]
    assert attribute_columns(kind, ["id", "region"], ["territory"]) == {"territory": "region"}
    assert attribute_columns(kind, ["region", "territory"], ["territory"]) == {"territory": "territory"}
    with pytest.raises(UnknownAttribute) as problem:
        attribute_columns(kind, ["id", "region"], ["regoin"])
    assert "region" in problem.value.help
    with pytest.raises(UnknownAttribute, match="tenure"):
        attribute_columns(kind, ["id", "region"], ["tenure"])


# --- bookings ------------------------------------------------------------------------------------------------

TWO = "credit visits to activity.rep on activity.at = 1\n" + CREDIT + CREDIT.replace("bookings", "renewals")


def test_bookings_are_the_first_money_from_deals() -> None:
    made = policy(FLAT, credits_=TWO)
    assert bookings_account(made) == "bookings"
    assert bookings_account(made, "renewals") == "renewals"
    facts = facts_of(made, {"rep": REPS, "deal": DEALS})
    found = bookings_by_rep(made, facts, Period.parse("2026-H1"), "bookings")
    assert found == {"A": 1000_00, "B": 500_00, "C": 200_00, "D": 0}


def test_an_account_that_is_no_money_cannot_be_bookings() -> None:
    made = policy(FLAT, credits_=TWO)
    with pytest.raises(NoBookings, match="visits"):
        bookings_account(made, "visits")
    with pytest.raises(NoBookings) as problem:
        bookings_account(made, "booking")
    assert "bookings" in problem.value.help
    none = policy(
        "scheme all for every rep per quarter { pay base = 1 }",
        credits_="credit visits to activity.rep on activity.at = 1\n",
    )
    with pytest.raises(NoBookings, match="no money"):
        bookings_account(none)


def test_reps_who_change_are_in_the_group_of_the_last_day_that_they_are_there() -> None:
    """A moves from x to y in July; B leaves the file at the end of June."""
    reps = {
        "id": ["A", "A", "B"], "type": ["competitive"] * 3, "team": ["x", "y", "z"], "hired": ["2020-01-01"] * 3,
        "quota": ["1"] * 3, "valid_from": ["", "2026-07-01", ""], "valid_until": ["", "", "2026-06-30"],
    }  # fmt: skip
    made = policy(FLAT)
    facts = facts_of(made, {"rep": reps, "deal": {name: cells[:2] for name, cells in DEALS.items()}})
    assert list(group_of_reps(facts, "team", "team", YEAR).values()) == ["y", "z"]
    assert list(group_of_reps(facts, "team", "team", Period.parse("2026-H1")).values()) == ["x", "z"]
