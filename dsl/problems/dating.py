"""Problems with time: columns that say when a row holds, and what a change inside a period would do."""

from __future__ import annotations

from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from .wording import error

__all__ = ["carry_in_split", "contest_in_split", "rows_in_split", "version_column"]

_SAYS = {
    "valid_from": "the first day on which a row holds",
    "valid_until": "the last day on which a row holds",
    "known_at": "when a row became known",
}


def version_column(span: Span, word: str, type_: Type) -> Diagnostic:
    """A column whose name says when a row holds, declared to hold something else."""
    return error(
        "E0250", span, f"`{word}` always says {_SAYS[word]}",
        f"declare it as `{word}: {type_}?`, or choose another name",
    )  # fmt: skip


def contest_in_split(span: Span, word: str, setting: Span) -> Diagnostic:
    """A rank or a pool among people who are compared over different days."""
    return error(
        "E0551", span, f"{word} compares reps, and `changes: split` pays each for days of its own",
        "put it into a scheme of its own, without `changes: split`", Note(setting, "said here"),
    )  # fmt: skip


def rows_in_split(span: Span, account: str, kind: str, setting: Span) -> Diagnostic:
    """A row that is credited on several days, of which each may lie in another stretch of days."""
    return error(
        "E0545", span, f"`{account}` may credit a row of `{kind}` on several days, and `changes: split` parts them",
        "put it into a scheme of its own, without `changes: split`", Note(setting, "said here"),
    )  # fmt: skip


def carry_in_split(span: Span, setting: Span) -> Diagnostic:
    """A balance that runs from period to period, among stretches of days."""
    return error(
        "E0552", span, "what is carried runs from period to period, and `changes: split` pays for parts of them",
        "put it into a scheme of its own, without `changes: split`", Note(setting, "said here"),
    )  # fmt: skip
