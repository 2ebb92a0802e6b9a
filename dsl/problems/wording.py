"""Shared turns of phrase of the messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from fractions import Fraction

from ..diagnostics import Diagnostic, Note, Severity
from ..source import Span
from ..types import Type

__all__ = ["did_you_mean", "error", "listed", "named", "note", "percent", "warning"]

_NO_ARTICLE = frozenset({"money", "text", "flag", "unknown"})
_MOST_DECIMALS = 12


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or an empty text: 72 of 100 letters must stand in the same order, in either case."""
    best, least = "", 72
    for name in sorted(set(known)):
        matcher = SequenceMatcher(None, word.lower(), name.lower(), autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        score = 200 * same // (len(word) + len(name))
        if score > least or (score == least and not best):
            best, least = name, score
    return f"did you mean `{best}`?" if best else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    items = [f"`{word}`" for word in words]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def named(type_: Type) -> str:
    """A type as it stands in a sentence: `a rate`, `money per quarter`, `a rep that may be missing`."""
    required = type_.required
    text = f"text ({required})" if required.options else str(required)
    article = "" if required.name in _NO_ARTICLE else "an " if text[0] in "aeiou" else "a "
    return article + text + (" that may be missing" if type_.optional else "")


def percent(value: Fraction) -> str:
    """`110%`, `12.5%`, or `100/3%` where the decimals do not end."""
    scaled = value * 100
    for decimals in range(_MOST_DECIMALS):
        shifted = scaled * 10**decimals
        if shifted.denominator == 1:
            whole, part = divmod(abs(shifted.numerator), 10**decimals)
            sign = "-" if shifted < 0 else ""
            return f"{sign}{whole}.{part:0{decimals}d}%" if decimals else f"{sign}{whole}%"
    return f"{scaled.numerator}/{scaled.denominator}%"


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
