"""Versions: what a row of a table says from one day to another. The row itself keeps one key and one place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .arrays.integers import Index
from .calendar.days import SECONDS_PER_DAY
from .calendar.windows import BEGINNING, last_day

if TYPE_CHECKING:
    from .facts import Cells

__all__ = ["ALWAYS", "EVER", "Versions"]

EVER = -(1 << 31)
"""The first day of a version that holds from ever."""
ALWAYS = 1 << 31
"""The day after the last one of a version that has no end."""
_SPAN = ALWAYS - EVER


@dataclass(frozen=True, eq=False)
class Versions:
    """The versions of the rows of a table, by row, then by first day; those of one row never overlap.

    `row`: the row of the table; `start` and `end`: the days on which the version holds (days since 1970-01-01, the
    end not included; `EVER` and `ALWAYS` where there is no bound); `columns`: those of the table, one cell a version.
    Raises `ValueError` for versions that are out of order or overlap.
    """

    row: Index
    start: Index
    end: Index
    columns: Mapping[str, Cells]

    def __post_init__(self) -> None:
        apart = (self.row[1:] > self.row[:-1]) | ((self.row[1:] == self.row[:-1]) & (self.start[1:] >= self.end[:-1]))
        if not apart.all() or not (self.start < self.end).all():
            raise ValueError("versions are out of order, or overlap")
        for array in (self.row, self.start, self.end):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.row)

    def at(self, rows: Index, start: Index, end: Index) -> Index:
        """For each row and window [start, end) in seconds, the version of the last day on which the row holds.

        -1 where it holds on no day of the window. A window without beginning stands for its last day, one without
        any time for the latest version.
        """
        timeless = end == BEGINNING
        last = np.where(timeless, ALWAYS - 1, last_day(end))
        first = np.where(timeless, EVER, np.where(start == BEGINNING, last, start // SECONDS_PER_DAY))
        place = np.searchsorted(self._keys, np.maximum(rows, 0) * _SPAN - EVER + last, side="right") - 1
        found = np.maximum(place, 0)
        if not len(self):
            return np.full(len(rows), -1, dtype=np.int64)
        holds = (rows >= 0) & (place >= 0) & (self.row[found] == rows) & (self.end[found] > first)
        return np.where(holds, found, -1).astype(np.int64)

    def of(self, row: int, start: int, end: int) -> int:
        """The same for one row and window."""
        last, first = ALWAYS - 1, EVER
        if end != BEGINNING:
            last = last_day(end)
            first = last if start == BEGINNING else start // SECONDS_PER_DAY
        place = bisect_right(self._key_list, row * _SPAN - EVER + last) - 1
        if place < 0:
            return -1
        of_row, ends = self._lists
        return place if of_row[place] == row and ends[place] > first else -1

    def first_in(self, rows: Index, start: Index) -> Index:
        """For each row the first version that ends after the day on which a window (in seconds) begins.

        A place among the versions; it may be that of another row.
        """
        first = start // SECONDS_PER_DAY
        return np.searchsorted(self.row * _SPAN - EVER + self.end, rows * _SPAN - EVER + first, side="right")

    @cached_property
    def _keys(self) -> Index:
        return self.row * _SPAN - EVER + self.start

    @cached_property
    def _key_list(self) -> list[int]:
        return self._keys.tolist()

    @cached_property
    def _lists(self) -> tuple[list[int], list[int]]:
        return self.row.tolist(), self.end.tolist()
