"""Quantiles, means and medians of whole amounts, exactly.

A quantile is the nearest rank: the smallest value such that at least that part of all values is not above it
(Hyndman & Fan 1996, definition 1, without averaging). It is always a value that really came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

__all__ = ["mean", "median", "nearest_rank"]


def nearest_rank(values: Sequence[int], part: Fraction) -> int:
    """The value of rank ceil(part x n) in rising order, counting from 1 (rank 1 for part 0).

    Raises `ValueError` for no values and for a part outside 0..1.
    """
    if not values:
        raise ValueError("there is no quantile of nothing: give at least one value")
    if not 0 <= part <= 1:
        raise ValueError(f"`{part}` is no part of all values: give one from 0 to 1")
    rank = -(-part.numerator * len(values) // part.denominator)
    return sorted(values)[max(rank, 1) - 1]


def mean(values: Sequence[int | Fraction]) -> Fraction:
    """The sum over the number of values. Raises `ValueError` for none."""
    if not values:
        raise ValueError("there is no mean of nothing: give at least one value")
    return Fraction(sum(values, Fraction(0)), len(values))


def median(values: Sequence[int | Fraction]) -> Fraction:
    """The middle value, or the mean of the two in the middle. Raises `ValueError` for none."""
    if not values:
        raise ValueError("there is no median of nothing: give at least one value")
    ordered, half = sorted(values), len(values) // 2
    if len(values) % 2:
        return Fraction(ordered[half])
    return Fraction(ordered[half - 1] + ordered[half], 2)
