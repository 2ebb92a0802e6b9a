"""One batch: facts shared out together, each rep between the floor and the ceiling of what is owed, at the best score.

1. What each is owed is the sum of exact shares, pool by pool (`bands`).
2. Of all ways to give every fact to one of its candidates with everybody inside of the band, those of the best total
   score are kept (`network`).
3. Of these, the one nearest to turns one by one (`evenly`): so ties have a rule, and it is the rule of turns.

Where credits from before or limits leave no way inside of all bands, first as few facts as possible are held, then the
bands of pools are missed by as little as possible, then those of reps in all; and each miss is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from ...dsl.types import Type
from ..wording.phrases import show
from .bands import Bands, Bin
from .claims import Claim
from .evenly import Line, nearest_to_turns, turns_alone
from .layout import Layout, layout_by_size, layout_of
from .network import Flow, Network, NotLeastCost, Whole, min_cost_flow
from .scores import Measure, measures_of
from .sizes import Places

__all__ = ["NoWay", "Price", "Refused", "SharedOut", "Valued", "measures_as_wishes", "share_out"]

Refused: TypeAlias = Callable[[Sequence[tuple[Claim, int]]], Mapping[int, int]]
"""Of facts given out in order, by rep: how many could be given before a limit was met, for those who met one."""


class NoWay(ValueError):
    """Bounds that no flow keeps: shares of values that were rounded too far."""


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What each fact counts, in whole numbers over `den`, and the places that everybody has for facts of which size.

    `bins`: of each option of each fact; `shares`: what it is owed of it, in 1/SCALE.
    """

    loads: Sequence[int]
    den: int
    bins: Sequence[Sequence[Bin]]
    places: Places
    shares: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Price:
    """What fairness costs in one measure: the best total without bands, and with them.

    `exact`: the totals are exact; else every score was first taken to the nearest `step`.
    """

    said: str
    without: Fraction
    with_: Fraction
    exact: bool
    step: Fraction
    type: Type
    currency: str

    def shown(self, total: Fraction) -> str:
        """A total in words, with its unit."""
        return show(total, self.type, self.currency)

    @property
    def difference(self) -> Fraction:
        """What is given up: zero or more."""
        return self.without - self.with_

    @property
    def part(self) -> Fraction | None:
        """The same as a part of the best total; None where that is not above zero."""
        return self.difference / self.without if self.without > 0 else None  # exact: fraction


@dataclass(frozen=True, slots=True, eq=False)
class SharedOut:
    """Who got what: for each claim the place of the option among its own (-1: nobody), and how that came.

    `got`: facts by bin. `missed`: bins outside of their bands. `limited`: whether limits held anybody back.
    `prices`: of each measure. `measures` and `starts` as in `scores` and `layout`.
    """

    claims: Sequence[Claim]
    bands: Bands
    chosen: tuple[int, ...]
    got: Mapping[Bin, int]
    total: Mapping[int, int]
    missed: tuple[Bin, ...]
    prices: tuple[Price, ...]
    measures: Sequence[Measure]
    layout: Layout


def share_out(
    claims: Sequence[Claim],
    place_of: Mapping[int, int],
    bands: Bands,
    refused: Refused = lambda given: {},
    currency: str = "",
    valued: Valued | None = None,
    line: Callable[[], Line] | None = None,
) -> SharedOut:
    """Share out claims, which come in the order of the stream, between their bands.

    `place_of`: each rep's place in the declared order. `refused` finds limits that the bands do not know, for the best
    total without bands, which keeps them as well. `valued`: where facts are shared out by value. `line`: who waits,
    where ties go to them. Raises `SolverMissing`, `ScoresTooLarge`, `NoWay` where rounded values left none, and
    `NotLeastCost` for a defect.
    """
    waiting = line or (lambda: Line(bands.bins))
    layout = layout_of(claims, bands, place_of)
    alone = not bands.limit and valued is None
    network = layout if valued is None else layout_by_size(claims, bands, place_of, valued.places, valued.loads)
    measures = measures_of(claims, layout.starts, network.network.nodes)
    chosen = turns_alone(claims, layout, bands, waiting()) if alone and not measures else None
    if chosen is None:
        loads = None if valued is None else valued.loads
        chosen = _best(claims, place_of, bands, network, measures, waiting(), loads)
    return _told(
        claims,
        bands,
        layout,
        chosen,
        measures,
        tuple(_price(measure, claims, bands, layout, chosen, place_of, refused, currency) for measure in measures),
    )


def _best(
    claims: Sequence[Claim],
    place_of: Mapping[int, int],
    bands: Bands,
    layout: Layout,
    measures: Sequence[Measure],
    line: Line,
    loads: Sequence[int] | None,
) -> Whole:
    """The pair of fact and rep of each fact, -1 where nobody has it."""
    network, flow = layout.network, None
    wishes = [_on_arcs(measure, layout) for measure in measures] or [np.zeros(len(network.tail), dtype=np.int64)]
    if not bands.limit:
        flow = min_cost_flow(network, wishes[0])
    if flow is not None:
        network = network.among_the_best(flow)
    elif loads is not None:
        raise NoWay("no way leads into the places of all")
    else:
        layout = layout_of(claims, bands, place_of, soft=True)
        network = layout.network
        for cost in (layout.held, layout.beside_pool, layout.beside_total):
            network, flow = _narrowed(network, cost)
        if measures:
            network, flow = _narrowed(network, _on_arcs(measures[0], layout))
    for measure in measures[1:]:
        network, flow = _narrowed(network, _on_arcs(measure, layout))
    assert flow is not None
    before = [_cost(measure, layout, flow.units) for measure in measures]
    units, chosen = nearest_to_turns(claims, layout, bands, network, flow.units, line, loads)
    if [_cost(measure, layout, units) for measure in measures] != before:
        raise NotLeastCost("a tie was broken at the cost of the score")
    return np.where(chosen >= 0, layout.base[chosen], -1)


