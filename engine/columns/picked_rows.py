"""Readings of an account of which each reader counts only some rows: those for which a condition of both holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index
from ..calendar.windows import BEGINNING
from ..frames import Frame
from .ledgers import Ledger, key_of

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["picked"]

_MOST_PAIRS = 1 << 22


def picked(
    ev: Columns, node: c.ReadAccount, where: c.Expr, ledger: Ledger, frame: Frame, recipients: Index,
    stretch: tuple[Index, Index],
) -> Column:  # fmt: skip
    """The reading of each reader over the rows of its stretch of postings for which `where` holds.

    Readers and their rows are laid out as pairs, at most some four million at a time.
    """
    low, high = stretch
    readers, at = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for first, after in _portions(high - low):
        reader, place = _pairs(low[first:after], high[first:after])
        reader = reader + first
        both = frame.only(reader)
        both.rows[ledger.account.kind] = ledger.rows[place]
        holds = ev.mask(where, both)
        readers.append(reader[holds])
        at.append(place[holds])
    reader, place = np.concatenate(readers), np.concatenate(at)
    keys = key_of(reader, ledger.times_of(place))
    kept = Ledger(ledger.account, keys, ledger.rows[place], ledger.values.take(place))
    begin, end = (np.full(len(frame), edge, dtype=np.int64) for edge in (BEGINNING, -BEGINNING))
    made = kept.reading(node.reading, np.arange(len(frame), dtype=np.int64), begin, end)
    return made.with_known(recipients >= 0)


def _pairs(low: Index, high: Index) -> tuple[Index, Index]:
    """Every reader as often as it has postings, beside the place of each."""
    counts = high - low
    reader = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    return reader, low[reader] + np.arange(len(reader), dtype=np.int64) - before[reader]


def _portions(counts: Index) -> list[tuple[int, int]]:
    """Stretches of readers of about so many pairs; a single reader is never parted."""
    portion = np.cumsum(counts) // _MOST_PAIRS
    edges = np.flatnonzero(np.diff(portion, prepend=-1)).tolist()
    return list(zip(edges, [*edges[1:], len(counts)], strict=True))
