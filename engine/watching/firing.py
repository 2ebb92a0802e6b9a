"""Firings: what a rule did, about what, when, and why; plain data, and the events and notices that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY, format_day

__all__ = ["Firing", "moment_text"]


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fired: `number` is its place among the rules over its kind, `place` where it stands in the policy.

    `at`: seconds by the policy's clocks. `word`: `return`, `hold`, `next`, `notify` or `award`, with its `text` (of a
    notice, a title, or a desk) and `to` (the key of a rep; empty where the deed is for nobody). `lacks`: the path that
    should have led to somebody and did not. `because`: the rule, then what it read, a line each.
    """

    at: int
    kind: str
    key: str
    number: int
    place: str
    word: c.DeedWord
    text: str
    to: str
    because: tuple[str, ...]
    lacks: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        made: dict[str, Any] = {"at": moment_text(self.at), "kind": self.kind, "key": self.key}
        made |= {"rule": self.number, "does": self.word}
        said = {"text": self.text, "to": self.to, "lacks": self.lacks}
        made |= {name: text for name, text in said.items() if text}
        return made | {"place": self.place, "because": list(self.because)}


def moment_text(at: int) -> str:
    """`2026-04-10 09:30:00`, in the policy's zone."""
    clock = at % SECONDS_PER_DAY
    return f"{format_day(at // SECONDS_PER_DAY)} {clock // 3600:02d}:{clock % 3600 // 60:02d}:{clock % 60:02d}"
