"""Readings of targets on columns: the goals of many rows over their windows at once."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index, Mask
from ..arrays.ordering import distinct
from ..arrays.rounding import round_ratio
from ..arrays.segments import segment_sum
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period, period_start, shift, within
from ..calendar.windows import last_day, of_period, resolve
from ..frames import Frame, Values, codes_of, known_of
from ..numbers.target_tables import GoalTable, goal_table, outer_period, target_unit
from .columnar_people import employed

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["read_target"]


def read_target(ev: Columns, node: c.ReadTarget, frame: Frame) -> Values:
    """The sums of the goals of the periods in each window; missing where the subject is."""
    target = ev.policy.targets[node.target]
    start, end = resolve(node.window, frame.start, frame.end, ev.policy.calendar)
    subject = ev.rows(node.subject, frame)
    there = np.flatnonzero(subject >= 0)
    first, counts = _periods(ev, target, start[there] // SECONDS_PER_DAY, last_day(end[there]) + 1)
    reader = np.repeat(np.arange(len(there)), counts)
    begins = (np.cumsum(counts) - counts).astype(np.int64)
    step = np.arange(len(reader)) - np.repeat(begins, counts)
    days = shift(target.per, first[reader], step, ev.policy.calendar)
    one, inverse = distinct(subject[there][reader], days)
    goals = _goals(ev, target, subject[there][reader][one], days[one]).take(inverse)
    sums = segment_sum(goals, begins)
    place = np.full(len(frame), -1, dtype=np.int64)
    place[there] = np.arange(len(there))
    return sums.take(place)


def _periods(ev: Columns, target: c.Target, start: Index, end: Index) -> tuple[Index, Index]:
    """The first period of each window, and how many there are: see `goal_days`."""
    calendar = ev.policy.calendar
    first, last = period_start(target.per, start, calendar), period_start(target.per, end - 1, calendar)
    if target.per == "week":
        last = last - 7 * ((first < last) & (last + 7 > end))
    counts = np.zeros(len(first), dtype=np.int64)
    day = first.copy()
    while (inside := day <= last).any():
        counts += inside
        day = shift(target.per, day, 1, calendar)
    return first, counts


def _goals(ev: Columns, target: c.Target, rows: Index, days: Index) -> Column:
    """The goal of each row for the period that begins on its day."""
    if isinstance(target.value, c.Split):
        return _parts(ev, target, target.value, rows, days)
    end = shift(target.per, days, 1, ev.policy.calendar)
    frame = Frame({target.kind: rows}, days * SECONDS_PER_DAY, end * SECONDS_PER_DAY)
    exact = ev.column(target.value, frame).fill(Column.constant(0, len(rows)))
    unit = target_unit(ev.policy, target)
    if not unit:
        return exact
    scaled = exact.scale(1 / unit)  # exact: fraction
    return Column.of(round_ratio(scaled.num, scaled.den, 1, ev.policy.rounding)).scale(unit)


def _parts(ev: Columns, target: c.Target, split: c.Split, rows: Index, days: Index) -> Column:
    """The parts of a split, looked up in its tables."""
    amounts: list[Fraction | None] = []
    at: dict[int, Period] = {
        day: outer_period(split, target.per, day, ev.policy.calendar) for day in set(days.tolist())
    }
    for row, day in zip(rows.tolist(), days.tolist(), strict=True):
        table = _tables(ev, target, split, at[day]).get(row)
        amounts.append(Fraction(table.goal(row, day).amount) if table is not None else Fraction(0))
    return Column.from_fractions(amounts)


def _tables(ev: Columns, target: c.Target, split: c.Split, outer: Period) -> dict[int, GoalTable]:
    """The table of each row in a longer period, made when it is first read."""
    key = "goal tables", target.name, outer.start
    if key not in ev.crowds:
        ev.crowds[key] = {row: table for table in _made(ev, target, split, outer) for row in table.rows}
    return ev.crowds[key]


def _made(ev: Columns, target: c.Target, split: c.Split, outer: Period) -> list[GoalTable]:
    periods = within(outer, target.per) if split.over is not None else [outer]
    rows = np.arange(len(ev.facts.table(target.kind)), dtype=np.int64)
    whole = _frame(target, rows, [outer])
    kept = np.flatnonzero(_there(ev, target, whole))
    rows, whole = rows[kept], whole.only(kept)
    if not len(rows):
        return []
    weights = _weights(ev, target, split, _frame(target, rows, periods))
    totals = ev.column(split.pool, whole).to_fractions()
    labels = _labels(ev, split.group, whole)
    groups = _labels(ev, split.subtotals, whole)
    unit = target_unit(ev.policy, target)
    made: list[GoalTable] = []
    for label in sorted(set(labels) - {-1}):
        members = [at for at, own in enumerate(labels) if own == label]
        keyed: dict[int, list[int | Fraction]] = {
            int(rows[at]): list(weights[at * len(periods) : (at + 1) * len(periods)]) for at in members
        }
        subtotals: dict[int, Hashable] = {int(rows[at]): groups[at] for at in members}
        total = totals[members[0]] or 0
        made.append(goal_table(split, total, keyed, subtotals, outer, target.per, unit, ev.policy.rounding))
    return made


def _frame(target: c.Target, rows: Index, periods: list[Period]) -> Frame:
    """Every row in every period, by row."""
    windows = np.array([of_period(period) for period in periods], dtype=np.int64).reshape(-1, 2)
    at = np.tile(np.arange(len(periods)), len(rows))
    return Frame({target.kind: np.repeat(rows, len(periods))}, windows[at, 0], windows[at, 1])


def _there(ev: Columns, target: c.Target, frame: Frame) -> Mask:
    if target.kind != "rep":
        return np.ones(len(frame), dtype=np.bool_)
    return employed(ev, frame.rows["rep"], frame.start, frame.end)


def _weights(ev: Columns, target: c.Target, split: c.Split, frame: Frame) -> list[Fraction]:
    inside = _there(ev, target, frame)
    if split.where is not None:
        inside = inside & ev.mask(split.where, frame)
    weight = ev.column(split.weight, frame)
    counted = inside & known_of(weight, len(frame))
    return [value or Fraction(0) for value in weight.with_known(counted).to_fractions()]


def _labels(ev: Columns, group: c.Expr | None, frame: Frame) -> list[int]:
    """A number for the group of each row; -1 where it has none."""
    if group is None:
        return [0] * len(frame)
    return codes_of(ev.value(group, frame), len(frame)).tolist()
