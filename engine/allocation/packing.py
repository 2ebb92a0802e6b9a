"""Loads of different size: who gives up what to whom, so that everybody's total comes into a band.

To put unequal weights into bins of a given size is hard in general (it holds "partition"). CP-SAT of OR-Tools
searches with whole numbers, by one worker and up to a limit in its own deterministic time, so that the same facts give
the same moves on any machine; what it could not close is told as a gap. It begins with what a greedy search found,
and that is the answer where the model would be too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .network import NotLeastCost, SolverMissing

__all__ = ["MOST_OPTIONS", "Items", "LoadsTooLarge", "Packed", "packed"]

MOST_OPTIONS = 300_000
"""The most pairs of fact and rep that are searched; beyond that the greedy search has the word."""
_LARGEST = 2**60


class LoadsTooLarge(ValueError):
    """Loads whose total does not fit in 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What is held: the load of each fact, the bins that may have it, and the place of its owner among them.

    `low`, `high`: the band of each bin. `most`: how many facts a bin may have. `costs`: wishes, the first one first;
    each a whole number for every option of every fact.
    """

    loads: Sequence[int]
    options: Sequence[Sequence[int]]
    owners: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]
    most: Sequence[int]
    costs: Sequence[Sequence[Sequence[int]]]

    def misses(self, chosen: Sequence[int]) -> int:
        """By how much all totals together are outside of their bands."""
        totals = self.totals(chosen)
        return sum(
            max(0, total - high, low - total) for total, low, high in zip(totals, self.low, self.high, strict=True)
        )

    def totals(self, chosen: Sequence[int]) -> list[int]:
        """The load of each bin, `chosen` being the place of an option for each fact."""
        made = [0] * len(self.low)
        for load, options, place in zip(self.loads, self.options, chosen, strict=True):
            made[options[place]] += load
        return made

    def cost(self, wish: int, chosen: Sequence[int]) -> int:
        """What a choice costs in a wish."""
        return sum(costs[place] for costs, place in zip(self.costs[wish], chosen, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The place of an option for each fact, by how much bands are missed, and what is proved of both.

    `least_missed`: no choice misses by less. `least`: for each wish a bound below which no choice comes that misses as
    little and meets the wishes before as well. `searched`: whether CP-SAT searched, or the greedy search alone.
    """

    chosen: tuple[int, ...]
    missed: int
    least_missed: int
    least: tuple[int, ...]
    searched: bool


def packed(items: Items, effort: int) -> Packed:
    """The choice that misses the bands by least, and of these the one that meets the wishes best, one after the other.

    `effort`: deterministic seconds for each of these searches. Raises `SolverMissing` and `LoadsTooLarge`.
    """
    if sum(items.loads) > _LARGEST or any(
        max(map(abs, row), default=0) * len(items.loads) > _LARGEST for wish in items.costs for row in wish
    ):
        raise LoadsTooLarge("the loads, or what moving them costs, do not add up in 64 bits")
    greedy = _greedy(items)
    missed = items.misses(greedy)
    if sum(map(len, items.options)) > MOST_OPTIONS:
        return Packed(tuple(greedy), missed, 0, tuple(0 for _ in items.costs), searched=False)
    search = _Search(items, effort)
    chosen, least_missed = search.least(None, greedy) if missed else (greedy, 0)
    missed = items.misses(chosen)
    search.must_not_miss_more_than(missed)
    bounds: list[int] = []
    for wish in range(len(items.costs)):
        chosen, bound = search.least(wish, chosen)
        bounds.append(bound)
        search.must_not_cost_more(wish, items.cost(wish, chosen))
    if items.misses(chosen) > missed:
        raise NotLeastCost("a search for fewer moves broke a band")
    return Packed(tuple(chosen), missed, least_missed, tuple(bounds), searched=True)


