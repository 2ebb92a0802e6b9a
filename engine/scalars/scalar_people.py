"""Readings over people and periods in the scalar evaluator: totals of groups, ranks, prizes, shares of pools."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ...dsl.types import COUNT, FLAG
from ..arrays.rounding import round_fraction, step_of
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import period_start, shift
from ..calendar.windows import last_day, resolve
from ..numbers.apportionment import largest_remainder
from .scalar_readings import aggregate

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["across_periods", "across_reps", "prize", "rank", "share"]


def _members(
    ev: Evaluator, env: Env, group: c.Expr | None, where: c.Expr | None, scheme: str | None
) -> list[tuple[int, Env]]:
    """The reps of the subject's group, employed in the window, of the scheme if one is named, who satisfy `where`."""
    wanted = ev.quietly(group, env) if group is not None else None
    if group is not None and wanted is None:
        return []
    entry = next((made for made in ev.policy.schemes if made.name == scheme), None) if scheme else None
    found: list[tuple[int, Env]] = []
    for rep in range(ev.world.rows("rep")):
        if not ev.world.employed(rep, env.start // SECONDS_PER_DAY, last_day(env.end)):
            continue
        inner = type(env)({"rep": rep}, env.start, env.end, part_of=env.part_of)
        if entry is not None and entry.group is not None and not ev.quietly(entry.group, inner):
            continue
        if group is not None and ev.quietly(group, inner) != wanted:
            continue
        if where is not None and not ev.quietly(where, inner):
            continue
        found.append((rep, inner))
    return found


def across_reps(ev: Evaluator, node: c.AcrossReps, env: Env) -> Any:
    """A reading over members; missing values of members count as absent."""
    start, end = resolve(node.window, env.start, env.end, ev.policy.calendar)
    outer = type(env)(env.rows, start, end, part_of=env.part_of if node.window.kind == "scope" else "")
    members = _members(ev, outer, node.group, node.where, node.members)
    if node.value is None:
        for rep, _ in members:
            ev.tracer.note("member", True, FLAG, rep=rep)
        return len(members)
    values: list[Any] = []
    for rep, inner in members:
        value = ev.quietly(node.value, inner)
        if value is not None:
            values.append(value)
            ev.tracer.note("member", value, node.value.type, rep=rep)
    return aggregate(node.reading, values)


def across_periods(ev: Evaluator, node: c.AcrossPeriods, env: Env) -> Any:
    """A reading over the periods that begin in the window."""
    start, end = resolve(node.window, env.start, env.end, ev.policy.calendar)
    calendar = ev.policy.calendar
    values: list[Any] = []
    day = period_start(node.per, start // SECONDS_PER_DAY, calendar)
    if day * SECONDS_PER_DAY < start:
        day = shift(node.per, day, 1, calendar)
    while day * SECONDS_PER_DAY < end:
        after = shift(node.per, day, 1, calendar)
        inner = type(env)(env.rows, day * SECONDS_PER_DAY, min(after * SECONDS_PER_DAY, end))
        value = ev.quietly(node.value, inner)
        if value is None and node.reading == "streak":
            value = 0  # nothing is known of this period: the row ends here
        if value is not None and not (value is False and node.reading == "count"):
            values.append(value)
            ev.tracer.note("period", value, node.value.type, per=node.per, day=day)
        day = after
    return aggregate(node.reading, values)


# --- ranks ---------------------------------------------------------------------------------------------------


def _standings(ev: Evaluator, node: c.Rank, env: Env) -> list[tuple[Any, int]]:
    """Competitors by value, highest first; ties in the order of keys."""
    group = ev.quietly(node.group, env) if node.group is not None else None
    key = ("standings", id(node), group, env.start, env.end, env.part_of)
    if key not in ev.memo:
        members = _members(ev, env, node.group, node.where, node.members)
        values = [(ev.quietly(node.value, inner), rep) for rep, inner in members]
        ev.memo[key] = sorted(((value, rep) for value, rep in values if value is not None), key=lambda v: (-v[0], v[1]))
    return ev.memo[key]


def rank(ev: Evaluator, node: c.Rank, env: Env) -> Any:
    """The place, or None for those who do not compete."""
    standings = _standings(ev, node, env)
    own = next((value for value, rep in standings if rep == env.rows["rep"]), None)
    if ev.tracer.on:
        ev.tracer.tell(own=env.rows["rep"])
        for value, rep in standings:
            ev.tracer.note("member", value, node.value.type, rep=rep, own=rep == env.rows["rep"])
    if own is None:
        if ev.tracer.on and node.where is not None:
            ev.value(node.where, env)  # why the rep does not compete
        return None
    if node.ties == "first":
        return 1 + next(index for index, (_, rep) in enumerate(standings) if rep == env.rows["rep"])
    return 1 + sum(1 for value, _ in standings if value > own)


def prize(ev: Evaluator, node: c.Prize, env: Env) -> Any:
    """The prize of the place; tied reps share the prizes of the places that they occupy, to the minor unit."""
    place = ev.value(node.rank, env)
    if place is None:
        return 0
    prizes = {number: ev.quietly(value, env) for number, value in node.places}
    ev.tracer.tell(prizes=prizes)
    if node.rank.ties != "share":
        return prizes.get(place, 0)
    standings = _standings(ev, node.rank, env)
    own = next(value for value, rep in standings if rep == env.rows["rep"])
    tied = [rep for value, rep in standings if value == own]
    won = [prizes.get(number, 0) for number in range(place, place + len(tied))]
    if len(tied) == 1 or None in won:
        return won[0] if len(tied) == 1 else None
    ev.tracer.note("tied", len(tied), COUNT)
    return _parts(ev, sum(won), [1] * len(tied))[tied.index(env.rows["rep"])]


def _parts(ev: Evaluator, pool: Any, weights: list[Any]) -> list[int]:
    """A pool, rounded as payouts are, in whole steps of payouts that add up to it."""
    step = step_of(ev.policy)
    steps = round_fraction(Fraction(pool), step, ev.policy.rounding) // step
    return [part * step for part in largest_remainder(steps, weights)]


def share(ev: Evaluator, node: c.ShareOf, env: Env) -> Any:
    """The subject's part of the pool by largest remainder; 0 for those who are not members or weigh less than nothing.

    The pool is that of the member with the lowest key, so that one group shares one pool.
    """
    group = ev.quietly(node.group, env) if node.group is not None else None
    key = ("members", id(node), group, env.start, env.end, env.part_of)
    if key not in ev.memo:
        members = _members(ev, env, node.group, node.where, None)
        ev.memo[key] = [(rep, max(0, ev.quietly(node.weight, inner) or 0)) for rep, inner in members]
    weights: list[tuple[int, Any]] = ev.memo[key]
    place = next((index for index, (rep, _) in enumerate(weights) if rep == env.rows["rep"]), None)
    total = sum(weight for _, weight in weights)
    if ev.tracer.on:
        ev.tracer.tell(own=env.rows["rep"])
        for rep, weight in weights:
            ev.tracer.note("member", weight, node.weight.type, rep=rep, own=rep == env.rows["rep"])
    if place is None:
        return 0
    pool = ev.value(node.pool, type(env)({"rep": weights[0][0]}, env.start, env.end, part_of=env.part_of))
    if pool is None or total <= 0:
        return None if pool is None else 0
    return _parts(ev, pool, [weight for _, weight in weights])[place]
