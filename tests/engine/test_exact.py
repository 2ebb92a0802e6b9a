"""A column is its fractions: every operation equals Fraction arithmetic row by row, whatever the widths."""

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.arrays.exact import Column, where
from meed.engine.arrays.integers import LIMIT, whole_numbers
from meed.engine.arrays.rounding import MODES, round_fraction

Value = Fraction | None
Case = tuple[Column, list[Value]]

nums = st.one_of(
    st.integers(-9, 9),
    st.integers(-(2**66), 2**66),
    st.sampled_from([sign * (2**bits + off) for bits in (31, 62, 63) for sign in (1, -1) for off in (-1, 0, 1)]),
)
dens = st.one_of(st.integers(1, 12), st.sampled_from([100, 2**31, 2**62 - 1, LIMIT, 2**63, 2**65]))
factors = st.one_of(st.fractions(max_denominator=12), st.builds(Fraction, nums, dens))


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Case:
    """A column over one divisor or over many, all known or not, and what it should hold."""
    values = draw(st.lists(nums, min_size=rows, max_size=rows))
    den = draw(st.one_of(dens, st.lists(dens, min_size=rows, max_size=rows)))
    mask = draw(st.one_of(st.none(), st.lists(st.booleans(), min_size=rows, max_size=rows)))
    known = [True] * rows if mask is None else mask
    each = [den] * rows if isinstance(den, int) else den
    expected = [Fraction(n, d) if k else None for n, d, k in zip(values, each, known, strict=True)]
    return Column.of(values, den, None if mask is None else np.array(mask, dtype=np.bool_)), expected


def several(count: int) -> st.SearchStrategy[list[Case]]:
    """Columns of one length."""
    return st.integers(0, 6).flatmap(lambda rows: st.lists(columns(rows), min_size=count, max_size=count))


def holds(column: Column, expected: list[Value]) -> bool:
    """The values, and the form: not known is 0, positive divisors, wide only where a number is wide."""
    if column.known is not None:
        assert not column.num[~column.known].any()
    parts = [column.num] if isinstance(column.den, int) else [column.num, column.den]
    assert all(part.dtype in (np.int64, np.object_) for part in parts)
    assert np.all(np.asarray(column.den) > 0)
    assert column.bound is None or all(abs(number) <= column.bound for number in column.num.tolist())
    return column.to_fractions() == expected


def rowwise(operation: Callable[..., Any], *sides: list[Value]) -> list[Value]:
    return [None if None in row else operation(*row) for row in zip(*sides, strict=True)]


@given(several(2), st.sampled_from([operator.add, operator.sub, operator.mul]))
def test_arithmetic_is_that_of_fractions(cases: list[Case], operation: Callable[..., Any]) -> None:
    (left, lefts), (right, rights) = cases
    assert holds(operation(left, right), rowwise(operation, lefts, rights))


@given(several(3))
def test_results_can_be_used_again(cases: list[Case]) -> None:
    (a, xs), (b, ys), (c, zs) = cases
    assert holds((a * b + c) * (a - c), rowwise(lambda x, y, z: (x * y + z) * (x - z), xs, ys, zs))


@given(several(2))
def test_a_quotient_is_exact_and_not_known_over_zero(cases: list[Case]) -> None:
    (left, lefts), (right, rights) = cases
    expected = [y and (None if x is None else x / y) for x, y in zip(lefts, rights, strict=True)]
    assert holds(left.divide(right), [None if y == 0 else q for q, y in zip(expected, rights, strict=True)])


@given(several(1), factors)
def test_a_factor_or_a_constant_scales_every_row(cases: list[Case], factor: Fraction) -> None:
    ((column, values),) = cases
    constant = Column.constant(factor, len(column))
    assert holds(constant, [factor] * len(column))
    products = rowwise(lambda value: value * factor, values)
    assert holds(column.scale(factor), products)
    assert holds(column * constant, products)
    assert holds(-column, rowwise(operator.neg, values))
    if factor:
        assert holds(column.divide(constant), rowwise(lambda value: value / factor, values))


@given(several(2))
def test_comparisons_are_exact_and_false_where_not_known(cases: list[Case]) -> None:
    (left, lefts), (right, rights) = cases
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        expected = rowwise(getattr(operator, name), lefts, rights)
        assert getattr(left, name)(right).tolist() == [bool(relation) for relation in expected]


def test_neighbours_that_a_double_cannot_tell_apart_compare() -> None:
    left = Column.of([10**17, 10**17 + 1], [3 * 10**16, 3 * 10**16 + 1])
    right = Column.constant(Fraction(10, 3), 2)
    assert left.eq(right).tolist() == [True, False]
    assert left.lt(right).tolist() == [False, True]


@given(several(2))
def test_the_smaller_and_the_larger_are_chosen_row_by_row(cases: list[Case]) -> None:
    (left, lefts), (right, rights) = cases
    assert holds(left.minimum(right), rowwise(min, lefts, rights))
    assert holds(left.maximum(right), rowwise(max, lefts, rights))


