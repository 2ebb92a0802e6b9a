"""The network of a batch: facts, the reps in their pools, the reps, and where everything ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .bands import Band, Bands, Bin
from .claims import Claim
from .network import Network, Whole
from .sizes import Places

__all__ = ["Layout", "layout_by_size", "layout_of"]

_LEAST_STEPS = 16
"""How many facts beside a band cost more and more each, at least; what lies farther costs the same each."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A network, and what its arcs are.

    Nodes are the facts, the bins, the reps, the end and, last, nobody. The first arcs are the options of the facts, one
    after the other from `starts`; `bin` is the number of the bin of each, `base` that of the pair of fact and rep. Then
    one arc a fact to nobody; then those from bins to reps, and from reps to the end. `beside_pool` and `beside_total`:
    what a unit costs on an arc that lies beside the band of a pool, of a rep; `held`: what one costs that nobody gets.
    """

    network: Network
    starts: Whole
    bin: Whole
    base: Whole
    bins: tuple[Bin, ...]
    reps: tuple[int, ...]
    beside_pool: Whole
    beside_total: Whole
    held: Whole

    @property
    def claims(self) -> int:
        """How many facts there are."""
        return len(self.starts) - 1

    @property
    def options(self) -> int:
        """How many options they have together."""
        return len(self.bin)


class _Arcs:
    """Arcs behind those of the facts."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.rows: list[tuple[int, int, int, int, int, int]] = []  # tail, head, lower, upper, beside pool, beside total

    def between(self, tail: int, head: int, band: Band, most: int, *, soft: bool, total: bool) -> None:
        """The arcs of a band; `soft`: more and less are possible, at a price that rises with the distance."""
        if not soft:
            self.rows.append((tail, head, max(band.low, 0), min(max(band.high, 0), most), 0, 0))
            return
        for price, units in _prices(band, most, self._steps):
            self.rows.append((tail, head, 0, units, 0 if total else price, price if total else 0))


def _prices(band: Band, most: int, steps: int) -> list[tuple[int, int]]:
    """What one more unit costs, and for how many units, in rising order; `most` units in all.

    The first unit inside of the band costs nothing. Below it a unit is worth its distance, above it costs that.
    """
    made: list[tuple[int, int]] = []
    held = 0
    while held < most:
        if held < band.low:
            price = -min(band.low - held, steps + 1)
            units = band.low - held - steps if band.low - held > steps else 1
        elif held < band.high:
            price, units = 0, band.high - held
        else:
            price = min(held + 1 - band.high, steps + 1)
            units = 1 if price <= steps else most - held
        made.append((price, min(units, most - held)))
        held += made[-1][1]
    return made


def layout_of(
    claims: Sequence[Claim],
    bands: Bands,
    place_of: Mapping[int, int],
    *,
    soft: bool = False,
    free: bool = False,
    evenly: bool = True,
) -> Layout:
    """The network of claims between their bands.

    `soft`: what lies beside a band costs instead of being forbidden, more the farther it lies; without `evenly` every
    fact beside it costs the same. `free`: there are no bands, only limits.
    """
    number = {one: at for at, one in enumerate(bands.bins)}
    pool = {name: at for at, name in enumerate(bands.pools)}
    reps = tuple(sorted({one.place for one in bands.bins}))
    starts = np.cumsum([0, *(len(claim.reps) for claim in claims)], dtype=np.int64)
    option_bin = _bins_of(claims, number, pool, place_of)
    first_bin = len(claims)
    first_rep, end = first_bin + len(bands.bins), first_bin + len(bands.bins) + len(reps)
    at_rep = {place: first_rep + at for at, place in enumerate(reps)}
    arcs = _Arcs(max(_LEAST_STEPS, 2 * len(reps)) if evenly else 0)  # no credit is farther than that from a band
    everything = Band(0, len(claims))
    reach = np.bincount(option_bin, minlength=len(bands.bins))
    for at, one in enumerate(bands.bins):
        band = everything if free else bands.band[one]
        arcs.between(first_bin + at, at_rep[one.place], band, int(reach[at]), soft=soft, total=False)
    for place in reps:
        most = min(len(claims), bands.limit.get(place, len(claims)))
        band = everything if free else bands.total[place]
        arcs.between(at_rep[place], end, band, most, soft=soft, total=True)
    holding = bool(bands.limit)
    arcs.rows.append((end + 1, end, 0, len(claims) if holding else 0, 0, 0))
    network, priced = _joined(claims, starts, option_bin + first_bin, arcs, end + 2, end, holding=holding)
    base = np.arange(len(option_bin), dtype=np.int64)
    return Layout(network, starts, option_bin, base, bands.bins, reps, *priced)


