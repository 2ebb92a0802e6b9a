"""Problems with watches."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error, listed

__all__ = ["no_wait", "nothing_is_told", "start_of_what", "tells_no_rep", "wait_too_fine"]


def no_wait(span: Span, text: str) -> Diagnostic:
    """`every 0 days`."""
    return error("E0620", span, f"`{text}` is no time at all", "write how long to wait, like `7 days`")


def wait_too_fine(span: Span, text: str) -> Diagnostic:
    """`after 0.001 minutes`."""
    return error("E0621", span, f"`{text}` is not a whole number of seconds", "write it in whole seconds")


def start_of_what(span: Span, kind: str, columns: Iterable[str]) -> Diagnostic:
    """`watch rep { after 30 days notify ... }`."""
    dates = [f"since {kind}.{column}" for column in columns]
    advice = (
        f"say from when, such as {listed(dates)}" if dates else f"`facts {kind} {{ created: moment }}` gives it one"
    )
    return error("E0622", span, f"nothing says when a {kind} came, so that time could run from then", advice)


def tells_no_rep(span: Span, text: str, people: Iterable[str]) -> Diagnostic:
    """`notify deal.account "..."`."""
    ways = list(people)
    advice = f"name a rep, such as {listed(ways)}" if ways else "name a column that refers to a rep"
    return error("E0623", span, f"`{text}` is not a rep", advice)


def nothing_is_told(span: Span, what: str, kind: str) -> Diagnostic:
    """`expect A1.notices ...` of an activity that no `assign` or `watch` is about."""
    advice = f"an `assign {kind}` or a `watch {kind}` sends notices and gives awards"
    return error("E0624", span, f"there are no `{what}` of a {kind}: the policy tells nobody of one", advice)
