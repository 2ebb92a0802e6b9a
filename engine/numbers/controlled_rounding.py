"""Controlled rounding: a table of exact shares in whole units, in which every total is exact, too.

A total is shared among the cells of a table by weights. Each cell becomes the floor or the ceiling of its exact
value, and so does every total: of a row, of a group of rows, of a column, of a group of columns, and of parts of
these (see `Margins`). That such a rounding exists for every table whose totals fall into two families, in each of
which any two are nested or apart, is the theorem of Bacharach (1966, "Matrix rounding problems") and Cox (1987, "A
constructive procedure for unbiased controlled rounding"): the exact table is a flow in a network whose arcs are the
cells and the totals, each bounded by its floor and ceiling, and a network with whole bounds that has a flow has one
of whole numbers. Here it is found by handing out the units above the floors in the order of remainders (ties to the
earlier row, then column), as far as all totals leave room, and by then sending what totals still lack around the
network, on shortest ways, many at a time (Dinic 1970, "Algorithm for solution of a problem of maximum flow in
networks with power estimation"). With one column that is Hamilton's method.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Cell", "Margins", "Why", "round_table"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a cell was rounded as it was.

    `whole`: it is a whole number of units. `remainder`: up, its remainder being among the largest that the totals
    leave room for. `full`: down, for the total named has all its units. `needed`: up, so that the total named
    reaches its floor. `gave_way`: down, so that the total named reaches its floor. `divisor`: by the method
    named, which divides one total among rows without looking at remainders.
    """

    word: Literal["whole", "remainder", "full", "needed", "gave_way", "divisor"]
    total: Hashable = None


_WHOLE, _REMAINDER = Why("whole"), Why("remainder")


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


_Place = tuple[int, int]


def round_table(
    shares: Sequence[Sequence[int]], divisor: int, margins: Sequence[Sequence[Margins]]
) -> list[list[Cell]]:
    """The cells `shares / divisor` in whole units, so that each and every total in `margins` is floor or ceiling.

    `shares` (rows of columns) may be negative; `divisor` is above zero. Raises `ValueError` for a divisor that is
    not, and where the totals are not two nested families (then no rounding may exist).
    """
    if divisor <= 0:
        raise ValueError("the divisor of shares is above zero")
    parts = [[divmod(share, divisor) for share in cells] for cells in shares]
    places = [(row, column) for row, cells in enumerate(parts) for column in range(len(cells))]
    open_ = sorted(
        (place for place in places if parts[place[0]][place[1]][1]),
        key=lambda place: (-parts[place[0]][place[1]][1], place),
    )
    up, why = _Rounding(_Totals(shares, divisor, margins, parts)).solve(open_)
    return [
        [
            Cell(floor, rest, floor + ((row, column) in up), why.get((row, column), _WHOLE))
            for column, (floor, rest) in enumerate(cells)
        ]
        for row, cells in enumerate(parts)
    ]


