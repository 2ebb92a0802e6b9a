"""Each group against chance: how often an exchange within strata sets its sum as far from what was to be expected.

For a group the statistic is |S - E|: S the sum of its values, E what it would be if every member had the mean of its
stratum. Values change places within strata only; several ways to form groups are tested on the same arrangements
(Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005). P-values are counts over counts,
(1 + hits) / (1 + arrangements drawn): never zero (Phipson & Smyth 2010).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "GroupTest", "group_tests"]

LARGEST = 10**12
"""Values beyond it are refused: sums stay whole numbers of 64 bits."""

_CELLS = 1 << 20
_RANDOM_BITS = 36
_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GroupTest:
    """A group in the strata that it shares with other groups: members, sum of values, the sum to be expected.

    Groups that share no stratum whose values differ are not tested, and not listed.
    """

    group: str
    members: int
    got: Fraction
    expected: Fraction
    p: Fraction


def group_tests(
    values: Sequence[int],
    groupings: Mapping[str, Sequence[str]],
    strata: Sequence[str],
    draws: int = 9_999,
    seed: int = 1,
) -> dict[str, dict[str, GroupTest]]:
    """By grouping and group. `groupings`: by name, the group of each value.

    Draws are those of PCG64 with `seed`: 36 bits a value by which a stratum is put into an order. Raises `ValueError`
    for lists of different lengths and for values beyond `LARGEST`.
    """
    if any(len(one) != len(values) for one in (strata, *groupings.values())):
        raise ValueError("every value needs a stratum, and a group in every grouping")
    if any(abs(value) > LARGEST for value in values):
        raise ValueError("a value is beyond 10^12: use a larger unit")
    kept = _in_order(values, strata)
    pieces = _Pieces(values, strata, kept)
    tested = {name: _Grouping(pieces, [labels[at] for at in kept]) for name, labels in groupings.items()}
    for mixed in pieces.arrangements(draws, seed):
        for one in tested.values():
            one.count(mixed)
    return {name: one.made(draws) for name, one in tested.items()}


def _in_order(values: Sequence[int], strata: Sequence[str]) -> list[int]:
    """Places of the values that an exchange can change, stratum by stratum."""
    differ: dict[str, set[int]] = {}
    for value, stratum in zip(values, strata, strict=True):
        differ.setdefault(stratum, set()).add(value)
    return sorted((at for at, one in enumerate(strata) if len(differ[one]) > 1), key=lambda at: (strata[at], at))


class _Pieces:
    """The values by stratum: their numbers of stratum, and the mean of each stratum."""

    def __init__(self, values: Sequence[int], strata: Sequence[str], kept: Sequence[int]) -> None:
        self.values = [values[at] for at in kept]
        names = {name: number for number, name in enumerate(dict.fromkeys(strata[at] for at in kept))}
        self.strata = [names[strata[at]] for at in kept]
        sizes, sums = Counter(self.strata), Counter[int]()
        for value, stratum in zip(self.values, self.strata, strict=True):
            sums[stratum] += value
        self.means = {stratum: Fraction(sums[stratum], size) for stratum, size in sizes.items()}

    def arrangements(self, draws: int, seed: int) -> Iterator[_Ints]:
        """Rows of values, those of each stratum in an order of their own."""
        size = len(self.values)
        if not size:
            return
        bits = np.random.PCG64(seed)
        held = np.array(self.values, dtype=np.int64)
        of_stratum = np.array(self.strata, dtype=np.uint64) << np.uint64(_RANDOM_BITS)
        rows = max(1, _CELLS // size)
        for done in range(0, draws, rows):
            some = min(rows, draws - done)
            drawn = bits.random_raw(some * size).reshape(some, size) >> np.uint64(64 - _RANDOM_BITS)
            yield held[np.argsort(of_stratum | drawn, axis=1, kind="stable")]


class _Grouping:
    """One way to form groups, and the hits of each group so far."""

    def __init__(self, pieces: _Pieces, labels: Sequence[str]) -> None:
        groups_of: dict[int, set[str]] = {}
        for stratum, label in zip(pieces.strata, labels, strict=True):
            groups_of.setdefault(stratum, set()).add(label)
        shared = [at for at, stratum in enumerate(pieces.strata) if len(groups_of[stratum]) > 1]
        by_group = sorted(shared, key=lambda at: (labels[at], at))
        self._places = np.array(by_group, dtype=np.int64)
        counts = Counter(labels[at] for at in by_group)
        self._groups = sorted(counts)
        self._members = [counts[group] for group in self._groups]
        starts = [0]
        for count in self._members:
            starts.append(starts[-1] + count)
        self._starts = np.array(starts[:-1], dtype=np.int64)
        members = [by_group[low:high] for low, high in pairwise(starts)]
        self._got = [sum(pieces.values[at] for at in some) for some in members]
        self._expected = [sum((pieces.means[pieces.strata[at]] for at in some), Fraction(0)) for some in members]
        pairs = list(zip(self._got, self._expected, strict=True))
        # |S - E| is at least what it really is where S is a whole number beyond one of these two.
        self._low = np.array([(there - abs(got - there)).__floor__() for got, there in pairs], dtype=np.int64)
        self._high = np.array([-(-(there + abs(got - there))).__floor__() for got, there in pairs], dtype=np.int64)
        self._hits = np.zeros(len(self._groups), dtype=np.int64)

    def count(self, mixed: _Ints) -> None:
        """Arrangements, one a row."""
        if not self._groups:
            return
        sums = np.add.reduceat(mixed[:, self._places], self._starts, axis=1)
        self._hits += ((sums <= self._low) | (sums >= self._high)).sum(axis=0)

    def made(self, draws: int) -> dict[str, GroupTest]:
        rows = zip(self._groups, self._members, self._got, self._expected, self._hits.tolist(), strict=True)
        return {
            group: GroupTest(group, members, Fraction(got), there, Fraction(1 + hits, 1 + draws))
            for group, members, got, there, hits in rows
        }
