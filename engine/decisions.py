"""Decisions: who got a fact, by which rule, and for everybody else the first reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .draws import Draw
from .refusal import Refusal
from .shares import SCALE, Turn

__all__ = ["Candidate", "Decision", "TierTried", "decision_id"]


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


@dataclass(frozen=True, slots=True)
class TierTried:
    """A tier that was tried: its place in the policy, its candidates, and how the choice was made."""

    place: str
    strategy: str
    candidates: tuple[Candidate, ...]
    turn: Turn | None = None
    draw: Draw | None = None
    record: str = ""
    measured: tuple[tuple[str, str], ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one fact.

    `rep` (None: nobody), `held` (the desk that keeps it; None where it was assigned), `rule` and `strategy` that
    decided, `skipped` (rules that did not apply, with the condition that failed), `tried` (tiers in order).
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

    @property
    def because(self) -> str:
        """One sentence."""
        if self.rep is None:
            return f"{self.rule}: nobody could take it; held at {self.held!r}"
        last = self.tried[-1]
        free = sum(1 for candidate in last.candidates if candidate.eligible)
        if last.turn is not None:
            own = next(s for s in last.turn.standings if s.key == self.rep)
            tied = f", tied with {len(last.turn.tie) - 1} and first in order" if len(last.turn.tie) > 1 else ""
            return (
                f"{self.rule}: {self.rep} had the largest credit ({credit_text(own.credit_after_share)}) "
                f"of {free} eligible{tied}"
            )
        if last.draw is not None:
            return f"{self.rule}: ticket {last.draw.ticket} of {last.draw.tickets} was {self.rep}'s, {free} eligible"
        return f"{self.rule}: {self.rep} is named by the policy and can take it"

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values; credits in leads as exact fractions of `scale`."""
        return {
            "decision_id": self.id,
            self.kind: self.key,
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
            "tried": [_tier_json(tier) for tier in self.tried],
        }


def credit_text(credit: int) -> str:
    """A credit in leads, to three places, the last one cut: `+0.714`."""
    milli = abs(credit) * 1000 // SCALE
    return f"{'-' if credit < 0 else '+'}{milli // 1000}.{milli % 1000:03d}"


def _tier_json(tier: TierTried) -> dict[str, Any]:
    made: dict[str, Any] = {
        "place": tier.place,
        "strategy": tier.strategy,
        "candidates": [
            {"rep": candidate.rep, "eligible": candidate.eligible}
            | ({"because": candidate.reason, "place": candidate.place} if candidate.reason else {})
            for candidate in tier.candidates
        ],
    }
    if tier.measured:
        made["measured"] = [{"rep": rep, "value": value} for rep, value in tier.measured]
    if tier.turn is not None:
        made["turn"] = _turn_json(tier.turn)
    if tier.draw is not None:
        draw = tier.draw
        made["draw"] = {
            "record": tier.record, "ticket": str(draw.ticket), "tickets": str(draw.tickets), "counter": draw.counter,
            "digest": draw.digest,
        }  # fmt: skip
    return made


def _turn_json(turn: Turn) -> dict[str, Any]:
    return {
        "pool": turn.pool,
        "scale": str(SCALE),
        "winner": turn.winner,
        "runner_up": turn.runner_up,
        "tie": list(turn.tie),
        "standings": [
            {
                "rep": line.key,
                "weight": str(line.weight),
                "share": str(line.share),
                "credit_before": str(line.credit_before),
                "credit_after_share": str(line.credit_after_share),
                "credit_after": str(line.credit_after),
            }
            for line in turn.standings
        ],
    }


def decision_id(policy_hash: str, kind: str, key: str, sequence: int) -> str:
    """A short name that a replay gives again: `D` and twelve hexadecimal digits."""
    text = "\x1f".join((policy_hash, kind, key, str(sequence)))
    return "D" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
