"""Totals, running totals, extremes and exact shares over stretches of an exact column.

Rows are sorted so that each segment (a rep, a period of a rep, a team) is contiguous: `starts` holds their
first rows in ascending order, beginning with 0, and a segment ends where the next one starts. A range is any
stretch [lo, hi) of rows, and ranges may overlap. Rows that are not known count as absent: they add nothing to
a sum and are never an extreme, so a caller to whom missing is not zero asks `known` first.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .exact import Column
from .integers import (
    LIMIT,
    Index,
    IntArray,
    add,
    cumulative,
    floor_divide,
    is_wide,
    multiply,
    peak,
    segment_sums,
    subtract,
    widen,
)


def segment_sum(column: Column, starts: Index) -> Column:
    """The total of each segment, one row a segment; 0 for an empty one. Errors as in `segment_lengths`."""
    lengths = segment_lengths(starts, len(column))
    shared = column.unified()
    if shared is not None:
        return Column(segment_sums(shared.num, starts), shared.den)
    return Column.from_fractions([sum(piece, Fraction(0)) for piece in _pieces(column, starts, lengths)])


def running(column: Column, starts: Index) -> Column:
    """The total of its segment up to and including each row. Errors as in `segment_lengths`."""
    lengths = segment_lengths(starts, len(column))
    shared = column.unified()
    if shared is None:
        pieces = _pieces(column, starts, lengths)
        return Column.from_fractions([total for piece in pieces for total in accumulate(piece)])
    filled = lengths > 0
    totals, firsts = cumulative(shared.num), starts[filled]
    before = np.repeat(subtract(totals[firsts], shared.num[firsts]), lengths[filled])
    return Column(subtract(totals, before), shared.den)


def segment_lengths(starts: Index, rows: int) -> Index:
    """How many rows each segment has. Raises `ValueError` unless they cover the rows in order."""
    lengths = np.diff(starts, append=rows)
    if (rows and not len(starts)) or (len(starts) and starts[0] != 0) or (lengths < 0).any():
        raise ValueError("segments do not cover the rows: start at row 0 and ascend")
    return lengths


def _pieces(column: Column, starts: Index, lengths: Index) -> list[list[Fraction]]:
    values = [value or Fraction(0) for value in column.to_fractions()]
    bounds = zip(starts.tolist(), (starts + lengths).tolist(), strict=True)
    return [values[lo:hi] for lo, hi in bounds]


class PrefixSums:
    """Sums over any ranges of one column, prepared once.

    Where the rows share no divisor of a sensible size, a range is put together from stretches of 1, 2, 4 and
    more rows instead: a running total over all rows would collect the divisors of all of them.
    """

    __slots__ = ("_bound", "_column", "_reach", "_totals")

    def __init__(self, column: Column) -> None:
        shared = column.unified()
        self._column = column if shared is None else shared
        self._totals: IntArray | None = None
        self._bound = 0
        self._reach: int | None = None
        if shared is not None:
            self._totals = np.concatenate([np.zeros(1, dtype=np.int64), cumulative(shared.num)])
            self._bound = 2 * peak(self._totals)
            self._reach = self._bound if self._bound <= LIMIT else None

    @property
    def is_prepared(self) -> bool:
        """Whether each range costs a subtraction only."""
        return self._totals is not None

    def between(self, lo: Index, hi: Index) -> Column:
        """The sum over each range [lo, hi), 0 for an empty one. Raises `ValueError` where lo > hi."""
        _check_ranges(lo, hi)
        if self._totals is None:
            return Column.from_fractions(self._by_doubling(lo, hi))
        return Column(subtract(self._totals[hi], self._totals[lo], self._bound), self._column.den, bound=self._reach)

    def _by_doubling(self, lo: Index, hi: Index) -> list[Fraction]:
        every = _pieces(self._column, np.zeros(1, dtype=np.int64), np.array([len(self._column)]))
        stretches: NDArray[Any] = np.array(every[0], dtype=np.object_)
        sums: NDArray[Any] = np.full(len(lo), Fraction(0), dtype=np.object_)
        at, left, size = lo.copy(), hi - lo, 1
        while left.any():
            odd = (left & size) > 0
            sums[odd] += stretches[at[odd]]
            at[odd] += size
            left[odd] -= size
            if left.any():
                stretches = stretches[:-size] + stretches[size:]
            size *= 2
        return sums.tolist()


def range_extreme(column: Column, lo: Index, hi: Index, highest: bool) -> Column:
    """The highest (or lowest) known value of each range [lo, hi); not known where there is none.

    The work is that of the rows times the doublings in the longest range, however much the ranges overlap.
    Raises `ValueError` where lo > hi.
    """
    _check_ranges(lo, hi)
    signed = column if highest else -column
    if isinstance(signed.den, int) and not is_wide(signed.num) and signed.reach() <= LIMIT:
        nothing = -signed.reach() - 1
        values = signed.num if signed.known is None else np.where(signed.known, signed.num, nothing)
        best = _range_maximum(values, lo, hi, nothing)
        extreme = Column(best, signed.den).with_known(best != nothing)
        return extreme if highest else -extreme
    ranks = column.dense_rank(descending=not highest)
    row_of_rank = np.full(int(ranks.max(initial=0)) + 1, -1, dtype=np.int64)
    row_of_rank[ranks] = np.arange(len(ranks))  # for rank 0, no row or one that is not known
    return column.take(row_of_rank[_range_maximum(ranks, lo, hi, 0)])


def streaks(column: Column, lo: Index, hi: Index) -> Index:
    """How many of the last rows of each range [lo, hi) in a row are known and not zero."""
    _check_ranges(lo, hi)
    broken = column.num == 0
    if column.known is not None:
        broken = broken | ~column.known
    last = np.maximum.accumulate(np.r_[-1, np.where(broken, np.arange(len(column)), -1)])
    return (hi - 1 - np.maximum(last[hi], lo - 1)).astype(np.int64)


def distinct_counts(codes: Index, lo: Index, hi: Index) -> Index:
    """How many different codes (from 1; 0 counts as none) each range [lo, hi) holds."""
    _check_ranges(lo, hi)
    counts = hi - lo
    reader = np.repeat(np.arange(len(lo), dtype=np.int64), counts)
    at = np.arange(len(reader)) + np.repeat(lo - (np.cumsum(counts) - counts), counts)
    found = codes[at].astype(np.int64)
    pairs = np.unique(np.stack([reader[found > 0], found[found > 0]]), axis=1)
    return np.bincount(pairs[0], minlength=len(lo)).astype(np.int64)


def _range_maximum(values: Index, lo: Index, hi: Index, nothing: int) -> Index:
    """The largest number of each range: that of the two stretches of 2^k rows that together cover it."""
    best = np.full(len(lo), nothing, dtype=np.int64)
    lengths = hi - lo
    longest = int(lengths.max(initial=0))
    size, stretches = 1, values
    while size <= longest:
        here = (lengths >= size) & (lengths < 2 * size)
        best[here] = np.maximum(stretches[lo[here]], stretches[hi[here] - size])
        if 2 * size <= longest:
            stretches = np.maximum(stretches[:-size], stretches[size:])
        size *= 2
    return best


def _check_ranges(lo: Index, hi: Index) -> None:
    if (lo > hi).any():
        raise ValueError("a range of rows ends before it starts: put its first row before its last")


def segmented_largest_remainder(total: Column, weights: Column, starts: Index, order: Index) -> IntArray:
    """Each segment's total split among its rows by their weights, in whole numbers that add up to it.

    Hamilton's method: every row gets the floor of its exact share, and what is left goes one by one to the
    largest remainders, equal ones in ascending `order` (then by row). A negative total is split like its
    magnitude. A segment whose weights are all 0 gives 0 to every row, and so does a total that is not known.

    `total`: whole numbers, one a segment; `weights`: not negative, one a row; `order`: one number a row.
    Raises `ValueError` for a negative weight, for a total with a fraction, and for segments as in
    `segment_lengths`.
    """
    lengths = segment_lengths(starts, len(weights))
    if (weights.num < 0).any():
        raise ValueError("a weight is negative: shares of a total need weights of 0 or more")
    if not total.is_integer:
        raise ValueError("a total is not a whole number: round it before it is split")
    wholes = total.floor_int()
    parts = _whole_weights(weights, starts, lengths)
    sums = segment_sums(parts, starts)
    segment = np.repeat(np.arange(len(starts)), lengths)
    divisors = np.where(sums > 0, sums, 1)[segment]
    products = multiply(parts, np.abs(wholes)[segment])
    shares = floor_divide(products, divisors)
    rests = subtract(products, multiply(shares, divisors))
    split = np.where(sums > 0, np.abs(wholes), 0)
    left = subtract(split, segment_sums(shares, starts)).astype(np.int64)  # less than one a row
    shares = add(shares, _one_more(rests, left[segment], segment, order))
    return np.where(wholes[segment] < 0, -shares, shares)


def _whole_weights(weights: Column, starts: Index, lengths: Index) -> IntArray:
    """Whole numbers in the proportions that the weights have within each segment."""
    shared = weights.unified()
    if shared is not None or isinstance(weights.den, int):
        return weights.num if shared is None else shared.num
    filled = lengths > 0
    multiples = np.lcm.reduceat(widen(weights.den), starts[filled])
    return multiply(weights.num, np.repeat(multiples, lengths[filled]) // weights.den)


def _one_more(rests: IntArray, left: Index, segment: Index, order: Index) -> Index:
    """1 for the rows with the largest rests of a segment, as many as `left` says in each of its rows."""
    extra = np.zeros(len(rests), dtype=np.int64)
    rows = np.flatnonzero((left > 0) & (rests > 0))
    if len(rows):
        ranked = rows[np.lexsort((order[rows], -rests[rows], segment[rows]))]
        firsts = np.flatnonzero(np.diff(segment[ranked], prepend=-1))
        place = np.arange(len(ranked)) - np.repeat(firsts, np.diff(firsts, append=len(ranked)))
        extra[ranked[place < left[ranked]]] = 1
    return extra
