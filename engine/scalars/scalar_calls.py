"""The builtin functions in the scalar evaluator."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..calendar.clocks import WEEKDAYS, during, local
from ..calendar.days import SECONDS_PER_DAY, month_of, weekday, whole_months
from ..calendar.periods import month_number, period_end, period_start
from ..calendar.windows import BEGINNING, last_day
from ..texts import of_texts
from .scalar_hours import working_time

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["LotWithoutKey", "invoke"]


class LotWithoutKey(ValueError):
    """A lot is read where nothing draws it."""

    help = "lots are drawn while facts are assigned, with a secret seed"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no key to draw the lot `{name}` with")


def invoke(ev: Evaluator, node: c.Invoke, env: Env) -> Any:
    """The value of a function; missing where an argument is."""
    if node.function == "working_time":
        return working_time(ev, node, env)
    args = [ev.value(arg, env) for arg in node.args]
    if any(arg is None for arg in args):
        return None
    match node.function:
        case "contains" | "starts_with" | "ends_with" | "lower" | "domain_of":
            return of_texts(node.function, *args)
        case "lot":
            return _lot(ev, node, env, args)
        case "local":
            return local(int(args[0]), ev.policy.timezone, args[1])
        case "during":
            return during(int(args[0]), args[1], int(args[2]), int(args[3]))
        case _:
            return _of_days(ev, node, env, args)


def _lot(ev: Evaluator, node: c.Invoke, env: Env, args: list[Any]) -> Fraction:
    """The lot of the fact at hand. Raises `LotWithoutKey`."""
    came = node.args[1]
    assert isinstance(came, c.FieldOf)
    drawn = ev.lots.get(came.kind)
    if drawn is None:
        raise LotWithoutKey(args[0])
    return drawn(args[0], env.rows[came.kind], int(args[1]))


def _of_days(ev: Evaluator, node: c.Invoke, env: Env, args: list[Any]) -> Any:
    """A function of dates, moments and numbers."""
    days = [
        int(value) if arg.type.name != "moment" else int(value) // SECONDS_PER_DAY
        for arg, value in zip(node.args, args, strict=True)
    ]
    match node.function:
        case "months":
            return whole_months(days[0], days[1])
        case "days":
            return (days[1] - days[0]) * SECONDS_PER_DAY
        case "years":
            return int(args[0]) // 12 if args[0] >= 0 else -(-int(args[0]) // 12)
        case "whole":
            return int(args[0])
        case "weekday":
            return WEEKDAYS[weekday(days[0])]
        case "time":
            return int(args[0]) % SECONDS_PER_DAY
        case "date":
            return days[0]
        case "month_of":
            return month_of(days[0]) % 12 + 1
        case "part_by_days" | "part_by_months":
            return _part(ev, node, env, days[0], days[1])
        case _:
            return month_of(days[0]) // 12 + 1970


def _part(ev: Evaluator, node: c.Invoke, env: Env, first: int, last: int) -> Fraction | None:
    """How much of the period at hand lies in its window between two days, both included; None without a period."""
    if env.start == BEGINNING:
        return None
    here = env.start // SECONDS_PER_DAY, last_day(env.end)
    whole, calendar = here, ev.policy.calendar
    if env.part_of:
        whole = period_start(env.part_of, here[1], calendar), period_end(env.part_of, here[1], calendar) - 1
    first, last = max(first, here[0]), min(last, here[1])
    if node.function == "part_by_days":
        part, of = last - first + 1, whole[1] - whole[0] + 1
    else:
        ahead = [month_number(day, calendar) for day in (first, last, *whole)]
        part, of = ahead[1] - ahead[0] + 1, ahead[3] - ahead[2] + 1
    part = part if first <= last else 0
    if ev.tracer.on:
        ev.tracer.tell(part=part, of=of, window=(env.start, env.end))
        if node.function == "part_by_months" and calendar.weeks is not None:
            ev.tracer.tell(months=_months_from(here, calendar))
    return Fraction(part, of)


def _months_from(days: tuple[int, int], calendar: Calendar) -> list[int]:
    """The first days of the calendar's months from one day to another."""
    made = [period_start("month", days[0], calendar)]
    while (following := period_end("month", made[-1], calendar)) <= days[1]:
        made.append(following)
    return made
