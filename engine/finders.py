"""Finders: the rows of a kind by what an expression of theirs says, kept up as their cells change."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .facts import Scalar

__all__ = ["Finder"]


class Finder:
    """Rows by value. `of` gives the value of a row, from cells of the `columns` alone."""

    def __init__(self, columns: Collection[str], of: Callable[[int], Scalar], rows: int) -> None:
        self.columns = columns
        self._of = of
        self._rows: dict[Scalar, set[int]] = {}
        self._values: dict[int, Scalar] = {}
        for row in range(rows):
            self.enter(row)

    def rows(self, value: Scalar) -> Collection[int]:
        """The rows that have a value, in any order."""
        return self._rows.get(value, ())

    def enter(self, row: int) -> None:
        """A row has come, or says something else."""
        self.drop(row)
        value = self._values[row] = self._of(row)
        self._rows.setdefault(value, set()).add(row)

    def drop(self, row: int) -> None:
        """A row is there no more."""
        if row in self._values:
            self._rows[self._values.pop(row)].discard(row)
