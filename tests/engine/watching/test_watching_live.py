"""Events fed one after the other fire what a walk through every hour says, through crashes of either process."""

from __future__ import annotations

import json
import os
import random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.dsl.checker import check
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import frames_in
from meed.engine.life import Activate, Arrive, Change, Event, Floor, Tick
from meed.engine.turns.draws import DrawKeys
from meed.engine.watching.firing import Firing
from meed.engine.watching.live import LiveWatch, awards_of, fires_of, notices_of
from meed.engine.watching.supervisor import RulesUnavailable, availability

from .oracle import HOUR, History, Rule, fired, moment, policy_text
from .test_watching_oracle import EXAMPLES, histories, long_history, rules, until_of
from .test_watching_process import RULES, Fragile

pytestmark = pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))

ORIGIN = until_of(History((), (), 0))


def floor_of(policy: c.Policy, others: tuple[c.Policy, ...] = ()) -> Floor:
    """A floor with a rep and nothing else."""
    known = {one.hash: one for one in (policy, *others)}
    raw = frames_in({"rep": pd.DataFrame([{"id": "R"}])})
    empty = frozenset(policy.kinds) - {"rep"}

    def facts_of(one: c.Policy):
        return open_facts(one, raw, "all", empty=empty)[0]

    return Floor(policy, facts_of(policy), DrawKeys(bytes(32)), known.__getitem__, facts_of)


def events_of(history: History, dice: random.Random) -> list[Event]:
    """The history as it is told: every deal at once, though it comes later; within an hour in any order."""
    told: list[tuple[int, Event]] = []
    for deal in history.deals:
        values = {"owner": "R", "created": moment(deal.came), "stage": deal.stages[0][1]}
        told.append((-1, Change(ORIGIN, "deal", deal.key, values)))
        told += [
            (24 * day, Change(ORIGIN + 24 * day * HOUR, "deal", deal.key, {"stage": stage}))
            for day, stage in deal.stages[1:]
        ]
    for number, act in enumerate(history.acts):
        values = {"at": moment(act.hour), "kind": act.kind, "deal": act.deal, "good": "yes" if act.good else "no"}
        told.append((act.hour, Change(ORIGIN + act.hour * HOUR, "activity", f"A{number:03}", values)))
    dice.shuffle(told)
    ordered = [event for _, event in sorted(told, key=lambda one: one[0])]
    return [*ordered, Tick(ORIGIN + history.until * HOUR)]


