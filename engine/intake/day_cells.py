"""The reading of dates, moments and times of the day from cells."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from .raw_table import Plain
from .unreadable import Unreadable

__all__ = ["day_in", "moment_in", "second_of_day_in"]

# Digits and marks typed with a Chinese or Japanese keyboard.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_EPOCH = date(1970, 1, 1).toordinal()
_EARLIEST_YEAR = 1950  # people now at work were hired after that
_DAY = 86_400
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
# From 1973 on, the clocks of all zones change at whole minutes.
_PLAIN = re.compile(
    r"((?:19(?:7[3-9]|[89]\d)|2\d{3})-\d{2}-\d{2}[T ]\d{2}:\d{2}):([0-5]\d)(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_MOST_MINUTES = 4_096
_NUMBERS = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?:[ T].*)?", re.ASCII)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_WRITE_ISO = "write it as `2026-04-30`, or declare the format under `dates` in the mapping file"


def day_in(value: Plain, formats: tuple[str, ...], zone: ZoneInfo) -> int:
    """Days since 1970-01-01. A moment with an offset counts on its day in `zone`. Raises `Unreadable`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return _moment(value, formats, zone).date().toordinal() - _EPOCH


def moment_in(value: Plain, formats: tuple[str, ...], zone: ZoneInfo) -> int:
    """Seconds since 1970-01-01T00:00 by the clocks of `zone`; parts of a second are cut off.

    With an offset, the moment is converted into `zone`; a date alone is its midnight. Raises `Unreadable`.
    """
    if type(value) is str and (plain := _PLAIN.fullmatch(value)) is not None:
        minute, second, offset = plain.groups("")
        return _minute(minute, offset, zone) + int(second)
    return _moment_in(value, formats, zone)


@lru_cache(maxsize=_MOST_MINUTES)
def _minute(minute: str, offset: str, zone: ZoneInfo) -> int:
    """A whole minute: what arrives one after the other came in few of them."""
    return _moment_in(f"{minute}:00{offset}", (), zone)


def _moment_in(value: Plain, formats: tuple[str, ...], zone: ZoneInfo) -> int:
    moment = _moment(value, formats, zone)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return (moment.toordinal() - _EPOCH) * _DAY + seconds


def second_of_day_in(value: Plain) -> int:
    """Seconds since midnight of a time such as `09:30`. Raises `Unreadable`."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", value.strip(), re.ASCII):
        hours, minutes, seconds = [*map(int, value.strip().split(":")), 0][:3]
        if hours < 24 and minutes < 60 and seconds < 60:
            return hours * 3600 + minutes * 60 + seconds
    if isinstance(value, time) and value.tzinfo is None:
        return value.hour * 3600 + value.minute * 60 + value.second
    raise Unreadable("is not a time of the day", "write it as `09:30`")


def _moment(value: Plain, formats: tuple[str, ...], zone: ZoneInfo) -> datetime:
    """The moment by the clocks of `zone`, without offset."""
    if isinstance(value, datetime):
        return _checked(_local(value, zone))
    if isinstance(value, date):
        return _checked(datetime.combine(value, time()))
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable("is not a date", _WRITE_ISO)
    text = str(value)
    text = (text if text.isascii() else text.translate(_FULL_WIDTH)).strip()
    match = _ISO.fullmatch(text)
    if match is not None:
        return _checked(_local(_iso(match), zone))
    found = {_local(moment, zone) for moment in _by_formats(text, formats)}
    if len(found) == 1:
        return _checked(found.pop())
    if found:
        raise Unreadable("fits two of the declared formats", "leave only one of them under `dates`")
    raise _not_a_date(text, formats)


def _iso(match: re.Match[str]) -> datetime:
    try:
        return datetime.fromisoformat(match[0])
    except ValueError:
        pass  # it has blanks or small letters, or is no moment at all
    day, clock, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock or '00:00'}{(offset or '').upper()}")
    except ValueError:
        pass
    try:
        date.fromisoformat(day)
    except ValueError:
        raise _no_such_day() from None
    raise Unreadable("has a time that no day has", "correct the time")


def _by_formats(text: str, formats: tuple[str, ...]) -> list[datetime]:
    found: list[datetime] = []
    for format_ in formats:
        try:
            found.append(datetime.strptime(text, format_))  # noqa: DTZ007 - an offset is kept where there is one
        except ValueError:
            continue
    return found


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise _no_such_day() from None


def _checked(moment: datetime) -> datetime:
    """The same moment, unless it lies where only damage puts the dates of a sales team."""
    if moment.year < _EARLIEST_YEAR:
        advice = "correct it: such dates appear where a program lost the real one"
        raise Unreadable(f"is before {_EARLIEST_YEAR}", advice)
    if moment.year == 1970 and moment.month == moment.day == 1:
        raise Unreadable("is day 0 of many programs", "correct it: it appears where a program lost the real date")
    return moment


def _not_a_date(text: str, formats: tuple[str, ...]) -> Unreadable:
    match = _NUMBERS.fullmatch(text)
    if match is not None and _is_damaged(match):
        return Unreadable("is a date that a spreadsheet damaged", "export the column again as dates")
    if formats:
        tried = " or ".join(f"`{format_}`" for format_ in formats)
        return Unreadable(f"is not a date in the declared format {tried}", "correct it, or declare its format too")
    if text.isdigit() and len(text) == 5:
        return Unreadable("is a day number of a spreadsheet", "format the column as a date and export again")
    if text.isdigit() and len(text) == 8:
        return Unreadable("is not written as `2026-04-30`", _declare("%Y%m%d"))
    return _not_iso(match) if match is not None else Unreadable("is not a date", _WRITE_ISO)


def _is_damaged(match: re.Match[str]) -> bool:
    """Whether a day or a month is 0, or the year one with which spreadsheets begin to count."""
    return 0 in (int(match[1]), int(match[3])) or match[4] in ("1899", "1900", "1904")


def _not_iso(match: re.Match[str]) -> Unreadable:
    """What is wrong with three numbers between equal marks, such as `03/04/2026`."""
    first, mark, second, last = int(match[1]), match[2], int(match[3]), match[4]
    if len(match[1]) == 4:
        return Unreadable("is not written as `2026-04-30`", _declare(f"%Y{mark}%m{mark}%d"))
    year = "%Y" if len(last) == 4 else "%y"
    day_first, month_first = f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}"
    if first <= 12 and second <= 12:
        may_be = f"may be {first} {_MONTHS[second - 1]} or {second} {_MONTHS[first - 1]}"
        message = may_be if first != second else "is not written as `2026-04-30`"
        return Unreadable(message, f'declare which: dates = ["{day_first}"] or ["{month_first}"] in the mapping file')
    if min(first, second) > 12:
        return _no_such_day()
    return Unreadable("is not written as `2026-04-30`", _declare(month_first if second > 12 else day_first))


def _no_such_day() -> Unreadable:
    return Unreadable("is not a date in the calendar", "correct the date")


def _declare(format_: str) -> str:
    return f'declare its format in the mapping file: dates = ["{format_}"]'
