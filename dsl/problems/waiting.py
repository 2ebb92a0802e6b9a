"""Problems with timers and offers of an assignment."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = ["event_in_assign", "no_such_wait"]


def no_such_wait(span: Span, text: str) -> Diagnostic:
    """`after 0 days`, `accept within 1.5 months`."""
    return error(
        "E0660", span, f"`{text}` is no time to wait", "write a whole number above zero, like `30 seconds` or `1 day`"
    )


def event_in_assign(span: Span) -> Diagnostic:
    """`when ...` among the timers of an assign."""
    return error(
        "E0661",
        span,
        "an `assign` has no `when` behind its rules",
        "put it into a `watch`, or write `after` or `every`",
    )
