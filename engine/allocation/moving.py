"""Which facts move: by a flow where all count alike, by a search where not; and how few moves there could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .bands import Band, Bands, Bin
from .claims import Claim
from .evenly import Search
from .layout import Layout, layout_of
from .network import Network, NotLeastCost, Whole, min_cost_flow
from .owed import Owed
from .packing import Items, packed

__all__ = ["Moved", "Room", "by_flow", "by_search", "fewest_moves"]


@dataclass(frozen=True, slots=True)
class Room:
    """Of a rep by place: the band of the load, and the most facts it may have in the end."""

    band: Band
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The place of the rep among the options of each fact, and what is proved of it.

    `bounds`: of each wish, what no other way could come below. `least_missed`: by how much bands are missed at least,
    in all. `searched`: not by the greedy search alone.
    """

    chosen: tuple[int, ...]
    bounds: tuple[int, ...]
    least_missed: int
    searched: bool


def fewest_moves(loads: Sequence[int], owners: Sequence[int], rooms: Mapping[int, Room]) -> int:
    """A number of moves that no way can come below, filters or none.

    Whoever is above the band has to give up facts, at least as many as the largest ones are that bring the load into
    it; whoever is below has to be given some. One move serves one of each.
    """
    of_rep: dict[int, list[int]] = {place: [] for place in rooms}
    for load, owner in zip(loads, owners, strict=True):
        of_rep[owner].append(load)
    out = sum(_needed(sum(of_rep[place]) - room.band.high, of_rep[place]) for place, room in rooms.items())
    into = 0
    for place, room in rooms.items():
        lacking = room.band.low - sum(of_rep[place])
        if lacking > 0:
            others = [load for load, owner in zip(loads, owners, strict=True) if owner != place]
            into += _needed(lacking, others)
    return max(out, into)


def _needed(amount: int, loads: Sequence[int]) -> int:
    """How many loads it takes at least to come to an amount; all of them where they do not."""
    count = 0
    for load in sorted(loads, reverse=True):
        if amount <= 0:
            break
        amount -= load
        count += 1
    return count


def by_flow(
    claims: Sequence[Claim],
    owners: Sequence[int],
    place_of: Mapping[int, int],
    rooms: Mapping[int, Room],
    wishes: Sequence[Sequence[Sequence[int]]],
) -> Moved:
    """Facts that all count one. `owners`: the place of the owner among the options of each."""
    bands = _bands(claims, place_of, rooms)
    layout = layout_of(claims, bands, place_of)
    costs = [_on_arcs(wish, layout, layout.network) for wish in wishes]
    flow = min_cost_flow(layout.network, costs[0])
    if flow is not None:
        network = layout.network.among_the_best(flow)
        rest = costs[1:]
    else:
        layout = layout_of(claims, bands, place_of, soft=True, evenly=False)
        network, rest = layout.network, [layout.beside_pool, *(_on_arcs(w, layout, layout.network) for w in wishes)]
    for cost in rest:
        flow = min_cost_flow(network, cost)
        if flow is None:
            raise NotLeastCost("no flow is left in a network that had one")
        network = network.among_the_best(flow)
    assert flow is not None
    search = Search(layout, network, flow.units.copy())
    starts: list[int] = layout.starts.tolist()
    for fact, owner in enumerate(owners):
        stay = starts[fact] + owner
        search.settle(fact, lambda arc, stay=stay: (int(arc != stay), arc))
    chosen: list[int] = (search.chosen - layout.starts[:-1]).tolist()
    bounds = tuple(sum(row[place] for row, place in zip(wish, chosen, strict=True)) for wish in wishes)
    return Moved(tuple(chosen), bounds, _missed(claims, chosen, place_of, rooms), searched=True)


def by_search(
    claims: Sequence[Claim],
    owners: Sequence[int],
    loads: Sequence[int],
    place_of: Mapping[int, int],
    rooms: Mapping[int, Room],
    wishes: Sequence[Sequence[Sequence[int]]],
    effort: int,
) -> Moved:
    """Facts of different load; `effort` as in `packing`."""
    places = sorted(rooms)
    number = {place: at for at, place in enumerate(places)}
    items = Items(
        loads,
        [[number[place_of[rep]] for rep in claim.reps] for claim in claims],
        owners,
        [rooms[place].band.low for place in places],
        [rooms[place].band.high for place in places],
        [rooms[place].most for place in places],
        wishes,
    )
    made = packed(items, effort)
    return Moved(made.chosen, made.least, made.least_missed, made.searched)


def _missed(
    claims: Sequence[Claim], chosen: Sequence[int], place_of: Mapping[int, int], rooms: Mapping[int, Room]
) -> int:
    counts = dict.fromkeys(rooms, 0)
    for claim, place in zip(claims, chosen, strict=True):
        counts[place_of[claim.reps[place]]] += 1
    return sum(max(0, count - rooms[at].band.high, rooms[at].band.low - count) for at, count in counts.items())


def _bands(claims: Sequence[Claim], place_of: Mapping[int, int], rooms: Mapping[int, Room]) -> Bands:
    """All steps are one pool here: what counts is what somebody holds in all."""
    pool = claims[0].step.pool
    there = sorted({place_of[rep] for claim in claims for rep in claim.reps})
    bins = tuple(Bin(0, place) for place in there)
    band = {
        one: Band(rooms[one.place].band.low, min(rooms[one.place].band.high, rooms[one.place].most)) for one in bins
    }
    everything = Band(0, len(claims))
    return Bands((pool,), bins, {}, {}, band, dict.fromkeys(there, everything), {}, Owed())


def _on_arcs(wish: Sequence[Sequence[int]], layout: Layout, network: Network) -> Whole:
    cost = np.zeros(len(network.tail), dtype=np.int64)
    cost[: layout.options] = [value for row in wish for value in row]
    return cost
