"""The calendar of a policy: where its years begin, how they are named, and whether months are whole weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["GREGORIAN", "MONTHS", "MONTH_WEEKS", "WEEKDAYS", "YEAR_ENDS", "YEAR_NAMES", "Calendar"]

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_WEEKS = ("4-4-5", "4-5-4", "5-4-4")
YEAR_ENDS = ("nearest", "last")
YEAR_NAMES = ("start", "end")


@dataclass(frozen=True, slots=True)
class Calendar:
    """How days fall into months, quarters, halves and years; the default is the Gregorian calendar.

    `first_month`: 1 to 12, the month with which a year begins. `named_by`: whether a year has the number of the
    calendar year in which it begins or ends. `weeks`: the weeks in the three months of a quarter, or None where
    months are those of the Gregorian calendar. With `weeks`, a year ends on the day of the week before
    `week_start` (0: Monday) that is `nearest` to the end of the month before `first_month`, or on the `last` such
    day of that month, and its 53rd week, where there is one, belongs to its last month. These are the two rules
    for 52-53-week years of 26 CFR 1.441-2(a); the calendar of the National Retail Federation is 4-5-4, from
    february, weeks from sunday, nearest, named by start; the year of ISO 8601 is january, monday, nearest.
    """

    first_month: int = 1
    named_by: Literal["start", "end"] = "start"
    weeks: tuple[int, int, int] | None = None
    week_start: int = 0
    year_end: Literal["nearest", "last"] = "nearest"

    @property
    def is_gregorian(self) -> bool:
        """Whether years begin with January and months are the usual ones."""
        return self.first_month == 1 and self.weeks is None


GREGORIAN = Calendar()
