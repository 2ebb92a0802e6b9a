"""Sums, extremes and shares over stretches of rows equal the plain loop over the same rows."""

from fractions import Fraction
from itertools import accumulate, takewhile

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.arrays.exact import Column
from meed.engine.arrays.integers import LIMIT, Index
from meed.engine.arrays.segments import (
    PrefixSums,
    distinct_counts,
    range_extreme,
    running,
    segment_lengths,
    segment_sum,
    segmented_largest_remainder,
    streaks,
)

Value = Fraction | None

nums = st.one_of(st.integers(-9, 9), st.integers(-(2**64), 2**64), st.sampled_from([2**62, -(2**62), LIMIT, -LIMIT]))
# Divisors with a small common multiple, and some without any that fits.
dens = st.one_of(st.integers(1, 6), st.sampled_from([2**61 - 1, 2**31 - 1, 3**39]))
values = st.one_of(st.none(), st.builds(Fraction, nums), st.builds(Fraction, nums, dens))
segments = st.lists(st.lists(values, max_size=6), max_size=5)
ranges = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=12)


def starts_of(pieces: list[list[Value]]) -> Index:
    return np.cumsum([0, *map(len, pieces)])[:-1].astype(np.int64)


def column_of(pieces: list[list[Value]]) -> Column:
    """The rows over a divisor each, so that the shared divisor is found (or not) by the code itself."""
    rows = [value for piece in pieces for value in piece]
    known = np.array([value is not None for value in rows], dtype=np.bool_)
    return Column.of([v.numerator if v else 0 for v in rows], [v.denominator if v else 1 for v in rows], known)


def ints(numbers: list[int]) -> Index:
    return np.array(numbers, dtype=np.int64)


@given(segments)
@example([[], [Fraction(LIMIT), Fraction(1)], []])
def test_the_sum_of_a_segment_is_that_of_its_known_rows(pieces: list[list[Value]]) -> None:
    total = segment_sum(column_of(pieces), starts_of(pieces))
    assert total.to_fractions() == [sum((v for v in piece if v), Fraction(0)) for piece in pieces]


@given(segments)
def test_a_running_total_starts_again_in_each_segment(pieces: list[list[Value]]) -> None:
    totals = running(column_of(pieces), starts_of(pieces))
    assert totals.to_fractions() == [
        total for piece in pieces for total in accumulate(value or Fraction(0) for value in piece)
    ]


@given(st.lists(values, max_size=20), ranges)
def test_sums_and_extremes_of_ranges_are_those_of_their_rows(rows: list[Value], wanted: list[tuple[int, int]]) -> None:
    bounds = [sorted((min(a, len(rows)), min(b, len(rows)))) for a, b in wanted]
    lo, hi = ints([a for a, _ in bounds]), ints([b for _, b in bounds])
    within = [[value for value in rows[a:b] if value is not None] for a, b in bounds]
    column = column_of([rows])
    assert PrefixSums(column).between(lo, hi).to_fractions() == [sum(piece, Fraction(0)) for piece in within]
    assert range_extreme(column, lo, hi, highest=True).to_fractions() == [max(p, default=None) for p in within]
    assert range_extreme(column, lo, hi, highest=False).to_fractions() == [min(p, default=None) for p in within]


@given(st.lists(st.one_of(values, st.just(Fraction(0))), max_size=20), ranges)
def test_a_streak_counts_back_to_what_is_zero_or_not_known(rows: list[Value], wanted: list[tuple[int, int]]) -> None:
    pairs = [sorted((min(lo, len(rows)), min(hi, len(rows)))) for lo, hi in wanted]
    found = streaks(column_of([rows]), ints([lo for lo, _ in pairs]), ints([hi for _, hi in pairs]))
    assert found.tolist() == [len(list(takewhile(bool, reversed(rows[lo:hi])))) for lo, hi in pairs]


@given(st.lists(st.integers(0, 4), max_size=20), ranges)
def test_different_codes_of_a_range_are_counted_once_each(codes: list[int], wanted: list[tuple[int, int]]) -> None:
    pairs = [sorted((min(lo, len(codes)), min(hi, len(codes)))) for lo, hi in wanted]
    found = distinct_counts(ints(codes), ints([lo for lo, _ in pairs]), ints([hi for _, hi in pairs]))
    assert found.tolist() == [len(set(codes[lo:hi]) - {0}) for lo, hi in pairs]


@given(
    st.lists(st.integers(-9, 9) | st.sampled_from([LIMIT, -LIMIT, LIMIT - 1]), min_size=1, max_size=20),
    ranges,
)
def test_extremes_of_whole_numbers_over_one_divisor(rows: list[int], wanted: list[tuple[int, int]]) -> None:
    bounds = [sorted((min(a, len(rows)), min(b, len(rows)))) for a, b in wanted]
    lo, hi = ints([a for a, _ in bounds]), ints([b for _, b in bounds])
    column = Column.of(rows, 100)
    expected = [Fraction(max(rows[a:b]), 100) if a < b else None for a, b in bounds]
    assert range_extreme(column, lo, hi, highest=True).to_fractions() == expected
    lowest = [Fraction(min(rows[a:b]), 100) if a < b else None for a, b in bounds]
    assert range_extreme(column, lo, hi, highest=False).to_fractions() == lowest


