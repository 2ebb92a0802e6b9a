"""Integer arrays are as exact as Python ints, and int64 wherever int64 is enough."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.arrays.integers import (
    LIMIT,
    IntArray,
    add,
    common_multiple,
    cumulative,
    floor_divide,
    gcd,
    multiply,
    narrow,
    peak,
    segment_sums,
    subtract,
    whole_numbers,
    widen,
)

edges = st.sampled_from([sign * (2**bits + off) for bits in (31, 32, 62, 63) for sign in (1, -1) for off in (-1, 0)])
numbers = st.one_of(st.integers(-9, 9), edges, st.integers(-(2**66), 2**66))
lists = st.lists(numbers, max_size=12)


def exactly(array: IntArray, expected: list[int]) -> bool:
    """The same numbers, in int64 if and only if all of them fit."""
    fits = all(abs(number) <= LIMIT for number in expected)
    return array.tolist() == expected and (array.dtype == np.int64) is fits


@given(st.lists(st.tuples(numbers, numbers), max_size=12))
@example([(LIMIT, 1)])
@example([(-LIMIT, 1)])
def test_arithmetic_of_two_arrays_is_exact(rows: list[tuple[int, int]]) -> None:
    left, right = whole_numbers([a for a, _ in rows]), whole_numbers([b for _, b in rows])
    assert exactly(add(left, right), [a + b for a, b in rows])
    assert exactly(subtract(left, right), [a - b for a, b in rows])
    assert exactly(multiply(left, right), [a * b for a, b in rows])


@given(lists, numbers)
def test_arithmetic_with_one_number_is_exact(values: list[int], number: int) -> None:
    array = whole_numbers(values)
    assert exactly(add(array, number), [value + number for value in values])
    assert exactly(subtract(array, number), [value - number for value in values])
    assert exactly(multiply(array, number), [value * number for value in values])


@given(st.lists(st.tuples(numbers, numbers.map(abs).filter(bool)), min_size=1, max_size=12))
def test_floors_and_divisors_are_exact(rows: list[tuple[int, int]]) -> None:
    left, right = whole_numbers([a for a, _ in rows]), whole_numbers([b for _, b in rows])
    divisor = rows[0][1]
    assert floor_divide(left, right).tolist() == [a // b for a, b in rows]
    assert floor_divide(left, divisor).tolist() == [a // divisor for a, _ in rows]
    assert all(a % g == b % g == 0 for (a, b), g in zip(rows, gcd(left, right).tolist(), strict=True))


@given(lists)
@example([LIMIT, -LIMIT, LIMIT])
@example([2**62, 2**62, 2**62])
@example([-(2**62), -(2**62), 2**62])
def test_running_totals_are_exact(values: list[int]) -> None:
    assert cumulative(whole_numbers(values)).tolist() == list(accumulate(values))


@given(st.lists(lists, max_size=6))
@example([[LIMIT, 1, -1], [], [LIMIT, LIMIT]])
def test_segment_totals_are_exact(segments: list[list[int]]) -> None:
    starts = np.cumsum([0, *map(len, segments)])[:-1]
    values = whole_numbers([value for segment in segments for value in segment])
    assert segment_sums(values, starts).tolist() == [sum(segment) for segment in segments]


def test_one_wide_number_does_not_make_wide_totals() -> None:
    values = np.array([LIMIT - 5, -(LIMIT - 5)] * 3, dtype=np.int64)
    assert cumulative(values).dtype == np.int64
    assert segment_sums(values, np.array([0, 2])).dtype == np.int64


@given(lists)
def test_narrow_undoes_widen(values: list[int]) -> None:
    array = whole_numbers(values)
    assert exactly(narrow(widen(array)), values)
    assert peak(array) == max(map(abs, values), default=0)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint8, np.uint64])
def test_integer_arrays_of_any_width_are_taken(dtype: type[np.integer]) -> None:
    top = int(np.iinfo(dtype).max)
    assert exactly(whole_numbers(np.array([0, top], dtype=dtype)), [0, top])


def test_the_lone_lowest_number_of_int64_is_wide() -> None:
    assert whole_numbers(np.array([-(2**63)])).dtype == np.object_
    assert subtract(whole_numbers([0]), whole_numbers([-(2**63)])).tolist() == [2**63]


@pytest.mark.parametrize("values", [[1.0], [1, None], [True], ["1"], np.array([1.5]), np.array([True])])
def test_what_is_not_a_whole_number_is_refused(values: list[int]) -> None:
    with pytest.raises(TypeError, match="a whole number is missing or inexact"):
        whole_numbers(values)


def test_a_common_multiple_too_wide_is_none() -> None:
    assert common_multiple(np.array([4, 6, 10])) == 60
    assert common_multiple(np.array([2**40, 3**30])) is None
    assert common_multiple(np.array([4, 6]), limit=11) is None