@given(several(3), st.lists(st.booleans(), min_size=6, max_size=6))
def test_rows_come_from_where_the_mask_says(cases: list[Case], marks: list[bool]) -> None:
    (left, lefts), (right, rights), (other, others) = cases
    mask = np.array(marks[: len(left)], dtype=np.bool_)
    chosen = [x if mark else y for mark, x, y in zip(mask, lefts, rights, strict=True)]
    picked = where(mask, left, right)
    assert holds(picked, chosen)
    assert holds(left.with_known(mask), [x if mark else None for mark, x in zip(mask, lefts, strict=True)])
    filled = [z if x is None else x for x, z in zip(chosen, others, strict=True)]
    assert holds(picked.fill(other), filled)


@given(several(1), st.lists(st.integers(-1, 5), max_size=9))
def test_rows_are_taken_in_any_order_and_minus_one_is_not_known(cases: list[Case], places: list[int]) -> None:
    ((column, values),) = cases
    index = [place for place in places if place < len(column)]
    expected = [None if place < 0 else values[place] for place in index]
    assert holds(column.take(np.array(index, dtype=np.int64)), expected)


@given(several(1))
def test_ranks_are_in_the_exact_order_of_the_values(cases: list[Case]) -> None:
    ((column, values),) = cases
    ascending = sorted({value for value in values if value is not None})
    ranks = [0 if value is None else ascending.index(value) + 1 for value in values]
    assert column.dense_rank().tolist() == ranks
    falling = [0 if not rank else len(ascending) + 1 - rank for rank in ranks]
    assert column.dense_rank(descending=True).tolist() == falling
    assert column.dense_rank().dtype == np.int64


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**12))
def test_close_fractions_do_not_share_a_rank(num: int, den: int, factor: int) -> None:
    near = Column.of([num * factor, num * factor, num], [den * factor, den * factor + 1, den])
    assert near.dense_rank().tolist() == [2, 1, 2]


@given(several(1), st.integers(1, 100), st.sampled_from(MODES))
def test_a_column_rounds_like_its_values(cases: list[Case], step: int, mode: str) -> None:
    ((column, values),) = cases
    expected = [0 if value is None else round_fraction(value, step, mode) for value in values]
    assert column.rounded(step, mode).tolist() == expected
    assert column.floor_int().tolist() == [0 if value is None else value // 1 for value in values]
    assert column.is_integer is all(value is None or value.denominator == 1 for value in values)


@given(several(1))
def test_other_forms_hold_the_same_values(cases: list[Case]) -> None:
    ((column, values),) = cases
    reduced, unified = column.reduced(), column.unified()
    assert holds(reduced, values)
    assert np.all(np.asarray(reduced.den) <= np.asarray(column.den))
    if unified is not None:
        assert isinstance(unified.den, int)
        assert holds(unified, values)


@given(st.lists(st.one_of(st.none(), st.fractions(), st.builds(Fraction, nums, dens)), max_size=6))
@example([Fraction(1, 2**62 - 1), Fraction(1, 3**39), None])
def test_fractions_make_a_column_and_come_back(values: list[Value]) -> None:
    assert holds(Column.from_fractions(values), values)


def test_divisors_that_become_equal_become_one() -> None:
    column = Column.of([2, 4, 9], [6, 12, 27])
    assert column.reduced().den == 3
    assert column.unified() is not None


def test_sums_that_outgrow_int64_come_back_when_they_fit() -> None:
    large = Column.of([LIMIT, -LIMIT])
    wide = large + large
    assert wide.num.dtype == np.object_
    assert (wide - large).num.dtype == np.int64
    assert (large * Column.of([3, 3], 3)).num.dtype == np.int64


def test_money_at_a_rate_stays_in_int64_over_one_divisor() -> None:
    amounts = Column.of(np.array([120_000_000, 99], dtype=np.int64))
    paid = amounts.scale(Fraction(8, 100)) + amounts * Column.constant(Fraction(5, 1000), 2)
    assert isinstance(paid.den, int)
    assert paid.num.dtype == np.int64
    assert paid.to_fractions() == [Fraction(10_200_000), Fraction(8415, 1000)]


def test_the_lowest_int64_does_not_wrap_even_when_given_as_it_is() -> None:
    raw = Column(np.array([-(2**63)]))
    assert (-raw).to_fractions() == [2**63]
    assert raw.divide(raw).to_fractions() == [1]
    assert raw.divide(Column.of([3])).to_fractions() == [Fraction(-(2**63), 3)]


@pytest.mark.parametrize("den", [0, -1, [1, 0], [-5, 1]])
def test_a_divisor_is_positive(den: int | list[int]) -> None:
    with pytest.raises(ValueError, match="is not positive: move its sign to the number above it"):
        Column.of([1, 2], den)


def test_inexact_numbers_make_no_column() -> None:
    with pytest.raises(TypeError, match="use fractions"):
        Column.of([1.5])  # pyright: ignore[reportArgumentType]


def test_mixed_lists_of_large_numbers_stay_exact() -> None:
    assert Column.of([2**63, -1, 2**53 + 1]).to_fractions() == [2**63, -1, 2**53 + 1]
    assert whole_numbers([2**64, 1]).tolist() == [2**64, 1]
