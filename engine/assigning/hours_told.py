"""Why a moment does not lie in somebody's hours: `it is Thu 19:40 in Asia/Shanghai, after rep.ends (18:00)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ...dsl import checked as c
from ..calendar.clocks import WEEKDAYS, during
from ..calendar.days import SECONDS_PER_DAY, weekday
from ..wording.phrases import say, show

if TYPE_CHECKING:
    from ..scalars.scalar import Env, Evaluator

__all__ = ["hours_read", "hours_text", "is_hours"]


def is_hours(node: c.Expr) -> bool:
    """Whether an expression asks for a moment within hours."""
    return isinstance(node, c.Invoke) and node.function == "during"


def hours_read(ev: Evaluator, node: c.Expr, env: Env) -> tuple[object, ...]:
    """The values that tell why: the four arguments, and the zone whose clock is read."""
    assert isinstance(node, c.Invoke)
    return *(ev.quietly(arg, env) for arg in node.args), _zone(ev, node.args[0], env)


def _zone(ev: Evaluator, moment: c.Expr, env: Env) -> Any:
    """The zone of a moment: that of `local`, looked for behind a let, or the policy's."""
    if isinstance(moment, c.LetRead) and moment.own:
        moment = ev.policy.lets[moment.let].value
    if isinstance(moment, c.Invoke) and moment.function == "local":
        return ev.quietly(moment.args[1], env)
    return ev.policy.timezone


def hours_text(node: c.Expr, values: tuple[object, ...], currency: str) -> str:
    """In words, by the values that were read."""
    assert isinstance(node, c.Invoke)
    for arg, value in zip(node.args, values, strict=False):
        if value is None:
            return f"{say(arg, currency)} is missing"
    days, zone = cast("str | frozenset[str]", values[1]), values[4]
    moment, begin, end = (int(value) for value in cast("tuple[int, ...]", (values[0], *values[2:4])))
    at = f"it is {_weekday(moment)} {show(moment % SECONDS_PER_DAY, node.args[2].type)} in {zone}"
    on, starts, ends = (
        _named(arg, value, currency) for arg, value in zip(node.args[1:], (days, begin, end), strict=True)
    )
    if during(moment, days, begin, end):
        return f"{at}, within {starts} to {ends}"
    return f"{at}, {_outside(moment, begin, end, on, starts, ends)}"


def _outside(moment: int, begin: int, end: int, on: str, starts: str, ends: str) -> str:
    """On which side of the hours a moment lies, or on which day."""
    clock = moment % SECONDS_PER_DAY
    if begin < end:
        if clock < begin:
            return f"before {starts}"
        return (
            f"not before {ends}" if clock == end else f"after {ends}" if clock > end else f"and that is not one of {on}"
        )
    if end <= clock < begin:
        return f"not before {ends} and before {starts}"
    if clock < end:
        return f"and {_weekday(moment - SECONDS_PER_DAY)}, when such hours begin, is not one of {on}"
    return f"and that is not one of {on}"


def _weekday(moment: int) -> str:
    return WEEKDAYS[weekday(moment // SECONDS_PER_DAY)]


def _named(node: c.Expr, value: str | frozenset[str] | int, currency: str) -> str:
    """A value by its name; a literal by itself."""
    if isinstance(value, frozenset):
        shown = ", ".join(day for day in WEEKDAYS if day in value) or "none"
    else:
        shown = value if isinstance(value, str) else show(value, node.type, currency)
    return shown if isinstance(node, c.Constant) else f"{say(node, currency)} ({shown})"