class _Search:
    """A model of CP-SAT that grows by what was found."""

    def __init__(self, items: Items, effort: int) -> None:
        try:
            from ortools.sat.python import cp_model
        except ImportError:
            raise SolverMissing from None
        self._items, self._effort, self._cp = items, effort, cp_model
        self._model: Any = cp_model.CpModel()
        self._takes = [[self._model.new_bool_var("") for _ in options] for options in items.options]
        for row in self._takes:
            self._model.add_exactly_one(row)
        self._beside: list[Any] = []
        for at in range(len(items.low)):
            self._bin(at)

    def _bin(self, at: int) -> None:
        items, model = self._items, self._model
        mine = [
            (take, load)
            for row, options, load in zip(self._takes, items.options, items.loads, strict=True)
            for take, option in zip(row, options, strict=True)
            if option == at
        ]
        everything = sum(load for _, load in mine)
        below = model.new_int_var(0, max(0, items.low[at]), "")
        above = model.new_int_var(0, max(0, everything - items.high[at]), "")
        total: Any = sum(take * load for take, load in mine)
        model.add(total + below >= items.low[at])
        model.add(total - above <= items.high[at])
        if items.most[at] < len(mine):
            model.add(sum(take for take, _ in mine) <= items.most[at])
        self._beside += [below, above]

    def least(self, wish: int | None, known: Sequence[int]) -> tuple[list[int], int]:
        """A choice that costs least (None: that misses by least), no worse than the known one; and a bound."""
        self._model.clear_hints()
        for row, place in zip(self._takes, known, strict=True):
            for at, take in enumerate(row):
                self._model.add_hint(take, at == place)
        self._model.minimize(sum(self._beside) if wish is None else self._cost(wish))
        solver: Any = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = self._effort
        status = solver.solve(self._model)
        if status not in {self._cp.OPTIMAL, self._cp.FEASIBLE}:
            return list(known), 0
        found = [next(at for at, take in enumerate(row) if solver.boolean_value(take)) for row in self._takes]
        own = self._value(wish, found)
        if own > self._value(wish, known):
            return list(known), self._bound(solver, self._value(wish, known))
        return found, own if status == self._cp.OPTIMAL else self._bound(solver, own)

    def must_not_miss_more_than(self, missed: int) -> None:
        """Only choices that miss the bands by so much at most."""
        self._model.add(sum(self._beside) <= missed)

    def must_not_cost_more(self, wish: int, most: int) -> None:
        """Only choices that cost so much at most."""
        self._model.add(self._cost(wish) <= most)

    def _cost(self, wish: int) -> Any:
        costs = self._items.costs[wish]
        return sum(
            take * cost
            for row, own in zip(self._takes, costs, strict=True)
            for take, cost in zip(row, own, strict=True)
        )

    def _value(self, wish: int | None, chosen: Sequence[int]) -> int:
        return self._items.misses(chosen) if wish is None else self._items.cost(wish, chosen)

    def _bound(self, solver: Any, most: int) -> int:
        """The bound that was proved, as a whole number, and never above what was found."""
        return min(most, int(solver.response_proto.inner_objective_lower_bound))


# --- greedy --------------------------------------------------------------------------------------------------


def _greedy(items: Items) -> list[int]:
    """Move by move, the one that brings all bands nearest for what it costs, until none brings them nearer."""
    chosen = list(items.owners)
    totals = items.totals(chosen)
    counts = [0] * len(items.low)
    for options, place in zip(items.options, chosen, strict=True):
        counts[options[place]] += 1
    off = [_off(items, at, total) for at, total in enumerate(totals)]
    while any(off):
        step = _best_step(items, chosen, totals, counts, off)
        if step is None:
            break
        fact, place = step
        giver, taker = items.options[fact][chosen[fact]], items.options[fact][place]
        totals[giver] -= items.loads[fact]
        totals[taker] += items.loads[fact]
        counts[giver] -= 1
        counts[taker] += 1
        chosen[fact] = place
        off[giver], off[taker] = _off(items, giver, totals[giver]), _off(items, taker, totals[taker])
    return chosen


def _off(items: Items, at: int, total: int) -> int:
    return max(0, total - items.high[at], items.low[at] - total)


def _best_step(
    items: Items, chosen: Sequence[int], totals: Sequence[int], counts: Sequence[int], off: Sequence[int]
) -> tuple[int, int] | None:
    """The fact and the place of the option that bring the bands nearest; None where none does."""
    best: tuple[int, int] | None = None
    gain = 0
    for fact, (load, options) in enumerate(zip(items.loads, items.options, strict=True)):
        giver = options[chosen[fact]]
        left = off[giver] - _off(items, giver, totals[giver] - load)
        if len(options) == 1 or (left <= 0 and totals[giver] - load < items.low[giver]):
            continue
        for place, taker in enumerate(options):
            if taker == giver or counts[taker] >= items.most[taker]:
                continue
            own = left + off[taker] - _off(items, taker, totals[taker] + load)
            if own > gain:
                best, gain = (fact, place), own
    return best
