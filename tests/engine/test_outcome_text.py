"""The text of an outcome is its plain values as canonical JSON, whatever was kept from outcomes before."""

import json
from dataclasses import replace
from typing import Any

import pytest

from meed.dsl import check
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life.events import Arrive, Change, Event
from meed.engine.life.floor import Floor
from meed.engine.life.outcome import Award, Ending, Notice, Outcome, Undone
from meed.engine.life.outcome_text import OutcomeText

POLICY = """policy "Texts" { version: "1"  currency: CNY }
facts standard
let load of rep = count of lead where lead.owner is rep
let strength of rep = step tenure { from 0 months: 1  from 12 months: 2.5 }
assign lead {
  needs rep.on_duty and load < rep.capacity
  rule owner when lead.account_owner is known
    to lead.account_owner
    to any rep where rep.region is lead.region  by fewest load, best rep.capacity
    if nobody next
  rule large when lead.value >= 1_000
    to any rep where rep.region is lead.region  by capability_weighted strength
    if nobody hold "desk A"
  rule lot when lead.region is "North"
    to any rep where lead.value > 10  by random
    if nobody next
  otherwise to any rep by round_robin
  if nobody hold "地区台"
}
"""
REPS = {
    "id": ["a", "b\"x", "陈"], "on_duty": ["yes", "yes", "no"], "capacity": ["9", "4", "9"],
    "region": ["East", "East", "North"], "hired": ["2020-01-01", "2026-01-01", "2021-01-01"],
}  # fmt: skip


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def floor() -> Floor:
    found = check(POLICY)
    assert found.policy is not None, [one.message for one in found.diagnostics]
    raw = {"rep": RawTable("r.csv", REPS)}
    facts, _ = open_facts(found.policy, raw, "assign", strict=True, empty=frozenset({"lead"}))
    return Floor(found.policy, facts, DrawKeys(b"sixteen bytes..."), {}.__getitem__)


def lead(number: int, **columns: Any) -> dict[str, Any]:
    values = {"id": f"L{number}", "region": ("East", "North", "West")[number % 3], "value": str(number * 53 % 1700)}
    return values | ({"account_owner": "a"} if number % 5 == 0 else {}) | columns


EVENTS: list[Event] = [Arrive(1_775_952_000 + number, "lead", lead(number)) for number in range(40)]
EVENTS[20:20] = [Change(1_775_952_019, "rep", "陈", {"on_duty": "yes"})]


def test_the_text_of_every_outcome_is_that_of_its_plain_values() -> None:
    stand, texts = floor(), OutcomeText()
    outcomes = [stand.apply(event) for event in EVENTS]
    strategies = {tier.strategy for one in outcomes for decision in one.decisions for tier in decision.tried}
    assert strategies == {"direct", "fewest", "capability_weighted", "random", "round_robin"}
    for outcome in outcomes * 2:
        assert texts.of(outcome) == canonical(outcome.as_json())
        for decision in outcome.decisions:
            assert texts.of_decision(decision) == canonical(decision.as_json())


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(),
        Outcome(endings=(Ending(1, "lead", "L1", "a", "declined", by="a", reason='a "word"'),)),
        Outcome(notices=(Notice(1, "lead", "L1", "a", "call"),), awards=(Award(2, "lead", "L1", "a", "Closer"),)),
    ],
)
def test_outcomes_without_a_decision_have_a_text_too(outcome: Outcome) -> None:
    assert OutcomeText().of(outcome) == canonical(outcome.as_json())


def test_what_could_not_be_done_is_told_beside_a_decision() -> None:
    made = floor()
    decided = made.apply(Arrive(1_775_952_000, "lead", lead(1)))
    assert decided.decisions
    both = replace(decided, undone=(Undone(1, "lead", "L9", "return", "there is no lead `L9`"),))
    assert OutcomeText().of(both) == canonical(both.as_json())
    assert "there is no lead" in OutcomeText().of(both)
