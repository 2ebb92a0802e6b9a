"""Calendar periods: one `Period` for people and rules, and its columnar twin over days.

A day is an int, the days since 1970-01-01; an instant is an int, the seconds since then in the policy's local
time. A period is [start, end) in days. Weeks are those of ISO 8601: Monday to Sunday, week 1 holds 4 January.

All of it follows a policy's `Calendar`, which is handed in; without one it is the Gregorian calendar. Where a year
begins with another month, quarters, halves and years move with it, and months keep the names of the calendar
(`2026-04` is April 2026). Where months are whole weeks (see `week_years`), weeks and months are counted within
their year: `2026-W07`, `2026-M04`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import total_ordering

from ...dsl.calendar import GREGORIAN, Calendar
from . import week_years
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
    "month_number",
    "number_in_year",
    "parse_day",
    "period_end",
    "period_start",
    "shift",
    "weekday",
    "weekday_name",
    "whole_months",
    "within",
    "year_number",
]

KINDS: tuple[str, ...] = ("day", "week", "month", "quarter", "half", "year")
"""The kinds of period, shortest first."""
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}
_TEXT = re.compile(r"([0-9]{4})(?:-(?:([HQ])([0-9])|([WM])([0-9]{2})|([0-9]{2})(?:-([0-9]{2}))?))?")
_LETTERS = {"H": "half", "Q": "quarter", "W": "week", "M": "month"}


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

    `year` is that of ISO 8601 for a week, that of the calendar for the rest; `index` counts from 1 within the year
    (for a year it is 1). Ordered by start, then by end. Raises `PeriodError` for an index that the year does not have.
    """

    kind: str
    year: int
    index: int = 1
    calendar: Calendar = field(default=GREGORIAN, repr=False)

    def __post_init__(self) -> None:
        count = _count(self.kind, self.year, self.calendar)
        if not 1 <= self.index <= count:
            problem = f"has no {self.kind} {self.index}"
            raise PeriodError(f"{self.year:04d}", problem, f"count from 1 to {count}")

    @staticmethod
    def parse(text: str, calendar: Calendar = GREGORIAN) -> Period:
        """The period written as `2026`, `2026-H1`, `2026-Q2`, `2026-04`, `2026-W07` or `2026-04-10`.

        `2026-M04` is the fourth month of the calendar's year. Raises `PeriodError` for other text, and for a period
        that the calendar does not have.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            advice = "write it as 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W07 or 2026-04-10"
            raise PeriodError(text, "is not a period", advice)
        year, letter, part, long_letter, long_part, month, day = match.groups()
        if month is None:
            kind = _LETTERS.get(letter or long_letter or "", "year")
            return Period(kind, int(year), int(part or long_part or 1), calendar)
        named = Period("month", int(year), int(month))
        if day is not None:
            return _day_in(named, int(day), calendar)
        if calendar.weeks is not None:
            problem = "is a month of the calendar, and the months of this policy are whole weeks"
            raise PeriodError(text, problem, f"write {year}-M{month} for that month of its year")
        return named if calendar == GREGORIAN else containing("month", named.start, calendar)

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return f"{self.year:04d}"
            case "half" | "quarter":
                return f"{self.year:04d}-{self.kind[0].upper()}{self.index}"
            case "month" if self.calendar.weeks is not None:
                return f"{self.year:04d}-M{self.index:02d}"
            case "month" if not self.calendar.is_gregorian:
                return format_day(self.start)[:7]
            case "month":
                return f"{self.year:04d}-{self.index:02d}"
            case "week":
                return f"{self.year:04d}-W{self.index:02d}"
            case _:
                return format_day(self.start)

    def __hash__(self) -> int:
        return hash((self.kind, self.year, self.index))  # equal periods have it; the calendar would cost as much again

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)

    @property
    def start(self) -> int:
        """The first day."""
        return shift(self.kind, _year_start(self.kind, self.year, self.calendar), self.index - 1, self.calendar)

    @property
    def end(self) -> int:
        """The day after the last one."""
        return shift(self.kind, self.start, 1, self.calendar)

    @property
    def days(self) -> str:
        """Its first and last day, for people: `2026-02-01 to 2026-04-30`."""
        return f"{format_day(self.start)} to {format_day(self.end - 1)}"

    @property
    def told(self) -> str:
        """Its name; with its days where the calendar is a policy's own."""
        return str(self) if self.calendar.is_gregorian else f"{self} ({self.days})"

    def next(self, count: int = 1) -> Period:
        """The period so many later. Raises `PeriodError` beyond the years 1 to 9999."""
        return containing(self.kind, shift(self.kind, self.start, count, self.calendar), self.calendar)

    def previous(self, count: int = 1) -> Period:
        """The period so many earlier. Raises `PeriodError` beyond the years 1 to 9999."""
        return self.next(-count)


