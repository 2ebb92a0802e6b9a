"""Clocks of other places: moments from one time zone to another, and hours that may pass midnight.

A moment is what a clock on the wall shows: seconds since 1970-01-01 in the policy's zone. Where the clocks are put
back, an hour is shown twice: a moment in it is the first of the two. Where they are put forward, an hour is never
shown: a moment in it is read as if they had not been put forward yet, so 02:30 is what is shown as 03:30.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .days import SECONDS_PER_DAY, day_of, weekday

__all__ = ["WEEKDAYS", "during", "local"]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by whichever clock is read
_FIRST, _LAST = (day_of(date(year, 1, 1)) * SECONDS_PER_DAY for year in (2, 9999))


@lru_cache(maxsize=4096)
def local(moment: int, home: str, zone: str) -> int | None:
    """A moment by the clocks of `home` as the clocks of `zone` show it; None outside the years 2 to 9998."""
    if not _FIRST <= moment < _LAST:
        return None
    here = (_EPOCH + timedelta(seconds=moment)).replace(tzinfo=ZoneInfo(home))
    passed = here.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) - _EPOCH
    return passed.days * SECONDS_PER_DAY + passed.seconds


def during(moment: int, days: str | frozenset[str], begin: int, end: int) -> bool:
    """Whether a moment lies in hours that begin on one of the weekdays (`Mon` to `Sun`).

    `begin` and `end` are seconds of the day, the end not included. Hours that end at or before their beginning end
    on the next day; where both are alike, they are 24.
    """
    day, clock = moment // SECONDS_PER_DAY, moment % SECONDS_PER_DAY
    if begin < end:
        return begin <= clock < end and _is_one(day, days)
    return (clock >= begin and _is_one(day, days)) or (clock < end and _is_one(day - 1, days))


def _is_one(day: int, days: str | frozenset[str]) -> bool:
    name = WEEKDAYS[weekday(day)]
    return name == days if isinstance(days, str) else name in days