def told(firings: list[Firing]) -> list[tuple[int, str, int]]:
    return [((one.at - ORIGIN) // HOUR, one.key, int(one.text)) for one in firings]


def policy_of(written: list[Rule]) -> c.Policy:
    made = check(policy_text(written), "live.meed").policy
    assert made is not None
    return made


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(histories(), st.lists(rules, min_size=1, max_size=4), st.integers(0, 999))
def test_events_fire_what_a_walk_through_every_hour_says_and_a_rebuilt_watch_goes_on(
    history: History, written: list[Rule], seed: int
) -> None:
    policy, dice = policy_of(written), random.Random(seed)
    events = events_of(history, dice)
    stop = dice.randrange(1, len(events) + 1)
    first = LiveWatch(floor_of(policy))
    before = [firing for event in events[:stop] for firing in first.feed(event)]
    snapshot = json.loads(json.dumps(first.snapshot()))
    first.close()
    again = LiveWatch(floor_of(policy))
    after = again.rebuild(events, snapshot)
    again.close()
    assert told([*before, *after]) == fired(history, written)


def test_a_history_is_the_same_after_any_number_of_kills_of_either_process():
    policy, history = policy_of(RULES), long_history(2)
    events = events_of(history, random.Random(3))
    expected = fired(history, RULES)
    dice, kills = random.Random(5), int(os.environ.get("MEED_WATCH_KILLS", "6"))
    stops = sorted(dice.sample(range(1, len(events)), kills // 2))
    found: list[Firing] = []
    snapshot, at, killed = None, 0, 0
    for stop in (*stops, len(events)):
        made: list[Fragile] = []

        def fragile(networks, made=made):
            made.append(Fragile(networks, dice, 2))
            return made[-1]

        watch = LiveWatch(floor_of(policy), fragile)
        found += watch.rebuild(events[:stop], snapshot)
        snapshot, at = json.loads(json.dumps(watch.snapshot())), stop
        killed += made[0].killed
        watch.close()
    assert at == len(events)
    assert killed > 0
    assert told(found) == expected


def test_without_a_snapshot_everything_fires_again_in_the_same_bytes():
    policy, history = policy_of(RULES), long_history(1)
    events = events_of(history, random.Random(3))
    runs = []
    for _ in range(2):
        watch = LiveWatch(floor_of(policy))
        runs.append((json.dumps([one.as_json() for one in watch.rebuild(events)]), json.dumps(watch.snapshot())))
        watch.close()
    assert runs[0] == runs[1]


def test_an_event_that_could_not_be_looked_at_is_fed_again_and_nothing_is_lost():
    policy, history = policy_of(RULES), long_history(1)
    events = events_of(history, random.Random(3))

    class Moody(Fragile):
        down = False

        def ask(self, steps, drop):
            if self.down:
                raise RulesUnavailable("away", "wait")
            return super().ask(steps, drop)

    made: list[Moody] = []

    def moody(networks):
        made.append(Moody(networks, random.Random(1), 0))
        return made[-1]

    watch, found, refused = LiveWatch(floor_of(policy), moody), [], 0
    for number, event in enumerate(events):
        made[-1].down = number % 5 == 0
        try:
            found += watch.feed(event)
        except RulesUnavailable:
            refused += 1
            made[-1].down = False
            found += watch.feed(event)
    watch.close()
    assert refused > 10
    assert told(found) == fired(history, RULES)


def test_another_policy_takes_over_and_what_both_say_goes_on():
    """A timer that both policies have does not begin anew, and what fired under the first does not fire again."""
    shared: list[Rule] = [("after", 50, "", None), ("when", ("rows", "visits", None, ">=", 1))]
    first, second = policy_of(shared), policy_of([*shared, ("every", 24, "", None)])
    watch = LiveWatch(floor_of(first, (second,)))
    events: list[Event] = [
        Change(ORIGIN, "deal", "D0", {"owner": "R", "created": moment(0), "stage": "open"}),
        Change(ORIGIN + HOUR, "activity", "A", {"at": moment(1), "kind": "visit", "deal": "D0", "good": "yes"}),
        Activate(ORIGIN + 10 * HOUR, second.hash),
        Tick(ORIGIN + 60 * HOUR),
    ]
    found = [((one.at - ORIGIN) // HOUR, one.text) for event in events for one in watch.feed(event)]
    watch.close()
    assert found == [(1, "2"), (24, "3"), (48, "3"), (50, "1")]


def test_what_the_floor_does_by_itself_is_seen_in_its_moment():
    """A lead that the floor takes away is looked at in that moment; the watch of it says so."""
    text = """policy "Floor" { currency: EUR  timezone: "UTC" }
facts standard
assign lead {
  otherwise to any rep by round_robin
  if nobody hold "desk"
  after 3 hours unless lead.first_contact is known return
}
watch lead {
  when lead.owner is known notify lead.owner "given"
  when lead.owner is missing notify lead.account_owner "free"
  after 5 hours return
  when lead.owner is missing award "Free" to lead.account_owner
}
"""
    policy = check(text, "floor.meed").policy
    assert policy is not None
    watch = LiveWatch(floor_of(policy))
    lead = {"id": "L1", "created": moment(1), "account_owner": "R"}
    events: list[Event] = [Tick(ORIGIN), Arrive(ORIGIN + HOUR, "lead", lead), Tick(ORIGIN + 20 * HOUR)]
    firings = [one for event in events for one in watch.feed(event)]
    watch.close()
    assert [((one.at - ORIGIN) // HOUR, one.text or one.word) for one in firings] == [
        (1, "given"), (4, "free"), (4, "Free"), (6, "return"),
    ]  # fmt: skip
    assert [(one.to, one.text) for one in notices_of(firings)] == [("R", "given"), ("R", "free")]
    assert [(one.to, one.title) for one in awards_of(firings)] == [("R", "Free")]
    fires = fires_of(firings, ORIGIN + 20 * HOUR)
    assert [(one.key, one.does, one.text, one.to, (one.due - ORIGIN) // HOUR) for one in fires] == [
        ("L1", "notify", "given", "R", 1), ("L1", "notify", "free", "R", 4), ("L1", "award", "Free", "R", 4),
        ("L1", "return", "", "", 6),
    ]  # fmt: skip
    assert {one.at for one in fires} == {ORIGIN + 20 * HOUR}
    assert fires[-1].because == ("after 5 hours return", "it came: " + moment(1) + ":00")
