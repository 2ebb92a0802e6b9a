"""What is due when: offers that lapse and timers; of one moment those first whose fact came first, then by key."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.waits import after
from ..calendar.windows import BEGINNING
from ..scalars.scalar import Env, Evaluator
from .deadlines import deadline, over, whole_times
from .stay import Stay

__all__ = ["LAPSE", "LOOK", "QUEUE", "Due", "Timetable", "due", "how", "times_until"]

LAPSE = -1
"""Stands in the place of a timer's number for what ends a step: an offer, or the time that one is open."""

LOOK = -2
"""Stands there for a look at what a timer counts from, when a row comes that was dated ahead; of whatever version."""

QUEUE = -3
"""Stands there for a look at all that waits for room, when time alone may have made some; of no fact."""

_TAKES_AWAY = frozenset({"return", "next", "hold"})


class Due(NamedTuple):
    """Something due for a fact: a timer of its `assign` by number, `LAPSE` or `LOOK`; of one version of its stay.

    `came`: when the fact came, so that of those who wait for room whoever has waited longest is served first.
    """

    at: int
    came: int
    kind: str
    key: str
    number: int
    version: int


class Timetable:
    """A heap of what may be due. An entry is checked again when its time comes: stays and facts change.

    Beside it stands another, from which whatever does not stand any more is dropped as soon as it is looked at; it says
    what is due next, and decides nothing.
    """

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._standing: list[Due] = []

    def add(self, due: Due) -> None:
        """Put an entry in."""
        heapq.heappush(self._heap, due)
        heapq.heappush(self._standing, due)

    def arm(self, fact: tuple[str, str], came: int, stay: Stay, dues: Sequence[int | None]) -> None:
        """Enter everything of the stay of a fact that came at a moment: `dues` are the moments of its timers."""
        if stay.lapses is not None:
            self.add(Due(stay.lapses, came, *fact, LAPSE, stay.version))
        for number, at in enumerate(dues):
            if at is not None:
                self.add(Due(at, came, *fact, number, stay.version))

    def first(self) -> int | None:
        """The moment of the first entry, be it one that does not stand any more."""
        return self._heap[0].at if self._heap else None

    def first_standing(self, moment_of: Callable[[Due], int | None]) -> int | None:
        """The moment of the first entry that stands.

        `moment_of` says when an entry is due as things stand, never before its time; None where it is not any more.
        """
        standing = self._standing
        while standing and self._heap:
            first = standing[0]
            moment = moment_of(first) if first.at >= self._heap[0].at else None
            if moment == first.at:
                return moment
            if moment is None:
                heapq.heappop(standing)
            else:
                heapq.heapreplace(standing, first._replace(at=moment))
        return None

    def until(self, moment: int) -> Iterator[Due]:
        """Take entries out, up to a moment; those that are put in meanwhile, too."""
        while self._heap and self._heap[0].at <= moment:
            yield heapq.heappop(self._heap)


def due(ev: Evaluator, timer: c.Timer, row: int, kind: str, stay: Stay, now: int) -> int | None:
    """When a timer is due next for a stay, as facts are `now`; None where it is not.

    What was due before the stay began is not due in it. A timer that takes the fact away waits for an extension.
    """
    base = stay.since if timer.since is None else _moment(ev, timer.since, row, kind, now)
    times = stay.count(timer)
    if base is None or (timer.word == "after" and times):
        return None
    wait = timer.wait
    at = after(base, wait, times + 1) if wait.hours is None else over(ev, wait, base, {kind: row}, now, times + 1)
    if timer.word == "every" and at is not None and at <= stay.since:
        times = max(times, whole_times(ev, wait, base, {kind: row}, stay.since))
        at = over(ev, wait, base, {kind: row}, now, times + 1)
    if at is None or at <= stay.since:
        return None
    if stay.until is not None and timer.action.word in _TAKES_AWAY:
        return max(at, stay.until)
    return at


def times_until(ev: Evaluator, timer: c.Timer, row: int, kind: str, stay: Stay, at: int) -> int:
    """How often a timer has been due by a moment, those that nobody saw included."""
    if timer.word == "after":
        return 1
    base = stay.since if timer.since is None else _moment(ev, timer.since, row, kind, at)
    seen = stay.count(timer) + 1
    return seen if base is None else max(seen, whole_times(ev, timer.wait, base, {kind: row}, at))


def how(ev: Evaluator, timer: c.Timer, row: int, kind: str, stay: Stay, at: int) -> str:
    """How a timer in working time came to be due; nothing of one that waits by the calendar."""
    base = stay.since if timer.since is None else _moment(ev, timer.since, row, kind, at)
    if timer.wait.hours is None or base is None:
        return ""
    times = 1 if timer.word == "after" else times_until(ev, timer, row, kind, stay, at)
    return deadline(ev, timer.wait, base, {kind: row}, at, times).told


def _moment(ev: Evaluator, node: c.Expr, row: int, kind: str, now: int) -> int | None:
    value = ev.value(node, Env({kind: row}, BEGINNING, now + 1))
    if value is None:
        return None
    return int(value) * SECONDS_PER_DAY if node.type.name == "date" else int(value)
