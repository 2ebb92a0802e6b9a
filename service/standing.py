"""Where decisions stand: credits, facts given out and sequence numbers, as the log left them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection

from ..dsl import checked as c
from ..engine.arrival import Arrival, Arrivals, LiveAssigner
from ..engine.assignment import DrawKeys, NotSupported
from ..engine.decisions import Decision
from ..engine.shares import PoolSnapshot, ShareLedger
from .decision_log import Entry, Head, Past, head, last_sequences, past, stored_credits
from .loading import Loaded

__all__ = ["Point", "Standing", "assigners_of", "standing_of"]


@dataclass(frozen=True, slots=True)
class Point:
    """A decision point: the assigner of a kind of fact, and the reader of facts that arrive there."""

    assigner: LiveAssigner
    arrivals: Arrivals


@dataclass(slots=True)
class Standing:
    """Everything that the next decision depends on, as of entry `head` of the log.

    A decision changes it before the log has it: whoever decides puts it away until the commit, and makes a new one
    from the log where that fails.
    """

    head: Head
    points: Mapping[str, Point]
    ledger: ShareLedger
    sequences: dict[str, int]

    def decide(self, point: str, arrival: Arrival, at: int) -> tuple[Decision, dict[str, PoolSnapshot]]:
        """Take a fact in at every point that knows its kind, and decide it; the decision, and the credits it moved."""
        assigner = self.points[point].assigner
        row = assigner.arrive(point, arrival)
        self.sequences[point] = self.sequences.get(point, 0) + 1
        decision = assigner.decide(row, at, self.sequences[point])
        for other in self._others(point):
            _take_in(other, point, arrival, decision.rep, at)
        moved = {step.turn.pool for step in decision.tried if step.turn is not None}
        credits_now = self.ledger.snapshot()
        return decision, {pool: credits_now[pool] for pool in sorted(moved)}

    def follow(self, entry: Entry) -> None:
        """Stand at a new entry of the log."""
        self.head = Head(entry.number, entry.hash)

    def _others(self, point: str) -> Iterable[LiveAssigner]:
        return (found.assigner for name, found in self.points.items() if name != point)


def assigners_of(loaded: Loaded, keys: DrawKeys, ledger: ShareLedger) -> tuple[dict[str, LiveAssigner], dict[str, str]]:
    """An assigner for each kind that the policy decides, and for those that cannot be decided yet the reason."""
    made: dict[str, LiveAssigner] = {}
    refused: dict[str, str] = {}
    for assign in loaded.policy.assigns:
        if _has_a_life(assign):
            refused[assign.kind] = f"offers, claims and timers of `assign {assign.kind}` are not served yet"
            continue
        try:
            made[assign.kind] = LiveAssigner(loaded.policy, assign, loaded.facts, keys, ledger)
        except NotSupported as error:
            refused[assign.kind] = str(error)
    return made, refused


def _has_a_life(assign: c.Assign) -> bool:
    """Whether more happens to a fact than that it is given to a rep or a desk."""
    tiers = [tier for rule in (*assign.rules, assign.otherwise) for tier in rule.tiers]
    return bool(assign.timers) or any(tier.accept is not None or tier.sharing == "claim" for tier in tiers)


def standing_of(tx: Connection, loaded: Loaded, keys: DrawKeys) -> Standing:
    """Where the log has come to: its credits, and its facts on top of those that were loaded."""
    ledger = ShareLedger.restore(stored_credits(tx))
    assigners, _ = assigners_of(loaded, keys, ledger)
    readers = {kind: Arrivals(loaded.policy, kind, loaded.facts) for kind in loaded.facts.tables}
    points = {kind: Point(assigner, readers[kind]) for kind, assigner in assigners.items()}
    for kind, entries in groupby(past(tx), key=lambda entry: entry.point):
        if kind in readers:
            _restore(readers[kind], [*assigners.values()], kind, [*entries])
    return Standing(head(tx), points, ledger, last_sequences(tx))


def _restore(reader: Arrivals, assigners: list[LiveAssigner], kind: str, entries: list[Past]) -> None:
    """Take entries in that follow each other: at once, or one by one where one may refer to the one before."""
    size = 1 if kind in reader.refers_to else max(1, len(entries))
    for start in range(0, len(entries), size):
        some = entries[start : start + size]
        for assigner in assigners:
            typed = reader.read_again([(entry.fact, entry.at) for entry in some], assigner)
            for entry, arrival in zip(some, typed, strict=True):
                _take_in(assigner, kind, Arrival(entry.key, arrival.cells), entry.rep, entry.at)


def _take_in(assigner: LiveAssigner, kind: str, arrival: Arrival, rep: str | None, at: int) -> None:
    """A fact that was decided elsewhere or before. Where the files have it by now, they know more of it than we do."""
    row = assigner.find(kind, arrival.key)
    if row is None:
        row = assigner.arrive(kind, arrival)
    elif assigner.owner_of(kind, row) is not None:
        return
    assigner.give(kind, row, assigner.find("rep", rep) if rep is not None else None, at)
