"""The rows of an account that the cells of a scheme follow, some at a time.

What is worked out row by row goes from one stretch of cells to the next: its columns then stay small enough for the
processor's own memory, and no column of all rows is made that is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..arrays.integers import Index, IntArray, Mask, is_wide, widen

__all__ = ["FollowedRows", "KeptRows", "RowStretch"]

_STRETCH = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class RowStretch:
    """Rows by cell: each row's cell, its place in the ledger, whether it is the first of its cell.

    `starts`: the first rows of cells that have any; `begin`: how many rows lie before the stretch.
    """

    cell: Index
    posting: Index
    first: Mask
    starts: Index
    begin: int

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True, slots=True, eq=False)
class FollowedRows:
    """For each cell the place in the ledger of its first posting, and how many it has."""

    low: Index
    counts: Index

    def __len__(self) -> int:
        return int(self.counts.sum())

    def whole(self) -> RowStretch:
        """All rows."""
        return self._between(0, len(self.counts), 0)

    def stretches(self) -> Iterator[RowStretch]:
        """All rows, some cells at a time; a cell is not cut."""
        ends = np.cumsum(self.counts)
        cells = np.searchsorted(ends, np.arange(0, len(self), _STRETCH), "right")
        cuts: list[int] = [*dict.fromkeys(cells.tolist()), len(self.counts)]
        for low, high in pairwise(cuts):
            yield self._between(low, high, int(ends[low] - self.counts[low]))

    def _between(self, low: int, high: int, begin: int) -> RowStretch:
        counts = self.counts[low:high]
        offset = np.cumsum(counts) - counts
        cell = np.repeat(np.arange(low, high, dtype=np.int64), counts)
        posting = np.repeat(self.low[low:high] - offset, counts)
        posting += np.arange(len(cell))
        starts = offset[counts > 0].astype(np.int64)
        first = np.zeros(len(cell), dtype=np.bool_)
        first[starts] = True
        return RowStretch(cell, posting, first, starts, begin)


class KeptRows:
    """Rows that carry something, put in stretch by stretch: each row's cell, its place (some number) and amount."""

    def __init__(self, most: int) -> None:
        self._count = 0
        self._cell: Index = np.empty(most, dtype=np.int64)
        self._place: Index = np.empty(most, dtype=np.int64)
        self._amount: IntArray = np.empty(most, dtype=np.int64)

    def add(self, cell: Index, place: Index, amount: IntArray) -> None:
        """The rows of one more stretch."""
        here = slice(self._count, self._count + len(cell))
        if is_wide(amount):
            self._amount = widen(self._amount)
        self._cell[here], self._place[here], self._amount[here] = cell, place, amount
        self._count = here.stop

    @property
    def cell(self) -> Index:
        """The cell of each row."""
        return self._cell[: self._count]

    @property
    def place(self) -> Index:
        """The place of each row."""
        return self._place[: self._count]

    @property
    def amount(self) -> IntArray:
        """What each row carries."""
        return self._amount[: self._count]
