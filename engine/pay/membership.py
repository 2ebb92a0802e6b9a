"""Whom a scheme pays in a period, and for which days of it; the scalar way. `columnar_members` is the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period
from ..calendar.windows import days_in_force, last_day, of_period
from ..dependence import fields_at_hand
from ..scalars.scalar import Env, Evaluator

__all__ = ["is_member", "stretches"]


def stretches(ev: Evaluator, scheme: c.Scheme, rep: int, period: Period) -> list[Env]:
    """The days of a period for which a scheme pays a rep: mostly all or none of those on which the policy is in force.

    With `changes: split` those on which the rep is in the group of the scheme, which may be several stretches.
    """
    start, end = days_in_force(ev.policy.effective, *of_period(period))
    if start >= end or not ev.world.employed(rep, start // SECONDS_PER_DAY, last_day(end)):
        return []
    whole = Env({"rep": rep}, start, end, part_of=scheme.per)
    if scheme.setting("changes") != "split":
        return [whole] if _in_group(ev, scheme, whole) else []
    found: list[Env] = []
    for first, after in pairwise([start, *_cuts(ev, scheme, whole), end]):
        part = Env({"rep": rep}, first, after, part_of=scheme.per)
        if not ev.world.holds("rep", rep, first, after) or not _in_group(ev, scheme, part):
            continue
        if found and found[-1].end == first:
            part = Env({"rep": rep}, found.pop().start, after, part_of=scheme.per)
        found.append(part)
    return found


def is_member(ev: Evaluator, scheme: c.Scheme, rep: int, period: Period) -> bool:
    """Whether a scheme pays a rep for some day of a period."""
    return bool(stretches(ev, scheme, rep, period))


def _in_group(ev: Evaluator, scheme: c.Scheme, env: Env) -> bool:
    return scheme.group is None or ev.quietly(scheme.group, env) is True


def _cuts(ev: Evaluator, scheme: c.Scheme, whole: Env) -> list[int]:
    """The moments inside a period at which something changes that the group reads, or the rep comes or goes."""
    days = {day for changed in _change_days(ev, scheme, whole.rows["rep"]) for day in changed}
    moments = (day * SECONDS_PER_DAY for day in sorted(days))
    return [moment for moment in moments if whole.start < moment < whole.end]


def _change_days(ev: Evaluator, scheme: c.Scheme, rep: int) -> Iterator[list[int]]:
    """Of the rep's own row those of the rep alone; of rows that it refers to, those of any row of their kind."""
    yield ev.world.change_days("rep", (), rep)
    if scheme.group is None:
        return
    for node in fields_at_hand(ev.policy, scheme.group):
        own = isinstance(node.base, c.Subject)
        yield ev.world.change_days(node.kind, (node.column,), rep if own else None)