def measures_as_wishes(claims: Sequence[Claim]) -> list[tuple[str, list[list[int]], Fraction]]:
    """What falls short of the best score, measure by measure: its name, the units of each option, units of a score."""
    starts = np.cumsum([0, *(len(claim.reps) for claim in claims)], dtype=np.int64)
    made: list[tuple[str, list[list[int]], Fraction]] = []
    for measure in measures_of(claims, starts, 2 * len(claims) + int(starts[-1]) + 4) if claims else ():
        costs: list[int] = measure.cost.tolist()
        rows = [costs[begin:end] for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
        made.append((measure.said, rows, measure.steps))
    return made


def _narrowed(network: Network, cost: Whole) -> tuple[Network, Flow]:
    flow = min_cost_flow(network, cost)
    if flow is None:
        raise NotLeastCost("no flow is left in a network that had one")
    return network.among_the_best(flow), flow


def _on_arcs(measure: Measure, layout: Layout) -> Whole:
    cost = np.zeros(len(layout.network.tail), dtype=np.int64)
    cost[: layout.options] = measure.cost[layout.base]
    return cost


def _cost(measure: Measure, layout: Layout, units: Whole) -> int:
    """What a flow costs in a measure; a sum that cannot overflow, for one option of each fact is taken."""
    taken = np.flatnonzero(units[: layout.options])
    return sum(measure.cost[layout.base[taken]].tolist())


def _told(
    claims: Sequence[Claim],
    bands: Bands,
    layout: Layout,
    chosen: Whole,
    measures: Sequence[Measure],
    prices: tuple[Price, ...],
) -> SharedOut:
    """The outcome, checked once more: one candidate for each fact, and everybody in the band or reported."""
    starts = layout.starts
    given = np.flatnonzero(chosen >= 0)
    places = np.full(layout.claims, -1, dtype=np.int64)
    places[given] = chosen[given] - starts[given]
    if bool(((places[given] < 0) | (chosen[given] >= starts[given + 1])).any()):
        raise NotLeastCost("a fact was given to somebody who may not have it")
    counts = np.bincount(layout.bin[chosen[given]], minlength=len(bands.bins)).tolist()
    got = dict(zip(bands.bins, counts, strict=True))
    total: dict[int, int] = {}
    for one, count in got.items():
        total[one.place] = total.get(one.place, 0) + count
    if any(total[place] > most for place, most in bands.limit.items()):
        raise NotLeastCost("a limit was passed")
    missed = tuple(one for one in bands.bins if not bands.band[one].low <= got[one] <= max(0, bands.band[one].high))
    if missed and not bands.limit and not any(bands.carried.values()):
        raise NotLeastCost("somebody is outside of a band that can always be kept")
    return SharedOut(claims, bands, tuple(places.tolist()), got, total, missed, prices, measures, layout)


def _price(
    measure: Measure,
    claims: Sequence[Claim],
    bands: Bands,
    layout: Layout,
    chosen: Whole,
    place_of: Mapping[int, int],
    refused: Refused,
    currency: str,
) -> Price:
    """What the bands cost in a measure: the total of those who got facts, and the best total of all."""
    with_ = sum(measure.units[chosen[chosen >= 0]].tolist())
    limit = dict(bands.limit)
    while True:
        best = _without_bands(measure, claims, replace(bands, limit=limit), layout, place_of)
        places: list[int] = (best - layout.starts[:-1]).tolist()
        given = [
            (claim, claim.reps[place])
            for claim, place, option in zip(claims, places, best.tolist(), strict=True)
            if option >= 0
        ]
        met = {place_of[rep]: most for rep, most in refused(given).items()}
        if not met:
            break
        limit |= met
    without = sum(measure.units[best[best >= 0]].tolist())
    step = 1 / measure.steps  # exact: fraction
    return Price(
        measure.said, measure.amount(without), measure.amount(with_), measure.exact, step, measure.type, currency
    )


def _without_bands(
    measure: Measure, claims: Sequence[Claim], bands: Bands, layout: Layout, place_of: Mapping[int, int]
) -> Whole:
    """The option of each fact for the best total of a measure within limits alone; -1: nobody."""
    starts = layout.starts.tolist()
    if not bands.limit:
        firsts = (starts[at] + int(np.argmin(measure.cost[starts[at] : starts[at + 1]])) for at in range(layout.claims))
        return np.fromiter(firsts, dtype=np.int64, count=layout.claims)
    free = layout_of(claims, bands, place_of, free=True)
    network, _ = _narrowed(free.network, free.held)
    _, flow = _narrowed(network, _on_arcs(measure, free))
    taken = np.flatnonzero(flow.units[: layout.options])
    best = np.full(layout.claims, -1, dtype=np.int64)
    best[network.tail[taken]] = taken
    return best
