"""Problems with how something is shared."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = ["band_not_a_number"]


def band_not_a_number(span: Span) -> Diagnostic:
    """`band: wide`."""
    return error(
        "E0641", span, "a band is a number, zero or more",
        "write how many leads, or how much value, a rep may be from what is owed: `band: 2`",
    )  # fmt: skip
