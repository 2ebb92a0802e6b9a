"""Decisions: who got a fact, by which rule, and for everybody else the first reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from ..calendar.days import format_moment
from .fact_lots import LotTold
from .tier_tried import Candidate, TierTried

__all__ = ["Candidate", "Decision", "TierTried", "decision_id"]


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Decision:
    """The answer for one fact.

    `rep` (None: nobody), `held` (the desk that keeps it; None where it was assigned), `rule` and `strategy` that
    decided, `skipped` (rules that did not apply, with the condition that failed), `tried` (tiers in order).

    `step` is the number of the rule's tier that it came to. An offer, or a step by claim, `lapses` at a moment, unless
    it is accepted before. `came` says how the rep came to it where that was not by the rules (claimed, transferred,
    manual): `by` whom and for what `reason`, and `beyond` which condition that a person set aside. `waited`: since when
    it had stood in a queue, and at which desk. `lapses_as`: how the end of an offer came, where it is counted in
    working time.
    `lots`: those of the fact that the policy reads, whatever came of them.
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
    waited: tuple[int, str] | None = None
    lapses_as: str = ""
    lots: tuple[LotTold, ...] = ()
    because: str = field(default="", init=False, compare=False)
    """One sentence, made at once: the answer, the record and the postings all have it."""

    def __post_init__(self) -> None:
        self.because = self._because()

    def _because(self) -> str:
        lots = "".join(f"; {lot.text}" for lot in self.lots)
        return f"{self._choice()}{lots}"

    def _choice(self) -> str:
        if self.came in {"transferred", "manual"}:
            return _by_hand(self)
        if self.rep is None and self.strategy == "claim":
            free = self.tried[-1].free if self.tried else 0
            until = "" if self.lapses is None else f", until {format_moment(self.lapses)}"
            return f"{self.rule}: whoever may take it takes it first{until}, and {_free(free)}"
        if self.rep is not None:
            return f"{self.rule}: {self.tried[-1].chose(self.rep)}{self._after_waiting()}"
        outcome = f'it is held at "{self.held}"' if self.held else f"the policy says {self.strategy}"
        if any(tier.rule == self.rule for tier in self.tried):
            return f"{self.rule}: nobody could take it, so {outcome}"
        return f"{self.rule}: {outcome}"

    def _after_waiting(self) -> str:
        if self.waited is None:
            return ""
        since, desk = self.waited
        where = f' at "{desk}"' if desk else ""
        return f"; it had waited{where} since {format_moment(since)}"

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
    def is_told_more(self) -> bool:
        """Whether a person has said something of it, it had waited, or it has lots."""
        return bool(self.by or self.reason or self.beyond or self.lots) or self.waited is not None

    def _of_its_life(self) -> dict[str, Any]:
        """What is not said of a fact that the rules gave to a rep at once."""
        made: dict[str, Any] = {"lapses": self.lapses} if self.lapses is not None else {}
        said = {"by": self.by, "reason": self.reason, "beyond": self.beyond}
        came = {"came": self.came} if self.came != "assigned" else {}
        if self.lapses_as:
            made["lapses_because"] = self.lapses_as
        if self.waited is not None:
            made |= {"waited": {"since": self.waited[0], "at": self.waited[1]}}
        if self.lots:
            made["lots"] = [lot.drawn.as_json() for lot in self.lots]
        return made | came | {name: text for name, text in said.items() if text}


def _free(count: int) -> str:
    return f"{count} could now" if count else "nobody could now"


def _by_hand(decision: Decision) -> str:
    """Who gave it to whom, and why."""
    reason = f": {decision.reason}" if decision.reason else ""
    beyond = f" (though {decision.beyond})" if decision.beyond else ""
    return f"{decision.by or 'somebody'} gave it to {decision.rep}{reason}{beyond}"


def decision_id(policy_hash: str, kind: str, key: str, sequence: int) -> str:
    """A short name that a replay gives again: `D` and twelve hexadecimal digits."""
    text = "\x1f".join((policy_hash, kind, key, str(sequence)))
    return "D" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
