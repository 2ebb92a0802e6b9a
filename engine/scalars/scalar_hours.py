"""Working time in the scalar evaluator: what the hours of a policy are for one reader, and when a time is over.

Hours are those that the facts say now, told ahead. Moments become instants of the policy's zone, and back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ..calendar.opening import NEVER, Always, Closed, Counted, Each, Opening, Some, beyond, clock, daily, spans, weekly
from ..calendar.windows import BEGINNING
from ..calendar.working_time import Term, counted_back, measured, term_of
from ..calendar.zones import instant_of, moment_of
from ..world import World
from .scalar_readings import beside, picked

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["hours", "later", "opening_of", "term", "working_time"]


_MOVING = (c.LetRead, c.AcrossReps, c.AcrossPeriods, c.Rank, c.ShareOf, c.ReadTarget, c.PeriodEdge)
"""What may say something else at another moment, though no row has changed."""


def later(ev: Evaluator, node: c.Later, env: Env) -> Any:
    """The moment so much working time after another, or before it; far away where that never comes."""
    base = ev.value(node.base, env)
    if base is None:
        return None
    if node.back:
        assert node.wait.hours is not None
        home, opening = ev.policy.timezone, _told(ev, node.wait.hours, env)
        found = counted_back(opening, instant_of(int(base), home), node.wait.seconds)
    else:
        found = term(ev, node.wait, int(base), env)
    return moment_of(found.at_last, ev.policy.timezone)


def hours(ev: Evaluator, node: c.Hours, env: Env) -> Any:
    """Whether it is open at the moment of the reader."""
    now = instant_of(env.end - 1, ev.policy.timezone)
    return bool(spans(_told(ev, node, env), now, now + 1))


def working_time(ev: Evaluator, node: c.Invoke, env: Env) -> Any:
    """How much of the time from one moment to another lies within hours; missing where a moment is."""
    begin, end, within = (*(ev.value(arg, env) for arg in node.args[:2]), node.args[2])
    if begin is None or end is None:
        return None
    assert isinstance(within, c.Hours)
    return measured(_told(ev, within, env), int(begin), int(end), ev.policy.timezone)


def term(ev: Evaluator, wait: c.Wait, begin: int, env: Env, times: int = 1) -> Term:
    """When a wait in working time is over for the rows at hand, so many times, counted from a moment."""
    assert wait.hours is not None
    return term_of(wait, _told(ev, wait.hours, env), begin, ev.policy.timezone, times)


def _told(ev: Evaluator, node: c.Hours, env: Env) -> Opening:
    """Hours as a decision would read them: all that counts up to the end of the reader's window.

    They are remembered as long as none of the rows that they are told by has changed.
    """
    inner = env.within(BEGINNING, env.end)
    found = ev.hours.get(id(node))
    if found is None:
        found = ev.hours[id(node)] = node, _rows_of(ev, node)
    rows = found[1]
    if rows is None:
        return opening_of(ev, node.opening, inner)
    kinds, names = rows
    key = id(node), tuple(env.rows.get(name) for name in names), ev.world.changes_of(kinds)
    made = ev.hours_told.get(key)
    if made is None:
        made = ev.hours_told[key] = opening_of(ev, node.opening, inner)
    return made


def _rows_of(ev: Evaluator, node: c.Hours) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The kinds whose rows tell hours, and which rows at hand they are of; None where time alone may tell others."""
    parts = list(c.walk(node))
    counted = [part.rows for part in parts if isinstance(part, c.OpenCount)]
    kinds = {part.kind for part in parts if isinstance(part, c.FieldOf)}
    for rows in counted:
        kinds.update(ev.policy.accounts[rows.account].kinds)
    read = sum(isinstance(part, c.ReadAccount) for part in parts)
    if read > len(counted) or any(isinstance(part, _MOVING) for part in parts):
        return None
    if type(ev.world) is not World or kinds & set(ev.world.dated):
        return None
    return tuple(sorted(kinds)), tuple(sorted({part.var for part in parts if isinstance(part, c.Subject)}))


def opening_of(ev: Evaluator, node: c.Opening, env: Env) -> Opening:
    """The hours for the rows at hand, as facts are in the window of the reader."""
    match node:
        case c.OpenIf(condition=condition):
            return Always(ev.quietly(condition, env) is True)
        case c.OpenDuring(zone=zone, days=days, begin=begin, end=end):
            return weekly(_zone(ev, zone, env), *(ev.quietly(part, env) for part in (days, begin, end)))
        case c.OpenWeekdays(zone=zone, days=days, negated=negated):
            return daily(_zone(ev, zone, env), ev.quietly(days, env), negated=negated)
        case c.OpenClock(zone=zone, op=op, time=time):
            return clock(_zone(ev, zone, env), op, ev.quietly(time, env))
        case c.OpenMoments(zone=zone, op=op, edge=at, days=days):
            return beyond(_zone(ev, zone, env), op, ev.quietly(at, env), days=days)
        case c.OpenNot(part=part):
            return Closed(opening_of(ev, part, env))
        case c.OpenAll(parts=parts):
            return Each(tuple(opening_of(ev, part, env) for part in parts))
        case c.OpenAny(parts=parts):
            return Some(tuple(opening_of(ev, part, env) for part in parts))
        case c.OpenCount():
            return _count(ev, node, env)
        case c.OpenFor(kinds=kinds, args=args, part=part):
            rows = [ev.quietly(arg, env) for arg in args]
            if any(row is None for row in rows):
                return NEVER
            return opening_of(ev, part, replace(env, rows=dict(zip(kinds, rows, strict=True))))
        case _:
            raise TypeError(node)


def _zone(ev: Evaluator, zone: c.Expr | None, env: Env) -> str | None:
    return ev.policy.timezone if zone is None else ev.quietly(zone, env)


def _count(ev: Evaluator, node: c.OpenCount, env: Env) -> Opening:
    """The hours of each row that counts at all, and how many have to be open."""
    number = ev.quietly(node.number, env)
    recipient = ev.quietly(node.rows.subject, env) if node.rows.subject is not None else None
    if number is None or (recipient is None and node.rows.subject is not None):
        return NEVER
    if node.rows.where is not None:
        found = picked(ev, node.rows, env)
    else:
        found = ev.book.of(node.rows.account, recipient).between(BEGINNING, -BEGINNING)
    parts: list[Opening] = []
    for posting in found:
        part = opening_of(ev, node.part, beside(ev, node.rows, env, posting.row))
        if node.dated:
            part = Each((beyond(ev.policy.timezone, ">=", posting.time, days=False), part))
        parts.append(part)
    return Counted(tuple(parts), node.op, number)
