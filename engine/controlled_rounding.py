"""Controlled rounding: a table of exact shares in whole units, in which every total is exact, too.

A total is shared among the cells of a table by weights. Each cell becomes the floor or the ceiling of its exact
value, and so does every total: of a row, of a group of rows, of a column, of a group of columns, and of parts of
these (see `Margins`). That such a rounding exists for every table whose totals fall into two families, in each of
which any two are nested or apart, is the theorem of Bacharach (1966, "Matrix rounding problems") and Cox (1987, "A
constructive procedure for unbiased controlled rounding"): the exact table is a flow in a network whose arcs are the
cells and the totals, each bounded by its floor and ceiling, and a network with whole bounds that has a flow has one
of whole numbers. Here it is found by handing out the units above the floors in the order of remainders (ties to the
earlier row, then column), as far as all totals leave room, and by then sending what a total still lacks around the
network. With one column that is Hamilton's method.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Cell", "Margins", "Why", "round_table"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a cell was rounded as it was.

    `whole`: it is a whole number of units. `remainder`: up, its remainder being among the largest that the totals
    leave room for. `full`: down, for the total named has all its units. `needed`: up, so that the total named
    reaches its floor. `gave_way`: down, so that the total named reaches its floor. `divisor`: by a method that
    divides one total among rows without looking at remainders.
    """

    word: Literal["whole", "remainder", "full", "needed", "gave_way", "divisor"]
    total: Hashable = None


_WHOLE = Why("whole")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in units: floor of the exact value, remainder in parts of `round_table`'s divisor, and what it became."""

    floor: int
    remainder: int
    units: int
    why: Why


@dataclass(frozen=True, slots=True)
class Margins:
    """The totals that a cell counts into, from the smallest to that of the whole table, in two families.

    Each total of a family lies within the next one of its chain. `rows` might be (row, quarter), row, team, all;
    `columns` (team, month), month, quarter, all. The last of both is one and the same.
    """

    rows: tuple[Hashable, ...]
    columns: tuple[Hashable, ...]


@dataclass(slots=True)
class _Arc:
    """An arc of the network with what flows through it now."""

    tail: int
    head: int
    least: int
    most: int
    flow: int = 0
    name: Hashable = None


@dataclass(slots=True)
class _Network:
    arcs: list[_Arc] = field(default_factory=list[_Arc])
    leaving: list[list[int]] = field(default_factory=list[list[int]])
    entering: list[list[int]] = field(default_factory=list[list[int]])

    def vertex(self) -> int:
        self.leaving.append([])
        self.entering.append([])
        return len(self.leaving) - 1

    def arc(self, arc: _Arc) -> int:
        self.arcs.append(arc)
        self.leaving[arc.tail].append(len(self.arcs) - 1)
        self.entering[arc.head].append(len(self.arcs) - 1)
        return len(self.arcs) - 1

    def way_back(self, arc: _Arc) -> list[tuple[int, int]]:
        """A shortest way from the head of an arc to its tail on which one unit more can flow: arcs and +1 or -1."""
        came: dict[int, tuple[int, int, int]] = {arc.head: (-1, 0, 0)}
        waiting = deque([arc.head])
        while waiting and arc.tail not in came:
            at = waiting.popleft()
            for number, sign, to in self._steps(at):
                if to not in came:
                    came[to] = at, number, sign
                    waiting.append(to)
        way: list[tuple[int, int]] = []
        at = arc.tail
        while at != arc.head:  # a flow exists, so the tail was reached
            at, number, sign = came[at]
            way.append((number, sign))
        return way

    def _steps(self, at: int) -> list[tuple[int, int, int]]:
        arcs = self.arcs
        ahead = [(number, 1, arcs[number].head) for number in self.leaving[at] if arcs[number].flow < arcs[number].most]
        back = [
            (number, -1, arcs[number].tail)
            for number in reversed(self.entering[at])
            if arcs[number].flow > arcs[number].least
        ]
        return [*ahead, *back]


