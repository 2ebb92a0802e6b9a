"""Splits of a total as tables: rows by periods, in whole units, every total exact; what both evaluators share.

How a cell of the table is read (the weight of a row in a period, the total of a group) is each evaluator's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.rounding import round_fraction, step_of
from ..calendar.periods import KINDS, Period, containing, period_start, within
from .apportionment import Method, apportion, tied
from .controlled_rounding import Cell, Margins, Why, round_table
from .weights import integer_weights

__all__ = ["Goal", "GoalTable", "Number", "goal_days", "goal_table", "in_units", "outer_period", "target_unit"]

Number = int | Fraction


def target_unit(policy: c.Policy, target: c.Target) -> Fraction:
    """The step of a target's goals in run-time units; 0 where they are not rounded.

    What the policy says; else the step of payouts for money and 1 for counts; other quantities are cut into whole
    numbers where they are split, and are exact by a formula.
    """
    if target.unit:
        return target.unit
    if target.type.name == "money":
        return Fraction(step_of(policy))
    return Fraction(1) if target.type.name == "count" or isinstance(target.value, c.Split) else Fraction(0)


def in_units(value: Number, unit: Fraction, mode: str) -> Number:
    """A value rounded to a unit (0: not at all)."""
    return round_fraction(Fraction(value) / unit, 1, mode) * unit if unit else value  # exact: fraction


def goal_days(per: str, start: int, end: int, calendar: Calendar) -> Iterator[int]:
    """The first days of the periods that a window of days [start, end) reads a goal for.

    Those that begin in it. A week belongs to the longer period in which it ends, so one that goes on beyond the window
    is read only where the window lies within it.
    """
    first, last = period_start(per, start, calendar), period_start(per, end - 1, calendar)
    if per == "week" and first < last and last + 7 > end:
        last -= 7
    period = containing(per, first, calendar)
    while period.start <= last:
        yield period.start
        period = period.next()


def outer_period(split: c.Split, per: str, day: int, calendar: Calendar) -> Period:
    """The longer period whose total a target's period that begins on a day has a part of."""
    period = containing(per, day, calendar)
    return period if split.over is None else containing(split.over, period.end - 1, calendar)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal, and where it is from: `exact` is its value before it was rounded to `unit`, `why` why it went up or down.

    `why` is None for a formula, whose goals are rounded as the policy rounds.
    """

    amount: Number
    exact: Number
    unit: Fraction
    why: Why | None = None


@dataclass(frozen=True, eq=False)
class GoalTable:
    """A total that is split among rows (of the target's kind, in order of keys) and periods.

    `total` is what was to be split, `shared` what was: the total in whole units, or 0 where nobody weighs anything.
    `groups`: the subtotal that each row belongs to. `cells` and `weights` are rows of columns; `below_zero` are rows
    with weights below zero, which count as none; `ties` rows among which only their keys decide who has a step more
    (found where a total goes one way).
    """

    rows: tuple[int, ...]
    periods: tuple[Period, ...]
    groups: tuple[Hashable, ...]
    unit: Fraction
    total: Number
    shared: Number
    weights: tuple[tuple[Number, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]
    below_zero: tuple[int, ...] = ()
    ties: tuple[int, ...] = ()

    def goal(self, row: int, day: int) -> Goal:
        """The goal of a row for the period that begins on a day."""
        place, column = self._places[row], self._columns[day]
        cell, weight = self.cells[place][column], self.weights[place][column]
        exact = Fraction(self.shared * weight) / self._all if weight else 0  # exact: fraction
        return Goal(_plain(cell.units * self.unit), _plain(exact), self.unit, cell.why)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {row: place for place, row in enumerate(self.rows)}

    @cached_property
    def _columns(self) -> dict[int, int]:
        return {period.start: column for column, period in enumerate(self.periods)}

    @cached_property
    def _all(self) -> Number:
        return sum((weight for row in self.weights for weight in row), Fraction(0))


def _plain(value: Number) -> Number:
    return value.numerator if value.denominator == 1 else value


def goal_table(
    split: c.Split,
    total: Number,
    weights: Mapping[int, Sequence[Number]],
    groups: Mapping[int, Hashable],
    outer: Period,
    per: str,
    unit: Fraction,
    mode: str,
) -> GoalTable:
    """Split a total by weights (of each row, one a period; below zero counts as none) among the periods in `outer`.

    Exact in both directions: each row, each group, each period, each longer period of the calendar, each row in a
    longer period and each group in a period has the floor or the ceiling of its exact total.
    """
    periods = tuple(within(outer, per)) if split.over is not None else (outer,)
    rows = tuple(sorted(weights))
    whole = integer_weights([max(0, weight) for row in rows for weight in weights[row]])
    width = len(periods)
    table = [whole[at * width : (at + 1) * width] for at in range(len(rows))]
    units = round_fraction(Fraction(total) / unit, 1, mode)  # exact: fraction
    divisor = sum(whole)
    named = tuple(groups.get(row) for row in rows)
    if not divisor:
        cells = [[Cell(0, 0, 0, Why("whole")) for _ in periods] for _ in rows]
        units = 0
    elif split.method != "hamilton":
        cells = _by_divisors(units, [line[0] for line in table], divisor, split.method)
    else:
        shares = [[units * weight for weight in line] for line in table]
        cells = round_table(shares, divisor, _margins(rows, named, periods, split.subtotals is not None))
    kept = tuple(tuple(max(0, weight) for weight in weights[row]) for row in rows)
    below = tuple(row for row in rows if any(weight < 0 for weight in weights[row]))
    even: tuple[int, ...] = ()
    if units and width == 1 and split.subtotals is None:
        even = tuple(rows[place] for place in tied(units, whole, split.method))
    return GoalTable(rows, periods, named, unit, total, units * unit, kept, tuple(map(tuple, cells)), below, even)


def _by_divisors(units: int, weights: list[int], divisor: int, method: Method) -> list[list[Cell]]:
    """One column by a divisor method."""
    made = apportion(units, weights, method)
    parts = [divmod(units * weight, divisor) for weight in weights]
    return [[Cell(*part, held, Why("divisor", method))] for part, held in zip(parts, made, strict=True)]


def _margins(
    rows: Sequence[int], groups: Sequence[Hashable], periods: Sequence[Period], has_groups: bool
) -> list[list[Margins]]:
    """The totals of each cell: of rows in longer periods, rows, groups; of groups in periods, periods, longer ones."""
    longer = [tuple(_longer(period, periods)) for period in periods]
    outer = list(dict.fromkeys(longer))
    at = [outer.index(above) for above in longer]
    columns = {
        group: [
            (
                *([("group", group, period)] if has_groups else []),
                ("period", period),
                *(("period", part) for part in above),
                "all",
            )
            for period, above in zip(periods, longer, strict=True)
        ]
        for group in set(groups)
    }
    made: list[list[Margins]] = []
    for row, group in zip(rows, groups, strict=True):
        own = [("row", row), *([("group", group)] if has_groups else []), "all"]
        chains = [(*(("row", row, part) for part in above), *own) for above in outer]
        made.append([Margins(chains[place], column) for place, column in zip(at, columns[group], strict=True)])
    return made


def _longer(period: Period, periods: Sequence[Period]) -> list[Period]:
    """The periods of the calendar between one and all of them in which it ends, shortest first."""
    made: list[Period] = []
    span = periods[-1].end - periods[0].start
    for kind in KINDS[KINDS.index(period.kind) + 1 :]:
        if kind == "week" and period.calendar.weeks is None:
            continue  # a week lies in two months
        part = containing(kind, period.end - 1, period.calendar)
        if part.end - part.start >= span:
            break
        made.append(part)
    return made