def containing(kind: str, day: int, calendar: Calendar = GREGORIAN) -> Period:
    """The period of that kind in which a day lies. Raises `PeriodError` beyond the years 1 to 9999."""
    start = period_start(kind, day, calendar)
    year = year_number(start + 3 if _is_iso_week(kind, calendar) else start, _counted_by(kind, calendar))
    if kind in _MONTHS:
        return Period(kind, year, number_in_year(kind, start, calendar), calendar)
    return Period(kind, year, (start - _year_start(kind, year, calendar)) // _DAYS[kind] + 1, calendar)


def year_number(days: Days, calendar: Calendar = GREGORIAN) -> Days:
    """The number by which the calendar calls the year of each day."""
    if calendar.weeks is not None:
        counted = week_years.year_of(calendar, days)
    else:
        counted = (month_of(days) - (calendar.first_month - 1)) // 12
    return counted + 1970 + _years_ahead(calendar)


def number_in_year(kind: str, days: Days, calendar: Calendar = GREGORIAN) -> Days:
    """Which month, quarter or half of the calendar's year, from 1, each day lies in."""
    if calendar.weeks is not None:
        week = (days - week_years.first_day(calendar, week_years.year_of(calendar, days))) // 7
        return week_years.number_in_year(calendar, kind, week) + 1
    return (month_of(days) - (calendar.first_month - 1)) % 12 // _MONTHS[kind] + 1


def month_number(days: Days, calendar: Calendar = GREGORIAN) -> Days:
    """The number of the calendar's month that each day lies in, counted on from year to year."""
    if calendar.weeks is None:
        return month_of(days)
    return year_number(days, calendar) * 12 + number_in_year("month", days, calendar)


def within(outer: Period, kind: str) -> list[Period]:
    """The periods of that kind whose last day lies in the outer period, in order.

    So every week belongs to one month. For a longer kind: the one period that contains the outer one.
    Raises `PeriodError` when no single one does (a week across two months).
    """
    period = containing(kind, outer.start, outer.calendar)
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


def period_start(kind: str, days: Days, calendar: Calendar = GREGORIAN) -> Days:
    """The first day of the period of each day."""
    return shift(kind, days, 0, calendar)


def period_end(kind: str, days: Days, calendar: Calendar = GREGORIAN) -> Days:
    """The day after the period of each day."""
    return shift(kind, days, 1, calendar)


def shift(kind: str, start_days: Days, count: int | Days, calendar: Calendar = GREGORIAN) -> Days:
    """The start of the period so many later (earlier, for negative counts) than that of each day."""
    _rank(kind)
    if kind in _DAYS:
        length = _DAYS[kind]
        monday = 3 - (calendar.week_start if kind == "week" else 0)  # day -3 is a Monday
        return start_days - (start_days + monday) % length + count * length
    if calendar.weeks is not None:
        year = week_years.year_of(calendar, start_days)
        week = (start_days - week_years.first_day(calendar, year)) // 7
        number = year * week_years.PARTS[kind] + week_years.number_in_year(calendar, kind, week)
        return week_years.start_of(calendar, kind, number + count)
    length = _MONTHS[kind]
    month = month_of(start_days)
    ahead = (calendar.first_month - 1) % length
    over = (month - ahead) % length if ahead else month % length
    return month_start(month - over + count * length)


def _rank(kind: str) -> int:
    if kind not in KINDS:
        raise PeriodError(kind, "is not a kind of period", f"use one of {', '.join(KINDS)}")
    return KINDS.index(kind)


def _is_iso_week(kind: str, calendar: Calendar) -> bool:
    """Whether a period is a week that is counted in the years of ISO 8601: it has the year of its Thursday."""
    return kind == "week" and calendar.weeks is None


def _counted_by(kind: str, calendar: Calendar) -> Calendar:
    """The calendar whose years number the periods of a kind: ISO weeks and days are those of the Gregorian one."""
    return GREGORIAN if kind == "day" or _is_iso_week(kind, calendar) else calendar


def _years_ahead(calendar: Calendar) -> int:
    """How far the number of a year is ahead of the calendar year in which it begins."""
    return 1 if calendar.named_by == "end" and calendar.first_month != 1 else 0


def _year_start(kind: str, year: int, calendar: Calendar) -> int:
    """Where a year begins; in ISO weeks, on the Monday of the week of 4 January."""
    calendar = _counted_by(kind, calendar)
    counted = year - 1970 - _years_ahead(calendar)
    if calendar.weeks is not None:
        return week_years.first_day(calendar, counted)
    first = month_start(counted * 12 + calendar.first_month - 1)
    return period_start(kind, first + 3) if kind == "week" else first


def _count(kind: str, year: int, calendar: Calendar) -> int:
    """How many periods of a kind a year has."""
    _rank(kind)
    if not 1 <= year <= 9999:
        raise PeriodError(str(year), "is not a year of the calendar", "use a year from 1 to 9999")
    if kind in _MONTHS:
        return 12 // _MONTHS[kind]
    return (_year_start(kind, year + 1, calendar) - _year_start(kind, year, calendar)) // _DAYS[kind]


def _day_in(month: Period, day: int, calendar: Calendar) -> Period:
    if not 1 <= day <= month.end - month.start:
        advice = f"count from 01 to {month.end - month.start}"
        raise PeriodError(str(month), f"has no day {day:02d}", advice)
    return containing("day", month.start + day - 1, calendar)
