"""Numbers in arrays are the numbers, and are multiplied exactly or not at all."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.arrays.number_array import DecimalArray, WholeArray

NUMBERS = st.lists(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-10_000, 10_000), max_size=12)
PLACES = st.integers(0, 6)


@given(NUMBERS)
def test_whole_numbers_come_out_as_they_went_in(numbers: list[int]) -> None:
    made = WholeArray(np.array(numbers, dtype=np.int64))
    assert list(made) == [made[row] for row in range(len(made))] == numbers
    assert made[1:3] == tuple(numbers[1:3])
    assert not numbers or made.least() == min(numbers)
    assert all(type(number) is int for number in made)


@given(NUMBERS, PLACES)
def test_decimals_come_out_as_they_went_in(numbers: list[int], places: int) -> None:
    made = DecimalArray(np.array(numbers, dtype=np.int64), places)
    expected = [Decimal(number).scaleb(-places) for number in numbers]
    assert list(made) == [made[row] for row in range(len(made))] == expected
    assert made[:2] == tuple(expected[:2])


@given(NUMBERS, PLACES, st.sampled_from([1, 10, 100, 1000, 100_000, 10**9]))
def test_a_product_is_exact_or_refused(numbers: list[int], places: int, factor: int) -> None:
    made = DecimalArray(np.array(numbers, dtype=np.int64), places).times(factor)
    exact = [divmod(number * factor, 10**places) for number in numbers]
    if made is not None:
        assert list(made) == [whole for whole, _ in exact]
        assert not any(rest for _, rest in exact)
    elif max(map(abs, numbers)) * factor < 2**63:
        assert any(rest for _, rest in exact)
