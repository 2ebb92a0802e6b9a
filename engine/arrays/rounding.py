"""Rounding of exact values to whole multiples of a step, by a declared mode, for one value and for columns.

Values are in minor units: a step of 100 rounds cents to whole units. `up` and `down` speak of the magnitude,
`floor` and `ceiling` of the number, `half_up` sends a tie away from zero, `half_even` to the even multiple.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ...dsl.currency import minor_digits
from .integers import LIMIT, IntArray, multiply, narrow, peak, widen

if TYPE_CHECKING:
    from ...dsl.checked import Policy

# A quotient is rounded by lifting what is divided, by less than the divisor, and taking the floor. The
# operators are those that numbers and arrays share: both evaluators read this one table.
_LIFT: dict[str, Callable[[Any, Any], Any]] = {
    "half_up": lambda num, size: size // 2 - ((num < 0) & (size % 2 == 0)),
    "half_even": lambda num, size: size // 2,
    "up": lambda num, size: (num > 0) * (size - 1),
    "down": lambda num, size: (num < 0) * (size - 1),
    "floor": lambda num, size: 0,
    "ceiling": lambda num, size: size - 1,
}
MODES: tuple[str, ...] = tuple(_LIFT)


def round_fraction(value: Fraction | int, step: int = 1, mode: str = "half_up") -> int:
    """The multiple of `step` that `mode` chooses for an exact value.

    Raises `ValueError` for an unknown mode and for a step below 1.
    """
    _check(step, mode)
    return _steps(value.numerator, value.denominator * step, mode) * step


def round_ratio(num: IntArray, den: IntArray | int, step: int = 1, mode: str = "half_up") -> IntArray:
    """`round_fraction` of num / den in each row, as an integer array (object only where int64 is too narrow).

    Both are int64 or object, `den` is positive: one number, or one a row. Errors as in `round_fraction`.
    """
    _check(step, mode)
    size = den * step if isinstance(den, int) else multiply(den, step)
    if isinstance(size, int) and size == 1:
        return num
    if peak(num) + peak(size) > LIMIT:
        num = widen(num)
        size = np.full(len(num), size, dtype=np.object_)
    return multiply(narrow(_steps(num, size, mode)), step)


def step_of(policy: Policy) -> int:
    """The smallest step of a policy's payouts, in minor units."""
    step = policy.round_to * 10 ** minor_digits(policy.currency)
    return max(1, step.numerator // step.denominator)


def _steps(num: Any, size: Any, mode: str) -> Any:
    """num / size as a whole number, by the mode; ints or arrays."""
    lifted = num + _LIFT[mode](num, size)
    steps = lifted // size
    if mode == "half_even":  # ties went up: back again from an odd number
        steps = steps - ((lifted == steps * size) & (size % 2 == 0) & (steps % 2 == 1))
    return steps


def _check(step: int, mode: str) -> None:
    if mode not in _LIFT:
        raise ValueError(f"unknown rounding mode `{mode}`: use one of {', '.join(MODES)}")
    if step < 1:
        raise ValueError(f"rounding step `{step}` is not positive: use 1 for the smallest unit")
