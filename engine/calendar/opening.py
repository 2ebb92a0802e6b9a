"""Hours as values: when something is open, by the clock of a zone, and their parts in a stretch of instants.

A value is what a condition of a policy means for one reader: `during(local(now, "Asia/Shanghai"), ...)` is a `Weekly`,
a count of shifts above zero a `Counted`. Where it is open follows by the algebra of stretches; nothing steps by
minutes. Values are hashable, so what was worked out for one stretch is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from .clocks import WEEKDAYS
from .days import SECONDS_PER_DAY, weekday
from .zones import stretches

__all__ = [
    "BLOCK", "NEVER", "Always", "Closed", "Counted", "Each", "Opening", "Some", "Spans", "Stretch", "Weekly",
    "beyond", "clock", "clocks_of", "daily", "edges_of", "holds_for", "spans", "spans_of_block", "weekly",
]  # fmt: skip

Spans = tuple[tuple[int, int], ...]
"""Stretches of instants, the ends not included, in order; none touches the next."""

BLOCK = 1 << 20
"""Seconds, some twelve days, for which stretches are worked out at once."""


@dataclass(frozen=True, slots=True)
class Always:
    """Open always, or never."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours that begin on weekdays, in seconds of the day; where they end at or before that, they pass midnight."""

    zone: str
    days: frozenset[str]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a moment that a zone shows to another, the end not included; None: from ever, for ever."""

    zone: str
    first: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The contrary."""

    part: Opening


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hours of parts; their hash is worked out once, for they are looked up for each stretch."""

    parts: tuple[Opening, ...]
    mark: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mark", hash((type(self).__name__, self.parts)))

    def __hash__(self) -> int:
        return self.mark


@dataclass(frozen=True, slots=True)
class Each(_Parts):
    """Open where all parts are."""

    __hash__ = _Parts.__hash__


@dataclass(frozen=True, slots=True)
class Some(_Parts):
    """Open where some part is."""

    __hash__ = _Parts.__hash__


@dataclass(frozen=True, slots=True)
class Counted(_Parts):
    """Open where so many parts are, by a comparison with a number."""

    op: str
    number: Fraction

    __hash__ = _Parts.__hash__


Opening = Always | Weekly | Stretch | Closed | Each | Some | Counted

NEVER = Always(holds=False)


def holds_for(op: str, left: int | Fraction, right: int | Fraction) -> bool:
    """A comparison by its sign; `is` and `is not` are `=` and `!`."""
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "=":
            return left == right
        case _:
            return left != right


def clocks_of(opening: Opening) -> frozenset[str]:
    """The zones whose clocks are read."""
    match opening:
        case Weekly(zone=zone) | Stretch(zone=zone):
            return frozenset({zone})
        case Closed(part=part):
            return clocks_of(part)
        case Each(parts=parts) | Some(parts=parts) | Counted(parts=parts):
            return frozenset[str]().union(*map(clocks_of, parts))
        case Always():
            return frozenset()


def weekly(zone: str | None, days: str | frozenset[str] | None, begin: int | None, end: int | None) -> Opening:
    """Hours from a time to another that begin on weekdays; never where one of these is missing."""
    if zone is None or days is None or begin is None or end is None:
        return NEVER
    return Weekly(zone, _each(days), int(begin), int(end))


def daily(zone: str | None, days: str | frozenset[str] | None, *, negated: bool) -> Opening:
    """All of these weekdays, or of the others; never where they are missing."""
    if zone is None or days is None:
        return NEVER
    named = _each(days)
    return Weekly(zone, frozenset(WEEKDAYS) - named if negated else named, 0, SECONDS_PER_DAY)


def clock(zone: str | None, op: str, time: int | Fraction | None) -> Opening:
    """Each day where the time of day compares so; never where the time is missing."""
    first, after = _edges(op, time, 1)
    begin, end = max(0, first or 0), SECONDS_PER_DAY if after is None else min(after, SECONDS_PER_DAY)
    if zone is None or time is None:
        return NEVER
    made = Weekly(zone, frozenset(WEEKDAYS), begin, end) if begin < end else NEVER
    return Closed(made) if op == "!" else made


def beyond(zone: str | None, op: str, edge: int | Fraction | None, *, days: bool) -> Opening:
    """Where a moment, or a day, compares so with one; never where that is missing."""
    if zone is None or edge is None:
        return NEVER
    made = Stretch(zone, *_edges(op, edge, SECONDS_PER_DAY if days else 1))
    return Closed(made) if op == "!" else made


def _edges(op: str, edge: int | Fraction | None, unit: int) -> tuple[int | None, int | None]:
    """From when (whole units) until when a comparison holds, the end not included; of `!` where it does not hold."""
    low = 0 if edge is None else -(-edge // 1) * unit
    high = 0 if edge is None else (edge // 1 + 1) * unit
    match op:
        case "<":
            return None, int(low)
        case "<=":
            return None, int(high)
        case ">":
            return int(high), None
        case ">=":
            return int(low), None
        case _:
            return int(low), int(high)


def _each(days: str | frozenset[str]) -> frozenset[str]:
    return frozenset({days}) if isinstance(days, str) else frozenset(days)


def edges_of(opening: Opening) -> frozenset[int]:
    """The moments that it names: before the first of them and behind the last it repeats week by week."""
    match opening:
        case Stretch(first=first, after=after):
            return frozenset(edge for edge in (first, after) if edge is not None)
        case Closed(part=part):
            return edges_of(part)
        case Each(parts=parts) | Some(parts=parts) | Counted(parts=parts):
            return frozenset[int]().union(*map(edges_of, parts))
        case Always() | Weekly():
            return frozenset()


@lru_cache(maxsize=16_384)
def spans_of_block(opening: Opening, block: int) -> Spans:
    """Where it is open in one block of instants."""
    return spans(opening, block * BLOCK, (block + 1) * BLOCK)


def spans(opening: Opening, begin: int, end: int) -> Spans:
    """Where it is open in a stretch of instants."""
    if begin >= end:
        return ()
    match opening:
        case Always(holds=holds):
            return ((begin, end),) if holds else ()
        case Weekly() | Stretch():
            return _joined(_by_clock(opening, begin, end))
        case Closed(part=part):
            return _swept([spans(part, begin, end)], begin, end, "=", 0)
        case Each(parts=parts):
            return _swept([spans(part, begin, end) for part in parts], begin, end, "=", len(parts))
        case Some(parts=parts):
            return _swept([spans(part, begin, end) for part in parts], begin, end, ">", 0)
        case Counted(parts=parts, op=op, number=number):
            return _swept([spans(part, begin, end) for part in parts], begin, end, op, number)


def _by_clock(opening: Weekly | Stretch, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches that a clock shows; where it is put back, it shows them once more."""
    for low, high, ahead in stretches(opening.zone, begin, end):
        for first, after in _shown(opening, low + ahead, high + ahead):
            start, stop = max(first - ahead, low), min(after - ahead, high)
            if start < stop:
                yield start, stop


