"""Credit at two levels on random histories: an oracle foretells who gets it, and no credit leaves its bound."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.fairness.assignment_fairness import assignment_report
from meed.engine.life.outcome import Outcome
from meed.engine.life.outcome_text import OutcomeText
from meed.engine.life.refused import Refused
from meed.engine.turns.shares import SCALE

from ..engine.test_life import Stage

POLICY = """facts team {{ part: number }}
facts rep {{ capacity: number  team: team }}
assign lead {{ {head} needs rep.on_duty
  otherwise to any rep within rep.team by {sharing} {accept}
  if nobody hold "desk" }}"""
TEAMS = ("x", "y", "z")
REPS = ("a", "b", "c", "d", "e")
WEIGHTS = st.sampled_from((0, 1, 1, 2, 3))

Event = tuple[str, ...]


@st.composite
def histories(draw: st.DrawFn, *, moves: bool) -> list[Event]:
    """Events in words: leads arrive, reps come, go and change teams, weights change, and people do what they like."""
    words = ["arrive"] * 4 + ["duty", "duty", "weigh", "part", "team"] + ["move"] * (4 if moves else 0)
    made: list[Event] = []
    for word in draw(st.lists(st.sampled_from(words), min_size=5, max_size=45)):
        match word:
            case "duty":
                made.append(("duty", draw(st.sampled_from(REPS)), draw(st.sampled_from(("yes", "yes", "no")))))
            case "weigh":
                made.append(("weigh", draw(st.sampled_from(REPS)), str(draw(WEIGHTS))))
            case "part":
                made.append(("part", draw(st.sampled_from(TEAMS)), str(draw(WEIGHTS))))
            case "team":
                made.append(("team", draw(st.sampled_from(REPS)), draw(st.sampled_from(TEAMS))))
            case "move":
                what = draw(st.sampled_from(("decline", "accept", "release", "transfer", "override")))
                made.append(("move", what, str(draw(st.integers(0, 20))), draw(st.sampled_from(REPS))))
            case _:
                made.append(("arrive",))
    return made


def stage_of(sharing: str, head: str = "", accept: str = "") -> Stage:
    teams = {"id": list(TEAMS), "part": ["1", "2", "1"]}
    reps = {
        "id": list(REPS),
        "on_duty": ["yes"] * 5,
        "team": ["x", "x", "y", "y", "z"],
        "capacity": ["1", "2", "1", "1", "1"],
    }
    return Stage(POLICY.format(sharing=sharing, head=head, accept=accept), team=teams, rep=reps)


def lived(stage: Stage, events: list[Event]) -> list[Outcome]:
    """What came of the events; those that are refused leave nothing."""
    made: list[Outcome] = []
    leads = 0
    for at, event in enumerate(events):
        try:
            match event:
                case ("arrive",):
                    leads += 1
                    made.append(stage.arrive(f"L{leads - 1}", at))
                case ("move", what, number, rep):
                    key = f"L{int(number) % max(leads, 1)}"
                    more = {"to": rep, "by": "boss", "reason": "so it is"} if what in {"transfer", "override"} else {}
                    made.append(stage.move(key, what, at=at, **more))
                case ("part", team, value):
                    made.append(stage.change("team", team, at, part=value))
                case (word, rep, value):
                    column = {"duty": "on_duty", "weigh": "capacity", "team": "team"}[word]
                    made.append(stage.change("rep", rep, at, **{column: value}))
                case _:
                    raise AssertionError(event)
        except Refused:
            continue
    return made


@dataclass
class Oracle:
    """Turns at two levels as the documents say them, in fractions, and nothing else."""

    duty: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(REPS, True))
    weight: dict[str, int] = field(default_factory=lambda: dict(zip(REPS, (1, 2, 1, 1, 1), strict=True)))
    part: dict[str, int] = field(default_factory=lambda: dict(zip(TEAMS, (1, 2, 1), strict=True)))
    team: dict[str, str] = field(default_factory=lambda: dict(zip(REPS, "xxyyz", strict=True)))
    teams: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    reps: dict[tuple[str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def lead(self) -> str | None:
        there = [rep for rep in REPS if self.duty[rep] and self.weight[rep]]
        teams = sorted({self.team[rep] for rep in there if self.part[self.team[rep]]})
        if not teams:
            return None
        for team in teams:
            self.teams[team] += Fraction(self.part[team], sum(self.part[one] for one in teams))
        chosen = max(teams, key=lambda one: (self.teams[one], [-ord(letter) for letter in one]))
        self.teams[chosen] -= 1
        own = [rep for rep in there if self.team[rep] == chosen]
        for rep in own:
            self.reps[chosen, rep] += Fraction(self.weight[rep], sum(self.weight[one] for one in own))
        winner = max(own, key=lambda one: (self.reps[chosen, one], -ord(one)))
        self.reps[chosen, winner] -= 1
        return winner

    def hear(self, event: Event) -> None:
        match event:
            case ("duty", rep, value):
                self.duty[rep] = value == "yes"
            case ("weigh", rep, value):
                self.weight[rep] = int(value)
            case ("part", team, value):
                self.part[team] = int(value)
            case ("team", rep, value):
                self.team[rep] = value
            case _:
                pass


@settings(max_examples=60, deadline=None)
@given(histories(moves=False))
def test_who_gets_it_is_who_the_documents_say(events: list[Event]) -> None:
    stage, oracle = stage_of("capability_weighted rep.team.part, capability_weighted rep.capacity"), Oracle()
    for outcome, event in zip(lived(stage, events), events, strict=True):
        oracle.hear(event)
        if event == ("arrive",):
            assert outcome.decisions[0].rep == oracle.lead()
    for team, credit in oracle.teams.items():
        assert Fraction(stage.floor.ledger.credit("lead/otherwise/1 within rep.team", team), SCALE) == credit
    for (team, rep), credit in oracle.reps.items():
        assert Fraction(stage.floor.ledger.credit(f"lead/otherwise/1 within rep.team {team}", rep), SCALE) == credit


@settings(max_examples=60, deadline=None)
@given(histories(moves=False), st.sampled_from(("round_robin", "capability_weighted rep.capacity")))
def test_no_credit_passes_half_of_the_others_at_either_level(events: list[Event], second: str) -> None:
    """For any absence, weights and changes of team: (n - 1)/2 of a pool in which n ever contended."""
    stage = stage_of(f"capability_weighted rep.team.part, {second}")
    for upto in range(len(events)):
        lived_one(stage, events[upto], upto)
        for pool in stage.floor.ledger.snapshot():
            held = stage.floor.ledger.credits(pool)
            assert sum(held.values()) == 0
            assert all(2 * abs(credit) <= (len(held) - 1) * SCALE for credit in held.values()), pool


def lived_one(stage: Stage, event: Event, at: int) -> None:
    match event:
        case ("arrive",):
            stage.arrive(f"L{at}", at)
        case ("part", team, value):
            stage.change("team", team, at, part=value)
        case (word, rep, value):
            column = {"duty": "on_duty", "weigh": "capacity", "team": "team"}[word]
            stage.change("rep", rep, at, **{column: value})
        case _:
            raise AssertionError(event)


SHARINGS = (
    "round_robin, round_robin",
    "capability_weighted rep.team.part, best rep.capacity",
    "random, capability_weighted rep.capacity",
    "deck, round_robin",
    "round_robin, random",
)
HEADS = (
    "",
    "manual: no_turn",
    "decline: uses_turn",
    "newcomer: last_in_line leave: 10 minutes",
    "order: longest_waiting",
)


@settings(max_examples=80, deadline=None)
@given(
    histories(moves=True),
    st.sampled_from(SHARINGS),
    st.sampled_from(HEADS),
    st.sampled_from(("", "accept within 7 minutes")),
)
def test_what_people_do_keeps_both_levels_within_what_is_promised(
    events: list[Event], sharing: str, head: str, accept: str
) -> None:
    """Counted anew from the plain values alone, at every event; and every credit is as the ledger has it."""
    stage = stage_of(sharing, head, accept)
    outcomes = [one.as_json() for one in lived(stage, events)]
    made = assignment_report(json.loads(json.dumps(outcomes)))
    assert made["within_promise"]
    assert not made["defects"]
    for pool in made["pools"]:
        held = stage.floor.ledger.credits(pool["pool"])
        counted = {one["rep"]: Fraction(one["credit"]) for one in pool["reps"]}
        assert {rep: Fraction(credit, SCALE) for rep, credit in held.items() if credit} == {
            rep: credit for rep, credit in counted.items() if credit
        }
        promised = stage.floor.ledger.promise(pool["pool"])
        assert all(promised.allows(credit) for credit in held.values())


@settings(max_examples=30, deadline=None)
@given(histories(moves=True), st.sampled_from(SHARINGS), st.sampled_from(HEADS))
def test_a_replay_gives_the_same_bytes(events: list[Event], sharing: str, head: str) -> None:
    texts: list[list[Any]] = []
    for _ in range(2):
        made = lived(stage_of(sharing, head, "accept within 7 minutes"), events)
        texts.append([OutcomeText().of(one) for one in made])
        assert [json.loads(text) for text in texts[-1]] == [json.loads(json.dumps(one.as_json())) for one in made]
    assert texts[0] == texts[1]
