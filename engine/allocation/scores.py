"""Scores as whole costs: the value of a rep for a fact, scaled exactly where 64 bits hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from ...dsl.types import Type
from ..arrays.integers import IntArray
from .claims import Claim
from .network import LARGEST, Whole

__all__ = ["Measure", "ScoresTooLarge", "measures_of"]

_STEPS = 10


class ScoresTooLarge(ValueError):
    """Scores that cannot be told apart and added up in 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What is to be as large as possible in total: `said` in words, the scores of all options, and what one more costs.

    `steps`: how many whole units the score of 1 has. `exact`: every score is a whole number of them; else each is
    taken to the nearest one, half up. `units`: scores in these units, an int64 for each option, 0 where another
    measure decides. `cost`: the best score of the fact less this one.
    """

    said: str
    steps: Fraction
    exact: bool
    units: Whole
    cost: Whole
    type: Type

    def amount(self, units: int) -> Fraction:
        """A number of units as a score."""
        return units / self.steps  # exact: fraction


def measures_of(claims: Sequence[Claim], starts: Whole, nodes: int) -> list[Measure]:
    """The measures of claims, in the order in which they come; options lie one after the other from `starts`.

    `nodes`: those of the network in which costs are added up. What is said alike is one measure and is added up; what
    is not (money here, a rate there) never is: the measure that comes first is met first, the next one among all that
    meet it best.
    """
    by_said: dict[str, list[int]] = {}
    for at, claim in enumerate(claims):
        if len(claim.scores):
            by_said.setdefault(claim.step.said, []).append(at)
    return [_measure(said, claims, rows, starts, nodes) for said, rows in by_said.items()]


def _measure(said: str, claims: Sequence[Claim], rows: Sequence[int], starts: Whole, nodes: int) -> Measure:
    options = int(starts[-1])
    steps, exact = _steps(said, [claims[at] for at in rows], nodes)
    units = np.zeros(options, dtype=np.int64)
    cost = np.zeros(options, dtype=np.int64)
    for at in rows:
        claim, begin, end = claims[at], int(starts[at]), int(starts[at + 1])
        factor = steps / claim.den  # exact: fraction
        if exact:
            own = claim.scores * factor.numerator
        else:
            own = _nearest(claim.scores, factor)
        units[begin:end], cost[begin:end] = own, own.max() - own
    weight = claims[rows[0]].step.weight
    assert weight is not None
    return Measure(said, steps, exact, units, cost, weight.type)


def _steps(said: str, claims: Sequence[Claim], nodes: int) -> tuple[Fraction, bool]:
    """Units of a score: the common denominator where the sums of costs fit, else the finest power of ten that does."""
    most = LARGEST // (4 * (nodes + 2))
    highest = max(Fraction(int(claim.scores.max()), claim.den) for claim in claims)
    lowest = min(Fraction(int(claim.scores.min()), claim.den) for claim in claims)
    peak = max(abs(highest), abs(lowest), highest - lowest)
    common = 1
    for den in {claim.den for claim in claims}:
        common = lcm(common, den)
        if common * peak > most:
            break
    else:
        return Fraction(common), True
    steps = Fraction(1)
    while steps * _STEPS * peak <= most:
        steps *= _STEPS
    while steps * peak > most:
        steps /= _STEPS  # exact: fraction
    if steps * (highest - lowest) < 1:
        raise ScoresTooLarge(f"the scores of `{said}` are too large to be told apart, the largest is `{peak}`")
    return steps, False


def _nearest(scores: IntArray, factor: Fraction) -> Whole:
    """Scores times a factor to the nearest whole number, half up."""
    top, bottom = 2 * factor.numerator, 2 * factor.denominator
    return np.array([(top * score + factor.denominator) // bottom for score in scores.tolist()], dtype=np.int64)
