"""What a pool counts, leads or value, and credits in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...dsl.types import MONEY, Type
from ..money import minor_digits
from ..wording.phrases import show
from .beginnings import Beginning
from .shares import SCALE

__all__ = ["LEADS", "CreditUnit", "beginning_text", "credit_text", "units_in_one"]

_WHOLE = frozenset({"money", "count", "days", "months"})
_FINEST = 10**6
_MOST_CREDITS = 1 << 14


def units_in_one(type_: Type) -> int:
    """How many whole numbers a value of this type is counted in: the smallest unit of money, or a millionth of others.

    It is one unit for good, so that credits go on whatever the values are.
    """
    return 1 if type_.name in _WHOLE else _FINEST


@dataclass(frozen=True, slots=True)
class CreditUnit:
    """The unit of a pool's credits: leads, amounts of a currency, or so much of something.

    `said` is what is counted, in words (`lead.value`), empty for leads; `currency` that of amounts, else empty.
    `lead`: what this one counts, in words. `per`: the whole numbers in one.
    """

    said: str = ""
    currency: str = ""
    lead: str = ""
    per: int = 1

    def amount(self, credit: int) -> str:
        """A credit without its sign: `0.714 of a lead`, `12,000.00 CNY`, `3.500 of lead.effort`."""
        if self.currency:
            minor = (abs(credit) * 2 + SCALE) // (2 * SCALE)
            return show(Fraction(minor), MONEY, self.currency)
        return f"{credit_text(abs(credit), self.per)[1:]} of {self.said or 'a lead'}"

    def signed(self, credit: int) -> str:
        """A credit with its sign."""
        return f"{'-' if credit < 0 else '+'}{self.amount(credit)}"

    def as_json(self) -> dict[str, Any]:
        """What one is made of, as plain values: smallest units of a currency, or `per` whole numbers."""
        made: dict[str, Any] = {"currency": self.currency} if self.currency else {}
        return made | ({"per": self.per} if self.per != 1 else {})

    @property
    def in_one(self) -> int:
        """How many whole numbers of the pool make one as people count: a lead, a euro, one of what is measured."""
        return 10 ** minor_digits(self.currency) if self.currency else self.per

    def described(self, *, divided: bool = False) -> dict[str, Any]:
        """What figures are in, as plain values: what is counted (None: facts, by their number), the currency, and how
        many of the figures make one of it. `divided`: they are in what `per` whole numbers make.
        """
        one = self.in_one // self.per if divided else self.in_one
        return {"counts": self.said or None, "currency": self.currency or None, "in_one": one}

    def figure(self, units: Fraction) -> str:
        """Whole numbers of the pool in words: `12,000.00 CNY`, `3.500`."""
        if self.currency:
            return self.amount(int(units * SCALE))
        return credit_text(int(units * SCALE), self.per)[1:]

    @property
    def counts(self) -> str:
        """What this one counts, as the end of a sentence; nothing where leads are counted."""
        return f"; this one counts {self.lead} ({self.said})" if self.said else ""


LEADS = CreditUnit()
_BEGINS: Mapping[str, str] = {
    "zero": "even",
    "average": "at the average of those who are there",
    "last_in_line": "last in line",
}


def beginning_text(one: Beginning, unit: CreditUnit) -> str:
    """How somebody came into a pool: `Tony came new, and began last in line (-0.500 of a lead)`."""
    came = "was away for long" if one.back else "came new"
    return f"{one.rep} {came}, and began {_BEGINS[one.at]} ({unit.signed(one.credit)})"


@lru_cache(maxsize=_MOST_CREDITS)
def credit_text(credit: int, per: int = 1) -> str:
    """A credit in leads, or in units of `per` whole numbers, rounded half away from zero: `+0.714`."""
    one = SCALE * per
    milli = (abs(credit) * 2000 + one) // (2 * one)
    return f"{'-' if credit < 0 else '+'}{milli // 1000}.{milli % 1000:03d}"
