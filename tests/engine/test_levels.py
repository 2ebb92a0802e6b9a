"""A choice at two levels: whose turn it is among groups, and in the group; what people do moves credit at both."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

from meed.engine.assigning.decisions import Decision
from meed.engine.fairness.assignment_fairness import assignment_report
from meed.engine.life.outcome_text import OutcomeText
from meed.engine.life.stream import draws_at_random
from meed.engine.turns.shares import SCALE

from .test_life import Stage

REPS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "on_duty": ["yes"] * 4,
    "team": ["x", "x", "x", "y"],
    "capacity": ["1", "1", "2", "1"],
}
GROUPS, OF_X, OF_Y = "lead/otherwise/1 within rep.team", *(f"lead/otherwise/1 within rep.team {team}" for team in "xy")


def stage_of(
    sharing: str = "round_robin, round_robin",
    head: str = "",
    accept: str = "",
    reps: dict[str, list[Any]] | None = None,
    lets: str = "",
) -> Stage:
    text = (
        f"{lets}\nassign lead {{ {head} needs rep.on_duty "
        f'otherwise to any rep within rep.team by {sharing} {accept} if nobody hold "desk" }}'
    )
    return Stage(text, rep=reps or REPS)


def given_to(stage: Stage, count: int, begin: int = 0, **fact: Any) -> list[Decision]:
    return [stage.arrive(f"L{number}", number, **fact).decisions[0] for number in range(begin, begin + count)]


def leads(stage: Stage, pool: str) -> dict[str, str]:
    """The credits of a pool in leads, to the thousandth."""
    return {
        key: f"{credit * 1000 // SCALE / 1000:+.3f}" for key, credit in sorted(stage.floor.ledger.credits(pool).items())
    }


# --- the rules -----------------------------------------------------------------------------------------------


def test_teams_take_turns_however_many_they_are_and_reps_within_them() -> None:
    assert [one.rep for one in given_to(stage_of(), 8)] == ["a", "d", "b", "d", "c", "d", "a", "d"]


def test_a_group_is_owed_by_its_weight_and_a_rep_by_the_own_one() -> None:
    lets = 'let part of rep = choose { when rep.team is "x": 3 otherwise: 1 }'
    stage = stage_of("capability_weighted part, capability_weighted rep.capacity", lets=lets)
    got = Counter(one.rep for one in given_to(stage, 32))
    assert got == {"a": 6, "b": 6, "c": 12, "d": 8}


def test_a_group_with_nobody_there_is_passed_over_and_is_owed_nothing_while_it_is_away() -> None:
    stage = stage_of()
    given_to(stage, 2)
    stage.change("rep", "d", 10, on_duty="no")
    assert [one.rep for one in given_to(stage, 3, 11)] == ["b", "c", "a"]
    stage.change("rep", "d", 20, on_duty="yes")
    assert [one.rep for one in given_to(stage, 3, 21)] == ["b", "d", "c"], "no flood of what it missed"


def test_a_group_that_weighs_nothing_is_out_of_it_and_its_reps_are_told_so() -> None:
    lets = 'let part of rep = choose { when rep.team is "x": 0 otherwise: 1 }'
    stage = stage_of("capability_weighted part, round_robin", lets=lets)
    made = given_to(stage, 2)
    assert [one.rep for one in made] == ["d", "d"]
    assert made[0].why_not("a") == "part of rep so far is 0, not above 0"


def test_where_no_group_weighs_anything_nobody_has_it() -> None:
    lets = 'let part of rep = choose { when rep.team is "z": 1 otherwise: 0 }'
    made = given_to(stage_of("capability_weighted part, round_robin", lets=lets), 1)
    assert (made[0].rep, made[0].held) == (None, "desk")


def test_a_rep_who_weighs_nothing_does_not_stand_for_the_group() -> None:
    stage = stage_of("round_robin, capability_weighted rep.capacity", reps={**REPS, "capacity": ["1", "1", "2", "0"]})
    made = given_to(stage, 3)
    assert [one.rep for one in made] == ["c", "a", "b"]
    assert made[0].why_not("d") == "rep.capacity is 0, not above 0"


def test_the_mean_of_others_is_that_of_the_group() -> None:
    reps = {**REPS, "team": ["x", "x", "y", "y"], "capacity": ["4", "0", "1", "1"]}
    stage = stage_of("round_robin, capability_weighted rep.capacity", "zero_weight: mean_of_others", reps=reps)
    assert Counter(one.rep for one in given_to(stage, 8)) == {"a": 2, "b": 2, "c": 2, "d": 2}


def test_a_measure_compares_the_reps_of_the_group_that_was_chosen() -> None:
    stage = stage_of("round_robin, best rep.capacity")
    made = given_to(stage, 4)
    assert [one.rep for one in made] == ["c", "d", "c", "d"]
    assert made[0].why_not("a") == "rep.capacity is 1; the highest is 2, c's"


def test_value_is_shared_at_both_levels() -> None:
    stage = stage_of(head="fair_in: value")
    got = [
        stage.arrive(f"L{n}", n, value=value).decisions[0].rep for n, value in enumerate((9000, 2000, 3000, 6000, 100))
    ]
    assert got == ["a", "d", "d", "d", "b"]
    pools = set(stage.floor.ledger.snapshot())
    assert pools == {f"lead/otherwise/1/value within rep.team{part}" for part in ("", " x", " y")}


def test_ties_of_groups_go_to_the_lower_key_or_to_who_waits_longest() -> None:
    reps = {**REPS, "team": ["y", "y", "x", "x"]}
    assert [one.rep for one in given_to(stage_of(reps=reps), 4)] == ["c", "a", "d", "b"]
    stage = stage_of(head="order: longest_waiting", reps=reps)
    assert [one.rep for one in given_to(stage, 6)] == ["c", "a", "d", "b", "c", "a"]


def test_a_new_group_begins_as_a_newcomer_does() -> None:
    reps = {**REPS, "team": ["x", "y", "z", "z"], "on_duty": ["yes", "yes", "no", "no"]}
    stage = stage_of(head="newcomer: last_in_line", reps=reps)
    given_to(stage, 1)
    stage.change("rep", "c", 5, on_duty="yes")
    made = given_to(stage, 3, 6)
    assert [one.rep for one in made] == ["b", "a", "b"]
    assert "z came new, and began last in line (-0.333 of a lead)" in made[0].because


# --- draws and decks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sharing", ["random, random", "deck, deck", "random, deck", "deck, round_robin", "round_robin, random"]
)
def test_every_level_may_be_by_lot(sharing: str) -> None:
    made = given_to(stage_of(sharing), 40)
    teams = Counter("y" if one.rep == "d" else "x" for one in made)
    assert 8 <= teams["y"] <= 32
    if sharing.startswith("deck"):
        assert teams["y"] == 20
    for one in made:
        assert one.tried[-1].is_drawn


@pytest.mark.parametrize(
    ("sharing", "drawn"),
    [("random, round_robin", True), ("round_robin, deck", True), ("deck, best rep.capacity", True), (None, False)],
)
def test_a_seed_is_asked_for_where_either_level_is_by_lot(sharing: str | None, drawn: bool) -> None:
    stage = stage_of() if sharing is None else stage_of(sharing)
    assert draws_at_random(stage.policies[0].assigns[0]) == drawn


def test_the_draws_of_one_decision_are_never_the_same_draw() -> None:
    reps = {"id": ["x", "y"], "on_duty": ["yes", "yes"], "team": ["x", "x"], "capacity": ["1", "1"]}
    both = {**reps, "id": ["x", "y", "z"], "on_duty": ["yes"] * 3, "team": ["x", "x", "y"], "capacity": ["1"] * 3}
    alike = 0
    for one in given_to(stage_of("random, random", reps=both), 60):
        tier = one.tried[-1]
        assert tier.group is not None
        assert tier.draw is not None
        assert tier.group.tried.draw is not None
        assert tier.record != tier.group.tried.record
        if tier.group.chosen == "x":
            alike += tier.draw.ticket == tier.group.tried.draw.ticket
    assert 5 < alike < 45, "of two groups and two reps of the same names the draws are independent"


# --- what people do ------------------------------------------------------------------------------------------


def test_a_decline_gives_both_turns_back() -> None:
    stage = stage_of(accept="accept within 1 hour")
    stage.arrive("L0", 0)
    outcome = stage.move("L0", "decline", "a", 1)
    assert [(one.pool, one.did, one.winner) for one in outcome.postings] == [
        (OF_X, "reverse", "a"), (GROUPS, "reverse", "x"), (GROUPS, "post", "x"), (OF_X, "post", "b"),
    ]  # fmt: skip
    assert leads(stage, GROUPS) == {"x": "-0.500", "y": "+0.500"}
    assert leads(stage, OF_X) == {"a": "+0.000", "b": "-0.500", "c": "+0.500"}


def test_a_release_gives_both_turns_back_and_the_next_decision_shares_anew() -> None:
    stage = stage_of()
    stage.arrive("L0", 0)
    stage.move("L0", "release", "a", 1)
    assert leads(stage, GROUPS) == {"x": "-0.500", "y": "+0.500"}
    assert leads(stage, OF_X)["a"] == "+0.000"


def test_a_transfer_within_a_group_moves_no_credit_of_groups() -> None:
    stage = stage_of()
    stage.arrive("L0", 0)
    before = leads(stage, GROUPS)
    outcome = stage.move("L0", "transfer", "a", 1, to="b")
    assert {one.pool for one in outcome.postings} == {OF_X}
    assert leads(stage, GROUPS) == before
    assert leads(stage, OF_X) == {"a": "+0.333", "b": "-0.667", "c": "+0.333"}


@pytest.mark.parametrize(
    "how", [{"word": "transfer", "rep": "a"}, {"word": "override", "by": "boss", "reason": "knows them"}]
)
def test_to_another_group_both_credits_go_along(how: dict[str, str]) -> None:
    stage = stage_of()
    stage.arrive("L0", 0)
    stage.move("L0", at=1, to="d", **how)
    assert leads(stage, GROUPS) == {"x": "+0.500", "y": "-0.500"}
    assert leads(stage, OF_X) == {"a": "+0.000", "b": "+0.000", "c": "+0.000"}
    assert leads(stage, OF_Y) == {"d": "+0.000"}, "alone in the group, d was owed what it got"


def test_back_again_it_is_as_it_was() -> None:
    stage = stage_of()
    stage.arrive("L0", 0)
    before = leads(stage, GROUPS), leads(stage, OF_X)
    stage.move("L0", "transfer", "a", 1, to="d")
    stage.move("L0", "transfer", "d", 2, to="a")
    assert (leads(stage, GROUPS), leads(stage, OF_X)) == before


def test_an_override_of_what_nobody_had_posts_at_both_levels() -> None:
    reps = {**REPS, "on_duty": ["no"] * 4}
    stage = stage_of(reps=reps)
    stage.arrive("L0", 0)
    stage.change("rep", "a", 1, on_duty="yes")
    stage.change("rep", "d", 1, on_duty="yes")
    stage.move("L0", "override", at=2, to="b", by="boss", reason="knows them")
    assert leads(stage, GROUPS) == {"x": "-0.500", "y": "+0.500"}
    assert leads(stage, OF_X) == {"a": "+1.000", "b": "-1.000"}, "b is away, and pays all the same"


def test_by_hand_without_a_turn_leaves_everything_as_it_was() -> None:
    stage = stage_of(head="manual: no_turn")
    stage.arrive("L0", 0)
    before = leads(stage, GROUPS), leads(stage, OF_X)
    stage.move("L0", "transfer", "a", 1, to="d")
    assert (leads(stage, GROUPS), leads(stage, OF_X)) == before


def test_a_card_of_a_group_lies_on_top_again() -> None:
    stage = stage_of("deck, round_robin", accept="accept within 1 hour")
    first = stage.arrive("L0", 0).decisions[0]
    outcome = stage.move("L0", "decline", first.rep or "", 1)
    group = outcome.decisions[-1].tried[-1].group
    assert group is not None
    assert group.tried.card is not None
    assert group.tried.card.again


# --- what is told --------------------------------------------------------------------------------------------


def test_it_says_both_choices_and_why() -> None:
    made = given_to(stage_of(), 2)
    assert made[0].because == (
        "otherwise: 2 of the 2 with somebody who could take it were owed most (+0.500 of a lead), and x is first of "
        "them in the declared order; there 3 of the 3 who could take it were owed most (+0.333 of a lead), and a is "
        "first of them in the declared order"
    )
    assert made[1].because == (
        "otherwise: y was owed most of the 2 with somebody who could take it (+1.000 of a lead); there d was the only "
        "one who could take it"
    )
    assert made[1].why_not("a") == "rep.team is x: even, while y is owed 1.000 of a lead"
    assert made[0].why_not("d") == "rep.team is y: owed 0.500 of a lead, as is x, who is earlier in the declared order"
    assert made[0].why_not("b") == "owed 0.333 of a lead, as is a, who is earlier in the declared order"


def test_the_record_is_the_same_as_text_and_as_values() -> None:
    stage = stage_of("random, deck", head="fair_in: value")
    outcome = stage.arrive("L0", 0, value=100)
    said = json.loads(OutcomeText().of(outcome))
    assert said == json.loads(json.dumps(outcome.as_json()))
    group = said["decisions"][0]["tried"][0]["group"]
    assert group["of"] == "rep.team"
    assert group["members"] == {"x": ["a", "b", "c"], "y": ["d"]}


def test_the_report_counts_both_levels_against_their_bounds() -> None:
    stage = stage_of()
    outcomes = [stage.arrive(f"L{n}", n) for n in range(9)]
    outcomes.append(stage.move("L0", "transfer", "a", 20, to="d"))
    outcomes.append(stage.move("L2", "transfer", "b", 21, to="c"))
    for told in (outcomes, [one.as_json() for one in outcomes]):
        made = assignment_report(told)
        pools = {pool["pool"]: pool for pool in made["pools"]}
        assert set(pools) == {GROUPS, OF_X, OF_Y}
        assert made["within_promise"]
        assert not made["defects"]
        assert pools[GROUPS]["of"] == "rep.team"
        assert pools[OF_X]["of"] is None
        assert {one["rep"] for one in pools[GROUPS]["reps"]} == {"x", "y"}
        for name, pool in pools.items():
            held = stage.floor.ledger.credits(name)
            assert {one["rep"]: one["credit"] for one in pool["reps"]} == {
                key: str(Fraction(credit, SCALE)) for key, credit in held.items()
            }
