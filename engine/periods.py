"""Calendar periods: one `Period` for people and rules, and its columnar twin over days.

A day is an int, the days since 1970-01-01; an instant is an int, the seconds since then in the policy's local
time. A period is [start, end) in days. Weeks are those of ISO 8601: Monday to Sunday, week 1 holds 4 January.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from .days import (
    WEEKDAYS,
    Days,
    add_months,
    date_of,
    day_of,
    day_of_instant,
    format_day,
    month_of,
    month_start,
    parse_day,
    weekday,
    weekday_name,
    whole_months,
)

__all__ = [
    "KINDS",
    "WEEKDAYS",
    "Period",
    "PeriodError",
    "add_months",
    "containing",
    "date_of",
    "day_of",
    "day_of_instant",
    "format_day",
    "parse_day",
    "period_end",
    "period_start",
    "shift",
    "weekday",
    "weekday_name",
    "whole_months",
    "within",
]

KINDS: tuple[str, ...] = ("day", "week", "month", "quarter", "half", "year")
"""The kinds of period, shortest first."""
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}
_TEXT = re.compile(r"([0-9]{4})(?:-(?:H([0-9])|Q([0-9])|W([0-9]{2})|([0-9]{2})(?:-([0-9]{2}))?))?")


class PeriodError(ValueError):
    """A period that is not in the calendar, or does not fit another; `help` says what to write."""

    def __init__(self, text: str, problem: str, advice: str) -> None:
        self.text = text
        self.help = advice
        super().__init__(f"`{text}` {problem}: {advice}")


@total_ordering
@dataclass(frozen=True, slots=True)
class Period:
    """One period of the calendar: `Period("quarter", 2026, 2)`, written `2026-Q2`.

    `year` is that of ISO 8601 for a week; `index` counts from 1 within the year (for a year it is 1).
    Ordered by start, then by end. Raises `PeriodError` for an index that the year does not have.
    """

    kind: str
    year: int
    index: int = 1

    def __post_init__(self) -> None:
        count = _count(self.kind, self.year)
        if not 1 <= self.index <= count:
            problem = f"has no {self.kind} {self.index}"
            raise PeriodError(f"{self.year:04d}", problem, f"count from 1 to {count}")

    @staticmethod
    def parse(text: str) -> Period:
        """The period written as `2026`, `2026-H1`, `2026-Q2`, `2026-04`, `2026-W07` or `2026-04-10`.

        Raises `PeriodError` for other text, and for a period that the calendar does not have.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            advice = "write it as 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W07 or 2026-04-10"
            raise PeriodError(text, "is not a period", advice)
        year, half, quarter, week, month, day = (int(part) if part else None for part in match.groups())
        parts = {"half": half, "quarter": quarter, "week": week, "month": month}
        kind, index = next(((kind, part) for kind, part in parts.items() if part is not None), ("year", 1))
        period = Period(kind, year or 0, index)
        return period if day is None else _day_in(period, day)

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return f"{self.year:04d}"
            case "half" | "quarter":
                return f"{self.year:04d}-{self.kind[0].upper()}{self.index}"
            case "month":
                return f"{self.year:04d}-{self.index:02d}"
            case "week":
                return f"{self.year:04d}-W{self.index:02d}"
            case _:
                return format_day(self.start)

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)

    @property
    def start(self) -> int:
        """The first day."""
        return shift(self.kind, _year_start(self.kind, self.year), self.index - 1)

    @property
    def end(self) -> int:
        """The day after the last one."""
        return shift(self.kind, self.start, 1)

    def next(self, count: int = 1) -> Period:
        """The period so many later. Raises `PeriodError` beyond the years 1 to 9999."""
        return containing(self.kind, shift(self.kind, self.start, count))

    def previous(self, count: int = 1) -> Period:
        """The period so many earlier. Raises `PeriodError` beyond the years 1 to 9999."""
        return self.next(-count)


def containing(kind: str, day: int) -> Period:
    """The period of that kind in which a day lies. Raises `PeriodError` beyond the years 1 to 9999."""
    start = period_start(kind, day)
    of_year = start + 3 if kind == "week" else start  # a week has the year of its Thursday
    year = 1970 + month_of(of_year) // 12
    if kind in _MONTHS:
        return Period(kind, year, month_of(start) % 12 // _MONTHS[kind] + 1)
    return Period(kind, year, (start - _year_start(kind, year)) // _DAYS[kind] + 1)


def within(outer: Period, kind: str) -> list[Period]:
    """The periods of that kind whose last day lies in the outer period, in order.

    So every week belongs to one month. For a longer kind: the one period that contains the outer one.
    Raises `PeriodError` when no single one does (a week across two months).
    """
    period = containing(kind, outer.start)
    if _rank(kind) >= _rank(outer.kind):
        if period.end < outer.end:
            raise PeriodError(str(outer), f"lies in two periods of kind `{kind}`", "name one of them instead")
        return [period]
    periods: list[Period] = []
    while period.end <= outer.end:
        periods.append(period)
        if period.end == outer.end:
            break
        period = period.next()
    return periods


def period_start(kind: str, days: Days) -> Days:
    """The first day of the period of each day."""
    return shift(kind, days, 0)


def period_end(kind: str, days: Days) -> Days:
    """The day after the period of each day."""
    return shift(kind, days, 1)


def shift(kind: str, start_days: Days, count: int | Days) -> Days:
    """The start of the period so many later (earlier, for negative counts) than that of each day."""
    _rank(kind)
    if kind in _DAYS:
        length = _DAYS[kind]
        return start_days - (start_days + 3) % length + count * length  # day -3 is a Monday
    length = _MONTHS[kind]
    month = month_of(start_days)
    return month_start(month - month % length + count * length)


def _rank(kind: str) -> int:
    if kind not in KINDS:
        raise PeriodError(kind, "is not a kind of period", f"use one of {', '.join(KINDS)}")
    return KINDS.index(kind)


def _year_start(kind: str, year: int) -> int:
    """Where a year begins; in weeks, on the Monday of the week of 4 January."""
    january = month_start((year - 1970) * 12)
    return period_start(kind, january + 3) if kind == "week" else january


def _count(kind: str, year: int) -> int:
    """How many periods of a kind a year has."""
    _rank(kind)
    if not 1 <= year <= 9999:
        raise PeriodError(str(year), "is not a year of the calendar", "use a year from 1 to 9999")
    if kind in _MONTHS:
        return 12 // _MONTHS[kind]
    return (_year_start(kind, year + 1) - _year_start(kind, year)) // _DAYS[kind]


def _day_in(month: Period, day: int) -> Period:
    if not 1 <= day <= month.end - month.start:
        advice = f"count from 01 to {month.end - month.start}"
        raise PeriodError(str(month), f"has no day {day:02d}", advice)
    return containing("day", month.start + day - 1)
