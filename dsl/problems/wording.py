"""Shared turns of phrase of the messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..diagnostics import Diagnostic, Note, Severity
from ..source import Span

__all__ = ["did_you_mean", "error", "listed", "note", "warning"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or an empty text."""
    close = get_close_matches(word, sorted(set(known)), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    items = [f"`{word}`" for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _made(severity: Severity, code: str, span: Span, message: str, help_: str, notes: tuple[Note, ...]) -> Diagnostic:
    return Diagnostic(code, severity, message, span, notes=notes, help=help_)


def error(code: str, span: Span, message: str, help_: str, *notes: Note) -> Diagnostic:
    """An error: the policy cannot be used."""
    return _made("error", code, span, message, help_, notes)


def warning(code: str, span: Span, message: str, help_: str, *notes: Note) -> Diagnostic:
    """A warning: the policy can be used, and may not mean what its author thinks."""
    return _made("warning", code, span, message, help_, notes)


def note(code: str, span: Span, message: str, help_: str, *notes: Note) -> Diagnostic:
    """A note: something a careful reader would want to know."""
    return _made("note", code, span, message, help_, notes)
