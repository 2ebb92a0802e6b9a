"""Nearest ranks, means and medians of whole amounts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.quantiles import mean, median, nearest_rank

AMOUNTS = st.lists(st.integers(-(10**20), 10**20), min_size=1, max_size=40)
PARTS = st.fractions(0, 1, max_denominator=1000)


@given(AMOUNTS, PARTS)
def test_a_quantile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[int], part: Fraction) -> None:
    found = nearest_rank(values, part)
    assert found in values
    assert sum(value <= found for value in values) >= part * len(values)
    assert part == 0 or all(sum(v <= value for v in values) < part * len(values) for value in values if value < found)


def test_quantiles_worked_out_by_hand() -> None:
    values = [15, 20, 35, 40, 50]
    assert [nearest_rank(values, Fraction(p, 100)) for p in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]
    assert nearest_rank([7], Fraction(0)) == 7
    # 10% of ten is the first, 90% of ten the ninth: no value is made up between two.
    assert [nearest_rank(range(1, 11), Fraction(p, 10)) for p in (1, 5, 9)] == [1, 5, 9]


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert median([1, 2, 10, 3]) == Fraction(5, 2)
    assert median([3, 1, 2]) == 2
    assert mean([1, 2]) == Fraction(3, 2)


@pytest.mark.parametrize("ask", [mean, median, lambda values: nearest_rank(values, Fraction(1, 2))])
def test_nothing_has_no_quantile(ask) -> None:
    with pytest.raises(ValueError, match="of nothing"):
        ask([])


def test_a_part_lies_between_nothing_and_all() -> None:
    with pytest.raises(ValueError, match="no part of all"):
        nearest_rank([1], Fraction(3, 2))
