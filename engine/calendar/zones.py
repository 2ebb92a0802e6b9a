"""What the clocks of a zone are ahead of the time that really passes, from one change of the clocks to the next.

A moment is what the clock of a zone shows; an instant is what really passes: seconds since 1970-01-01 in UTC. Hours
are measured in instants, so that a night in which the clocks change has an hour less, or one more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .days import SECONDS_PER_DAY

__all__ = ["instant_of", "moment_of", "stretches"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK = 1 << 25
"""Seconds, a little more than a year, in which changes of the clocks are looked for at once."""
_FIRST, _LAST = -62_000_000_000, 253_300_000_000
"""Clocks are known from the year 5 to 9996; before and after they stay as they are then."""


def stretches(zone: str, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The parts of a stretch of instants between changes of the clocks, each with what the clocks are ahead."""
    if zone == "UTC":
        yield begin, end, 0
        return
    at = begin
    for block in range(begin // _BLOCK, (end - 1) // _BLOCK + 1):
        changes = _changes(zone, block)
        ends = (*(instant for instant, _ in changes[1:]), (block + 1) * _BLOCK)
        for (_, ahead), until in zip(changes, ends, strict=True):
            until = min(until, end)
            if at < until:
                yield at, until, ahead
                at = until


def instant_of(moment: int, zone: str) -> int:
    """The instant of a moment: the first of the two where it is shown twice; see `clocks` for one that is not shown."""
    if zone == "UTC":
        return moment
    if not _FIRST <= moment < _LAST:
        return moment - _ahead(zone, moment)
    shown = datetime(1970, 1, 1, tzinfo=ZoneInfo(zone)) + timedelta(seconds=moment)
    passed = shown.astimezone(UTC) - _EPOCH
    return passed.days * SECONDS_PER_DAY + passed.seconds


def moment_of(instant: int, zone: str) -> int:
    """The moment that a zone shows at an instant.

    In an hour that is shown once more that moment would mean the first time; it is then the end of that hour, so that
    nothing which is due at an instant is due before it.
    """
    if zone == "UTC":
        return instant
    shown = instant + _ahead(zone, instant)
    if instant_of(shown, zone) == instant:
        return shown
    for begin, _, ahead in stretches(zone, instant - SECONDS_PER_DAY, instant + 1):
        if begin > instant - SECONDS_PER_DAY and instant_of(begin + ahead, zone) != begin:
            return begin + _ahead(zone, begin - 1)
    return shown


def _ahead(zone: str, instant: int) -> int:
    instant = min(max(instant, _FIRST), _LAST)
    ahead = (_EPOCH + timedelta(seconds=instant)).astimezone(ZoneInfo(zone)).utcoffset()
    assert ahead is not None
    return ahead.days * SECONDS_PER_DAY + ahead.seconds


@lru_cache(maxsize=4096)
def _changes(zone: str, block: int) -> tuple[tuple[int, int], ...]:
    """From when on the clocks of a zone are how far ahead, within a block; looked at daily, then to the second."""
    begin = block * _BLOCK
    found = [(begin, _ahead(zone, begin))]
    for day in range(begin, begin + _BLOCK, SECONDS_PER_DAY):
        last = min(day + SECONDS_PER_DAY, begin + _BLOCK) - 1
        ahead = _ahead(zone, last)
        if ahead != found[-1][1]:
            found.append((_first_with(zone, day - 1, last, ahead), ahead))
    return tuple(found)


def _first_with(zone: str, before: int, there: int, ahead: int) -> int:
    """The first instant in between at which the clocks are so far ahead."""
    while there - before > 1:
        middle = (before + there) // 2
        if _ahead(zone, middle) == ahead:
            there = middle
        else:
            before = middle
    return there