def round_table(
    shares: Sequence[Sequence[int]], divisor: int, margins: Sequence[Sequence[Margins]]
) -> list[list[Cell]]:
    """The cells `shares / divisor` in whole units, so that each and every total in `margins` is floor or ceiling.

    `shares` (rows of columns) may be negative; `divisor` is above zero. Raises `ValueError` for a divisor that is
    not, and where the totals are not two nested families (then no rounding may exist).
    """
    if divisor <= 0:
        raise ValueError("the divisor of shares is above zero")
    places = [(row, column) for row, cells in enumerate(shares) for column in range(len(cells))]
    parts = {place: divmod(shares[place[0]][place[1]], divisor) for place in places}
    open_ = sorted((place for place in places if parts[place][1]), key=lambda place: (-parts[place][1], place))
    up, why = _Rounding(shares, divisor, margins, parts).solve(open_)
    return [
        [
            Cell(
                *parts[row, column], parts[row, column][0] + ((row, column) in up), why.get((row, column), Why("whole"))
            )
            for column in range(len(cells))
        ]
        for row, cells in enumerate(shares)
    ]


_Place = tuple[int, int]


class _Rounding:
    """One run: the network of totals, what is handed out, and why."""

    def __init__(
        self,
        shares: Sequence[Sequence[int]],
        divisor: int,
        margins: Sequence[Sequence[Margins]],
        parts: dict[_Place, tuple[int, int]],
    ) -> None:
        self.margins = margins
        self.network = _Network()
        self.total_of: dict[tuple[bool, Hashable], int] = {}
        self.vertex_of: dict[tuple[bool, Hashable], int] = {}
        sums: dict[tuple[bool, Hashable], list[int]] = {}
        outer: dict[tuple[bool, Hashable], tuple[bool, Hashable] | None] = {}
        for (row, column), (floor, _) in parts.items():
            margin = margins[row][column]
            for by_rows, chain in ((True, margin.rows), (False, margin.columns)):
                keys = [(by_rows, name) for name in chain]
                for key, above in zip(keys, [*keys[1:], None], strict=True):
                    if outer.setdefault(key, above) != above:
                        raise ValueError(f"the total {key[1]!r} lies in two others that do not lie in each other")
                    entry = sums.setdefault(key, [0, 0])
                    entry[0] += shares[row][column]
                    entry[1] += floor
        self._build(sums, outer, divisor)

    def _build(
        self,
        sums: dict[tuple[bool, Hashable], list[int]],
        outer: dict[tuple[bool, Hashable], tuple[bool, Hashable] | None],
        divisor: int,
    ) -> None:
        """A vertex for each total; what flows into a total of rows comes from the next larger one, and so on back."""
        network = self.network
        source = network.vertex()
        for key in sums:
            self.vertex_of[key] = network.vertex()
        for key, (exact, floors) in sums.items():
            above = outer[key]
            other = self.vertex_of[above] if above is not None else source
            own = self.vertex_of[key]
            least, most = exact // divisor - floors, -(-exact // divisor) - floors
            tail, head = (other, own) if key[0] else (own, other)
            self.total_of[key] = network.arc(_Arc(tail, head, least, most, name=key[1]))

    def solve(self, places: Sequence[_Place]) -> tuple[set[_Place], dict[_Place, Why]]:
        why: dict[_Place, Why] = {}
        cells: dict[int, _Place] = {}
        network = self.network
        for place in places:
            margin = self.margins[place[0]][place[1]]
            rows = [self.total_of[True, name] for name in margin.rows]
            columns = [self.total_of[False, name] for name in margin.columns]
            tail, head = self.vertex_of[True, margin.rows[0]], self.vertex_of[False, margin.columns[0]]
            arc = network.arc(_Arc(tail, head, 0, 1))
            cells[arc] = place
            least_first = (*rows[:-1], *columns[:-1], rows[-1], columns[-1])
            full = next((at for at in least_first if network.arcs[at].flow == network.arcs[at].most), None)
            if full is not None:
                why[place] = Why("full", network.arcs[full].name)
                continue
            why[place] = Why("remainder")
            for at in (arc, *rows, *columns):
                network.arcs[at].flow += 1
        self._fill(cells, why)
        return {place for arc, place in cells.items() if network.arcs[arc].flow}, why

    def _fill(self, cells: dict[int, _Place], why: dict[_Place, Why]) -> None:
        """Send around what totals lack of their floors."""
        network = self.network
        for number in self.total_of.values():
            arc = network.arcs[number]
            while arc.flow < arc.least:
                way = network.way_back(arc)
                arc.flow += 1
                for step, sign in way:
                    network.arcs[step].flow += sign
                    if step in cells:
                        why[cells[step]] = Why("needed" if sign > 0 else "gave_way", arc.name)
