"""Random histories of arrivals, offers, moves by hand, claims, leave and other policies: what holds at every moment."""

import json
import os
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Activate, Arrive, Change, Event, Floor, Move, Outcome, Refused, Tick, event_of
from meed.engine.turns.shares import SCALE

KEYS = DrawKeys(b"sixteen bytes...")
START = 1_775_952_000
HOUR = 3_600
REPS = "abcd"
PROTECTED = 6
POLICY = """policy "History" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
let open_now of rep = count of assignment where assignment.rep is rep and assignment.lead is known and assignment.lead.status is "open"
let office = during(now, ("Sun", "Mon", "Tue", "Wed"), 08:00, 13:00) or during(now, "Sun", 15:00, 02:00)
let at_work of rep = office and rep.on_duty and time(now) is not 09:00
let touched of lead = (latest of activity.at where activity.lead is lead) else lead.assigned
assign lead { SETTINGS  extend: 9 hours
  needs rep.on_duty and holds < 4
  rule offered when lead.region is "offer"
    to any rep where rep.team is "x" by RING accept within 1 hour
    to any rep by capability_weighted rep.capacity accept within 2 hours of at_work
    if nobody NOBODY
  rule open when lead.region is "open"
    to any rep where rep.team is "x" by claim accept within 3 hours of office
    to any rep by claim
  rule least when lead.region is "least"  to any rep by fewest open_now  if nobody next
  otherwise to any rep by round_robin
  if nobody hold "desk"
  after 6 hours return
  every 2 hours unless lead.owner is known next
  every 4 hours notify lead.owner "still yours"
  after 5 hours since touched notify lead.owner "silent"
  after 3 hours of at_work of lead.owner notify lead.owner "worked on"
  every 2 hours of at_work of lead.owner since touched notify lead.owner "worked on again"
  after 1 day of office unless lead.owner is known hold "desk"
}
"""
CHOICES = st.tuples(
    st.lists(
        st.sampled_from(["decline: uses_turn", "timeout: gives_turn_back", "manual: no_turn", "order: hired"]),
        unique=True, max_size=3,
    ).map(" ".join),
    st.sampled_from(["round_robin", "random", "best holds"]),
    st.sampled_from(['hold "other desk"', "next", "return"]),
)  # fmt: skip
KEYS_OF_LEADS = [f"L{number}" for number in range(6)]
AT = st.integers(0, 3)
LEADS = st.sampled_from(KEYS_OF_LEADS)
SOME = st.sampled_from(REPS)
WORDS = ["accept", "decline", "confirm", "release", "return", "transfer", "override", "claim", "extend", "close"]
STEPS = st.lists(
    st.one_of(
        st.tuples(AT, st.just("arrive"), LEADS, st.sampled_from(["offer", "open", "least", "plain"])),
        st.tuples(AT, st.just("move"), LEADS, st.sampled_from(WORDS), st.one_of(st.just(""), SOME), SOME),
        st.tuples(AT, st.just("move"), LEADS, st.sampled_from(WORDS), st.just(""), SOME),
        st.tuples(AT, st.just("duty"), SOME, st.booleans()),
        st.tuples(AT, st.just("status"), LEADS, st.sampled_from(["open", "done"])),
        st.tuples(AT, st.just("touch"), LEADS, st.sampled_from("XYZ"), st.integers(-2, 9)),
        st.tuples(AT, st.just("tick")),
        st.tuples(AT, st.just("policy"), st.integers(0, 1)),
    ),
    max_size=int(os.environ.get("MEED_LIFE_STEPS", "30")),
)  # fmt: skip
RUNS = int(os.environ.get("MEED_LIFE_RUNS", "60"))


def policy_of(choice: tuple[str, str, str]) -> c.Policy:
    text = POLICY.replace("SETTINGS", choice[0]).replace("RING", choice[1]).replace("NOBODY", choice[2])
    found = check(text)
    assert found.policy is not None, [one.message for one in found.diagnostics]
    return found.policy


def facts_of(policy: c.Policy) -> Facts:
    columns = {
        "id": list(REPS), "on_duty": ["yes"] * 4, "team": ["x", "x", "y", "y"], "capacity": ["3", "1", "1", "2"],
        "hired": ["2020-01-04", "2020-01-03", "2020-01-02", "2020-01-01"],
    }  # fmt: skip
    raw = {"rep": RawTable("reps.csv", columns)}
    return open_facts(policy, raw, "assign", strict=True, empty=frozenset({"lead", "activity"}))[0]


