"""Problems with the calendar of a policy."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = ["month_not_here", "month_weeks_without", "no_such_period", "only_with_month_weeks", "year_without_name"]

_ASKED = {
    "week_starts": ("on which day do its weeks begin?", "add `week_starts: sunday` (or another day)"),
    "year_end": (
        "on which day does its year end?",
        "add `year_end: nearest` for the day nearest to a month's end, `year_end: last` for the last such day in it",
    ),
}


def year_without_name(span: Span, month: str) -> Diagnostic:
    """A fiscal year whose number systems disagree on."""
    return error(
        "E0260", span, f"a year that begins with {month} lies in two calendar years: which of them names it?",
        "add `year_named_by: end` if it has the number of the year in which it ends, `year_named_by: start` if not",
    )  # fmt: skip


def month_weeks_without(span: Span, name: str) -> Diagnostic:
    """A calendar of weeks that leaves open where its year begins."""
    question, help_ = _ASKED[name]
    return error("E0261", span, f"this calendar is made of weeks: {question}", help_)


def only_with_month_weeks(span: Span, name: str) -> Diagnostic:
    """A setting of calendars of weeks in one of months."""
    return error(
        "E0262", span, f"`{name}` decides nothing where months are those of the calendar",
        'leave it out, or add `month_weeks: "4-4-5"` if months are whole weeks',
    )  # fmt: skip


def month_not_here(span: Span, text: str, better: str) -> Diagnostic:
    """`2026-04` in a calendar of weeks."""
    return error(
        "E0263", span, f"`{text}` is a month of the calendar, and the months of this policy are whole weeks",
        f"write `{better}` for that month of its year",
    )  # fmt: skip


def no_such_period(span: Span, text: str, kind: str, count: int) -> Diagnostic:
    """`2026-13`."""
    return error("E0264", span, f"`{text}` is not in the calendar", f"a year has the {kind}s 1 to {count}")
