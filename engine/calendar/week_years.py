"""Years of whole weeks (4-4-5 and kin): where each begins, and the periods in it, for ints and int64 arrays.

A year ends on one and the same day of the week: the one nearest to the end of a month, or the last one in it
(26 CFR 1.441-2(a), 52-53-week taxable years; the retail calendar of the National Retail Federation takes the
nearest Saturday to 31 January, ISO 8601 the nearest Sunday to 31 December). So it has 52 weeks, or 53 about every
sixth time; its quarters have 13 weeks, each cut into three months as the calendar says, and a 53rd week belongs to
the last month, quarter and half.
"""

from __future__ import annotations

from ...dsl.calendar import Calendar
from .days import Days, month_of, month_start

__all__ = ["PARTS", "first_day", "number_in_year", "start_of", "year_of"]

PARTS = {"month": 12, "quarter": 4, "half": 2, "year": 1}
"""How many periods of a kind a year of weeks has, but for weeks themselves."""
_WEEK = 7


def first_day(calendar: Calendar, year: Days) -> Days:
    """The first day of a year, which is counted from 1970 by the calendar year of its `first_month`."""
    month_end = month_start(year * 12 + (calendar.first_month - 1))  # the day after the end of the month before
    reach = month_end + (3 if calendar.year_end == "nearest" else 0)
    return reach - (reach + 3 - calendar.week_start) % _WEEK  # day -3 is a Monday


def year_of(calendar: Calendar, day: Days) -> Days:
    """The year of a day, counted as `first_day` counts it."""
    near = (month_of(day) - (calendar.first_month - 1)) // 12
    return near + (day >= first_day(calendar, near + 1)) * 1 - (day < first_day(calendar, near)) * 1


def number_in_year(calendar: Calendar, kind: str, week: Days) -> Days:
    """Which period of its year, from 0, the week that is counted from 0 belongs to."""
    quarter = week // 13 - week // 52
    if kind == "quarter":
        return quarter
    if kind == "half":
        return quarter // 2
    if kind == "year":
        return quarter * 0
    assert calendar.weeks is not None
    first, second, _ = calendar.weeks
    of_quarter = week - quarter * 13
    return quarter * 3 + (of_quarter >= first) * 1 + (of_quarter >= first + second) * 1


def start_of(calendar: Calendar, kind: str, number: Days) -> Days:
    """The first day of a period that is counted from the beginning of 1970's year, which it may run beyond."""
    parts = PARTS[kind]
    year, of_year = number // parts, number % parts
    if kind != "month":
        return first_day(calendar, year) + of_year * (_WEEK * 52 // parts)
    assert calendar.weeks is not None
    first, second, _ = calendar.weeks
    of_quarter = of_year % 3
    weeks = of_year // 3 * 13 + (of_quarter >= 1) * first + (of_quarter >= 2) * second
    return first_day(calendar, year) + weeks * _WEEK
