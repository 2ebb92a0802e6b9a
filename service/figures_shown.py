"""Figures of comparisons as people read them: signed amounts, parts in percent, how many of how many."""

from __future__ import annotations

from fractions import Fraction

from ..engine.arrays.rounding import round_fraction
from ..engine.money import format_money, plain_amount

__all__ = ["amount_text", "counted", "part_of", "percent", "plain_fraction", "signed", "times_text"]


def signed(amount: int, currency: str) -> str:
    """An amount with its sign: `+1,200.50 CNY`, `0.00 CNY`."""
    return f"{'+' if amount > 0 else ''}{format_money(amount, currency)}"


def amount_text(value: Fraction, currency: str) -> str:
    """An exact amount of minor units, rounded half up to one of them."""
    return format_money(round_fraction(value), currency)


def plain_fraction(value: Fraction, currency: str) -> str:
    """The same for programs: `1200.50`."""
    return plain_amount(round_fraction(value), currency)


def percent(value: Fraction | None, decimals: int = 2) -> str:
    """A rate in percent, rounded half up: `5.61%`; `-` where there is none."""
    if value is None:
        return "-"
    scaled = round_fraction(value * 100 * 10**decimals)
    whole, part = divmod(abs(scaled), 10**decimals)
    return f"{'-' if scaled < 0 else ''}{whole:,}{f'.{part:0{decimals}d}' if decimals else ''}%"


def times_text(value: Fraction | None) -> str:
    """A ratio to two decimals, rounded half up: `0.93`; `-` where there is none."""
    return "-" if value is None else percent(value / 100)[:-1]  # exact: fraction


def part_of(some: int, all_: int) -> str:
    """`7 of 10 (70%)`."""
    return f"{some:,} of {all_:,}" + (f" ({percent(Fraction(some, all_), 0)})" if all_ else "")


def counted(number: int, what: str) -> str:
    """`1 rep`, `2 reps`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
