"""Integer arrays that never wrap.

A whole-number array is int64 when every result fits, and an object array of Python ints when one does not.
Each operation bounds its result first, so that the fast path is taken only where it is exact; a wide result
comes back to int64 as soon as it fits again. Nothing here knows what the numbers mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

# int64 or object: a union of the two would make every arithmetic expression ambiguous to the type checker.
IntArray: TypeAlias = NDArray[Any]
"""A one-dimensional array of int64, or of object holding Python ints."""
Mask: TypeAlias = NDArray[np.bool_]
Index: TypeAlias = NDArray[np.int64]

Codes: TypeAlias = NDArray[np.signedinteger[Any]]
"""Whole numbers that only name things, in the smallest type that holds them: nothing is worked out with them."""

LIMIT = 2**63 - 1
"""The largest magnitude kept in int64 (its one number without an opposite is treated as too wide)."""
_HALF = 32
_LOW = 2**_HALF - 1


def is_wide(values: IntArray) -> bool:
    """True when the array holds Python ints."""
    return values.dtype == np.object_


def widen(values: IntArray) -> IntArray:
    """The same numbers as Python ints."""
    return values if is_wide(values) else values.astype(np.object_)


def narrow(values: IntArray) -> IntArray:
    """The same numbers in int64 when all fit, else unchanged."""
    if is_wide(values) and peak(values) <= LIMIT:
        return values.astype(np.int64)
    return values


def is_constant(values: IntArray | int) -> bool:
    """True when one number in memory stands for all rows (and for at least one)."""
    return isinstance(values, int) or (values.strides == (0,) and len(values) > 0)


def peak(values: IntArray | int) -> int:
    """The largest magnitude, as a Python int; 0 when there are no numbers."""
    if isinstance(values, int):
        return abs(values)
    if not len(values):
        return 0
    if is_constant(values):
        return abs(int(values[0]))
    return max(int(values.max()), -int(values.min()))


def whole_numbers(values: Iterable[int] | IntArray) -> IntArray:
    """An integer array of the given ints. Raises `TypeError` for any other values, truth values included.

    A list goes through Python ints, because numpy reads a mixed list of large ints as inexact numbers.
    """
    array = values if _is_array(values) else np.array(list(values), dtype=np.object_)
    if array.dtype == np.int64:
        return array if peak(array) <= LIMIT else widen(array)
    if array.dtype.kind in "iu":
        return narrow(array.astype(np.object_))
    if array.dtype != np.object_ or not set(map(type, array.tolist())) <= {int}:
        raise TypeError("a whole number is missing or inexact: count in minor units, or use fractions")
    return narrow(array)


def _is_array(values: Iterable[int] | IntArray) -> TypeGuard[IntArray]:
    return isinstance(values, np.ndarray)


def add(left: IntArray, right: IntArray | int, bound: int | None = None) -> IntArray:
    """left + right; `bound` is a limit of the result's magnitude when the caller already knows one."""
    if bound is None or bound > LIMIT:
        bound = peak(left) + peak(right)
    if is_constant(left) and is_constant(right):
        return _repeated(add, left, right, bound)
    left, right = _operands(left, right, bound)
    return narrow(left + right)


def subtract(left: IntArray, right: IntArray | int, bound: int | None = None) -> IntArray:
    """left - right; `bound` as in `add`."""
    if bound is None or bound > LIMIT:
        bound = peak(left) + peak(right)
    if is_constant(left) and is_constant(right):
        return _repeated(subtract, left, right, bound)
    left, right = _operands(left, right, bound)
    return narrow(left - right)


def multiply(left: IntArray, right: IntArray | int, bound: int | None = None) -> IntArray:
    """left * right; `bound` as in `add`."""
    if isinstance(right, int) and right == 1:
        return left
    if bound is None or bound > LIMIT:
        bound = peak(left) * peak(right)
    if is_constant(left) and is_constant(right):
        return _repeated(multiply, left, right, bound)
    left, right = _operands(left, right, bound)
    return narrow(left * right)


