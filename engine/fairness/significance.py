"""What chance would do: the tail of the chi-square distribution, and many tests at once.

The tail is computed in decimals of forty digits; it describes, and decides no share and no payout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

__all__ = ["ChiSquare", "chi_square", "chi_square_tail", "holm"]

_DIGITS = 40
_SHOWN = 16
_MOST_TERMS = 100_000
_FAR = 4_000
_SQUARE_ROOT_OF_PI = Decimal("1.772453850905516027298167483341145182797549456122387")


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's statistic, its degrees of freedom, and the chance of one so large or larger."""

    statistic: Fraction
    freedom: int
    p: Decimal


def chi_square(observed: Sequence[int], expected: Sequence[Fraction | int]) -> ChiSquare:
    """Pearson's test of counts: sum of (observed - expected)^2 / expected over k places, k - 1 degrees of freedom.

    For independent draws only: the counts of a rotation vary far less than it assumes (Pearson 1900). Raises
    `ValueError` for fewer than two places, or where something expected is not above zero.
    """
    if len(observed) != len(expected) or len(observed) < 2:
        raise ValueError("a chi-square test compares two places or more, each with what was expected")
    if any(there <= 0 for there in expected):
        raise ValueError("something above zero has to be expected everywhere")
    pairs = [(got, Fraction(there)) for got, there in zip(observed, expected, strict=True)]
    parts = ((got - there) ** 2 / there for got, there in pairs)  # exact: fraction
    statistic = sum(parts, Fraction(0))
    freedom = len(observed) - 1
    return ChiSquare(statistic, freedom, chi_square_tail(statistic, freedom))


def chi_square_tail(statistic: Fraction, freedom: int) -> Decimal:
    """The chance that chi-square with so many degrees of freedom is at least the statistic, to 16 digits.

    0 where it is below 10^-800. One less the lower incomplete gamma function as a series (Abramowitz & Stegun
    6.5.29), with as many digits more as the difference takes away.
    """
    if statistic <= 0:
        return Decimal(1)
    if statistic > max(_FAR, 10 * freedom):
        return Decimal(0)
    with localcontext() as at:
        at.prec = _DIGITS + 2 * int(statistic)  # e^-x is what may be left of 1
        half = Decimal(statistic.numerator) / (2 * Decimal(statistic.denominator))  # exact: fraction
        power = half ** (freedom // 2) * (half.sqrt() if freedom % 2 else 1)
        term = power * (-half).exp() / _gamma_after(freedom)  # exact: fraction
        total, above = term, Decimal(freedom) / 2  # exact: fraction
        for _ in range(_MOST_TERMS):
            above += 1
            term *= half / above  # exact: fraction
            total += term
            if term < total.scaleb(-at.prec):
                break
        tail = 1 - total
        at.prec = _SHOWN
        return max(+tail, Decimal(0)).normalize()


def _gamma_after(freedom: int) -> Decimal:
    """The gamma function of freedom / 2 + 1."""
    made = Decimal(1) if freedom % 2 == 0 else _SQUARE_ROOT_OF_PI
    step = Decimal(freedom) / 2  # exact: fraction
    while step > 0:
        made *= step
        step -= 1
    return made


def holm(p_values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """P-values of several tests, each adjusted so that one of them is wrongly small with the chance it says.

    The smallest of m times m, the next times m - 1, and so on; never falling, at most 1 (Holm 1979). Equal ones
    in the order of their names.
    """
    made: dict[str, Fraction] = {}
    highest = Fraction(0)
    for place, name in enumerate(sorted(p_values, key=lambda one: (p_values[one], one))):
        highest = max(highest, min(Fraction(1), (len(p_values) - place) * p_values[name]))
        made[name] = highest
    return {name: made[name] for name in p_values}
