"""Leads given by lot, counted against their tickets; and how often chance alone would do what was seen.

The p-value comes from drawing every lead again with a seed of its own, among the same reps with the same tickets: that
holds whoever was there at which lead. The chi-square tail is given beside it where every lead had the same tickets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .decided import DrawMade
from .significance import ChiSquare, chi_square

__all__ = ["DrawCount", "DrawFairness", "RepDraws"]

Tickets = tuple[tuple[str, int], ...]
_CHUNK = 500_000
_SUSPECT = Fraction(999, 1000)


@dataclass(frozen=True, slots=True)
class RepDraws:
    """A rep among the draws of a rule: leads owed by the tickets, and leads received."""

    rep: str
    owed: Fraction
    received: int


@dataclass(frozen=True, slots=True)
class DrawFairness:
    """The draws of a rule. `statistic`: sum of (received - owed)^2 / owed.

    `extreme` of `drawn` repetitions, the real one among them, are as far off or farther; None where nothing was at
    chance. `chi_square`: where every lead had the same tickets.
    """

    rule: str
    draws: int
    reps: tuple[RepDraws, ...]
    statistic: Fraction
    extreme: int | None
    drawn: int
    chi_square: ChiSquare | None

    @property
    def p(self) -> Fraction | None:
        """The part of the repetitions that are as far off or farther."""
        return None if self.extreme is None else Fraction(self.extreme, self.drawn)

    @property
    def suspect(self) -> bool:
        """Whether the counts follow the tickets more closely than chance ever does."""
        return self.p is not None and self.p > _SUSPECT and self.draws >= len(self.reps) * 10


@dataclass(slots=True, eq=False)
class DrawCount:
    """The draws of a rule as they are counted: how many had which tickets, and who got them."""

    rule: str
    _of: dict[Tickets, int] = field(default_factory=dict[Tickets, int])
    _received: Counter[str] = field(default_factory=Counter[str])

    def add(self, winner: str, draw: DrawMade) -> None:
        """A draw."""
        self._of[draw.tickets] = self._of.get(draw.tickets, 0) + 1
        self._received[winner] += 1

    def made(self, draws: int, seed: int) -> DrawFairness:
        """How the rule stands, with so many repetitions."""
        owed: dict[str, Fraction] = {}
        for tickets, count in self._of.items():
            total = sum(number for _, number in tickets)
            for rep, number in tickets:
                owed[rep] = owed.get(rep, Fraction(0)) + Fraction(count * number, total)
        names = sorted(owed)
        received = [self._received[rep] for rep in names]
        statistic = _statistic(received, [owed[rep] for rep in names])
        at_chance = any(len(tickets) > 1 for tickets in self._of)
        extreme = self._extreme(names, owed, received, draws, seed) if at_chance else None
        same = len(self._of) == 1 and len(names) > 1
        test = chi_square(received, [owed[rep] for rep in names]) if same else None
        reps = tuple(RepDraws(rep, owed[rep], self._received[rep]) for rep in names)
        return DrawFairness(self.rule, sum(self._of.values()), reps, statistic, extreme, draws + 1, test)

    def _extreme(self, names: list[str], owed: dict[str, Fraction], received: list[int], draws: int, seed: int) -> int:
        """How many repetitions, the real one among them, are as far off; in whole numbers throughout."""
        score = _Score([owed[rep] for rep in names])
        real = score.of(received)
        return 1 + sum(score.of(counts) >= real for counts in self._again(names, draws, seed))

    def _again(self, names: list[str], draws: int, seed: int) -> list[list[int]]:
        """Received by each in every repetition. A modulus of 64 random bits is at most tickets / 2^64 off."""
        bits = np.random.PCG64(seed)
        place = {rep: at for at, rep in enumerate(names)}
        counts = np.zeros((len(names), draws), dtype=np.int64)
        at_once = max(1, _CHUNK // draws)
        for tickets, count in sorted(self._of.items()):
            ends = np.cumsum([number for _, number in tickets], dtype=np.uint64)
            for done in range(0, count, at_once):
                leads = min(at_once, count - done)
                drawn = bits.random_raw(leads * draws).reshape(leads, draws) % ends[-1]
                won = cast("NDArray[np.int64]", np.searchsorted(ends, drawn, side="right"))
                for held, (rep, _) in enumerate(tickets):
                    counts[place[rep]] += np.count_nonzero(won == held, axis=0)
        return counts.T.tolist()


class _Score:
    """The statistic times a constant that makes it whole."""

    def __init__(self, owed: list[Fraction]) -> None:
        self._times = lcm(*(one.denominator for one in owed))
        self._owed = [int(one * self._times) for one in owed]
        common = lcm(*self._owed)
        self._weights = [common // one for one in self._owed]

    def of(self, received: list[int]) -> int:
        rows = zip(received, self._owed, self._weights, strict=True)
        return sum((self._times * got - owed) ** 2 * weight for got, owed, weight in rows)


def _statistic(received: list[int], owed: list[Fraction]) -> Fraction:
    return sum(
        ((got - there) ** 2 / there for got, there in zip(received, owed, strict=True)),  # exact: fraction
        Fraction(0),
    )
