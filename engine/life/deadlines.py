"""Deadlines: when a wait is over, by the calendar or in working time, and how that came."""

from __future__ import annotations

from typing import NamedTuple

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.waits import after
from ..calendar.windows import BEGINNING
from ..calendar.working_time import times_within
from ..calendar.zones import moment_of
from ..scalars.scalar import Env, Evaluator
from ..scalars.scalar_hours import opening_of, term
from ..wording.term import term_text

__all__ = ["Deadline", "deadline", "over", "read_by", "whole_times"]


class Deadline(NamedTuple):
    """When a wait is over (None: never), and how that came; nothing is told of what passes by the calendar."""

    at: int | None
    told: str


def over(ev: Evaluator, wait: c.Wait, begin: int, rows: dict[str, int], now: int, times: int = 1) -> int | None:
    """When a wait is over, so many times, counted from a moment; None where its hours never come.

    `rows`: those at hand, whose hours it is counted by as facts are `now`.
    """
    if wait.hours is None:
        return after(begin, wait, times)
    found = term(ev, wait, begin, Env(rows, BEGINNING, now + 1), times)
    return None if found.over is None else moment_of(found.over, ev.policy.timezone)


def deadline(ev: Evaluator, wait: c.Wait, begin: int, rows: dict[str, int], now: int, times: int = 1) -> Deadline:
    """The same, and how it came."""
    if wait.hours is None:
        return Deadline(after(begin, wait, times), "")
    home = ev.policy.timezone
    found = term(ev, wait, begin, Env(rows, BEGINNING, now + 1), times)
    at = None if found.over is None else moment_of(found.over, home)
    return Deadline(at, term_text(found, wait, begin, home))


def whole_times(ev: Evaluator, wait: c.Wait, begin: int, rows: dict[str, int], moment: int) -> int:
    """How many times a wait fits between two moments."""
    if moment < begin:
        return 0
    if wait.hours is not None:
        hours = opening_of(ev, wait.hours.opening, Env(rows, BEGINNING, moment + 1))
        return times_within(wait, hours, begin, moment, ev.policy.timezone)
    if not wait.months:
        return (moment - begin) // wait.seconds
    times = max(0, (moment - begin) // (wait.months * 31 * SECONDS_PER_DAY))
    while after(begin, wait, times + 1) <= moment:
        times += 1
    return times


def read_by(policy: c.Policy, wait: c.Wait) -> frozenset[str]:
    """The kinds of fact whose rows say when a wait is over."""
    found: set[str] = set()
    for part in c.walk(wait):
        if isinstance(part, c.FieldOf):
            found.add(part.kind)
        elif isinstance(part, c.ReadAccount):
            found.update(policy.accounts[part.account].kinds)
        elif isinstance(part, c.LetRead):
            found |= set(policy.kinds)
    return frozenset(found)
