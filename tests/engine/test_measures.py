"""Measures of evenness: exact, and equal to their definitions."""

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.measures import (
    cv_squared,
    four_fifths,
    gini,
    jain,
    per_entitlement,
    selection_rates,
)

values = st.lists(
    st.one_of(st.integers(min_value=0, max_value=10**6), st.fractions(min_value=0, max_value=99, max_denominator=12)),
    min_size=1,
    max_size=8,
)
some_values = values.filter(any)


@given(some_values)
def test_jain_lies_between_one_nth_and_one_and_mirrors_the_variation(x: list[int | Fraction]):
    assert Fraction(1, len(x)) <= jain(x) <= 1
    assert jain(x) * (1 + cv_squared(x)) == 1


@given(some_values)
def test_cv_squared_is_variance_over_squared_mean(x: list[int | Fraction]):
    mean = sum(map(Fraction, x)) * Fraction(1, len(x))
    variance = sum((value - mean) ** 2 for value in x) * Fraction(1, len(x))
    assert cv_squared(x) * mean**2 == variance


@given(some_values)
def test_gini_is_half_the_mean_difference_over_the_mean(x: list[int | Fraction]):
    differences = sum(abs(Fraction(first) - second) for first in x for second in x)
    assert gini(x) * 2 * len(x) * sum(map(Fraction, x)) == differences
    assert 0 <= gini(x) <= 1 - Fraction(1, len(x))


@given(some_values, st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9), st.randoms())
def test_measures_depend_neither_on_unit_nor_on_order(x: list[int | Fraction], unit: Fraction, random: Random):
    other = [value * unit for value in x]
    random.shuffle(other)
    assert (jain(other), gini(other), cv_squared(other)) == (jain(x), gini(x), cv_squared(x))


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=0, max_value=9))
def test_k_of_n_with_all_of_it_is_k_nths(k: int, others: int):
    x = [5] * k + [0] * others
    assert jain(x) == Fraction(k, k + others)
    assert gini(x) == Fraction(others, k + others)


def test_nothing_for_everybody_is_even():
    assert (jain([0, 0]), gini([0, 0]), cv_squared([0, 0])) == (1, 0, 0)


@pytest.mark.parametrize("measure", [jain, gini, cv_squared])
def test_nothing_and_less_than_nothing_are_refused(measure: Callable[[list[int]], Fraction]):
    with pytest.raises(ValueError, match="there is nothing to measure"):
        measure([])
    with pytest.raises(ValueError, match="`-1` is below zero"):
        measure([3, -1])


def test_a_part_timer_with_the_fair_share_stands_at_one():
    assert per_entitlement({"ann": 8, "bo": 3}, {"bo": Fraction(4), "ann": 8, "cy": 1}) == {
        "bo": Fraction(3, 4),
        "ann": Fraction(1),
        "cy": Fraction(0),
    }


def test_who_was_owed_nothing_is_never_left_out_silently():
    with pytest.raises(ValueError, match="`bo` received something but has no entitlement"):
        per_entitlement({"bo": 1}, {"ann": 1})
    with pytest.raises(ValueError, match="`ann` was owed `0`"):
        per_entitlement({}, {"ann": 0})


@given(st.integers(min_value=1, max_value=10**30))
def test_exactly_four_fifths_is_not_adverse_and_one_less_is(unit: int):
    rates = four_fifths({"most": 5 * unit, "exact": 4 * unit, "less": 4 * unit - 1})
    assert [rate.adverse for rate in rates] == [False, False, True]
    assert rates[1].ratio == Fraction(4, 5)


@given(st.dictionaries(st.sampled_from("abcde"), st.fractions(0, 1, max_denominator=30), min_size=1))
def test_adverse_is_a_ratio_under_four_fifths(rates: dict[str, Fraction]):
    found = four_fifths(rates)
    assert [rate.group for rate in found] == list(rates)
    assert max(rate.ratio for rate in found) == 1
    for rate in found:
        assert rate.adverse == (rate.ratio < Fraction(4, 5))


def test_rates_come_from_counts():
    assert selection_rates({"a": (48, 80), "b": (12, 16)}) == {"a": Fraction(3, 5), "b": Fraction(3, 4)}
    # 3/5 of 3/4 is exactly four fifths
    assert not any(rate.adverse for rate in four_fifths(selection_rates({"a": (48, 80), "b": (12, 16)})))


@pytest.mark.parametrize("counts", [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_counts_that_are_no_proportion_are_refused(counts: tuple[int, int]):
    with pytest.raises(ValueError, match="group `a` has"):
        selection_rates({"a": counts})


def test_four_fifths_needs_a_group():
    with pytest.raises(ValueError, match="there is nothing to measure"):
        four_fifths({})