def _repeated(
    operation: Callable[[IntArray, IntArray | int, int | None], IntArray],
    left: IntArray,
    right: IntArray | int,
    bound: int,
) -> IntArray:
    """The operation on the one number of each side, for all rows: a constant stays one."""
    single = operation(left[:1].copy(), right if isinstance(right, int) else right[:1].copy(), bound)
    return np.broadcast_to(single, left.shape)


def floor_divide(left: IntArray, right: IntArray | int) -> IntArray:
    """The floor of left / right, for positive divisors."""
    if isinstance(right, int) and right == 1:
        return left
    left, right = _operands(left, right, peak(left))
    return narrow(left // right)


def gcd(left: IntArray, right: IntArray | int) -> IntArray:
    """The greatest common divisor row by row; gcd(0, n) is n."""
    left, right = _operands(left, right, 0)
    return narrow(np.gcd(left, right))


def _operands(left: IntArray, right: IntArray | int, bound: int) -> tuple[IntArray, IntArray | int]:
    """Both sides as int64 when the result is within `bound` and that fits, else both as Python ints."""
    if isinstance(right, int):
        return (widen(left), right) if bound > LIMIT or abs(right) > LIMIT else (left, right)
    if bound > LIMIT or is_wide(left) or is_wide(right):
        return widen(left), widen(right)
    return left, right


def joined(parts: Sequence[IntArray]) -> IntArray:
    """One array after the other; none gives an empty one."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def code_type(count: int) -> np.dtype[np.signedinteger[Any]]:
    """The smallest type of codes from -1 to `count` - 1."""
    return np.min_scalar_type(-max(count, 1))


def used_codes(codes: Codes, codes_there: int) -> Index:
    """The codes from 0 to `codes_there` that occur, ascending; as in Python, -1 is the last one."""
    used = np.zeros(codes_there, dtype=np.bool_)
    used[codes] = True
    return np.flatnonzero(used)


def has_repeats(codes: Index, codes_there: int) -> bool:
    """Whether one of the codes from 0 to `codes_there` occurs twice."""
    return len(codes) > codes_there or bool((np.bincount(codes, minlength=1) > 1).any())


def common_multiple(dens: IntArray, limit: int = LIMIT) -> int | None:
    """The least common multiple of positive numbers, or None when it exceeds `limit`."""
    multiple = 1
    for den in np.unique(dens):
        multiple = math.lcm(multiple, int(den))
        if multiple > limit:
            return None
    return multiple


def cumulative(values: IntArray) -> IntArray:
    """The running total, exact."""
    return _folded(values, np.cumsum, len(values))


def segment_sums(values: IntArray, starts: Index) -> IntArray:
    """The total of each segment; a segment ends where the next one starts, the last one at the end.

    An empty segment has the total 0.
    """
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    lengths = np.diff(starts, append=len(values))
    filled = lengths > 0
    if filled.all():
        return _folded(values, lambda part: np.add.reduceat(part, starts), int(lengths.max()))
    if not filled.any():
        return np.zeros(len(starts), dtype=np.int64)
    sums = segment_sums(values, starts[filled])
    totals = np.zeros(len(starts), dtype=sums.dtype)
    totals[filled] = sums
    return totals


def _folded(values: IntArray, fold: Callable[[IntArray], IntArray], count: int) -> IntArray:
    """A sum of at most `count` numbers at a time; wide sums of int64 go through two 32-bit halves.

    One very large deal would otherwise send a million rows through Python ints, although no total is large.
    """
    if is_wide(values):
        return narrow(fold(values))
    if peak(values) * count <= LIMIT:
        return fold(values)
    high, low = fold(values >> _HALF), fold(values & _LOW)
    high, low = high + (low >> _HALF), low & _LOW
    if peak(high) < 2 ** (_HALF - 1):
        return (high << _HALF) | low
    return widen(high) * (_LOW + 1) + low
