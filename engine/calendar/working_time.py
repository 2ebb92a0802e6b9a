"""Time that counts only while something is open: how much of it lies between two instants, and when it is over.

Hours repeat week by week, a change of the clocks apart, behind the last day that they name. So what does not come
within two years of that never comes; and nothing is looked for beyond a hundred years.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...dsl import checked as c
from .days import SECONDS_PER_DAY
from .opening import BLOCK, NEVER, Opening, Spans, clocks_of, edges_of, spans_of_block
from .zones import instant_of, moment_of, stretches

__all__ = ["Term", "counted", "counted_back", "days_later", "measured", "term_of", "times_within", "worked"]

_HORIZON, _PATIENCE = 100 * 366 * SECONDS_PER_DAY, 2 * 366 * SECONDS_PER_DAY
_LONG_DAY = 25 * 3600
"""What is open for longer has no beginning by which its day is named: it is cut at each midnight."""


@dataclass(frozen=True, slots=True)
class Term:
    """When a time is over: an instant (None: never), and the stretches that counted.

    `far`: an instant after which it might be over, where it is not before. `days`: of a term in working days, the
    first instants of the days that passed.
    """

    over: int | None
    parts: Spans
    far: int
    days: tuple[int, ...] = ()

    @property
    def at_last(self) -> int:
        """When it is over, or how far was looked."""
        return self.far if self.over is None else self.over


def worked(opening: Opening, begin: int, end: int) -> int:
    """How many seconds are open between two instants; below zero where the second one is the earlier."""
    if end < begin:
        return -worked(opening, end, begin)
    first, last = begin // BLOCK, end // BLOCK
    edges = {first: _clipped(opening, first, begin, end), last: _clipped(opening, last, begin, end)}
    whole = sum(_total(spans_of_block(opening, block)) for block in range(first + 1, last))
    return sum(map(_total, edges.values())) + whole


def _clipped(opening: Opening, block: int, begin: int, end: int) -> Spans:
    """The open stretches of a block that lie between two instants."""
    found = spans_of_block(opening, block)
    return tuple((max(start, begin), min(stop, end)) for start, stop in found if start < end and begin < stop)


def measured(opening: Opening, begin: int, end: int, home: str) -> int:
    """How many seconds are open between two moments of a zone."""
    return worked(opening, instant_of(begin, home), instant_of(end, home))


def term_of(wait: c.Wait, opening: Opening, begin: int, home: str, times: int = 1) -> Term:
    """When a wait in working time is over, so many times, counted from a moment of a zone."""
    start = instant_of(begin, home)
    if wait.days:
        return days_later(opening, start, wait.days * times, home)
    return counted(opening, start, wait.seconds * times)


def times_within(wait: c.Wait, opening: Opening, begin: int, end: int, home: str) -> int:
    """How many times a wait in working time fits between two moments of a zone."""
    start, stop = instant_of(begin, home), instant_of(end, home)
    if not wait.days:
        return worked(opening, start, stop) // wait.seconds
    zone, passed = _zone_of_days(opening, home), -1
    for parts in _working_days(opening, start, stop, zone):
        passed += parts[-1][1] > start and parts[0][0] < stop
    if passed > 0 and days_later(opening, start, passed, home).at_last > stop:
        passed -= 1
    return max(passed, 0) // wait.days


def _total(found: Spans) -> int:
    return sum(stop - start for start, stop in found)


def counted(opening: Opening, begin: int, seconds: int) -> Term:
    """When so many open seconds (0 or more) are over, counted from an instant."""
    far, parts = begin + _HORIZON, list[tuple[int, int]]()
    if not seconds:
        return Term(begin, (), far)
    for start, stop in _onward(opening, begin, far):
        used = min(stop - start, seconds)
        _add(parts, start, start + used)
        seconds -= used
        if not seconds:
            return Term(start + used, tuple(parts), far)
    return Term(None, tuple(parts), far)


def counted_back(opening: Opening, end: int, seconds: int) -> Term:
    """From when on so many open seconds lie before an instant."""
    far = end - _HORIZON
    if not seconds or opening == NEVER:
        return Term(None if seconds else end, (), far)
    waits = min((end, *edges_of(opening))) - _PATIENCE
    for block in range(end // BLOCK, far // BLOCK, -1):
        if (block + 1) * BLOCK < waits:
            break
        for start, stop in reversed(spans_of_block(opening, block)):
            stop = min(stop, end)
            if start < stop and stop - start >= seconds:
                return Term(stop - seconds, (), far)
            seconds -= max(0, stop - start)
            waits = min(waits, start - _PATIENCE)
    return Term(None, (), far)


def days_later(opening: Opening, begin: int, days: int, home: str) -> Term:
    """When so many working days (1 or more) have passed, counted from an instant.

    The day that is open then, or opens next, is the first of them; it is over on the day so many later, when that has
    been open for as long as the first one had been, or at its close where that is sooner. A day is named by the date
    on which it opens, by the one clock that the hours read, or by that of `home`.
    """
    far, first, passed = begin + _HORIZON, None, list[int]()
    for parts in _working_days(opening, begin, far, _zone_of_days(opening, home)):
        if first is None:
            if parts[-1][1] > begin:
                first = _total(tuple((start, min(stop, max(start, begin))) for start, stop in parts))
                passed.append(max(begin, parts[0][0]))
            continue
        passed.append(parts[0][0])
        if len(passed) > days:
            return Term(_after(parts, first), (), far, tuple(passed))
    return Term(None, (), far, tuple(passed))


def _zone_of_days(opening: Opening, home: str) -> str:
    clocks = clocks_of(opening)
    return next(iter(clocks)) if len(clocks) == 1 else home


def _after(parts: list[tuple[int, int]], seconds: int) -> int:
    """When stretches have been open for so long, or the end of the last one."""
    for start, stop in parts:
        if seconds <= stop - start:
            return start + seconds
        seconds -= stop - start
    return parts[-1][1]


def _working_days(opening: Opening, begin: int, far: int, zone: str) -> Iterator[list[tuple[int, int]]]:
    """The days on which it is open, from before an instant on: each with its stretches."""
    day, parts = None, list[tuple[int, int]]()
    for start, stop in _days_cut(_onward(opening, begin - 8 * SECONDS_PER_DAY, far), zone):
        name = moment_of(start, zone) // SECONDS_PER_DAY
        if name != day and parts:
            yield parts
            parts = []
        day = name
        _add(parts, start, stop)
    if parts:
        yield parts


def _days_cut(found: Iterator[tuple[int, int]], zone: str) -> Iterator[tuple[int, int]]:
    """Stretches as they are; what is open for longer than a day is cut at midnight."""
    held: tuple[int, int] | None = None
    for start, stop in found:
        if held is not None and held[1] == start:
            held = held[0], stop
        elif held is not None:
            yield from _at_midnights(*held, zone) if held[1] - held[0] > _LONG_DAY else [held]
            held = start, stop
        else:
            held = start, stop
        if held[1] - held[0] > 2 * BLOCK:
            yield from _at_midnights(*held, zone)
            held = None
    if held is not None:
        yield from _at_midnights(*held, zone) if held[1] - held[0] > _LONG_DAY else [held]


def _at_midnights(start: int, stop: int, zone: str) -> Iterator[tuple[int, int]]:
    for low, high, ahead in stretches(zone, start, stop):
        while low < high:
            midnight = ((low + ahead) // SECONDS_PER_DAY + 1) * SECONDS_PER_DAY - ahead
            yield low, min(midnight, high)
            low = midnight


def _onward(opening: Opening, begin: int, far: int) -> Iterator[tuple[int, int]]:
    """Open stretches from an instant on; one that goes on into the next block comes in parts."""
    if opening == NEVER:
        return
    block, waits = begin // BLOCK, max((begin, *edges_of(opening))) + _PATIENCE
    while block * BLOCK < min(far, waits):
        found = spans_of_block(opening, block)
        for start, stop in found:
            if begin < stop:
                yield max(start, begin), stop
        waits = max(waits, found[-1][1] + _PATIENCE) if found else waits
        block += 1


def _add(parts: list[tuple[int, int]], start: int, stop: int) -> None:
    """One more stretch, joined to the last where it touches that."""
    if parts and parts[-1][1] == start:
        parts[-1] = parts[-1][0], stop
    else:
        parts.append((start, stop))
