"""Types of values in a policy, with their units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "COUNT",
    "DATE",
    "DAYS",
    "FLAG",
    "KEY",
    "MOMENT",
    "MONEY",
    "MONTHS",
    "NUMBER",
    "PERIOD_MONTHS",
    "PLACE",
    "RATE",
    "TEXT",
    "TIME",
    "UNKNOWN",
    "WEEKDAY",
    "ZONE",
    "Type",
    "ref",
    "set_of",
]

Name = Literal[
    "money", "rate", "number", "count", "text", "flag", "date", "moment", "time", "days", "months",
    "set", "ref", "key", "place", "unknown",
]  # fmt: skip

PERIOD_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_QUANTITIES = frozenset({"money", "rate", "number", "count", "days", "months"})
_PLAIN = frozenset({"rate", "number", "count"})


@dataclass(frozen=True, slots=True)
class Type:
    """A type: a name and what makes its unit.

    `currency` (money; None is the policy's), `per` (money per month, quarter, half or year), `options` (text with
    a closed list), `zone` (text that names a time zone), `of` (set), `kind` (reference to a fact), `optional` (the
    value may be missing).

    Values at run time: money is an exact number of minor units; rate, number and count are exact numbers (5% is
    1/20); date is days since 1970-01-01; moment is seconds since then in the policy's time zone; time is seconds
    of the day; days is a duration in seconds; months is a duration in months.
    """

    name: Name
    currency: str | None = None
    per: str | None = None
    options: tuple[str, ...] = ()
    zone: bool = False
    of: Type | None = None
    kind: str | None = None
    optional: bool = False

    @property
    def required(self) -> Type:
        """The same type, never missing."""
        return replace(self, optional=False) if self.optional else self

    def maybe(self, optional: bool = True) -> Type:
        """The same type, missing where `optional`."""
        return replace(self, optional=True) if optional and not self.optional else self

    @property
    def is_quantity(self) -> bool:
        """Whether values add up."""
        return self.name in _QUANTITIES

    @property
    def is_plain(self) -> bool:
        """Whether the value is a number without unit: rate, number or count."""
        return self.name in _PLAIN

    @property
    def is_ordered(self) -> bool:
        """Whether values compare with `<`."""
        return self.is_quantity or self.name in {"date", "moment", "time", "place"}

    def __str__(self) -> str:
        match self.name:
            case "money":
                text = (
                    "money"
                    + (f" in {self.currency}" if self.currency else "")
                    + (f" per {self.per}" if self.per else "")
                )
            case "text" if self.options:
                text = " or ".join(f'"{option}"' for option in self.options)
            case "text" if self.zone:
                text = "zone"
            case "set":
                text = f"set of {self.of}"
            case "ref":
                text = str(self.kind)
            case "days":
                text = "duration in days"
            case "months":
                text = "duration in months"
            case "flag":
                text = "yes or no"
            case _:
                text = self.name
        return text + ("?" if self.optional else "")


MONEY = Type("money")
RATE = Type("rate")
NUMBER = Type("number")
COUNT = Type("count")
TEXT = Type("text")
ZONE = Type("text", zone=True)
WEEKDAY = Type("text", options=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
FLAG = Type("flag")
DATE = Type("date")
MOMENT = Type("moment")
TIME = Type("time")
DAYS = Type("days")
MONTHS = Type("months")
KEY = Type("key")
PLACE = Type("place")
UNKNOWN = Type("unknown")


def ref(kind: str, *, optional: bool = False) -> Type:
    """A reference to a fact of a kind."""
    return Type("ref", kind=kind, optional=optional)


def set_of(inner: Type) -> Type:
    """A set of values."""
    return Type("set", of=inner)
