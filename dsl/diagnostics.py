"""Problems as values: a code, a severity, places, one line of message and help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .source import Span

__all__ = ["Diagnostic", "DiagnosticBag", "Note", "Severity"]

Severity = Literal["error", "warning", "note"]
_MOST = 100


@dataclass(frozen=True, slots=True)
class Note:
    """A secondary place of a diagnostic, with a caption."""

    span: Span
    caption: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a policy text.

    `code` is stable (`E0301`); `message` is one lower-case line; `label` stands beside the caret;
    `notes` are further places; `help` says what to do; `fix` is text that could replace the primary span.
    """

    code: str
    severity: Severity
    message: str
    span: Span
    label: str = ""
    notes: tuple[Note, ...] = ()
    help: str = ""
    fix: str | None = None


class DiagnosticBag:
    """Collects diagnostics of one run; sorted by place, each said once, at most 100 kept."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic unless the same one is there already."""
        if diagnostic not in self._found:
            self._found.append(diagnostic)

    def extend(self, diagnostics: Iterator[Diagnostic] | list[Diagnostic]) -> None:
        """Keep several diagnostics."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether an error is among them."""
        return any(found.severity == "error" for found in self._found)

    def sorted(self) -> list[Diagnostic]:
        """All in order of place; at most 100, the last of which then says how many were left out."""
        ordered = sorted(self._found, key=lambda d: (d.span.start, d.span.end, d.code))
        if len(ordered) <= _MOST:
            return ordered
        cut = len(ordered) - _MOST
        kept = ordered[:_MOST]
        kept.append(Diagnostic("E0001", "note", f"{cut} further findings are not shown", ordered[_MOST].span))
        return kept

    def __len__(self) -> int:
        return len(self._found)
