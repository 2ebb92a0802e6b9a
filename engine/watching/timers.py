"""Timers: when the time of a rule is up, by the calendar and to the second."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY, add_months

__all__ = ["Timer"]


@dataclass(frozen=True, slots=True)
class Timer:
    """How long a rule waits: so many seconds, or so many months, or a working time; once, or again and again."""

    seconds: int
    months: int
    again: bool
    working: c.Wait | None = None

    @classmethod
    def of(cls, rule: c.WatchRule) -> Timer:
        """The timer of an `after` or an `every`."""
        if rule.working is not None:
            return cls(0, 0, rule.word == "every", rule.working)
        assert rule.wait is not None
        assert isinstance(rule.wait.value, Fraction)
        length = rule.wait.value.numerator
        if rule.wait.type.name == "months":
            return cls(0, length, rule.word == "every")
        return cls(length, 0, rule.word == "every")

    def due(self, start: int, turn: int = 1) -> int:
        """When a turn is due, in seconds; the same day of a later month, or its last."""
        if not self.months:
            return start + turn * self.seconds
        day, clock = divmod(start, SECONDS_PER_DAY)
        return add_months(day, turn * self.months) * SECONDS_PER_DAY + clock

    def from_moment(self, start: int, at: int) -> int:
        """The first due moment that is not before a moment; of a timer that runs once: its only one."""
        if not self.again:
            return self.due(start)
        turn = max(1, (at - start) // (self.seconds or self.months * 31 * SECONDS_PER_DAY))
        while self.due(start, turn) < at:
            turn += 1
        return self.due(start, turn)
