"""Exchange rates of payouts, exact: units of the payout currency for one unit of the ledger's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.currency import minor_digits
from ..arrays.rounding import round_fraction
from ..money import parse_number
from .refusal import Refused

__all__ = ["PayoutCurrencies", "Rate", "Rates", "converted"]


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A rate from a day on; `text` is the decimal as it was written."""

    currency: str
    first: str
    text: str

    @property
    def value(self) -> Fraction:
        """The exact number."""
        return parse_number(self.text)


class Rates:
    """Rates by currency and day. Raises `Refused` for two of one currency and day, and for one that is not above 0."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._rates = sorted(rates)
        for before, rate in zip(self._rates, self._rates[1:], strict=False):
            if (before.currency, before.first) == (rate.currency, rate.first):
                raise Refused(f"there are two rates of {rate.currency} from {rate.first}", "leave one of them")
        for rate in self._rates:
            if rate.value <= 0:
                raise Refused(f"the rate {rate.text} of {rate.currency} is not above zero", "correct it")

    def on(self, currency: str, day: str) -> Rate:
        """The rate in force on a day: the latest that began. Raises `Refused` where none had."""
        found = [rate for rate in self._rates if rate.currency == currency and rate.first <= day]
        if not found:
            raise Refused(f"there is no rate of {currency} for {day}", "add one to the rates file (`--rates`)")
        return found[-1]


@dataclass(frozen=True, slots=True)
class PayoutCurrencies:
    """The currency in which each rep is paid, the ledger's for everybody else, and the rates for it."""

    by_rep: Mapping[str, str]
    rates: Rates


def converted(amount: int, currency: str, rate: str, into: str, rounding: str) -> int:
    """Minor units of `currency` as minor units of `into` at a rate, rounded once to the smallest unit of `into`."""
    units = Fraction(amount, 10 ** minor_digits(currency)) * parse_number(rate)
    return round_fraction(units * 10 ** minor_digits(into), 1, rounding)
