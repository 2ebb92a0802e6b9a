"""Versions as data: in their one form, and on which days they say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .arrays.integers import Index, Mask
from .facts import Cells, RefCells, SetCells, TextCells
from .frames import codes_of
from .versions import ALWAYS, EVER, Versions

__all__ = ["change_days", "runs", "versions_of"]


def versions_of(row: Index, start: Index, end: Index, columns: Mapping[str, Cells]) -> Versions | None:
    """Versions in their one form: those that follow without a gap and say the same are one.

    None where no row says more than one thing, ever.
    """
    if not len(row):
        return None
    fresh = np.ones(len(row), dtype=np.bool_)
    fresh[1:] = (row[1:] != row[:-1]) | (start[1:] != end[:-1])
    for cells in columns.values():
        fresh[1:] |= ~_repeats(cells)[1:]
    kept = np.flatnonzero(fresh).astype(np.int64)
    last = np.append(kept[1:], len(row)) - 1
    if len(kept) == len(set(row.tolist())) and (start[kept] == EVER).all() and (end[last] == ALWAYS).all():
        return None
    return Versions(row[kept], start[kept], end[last], {name: _taken(cells, kept) for name, cells in columns.items()})


def _repeats(cells: Cells) -> Mask:
    """Where a cell says what the one before it says."""
    codes = cells.rows if isinstance(cells, RefCells) else codes_of(cells, len(cells))
    same = np.zeros(len(codes), dtype=np.bool_)
    same[1:] = codes[1:] == codes[:-1]
    return same


def _taken(cells: Cells, at: Index) -> Cells:
    """The cells of an index array, in the one form of their kind."""
    match cells:
        case TextCells(codes, words):
            every: Sequence[str | None] = (*words, None)
            return TextCells.of(np.where(codes[at] < 0, len(words), codes[at]).astype(np.int64), every)
        case RefCells(kind, rows):
            return RefCells(kind, rows[at])
        case SetCells(values):
            places: list[int] = at.tolist()
            return SetCells(tuple(values[place] for place in places))
        case _:
            return cells.take(at)


# --- changes -------------------------------------------------------------------------------------------------


def runs(versions: Versions, column: str) -> Index:
    """A number for each version, the same as long as a row says the same in a column."""
    fresh = ~_repeats(versions.columns[column])
    fresh[1:] |= versions.row[1:] != versions.row[:-1]
    return np.cumsum(fresh).astype(np.int64)


def change_days(versions: Versions, columns: Iterable[str]) -> tuple[Index, Index]:
    """The days on which a row begins to say something else in one of the columns, begins to hold, or holds no more.

    As rows of the table and days, by row, then day; each pair once.
    """
    row, start, end = versions.row, versions.start, versions.end
    same = row[1:] == row[:-1]
    goes_on = same & (start[1:] == end[:-1])
    begins = np.ones(len(row), dtype=np.bool_)
    begins[1:] = ~goes_on
    for column in columns:
        begins |= ~_repeats(versions.columns[column])
    ends = np.ones(len(row), dtype=np.bool_)
    ends[:-1] = ~goes_on
    rows, days = np.r_[row[begins], row[ends]], np.r_[start[begins], end[ends]]
    within = (days != EVER) & (days != ALWAYS)
    pairs = np.unique(np.stack([rows[within], days[within]], axis=1), axis=0)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
