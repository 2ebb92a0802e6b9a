"""Several measures: compared one after the other among equals, then turns; and told in that order."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.allocation.allocation import allocate
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.life.stream import replay

from ..evaluators import checked, facts_of

KEYS = DrawKeys(bytes(32))
POLICY = """policy "Desk" { version: "1"  currency: EUR }
facts standard
facts rep { skill: count  wait: number?  part: number }
let received of rep = count of lead where lead.owner is rep
let wait of rep = rep.wait / rep.part
assign lead { otherwise to any rep BY  if nobody hold "desk" }
"""
Rep = tuple[int, int | None, int]
reps = st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=6)


def decided(by: str, team: list[Rep], leads: int, setting: str = "") -> list[Decision]:
    policy = checked(POLICY.replace("BY", by).replace("{ otherwise", f"{{ {setting}  otherwise"))
    tables = {
        "rep": {
            "id": [f"r{number}" for number in range(len(team))],
            "skill": [str(skill) for skill, _, _ in team],
            "wait": ["" if wait is None else str(wait) for _, wait, _ in team],
            "part": [str(part) for _, _, part in team],
        },
        "lead": {
            "id": [f"L{at:02}" for at in range(leads)],
            "created": [f"2026-03-02 09:{at:02}" for at in range(leads)],
        },
    }
    *_, (made, _) = replay(policy, facts_of(policy, tables), KEYS)
    return made.decisions


@settings(max_examples=60, deadline=None)
@given(reps, st.integers(1, 8))
def test_who_is_first_in_order_of_the_measures_gets_it_and_equals_take_turns(team: list[Rep], leads: int) -> None:
    """Checked by sorting whole tuples: skill down, received up, wait down with the unknown last."""
    received = [0] * len(team)
    runs: list[tuple[list[int], int]] = []
    for decision in decided("by best rep.skill, fewest received, best (rep.wait else 0 - 1)", team, leads):
        keys = [(-skill, received[at], 1 if wait is None else -wait) for at, (skill, wait, _) in enumerate(team)]
        first = [at for at, key in enumerate(keys) if key == min(keys)]
        winner = int((decision.rep or "r-1")[1:])
        assert winner in first
        turn = decision.tried[0].turn
        assert turn is not None
        assert [line.key for line in turn.standings] == [f"r{at}" for at in first]
        received[winner] += 1
        runs.append((first, winner))
    for equals, some in groupby(runs, key=lambda run: run[0]):
        winners = [winner for _, winner in some]
        assert len(set(winners[: len(equals)])) == len(winners[: len(equals)]), "nobody twice before everybody once"


@settings(max_examples=30, deadline=None)
@given(reps, st.integers(1, 4))
def test_one_more_measure_changes_nothing_where_it_is_the_same_for_all(team: list[Rep], leads: int) -> None:
    alone, more = (decided(by, team, leads) for by in ("by best rep.skill", "by best rep.skill, fewest 1"))
    assert [one.rep for one in alone] == [one.rep for one in more]


@settings(max_examples=40, deadline=None)
@given(reps, st.integers(1, 8), st.integers(0, 3))
def test_within_a_band_the_same_decides_among_those_inside_it(team: list[Rep], leads: int, band: int) -> None:
    made = decided("by best rep.skill, fewest received", team, leads, f"band: {band}")
    received = [0] * len(team)
    for decision in made:
        tier, winner = decision.tried[0], int((decision.rep or "r-1")[1:])
        assert tier.band is not None
        if tier.band.free:
            inside = [int(key[1:]) for key in tier.band.inside]
            keys = {at: (-team[at][0], received[at]) for at in inside}
            assert keys[winner] == min(keys.values())
        received[winner] += 1


def test_it_is_told_in_order_what_was_compared() -> None:
    team: list[Rep] = [(2, 5, 1), (2, 5, 1), (1, 0, 1), (2, 4, 1)]
    first, second = decided("by best rep.skill, best (rep.wait else 0), fewest received", team, 2)
    assert first.because == (
        "otherwise: 2 of the 4 who could take it had the highest rep.skill (2), then the highest rep.wait else 0 (5), "
        "then the lowest received of rep so far (0); 2 of these were owed most (+0.500 of a lead), and r0 is first of "
        "them in the declared order"
    )
    assert second.why_not("r0") == "rep.skill is 2, too, and received of rep so far is 1; the lowest is 0, r1's"
    assert second.why_not("r2") == "rep.skill is 1; the highest is 2, r1's"
    assert second.why_not("r3") == "rep.skill is 2, too, and rep.wait else 0 is 4; the highest is 5, r1's"
    assert second.as_json()["tried"][0]["further"][1] == {
        "strategy": "fewest",
        "what": "received of rep so far",
        "measured": {"r0": "1", "r1": "0"},
    }


def test_in_a_batch_such_a_step_decides_one_by_one() -> None:
    policy = checked(POLICY.replace("BY", "by best rep.skill, fewest received"))
    reps = {"id": ["a", "b", "c"], "skill": ["2", "2", "1"], "wait": [""] * 3, "part": ["1"] * 3}
    leads = {"id": ["L1", "L2", "L3"], "created": ["2026-03-02 09:00"] * 3}
    made = allocate(policy, facts_of(policy, {"rep": reps, "lead": leads}), KEYS)
    *_, (alone, _) = replay(policy, facts_of(policy, {"rep": reps, "lead": leads}), KEYS)
    assert [one.rep for one in made.outcomes] == [one.rep for one in alone.decisions] == ["a", "b", "b"]


@pytest.mark.parametrize(("action", "held", "strategy"), [('hold "spam"', "spam", "hold"), ("return", "", "return")])
def test_a_rule_may_give_to_nobody(action: str, held: str, strategy: str) -> None:
    policy = checked(f"""policy "Desk" {{ version: "1"  currency: EUR }}
facts standard
assign lead {{
  rule spam when lead.source is "spam" {action}
  otherwise to any rep by round_robin
  if nobody hold "desk"
}}
""")
    leads = {"id": ["L1", "L2"], "created": ["2026-03-02 09:00"] * 2, "source": ["spam", "web"]}
    *_, (made, _) = replay(policy, facts_of(policy, {"rep": {"id": ["a"]}, "lead": leads}), KEYS)
    one, two = made.decisions
    assert (one.rep, one.held, one.rule, one.strategy) == (None, held, "spam", strategy)
    assert (two.rep, two.skipped) == ("a", (("spam", 'lead.source is "web", not "spam"'),))
