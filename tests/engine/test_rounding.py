"""One meaning of each rounding mode, for one value and for columns."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meed.engine.arrays.integers import whole_numbers
from meed.engine.arrays.rounding import MODES, round_fraction, round_ratio

DECIMAL_MODES = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}
modes = st.sampled_from(MODES)
steps = st.one_of(st.integers(1, 1000), st.integers(2**60, 2**66))
small, large = st.integers(-50, 50), st.integers(-(2**70), 2**70)
edges = st.sampled_from([sign * (2**63 + off) for sign in (1, -1) for off in (-2, -1, 0, 1)])
nums = st.one_of(small, edges, large)
dens = st.one_of(st.integers(1, 20), st.integers(2**61, 2**66), st.just(2**63 - 1))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9), modes)
@example(Decimal("-2.5"), "half_up")
@example(Decimal("2.5"), "half_even")
def test_every_mode_is_that_of_decimal_arithmetic(value: Decimal, mode: str) -> None:
    expected = int(value.quantize(Decimal(1), rounding=DECIMAL_MODES[mode]))
    assert round_fraction(Fraction(value), 1, mode) == expected


@given(st.fractions(), steps, modes)
def test_a_rounded_value_is_a_multiple_less_than_a_step_away(value: Fraction, step: int, mode: str) -> None:
    rounded = round_fraction(value, step, mode)
    assert rounded % step == 0
    assert abs(rounded - value) < step
    if mode.startswith("half"):
        assert 2 * abs(rounded - value) <= step


@given(st.fractions(), steps)
def test_modes_of_magnitude_are_symmetric_around_zero(value: Fraction, step: int) -> None:
    for mode in ("half_up", "half_even", "up", "down"):
        assert round_fraction(-value, step, mode) == -round_fraction(value, step, mode)
    assert round_fraction(-value, step, "floor") == -round_fraction(value, step, "ceiling")


@given(st.lists(nums, max_size=8), dens, steps, modes)
@example([3, -3, 1, -1], 2, 1, "half_up")
@example([2**63 - 1, -(2**63) + 1], 2, 1, "half_up")
def test_a_column_over_one_divisor_rounds_like_its_values(values: list[int], den: int, step: int, mode: str) -> None:
    expected = [round_fraction(Fraction(num, den), step, mode) for num in values]
    assert round_ratio(whole_numbers(values), den, step, mode).tolist() == expected


@given(st.lists(st.tuples(nums, dens), max_size=8), steps, modes)
def test_a_column_over_many_divisors_rounds_like_its_values(
    ratios: list[tuple[int, int]], step: int, mode: str
) -> None:
    num, den = whole_numbers([num for num, _ in ratios]), whole_numbers([den for _, den in ratios])
    expected = [round_fraction(Fraction(num, den), step, mode) for num, den in ratios]
    assert round_ratio(num, den, step, mode).tolist() == expected


def test_a_result_that_fits_is_int64() -> None:
    wide = np.array([2**70, 5], dtype=np.object_)
    assert round_ratio(wide, 2**20).dtype == np.int64
    assert round_ratio(wide, 2).dtype == np.object_


def test_a_tie_goes_away_from_zero_by_default() -> None:
    assert [round_fraction(Fraction(n, 2)) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
    assert [round_fraction(Fraction(n, 2), mode="half_even") for n in (-3, -1, 1, 3)] == [-2, 0, 0, 2]


@pytest.mark.parametrize(
    ("step", "mode", "message"),
    [
        (
            1,
            "nearest",
            "unknown rounding mode `nearest`: use one of half_up, half_even, up, down, floor, ceiling",
        ),
        (0, "up", "rounding step `0` is not positive"),
        (-5, "up", "rounding step `-5` is not positive"),
    ],
)
def test_a_wrong_mode_or_step_is_refused(step: int, mode: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        round_fraction(Fraction(1, 2), step, mode)
    with pytest.raises(ValueError, match=message):
        round_ratio(np.array([1]), 2, step, mode)
