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
from .dependence import Dependences
from .scalar import Evaluator

__all__ = ["UNREAD", "Remembered"]

_MOST_CELLS = 1 << 16


class _Unread:
    def __repr__(self) -> str:
        return "UNREAD"


UNREAD = _Unread()
"""Stands where an expression was not read yet for a rep."""


class Remembered:
    """Lists of what was found, one place a row of `rep`; who asks fills in what is still `UNREAD`.

    What depends on accounts, on people's totals or on what an assignment writes is not remembered from one decision
    to the next. At most 65,536 places are kept: after that the memory starts anew.
    """

    def __init__(self, ev: Evaluator, dependences: Dependences, kind: str, node: c.Expr) -> None:
        self._ev = ev
        parts = dependences.parts_without(node, "rep")
        rest = dependences.of(node, apart=parts or ())
        self._parts = parts or ()
        self._day = rest.day
        self._kinds = tuple(sorted(rest.kinds | {"rep"}))
        self._fleeting = parts is None or rest.fleeting or kind in rest.kinds
        self._lists: dict[object, list[Any]] = {}
        self._as_of: list[int] = []
        self._views: Views | None = None

    def of(self, views: Views) -> list[Any]:
        """What is known of each rep for a case."""
        if self._fleeting:
            if self._views is not views:
                self._views = views
                self._lists = {}
            return self._list(None)
        world = self._ev.world
        as_of = [world.changes(kind) for kind in self._kinds]
        if as_of != self._as_of:
            self._as_of = as_of
            self._lists = {}
        read = [self._ev.value(part, views.alone) for part in self._parts]
        return self._list((views.case.at // SECONDS_PER_DAY if self._day else 0, *read))

    def _list(self, key: object) -> list[Any]:
        found = self._lists.get(key)
        if found is None:
            reps = self._ev.world.rows("rep")
            if (len(self._lists) + 1) * reps > _MOST_CELLS:
                self._lists = {}
            found = self._lists[key] = [UNREAD] * reps
        return found
