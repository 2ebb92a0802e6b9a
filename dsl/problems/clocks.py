"""Problems with moments: whose clock, which rows hold then, and what the moment of a decision is."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from ..types import Type
from .wording import error, named

__all__ = ["no_date_to_pick", "not_a_zone", "not_weekdays", "now_in_credit", "now_in_watch"]


def now_in_credit(span: Span, kinds: Iterable[str]) -> Diagnostic:
    """`now` where a row counts on its own date."""
    kind = next(iter(kinds), "deal")
    return error(
        "E0251", span, "a `credit` is not made at a moment: each row counts on its own date",
        f"read a column of the row, such as `{kind}.created`",
    )  # fmt: skip


def no_date_to_pick(span: Span, kind: str) -> Diagnostic:
    """`over` where the rows have no date."""
    return error(
        "E0252", span, f"rows of `{kind}` have no date, so `over` cannot pick among them",
        "take it out: all rows count",
    )  # fmt: skip


def not_a_zone(span: Span, word: str, found: Type) -> Diagnostic:
    """A value that need not be the name of a time zone where one is due."""
    return error(
        "E0253", span, f"`{word}` takes a time zone here, and this is {named(found)}",
        'declare the column as `zone`, so that every row is checked, or write one, like `"Asia/Shanghai"`',
    )  # fmt: skip


def not_weekdays(span: Span, word: str, found: Type) -> Diagnostic:
    """A value that need not be weekdays where some are due."""
    return error(
        "E0254", span, f"`{word}` takes weekdays here, and this is {named(found)}",
        'declare the column as `weekday` or `set of weekday`, or write them, like `("Mon", "Tue")`',
    )  # fmt: skip


def now_in_watch(span: Span) -> Diagnostic:
    """`when now > ...`: nothing happens at the moment at which that becomes true."""
    return error(
        "E0255", span, "nothing happens at the moment at which this becomes true: it changes with the clock",
        "say when time is up: `after 30 days since ... unless ...`",
    )  # fmt: skip
