"""Outcomes: what came of an event, with everything that was due before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..assigning.decisions import Decision
from ..turns.turns import Dealt

__all__ = ["Award", "Ending", "Notice", "Outcome", "Posting", "Undone"]


@dataclass(frozen=True, slots=True)
class Ending:
    """An assignment or an offer that ended: `how` it did, by whom, for what reason."""

    at: int
    kind: str
    key: str
    rep: str
    how: str
    by: str = ""
    reason: str = ""
    because: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything said, as plain values."""
        made = {"at": self.at, "kind": self.kind, "key": self.key, "rep": self.rep, "how": self.how}
        said = {"by": self.by, "reason": self.reason, "because": self.because}
        return made | {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that the policy sends to somebody about a fact."""

    at: int
    kind: str
    key: str
    to: str
    text: str
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        made = {"at": self.at, "kind": self.kind, "key": self.key, "to": self.to, "text": self.text}
        return made | ({"place": self.place} if self.place else {})


@dataclass(frozen=True, slots=True)
class Award:
    """Recognition that the policy gives to somebody for a fact."""

    at: int
    kind: str
    key: str
    to: str
    title: str
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        made = {"at": self.at, "kind": self.kind, "key": self.key, "to": self.to, "title": self.title}
        return made | ({"place": self.place} if self.place else {})


@dataclass(frozen=True, slots=True)
class Undone:
    """What a rule of a `watch` was to do about a fact and could not, and why."""

    at: int
    kind: str
    key: str
    does: str
    why: str

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"at": self.at, "kind": self.kind, "key": self.key, "does": self.does, "why": self.why}


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Posting:
    """What was done to the credits of a pool, and why; `turn`: by which turn, `decision`: which one tells of it.

    `did`: `post` (a turn), `post_manual` (a person chose), `reverse` (a turn is taken back), `card_back` (a card of a
    deck is, which moves no credit), `begin` (a rep comes new, or back after long: `begun` is what that added to each
    credit). Moves are in 1/SCALE of a lead or of a unit of value, and add up to zero. `value`: what the lead counts;
    `winner`: whose turn or card it was, who begins.
    """

    at: int
    pool: str
    kind: str
    key: str
    did: str
    value: int
    winner: str
    why: str
    decision: str = ""
    turn: Dealt | None = None
    begun: tuple[tuple[str, int], ...] = ()

    @property
    def moves(self) -> Mapping[str, int]:
        """What it added to each credit."""
        if self.turn is None:
            return dict(self.begun)
        moves = self.turn.moves()
        return {rep: -move for rep, move in moves.items()} if self.did == "reverse" else moves

    def as_json(self) -> dict[str, Any]:
        """As plain values, amounts as texts; of a turn that a decision tells, what it moved and why is said there."""
        made = {
            "at": self.at, "pool": self.pool, "kind": self.kind, "key": self.key, "did": self.did,
            "winner": self.winner, "value": str(self.value),
        }  # fmt: skip
        if self.decision:
            return {**made, "decision": self.decision}
        return {**made, "moves": {rep: str(move) for rep, move in self.moves.items()}, "why": self.why}


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Outcome:
    """What came of an event, each list in the order in which things happened."""

    decisions: tuple[Decision, ...] = ()
    endings: tuple[Ending, ...] = ()
    notices: tuple[Notice, ...] = ()
    awards: tuple[Award, ...] = ()
    postings: tuple[Posting, ...] = ()
    undone: tuple[Undone, ...] = ()

    def then(self, more: Outcome) -> Outcome:
        """This, and what came after it."""
        return Outcome(*(getattr(self, spec.name) + getattr(more, spec.name) for spec in fields(self)))

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values; lists with nothing in them are left out."""
        decisions = {"decisions": [one.as_json() for one in self.decisions]} if self.decisions else {}
        return decisions | self.rest_as_json()

    def rest_as_json(self) -> dict[str, Any]:
        """Everything but the decisions."""
        lists: dict[str, tuple[Any, ...]] = {
            "endings": self.endings, "notices": self.notices, "awards": self.awards, "postings": self.postings,
            "undone": self.undone,
        }  # fmt: skip
        return {name: [one.as_json() for one in made] for name, made in lists.items() if made}