def _shown(opening: Weekly | Stretch, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Stretches of moments that may lie in one."""
    if isinstance(opening, Stretch):
        yield low if opening.first is None else opening.first, high if opening.after is None else opening.after
        return
    lasts = opening.end + (SECONDS_PER_DAY if opening.end <= opening.begin else 0)
    for day in range(low // SECONDS_PER_DAY - 1, high // SECONDS_PER_DAY + 1):
        if WEEKDAYS[weekday(day)] in opening.days:
            yield day * SECONDS_PER_DAY + opening.begin, day * SECONDS_PER_DAY + lasts


def _joined(found: Iterator[tuple[int, int]]) -> Spans:
    """Stretches in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, stop in found:
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(stop, made[-1][1])
        else:
            made.append((start, stop))
    return tuple(made)


def _swept(parts: list[Spans], begin: int, end: int, op: str, number: int | Fraction) -> Spans:
    """Where the number of parts that are open compares so with a number."""
    edges: dict[int, int] = {begin: 0}
    for part in parts:
        for start, stop in part:
            edges[start] = edges.get(start, 0) + 1
            edges[stop] = edges.get(stop, 0) - 1
    count, made = 0, list[tuple[int, int]]()
    marks = sorted(mark for mark in edges if mark < end)
    for mark, following in zip(marks, (*marks[1:], end), strict=True):
        count += edges[mark]
        if holds_for(op, count, number) and mark < following:
            made.append((mark, following))
    return _joined(iter(made))
