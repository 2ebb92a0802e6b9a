"""What became of the facts of a test that the policy assigns: decided as they arrive, moved as the test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..dsl import checked as c
from ..engine.assignment import DrawKeys, NotSupported
from ..engine.decisions import Decision
from ..engine.life import Event, Floor, Outcome, Refused, Seen, Tick, past_events
from .trial_facts import NotGiven, TrialEvaluator, TrialFacts

__all__ = ["TrialLife", "lives_of"]

_SEED = b"draws of a test are the same in every run"
_MOVE = "move"


@dataclass(slots=True)
class TrialLife:
    """The facts of one kind as of a moment: what was decided of each, and which moves could not be made.

    `refused` is by the key of the move.
    """

    kind: str
    floor: Floor
    decisions: dict[str, list[Decision]] = field(default_factory=dict[str, list[Decision]])
    refused: dict[str, Refused] = field(default_factory=dict[str, Refused])

    def add(self, outcome: Outcome) -> None:
        """Take in what came of an event."""
        for decision in outcome.decisions:
            self.decisions.setdefault(decision.key, []).append(decision)

    def last(self, key: str) -> Decision | None:
        """The last decision about a fact."""
        return self.decisions.get(key, [None])[-1]

    def rule(self, key: str) -> str | None:
        """The rule that decided last; None where none did."""
        found = [decision.rule for decision in self.decisions.get(key, []) if decision.rule]
        return found[-1] if found else None

    def state(self, key: str) -> str | None:
        """Where a fact is: owned, offered, held, pool or closed; None where it has not come yet."""
        stay = self.floor.stay(self.kind, key)
        return None if stay is None else stay.state

    def desk(self, key: str) -> str | None:
        """The desk that holds a fact; None where none does."""
        stay = self.floor.stay(self.kind, key)
        return stay.desk if stay is not None and stay.state == "held" else None

    def offered(self, key: str) -> str | None:
        """To whom a fact is offered; None where it is not."""
        stay = self.floor.stay(self.kind, key)
        return stay.rep if stay is not None and stay.state == "offered" else None


def lives_of(policy: c.Policy, built: TrialFacts, assign: c.Assign, until: int | None) -> TrialLife:
    """Everything that a test says happened to facts of a kind, before `until` (seconds; None: all of it).

    Facts without a date come in the order given. Raises `NotGiven` for what cannot be run.
    """
    floor = Floor(
        policy, built.facts, DrawKeys(_SEED), {policy.hash: policy}.__getitem__,
        evaluator=lambda under, _: TrialEvaluator(under, built, until),
    )  # fmt: skip
    if assign.kind in floor.unsupported:
        raise NotGiven(floor.unsupported[assign.kind]) from NotSupported(floor.unsupported[assign.kind])
    made = TrialLife(assign.kind, floor)
    past = past_events(policy, assign, built.facts, floor.watched, as_given=True)
    known = [event for event in past.events if until is None or event.at < until]
    hidden = [event for event in past.events if isinstance(event, Seen) and event.column]
    for event in hidden:
        floor.hide(event.kind, event.row, event.column)
    moves = iter(past.moves)
    for event in known:
        _apply(made, event, moves)
    if until is not None:
        made.add(floor.apply(Tick(until - 1)))
    return made


def _apply(made: TrialLife, event: Event | Seen, moves: Iterator[str]) -> None:
    if isinstance(event, Seen):
        made.add(made.floor.show(*event))
        return
    key = next(moves) if event.as_json()["event"] == _MOVE else ""
    try:
        made.add(made.floor.apply(event))
    except Refused as problem:
        made.refused[key] = problem
