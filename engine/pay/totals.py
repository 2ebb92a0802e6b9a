"""What a run pays in total, by statement and by rep: sums of whole columns of lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arrays.integers import Codes, Index, IntArray, joined, segment_sums
from ..arrays.ordering import distinct
from ..calendar.periods import Period

if TYPE_CHECKING:
    from .simulation import Run

__all__ = ["StatementTotals", "rep_totals", "statement_totals"]


@dataclass(frozen=True, slots=True, eq=False)
class StatementTotals:
    """A total for each rep and period, by rep, then period: `rep` (row), `period` (place in `periods`), `amount`."""

    periods: tuple[Period, ...]
    rep: Index
    period: Index
    amount: IntArray


def statement_totals(run: Run) -> StatementTotals:
    """One for each rep and period in which a scheme pays the rep, zero or not.

    A rep whom no scheme pays has one, for the whole period of the run, of zero.
    """
    reps = len(run.facts.table("rep"))
    periods = tuple(sorted({run.period, *(period for cells in run.members for period in cells.periods)}))
    place = {period: number for number, period in enumerate(periods)}
    rep = joined([cells.frame.rows["rep"] for cells in run.members]).astype(np.int64)
    codes = [np.array([place[period] for period in cells.periods], dtype=np.int64) for cells in run.members]
    period = joined([code[cells.period] for code, cells in zip(codes, run.members, strict=True)]).astype(np.int64)
    absent = np.setdiff1d(np.arange(reps), rep)
    rep = np.concatenate([rep, absent])
    period = np.concatenate([period, np.full(len(absent), place[run.period], dtype=np.int64)])
    first, _ = distinct(rep, period)
    rep, period = rep[first], period[first]
    own = np.array([place[one] for one in run.lines.periods], dtype=np.int64)
    starts = _starts(run.lines.rep, run.lines.period)
    sums = segment_sums(run.lines.amount, starts)
    amount = np.zeros(len(rep), dtype=sums.dtype)
    named = run.lines.rep[starts].astype(np.int64) * len(periods) + own[run.lines.period[starts]]
    amount[np.searchsorted(rep * len(periods) + period, named)] = sums
    return StatementTotals(periods, rep, period, amount)


def rep_totals(run: Run) -> IntArray:
    """The sum of the lines of each rep, by row."""
    starts = _starts(run.lines.rep)
    sums = segment_sums(run.lines.amount, starts)
    totals = np.zeros(len(run.facts.table("rep")), dtype=sums.dtype)
    totals[run.lines.rep[starts]] = sums
    return totals


def _starts(*keys: Codes) -> Index:
    """The first rows of each stretch in which the keys stay as they are."""
    fresh = np.ones(len(keys[0]), dtype=np.bool_)
    fresh[1:] = False
    for key in keys:
        fresh[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(fresh).astype(np.int64, copy=False)
