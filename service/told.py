"""Decisions of the journal as they are told: the short answer, and everything that led to it."""

from __future__ import annotations

import json
from json.encoder import encode_basestring as _text
from typing import Any, NamedTuple

from ..engine.assigning.decisions import Decision
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
    """The decision of an entry with an id, or else the one that was asked for; None where the entry has none such."""
    decisions: list[dict[str, Any]] = entry.came().get("decisions", [])
    if decision_id:
        made = next((one for one in decisions if one["decision_id"] == decision_id), None)
    else:
        made = _asked_for(decisions)
    if made is None:
        return None
    return Told(str(made["kind"]), str(made["key"]), made, entry)


def short_answer(result: Result) -> bytes:
    """The answer to a request for a decision, as JSON: the same bytes whether it was just made or is read again.

    What was asked for is decided after what was due, and before what had waited for room.
    """
    if result.outcome is not None and result.outcome.decisions:
        made = result.outcome.decisions[-1]
        if made.waited is not None:
            made = next(one for one in result.outcome.decisions[::-1] if one.waited is None)
        return _short_of(made).encode()
    said = _asked_for(result.entry.came()["decisions"])
    assert said is not None
    return short_json({name: said[name] for name in SHORT})


def _asked_for(decisions: list[dict[str, Any]]) -> dict[str, Any] | None:
    for one in decisions[::-1]:
        if "waited" not in one:
            return one
    return None


def _short_of(made: Decision) -> str:
    """As `short_json` writes it, without a dictionary in between."""
    rep = "null" if made.rep is None else _text(made.rep)
    held = "null" if made.held is None else _text(made.held)
    return (
        f'{{"decision_id":{_text(made.id)},"rep":{rep},"held":{held},"rule":{_text(made.rule)},'
        f'"strategy":{_text(made.strategy)},"policy_hash":{_text(made.policy_hash)},"because":{_text(made.because)}}}'
    )


def short_json(values: dict[str, Any]) -> bytes:
    """The short answer as bytes."""
    return _encode(values).encode()
