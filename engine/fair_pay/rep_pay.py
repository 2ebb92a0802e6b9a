"""What each rep was paid over a period, beside what was booked and how much of the quota that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.types import PERIOD_MONTHS
from ..calendar.periods import Period
from ..calendar.windows import of_period
from ..facts import FactTable, Scalar
from ..fairness.rep_groups import cell_of_rep
from ..pay.simulation import Run
from ..what_if.comparison import rep_totals_of
from ..world import World

__all__ = ["RepPay", "rep_pays"]

_QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class RepPay:
    """A rep's payout in minor units, the bookings behind it, and the attainment (None: no quota is known)."""

    rep: str
    payout: int
    bookings: Fraction
    attainment: Fraction | None

    @property
    def rate(self) -> Fraction | None:
        """Payout per unit of bookings; None without bookings."""
        return Fraction(self.payout) / self.bookings if self.bookings > 0 else None  # exact: fraction


def rep_pays(run: Run, bookings: Mapping[str, Fraction]) -> list[RepPay]:
    """Every rep of a run, by key.

    Attainment is bookings over the quota of the period: a quota per quarter counts four times in a year, and by the
    days on which the rep was employed where that is not all of it. A quota that changes counts as on the last day.
    """
    table, world = run.facts.table("rep"), World(run.facts)
    totals, within = rep_totals_of(run), of_period(run.period)
    has_quota = _QUOTA in table.columns
    quotas = [cell_of_rep(world, row, _QUOTA, within) if has_quota else None for row in range(len(table))]
    return [
        RepPay(key, totals[key], bookings[key], _attainment(table, row, quotas[row], bookings[key], run.period))
        for row, key in enumerate(table.keys)
    ]


def _attainment(table: FactTable, row: int, quota: Scalar, booked: Fraction, period: Period) -> Fraction | None:
    days = period.end - period.start
    if not isinstance(quota, int | Fraction) or isinstance(quota, bool) or quota <= 0:
        return None
    there = _days_employed(table, row, period)
    per = table.kind.columns[_QUOTA].type.per
    times = Fraction(_months(period), PERIOD_MONTHS[per]) if per in PERIOD_MONTHS else Fraction(1)
    return booked * days / (quota * times * there) if there and times else None  # exact: fraction


def _months(period: Period) -> Fraction:
    """The length of a period in months; weeks and days as parts of a year."""
    if period.kind in PERIOD_MONTHS:
        return Fraction(PERIOD_MONTHS[period.kind])
    return Fraction(12 * (period.end - period.start), 365)


def _days_employed(table: FactTable, row: int, period: Period) -> int:
    hired = table.cell(row, "hired") if "hired" in table.columns else None
    left = table.cell(row, "left") if "left" in table.columns else None
    start = max(period.start, hired) if isinstance(hired, int) else period.start
    end = min(period.end, left + 1) if isinstance(left, int) else period.end
    return max(0, end - start)
