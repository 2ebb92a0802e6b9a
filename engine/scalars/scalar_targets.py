"""Readings of targets in the scalar evaluator: the goal of a row over a window, each with where it is from."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period, containing, within
from ..calendar.windows import last_day, of_period, resolve
from ..numbers.controlled_rounding import Why
from ..numbers.target_tables import Goal, GoalTable, goal_days, goal_table, in_units, outer_period, target_unit

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["goal_of", "read_target", "tables_of"]


def read_target(ev: Evaluator, node: c.ReadTarget, env: Env) -> Any:
    """The sum of the goals of the periods in a window; None where the subject is missing."""
    row = env.rows[node.subject.var] if isinstance(node.subject, c.Subject) else ev.quietly(node.subject, env)
    if row is None:
        return None
    target = ev.policy.targets[node.target]
    start, end = resolve(node.window, env.start, env.end, ev.policy.calendar)
    ev.tracer.tell(whose=row, window=(start, end))
    total: Any = 0
    for day in goal_days(target.per, start // SECONDS_PER_DAY, last_day(end) + 1, ev.policy.calendar):
        goal = goal_of(ev, target, row, day)
        _note(ev, target, row, day, goal)
        total += goal.amount
    return total


def _note(ev: Evaluator, target: c.Target, row: int, day: int, goal: Goal) -> None:
    ev.tracer.note(
        "goal", goal.amount, target.type, per=target.per, day=day, row=row, kind=target.kind, goal=goal
    )  # fmt: skip


def goal_of(ev: Evaluator, target: c.Target, row: int, day: int) -> Goal:
    """The goal of a row for the period that begins on a day."""
    key = "goal", target.name, row, day
    found: Goal | None = ev.memo.get(key)
    if found is None:
        found = ev.memo[key] = _goal(ev, target, row, day)
    return found


def _goal(ev: Evaluator, target: c.Target, row: int, day: int) -> Goal:
    calendar, unit = ev.policy.calendar, target_unit(ev.policy, target)
    if not isinstance(target.value, c.Split):
        exact = ev.quietly(target.value, _env(ev, target, row, containing(target.per, day, calendar)))
        return Goal(0, 0, unit) if exact is None else Goal(in_units(exact, unit, ev.policy.rounding), exact, unit)
    outer = outer_period(target.value, target.per, day, calendar)
    table = tables_of(ev, target, outer).get(row)
    return table.goal(row, day) if table is not None else Goal(0, 0, unit, Why("whole"))


def _env(ev: Evaluator, target: c.Target, row: int, period: Period) -> Env:
    from .scalar import Env

    return Env({target.kind: row}, *of_period(period))


def tables_of(ev: Evaluator, target: c.Target, outer: Period) -> dict[int, GoalTable]:
    """The table of each row in a longer period: one for all, or for each group that shares a total of its own."""
    split = target.value
    assert isinstance(split, c.Split)
    key = "goal tables", target.name, outer.start
    found: dict[int, GoalTable] | None = ev.memo.get(key)
    if found is None:
        members: dict[Hashable, list[int]] = {}
        for row in range(ev.world.rows(target.kind)):
            if _there(ev, target, row, outer):
                group = None if split.group is None else ev.quietly(split.group, _env(ev, target, row, outer))
                if group is not None or split.group is None:
                    members.setdefault(group, []).append(row)
        tables = [_table(ev, target, split, outer, rows) for rows in members.values()]
        found = ev.memo[key] = {row: table for table in tables for row in table.rows}
    return found


def _there(ev: Evaluator, target: c.Target, row: int, period: Period) -> bool:
    return target.kind != "rep" or ev.world.employed(row, period.start, period.end - 1)


def _table(ev: Evaluator, target: c.Target, split: c.Split, outer: Period, rows: list[int]) -> GoalTable:
    """The group's total is that of its row with the lowest key, read over the longer period."""
    periods = within(outer, target.per) if split.over is not None else [outer]
    weights = {row: [_weight(ev, target, split, row, period) for period in periods] for row in rows}
    groups: dict[int, Hashable] = {}
    if split.subtotals is not None:
        labels = {row: ev.quietly(split.subtotals, _env(ev, target, row, outer)) for row in rows}
        kind = split.subtotals.type.kind
        groups = {
            row: label if kind is None or label is None else ev.world.key(kind, label) for row, label in labels.items()
        }
    total = ev.quietly(split.pool, _env(ev, target, rows[0], outer)) or 0
    unit = target_unit(ev.policy, target)
    return goal_table(split, total, weights, groups, outer, target.per, unit, ev.policy.rounding)


def _weight(ev: Evaluator, target: c.Target, split: c.Split, row: int, period: Period) -> Any:
    """What a row weighs in a period: nothing for whom `where` leaves out, and for who is not employed in it."""
    env = _env(ev, target, row, period)
    if not _there(ev, target, row, period) or (split.where is not None and not ev.quietly(split.where, env)):
        return 0
    return ev.quietly(split.weight, env) or 0
