"""Readings of an account of which each reader counts only some rows: those for which a condition of both holds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ...dsl.types import Type
from ..arrays.integers import Index
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING
from ..frames import Frame, Values, rows_of
from .ledgers import Ledger, key_of

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["is_named", "latest_named", "pairs", "picked"]

_MOST_PAIRS = 1 << 22


def picked(
    ev: Columns, node: c.ReadAccount, where: c.Expr, ledger: Ledger, frame: Frame, recipients: Index,
    stretch: tuple[Index, Index],
) -> Values:  # fmt: skip
    """The reading of each reader over the rows of its stretch of postings for which `where` holds.

    Readers and their rows are laid out as pairs, at most some four million at a time.
    """
    low, high = stretch
    readers, at = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for first, after in _portions(high - low):
        reader, place = pairs(low[first:after], high[first:after])
        reader = reader + first
        both = frame.only(reader)
        both.rows[node.row or ledger.account.kind] = ledger.rows[place]
        holds = ev.mask(where, both)
        readers.append(reader[holds])
        at.append(place[holds])
    reader, place = np.concatenate(readers), np.concatenate(at)
    keys = key_of(reader, ledger.times_of(place))
    kept = Ledger(ledger.account, keys, ledger.rows[place], ledger.values.take(place))
    begin, end = (np.full(len(frame), edge, dtype=np.int64) for edge in (BEGINNING, -BEGINNING))
    if node.reading == "latest" and is_named(node.type):
        return latest_named(ev, kept, *kept.between(np.arange(len(frame), dtype=np.int64), begin, end))
    made = kept.reading(node.reading, np.arange(len(frame), dtype=np.int64), begin, end)
    return made.with_known(recipients >= 0)


def is_named(type_: Type) -> bool:
    """Whether values are rows or texts, of which a ledger keeps only what tells them apart."""
    return type_.name in {"ref", "text", "key"}


def latest_named(ev: Columns, ledger: Ledger, low: Index, high: Index) -> Values:
    """What the last row of each stretch of postings names, a row or a text; missing where there is none."""
    there = high > low
    at = high[there] - 1
    day = ledger.times_of(at) // SECONDS_PER_DAY * SECONDS_PER_DAY
    found = ev.value(ledger.account.value, Frame({ledger.account.kind: ledger.rows[at]}, day, day + SECONDS_PER_DAY))
    place = np.full(len(low), -1, dtype=np.int64)
    place[there] = np.arange(len(at))
    return rows_of(found, place)


def pairs(low: Index, high: Index) -> tuple[Index, Index]:
    """Every reader as often as it has postings, beside the place of each."""
    counts = high - low
    reader = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    return reader, low[reader] + np.arange(len(reader), dtype=np.int64) - before[reader]


def _portions(counts: Index) -> list[tuple[int, int]]:
    """Stretches of readers of about so many pairs; a single reader is never parted."""
    portion = np.cumsum(counts) // _MOST_PAIRS
    edges = [*np.flatnonzero(np.diff(portion, prepend=-1)).tolist(), len(counts)]
    return list(pairwise(edges))
