"""Weights as whole numbers in the same proportions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.weights import NothingToShare, integer_weights, sharing_weights

fractions = st.fractions(min_value=0, max_value=1000, max_denominator=60)


@given(st.lists(fractions, max_size=8))
def test_whole_weights_keep_every_proportion_exactly(weights: list[Fraction]):
    whole = integer_weights(weights)
    assert len(whole) == len(weights)
    for first, first_whole in zip(weights, whole, strict=True):
        for second, second_whole in zip(weights, whole, strict=True):
            assert first * second_whole == second * first_whole
        assert (first_whole > 0) == (first > 0)


@given(st.lists(st.integers(min_value=0, max_value=10**30), max_size=8))
def test_whole_weights_come_back_unchanged(weights: list[int]):
    assert integer_weights(weights) == weights


def test_the_common_denominator_is_the_lowest():
    assert integer_weights([Fraction(1, 2), Fraction(1, 3), 1]) == [3, 2, 6]
    assert integer_weights([Fraction(1, 4), Fraction(3, 4)]) == [1, 3]


def test_a_negative_weight_is_refused_by_its_place():
    with pytest.raises(ValueError, match="weight 2 is `-1/2`"):
        integer_weights([1, Fraction(-1, 2)])


@pytest.mark.parametrize("weights", [[], [0], [0, Fraction(0)]])
def test_nothing_can_be_shared_without_a_weight_above_zero(weights: list[int | Fraction]):
    with pytest.raises(NothingToShare, match="give at least one a weight above 0"):
        sharing_weights(weights)
