"""Moments as the engine counts them: seconds since 1970-01-01 by the clocks of the policy's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ..engine.intake.day_cells import moment_in

__all__ = ["Clock", "Present", "local_seconds", "read_moment", "shown_moment", "system_clock", "utc_text"]

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time, with its zone."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by the policy's clocks


def system_clock() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


def local_seconds(moment: datetime, zone: ZoneInfo) -> int:
    """A moment by the clocks of a zone."""
    return (moment.astimezone(zone).replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)


class Present:
    """The present by the clocks of a zone, in whole seconds; worked out once a second. For any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[ZoneInfo, datetime, datetime, int] | None = None

    def __call__(self, zone: ZoneInfo) -> int:
        """Seconds since 1970-01-01 by the clocks of the zone."""
        moment, last = self._clock(), self._last
        if last is not None and last[0] is zone and last[1] <= moment < last[2]:
            return last[3]
        since = moment.replace(microsecond=0)
        found = local_seconds(since, zone)
        self._last = zone, since, since + timedelta(seconds=1), found
        return found


def read_moment(text: str, zone: ZoneInfo) -> int:
    """A moment as facts have it; with an offset it is converted. Raises `Unreadable` as for a cell."""
    return moment_in(text, (), zone)


def shown_moment(seconds: int, zone: ZoneInfo) -> str:
    """`2026-04-01T09:30:00+08:00`."""
    return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=zone).isoformat()


def utc_text(moment: datetime) -> str:
    """`2026-04-01T01:30:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
