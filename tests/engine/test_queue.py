"""Queues: what waits is given out in the moment in which somebody can take it, in the order that the policy says."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.life import Activate, Arrive, Change, Event, Floor, Move, Outcome, Refused, Tick
from meed.engine.life import queue as queues

from ..evaluators import checked, facts_of

KEYS = DrawKeys(bytes(32))
DAY = 1_772_409_600  # 2026-03-02, a Monday
HEAD = 'policy "Queue" { version: "1"  currency: EUR  effective: 2026-01-01 .. }\nfacts standard\n'
TEXT = (
    HEAD
    + """let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
assign lead {
  SETTINGS
  needs rep.on_duty and holds < rep.capacity
  rule local when lead.segment is "local" to any rep where rep.region is lead.region by round_robin
  otherwise to any rep by round_robin accept within 10 minutes
  if nobody hold "queue"
  after 1 hour unless lead.owner is missing hold "manager"
}
"""
)
REPS = {
    "id": ["a", "b", "c"],
    "on_duty": ["yes", "no", "yes"],
    "capacity": ["1", "2", "1"],
    "region": ["N", "S", "S"],
}
Step = tuple[str, int, str, str]


def policy_of(settings: str = "queue: oldest_first", text: str = TEXT) -> c.Policy:
    return checked(text.replace("SETTINGS", settings))


def floor_of(policy: c.Policy, **tables: Any) -> Floor:
    facts = facts_of(policy, {"rep": REPS, **tables})
    return Floor(policy, facts, KEYS, {policy.hash: policy}.__getitem__)


def lead(at: int, key: str, **more: object) -> Arrive:
    return Arrive(at, "lead", {"id": key, "segment": "any", "region": "N", "created": None} | more)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(0, 14), st.sampled_from(["any", "local"]), st.sampled_from("NS")),
        st.tuples(st.just("duty"), st.integers(0, 2), st.sampled_from(["yes", "no"]), st.just("")),
        st.tuples(st.just("region"), st.integers(0, 14), st.sampled_from("NS"), st.just("")),
        st.tuples(
            st.sampled_from(["accept", "decline", "release", "close", "return", "override"]),
            st.integers(0, 14), st.sampled_from("abc"), st.just(""),
        ),
        st.tuples(st.just("tick"), st.integers(1, 45), st.just(""), st.just("")),
    ),
    max_size=40,
)  # fmt: skip


def events_of(history: list[Step]) -> list[Event]:
    at, made = DAY + 9 * 3600, list[Event]()
    for word, number, name, other in history:
        at += number * 60 if word == "tick" else 7
        match word:
            case "arrive":
                made.append(lead(at, f"L{number}", segment=name, region=other))
            case "duty":
                made.append(Change(at, "rep", "abc"[number], {"on_duty": name == "yes"}))
            case "region":
                made.append(Change(at, "lead", f"L{number}", {"region": name}))
            case "tick":
                made.append(Tick(at))
            case _:
                to = name if word == "override" else ""
                made.append(Move(at, "lead", f"L{number}", word, by="boss", reason="so", to=to))
    return made


def happens(live: Floor, event: Event) -> Outcome | None:
    """None where it is refused, or is about a lead that has not come."""
    if isinstance(event, Change) and event.kind == "lead" and not live.knows("lead", event.key):
        return None
    try:
        return live.apply(event)
    except Refused:
        return None


class Known:
    """What a reader of the events knows, without the engine: who is there, who has how many, what a lead says."""

    def __init__(self) -> None:
        self.duty = dict(zip(REPS["id"], (flag == "yes" for flag in REPS["on_duty"]), strict=True))
        self.leads: dict[str, tuple[str, str]] = {}
        self.came: list[str] = []

    def hear(self, event: Event) -> None:
        if isinstance(event, Arrive):
            key = str(event.fact["id"])
            self.leads[key] = str(event.fact["segment"]), str(event.fact["region"])
            self.came.append(key)
        elif isinstance(event, Change) and event.kind == "rep":
            self.duty[event.key] = bool(event.values["on_duty"])
        elif isinstance(event, Change):
            self.leads[event.key] = self.leads[event.key][0], str(event.values["region"])

    def free_for(self, live: Floor, key: str) -> list[str]:
        """Who could take a lead that waits."""
        stay = live.stay("lead", key)
        assert stay is not None
        held = [
            one.rep for other in self.leads if (one := live.stay("lead", other)) and one.state in {"owned", "offered"}
        ]
        segment, region = self.leads[key]
        passed = {rep for rep, _ in stay.passed}
        return [
            rep
            for rep, most, home in zip(REPS["id"], REPS["capacity"], REPS["region"], strict=True)
            if self.duty[rep] and held.count(rep) < int(most) and rep not in passed
            and (segment != "local" or home == region)
        ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(steps)
def test_nothing_waits_while_somebody_can_take_it_and_what_is_alike_goes_out_in_order(history: list[Step]) -> None:
    live, known = floor_of(policy_of()), Known()
    for event in events_of(history):
        outcome = happens(live, event)
        if outcome is None:
            continue
        known.hear(event)
        waiting = [key for key in known.leads if (stay := live.stay("lead", key)) is not None and stay.waits]
        assert {key: found for key in waiting if (found := known.free_for(live, key))} == {}
        for decision in outcome.decisions:
            if decision.waited is None:
                continue
            older = known.came[: known.came.index(decision.key)]
            for key in set(older) & set(waiting):
                stay = live.stay("lead", key)
                assert stay is not None
                alike = known.leads[key] == known.leads[decision.key] and stay.passed == ()
                assert not alike or stay.changed > decision.at


@settings(max_examples=40, deadline=None)
@given(steps)
def test_what_is_refused_leaves_the_queue_as_it_was_and_the_same_events_give_the_same_bytes(
    history: list[Step],
) -> None:
    live = floor_of(policy_of())
    done = [(event, outcome.as_json()) for event in events_of(history) if (outcome := happens(live, event)) is not None]
    again = floor_of(policy_of())
    assert [again.apply(event).as_json() for event, _ in done] == [outcome for _, outcome in done]
    assert again.ledger.snapshot() == live.ledger.snapshot()
    assert again.due == live.due


@settings(max_examples=40, deadline=None)
@given(steps)
def test_trying_one_of_those_that_are_alike_gives_what_trying_all_of_them_does(history: list[Step]) -> None:
    made: list[list[object]] = []
    for shortened in (True, False):
        with patch.object(queues, "_cells_that_decide", queues._cells_that_decide if shortened else lambda *_: None):  # pyright: ignore[reportPrivateUsage]
            live = floor_of(policy_of())
            outcomes = [happens(live, event) for event in events_of(history)]
        made.append([outcome and outcome.as_json() for outcome in outcomes])
    assert made[0] == made[1]


def owners(live: Floor, *keys: str) -> list[str]:
    return [live.owner("lead", key) or "" for key in keys]


def full(settings: str = "queue: oldest_first", text: str = TEXT) -> Floor:
    """A floor on which a and c have a lead each, and two more wait, L3 since a minute later."""
    live = floor_of(policy_of(settings, text))
    at = DAY + 9 * 3600
    for number in range(4):
        live.apply(lead(at + number * 60, f"L{number}", segment="any" if number < 2 else "local", value=number))
        if number < 2:
            live.apply(Move(at + number * 60, "lead", f"L{number}", "accept"))
    return live


def test_a_decision_says_since_when_and_where_it_had_waited() -> None:
    live = full()
    outcome = live.apply(Move(DAY + 36_000 - 1, "lead", "L0", "close"))
    (decision,) = outcome.decisions
    assert (decision.key, decision.rep) == ("L2", "a")
    assert decision.because == (
        'local: a was the only one who could take it; it had waited at "queue" since 2026-03-02 09:02'
    )
    assert decision.as_json()["waited"] == {"since": DAY + 9 * 3600 + 120, "at": "queue"}


@pytest.mark.parametrize(
    ("settings", "first"), [("queue: oldest_first", "L2"), ("queue: newest_first", "L3"), ("queue: value", "L3")]
)
def test_the_policy_says_who_is_first(settings: str, first: str) -> None:
    live = full(settings)
    live.apply(Move(DAY + 36_000 - 1, "lead", "L0", "close"))
    assert owners(live, first) == ["a"]


def test_without_a_queue_what_waits_goes_on_waiting() -> None:
    live = full("")
    live.apply(Move(DAY + 36_000 - 1, "lead", "L0", "close"))
    assert owners(live, "L2", "L3") == ["", ""]


def test_what_a_timer_put_at_a_desk_stays_there() -> None:
    live = full()
    live.apply(Tick(DAY + 36_000 + 60))
    stay = live.stay("lead", "L0")
    assert stay is not None
    assert (stay.state, stay.desk) == ("held", "manager")
    assert owners(live, "L2") == ["a"]
    live.apply(Change(DAY + 36_000 + 61, "rep", "b", {"on_duty": True}))
    assert owners(live, "L0") == [""]


def test_room_that_a_lapsed_offer_makes_is_used_in_that_moment() -> None:
    live = floor_of(policy_of())
    at = DAY + 9 * 3600
    for number in range(3):
        live.apply(lead(at + number, f"L{number}"))
    outcome = live.apply(Tick(at + 3600))
    given_out = [(one.key, one.rep, one.at - at) for one in outcome.decisions if one.waited is not None]
    assert given_out[0] == ("L2", "a", 600)


HOURS = (
    HEAD
    + """let got of rep = count of lead where lead.owner is rep
