"""Random histories under policies in which all features meet, told in two ways that must agree to the byte.

With MEED_AFRESH_RUNS and MEED_AFRESH_STEPS more and longer ones.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import difflib
import json
import os
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meed.engine.assigning.assignment import DrawKeys
from meed.engine.life import Activate, Arrive, Change, Event, Floor, Move, Outcome, Refused, Tick
from meed.engine.life.events import Changes

from .afresh import Afresh, Plain
from .histories import LEADS, POLICIES, events_of, histories, loaded

KEYS = DrawKeys(b"sixteen bytes...")
ORDERS = st.permutations(sorted(POLICIES))
STEPS = histories(int(os.environ.get("MEED_AFRESH_STEPS", "20")))
RUNS = int(os.environ.get("MEED_AFRESH_RUNS", "20"))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
SIZE = settings(max_examples=RUNS, deadline=None, suppress_health_check=SLOW)


class Told(NamedTuple):
    """What came of an event, or why it was refused."""

    refused: bool
    text: str

    def apart(self, other: Told) -> str:
        """Where two differ."""
        return "\n".join(difflib.unified_diff(self.text.splitlines(), other.text.splitlines(), n=6, lineterm=""))


def floor_of(names: list[str], make: type[Floor] = Floor, **more: Any) -> Floor:
    known = {one.hash: one for one in POLICIES.values()}
    first = POLICIES[names[0]]
    return make(first, loaded(first), KEYS, known.__getitem__, loaded, **more)


def history(names: list[str], steps: list[Any]) -> list[Event]:
    return events_of(steps, [POLICIES[name] for name in names])


def told(*outcomes: Outcome) -> Told:
    made = Outcome()
    for one in outcomes:
        made = made.then(one)
    return Told(False, json.dumps(made.as_json(), indent=1, sort_keys=True, ensure_ascii=False))


def tried(live: Floor, event: Event) -> Told:
    try:
        return told(live.apply(event))
    except Refused as refused:
        return Told(True, f"{refused.reason}: {refused}")


def stands(live: Floor) -> list[object]:
    """Credits, and where everything is."""
    places = [
        (fact, live.stay(*fact), live.past(*fact)) for fact, _ in sorted(live._lives.all(), key=lambda one: one[0])
    ]
    said = [
        (fact, stay and (stay.state, stay.rep, stay.desk, stay.since, stay.changed, stay.lapses, stay.until, stay.passed), past)
        for fact, stay, past in places
    ]  # fmt: skip
    return [live.ledger.snapshot(), *said]


def same(live: Floor, other: Floor, event: Event) -> None:
    """An event does the same on both."""
    one, two = tried(live, event), tried(other, event)
    assert one == two, f"{event}\n{one.apart(two)}"


@SIZE
@given(ORDERS, STEPS)
def test_what_is_remembered_changes_nothing(names: list[str], steps: list[Any]) -> None:
    live, afresh = floor_of(names), floor_of(names, Afresh, evaluator=Plain)
    for event in history(names, steps):
        same(live, afresh, event)
        assert live.due == afresh.due
    assert stands(live) == stands(afresh)


def refused_at(at: int) -> list[Event]:
    """What is wrong, or mostly is."""
    return [
        Move(at, "lead", "L0", "override", to="a"),
        Move(at, "lead", "P1", "override", to="nobody", by="x", reason="y"),
        Move(at, "lead", "P1", "fly"),
        Move(at, "deal", "P1", "close"),
        Move(at, "lead", "P1", "extend", rep="a", until="2020-01-01"),
        Move(at, "lead", "P2", "transfer", rep="b", to="a"),
        Move(at, "lead", "P3", "claim", rep="a", reason="so"),
        Arrive(at, "lead", {"id": "", "region": "N"}),
        Arrive(at, "lead", {"id": "L77", "region": "N", "value": "much"}),
        Arrive(at, "lead", {"id": "P1", "region": "N"}),
        Arrive(at, "leed", {"id": "L78"}),
        Change(at, "rep", "a", {"capacity": "many"}),
        Change(at, "rep", "f", {"name": "half"}),
        Change(at, "lead", "P1", {"owner": "a"}),
        Changes(at, "rep", {"a": {"on_duty": False}, "b": {"on_duty": "perhaps"}}),
        Changes(at, "shift", {"A": {"starts": "10:00"}, "Q": {"starts": "10:00"}}),
        Activate(at, "0" * 64),
    ]


def look_at(live: Floor) -> None:
    """Read all there is to read."""
    for key in (*LEADS, "P1", "P2", "P3", "none"):
        live.stay("lead", key)
        live.owner("lead", key)
        live.past("lead", key)
        live.knows("lead", key)
    live.open_to_all("lead")
    live.objections("rep", [{"id": "a", "capacity": 3}, {"id": "zz"}], live.now or 0)
    assert live.due == live.due


@SIZE
@given(ORDERS, STEPS)
def test_what_is_refused_and_what_is_only_read_change_nothing(names: list[str], steps: list[Any]) -> None:
    live, probed = floor_of(names), floor_of(names)
    for number, event in enumerate(history(names, steps)):
        look_at(probed)
        wrong = refused_at(event.at)
        for place in range(3):
            one = wrong[(3 * number + place) % len(wrong)]
            before, now = probed.ledger.snapshot(), probed.now
            made = tried(probed, one)
            if made.refused:
                assert (probed.ledger.snapshot(), probed.now) == (before, now)
            else:
                assert tried(live, one) == made
        look_at(probed)
        same(live, probed, event)
    look_at(live)
    look_at(probed)
    assert stands(live) == stands(probed)


@SIZE
@given(ORDERS, STEPS)
def test_how_often_somebody_looks_at_the_clock_changes_nothing(names: list[str], steps: list[Any]) -> None:
    live, ticked = floor_of(names), floor_of(names)
    for event in history(names, steps):
        made: list[Outcome] = []
        if ticked.now is not None:
            now = ticked.now
            for part in range(1, 4):  # at full minutes: what time alone makes is looked for at these
                made.append(ticked.apply(Tick(max(now, (now + (event.at - now) * part // 4) // 60 * 60))))
            while ticked.due is not None and ticked.due <= event.at and len(made) < 300:
                made.append(ticked.apply(Tick(ticked.due)))
            made.append(ticked.apply(Tick(event.at)))
            one, two = tried(live, Tick(event.at)), told(*made)
            assert one == two, f"before {event}\n{one.apart(two)}"
        same(live, ticked, event)
    assert stands(live) == stands(ticked)


@SIZE
@given(ORDERS, STEPS)
def test_a_policy_that_takes_over_from_itself_changes_nothing(names: list[str], steps: list[Any]) -> None:
    live, again = floor_of(names), floor_of(names)
    for number, event in enumerate(history(names, steps)):
        if number:
            same(live, again, Tick(event.at))
            again.apply(Activate(event.at, again.policy.hash))
        same(live, again, event)
    assert stands(live) == stands(again)
