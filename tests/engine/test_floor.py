"""A floor folds events: facts that arrive and change, decisions, other policies; the same events, the same bytes."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Activate, Arrive, Change, Event, Floor, Outcome, Refused, Tick, event_of
from meed.engine.life.stream import replay

KEYS = DrawKeys(b"sixteen bytes...")
DAY = 1_775_952_000  # 2026-04-12
HEAD = """policy "Floor" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
"""
TEXT = (
    HEAD
    + """let held_leads of rep = count of lead where lead.owner is rep and lead.status is "open"
let served of rep = count of deal where deal.owner is rep and deal.account is known and deal.account.segment is "key"
assign lead {
  order: region
  needs rep.on_duty and held_leads < rep.capacity
  rule served when lead.segment is "key"
    to any rep by best served
    if nobody next
  rule lots when lead.region is "West"
    to any rep by random
    if nobody next
  otherwise to any rep by round_robin
  if nobody hold "desk"
}
assign account { needs rep.on_duty  otherwise to any rep by fewest held_leads  if nobody hold "desk" }
"""
)
REPS = {
    "id": ["a", "b", "c"],
    "on_duty": ["yes", "yes", "no"],
    "capacity": ["2", "9", "9"],
    "region": ["North", "East", "West"],
}


def policy_of(text: str) -> c.Policy:
    found = check(text)
    assert found.policy is not None, [one.message for one in found.diagnostics]
    return found.policy


POLICY = policy_of(TEXT)
OTHER = policy_of(
    TEXT.replace("by round_robin", "by capability_weighted rep.declared_goal").replace(
        'hold "desk"', 'hold "other desk"'
    )
)
RAW: dict[str, Any] = {"rep": RawTable("reps.csv", REPS)}
EMPTY = frozenset({"lead", "deal", "account"})


def facts_of(policy: c.Policy, **raw: dict[str, list[Any]]) -> Facts:
    tables = RAW | {kind: RawTable(f"{kind}.csv", columns) for kind, columns in raw.items()}
    empty = frozenset(EMPTY - tables.keys())
    return open_facts(policy, tables, "assign", strict=True, empty=empty)[0]


def lead(key: str, **columns: Any) -> dict[str, Any]:
    plain = {"id": key, "region": "East", "status": "open", "segment": "small"}
    return plain | columns


def floor(facts: Facts | None = None, policy: c.Policy = POLICY) -> Floor:
    known = {one.hash: one for one in (POLICY, OTHER)}
    return Floor(policy, facts or facts_of(policy), KEYS, known.__getitem__)


def gets(outcome: Outcome) -> str:
    decision = outcome.decisions[0]
    return decision.rep or f"held at {decision.held}"


def reason(made: Floor, event: Event) -> str:
    with pytest.raises(Refused) as caught:
        made.apply(event)
    assert caught.value.message
    return caught.value.reason


# --- arrivals ------------------------------------------------------------------------------------------------


def test_facts_that_arrive_are_decided_as_the_same_facts_of_a_file() -> None:
    rows = [lead(f"L{number:02d}", created=f"2026-04-12 00:{number:02d}", value="1") for number in range(12)]
    for number in (2, 5, 9):
        rows[number]["region"] = "West"
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    *_, (expected, _) = replay(POLICY, facts_of(POLICY, lead=columns), KEYS, "lead")
    made = floor()
    found = [made.apply(Arrive(DAY + 60 * number, "lead", row)) for number, row in enumerate(rows)]
    assert [one.decisions[0].as_json() for one in found] == [decision.as_json() for decision in expected.decisions]
    assert made.ledger.snapshot() == expected.ledger.snapshot()
    assert made.owner("lead", "L00") == expected.decisions[0].rep
    stay = made.stay("lead", "L00")
    assert stay is not None
    assert (stay.state, stay.decision) == ("owned", expected.decisions[0].id)


def test_what_a_decision_does_to_credits_is_told() -> None:
    (posting,) = floor().apply(Arrive(DAY, "lead", lead("L1"))).postings
    assert (posting.pool, posting.did, posting.value) == ("lead/otherwise/1", "post", 1)
    assert list(posting.moves) == ["b", "a"]
    assert sum(posting.moves.values()) == 0
    assert "is first of them" in posting.why


def test_a_fact_is_decided_once_and_one_with_an_owner_not_at_all() -> None:
    loaded = {"id": ["L1", "L2"], "created": ["2026-04-01 09:00"] * 2, "owner": ["a", ""]}
    loaded |= {name: [value] * 2 for name, value in lead("").items() if name != "id"}
    made = floor(facts_of(POLICY, lead=loaded))
    assert reason(made, Arrive(DAY, "lead", {"id": "L1"})) == "has-owner"
    first = made.apply(Arrive(DAY, "lead", {"id": "L2"})).decisions[0]
    assert first.rep == "b"
    with pytest.raises(Refused) as caught:
        made.apply(Arrive(DAY, "lead", {"id": "L2"}))
    assert (caught.value.reason, caught.value.decision_id) == ("decided-already", first.id)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Arrive(DAY, "leed", lead("L1")), "unknown-point"),
        (Arrive(DAY, "deal", {"id": "D1"}), "unknown-point"),
        (Arrive(DAY, "lead", lead("L1", regoin="East")), "bad-fact"),
        (Arrive(DAY, "lead", lead("L1", region=None)), "bad-fact"),
        (Arrive(DAY, "lead", lead("L1", owner="a")), "bad-fact"),
        (Arrive(DAY, "lead", lead("")), "bad-fact"),
        (Change(DAY, "visit", "V1", {}), "unknown-kind"),
        (Change(DAY, "rep", "a", {"capacity": "many"}), "bad-fact"),
        (Change(DAY, "rep", "z", {"capacity": "1"}), "bad-fact"),
        (Change(DAY, "lead", "L0", {"owner": "a"}), "bad-fact"),
        (Activate(DAY, "0"), "unknown-policy"),
        (Activate(DAY, OTHER.hash), "wrong-facts"),
    ],
)
def test_after_a_refusal_nothing_has_changed(event: Event, expected: str) -> None:
    made, untouched = floor(), floor()
    assert reason(made, event) == expected
    assert gets(made.apply(Arrive(DAY, "lead", lead("L1")))) == gets(untouched.apply(Arrive(DAY, "lead", lead("L1"))))
    assert made.ledger.snapshot() == untouched.ledger.snapshot()


def test_all_points_see_what_one_has_decided() -> None:
    made = floor()
    assert gets(made.apply(Arrive(DAY, "lead", lead("L1")))) == "b"
    account = {"id": "A1", "segment": "key"}
    assert gets(made.apply(Arrive(DAY, "account", account))) == "a"


# --- changes -------------------------------------------------------------------------------------------------


def test_what_changes_counts_from_then_on() -> None:
    made = floor()
    assert gets(made.apply(Arrive(DAY, "lead", lead("L1")))) == "b"
    made.apply(Change(DAY, "rep", "b", {"on_duty": False}))
    assert [gets(made.apply(Arrive(DAY, "lead", lead(key)))) for key in ("L2", "L3")] == ["a", "a"]
    assert gets(made.apply(Arrive(DAY, "lead", lead("L4")))) == "held at desk"
    made.apply(Change(DAY, "lead", "L2", {"status": "done"}))
    assert gets(made.apply(Arrive(DAY, "lead", lead("L5")))) == "a"


def test_a_rep_who_comes_takes_part_and_the_declared_order_is_that_of_the_day() -> None:
    made = floor()
    made.apply(Change(DAY, "rep", "d", {"on_duty": "yes", "capacity": 5, "region": "Alps"}))
    assert gets(made.apply(Arrive(DAY, "lead", lead("L1")))) == "d"
    made.apply(Change(DAY, "rep", "a", {"region": "Aaa"}))
    assert gets(made.apply(Arrive(DAY, "lead", lead("L2")))) == "a"


def test_a_fact_may_be_known_before_it_is_decided() -> None:
    made = floor()
    made.apply(Change(DAY, "lead", "L1", lead("L1")))
    assert made.owner("lead", "L1") is None
    assert gets(made.apply(Arrive(DAY, "lead", {"id": "L1"}))) == "b"


def test_rows_of_other_kinds_count_by_what_a_fact_says_now() -> None:
    made = floor()
    made.apply(Change(DAY, "account", "A1", {"segment": "small"}))
    made.apply(Change(DAY, "deal", "D1", {"owner": "b", "account": "A1", "closed": "2026-04-01"}))
    first = made.apply(Arrive(DAY, "lead", lead("L1", segment="key"))).decisions[0]
    assert dict(first.tried[-1].measured) == {"a": "0", "b": "0"}
    made.apply(Change(DAY, "account", "A1", {"segment": "key"}))
    second = made.apply(Arrive(DAY, "lead", lead("L2", segment="key"))).decisions[0]
    assert dict(second.tried[-1].measured) == {"a": "0", "b": "1"}


def test_facts_that_the_policy_does_not_read_are_kept() -> None:
    made = floor()
    made.apply(Change(DAY, "team", "T1", {"name": "North"}))
    assert made.apply(Tick(DAY)) == Outcome()
    assert made.now == DAY


# --- another policy ------------------------------------------------------------------------------------------


def test_another_policy_goes_on_with_credits_owners_and_facts() -> None:
    reader = {POLICY.hash: POLICY, OTHER.hash: OTHER}
    goals = RAW["rep"]
    columns = {**REPS, "declared_goal": ["1", "1", "1"]}
    raw: dict[str, Any] = {"rep": RawTable(goals.file, columns)}

    def facts(policy: c.Policy) -> Facts:
        return open_facts(policy, raw, "assign", strict=True, empty=EMPTY)[0]

    made = Floor(POLICY, facts(POLICY), KEYS, reader.__getitem__, facts)
    assert gets(made.apply(Arrive(DAY, "lead", lead("L1")))) == "b"
    made.apply(Change(DAY, "rep", "a", {"declared_goal": "3"}))
    made.apply(Change(DAY, "rep", "d", {"on_duty": "yes", "capacity": 5, "region": "Alps", "declared_goal": "1"}))
    made.apply(Activate(DAY, OTHER.hash))
    assert made.policy is OTHER
    assert made.owner("lead", "L1") == "b"
    decision = made.apply(Arrive(DAY, "lead", lead("L2"))).decisions[0]
    assert decision.sequence == 2
    assert dict(decision.tried[-1].measured) == {"d": "1", "b": "1", "a": "3"}
    assert made.apply(Change(DAY, "rep", "a", {"on_duty": "no"})) == Outcome()
    made.apply(Change(DAY, "rep", "b", {"on_duty": "no"}))
    made.apply(Change(DAY, "rep", "d", {"on_duty": "no"}))
    assert gets(made.apply(Arrive(DAY, "lead", lead("L3")))) == "held at other desk"


# --- folds ---------------------------------------------------------------------------------------------------

EVENTS = st.lists(
    st.one_of(
        st.builds(
            lambda key, region, segment: Arrive(DAY, "lead", lead(f"L{key}", region=region, segment=segment)),
            st.integers(0, 20), st.sampled_from(["East", "West"]), st.sampled_from(["key", "small"]),
        ),
        st.builds(
            lambda rep, on_duty: Change(DAY, "rep", rep, {"on_duty": on_duty}), st.sampled_from("abc"), st.booleans()
        ),
        st.builds(
            lambda rep, goal: Change(DAY, "rep", rep, {"on_duty": "yes", "capacity": goal, "region": "X"}),
            st.sampled_from("de"), st.integers(0, 3),
        ),
        st.builds(lambda key: Change(DAY, "lead", f"L{key}", {"status": "done"}), st.integers(0, 20)),
        st.builds(lambda key: Arrive(DAY, "account", {"id": f"A{key}", "segment": "key"}), st.integers(0, 5)),
        st.just(Tick(DAY)),
    ),
    max_size=25,
)  # fmt: skip


def folded(events: list[Event], made: Floor) -> list[str]:
    found: list[str] = []
    for event in events:
        try:
            found.append(json.dumps(made.apply(event).as_json(), sort_keys=True))
        except Refused as problem:
            found.append(problem.reason)
    return found


@given(EVENTS)
def test_the_same_events_give_the_same_bytes(events: list[Event]) -> None:
    stored = [event_of(json.loads(json.dumps(event.as_json()))) for event in events]
    assert stored == events
    made, again = floor(), floor()
    first = folded(events, made)
    assert folded(stored, again) == first
    assert again.ledger.snapshot() == made.ledger.snapshot()
    without = [event for event, came in zip(events, first, strict=True) if came.startswith("{")]
    kept = [came for came in first if came.startswith("{")]
    assert folded(without, floor()) == kept


def test_decimals_have_one_form() -> None:
    event = Change(DAY, "deal", "D1", {"amount": Decimal("1E+3"), "kind": None, "stage": "won"})
    assert event.as_json()["values"] == {"amount": "1000", "kind": None, "stage": "won"}
    assert event_of(event.as_json()) == event


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"event": "vanish"}, "`vanish` is no event"),
        ({"event": "tick"}, "the event `tick` needs at"),
        ({"event": "tick", "at": 1, "key": "x"}, "the event `tick` has no `key`"),
        ({"at": 1}, "`None` is no event"),
    ],
)
def test_what_is_no_event_is_said(value: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        event_of(value)
