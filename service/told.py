"""Decisions of the journal as they are told: the short answer, and everything that led to it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ..engine.decisions import Decision
from .journal.asked import Result
from .journal.entries import Entry

__all__ = ["SHORT", "Told", "decision_told", "short_answer", "short_json"]

SHORT = ("decision_id", "rep", "held", "rule", "strategy", "policy_hash", "because")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Told(NamedTuple):
    """A decision as it was recorded: of which fact, as plain values, and its entry."""

    kind: str
    key: str
    decision: dict[str, Any]
    entry: Entry


def decision_told(entry: Entry, decision_id: str = "") -> Told | None:
    """The decision of an entry with an id, or else its first one; None where the entry has none such."""
    decisions: list[dict[str, Any]] = entry.came().get("decisions", [])
    made = next((one for one in decisions if decision_id in ("", one["decision_id"])), None)
    if made is None:
        return None
    return Told(str(made["kind"]), str(made["key"]), made, entry)


def short_answer(result: Result) -> bytes:
    """The answer to a request for a decision, as JSON: the same bytes whether it was just made or is read again."""
    if result.outcome is not None and result.outcome.decisions:
        return short_json(_short_of(result.outcome.decisions[-1]))
    decisions = result.entry.came()["decisions"]
    return short_json({name: decisions[-1][name] for name in SHORT})


def _short_of(decision: Decision) -> dict[str, Any]:
    return {
        "decision_id": decision.id, "rep": decision.rep, "held": decision.held, "rule": decision.rule,
        "strategy": decision.strategy, "policy_hash": decision.policy_hash, "because": decision.because,
    }  # fmt: skip


def short_json(values: dict[str, Any]) -> bytes:
    """The short answer as bytes."""
    return _encode(values).encode()
