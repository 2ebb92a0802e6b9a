"""What an expression gave for each rep, for as long as nothing that it reads has changed.

An expression of a rep and a lead depends on the lead only through the values of its parts that do not read the
rep: `rep.region is lead.region` gives the same for every lead of the same region. So what it gave is remembered by
those values, which makes a region an index of its reps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..dependence import Credits, Dependences
from ..scalars.scalar import Evaluator
from ..scalars.timeline import Timeline
from .case import Views

__all__ = ["UNREAD", "Known", "Remembered"]

_MOST_PLACES = 1 << 16


class _Unread:
    def __repr__(self) -> str:
        return "UNREAD"


UNREAD = _Unread()
"""Stands where an expression was not read yet for a rep."""


class Known:
    """What was found: `of` each rep, one place a row.

    `forgotten`: whoever has to be read again, with what was found before. `changed`: for whom something else was
    found then, in order; both are for who fills the list in.
    """

    __slots__ = ("changed", "forgotten", "of")

    def __init__(self, reps: int) -> None:
        self.of: list[Any] = [UNREAD] * reps
        self.forgotten: list[tuple[int, Any]] = []
        self.changed: list[int] = []


class _Followed:
    """An account in a window that goes on with the decisions: who has other credits in it than when last asked."""

    __slots__ = ("_end", "_heard", "_start", "_timeline")

    def __init__(self, timeline: Timeline, start: int, end: int) -> None:
        self._timeline = timeline
        self._heard = len(timeline.changed)
        self._start, self._end = start, end

    @property
    def over(self) -> bool:
        """Whether the account is posted anew, so that everybody has to be read again."""
        return self._timeline.over

    def changed(self, start: int, end: int) -> list[int]:
        """Reps to be read again now that the window is this one."""
        timeline = self._timeline
        found = timeline.changed[self._heard :]
        self._heard += len(found)
        if start != self._start:
            found = found + timeline.crossed(self._start, start)
            self._start = start
        if end != self._end:
            found = found + timeline.crossed(self._end, end)
            self._end = end
        return found


class Remembered:
    """Lists of what was found, one place a row of `rep`; who asks fills in what is still `UNREAD`.

    What reads accounts of the rep is remembered for as long as the same credits lie in the same windows. What
    depends on others' accounts, or on cells that an assignment writes, is remembered for one decision (`fleeting`).
    At most 65,536 places are kept: after that the memory starts anew.
    """

    def __init__(self, ev: Evaluator, dependences: Dependences, kind: str, node: c.Expr) -> None:
        self._ev = ev
        parts = dependences.parts_without(node, "rep")
        rest = dependences.of(node, apart=parts or ())
        self.parts = [self._reader(part, kind) for part in parts or ()]
        """What reads, for a case, the values that stand for it."""
        self.day = rest.day
        """Whether the day of the case counts besides."""
        self.kinds = tuple(sorted(rest.kinds | {"rep"}))
        """The kinds of fact of which a change makes all that is known void."""
        self.fleeting = parts is None or rest.fleeting or kind in rest.kinds
        self._credits = () if self.fleeting else tuple(rest.credits)
        self._lists: dict[object, Known] = {}
        self._followed: list[_Followed] = []
        self._windows: tuple[int, list[tuple[int, int]]] | None = None
        self._as_of = -1
        self._views: Views | None = None
        self._known = Known(0)

    @property
    def lasts(self) -> bool:
        """Whether what is known of a case stays what it is until rows change."""
        return not (self.fleeting or self._credits)

    @property
    def moves(self) -> bool:
        """Whether it reads accounts, so that somebody may have to be read again at every decision."""
        return bool(self._credits)

    def of(self, views: Views) -> Known:
        """What is known of each rep for a case."""
        if views is self._views:
            return self._known
        self._views, key = views, self._key_of(views)
        as_of = self._ev.world.changes_of(self.kinds)
        found = self._lists.get(key)
        one_only = found is None and (self.fleeting or self._credits)
        if one_only or as_of != self._as_of or self._is_over():
            self._as_of = as_of
            self._lists = {}
            found = None
        if found is None or self.fleeting:
            found = self._lists[key] = self._start(self._ev.world.rows("rep"))
            windows = self._windows_of(views)
            self._followed = [self._follow(*one) for one in zip(self._credits, windows, strict=True)]
        elif self._credits:
            self._hear(found, views)
        self._known = found
        return found

    def _hear(self, found: Known, views: Views) -> None:
        """Forget those who have other credits, or credits that came into a window or left it."""
        self._ev.book.settle()
        for followed, (start, end) in zip(self._followed, self._windows_of(views), strict=True):
            for rep in followed.changed(start, end):
                if found.of[rep] is not UNREAD:
                    found.forgotten.append((rep, found.of[rep]))
                    found.of[rep] = UNREAD

    def _is_over(self) -> bool:
        """Whether an account that is followed is posted anew."""
        return True in [followed.over for followed in self._followed]

    def _reader(self, part: c.Expr, kind: str) -> Callable[[Views], object]:
        """What reads a part that does not depend on the rep; a column of the case itself is read without detours."""
        world = self._ev.world
        if isinstance(part, c.FieldOf) and isinstance(part.base, c.Subject) and kind not in world.dated:
            column = part.column
            return lambda views: world.cell(kind, views.case.row, column)
        return lambda views: self._ev.value(part, views.alone)

    def _key_of(self, views: Views) -> object:
        """What stands for the case: the day, and the values of the parts that do not read the rep."""
        if self.fleeting or not (self.parts or self.day):
            return None
        read = [part(views) for part in self.parts]
        return views.case.at // SECONDS_PER_DAY if self.day else 0, *read

    def _start(self, reps: int) -> Known:
        if (len(self._lists) + 1) * reps > _MOST_PLACES:
            self._lists = {}
        return Known(reps)

    def _follow(self, credits_read: Credits, window: tuple[int, int]) -> _Followed:
        return _Followed(self._ev.book.timeline(credits_read[0]), *window)

    def _windows_of(self, views: Views) -> list[tuple[int, int]]:
        """The windows in which accounts are read now; the same ones for all decisions of one second."""
        end = views.alone.end
        if self._windows is None or self._windows[0] != end:
            self._windows = end, [self._window(account, views) for account in self._credits]
        return self._windows[1]

    def _window(self, credits_read: Credits, views: Views) -> tuple[int, int]:
        """The window in which an account is read now."""
        start, end = views.alone.start, views.alone.end
        for window in credits_read[1]:
            start, end = self._ev.window(window, start, end)
        return start, end
