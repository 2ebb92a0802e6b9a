"""What one more won deal pays: real runs with one more deal, together where reps stand alone, else one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.calendar.periods import Period, parse_day
from meed.engine.facts import Facts
from meed.engine.fair_pay.interaction import interactions
from meed.engine.fair_pay.marginal_pay import MarginalRefused, Marginals, marginal_pay
from meed.engine.pay.simulation import run

from ..evaluators import checked, facts_of

HEAD = """policy "Pay" { currency: USD }
facts standard
facts deal { margin: money }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
credit earned to deal.owner on deal.closed = deal.margin when deal.stage is "won"
"""
TIERS = """scheme all for every rep per quarter {
  pay commission = marginal bookings { from 0: 5%  from 1_000: 8% }
    at most 100
  pay margin = 10% of earned
}
"""
QUARTER = Period.parse("2026-Q2")
REPS = {"id": ["A", "B", "C", "D", "E"], "hired": ["2020-01-01"] * 5, "left": ["", "", "", "", "2026-05-31"]}
DEALS = {
    "id": ["1", "2", "3", "4", "5"],
    "owner": ["A", "B", "B", "C", "E"],
    "amount": ["400", "950", "50", "5000", "10"],
    "margin": ["200", "95", "5", "0", "5"],
    "stage": ["won"] * 5,
    "closed": ["2026-04-10", "2026-04-11", "2026-04-12", "2026-04-13", "2026-04-14"],
}


def asked(schemes: str, deals: dict[str, Any] = DEALS, unit: int = 100_00) -> tuple[c.Policy, Facts, Marginals]:
    policy = checked(HEAD + schemes)
    facts = facts_of(policy, {"rep": REPS, "deal": deals})
    base = run(policy, facts, QUARTER)
    return policy, facts, marginal_pay(policy, facts, base, QUARTER, unit, "bookings")


def test_one_more_deal_worked_out_by_hand() -> None:
    """A: 5% of 100, and half of it is margin: 5 + 5. B is at 1,000: 8%, and a tenth is margin: 8 + 1.

    C is at the cap of 100, and has no margin: nothing. D has no deal: that of the middle is copied, the one of A
    (10, 50, 400, 950, 5,000), so 5 + 5. E left on 31 May, and is paid by the scheme of that quarter all the same.
    """
    _, _, made = asked(TIERS)
    assert made.one_run
    assert made.because == ()
    assert made.day == parse_day("2026-06-30")
    assert {rep.rep: rep.pays for rep in made.reps} == {"A": 10_00, "B": 9_00, "C": 0, "D": 10_00, "E": 10_00}
    assert all(rep.costs == rep.pays for rep in made.reps)
    assert [rep.rep for rep in made.nothing()] == ["C"]
    assert made.middle == 10_00
    assert made.cliffs() == []


def test_one_more_deal_that_reaches_a_bonus_is_a_cliff() -> None:
    """A bonus of 300 at 1,050 is reached by B alone: 5% and 300, over five times what it pays the others."""
    schemes = """scheme all for every rep per quarter {
      pay commission = 5% of bookings
      pay bonus = step bookings { from 0: 0  from 1_050: 300 }
    }"""
    _, _, made = asked(schemes)
    assert {rep.rep: rep.pays for rep in made.reps} == {"A": 5_00, "B": 305_00, "C": 5_00, "D": 5_00, "E": 5_00}
    assert [rep.rep for rep in made.cliffs()] == ["B"]


def test_reps_who_compete_have_a_run_each() -> None:
    """B sells 1,000 and leads A, who sells 400. 700 more for A alone wins the prize of 90, and B loses it."""
    schemes = """scheme all for every rep where rep.id in ("A", "B") per quarter {
      pay race = prize rank of bookings ties share { 1: 90 }
    }""".replace('rep.id in ("A", "B")', "bookings < 3_000 and bookings >= 100")
    _, _, made = asked(schemes, unit=700_00)
    assert not made.one_run
    assert made.because == ("`race` ranks reps",)
    assert {rep.rep: (rep.pays, rep.costs) for rep in made.reps} == {"A": (90_00, 0), "B": (0, 0)}
    assert made.outside == ("C", "D", "E")


def test_those_whom_no_scheme_pays_on_the_last_day_are_outside() -> None:
    _, _, made = asked(TIERS.replace("per quarter", "per month"))
    assert made.outside == ("E",)


def test_other_amounts_of_the_deal_are_in_proportion_and_other_columns_as_they_are() -> None:
    """The typical deal of B is the smaller of two, 50 with a margin of 5."""
    policy, facts, _ = asked(TIERS)
    base = run(policy, facts, QUARTER)
    made = marginal_pay(policy, facts, base, QUARTER, 33_33, "bookings")
    b = next(rep for rep in made.reps if rep.rep == "B")
    # 8% of 33.33 is 2.6664; the margin is a tenth, 3.333, rounded to 3.33: 10% of it. Both are rounded to cents.
    assert b.pays == 2_67 + 33


@given(
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 3000)), min_size=1, max_size=6), st.integers(1, 2000_00)
)
def test_all_reps_in_one_run_is_one_by_one_where_reps_stand_alone(rows: list[tuple[str, int]], unit: int) -> None:
    deals = {
        "id": [str(n) for n in range(len(rows))], "owner": [row[0] for row in rows],
        "amount": [str(row[1]) for row in rows], "margin": ["1"] * len(rows), "stage": ["won"] * len(rows),
        "closed": ["2026-05-01"] * len(rows),
    }  # fmt: skip
    _, _, together = asked(TIERS, deals, unit)
    # A race for nothing changes nobody's pay, and makes reps act on each other.
    apart = asked(
        TIERS.replace("pay margin", "pay race = prize rank of bookings ties share { 1: 0 }  pay margin"), deals, unit
    )[2]
    assert together.one_run
    assert not apart.one_run
    assert [(rep.rep, rep.pays) for rep in together.reps] == [(rep.rep, rep.pays) for rep in apart.reps]


def test_the_facts_with_one_more_deal_hold_all_others_as_they_were() -> None:
    """A reference from another kind still leads to its deal."""
    text = HEAD + (
        "credit visited to activity.rep on activity.at = 1\n"
        '  when activity.deal is known and activity.deal.stage is "won"\n'
        "scheme all for every rep per quarter { pay visits = 1 USD * visited  pay commission = 1% of bookings }\n"
    )
    policy = checked(text)
    activities = {"id": ["x"], "rep": ["A"], "at": ["2026-05-01"], "deal": ["5"]}
    facts = facts_of(policy, {"rep": REPS, "deal": DEALS, "activity": activities})
    base = run(policy, facts, QUARTER)
    made = marginal_pay(policy, facts, base, QUARTER, 100_00, "bookings")
    assert {rep.pays for rep in made.reps} == {1_00}


def test_deals_without_an_owner_are_nobodys_typical_deal() -> None:
    """The deal of nobody is the one in the middle: D, who has none, gets its like, and a tenth of it is margin."""
    owned = HEAD.replace("margin: money", "margin: money  owner: rep?").replace(
        '"won"', '"won" and deal.owner is known'
    )
    policy = checked(owned + TIERS)
    facts = facts_of(policy, {"rep": REPS, "deal": {**DEALS, "owner": ["", "B", "B", "C", "E"], "margin": ["40"] * 5}})
    base = run(policy, facts, QUARTER)
    made = marginal_pay(policy, facts, base, QUARTER, 100_00, "bookings")
    assert {rep.rep: rep.pays for rep in made.reps}["D"] == 6_00


def test_a_policy_without_owned_deals_is_refused() -> None:
    policy = checked(
        HEAD.replace("to deal.owner on", "to deal.owner.manager on").replace(
            '"won"', '"won" and deal.owner.manager is known'
        )
        + "scheme all for every rep per quarter { pay commission = 1% of bookings }"
    )
    facts = facts_of(policy, {"rep": {**REPS, "manager": ["", "A", "", "", ""]}, "deal": DEALS})
    with pytest.raises(MarginalRefused, match="bookings"):
        marginal_pay(policy, facts, run(policy, facts, QUARTER), QUARTER, 100, "bookings")
    empty = facts_of(checked(HEAD + TIERS), {"rep": REPS, "deal": {name: [] for name in DEALS}})
    with pytest.raises(MarginalRefused, match="no deal to copy"):
        marginal_pay(checked(HEAD + TIERS), empty, run(checked(HEAD + TIERS), empty, QUARTER), QUARTER, 1, "bookings")


# --- who acts on whom ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ("5% of bookings", []),
        ("marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }", []),
        ("prize rank of bookings ties share { 1: 5 }", ["`x` ranks reps"]),
        ("share (1_000 USD) among every rep by bookings", ["`x` shares a pool"]),
        ("1% of (total bookings)", ["`x` adds up or compares reps"]),
        ("1% of team_sold", ["`x` adds up or compares reps"]),
        ("1% of coached", ["`x` reads `coached`, which credits others than the owner"]),
        ("1% of above_me", ["`x` reads values of others"]),
        ("1 USD * calls", []),
    ],
)  # fmt: skip
def test_reps_stand_alone_where_nothing_of_others_is_read(value: str, because: list[str]) -> None:
    policy = checked(
        HEAD
        + "credit coached to deal.owner.mentor on deal.closed = deal.amount when deal.owner.mentor is known\n"
        + "credit calls to activity.rep on activity.at = 1\n"
        + "let team_sold of rep = sum of bookings within rep.team\n"
        + "let own of rep = bookings at least 0\n"
        + "let above_me of rep = choose { when rep.mentor is known: own of rep.mentor  otherwise: 0 USD }\n"
        + f"scheme all for every rep per quarter {{ pay x = {value} }}\n"
    )
    assert interactions(policy) == because


def test_one_more_deal_beside_deals_with_versions() -> None:
    """The deal of A was 100 until it became 400 on the day before it was won: it is still 5 + 5 that one more pays."""
    first = {"id": "1", "owner": "A", "amount": "100", "margin": "5", "stage": "open", "closed": ""}
    dated = {name: [first[name], *cells] for name, cells in DEALS.items()}
    _, facts, made = asked(TIERS, {**dated, "valid_from": ["", "2026-04-09", *[""] * 4]})
    assert facts.table("deal").versions is not None
    assert {rep.rep: rep.pays for rep in made.reps} == {"A": 10_00, "B": 9_00, "C": 0, "D": 10_00, "E": 10_00}
