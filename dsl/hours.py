"""Checking of working time: a `let` that says when somebody works, taken apart so that it can be told in advance.

The clock is found where a condition reads it: in `during`, in comparisons of `now`, `today`, a time of day or a
weekday, and in counts of rows that are asked for these. What is left reads rows only.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Literal, NamedTuple

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import present
from .row_aggregates import reads_clock
from .types import FLAG, MOMENT, Type
from .workbench import Context, Workbench, rule

__all__ = ["hours_of", "working_wait"]

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600}
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Op = Literal["<", "<=", ">", ">=", "=", "!"]
_FLIPPED: dict[str, Op] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!": "!"}


class _Clock(NamedTuple):
    """What of the clock is read, and whose it is (None: the policy's)."""

    what: Literal["moment", "day", "weekday", "time"]
    zone: c.Expr | None


class _NotAhead(Exception):
    """A part of which nobody can tell the future."""

    def __init__(self, node: c.Node) -> None:
        self.span = node.span


@rule(s.Working)
def _working(bench: Workbench, node: s.Working, context: Context, expect: Type | None) -> c.Expr:
    return bench.fail(problems.hours_without_moment(node.span, node.quantity.text))


@rule(s.Moved)
def _moved(bench: Workbench, node: s.Moved, context: Context, expect: Type | None) -> c.Expr:
    """A moment and a working time that is added to it or taken from it."""
    base = present(bench.check(node.moment, context), context)
    wait = working_wait(bench, node.by, context)
    if base.type.name not in {"moment", "unknown"}:
        return bench.fail(problems.hours_behind_date(node.moment.span, base.type))
    if node.op == "-" and wait.days:
        return bench.fail(problems.hours_back_in_days(node.by.span, node.by.quantity.text))
    if wait.hours is None or base.type.name == "unknown":
        return bench.unknown(node.span)
    return c.Later(MOMENT.maybe(base.type.optional), base, wait, node.op == "-", span=node.span)


def working_wait(bench: Workbench, node: s.Working, context: Context) -> c.Wait:
    """A stretch of working time; without `hours` where something was wrong and is reported."""
    quantity = node.quantity
    unit = quantity.unit.rstrip("s")
    length = quantity.value * _SECONDS.get(unit, 1)
    if (unit not in _SECONDS and unit != "day") or length <= 0 or length.denominator != 1:
        bench.report(problems.hours_unit(quantity.span, quantity.text))
        return c.Wait(60, span=node.span)
    hours = hours_of(bench, node.hours, context)
    if unit == "day":
        return c.Wait(0, days=int(length), hours=hours, span=node.span)
    return c.Wait(int(length), hours=hours, span=node.span)


def hours_of(bench: Workbench, node: s.Expr, context: Context) -> c.Hours | None:
    """The hours that a name says, of the rows at hand or of another; None where that is reported."""
    made = bench.check(node, replace(context, place="let") if context.place == "credit" else context)
    if made.type.name == "unknown" or _is_unknown(bench, made):
        return None
    if not isinstance(made, c.LetRead) or made.type.name != "flag":
        bench.report(problems.hours_need_name(node.span, made.type if made.type.name != "flag" else None))
        return None
    if not reads_clock(bench, made):
        bench.report(problems.hours_fixed(node.span, made.let))
        return None
    try:
        opening = _let(bench, made)
    except _NotAhead as found:
        bench.report(problems.hours_not_ahead(found.span, made.let))
        return None
    if _never(opening):
        bench.report(problems.hours_never(node.span, made.let))
        return None
    return c.Hours(FLAG, made.let, opening, span=node.span)


def _is_unknown(bench: Workbench, node: c.Node) -> bool:
    """Whether a part, itself or behind a let, was reported already."""
    return any(
        (isinstance(part, c.Expr) and part.type.name == "unknown")
        or (isinstance(part, c.LetRead) and part.let in bench.lets and _is_unknown(bench, bench.lets[part.let].value))
        for part in c.walk(node)
    )


# --- conditions ----------------------------------------------------------------------------------------------


def _opening(bench: Workbench, node: c.Expr) -> c.Opening:
    """When a condition holds. Raises `_NotAhead`."""
    if not reads_clock(bench, node):
        if _slides(bench, node):
            raise _NotAhead(node)
        return c.OpenIf(node, span=node.span)
    match node:
        case c.All(parts=parts):
            return c.OpenAll(tuple(_opening(bench, part) for part in parts), span=node.span)
        case c.AnyOf(parts=parts):
            return c.OpenAny(tuple(_opening(bench, part) for part in parts), span=node.span)
        case c.Not(operand=operand):
            return c.OpenNot(_opening(bench, operand), span=node.span)
        case c.LetRead():
            return _let(bench, node)
        case c.Invoke(function="during", args=(moment, days, begin, end)):
            clock = _clock(bench, moment)
            if clock is None or clock.what != "moment" or any(reads_clock(bench, arg) for arg in (days, begin, end)):
                raise _NotAhead(node)
            return c.OpenDuring(clock.zone, days, begin, end, span=node.span)
        case c.Compare(op=op, left=left, right=right):
            return _compared(bench, node, op, left, right)
        case c.Same(left=left, right=right, negated=negated):
            return _compared(bench, node, "!" if negated else "=", left, right)
        case c.Member(item=item, group=group, negated=negated):
            clock = _clock(bench, item)
            if clock is None or clock.what != "weekday" or reads_clock(bench, group):
                raise _NotAhead(node)
            return c.OpenWeekdays(clock.zone, group, negated, span=node.span)
        case _:
            raise _NotAhead(node)


def _slides(bench: Workbench, node: c.Node) -> bool:
    """Whether a value counts by a window that goes on with time, itself or through a let."""
    for part in c.walk(node):
        if isinstance(part, c.Window) and part.kind in {"calendar", "previous", "last"}:
            return True
        if isinstance(part, c.LetRead) and part.let in bench.lets and _slides(bench, bench.lets[part.let].value):
            return True
    return False


def _let(bench: Workbench, node: c.LetRead) -> c.Opening:
    """A named condition, of the rows at hand or of others."""
    let = bench.lets[node.let]
    if node.window.kind not in {"scope", "all"} or any(reads_clock(bench, arg) for arg in node.args):
        raise _NotAhead(node)
    try:
        part = _opening(bench, let.value)
    except _NotAhead as found:
        found.span = found.span or node.span
        raise
    return part if node.own else c.OpenFor(let.params, node.args, part, span=node.span)


def _compared(bench: Workbench, node: c.Expr, op: Op, left: c.Expr, right: c.Expr) -> c.Opening:
    """A comparison one side of which reads the clock."""
    if reads_clock(bench, right):
        left, right, op = right, left, _FLIPPED[op]
    if reads_clock(bench, right):
        raise _NotAhead(node)
    counted = _counted(bench, left)
    if counted is not None:
        return _count(bench, counted, op, right)
    clock = _clock(bench, left)
    match clock:
        case _Clock(what="weekday", zone=zone) if op in {"=", "!"}:
            return c.OpenWeekdays(zone, right, op == "!", span=node.span)
        case _Clock(what="time", zone=zone):
            return c.OpenClock(zone, op, right, span=node.span)
        case _Clock(what="moment" | "day" as what, zone=zone):
            return c.OpenMoments(zone, op, right, what == "day", span=node.span)
        case _:
            raise _NotAhead(node)


def _clock(bench: Workbench, node: c.Expr) -> _Clock | None:
    """What of the clock a value is; None where it is anything else."""
    match node:
        case c.Now():
            return _Clock("moment", None)
        case c.Today():
            return _Clock("day", None)
        case c.LetRead(let=let) if node.own and node.window.kind in {"scope", "all"}:
            return _clock(bench, bench.lets[let].value)
        case c.Invoke(function="local", args=(moment, zone)) if not reads_clock(bench, zone):
            inner = _clock(bench, moment)
            return _Clock("moment", zone) if inner == _Clock("moment", None) else None
        case c.Invoke(function="date" | "time" | "weekday" as function, args=(moment,)):
            inner = _clock(bench, moment)
            if inner is None or inner.what not in ({"moment", "day"} if function == "weekday" else {"moment"}):
                return None
            return _Clock("day" if function == "date" else function, inner.zone)
        case _:
            return None


def _counted(bench: Workbench, node: c.Expr) -> c.ReadAccount | None:
    """A count of rows, itself or through a `let` of the rows at hand."""
    if isinstance(node, c.LetRead) and node.own and node.window.kind in {"scope", "all"}:
        return _counted(bench, bench.lets[node.let].value)
    if isinstance(node, c.ReadAccount) and node.reading == "count" and node.window.kind in {"scope", "all"}:
        return node
    return None


def _count(bench: Workbench, node: c.ReadAccount, op: Op, number: c.Expr) -> c.Opening:
    """A count of rows each of which counts at its hours only."""
    assert node.where is not None
    parts = node.where.parts if isinstance(node.where, c.All) else (node.where,)
    fixed = tuple(part for part in parts if not reads_clock(bench, part))
    where = c.All(FLAG, fixed, span=node.span) if len(fixed) > 1 else fixed[0] if fixed else None
    moving = tuple(_opening(bench, part) for part in parts if part not in fixed)
    part = moving[0] if len(moving) == 1 else c.OpenAll(moving, span=node.span)
    rows, dated = replace(node, where=where, window=c.Window("all", whole=True)), not node.window.whole
    return c.OpenCount(rows, part, op, number, dated, span=node.span)


# --- a week that is closed -----------------------------------------------------------------------------------


def _never(opening: c.Opening) -> bool:
    """Whether hours that the policy alone says hold at no moment of a week, by one clock."""
    leaves = [part for part in c.walk(opening) if isinstance(part, c.Opening)]
    if not all(
        isinstance(one, c.OpenDuring | c.OpenWeekdays | c.OpenClock | c.OpenAll | c.OpenAny | c.OpenNot)
        for one in leaves
    ):
        return False
    values = [part for part in c.walk(opening) if isinstance(part, c.Expr)]
    zones = {one.zone for one in leaves if isinstance(one, c.OpenDuring | c.OpenWeekdays | c.OpenClock)}
    if len(zones) > 1 or not all(isinstance(value, c.Constant) for value in values):
        return False
    times = {0, *(int(one.value) for one in values if isinstance(one, c.Constant) and isinstance(one.value, Fraction))}
    marks = (day * 86_400 + time + more for day in range(7) for time in times for more in (0, 1))
    return not any(_holds(opening, mark % 604_800) for mark in marks)


def _holds(opening: c.Node, mark: int) -> bool:
    """Whether hours made of literals hold so many seconds after the beginning of Monday."""
    day, time = divmod(mark, 86_400)
    match opening:
        case c.OpenAll(parts=parts):
            return all(_holds(part, mark) for part in parts)
        case c.OpenAny(parts=parts):
            return any(_holds(part, mark) for part in parts)
        case c.OpenNot(part=part):
            return not _holds(part, mark)
        case c.OpenWeekdays(days=days, negated=negated):
            return (_WEEK[day] in _named(days)) != negated
        case c.OpenClock(op=op, time=edge):
            return _fits(op, time, _number(edge))
        case c.OpenDuring(days=days, begin=begin, end=end):
            first, after, named = _number(begin), _number(end), _named(days)
            if first < after:
                return first <= time < after and _WEEK[day] in named
            return (time >= first and _WEEK[day] in named) or (time < after and _WEEK[day - 1] in named)
        case _:
            return True


def _named(days: c.Expr) -> frozenset[str]:
    value = days.value if isinstance(days, c.Constant) else ""
    return frozenset({value}) if isinstance(value, str) else value if isinstance(value, frozenset) else frozenset()


def _number(node: c.Expr) -> Fraction:
    return node.value if isinstance(node, c.Constant) and isinstance(node.value, Fraction) else Fraction(0)


def _fits(op: str, left: int, right: Fraction) -> bool:
    found = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "=": left == right}
    return found.get(op, left != right)
