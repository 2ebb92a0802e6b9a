"""What became of the facts of a test that the policy assigns: decided as they arrive, moved as the test says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from ..dsl import checked as c
from ..engine.assigning.assignment import DrawKeys
from ..engine.assigning.decisions import Decision
from ..engine.life import Award, Event, Move, Notice, Outcome, Refused, Seen, Tick, past_events
from .trial_facts import NotGiven, TrialEvaluator, TrialFacts
from .trial_watch import HeardFloor, TrialWatch, moments_of

__all__ = ["TrialLife", "lives_of", "watched_of"]

_SEED = b"draws of a test are the same in every run"


@dataclass(slots=True)
class TrialLife:
    """The facts of one kind as of a moment: what was decided of each, and which moves could not be made.

    `refused` is by the key of the move.
    """

    kind: str
    floor: HeardFloor
    decisions: dict[str, list[Decision]] = field(default_factory=dict[str, list[Decision]])
    refused: dict[str, Refused] = field(default_factory=dict[str, Refused])
    told: list[Notice | Award] = field(default_factory=list[Notice | Award])

    def add(self, outcome: Outcome) -> None:
        """Take in what came of an event."""
        for decision in outcome.decisions:
            self.decisions.setdefault(decision.key, []).append(decision)
        self.told += [*outcome.notices, *outcome.awards]

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


def lives_of(
    policy: c.Policy, built: TrialFacts, assign: c.Assign, until: int | None, *, watched: bool = False
) -> TrialLife:
    """Everything that a test says happened to facts of a kind, before `until` (seconds; None: all of it).

    `watched`: the watches over them, too. Facts without a date come in the order given. Raises `NotGiven` for what
    cannot be run.
    """
    made = TrialLife(assign.kind, _floor(policy, built, until))
    floor = made.floor
    past = past_events(policy, assign, built.facts, floor.watched, as_given=True)
    known = [event for event in past.events if until is None or event.at < until]
    floor.expect(past.events)
    if until is not None:
        known.append(Tick(until - 1))
    elif watched and known:
        known.append(Tick(known[-1].at))
    _run(made, known, iter(past.moves), {assign.kind} if watched else frozenset())
    return made


def watched_of(policy: c.Policy, built: TrialFacts, kind: str, until: int | None) -> TrialLife:
    """What watches do about facts of a kind that the policy does not assign, before `until`. Raises `NotGiven`."""
    made = TrialLife(kind, _floor(policy, built, until))
    seen, first, last = moments_of(policy, built.facts, {kind})
    end = until - 1 if until is not None else last
    if first is None or end is None or not built.placed:
        raise NotGiven(f"nothing in the test says when: give the first {kind} its date")
    made.floor.expect(seen)
    events = [Tick(min(first, end)), *(one for one in seen if first < one.at <= end), Tick(end)]
    _run(made, events, iter(()), {kind})
    return made


def _floor(policy: c.Policy, built: TrialFacts, until: int | None) -> HeardFloor:
    return HeardFloor(
        policy, built.facts, DrawKeys(_SEED), {policy.hash: policy}.__getitem__,
        evaluator=lambda under, _: TrialEvaluator(under, built, until),
    )  # fmt: skip


def _run(made: TrialLife, events: Iterable[Event | Seen], moves: Iterator[str], watched: Collection[str]) -> None:
    """Let events happen, the watches over some kinds beside them."""
    made.floor.hears = made.add
    with TrialWatch(made.floor, watched) if watched else nullcontext() as watch:
        for event in events:
            key = next(moves) if isinstance(event, Move) else ""
            try:
                if watch is not None:
                    watch.feed(event)
                elif isinstance(event, Seen):
                    made.floor.show(*event)
                else:
                    made.floor.apply(event)
            except Refused as problem:
                made.refused[key] = problem
