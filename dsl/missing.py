"""Why a value may be missing: the part of it, perhaps in a `let` far away, that has no value by itself."""

from __future__ import annotations

from . import checked as c
from .diagnostics import Note
from .workbench import Workbench

__all__ = ["why_missing"]

_OF_NOTHING = frozenset({"average", "highest", "lowest", "latest"})


def why_missing(bench: Workbench, made: c.Expr) -> Note | None:
    """The place that makes a value optional, and what is there; None where it is the value as a whole."""
    cause = _cause(bench, made)
    said = _said(cause)
    return Note(cause.span, said) if said and cause.span != made.span else None


def _cause(bench: Workbench, made: c.Expr) -> c.Expr:
    """The innermost part that may be missing, the first one in the order of the text."""
    parts: list[c.Node] = list(c.children(made))
    if isinstance(made, c.LetRead) and made.let in bench.lets:
        parts.append(bench.lets[made.let].value)
    if isinstance(made, c.Fallback):
        parts = [made.other]
    for part in parts:
        if isinstance(part, c.Expr) and part.type.optional:
            return _cause(bench, part)
    return made


def _said(cause: c.Expr) -> str:
    match cause:
        case c.Arithmetic(op="/", right=c.FieldOf(column=column)):
            return f"here it divides by `{column}`, which may be zero: a column declared `> 0` never is"
        case c.Arithmetic(op="/"):
            return "here it divides by what may be zero"
        case c.FieldOf(column=column):
            return f"`{column}` may be missing"
        case c.ReadAccount(reading=reading) | c.AcrossReps(reading=reading) | c.AcrossPeriods(reading=reading):
            return f"the {reading} of nothing is missing" if reading in _OF_NOTHING else ""
        case _:
            return ""
