"""Many readers at once: a column of rows and windows for which the columnar evaluator reads an expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from .arrays.exact import Column
from .arrays.integers import Index, Mask
from .facts import SetCells, TextCells

__all__ = [
    "Frame", "Texts", "Values", "as_column", "as_mask", "codes_of", "known_of", "only_where", "pick", "rows_of",
    "sets_at", "taken",
]  # fmt: skip

Texts = TextCells
Values = Column | TextCells | SetCells | Index | Mask
"""Quantities and dates are exact columns, texts coded words, references row indexes (-1: missing), conditions masks."""


@dataclass(slots=True, eq=False)
class Frame:
    """`rows` by kind (row indexes), and each reader's window [start, end) in seconds.

    `running` puts a column of totals in the place of the rep's own account in this very window. `owed` are open
    balances, where a floor that carries is read. `memo` remembers what has been read for this frame, by node. `base`
    is a smaller frame of which this one repeats the readers, each row that of `spread`: what does not follow the
    running total is read there. `part_of` is the kind of period of which the windows may be parts only (empty: they
    are whole).
    """

    rows: dict[str, Index]
    start: Index
    end: Index
    running: tuple[str, Column] | None = None
    owed: Column | None = None
    memo: dict[int, Any] = field(default_factory=dict[int, Any])
    base: Frame | None = None
    spread: Index | None = None
    part_of: str = ""

    def __len__(self) -> int:
        return len(self.end)

    def only(self, index: Index) -> Frame:
        """The readers of an index array."""
        rows = {kind: found[index] for kind, found in self.rows.items()}
        running = (self.running[0], self.running[1].take(index)) if self.running is not None else None
        owed = self.owed.take(index) if self.owed is not None else None
        return Frame(rows, self.start[index], self.end[index], running, owed, part_of=self.part_of)

    def owing(self, balances: Column) -> Frame:
        """The same readers with what each of them owes."""
        return Frame(self.rows, self.start, self.end, self.running, balances, part_of=self.part_of)

    def repeated(self, index: Index, running: tuple[str, Column]) -> Frame:
        """The readers of an index array, most of them many times, each with its running total of an account."""
        rows = {kind: found[index] for kind, found in self.rows.items()}
        return Frame(rows, self.start[index], self.end[index], running, base=self, spread=index, part_of=self.part_of)

    def since(self, start: Index) -> Frame:
        """The same readers, who look back to `start` where that is not where their windows begin."""
        return self if start is self.start else Frame(self.rows, start, self.end)

    def within(self, start: Index, end: Index) -> Frame:
        """The same rows in other windows."""
        return Frame(self.rows, start, end)


def as_mask(values: Values) -> Mask:
    """Yes or no; missing is no."""
    if isinstance(values, Column):
        holds = values.num != 0
        return holds if values.known is None else holds & values.known
    assert isinstance(values, np.ndarray)
    return values.astype(np.bool_, copy=False)


def as_column(values: Values) -> Column:
    """A quantity; a condition as 0 and 1."""
    if isinstance(values, Column):
        return values
    assert isinstance(values, np.ndarray)
    return Column.of(values.astype(np.int64))


def known_of(values: Values, rows: int) -> Mask:
    """Where a value is there."""
    match values:
        case Column(known=known):
            return np.ones(rows, dtype=np.bool_) if known is None else known
        case TextCells(codes=codes):
            return codes >= 0
        case SetCells(values=sets):
            return np.array([found is not None for found in sets], dtype=np.bool_)
        case _:
            return values >= 0 if values.dtype != np.bool_ else np.ones(rows, dtype=np.bool_)


def pick(mask: Mask, chosen: Values, other: Values) -> Values:
    """Row by row: `chosen` where the mask holds, else `other`."""
    from .arrays.exact import where

    if isinstance(chosen, TextCells) and isinstance(other, TextCells):
        words = (*chosen.words, *other.words)
        codes = np.where(mask, chosen.codes, np.where(other.codes < 0, -1, other.codes + len(chosen.words)))
        return TextCells.of(codes.astype(np.int64), (*words, None)) if len(words) else chosen
    if isinstance(chosen, SetCells) and isinstance(other, SetCells):
        pairs = zip(mask.tolist(), chosen.values, other.values, strict=True)
        return SetCells(tuple(left if holds else right for holds, left, right in pairs))
    if isinstance(chosen, Column) or isinstance(other, Column):
        return where(mask, as_column(chosen), as_column(other))
    assert isinstance(chosen, np.ndarray)
    assert isinstance(other, np.ndarray)
    return cast("Index", np.where(mask, chosen, other))


def only_where(mask: Mask, values: Values) -> Values:
    """The same values, missing where the mask does not hold; conditions become columns of 0 and 1."""
    match values:
        case Column():
            return values.with_known(mask)
        case TextCells(codes=codes, words=words):
            return TextCells(np.where(mask, codes, -1).astype(np.int32), words)
        case SetCells(values=sets):
            return SetCells(tuple(found if there else None for found, there in zip(sets, mask.tolist(), strict=True)))
        case _ if values.dtype == np.bool_:
            return values if mask.all() else as_column(values).with_known(mask)
        case _:
            return np.where(mask, values, -1)


def codes_of(values: Values, rows: int) -> Index:
    """A whole number for each distinct value, -1 where missing."""
    match values:
        case Column():
            return values.dense_rank().astype(np.int64) - 1
        case TextCells(codes=codes):
            return codes.astype(np.int64)
        case SetCells(values=sets):
            seen: dict[frozenset[str], int] = {}
            return np.array([-1 if s is None else seen.setdefault(s, len(seen)) for s in sets], dtype=np.int64)
        case _:
            return values.astype(np.int64)


def rows_of(values: Values, index: Index) -> Values:
    """The rows of an index array; -1 gives a missing value."""
    match values:
        case Column():
            return values.take(index)
        case TextCells(codes=codes, words=words):
            return TextCells(taken(codes, index), words)
        case SetCells(values=sets):
            return sets_at(sets, index)
        case _ if values.dtype == np.bool_:
            return np.where(index < 0, False, values[index]) if len(values) else np.zeros(len(index), dtype=np.bool_)
        case _:
            return taken(values, index)


def taken(values: Any, rows: Index) -> Any:
    if not len(values):
        return np.full(len(rows), -1, dtype=values.dtype)
    return np.where(rows < 0, -1, values[rows]).astype(values.dtype, copy=False)


def sets_at(values: tuple[frozenset[str] | None, ...], rows: Index) -> SetCells:
    at: list[int] = rows.tolist()
    return SetCells(tuple(values[row] if row >= 0 else None for row in at))
