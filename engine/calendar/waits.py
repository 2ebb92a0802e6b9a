"""Stretches of time that something waits: the moment so much later."""

from __future__ import annotations

from ...dsl import checked as c
from .days import SECONDS_PER_DAY, add_months

__all__ = ["after"]


def after(moment: int, wait: c.Wait, times: int = 1) -> int:
    """The moment so much later; a month later is the same day of the month, or its last."""
    if not wait.months:
        return moment + wait.seconds * times
    day, time = divmod(moment, SECONDS_PER_DAY)
    return add_months(day, wait.months * times) * SECONDS_PER_DAY + time