def layout_by_size(
    claims: Sequence[Claim], bands: Bands, place_of: Mapping[int, int], places: Places, loads: Sequence[int]
) -> Layout:
    """The network in which every bin has places for facts of certain sizes; a fact has an option for each that fits.

    Nodes behind nobody are the places.
    """
    number = {one: at for at, one in enumerate(bands.bins)}
    pool = {name: at for at, name in enumerate(bands.pools)}
    reps = tuple(sorted({one.place for one in bands.bins}))
    of_pair: list[int] = _bins_of(claims, number, pool, place_of).tolist()
    first_bin, first_rep = len(claims), len(claims) + len(bands.bins)
    end = first_rep + len(reps)
    by_bin: list[list[tuple[int, int, int]]] = [[] for _ in bands.bins]
    arcs = _Arcs(_LEAST_STEPS)
    for at, size in enumerate(places.sizes):
        by_bin[number[size.bin]].append((size.smallest, size.largest, end + 2 + at))
        arcs.between(end + 2 + at, first_bin + number[size.bin], size.count, len(claims), soft=False, total=False)
    for at, one in enumerate(bands.bins):
        arcs.between(
            first_bin + at, first_rep + reps.index(one.place), bands.band[one], len(claims), soft=False, total=False
        )
    for at, place in enumerate(reps):
        arcs.between(first_rep + at, end, bands.total[place], len(claims), soft=False, total=True)
    arcs.rows.append((end + 1, end, 0, 0, 0, 0))
    heads, base, counts = _fitting(claims, loads, of_pair, by_bin)
    starts = np.cumsum([0, *counts], dtype=np.int64)
    pairs = np.array(base, dtype=np.int64)
    network, priced = _joined(
        claims, starts, np.array(heads, dtype=np.int64), arcs, end + 2 + len(places.sizes), end, holding=False
    )
    return Layout(network, starts, np.array(of_pair, dtype=np.int64)[pairs], pairs, bands.bins, reps, *priced)


def _fitting(
    claims: Sequence[Claim],
    loads: Sequence[int],
    of_pair: Sequence[int],
    by_bin: Sequence[Sequence[tuple[int, int, int]]],
) -> tuple[list[int], list[int], list[int]]:
    """The places that fit each fact: their nodes, the pair of fact and rep of each, and how many each fact has."""
    heads: list[int] = []
    base: list[int] = []
    counts: list[int] = []
    pair = 0
    for claim, load in zip(claims, loads, strict=True):
        before = len(heads)
        for _ in claim.reps:
            fitting = [node for smallest, largest, node in by_bin[of_pair[pair]] if smallest <= load <= largest]
            heads += fitting
            base += [pair] * len(fitting)
            pair += 1
        counts.append(len(heads) - before)
    return heads, base, counts


def _bins_of(
    claims: Sequence[Claim], number: Mapping[Bin, int], pool: Mapping[str, int], place_of: Mapping[int, int]
) -> Whole:
    """The number of the bin of every option; many facts have the same candidates."""
    known: dict[tuple[str, tuple[int, ...]], Whole] = {}
    found: list[Whole] = []
    for claim in claims:
        alike = claim.step.pool, claim.reps
        if alike not in known:
            at = pool[claim.step.pool]
            known[alike] = np.array([number[Bin(at, place_of[rep])] for rep in claim.reps], dtype=np.int64)
        found.append(known[alike])
    return np.concatenate(found)


def _joined(
    claims: Sequence[Claim], starts: Whole, option_head: Whole, arcs: _Arcs, nodes: int, end: int, *, holding: bool
) -> tuple[Network, tuple[Whole, Whole, Whole]]:
    count, options = len(claims), len(option_head)
    fact = np.arange(count, dtype=np.int64)
    option_tail = np.repeat(fact, np.diff(starts))
    rest = np.array(arcs.rows, dtype=np.int64).reshape(-1, 6)
    upper = np.ones(options + count, dtype=np.int64)
    upper[options:] = int(holding)
    supply = np.zeros(nodes, dtype=np.int64)
    supply[:count], supply[end] = 1, -count
    network = Network(
        supply,
        np.concatenate([option_tail, fact, rest[:, 0]]),
        np.concatenate([option_head, np.full(count, end + 1, dtype=np.int64), rest[:, 1]]),
        np.concatenate([np.zeros(options + count, dtype=np.int64), rest[:, 2]]),
        np.concatenate([upper, rest[:, 3]]),
    )
    nothing = np.zeros(options + count, dtype=np.int64)
    held = np.zeros(len(network.tail), dtype=np.int64)
    held[options : options + count] = 1
    return network, (np.concatenate([nothing, rest[:, 4]]), np.concatenate([nothing, rest[:, 5]]), held)