assign lead {
  queue: oldest_first
  needs WHEN
  otherwise to any rep where rep.id is "a" by round_robin
  if nobody hold "queue"
}
"""
)


@pytest.mark.parametrize(
    ("when", "given_at"),
    [
        ('during(now, ("Mon", "Tue"), 09:00, 17:00)', 9 * 3600),
        ("(got over last 1 hour) < 1", 3 * 3600 + 60),
        ("(got over day) < 1", 24 * 3600),
        ("rep.hired <= today", 24 * 3600),
    ],
)
def test_room_that_time_alone_makes_is_found_to_the_minute(when: str, given_at: int) -> None:
    policy = checked(HOURS.replace("WHEN", when))
    reps = REPS | {"hired": ["2026-03-03"] * 3}
    live = Floor(policy, facts_of(policy, {"rep": reps}), KEYS, {policy.hash: policy}.__getitem__)
    live.apply(lead(DAY + 2 * 3600 + 30, "L0"))
    live.apply(lead(DAY + 2 * 3600 + 31, "L1"))
    waits = "L1" if "got" in when else "L0"
    assert live.due is not None
    while live.owner("lead", waits) is None:
        assert live.due is not None
        live.apply(Tick(live.due))
    assert live.now == DAY + given_at


def test_nothing_is_due_where_time_makes_no_room() -> None:
    live = full(text=TEXT.replace('  after 1 hour unless lead.owner is missing hold "manager"\n', ""))
    assert live.due is None


def test_another_policy_serves_what_waits() -> None:
    before, after = policy_of(""), policy_of("queue: oldest_first")
    live = Floor(before, facts_of(before, {"rep": REPS}), KEYS, {one.hash: one for one in (before, after)}.__getitem__)
    at = DAY + 9 * 3600
    for number in range(3):
        live.apply(lead(at + number, f"L{number}"))
        if number < 2:
            live.apply(Move(at + number, "lead", f"L{number}", "accept"))
    live.apply(Move(at + 5, "lead", "L0", "close"))
    assert owners(live, "L2") == [""]
    live.apply(Activate(at + 6, after.hash))
    stay = live.stay("lead", "L2")
    assert stay is not None
    assert (stay.state, stay.rep) == ("offered", "a")


def test_a_queue_that_is_not_said_moves_no_hash() -> None:
    assert policy_of("").hash != policy_of().hash
    assert "queue" not in dict(policy_of("").assigns[0].settings)
