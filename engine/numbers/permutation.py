"""A permutation test within strata: could the difference between groups be the luck of who is in which group?

Statistic: the sum over groups of (S - E)^2 / n, where S is the sum of the group's values, E what it would be if each
stratum paid everybody its mean, and n the group's size: the between-groups sum of squares once differences between
strata are taken out. Group labels are exchanged within each stratum only (Good, Permutation, Parametric and Bootstrap
Tests of Hypotheses, 2005, chapters 3 and 6). All in whole numbers; p-values are counts over counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise, product
from math import factorial, lcm, prod

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_ARRANGEMENTS", "PermutationTest", "permutation_test"]

MOST_ARRANGEMENTS = 20_000
"""Up to so many arrangements every one is tried; beyond, some are drawn."""

_CHUNK = 500
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """`extreme` of `tried` arrangements, the real one among them, differ as much as the real one or more.

    `exact`: every arrangement was tried, else they were drawn, and the real one was added (Phipson & Smyth 2010:
    permutation p-values should never be zero). `least` is the smallest p-value that these groups could give.
    """

    extreme: int
    tried: int
    exact: bool
    least: Fraction

    @property
    def p(self) -> Fraction:
        """The p-value."""
        return Fraction(self.extreme, self.tried)


def permutation_test(
    values: Sequence[int], groups: Sequence[str], strata: Sequence[str], draws: int = 9_999, seed: int = 1
) -> PermutationTest | None:
    """Test whether values differ between groups beyond what strata explain; None where no stratum has two groups.

    Draws are those of PCG64 with `seed`, as 64-bit keys by which each stratum is put into an order. Raises
    `ValueError` for lists of different lengths, and for values beyond 10^12.
    """
    if not len(values) == len(groups) == len(strata):
        raise ValueError("every value needs a group and a stratum")
    if any(abs(value) > 10**12 for value in values):
        raise ValueError("a value is beyond 10^12: use a larger unit")
    names = sorted(set(groups))
    pieces = [
        _Stratum.of([place for place, one in enumerate(strata) if one == stratum], values, groups, names)
        for stratum in sorted(set(strata))
    ]
    arrangements = prod(piece.arrangements for piece in pieces)
    if arrangements == 1:
        return None
    score = _Score(pieces, groups, names)
    real = score.of([sum(piece.real[place] for piece in pieces) for place in range(len(names))])
    if arrangements <= MOST_ARRANGEMENTS:
        sums = (_added(parts) for parts in product(*(piece.all_sums() for piece in pieces)))
        found = sum(score.of(one) >= real for one in sums)
        return PermutationTest(found, arrangements, True, Fraction(1, arrangements))
    found = sum(score.of(one) >= real for one in _drawn(pieces, draws, seed))
    return PermutationTest(found + 1, draws + 1, False, Fraction(1, draws + 1))


@dataclass(frozen=True, slots=True)
class _Stratum:
    """The values of a stratum, how many of it each group has, and the sum that each group really has."""

    values: tuple[int, ...]
    sizes: tuple[int, ...]
    real: tuple[int, ...]

    @staticmethod
    def of(places: list[int], values: Sequence[int], groups: Sequence[str], names: Sequence[str]) -> _Stratum:
        counts = Counter(groups[place] for place in places)
        sums: Counter[str] = Counter()
        for place in places:
            sums[groups[place]] += values[place]
        return _Stratum(
            tuple(values[place] for place in places),
            tuple(counts[name] for name in names),
            tuple(sums[name] for name in names),
        )

    @property
    def arrangements(self) -> int:
        """How many ways there are to give the labels out."""
        return factorial(len(self.values)) // prod(factorial(size) for size in self.sizes)

    def all_sums(self) -> list[tuple[int, ...]]:
        """The sums of the groups in every arrangement."""
        return list(_arranged(self.values, list(self.sizes), [0] * len(self.sizes)))

    def drawn_sums(self, bits: np.random.PCG64, rows: int) -> _Ints:
        """The sums of the groups in `rows` drawn arrangements, one a row."""
        keys = bits.random_raw(rows * len(self.values)).reshape(rows, len(self.values))
        mixed = np.array(self.values, dtype=np.int64)[np.argsort(keys, axis=1, kind="stable")]
        bounds = [*accumulate(self.sizes, initial=0)]
        parts = [mixed[:, low:high].sum(axis=1) for low, high in pairwise(bounds)]
        return np.stack(parts, axis=1)


def _arranged(values: Sequence[int], left: list[int], sums: list[int]) -> Iterator[tuple[int, ...]]:
    """Give the first value to each group that has room, then the rest."""
    if not values:
        yield tuple(sums)
        return
    for place, room in enumerate(left):
        if room:
            left[place], sums[place] = room - 1, sums[place] + values[0]
            yield from _arranged(values[1:], left, sums)
            left[place], sums[place] = room, sums[place] - values[0]


def _added(parts: Sequence[tuple[int, ...]]) -> list[int]:
    return [sum(column) for column in zip(*parts, strict=True)]


class _Score:
    """The statistic times a constant that makes it whole."""

    def __init__(self, pieces: Sequence[_Stratum], groups: Sequence[str], names: Sequence[str]) -> None:
        sizes = [sum(group == name for group in groups) for name in names]
        expected = [
            sum((Fraction(piece.sizes[place] * sum(piece.values), len(piece.values)) for piece in pieces), Fraction(0))
            for place in range(len(names))
        ]
        self.times = lcm(*(one.denominator for one in expected))
        self.expected = [int(one * self.times) for one in expected]
        common = lcm(*sizes)
        self.weights = [common // size for size in sizes]

    def of(self, sums: Sequence[int]) -> int:
        """The statistic for the sums of the groups."""
        rows = zip(sums, self.expected, self.weights, strict=True)
        return sum((self.times * got - expected) ** 2 * weight for got, expected, weight in rows)


def _drawn(pieces: Sequence[_Stratum], draws: int, seed: int) -> Iterator[list[int]]:
    bits = np.random.PCG64(seed)
    for done in range(0, draws, _CHUNK):
        rows = min(_CHUNK, draws - done)
        sums = sum((piece.drawn_sums(bits, rows) for piece in pieces[1:]), pieces[0].drawn_sums(bits, rows))
        yield from sums.tolist()
