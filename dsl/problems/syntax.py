"""Problems of reading a text."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import did_you_mean

__all__ = [
    "filter_twice", "no_statement", "number_too_long", "too_deep",
]  # fmt: skip


def no_statement(span: Span, word: str, openers: Iterable[str]) -> Diagnostic:
    """Text before the first statement."""
    listed = ", ".join(f"`{opener}`" for opener in openers)
    return Diagnostic(
        "E0101", "error", f"`{word}` does not open a statement", span,
        help=did_you_mean(word, openers) or f"a statement opens with one of {listed}",
    )  # fmt: skip


def number_too_long(span: Span, most: int) -> Diagnostic:
    """A literal of absurd length."""
    return Diagnostic("E0102", "error", f"this number has more than {most} digits", span, help="write a shorter number")


def too_deep(span: Span) -> Diagnostic:
    """Nesting beyond what the parser bears."""
    return Diagnostic(
        "E0103",
        "error",
        "this statement is nested too deeply",
        span,
        help="give the inner parts a name with `let`",
    )


def filter_twice(span: Span, word: str) -> Diagnostic:
    """The same filter twice in a phrase."""
    return Diagnostic("E0104", "error", f"`{word}` stands twice in this phrase", span, help="keep one of them")
