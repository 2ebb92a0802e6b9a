"""Decisions: who got a fact, by which rule, and for everybody else the first reason why not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from .draws import Draw
from .refusal import Refusal
from .shares import SCALE, Turn

__all__ = ["Candidate", "Decision", "TierTried", "decision_id"]

_EXTREMES = {"fewest": "lowest", "best": "highest"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep as seen by a tier: eligible, or the first condition that failed, with the values that it read."""

    rep: str
    refusal: Refusal | None = None

    @property
    def eligible(self) -> bool:
        """Whether the rep could take it."""
        return self.refusal is None

    @property
    def reason(self) -> str:
        """The condition that failed, in words; empty for the eligible."""
        return "" if self.refusal is None else self.refusal.text

    @property
    def place(self) -> str:
        """Where the policy says so; empty for the eligible."""
        return "" if self.refusal is None else self.refusal.place

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        why = {"because": self.reason, "place": self.place} if self.reason else {}
        return {"rep": self.rep, "eligible": self.eligible, **why}


@dataclass(frozen=True, slots=True)
class TierTried:
    """A tier that was tried: its rule, its place in the policy, its candidates, and how the choice was made.

    `said` is, in words, the person that the tier names, or what it measures; `measured` has the value of each.
    """

    place: str
    strategy: str
    candidates: tuple[Candidate, ...]
    turn: Turn | None = None
    draw: Draw | None = None
    record: str = ""
    measured: tuple[tuple[str, str], ...] = ()
    said: str = ""
    rule: str = ""

    @property
    def free(self) -> int:
        """How many could take it."""
        return len([None for candidate in self.candidates if candidate.refusal is None])

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        rest = self.rest_as_json()
        made = {"place": rest.pop("place"), "strategy": rest.pop("strategy")}
        made["candidates"] = [one.as_json() for one in self.candidates]
        draw = {"draw": rest.pop("draw")} if "draw" in rest else {}
        turn = {} if self.turn is None else {"turn": self.turn.as_json()}
        return {**made, **rest, **turn, **draw}

    def rest_as_json(self) -> dict[str, Any]:
        """Everything but the candidates and the turn."""
        made: dict[str, Any] = {"place": self.place, "strategy": self.strategy}
        if self.measured:
            made["measured"] = [{"rep": rep, "value": value} for rep, value in self.measured]
        if self.draw is not None:
            draw = self.draw
            made["draw"] = {
                "record": self.record, "ticket": str(draw.ticket), "tickets": str(draw.tickets),
                "counter": draw.counter, "digest": draw.digest,
            }  # fmt: skip
        return made

    def chose(self, rep: str) -> str:
        """Why it went to a rep, in a sentence."""
        if self.strategy == "claim":
            return f"{rep} took it first"
        if self.strategy == "direct":
            return f"{rep} is {self.said}, and could take it"
        free = self.free
        if free == 1:
            return f"{rep} was the only one who could take it"
        if self.draw is not None:
            drawn, last = self.draw.ticket, self.draw.tickets - 1
            return f"of the tickets 0 to {last} number {drawn} was drawn, which is {rep}'s; {free} could take it"
        assert self.turn is not None
        if self.strategy not in _EXTREMES:
            return _owed_most(self.turn, f"of the {free} who could take it")
        measure = f"the {_EXTREMES[self.strategy]} {self.said} ({dict(self.measured)[rep]})"
        alike = len(self.turn.standings)
        if alike == 1:
            return f"{rep} had {measure} of the {free} who could take it"
        return f"{alike} of the {free} who could take it had {measure}; {_owed_most(self.turn, 'of these')}"

    def passed_over(self, rep: str, winner: str) -> str:
        """Why a rep who could take it did not get it."""
        if self.strategy == "claim":
            return f"{winner} took it first"
        if self.strategy == "direct":
            return f"{self.said} is {winner}"
        if self.draw is not None:
            low, high = _tickets_of(rep, self.record)
            held = f"ticket is {low}" if high == low + 1 else f"tickets are {low} to {high - 1}"
            return f"{rep}'s {held}, and {self.draw.ticket} was drawn"
        measured = dict(self.measured)
        if self.strategy in _EXTREMES and measured[rep] != measured[winner]:
            return f"{self.said} is {measured[rep]}; the {_EXTREMES[self.strategy]} is {measured[winner]}, {winner}'s"
        assert self.turn is not None
        own, first = (_credit_of(self.turn, key) for key in (rep, winner))
        if own == first:
            return f"{_standing_text(own)}, as is {winner}, who is earlier in the declared order"
        return f"{_standing_text(own)}, while {winner} is {_standing_text(first)}"


def _owed_most(turn: Turn, among: str) -> str:
    """Who was owed most, or was first among equals."""
    amount = f"{credit_text(_credit_of(turn, turn.winner))} of a lead"
    if not turn.tie:
        return f"{turn.winner} was owed most {among} ({amount})"
    tied = f"{len(turn.tie)} {among} were owed most ({amount})"
    return f"{tied}, and {turn.winner} is first of them in the declared order"


def _credit_of(turn: Turn, rep: str) -> int:
    return next(line for line in turn.standings if line.key == rep).credit_after_share


