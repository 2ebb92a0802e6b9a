"""Stretches of time in seconds, and how a reading's window follows from its reader's.

One formula serves single windows (ints) and columns of windows (int64 arrays).
"""

from __future__ import annotations

from typing import TypeVar

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.integers import Index
from .days import SECONDS_PER_DAY, add_months
from .periods import Period, period_end, period_start, shift

__all__ = ["BEGINNING", "days_in_force", "last_day", "of_period", "resolve", "scope_start"]

T = TypeVar("T", int, Index)

BEGINNING = -(1 << 39)
"""Before every date of the calendar that facts may hold, in seconds since 1970-01-01."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": SECONDS_PER_DAY, "week": 7 * SECONDS_PER_DAY}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def of_period(period: Period) -> tuple[int, int]:
    """The window of a period: start included, end not."""
    return period.start * SECONDS_PER_DAY, period.end * SECONDS_PER_DAY


def days_in_force(effective: tuple[int | None, int | None], start: int, end: int) -> tuple[int, int]:
    """The part of a window on which a policy is in force; `effective` in days, the end not included."""
    first, after = effective
    start = start if first is None else max(start, first * SECONDS_PER_DAY)
    return start, end if after is None else min(end, after * SECONDS_PER_DAY)


def last_day(end: T) -> T:
    """The last day of a window that ends (excluded) at `end`."""
    return (end - 1) // SECONDS_PER_DAY


def scope_start(over: str, end: T, weekly: bool, calendar: Calendar) -> T:
    """Where a scope begins that runs over a longer period than its reader's window, which ends (excluded) at `end`.

    A week belongs to the longer period in which it ends. A scope of weeks therefore begins with a whole week, or the
    days before the first of the longer period would be in no scope.
    """
    first = period_start(over, last_day(end), calendar)
    return (period_start("week", first, calendar) if weekly else first) * SECONDS_PER_DAY


def resolve(window: c.Window, start: T, end: T, calendar: Calendar) -> tuple[T, T]:
    """The window of a reading whose reader's window is [start, end).

    Whole periods are those of the policy's calendar; `last 3 months` slides, and counts Gregorian months.
    """
    match window.kind:
        case "scope":
            return start, end
        case "all":
            return end * 0 + BEGINNING, end * 0 - BEGINNING if window.whole else end
        case "period":
            first, last = of_period(Period.parse(window.unit, calendar))
            return end * 0 + first, end * 0 + last
        case "calendar":
            day = last_day(end)
            upper = period_end(window.unit, day, calendar) * SECONDS_PER_DAY if window.whole else end
            return period_start(window.unit, day, calendar) * SECONDS_PER_DAY, upper
        case "previous":
            here = period_start(window.unit, last_day(end), calendar)
            first = shift(window.unit, here, -window.count, calendar)
            return first * SECONDS_PER_DAY, here * SECONDS_PER_DAY
        case "last":
            return _trailing(window, end), end


def _trailing(window: c.Window, end: T) -> T:
    if window.unit in _SECONDS:
        return end - window.count * _SECONDS[window.unit]
    months = window.count * _MONTHS[window.unit]
    return add_months(end // SECONDS_PER_DAY, -months) * SECONDS_PER_DAY + end % SECONDS_PER_DAY