def events_of(steps: list[tuple[Any, ...]], policies: list[c.Policy]) -> list[Event]:
    at, made = START, list[Event]()
    for later, what, *rest in steps:
        at += later * HOUR
        match what:
            case "arrive":
                key, region = rest
                made.append(Arrive(at, "lead", {"id": key, "region": region, "status": "open"}))
            case "move":
                key, word, rep, to = rest
                rep = rep or (to if word == "claim" else "")
                made.append(Move(at, "lead", key, word, rep, by="boss", reason="because", to=to))
            case "duty":
                made.append(Change(at, "rep", rest[0], {"on_duty": rest[1]}))
            case "status":
                made.append(Change(at, "lead", rest[0], {"status": rest[1], "region": "plain"}))
            case "touch":
                key, activity, ahead = rest
                when = f"{datetime.fromtimestamp(at + ahead * HOUR, UTC):%Y-%m-%d %H:%M}"
                made.append(Change(at, "activity", activity, {"lead": key, "rep": "a", "kind": "call", "at": when}))
            case "policy":
                made.append(Activate(at, policies[rest[0]].hash))
            case _:
                made.append(Tick(at))
    return made


def floor_of(policies: list[c.Policy]) -> Floor:
    known = {policy.hash: policy for policy in policies}
    return Floor(policies[0], facts_of(policies[0]), KEYS, known.__getitem__, facts_of)


def bytes_of(outcome: Outcome) -> str:
    return json.dumps(outcome.as_json(), sort_keys=True)


@settings(max_examples=RUNS, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(CHOICES, CHOICES, STEPS)
def test_what_holds_at_every_moment(
    first: tuple[str, str, str], second: tuple[str, str, str], steps: list[tuple[Any, ...]]
) -> None:
    policies = [policy_of(first), policy_of(second)]
    events = events_of(steps, policies)
    made = floor_of(policies)
    done: list[Event] = []
    outcomes: list[str] = []
    posted: dict[tuple[str, str], int] = {}
    ids: set[str] = set()
    arrived: set[str] = set()
    for event in events:
        before, due = made.ledger.snapshot(), made.due
        try:
            outcome = made.apply(event)
        except Refused:
            assert made.ledger.snapshot() == before
            assert made.due == due
            continue
        if isinstance(event, Tick) and made.now is not None and (due is None or event.at < due):
            assert outcome == Outcome()
        assert made.due is None or made.due >= event.at  # what the event itself made overdue
        done.append(event)
        outcomes.append(bytes_of(outcome))
        if isinstance(event, Arrive):
            arrived.add(str(event.fact["id"]))
        if isinstance(event, Move):
            arrived.add(event.key)  # an override may be the first that decides it
        for decision in outcome.decisions:
            assert decision.id not in ids
            ids.add(decision.id)
        for posting in outcome.postings:
            assert sum(posting.moves.values()) == 0
            for rep, move in posting.moves.items():
                posted[posting.pool, rep] = posted.get((posting.pool, rep), 0) + move
        credits_hold(made, posted)
        lives_hold(made, arrived)

    again = floor_of(policies)  # of which nobody asks what is due
    stored = [event_of(json.loads(json.dumps(event.as_json()))) for event in done]
    assert [bytes_of(again.apply(event)) for event in stored] == outcomes
    assert again.ledger.snapshot() == made.ledger.snapshot()


def credits_hold(made: Floor, posted: dict[tuple[str, str], int]) -> None:
    """Credits are what was told, and within the promise."""
    for pool in made.ledger.snapshot():
        owed = made.ledger.credits(pool)
        assert sum(owed.values()) == 0
        promise = made.ledger.promise(pool)
        for rep, credit in owed.items():
            assert credit == posted.get((pool, rep), 0)
            assert promise.allows(credit), (pool, rep, credit / SCALE, promise)


def lives_hold(made: Floor, arrived: set[str]) -> None:
    """Every fact is in one place, with one rep at most, no longer than the policy lets it be."""
    assert made.now is not None
    counted = dict.fromkeys(("owned", "offered", "held", "pool", "closed"), 0)
    holding = dict.fromkeys(REPS, 0)
    for key in KEYS_OF_LEADS:
        stay = made.stay("lead", key)
        if stay is None:
            assert key not in arrived
            continue
        counted[stay.state] += 1
        past = made.past("lead", key)
        running = [one for one in past if one.ended is None]
        assert [one.number for one in past] == list(range(1, len(past) + 1))
        assert all(one.ended is not None and one.ended <= after.began for one, after in pairwise(past))
        if stay.state in {"owned", "offered"}:
            (present,) = running
            holding[present.rep] += 1
            assert (present.rep, present.owned) == (stay.rep, stay.state == "owned")
        else:
            assert running == []
        if stay.state == "owned":
            chain = past[-1].accepted or past[-1].began
            for one in reversed(past[:-1]):
                if one.how not in {"transferred", "overridden"}:
                    break
                chain = one.accepted or one.began
            assert stay.since == chain
            limit = max(stay.since + PROTECTED * HOUR, stay.until or 0)
            assert made.now < limit
            assert limit <= stay.since + 9 * HOUR
        if stay.lapses is not None:
            assert made.now < stay.lapses
    assert sum(counted.values()) == len([key for key in KEYS_OF_LEADS if made.stay("lead", key) is not None])
    for place, rep in enumerate(REPS):
        read = made.ev.book.of("holds: count of assignment 1", place).sum(START - 1, made.now + 1)
        assert read == holding[rep]
