"""Goals in words: the exact value, the step, and why a cell of a split went up or down."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import cast

from ...dsl.types import Type
from ..numbers.target_tables import Goal
from ..wording.wording import Voice, show_value

__all__ = ["say_goal", "say_total", "say_why"]


def say_goal(goal: Goal, type_: Type, voice: Voice, key: Callable[[int], str]) -> str:
    """`exactly 83,333.33..., in steps of 100; up: ...`."""
    exact, step = (show_value(value, type_, voice.currency, voice.language) for value in (goal.exact, goal.unit))
    if goal.why is None:
        return voice("goal.formula", exact=exact, step=step) if goal.unit else voice("goal.exact", exact=exact)
    return voice("goal.split", exact=exact, step=step, why=say_why(goal, voice, key))


def say_why(goal: Goal, voice: Voice, key: Callable[[int], str]) -> str:
    """Why it went up or down; `key` names the rows of the target's kind."""
    if goal.why is None:
        return ""
    word = goal.why.word
    if word == "divisor":
        if goal.amount == goal.exact:
            return voice("goal.whole", total="")
        return voice(f"goal.divisor.{'up' if goal.amount > goal.exact else 'down'}", method=str(goal.why.total))
    if word == "remainder":
        part = Fraction(goal.exact) / goal.unit % 1  # exact: fraction
        return voice("goal.remainder", part=show_value(part, Type("rate"), "", voice.language))
    return voice(f"goal.{word}", total=say_total(goal.why.total, voice, key))


def say_total(total: Hashable, voice: Voice, key: Callable[[int], str]) -> str:
    """A total of a table: of a row, a group or a period, or of a row or group in a period."""
    if not isinstance(total, tuple):
        return voice("total.all")
    parts = cast("tuple[Hashable, ...]", total)
    name, what, when = str(parts[0]), parts[1], str(parts[2]) if len(parts) > 2 else ""
    who = key(what) if name == "row" and isinstance(what, int) else str(what)
    return voice(f"total.{name}.in", what=who, period=when) if when else voice(f"total.{name}", what=who)
