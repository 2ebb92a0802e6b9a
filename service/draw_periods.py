"""The keys of random draws over time: committed to before their period, known to all a day after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from ..dsl import checked as c
from ..engine.assigning.assignment import KEY_PERIODS, DrawKeys
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.calendar.periods import Period, containing
from ..engine.intake.cells import Formats, Reading, reader_of
from ..engine.intake.unreadable import Unreadable
from ..engine.life.stream import draws_at_random
from .clock import Clock, local_seconds
from .service_schemas import Commitment

__all__ = ["DrawPeriods"]

_AHEAD_DAYS = 366
_GRACE_DAYS = 1
"""For decisions that are under way when a period ends."""


class DrawPeriods:
    """Which period's key may draw now, and what is published of each.

    A key that is published must not draw any more: whoever sends the fact could choose the moment that favours
    somebody. Nor may one that nobody was given a commitment to.
    """

    def __init__(
        self, policy: c.Policy, policies: Sequence[c.Policy], keys: DrawKeys, since: int, clock: Clock
    ) -> None:
        """`policy` is in force; `policies` are all that ever were: their draws must stay verifiable, too."""
        self._zone, self._clock = ZoneInfo(policy.timezone), clock
        self._keys, self._since = keys, since // SECONDS_PER_DAY
        self._kinds = sorted({_kind(assign) for one in policies for assign in one.assigns})
        self._drawing = {assign.kind: _kind(assign) for assign in policy.assigns if draws_at_random(assign)}
        self._policy = policy

    def objection(self, point: str, at: int) -> tuple[str, str] | None:
        """Why nothing may be drawn at a moment, and what to do; None where it may, or nothing is drawn."""
        kind = self._drawing.get(point)
        if kind is None:
            return None
        period, today = containing(kind, at // SECONDS_PER_DAY), self._today()
        if period.end <= min(self._since, today):
            return f"is in {period}, for which no key of draws was committed to", "give a moment of today, or none"
        if period.end + _GRACE_DAYS <= today:
            return f"is in {period}, whose key of draws is published", "give a moment of today, or none"
        if period.start > today + _AHEAD_DAYS:
            last = format_day(today + _AHEAD_DAYS)
            return f"is in {period}, for which no key of draws is committed to yet", f"give a moment until {last}"
        return None

    def lot_objection(self, point: str, fact: Mapping[str, object], known: object) -> tuple[str, str, str] | None:
        """Why no lot may be drawn for a fact that came when it says: the column, why, what to do; None where it may.

        `known`: what is known of when it came, where it does not say it; else it comes now. What says it in no readable
        way is refused with its other columns.
        """
        column = self._policy.kinds[point].arrives
        if column is None:
            return None
        came, cell = known, fact.get(column.name)
        if isinstance(cell, str):
            try:
                came = reader_of(column, Reading(self._policy.currency, self._zone, Formats())).one(cell)
            except Unreadable:
                return None
        if not isinstance(came, int):
            return None
        found = self.objection(point, came * SECONDS_PER_DAY if column.type.name == "date" else came)
        advice = "let it come today: a lot of it could be foreseen"
        return None if found is None else (column.name, found[0], advice)

    def published(self) -> list[Commitment]:
        """Every period since the service first started, the running one, and those of a year to come."""
        today = self._today()
        return [self._commitment(period, today) for kind in self._kinds for period in self._periods(kind, today)]

    def _periods(self, kind: str, today: int) -> Iterator[Period]:
        period = containing(kind, min(self._since, today))
        while period.start <= today + _AHEAD_DAYS:
            yield period
            period = period.next()

    def _commitment(self, period: Period, today: int) -> Commitment:
        name = str(period)
        known = period.end + _GRACE_DAYS <= today
        state = "past" if period.end <= today else "current" if period.start <= today else "coming"
        key = self._keys.key_of(name).hex() if known else None
        return Commitment(period=name, state=state, commitment=self._keys.commitment_of(name), key=key)

    def _today(self) -> int:
        return local_seconds(self._clock(), self._zone) // SECONDS_PER_DAY


def _kind(assign: c.Assign) -> str:
    """The kind of period that has a key of its own."""
    return KEY_PERIODS[dict(assign.settings).get("key", "monthly")]
