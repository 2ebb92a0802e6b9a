"""Problems with time: columns that say when a row holds."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from ..types import Type
from .wording import error

__all__ = ["version_column"]

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
