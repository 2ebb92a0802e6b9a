"""Moments as people write them on the command line: a day, or a day and a time."""

from __future__ import annotations

from ..engine.calendar.days import SECONDS_PER_DAY, DayError, parse_day
from .stopped import WrongUse

__all__ = ["moment_named"]


def moment_named(text: str, option: str = "--at") -> int:
    """Seconds since 1970 by the policy's clocks. Raises `WrongUse`."""
    day, _, time = text.strip().partition(" ")
    try:
        return parse_day(day) * SECONDS_PER_DAY + _seconds(time)
    except (DayError, ValueError):
        advice = f'write it like `{option} 2026-04-01` or `{option} "2026-04-01 09:30"`'
        raise WrongUse(f"`{option} {text}` is not a day or a moment", advice) from None


def _seconds(time: str) -> int:
    if not time:
        return 0
    hour, minute, *second = time.split(":")
    parts = int(hour), int(minute), int(second[0]) if second else 0
    if not (0 <= parts[0] < 24 and 0 <= parts[1] < 60 and 0 <= parts[2] < 60 and len(second) < 2):
        raise ValueError
    return parts[0] * 3600 + parts[1] * 60 + parts[2]