def _tickets_of(rep: str, record: str) -> tuple[int, int]:
    """The first ticket of a rep, and the first of the next one, by the record of a draw."""
    low = 0
    for key, weight in json.loads(record, parse_float=str)["eligible"]:
        if key == rep:
            return low, low + weight
        low += weight
    return low, low


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one fact.

    `rep` (None: nobody), `held` (the desk that keeps it; None where it was assigned), `rule` and `strategy` that
    decided, `skipped` (rules that did not apply, with the condition that failed), `tried` (tiers in order).

    `step` is the number of the rule's tier that it came to. An offer `lapses` at a moment, unless it is accepted
    before. `came` says how the rep came to it where that was not by the rules (claimed, transferred, manual): `by`
    whom and for what `reason`, and `beyond` which condition that a person set aside.
    """

    id: str
    kind: str
    key: str
    at: int
    sequence: int
    rep: str | None
    held: str | None
    rule: str
    strategy: str
    place: str
    policy_hash: str
    skipped: tuple[tuple[str, str], ...] = ()
    tried: tuple[TierTried, ...] = field(default=())
    step: int = 0
    lapses: int | None = None
    came: str = "assigned"
    by: str = ""
    reason: str = ""
    beyond: str = ""
    because: str = field(default="", init=False, compare=False)
    """One sentence, made at once: the answer, the record and the postings all have it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "because", self._because())

    def _because(self) -> str:
        if self.came in {"transferred", "manual"}:
            return _by_hand(self)
        if self.rep is None and self.strategy == "claim":
            return f"{self.rule}: whoever may take it takes it first, and {_free(self.tried[-1].free)}"
        if self.rep is not None:
            return f"{self.rule}: {self.tried[-1].chose(self.rep)}"
        outcome = f'it is held at "{self.held}"' if self.held else f"the policy says {self.strategy}"
        if any(tier.rule == self.rule for tier in self.tried):
            return f"{self.rule}: nobody could take it, so {outcome}"
        return f"{self.rule}: {outcome}"

    def why_not(self, rep: str) -> str:
        """Why a rep did not get it, by the last tier that was tried; empty for whoever did."""
        if rep == self.rep:
            return ""
        if not self.tried or (self.rep is None and self.tried[-1].rule != self.rule):
            return self.because
        last = self.tried[-1]
        found = next((candidate for candidate in last.candidates if candidate.rep == rep), None)
        if found is not None and not found.eligible:
            return found.reason
        if self.rep is None or (found is None and last.strategy != "direct"):
            return self.because
        return last.passed_over(rep, self.rep)

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values; credits in leads as exact fractions of `scale`."""
        return {**self.rest_as_json(), "tried": [tier.as_json() for tier in self.tried]}

    def rest_as_json(self) -> dict[str, Any]:
        """Everything but the tiers that were tried."""
        return {
            "decision_id": self.id,
            "kind": self.kind,
            "key": self.key,
            "at": self.at,
            "sequence": self.sequence,
            "rep": self.rep,
            "held": self.held,
            "rule": self.rule,
            "strategy": self.strategy,
            "place": self.place,
            "policy_hash": self.policy_hash,
            "because": self.because,
            "skipped_rules": [{"rule": rule, "because": why} for rule, why in self.skipped],
            **self._of_its_life(),
        }

    @property
    def said_by_hand(self) -> bool:
        """Whether a person has said something of it."""
        return bool(self.by or self.reason or self.beyond)

    def _of_its_life(self) -> dict[str, Any]:
        """What is not said of a fact that the rules gave to a rep at once."""
        made: dict[str, Any] = {"lapses": self.lapses} if self.lapses is not None else {}
        said = {"by": self.by, "reason": self.reason, "beyond": self.beyond}
        came = {"came": self.came} if self.came != "assigned" else {}
        return made | came | {name: text for name, text in said.items() if text}


def _free(count: int) -> str:
    return f"{count} could now" if count else "nobody could now"


def _by_hand(decision: Decision) -> str:
    """Who gave it to whom, and why."""
    reason = f": {decision.reason}" if decision.reason else ""
    beyond = f" (though {decision.beyond})" if decision.beyond else ""
    return f"{decision.by or 'somebody'} gave it to {decision.rep}{reason}{beyond}"


def credit_text(credit: int) -> str:
    """A credit in leads, to the nearest thousandth, half away from zero: `+0.714`."""
    milli = (abs(credit) * 2000 + SCALE) // (2 * SCALE)
    return f"{'-' if credit < 0 else '+'}{milli // 1000}.{milli % 1000:03d}"


def _standing_text(credit: int) -> str:
    """How a rep stands: `owed 0.714 of a lead`."""
    amount = credit_text(credit)
    return "even" if credit == 0 else f"{'owed' if credit > 0 else 'ahead by'} {amount[1:]} of a lead"


def decision_id(policy_hash: str, kind: str, key: str, sequence: int) -> str:
    """A short name that a replay gives again: `D` and twelve hexadecimal digits."""
    text = "\x1f".join((policy_hash, kind, key, str(sequence)))
    return "D" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
