"""What an expression gave for each rep, for as long as nothing that it reads has changed.

An expression of a rep and a lead depends on the lead only through the values of its parts that do not read the
rep: `rep.region is lead.region` gives the same for every lead of the same region. So what it gave is remembered by
those values, which makes a region an index of its reps.
"""

from __future__ import annotations

from typing import Any

from ..dsl import checked as c
from .case import Views
from .days import SECONDS_PER_DAY
from .dependence import Credits, Dependences
from .scalar import Evaluator

__all__ = ["UNREAD", "Remembered"]

_MOST_PLACES = 1 << 16


class _Unread:
    def __repr__(self) -> str:
        return "UNREAD"


UNREAD = _Unread()
"""Stands where an expression was not read yet for a rep."""


class Remembered:
    """Lists of what was found, one place a row of `rep`; who asks fills in what is still `UNREAD`.

    What reads accounts of the rep is remembered for as long as the same credits lie in the same windows. What
    depends on others' accounts, or on cells that an assignment writes, is remembered for one decision. At most
    65,536 places are kept: after that the memory starts anew.
    """

    def __init__(self, ev: Evaluator, dependences: Dependences, kind: str, node: c.Expr) -> None:
        self._ev = ev
        parts = dependences.parts_without(node, "rep")
        rest = dependences.of(node, apart=parts or ())
        self._parts = parts or ()
        self._day = rest.day
        self._kinds = tuple(sorted(rest.kinds | {"rep"}))
        self._fleeting = parts is None or rest.fleeting or kind in rest.kinds
        self._credits = () if self._fleeting else tuple(rest.credits)
        self._key: object = None
        self._lists: dict[object, list[Any]] = {}
        self._extents: dict[Credits, list[object]] = {}
        self._as_of: list[int] = []
        self._views: Views | None = None

    def of(self, views: Views) -> list[Any]:
        """What is known of each rep for a case."""
        if views is self._views:
            return self._lists[self._key]
        self._views, self._key = views, self._key_of(views)
        as_of = [self._ev.world.changes(kind) for kind in self._kinds]
        one_only = self._fleeting or (self._credits and self._key not in self._lists)
        if one_only or as_of != self._as_of:
            self._as_of = as_of
            self._lists = {}
        found = self._lists.get(self._key)
        if found is None:
            found = self._start(self._ev.world.rows("rep"))
        for account in self._credits:
            self._forget_changed(account, found, views)
        return found

    def _key_of(self, views: Views) -> object:
        """What stands for the case: the day, and the values of the parts that do not read the rep."""
        if self._fleeting:
            return None
        read = [self._ev.value(part, views.alone) for part in self._parts]
        return views.case.at // SECONDS_PER_DAY if self._day else 0, *read

    def _start(self, reps: int) -> list[Any]:
        if (len(self._lists) + 1) * reps > _MOST_PLACES:
            self._lists = {}
        self._extents = {account: [None] * reps for account in self._credits}
        found = self._lists[self._key] = [UNREAD] * reps
        return found

    def _forget_changed(self, credits_read: Credits, known: list[Any], views: Views) -> None:
        """Reps of whom other credits lie in the window by now have to be read again."""
        account, windows = credits_read
        start, end = views.alone.start, views.alone.end
        for window in windows:
            start, end = self._ev.window(window, start, end)
        extents, of = self._extents[credits_read], self._ev.book.of
        for rep in range(len(known)):
            extent = of(account, rep).extent(start, end)
            if extent != extents[rep]:
                extents[rep] = extent
                known[rep] = UNREAD