class _Totals:
    """All totals by number: names, bounds of what is above the floors of their cells, and the next larger ones.

    `chains` has the numbers of each cell's totals, of rows and of columns, from the smallest; `of_rows` tells the
    families apart. A total has a larger number than the one that it lies in.
    """

    def __init__(
        self,
        shares: Sequence[Sequence[int]],
        divisor: int,
        margins: Sequence[Sequence[Margins]],
        parts: Sequence[Sequence[tuple[int, int]]],
    ) -> None:
        self.names: list[Hashable] = []
        self.of_rows: list[bool] = []
        self.outer: list[int] = []
        self.chains: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = []
        self._numbers: tuple[dict[Hashable, int], dict[Hashable, int]] = {}, {}
        self._known: dict[tuple[int, bool], tuple[int, ...]] = {}
        for line in margins:
            self.chains.append([(self._chain(one.rows, True), self._chain(one.columns, False)) for one in line])
        exact, floors = [0] * len(self.names), [0] * len(self.names)
        for cells, pairs, chains in zip(shares, parts, self.chains, strict=True):
            for share, (floor, _), (rows, columns) in zip(cells, pairs, chains, strict=True):
                for number in (rows[0], columns[0]):
                    exact[number] += share
                    floors[number] += floor
        for number in reversed(range(len(self.names))):
            if (outer := self.outer[number]) >= 0:
                exact[outer] += exact[number]
                floors[outer] += floors[number]
        self.least = [exact // divisor - floors for exact, floors in zip(exact, floors, strict=True)]
        self.most = [-(-exact // divisor) - floors for exact, floors in zip(exact, floors, strict=True)]

    def _chain(self, names: tuple[Hashable, ...], of_rows: bool) -> tuple[int, ...]:
        """The numbers of a chain of totals; each lies in one and the same next larger one wherever it stands."""
        key = id(names), of_rows  # many cells have one chain in common; the margins keep it alive
        if key not in self._known:
            self._known[key] = self._numbered(names, of_rows)
        return self._known[key]

    def _numbered(self, names: tuple[Hashable, ...], of_rows: bool) -> tuple[int, ...]:
        numbers, made, above = self._numbers[0 if of_rows else 1], list[int](), -1
        for name in reversed(names):
            number = numbers.get(name)
            if number is None:
                number = numbers[name] = len(self.names)
                self.names.append(name)
                self.of_rows.append(of_rows)
                self.outer.append(above)
            elif self.outer[number] != above:
                raise ValueError(f"the total {name!r} lies in two others that do not lie in each other")
            made.append(number)
            above = number
        return tuple(reversed(made))


class _Rounding:
    """One run: the network of totals, what is handed out, and why.

    Vertex 0 is the source, vertex n + 1 that of total n. What flows into a total of rows comes from the next larger
    one, on to the cells, and through the totals of columns back. Edge 2n is the arc of total n, or of an open cell, and
    edge 2n + 1 the same arc backwards; `room` is what each may still carry.
    """

    def __init__(self, totals: _Totals) -> None:
        self.totals = totals
        self.flow = [0] * len(totals.names)
        self.head: list[int] = []
        self.room: list[int] = []
        self.leaving: list[list[int]] = [[] for _ in range(len(totals.names) + 1)]
        self.cells: list[_Place] = []
        self.why: dict[_Place, Why] = {}
        for number, (of_rows, outer) in enumerate(zip(totals.of_rows, totals.outer, strict=True)):
            self._arc(*((outer + 1, number + 1) if of_rows else (number + 1, outer + 1)), 0, 0)

    def _arc(self, tail: int, head: int, ahead: int, back: int) -> None:
        self.leaving[tail].append(len(self.head))
        self.leaving[head].append(len(self.head) + 1)
        self.head += (head, tail)
        self.room += (ahead, back)

    def solve(self, places: Sequence[_Place]) -> tuple[set[_Place], dict[_Place, Why]]:
        """The cells that go up among those with a remainder, largest first; and why each does or does not."""
        self._hand_out(places)
        self._send_around(*self._lacking())
        first = 2 * len(self.totals.names)
        up = {place for number, place in enumerate(self.cells) if not self.room[first + 2 * number]}
        return up, self.why

    def _hand_out(self, places: Sequence[_Place]) -> None:
        flow, most, names = self.flow, self.totals.most, self.totals.names
        for place in places:
            rows, columns = self.totals.chains[place[0]][place[1]]
            smallest_first = (*rows[:-1], *columns[:-1], rows[-1], columns[-1])
            full = next((number for number in smallest_first if flow[number] == most[number]), None)
            self.cells.append(place)
            if full is not None:
                self.why[place] = Why("full", names[full])
                self._arc(rows[0] + 1, columns[0] + 1, 1, 0)
                continue
            self.why[place] = _REMAINDER
            self._arc(rows[0] + 1, columns[0] + 1, 0, 1)
            for number in smallest_first:
                flow[number] += 1

    def _lacking(self) -> tuple[list[int], list[list[Hashable]]]:
        """Give every total its floor; what each vertex has too much (or too little) by that, and by which totals."""
        totals, flow = self.totals, self.flow
        excess = [0] * len(self.leaving)
        due: list[list[Hashable]] = [[] for _ in self.leaving]
        for number, (least, most) in enumerate(zip(totals.least, totals.most, strict=True)):
            lacks = least - flow[number]
            if lacks > 0:
                head, tail = self.head[2 * number], self.head[2 * number + 1]
                excess[head] += lacks
                excess[tail] -= lacks
                due[head] += [totals.names[number]] * lacks
                flow[number] = least
            self.room[2 * number : 2 * number + 2] = most - flow[number], flow[number] - least
        return excess, due

    def _send_around(self, excess: list[int], due: list[list[Hashable]]) -> None:
        """Send what is too much to where it lacks: a flow exists, so all of it arrives."""
        while any(excess):
            levels = self._levels(excess)
            tried = [0] * len(excess)
            for vertex, amount in enumerate(excess):
                while amount > 0 and (way := self._way(vertex, levels, tried)):
                    amount -= 1
                    self._send(way, due[vertex].pop(0))
                    excess[vertex] -= 1
                    excess[self.head[way[-1]]] += 1
                    if not excess[self.head[way[-1]]]:
                        levels[self.head[way[-1]]] = -1

    def _levels(self, excess: list[int]) -> list[int]:
        """How many edges lead from each vertex to where it lacks, up to the first where there is too much; -1: more."""
        head, room = self.head, self.room
        levels = [0 if amount < 0 else -1 for amount in excess]
        reached = [vertex for vertex, level in enumerate(levels) if level == 0]
        level, arrived = 0, False
        while reached and not arrived:
            level += 1
            before: list[int] = []
            for vertex in reached:
                for edge in self.leaving[vertex]:
                    if levels[head[edge]] < 0 and room[edge ^ 1]:
                        levels[head[edge]] = level
                        before.append(head[edge])
            arrived = any(excess[vertex] > 0 for vertex in before)
            reached = before
        return levels

    def _way(self, start: int, levels: list[int], tried: list[int]) -> list[int]:
        """Edges of a shortest way to a vertex that lacks, if any. `tried`: how many of each vertex lead to none."""
        head, room = self.head, self.room
        way: list[int] = []
        at = start
        while levels[at]:
            leaving, number, ahead = self.leaving[at], tried[at], levels[at] - 1
            while number < len(leaving) and not (levels[head[leaving[number]]] == ahead >= 0 < room[leaving[number]]):
                number += 1
            tried[at] = number
            if number < len(leaving):
                way.append(leaving[number])
                at = head[way[-1]]
            elif way:
                at = head[way.pop() ^ 1]
                tried[at] += 1
            else:
                return []
        return way

    def _send(self, way: list[int], total: Hashable) -> None:
        first = 2 * len(self.totals.names)
        for edge in way:
            self.room[edge] -= 1
            self.room[edge ^ 1] += 1
            if edge >= first:
                self.why[self.cells[(edge - first) // 2]] = Why("gave_way" if edge & 1 else "needed", total)