def test_sums_of_int64_stay_int64() -> None:
    column, starts = Column.of(np.arange(10)), ints([0, 4])
    results = [segment_sum(column, starts), running(column, starts)]
    results.append(PrefixSums(column).between(ints([0]), ints([10])))
    assert [result.num.dtype for result in results] == [np.int64] * 3


def split(total: int, weights: list[Fraction], order: list[int]) -> list[int]:
    """The reference: floors first, then one more by remainder and order."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [abs(total) * weight / whole for weight in weights]
    ranked = sorted(range(len(weights)), key=lambda row: (exact[row] // 1 - exact[row], order[row], row))
    extra = abs(total) - sum(share // 1 for share in exact)
    shares = [exact[row] // 1 + (ranked.index(row) < extra) for row in range(len(weights))]
    return [-share for share in shares] if total < 0 else shares


weight_values = st.one_of(
    st.integers(0, 5).map(Fraction), st.builds(Fraction, st.integers(0, 2**64), dens), st.just(Fraction(0))
)
totals = st.one_of(
    st.integers(-20, 20), st.integers(-LIMIT, LIMIT), st.sampled_from([LIMIT, -LIMIT, 10**12, 2**63, -(10**25)])
)
teams = st.lists(st.tuples(totals, st.lists(st.tuples(weight_values, st.integers(0, 3)), max_size=6)), max_size=5)


@given(teams)
@example([(10, [(Fraction(1), 2), (Fraction(1), 1), (Fraction(1), 0)])])
@example([(2**63, [(Fraction(1), 0), (Fraction(2), 1)]), (-(10**25), [(Fraction(1), 0)] * 3)])
@example([(5, []), (-5, [(Fraction(1), 0), (Fraction(1), 1)]), (7, [])])
def test_a_split_is_that_of_the_plain_method(some: list[tuple[int, list[tuple[Fraction, int]]]]) -> None:
    pieces: list[list[Value]] = [[weight for weight, _ in rows] for _, rows in some]
    order = ints([place for _, rows in some for _, place in rows])
    parts = segmented_largest_remainder(
        Column.of([total for total, _ in some]), column_of(pieces), starts_of(pieces), order
    )
    expected = [split(total, [w for w, _ in rows], [place for _, place in rows]) for total, rows in some]
    assert parts.tolist() == [share for shares in expected for share in shares]


@given(teams)
def test_the_parts_add_up_to_the_whole(some: list[tuple[int, list[tuple[Fraction, int]]]]) -> None:
    pieces: list[list[Value]] = [[weight for weight, _ in rows] for _, rows in some]
    order = ints([place for _, rows in some for _, place in rows])
    starts = starts_of(pieces)
    wholes = Column.of([total for total, _ in some])
    parts = segmented_largest_remainder(wholes, column_of(pieces), starts, order)
    expected = [total if any(w for w, _ in rows) else 0 for total, rows in some]
    assert segment_sum(Column.of(parts), starts).to_fractions() == expected


def test_equal_remainders_go_by_the_declared_order() -> None:
    wholes, weights = Column.of([100]), Column.of([1, 1, 1])
    starts = ints([0])
    assert segmented_largest_remainder(wholes, weights, starts, ints([2, 1, 0])).tolist() == [33, 33, 34]
    assert segmented_largest_remainder(wholes, weights, starts, ints([0, 1, 2])).tolist() == [34, 33, 33]


def test_a_total_or_weight_that_is_not_known_gives_nothing() -> None:
    wholes = Column.of([7, 9], known=np.array([False, True]))
    weights = Column.of([1, 1, 1], known=np.array([True, True, False]))
    assert segmented_largest_remainder(wholes, weights, ints([0, 1]), ints([0, 1, 2])).tolist() == [0, 9, 0]


@pytest.mark.parametrize(
    ("total", "weights", "message"),
    [
        (Column.of([1]), Column.of([2, -1]), "a weight is negative"),
        (Column.of([1], 2), Column.of([1, 1]), "a total is not a whole number"),
    ],
)
def test_what_cannot_be_split_is_refused(total: Column, weights: Column, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        segmented_largest_remainder(total, weights, ints([0]), ints([0, 1]))


@pytest.mark.parametrize("starts", [[], [1], [0, 3, 2], [0, 5]])
def test_segments_cover_the_rows_in_order(starts: list[int]) -> None:
    column = Column.of([1, 2, 3, 4])
    for function in (segment_sum, running):
        with pytest.raises(ValueError, match="segments do not cover the rows"):
            function(column, ints(starts))


def test_lengths_of_segments_may_be_zero() -> None:
    assert segment_lengths(ints([0, 0, 2, 4]), 4).tolist() == [0, 2, 2, 0]


def test_a_range_does_not_end_before_it_starts() -> None:
    column = Column.of([1, 2, 3])
    with pytest.raises(ValueError, match="ends before it starts"):
        PrefixSums(column).between(ints([2]), ints([1]))
    with pytest.raises(ValueError, match="ends before it starts"):
        range_extreme(column, ints([2]), ints([1]), highest=True)
