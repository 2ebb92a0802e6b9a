"""Which of the best: among all ways that are as good, the one that turns one by one would come nearest to.

Facts are gone through in the order of the stream, and credits are kept as in turns one by one: every candidate is
owed the share, and whoever gets the fact pays for it. Each fact goes to the candidate with the largest credit with whom
the rest can still be made as good; ties go to the declared order, or to whoever had no turn for longest. So there is
one outcome and no other, whatever the order of rows and whatever the solver found first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..arrays.integers import Index, IntArray
from ..turns.shares import SCALE
from .bands import Bands, Bin
from .claims import Claim
from .layout import Layout
from .network import Network, Whole

_LAST = 1 << 200

__all__ = ["Line", "Search", "nearest_to_turns", "turns_alone"]


class Line:
    """Who had no turn for longest, where ties go to them: by bin a place, lowest first; all alike where nobody asks.

    `places` are those of the ledger, `turns` how many there were, by pool: see `ShareLedger.line`.
    """

    __slots__ = ("_places", "_pools", "_turns")

    def __init__(self, bins: Sequence[Bin], places: Sequence[int] = (), turns: Sequence[int] = ()) -> None:
        self._pools = [one.pool for one in bins]
        self._places = list(places) or [0] * len(bins)
        self._turns = list(turns)

    def place(self, number: int) -> int:
        """The place of a bin by its number."""
        return self._places[number]

    def first(self, numbers: IntArray, credit: IntArray) -> int:
        """Whose turn it is of bins in the declared order, by their credits: the place among them."""
        if not self._turns:
            return int(np.argmax(credit))  # the first of equals
        equals: list[int] = np.flatnonzero(credit == credit.max()).tolist()
        return min(equals, key=lambda place: self._places[int(numbers[place])])

    def serve(self, number: int) -> None:
        """Whoever is in a bin got something, and stands at the end."""
        if self._turns:
            pool = self._pools[number]
            self._turns[pool] += 1
            self._places[number] = 2 * self._turns[pool]


def shares_of(claims: Sequence[Claim], layout: Layout) -> Whole:
    """The share of every option in 1/SCALE, rounded down."""
    known: dict[tuple[int, ...], list[int]] = {}
    made: list[int] = []
    for claim in claims:
        found = known.get(claim.weights)
        if found is None:
            whole = sum(claim.weights)
            found = known[claim.weights] = [SCALE * weight // whole for weight in claim.weights]
        made += found
    return np.array(made, dtype=np.int64)[layout.base]


def turns_alone(claims: Sequence[Claim], layout: Layout, bands: Bands, line: Line) -> Whole | None:
    """What turns one by one give: an option for each fact; None where that does not keep a band."""
    credit, shares = _credits(bands, layout.claims), shares_of(claims, layout)
    starts, chosen = layout.starts.tolist(), np.zeros(layout.claims, dtype=np.int64)
    for at in range(layout.claims):
        begin, end = starts[at], starts[at + 1]
        own = layout.bin[begin:end]
        credit[own] += shares[begin:end]
        best = line.first(own, credit[own])
        chosen[at] = begin + best
        credit[own[best]] -= SCALE
        line.serve(int(own[best]))
    got = np.bincount(layout.bin[chosen], minlength=len(layout.bins)).tolist()
    total: dict[int, int] = {}
    for one, count in zip(layout.bins, got, strict=True):
        total[one.place] = total.get(one.place, 0) + count
        if not bands.band[one].low <= count <= max(0, bands.band[one].high):
            return None
    if any(not bands.total[place].low <= count <= max(0, bands.total[place].high) for place, count in total.items()):
        return None
    return chosen


def nearest_to_turns(
    claims: Sequence[Claim],
    layout: Layout,
    bands: Bands,
    network: Network,
    units: Whole,
    line: Line,
    loads: Sequence[int] | None = None,
) -> tuple[Whole, Whole]:
    """The flow among those of a narrowed network; `units` is one of them. Also the option of each fact, -1: nobody.

    `loads`: what each fact counts in the credits; one each where they are not given.
    """
    search = Search(layout, network, units.copy())
    counts = loads or [1] * layout.claims
    credit, shares = _credits(bands, sum(counts)), shares_of(claims, layout)
    starts = layout.starts.tolist()
    for at in range(layout.claims):
        own = layout.bin[starts[at] : starts[at + 1]]
        credit[own] = credit[own] + shares[starts[at] : starts[at + 1]].astype(credit.dtype) * counts[at]
        search.settle(at, lambda arc: _wish(layout, arc, credit, line))
        option = int(search.chosen[at])
        if option >= 0:
            credit[layout.bin[option]] -= SCALE * counts[at]
            line.serve(int(layout.bin[option]))
    return search.units, search.chosen


def _wish(layout: Layout, arc: int, credit: IntArray, line: Line) -> tuple[int, int, int]:
    """Largest credit first, then who waits longest, then the declared order; nobody last."""
    if arc >= layout.options:
        return _LAST, 0, arc
    one = int(layout.bin[arc])
    return -int(credit[one]), line.place(one), arc


def _credits(bands: Bands, claims: int) -> IntArray:
    credits_now = [bands.carried[one] for one in bands.bins]
    fits = SCALE * claims + max(map(abs, credits_now), default=0) < 2**63
    return np.array(credits_now, dtype=np.int64 if fits else np.object_)


class Search:
    """The part of a network that can still be changed: bins, reps, the end and nobody, and who can pass on to whom.

    `ways[v, u]` counts the ways from node u to node v: facts at bin u that may be at bin v as well, and arcs between
    bins, reps and the end with room, or whose units can be taken back.
    """

    def __init__(self, layout: Layout, network: Network, units: Whole) -> None:
        self.layout, self.network, self.units = layout, network, units
        self._facts = layout.claims
        count = network.nodes - self._facts
        self.ways = np.zeros((count, count), dtype=np.int32)
        self.open: list[list[int]] = []
        self.at: list[set[int]] = [set() for _ in range(count)]
        self.chosen = np.full(self._facts, -1, dtype=np.int64)
        self._inner: dict[tuple[int, int], list[int]] = {}
        self._place_facts()
        for arc in range(layout.options + self._facts, len(network.tail)):
            pair = int(network.tail[arc]) - self._facts, int(network.head[arc]) - self._facts
            self._inner.setdefault(pair, []).append(arc)
        for pair in self._inner:
            self._look_again(pair)

    def settle(self, fact: int, wish: Callable[[int], tuple[int, ...]]) -> None:
        """Give a fact to the first by the wish (least first) with whom the rest can be, and keep it there."""
        here = self._where(fact)
        self.at[here].discard(fact)
        self._count(fact, here, -1)
        arcs = self.open[fact]
        if len(arcs) > 1:
            self._move(fact, here, sorted(arcs, key=wish))

    # --- where facts are ---------------------------------------------------------------------------------

    def _place_facts(self) -> None:
        layout, network, options = self.layout, self.network, self.layout.options
        starts = layout.starts.tolist()
        free = network.upper > network.lower
        taken = self.units[:options] > 0
        for fact in range(self._facts):
            own: Index = np.arange(starts[fact], starts[fact + 1], dtype=np.int64)
            nobody = options + fact
            mine: list[int] = own[taken[own]].tolist()
            if mine and network.lower[mine[0]]:
                arcs: list[int] = mine
            else:
                arcs = own[free[own] | taken[own]].tolist()
                if free[nobody] or self.units[nobody]:
                    arcs.append(nobody)
            self.open.append(arcs)
            self.chosen[fact] = mine[0] if mine else -1
            here = self._where(fact)
            self.at[here].add(fact)
            self._count(fact, here, 1)

    def _node(self, arc: int) -> int:
        return int(self.network.head[arc]) - self._facts

    def _where(self, fact: int) -> int:
        option = int(self.chosen[fact])
        return self._node(option if option >= 0 else self.layout.options + fact)

    def _count(self, fact: int, here: int, more: int) -> None:
        arcs = self.open[fact]
        if len(arcs) > 1:
            self.ways[self.network.head[arcs] - self._facts, here] += more

    # --- moving ------------------------------------------------------------------------------------------

    def _move(self, fact: int, here: int, wanted: Sequence[int]) -> None:
        """Give a fact to the first of the wanted from where something can be passed on to where the fact was."""
        nodes = [self._node(arc) for arc in wanted]
        if nodes[0] == here:
            return
        onward = self._reaching(here, nodes[0])
        arc, node = next((arc, node) for arc, node in zip(wanted, nodes, strict=True) if node in onward)
        while node != here:
            following = onward[node]
            self._pass_on(node, following)
            node = following
        old = int(self.chosen[fact])
        self._put(fact, old if old >= 0 else self.layout.options + fact, arc)

    def _reaching(self, goal: int, wish: int) -> Mapping[int, int]:
        """The nodes from where a way leads to a goal, each with the next node; stops at the one wished for."""
        onward = {goal: goal}
        seen = np.zeros(len(self.ways), dtype=np.bool_)
        seen[goal] = True
        line = deque([goal])
        while line and wish not in onward:
            node = line.popleft()
            for before in np.flatnonzero((self.ways[node] > 0) & ~seen).tolist():
                seen[before] = True
                onward[before] = node
                line.append(before)
        return onward

    def _pass_on(self, node: int, to: int) -> None:
        """Move one unit from a node to the next: a fact, or along an arc."""
        if (node, to) in self._inner or (to, node) in self._inner:
            self._along(node, to)
            return
        for fact in sorted(self.at[node]):
            arc = next((arc for arc in self.open[fact] if self._node(arc) == to), None)
            if arc is not None:
                self.at[node].discard(fact)
                self._count(fact, node, -1)
                old = int(self.chosen[fact])
                self._put(fact, old if old >= 0 else self.layout.options + fact, arc)
                self.at[to].add(fact)
                self._count(fact, to, 1)
                return
        raise AssertionError("a way that was counted is not there")

    def _put(self, fact: int, old: int, arc: int) -> None:
        self.units[old] -= 1
        self.units[arc] += 1
        self.chosen[fact] = arc if arc < self.layout.options else -1

    def _along(self, node: int, to: int) -> None:
        forth = next(
            (arc for arc in self._inner.get((node, to), ()) if self.units[arc] < self.network.upper[arc]), None
        )
        if forth is not None:
            self.units[forth] += 1
        else:
            back = next(arc for arc in self._inner[to, node] if self.units[arc] > self.network.lower[arc])
            self.units[back] -= 1
        self._look_again((node, to) if (node, to) in self._inner else (to, node))

    def _look_again(self, pair: tuple[int, int]) -> None:
        """Whether something can be passed on between two nodes, forth and back."""
        tail, head = pair
        arcs = self._inner[pair]
        self.ways[head, tail] = any(self.units[arc] < self.network.upper[arc] for arc in arcs)
        self.ways[tail, head] = any(self.units[arc] > self.network.lower[arc] for arc in arcs)
