"""When a working time is over, in words: `due Mon 2026-03-09 09:20: 10 minutes on Fri until 18:00, 20 minutes ...`."""

from __future__ import annotations

from ...dsl import checked as c
from ...dsl.types import DAYS
from ..calendar.clocks import WEEKDAYS
from ..calendar.days import SECONDS_PER_DAY, format_day, format_moment, weekday
from ..calendar.working_time import Term
from ..calendar.zones import moment_of
from .wording import show_value

__all__ = ["term_text"]

_MOST_DAYS = 5


def term_text(term: Term, wait: c.Wait, begin: int, home: str) -> str:
    """How a term that was counted from a moment came, by the clock of `home`."""
    name = wait.hours.name if wait.hours is not None else ""
    if term.over is None:
        return f"never due: `{name}` does not hold for so long within a hundred years"
    due = f"due {_named(moment_of(term.over, home))}"
    if wait.days:
        return f"{due}: {_days(term, home)} of {name}"
    if not term.parts:
        return due
    first, *between = term.parts
    last = between.pop() if between else None
    if last is None:
        return f"{due}: {_lasts(first)} of {name} from {_short(first[0], begin, home)}"
    middle = f"{_sum(between)} in between, " if between else ""
    begun = moment_of(first[0], home)
    since = f"{_lasts(first)} on {_short(first[0], begin, home, day=True)} until {_clock(moment_of(first[1], home))}"
    since = since if begun <= begin else f"{_lasts(first)} from {_short(first[0], begin, home)}"
    return f"{due}: {since}, {middle}{_lasts(last)} from {_short(last[0], begin, home)}, as {name} says"


def _days(term: Term, home: str) -> str:
    """How many working days after which one, with their names where they are few."""
    begun, *passed = [moment_of(instant, home) for instant in term.days]
    named = ", ".join(WEEKDAYS[weekday(moment // SECONDS_PER_DAY)] for moment in passed)
    listed = f" ({named})" if len(passed) <= _MOST_DAYS else ""
    day = begun // SECONDS_PER_DAY
    one = "1 day" if len(passed) == 1 else f"{len(passed)} days"
    return f"{one}{listed} after {WEEKDAYS[weekday(day)]} {format_day(day)}"


def _lasts(part: tuple[int, int]) -> str:
    return show_value(part[1] - part[0], DAYS)


def _sum(parts: list[tuple[int, int]]) -> str:
    total = sum(stop - start for start, stop in parts)
    return f"{total // 3600} hours" if total % 3600 == 0 and total > 3600 else show_value(total, DAYS)


def _named(moment: int) -> str:
    return f"{WEEKDAYS[weekday(moment // SECONDS_PER_DAY)]} {format_moment(moment)}"


def _short(instant: int, begin: int, home: str, *, day: bool = False) -> str:
    """A moment, its date only where the weekday alone would not say which."""
    moment = moment_of(instant, home)
    name = WEEKDAYS[weekday(moment // SECONDS_PER_DAY)]
    if moment // SECONDS_PER_DAY - begin // SECONDS_PER_DAY > len(WEEKDAYS) - 1:
        name = f"{name} {format_day(moment // SECONDS_PER_DAY)}"
    return name if day else f"{name} {_clock(moment)}"


def _clock(moment: int) -> str:
    return format_moment(moment).split(" ")[1]
