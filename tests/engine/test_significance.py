"""Chance: the chi-square tail, and many tests at once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.fairness.significance import chi_square, chi_square_tail, holm


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        # Abramowitz & Stegun, table 26.8: the upper tails 5%, 1% and 0.1%.
        ("3.84146", 1, "0.05"),
        ("5.99146", 2, "0.05"),
        ("15.0863", 5, "0.01"),
        ("18.3070", 10, "0.05"),
        ("29.5883", 10, "0.001"),
        ("43.7730", 30, "0.05"),
        ("0.0000393", 1, "0.995"),
    ],
)
def test_the_tail_is_that_of_the_printed_tables(statistic: str, freedom: int, tail: str):
    assert abs(chi_square_tail(Fraction(statistic), freedom) - Decimal(tail)) < Decimal("0.00001")


def test_two_degrees_of_freedom_are_an_exponential():
    for statistic in (1, 10, 200, 1500):
        exact = (-Decimal(statistic) / 2).exp()
        assert abs(chi_square_tail(Fraction(statistic), 2) / exact - 1) < Decimal("1e-14")
    assert chi_square_tail(Fraction(10**9), 2) == 0


def test_as_expected_is_no_surprise_and_a_test_needs_two_places():
    assert chi_square([5, 5], [5, 5]).p == 1
    with pytest.raises(ValueError, match="two places or more"):
        chi_square([5], [5])
    with pytest.raises(ValueError, match="above zero"):
        chi_square([5, 5], [10, 0])


@given(st.dictionaries(st.text(max_size=3), st.fractions(0, 1), max_size=8))
def test_holm_never_lowers_and_keeps_the_order(p_values: dict[str, Fraction]):
    adjusted = holm(p_values)
    assert list(adjusted) == list(p_values)
    assert all(p_values[name] <= adjusted[name] <= 1 for name in p_values)
    ranked = sorted(p_values, key=lambda name: (p_values[name], name))
    assert sorted(adjusted[name] for name in ranked) == [adjusted[name] for name in ranked]


def test_holm_gives_the_example_of_the_textbook():
    # 0.01, 0.04, 0.03 and 0.005: times 4, 3, 2, 1 from the smallest, never falling.
    found = holm({"a": Fraction(1, 100), "b": Fraction(4, 100), "c": Fraction(3, 100), "d": Fraction(5, 1000)})
    assert found == {"a": Fraction(3, 100), "b": Fraction(6, 100), "c": Fraction(6, 100), "d": Fraction(2, 100)}
