"""Weights: how much each claimant counts when something is shared out."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TypeAlias

Weight: TypeAlias = int | Fraction


class NothingToShare(ValueError):
    """No weight is above zero, so there is nobody to give a part to."""


def integer_weights(weights: Sequence[Weight]) -> list[int]:
    """The same proportions as whole numbers: every weight times the lowest common denominator.

    1/2 and 1/3 become 3 and 2; whole weights come back unchanged, not reduced, so that a reader finds
    the declared numbers again. Raises ValueError where a weight is negative.
    """
    for place, weight in enumerate(weights, start=1):
        if weight.numerator < 0:
            raise ValueError(f"weight {place} is `{weight}`: a weight is zero or more, use 0 to leave somebody out")
    common = lcm(*(weight.denominator for weight in weights))
    return [weight.numerator * (common // weight.denominator) for weight in weights]


def sharing_weights(weights: Sequence[Weight]) -> list[int]:
    """Whole weights of which at least one is above zero; raises NothingToShare otherwise."""
    whole = integer_weights(weights)
    if not any(whole):
        held = "no weights were given" if not whole else f"all {len(whole)} weights are zero"
        raise NothingToShare(f"nothing can be shared out: {held}, give at least one a weight above 0")
    return whole
