"""What fires is what a walk through every hour in plain Python says, for random rules over random histories."""

from __future__ import annotations

import os

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meed.dsl.checker import check
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import frames_in
from meed.engine.watching.history import Watching, watch_history
from meed.engine.watching.supervisor import availability

from .oracle import HOUR, OPEN, START, Act, Deal, History, Rule, fired, policy_text, tables

pytestmark = pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))

EXAMPLES = int(os.environ.get("MEED_WATCH_EXAMPLES", "20"))
_DAYS = 12

ops = st.sampled_from(["<", "<=", ">", ">=", "is"])
kinds = st.sampled_from(["call", "visit"])
windows = st.one_of(st.none(), st.integers(1, 60))
leaves = st.one_of(
    st.tuples(st.just("rows"), st.sampled_from(["calls", "visits", "run"]), windows, ops, st.integers(0, 4)),
    st.tuples(st.just("before"), kinds, st.sampled_from(["<", "<=", ">", ">="]), kinds, st.integers(-40, 40)),
    st.tuples(
        st.just("before"),
        kinds,
        st.sampled_from(["<", "<=", ">", ">="]),
        kinds,
        st.tuples(st.just(OPEN), st.integers(1, 30)),
    ),
    st.tuples(st.just("known"), kinds),
    st.tuples(st.just("stage"), st.sampled_from(["open", "won", "lost"])),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("and", *parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: ("or", *parts)),
    ),
    max_leaves=5,
)
sinces = st.sampled_from(["", "call", "visit"])
waits = st.one_of(st.integers(1, 90), st.tuples(st.just(OPEN), st.integers(1, 40)))
rules = st.one_of(
    st.tuples(st.just("when"), conditions),
    st.tuples(st.sampled_from(["after", "every"]), waits, sinces, st.one_of(st.none(), conditions)),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    keys = [f"D{number}" for number in range(draw(st.integers(1, 3)))]
    deals = []
    for key in keys:
        days = sorted(draw(st.sets(st.integers(1, _DAYS), max_size=3)))
        stages = [(day, draw(st.sampled_from(["open", "won", "lost"]))) for day in (0, *days)]
        deals.append(Deal(key, draw(st.integers(0, 60)), tuple(stages)))
    act = st.builds(Act, st.integers(0, 24 * _DAYS), kinds, st.sampled_from(keys), st.booleans())
    acts = draw(st.lists(act, min_size=1, max_size=24))
    return History(tuple(deals), tuple(acts), 24 * _DAYS)


def facts_of(policy, history: History) -> Facts:
    """The history as facts; what nothing was said about has no rows."""
    frames = {kind: pd.DataFrame(rows) for kind, rows in tables(history).items()}
    return open_facts(policy, frames_in(frames), "watch")[0]


def told(found: Watching) -> list[tuple[int, str, int]]:
    """What fired, in the oracle's words."""
    since = int((START - START.replace(year=1970, month=1, day=1)).total_seconds())
    assert all((firing.at - since) % HOUR == 0 for firing in found.firings), "something fired between two hours"
    return [((firing.at - since) // HOUR, firing.key, int(firing.text)) for firing in found.firings]


def long_history(deals: int) -> History:
    """Deals about which something happens every few hours, by a sum that looks like chance."""
    keys = [f"D{number}" for number in range(deals)]
    acts = tuple(
        Act(hour, ("call", "visit")[hour * 7 % 3 % 2], keys[hour % len(keys)], hour % 11 != 0)
        for hour in range(1, 24 * 28)
        if hour * hour % 7 in {1, 2}
    )
    stages = ((0, "open"), (9, "won"), (15, "open"))
    return History(tuple(Deal(key, number * 5, stages) for number, key in enumerate(keys)), acts, 24 * 30)


def until_of(history: History) -> int:
    return int((START - START.replace(year=1970, month=1, day=1)).total_seconds()) + history.until * HOUR


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(histories(), st.lists(rules, min_size=1, max_size=5))
def test_what_fires_is_what_a_walk_through_every_hour_says(history: History, written: list[Rule]) -> None:
    made = check(policy_text(written), "oracle.meed")
    assert made.policy is not None, [one.message for one in made.diagnostics]
    found = watch_history(made.policy, facts_of(made.policy, history), until_of(history))
    assert told(found) == fired(history, written)
