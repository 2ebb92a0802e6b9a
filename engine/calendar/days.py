"""Days as whole numbers: the days since 1970-01-01, alone or as an int64 array, in the Gregorian calendar.

The calendar is computed in whole numbers with operators that ints and arrays share: one formula serves both
evaluators. After Howard Hinnant, "chrono-compatible low-level date algorithms": a year that begins in March
ends in its leap day, and 400 years are always 146097 days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

import numpy as np

from ..arrays.integers import Index

Days = TypeVar("Days", int, Index)
"""One day (or number of months, ...), or an int64 array of them."""

WEEKDAYS: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ISO_DAY = "%Y-%m-%d"
SECONDS_PER_DAY = 86_400

_ISO_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MARCH_OF_YEAR_0 = 719_468  # days from 0000-03-01 to 1970-01-01
_ORDINAL = 719_163  # of 1970-01-01, in Python's count
_CYCLE = 146_097  # days of 400 years


class DayError(ValueError):
    """Text that is not a day, or a day outside the years 1 to 9999; `help` says what to write."""

    def __init__(self, text: str, problem: str, advice: str) -> None:
        self.text = text
        self.help = advice
        super().__init__(f"`{text}` {problem}: {advice}")


def day_of(value: date) -> int:
    """The day of a date."""
    return value.toordinal() - _ORDINAL


def date_of(day: int) -> date:
    """The date of a day. Raises `DayError` outside the years 1 to 9999."""
    try:
        return date.fromordinal(day + _ORDINAL)
    except (ValueError, OverflowError):
        problem = "is not a day of the years 1 to 9999"
        raise DayError(str(day), problem, "count the days since 1970-01-01") from None


def day_of_instant(instant: Days) -> Days:
    """The day that an instant (seconds since 1970-01-01 in local time) falls on."""
    return instant // SECONDS_PER_DAY


def format_day(day: int) -> str:
    """`2026-04-10`. Raises `DayError` outside the years 1 to 9999."""
    return date_of(day).isoformat()


def format_moment(moment: int) -> str:
    """`2026-04-10 09:30` of seconds, with seconds where there are any."""
    day, second = divmod(moment, SECONDS_PER_DAY)
    clock = f"{second // 3600:02d}:{second % 3600 // 60:02d}"
    return f"{format_day(day)} {clock}" + (f":{second % 60:02d}" if second % 60 else "")


def parse_day(text: str, formats: Iterable[str] = (ISO_DAY,)) -> int:
    """The day that a text names in one of the formats (as of `datetime.strptime`, e.g. `%d/%m/%Y`).

    Full-width digits and spaces around are accepted, a time of day is dropped. Raises `DayError` when no
    format fits, and when two fit and name different days, because their order would decide silently.
    """
    plain = (text if text.isascii() else text.translate(_FULL_WIDTH)).strip()
    days = {day for form in formats if (day := _read(plain, form)) is not None}
    if not days:
        raise DayError(text, "is not a day", "write it like 2026-04-10, or name its format")
    if len(days) > 1:
        readings = " or ".join(format_day(day) for day in sorted(days))
        raise DayError(text, f"may be {readings}", "leave only one format that fits")
    return days.pop()


def _read(text: str, form: str) -> int | None:
    match = _ISO_TEXT.fullmatch(text) if form == ISO_DAY else None
    try:
        if match is not None:  # many times quicker than strptime
            return day_of(date(int(match[1]), int(match[2]), int(match[3])))
        return day_of(datetime.strptime(text, form).date())  # noqa: DTZ007 - facts are in local time
    except ValueError:
        return None


def weekday(day: Days) -> Days:
    """0 for a Monday to 6 for a Sunday."""
    return (day + 3) % 7


def weekday_name(day: int) -> str:
    """`monday` to `sunday`."""
    return WEEKDAYS[weekday(day)]


def month_of(day: Days) -> Days:
    """The months from 1970-01 to the month of a day."""
    return _by_table(_month_of, day) if isinstance(day, np.ndarray) else _month_of(day)


def month_start(month: Days) -> Days:
    """The first day of a month, counted from 1970-01."""
    return _by_table(_month_start, month) if isinstance(month, np.ndarray) else _month_start(month)


def _by_table(formula: Callable[[Index], Index], days: Index) -> Index:
    """The formula once for each number between the extremes: a million deals fall on a few thousand days."""
    if not len(days):
        return days
    lowest, highest = int(days.min()), int(days.max())
    if highest - lowest >= len(days):
        return formula(days)
    return formula(np.arange(lowest, highest + 1))[days - lowest]


def _month_of(day: Days) -> Days:
    shifted = day + _MARCH_OF_YEAR_0
    cycle = shifted // _CYCLE
    of_cycle = shifted - cycle * _CYCLE
    year = (of_cycle - of_cycle // 1460 + of_cycle // 36_524 - of_cycle // (_CYCLE - 1)) // 365
    of_year = of_cycle - (365 * year + year // 4 - year // 100)
    return (cycle * 400 + year - 1970) * 12 + (5 * of_year + 2) // 153 + 2


def _month_start(month: Days) -> Days:
    march = month + 10  # months since 1969-03, where the years of the formula begin
    year, of_year = 1969 + march // 12, march % 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * of_year + 2) // 5 - _MARCH_OF_YEAR_0


def add_months(day: Days, months: int | Days) -> Days:
    """The same day of the month, so many months later; the last day of a month that is too short for it."""
    month = month_of(day)
    target = month_start(month + months)
    of_month = day - month_start(month)
    excess = of_month - (month_start(month + months + 1) - 1 - target)
    return target + of_month - excess * (excess > 0)


def whole_months(start: Days, end: Days) -> Days:
    """The completed months from start to end: the largest k with `add_months(start, k)` <= end.

    So 2026-01-31 to 2026-02-28 is one month, and a day back from any day is -1 month.
    """
    months = month_of(end) - month_of(start)
    return months - (add_months(start, months) > end)
