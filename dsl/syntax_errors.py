"""Authored messages for the common slips of syntax."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Diagnostic
from .source import SourceFile, Span

__all__ = ["Slip", "explain"]


@dataclass(frozen=True, slots=True)
class Slip:
    """Where parsing stopped: the statement's text, the offsets in it, the text there, the terminals accepted."""

    body: str
    start: int
    end: int
    text: str
    accepts: frozenset[str]


def explain(slip: Slip, offset: int, source: SourceFile) -> Diagnostic:
    """One diagnostic for a slip in the statement that begins at `offset` of the source."""
    span = Span(slip.start + offset, slip.end + offset)
    found = f"`{slip.text}`" if slip.text else "the end of the statement"
    return Diagnostic("E0100", "error", f"{found} cannot stand here", span, help=", ".join(sorted(slip.accepts)))
