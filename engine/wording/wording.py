"""Words and values in a language: phrases by name, and amounts, rates, dates as people read them. Never rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import cast

from ...dsl.types import Type
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..money import grouped_amount, minor_digits
from .chinese import PHRASES as CHINESE
from .english import PHRASES as ENGLISH

__all__ = ["LANGUAGES", "Voice", "decimal", "exact_text", "percent", "repr_text", "show_value"]

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE}
"""The phrases of each language, by name."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, and the currency of amounts without one of their own. `voice(name, place=...)` is a phrase."""

    language: str
    currency: str
    phrases: Mapping[str, str]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(language: str, currency: str) -> Voice:
        """Raises `KeyError` for a language that is none of `LANGUAGES`."""
        return Voice(language, currency, LANGUAGES[language])

    def __call__(self, name: str, **fills: str) -> str:
        phrase = self.phrases[name]
        return phrase.format(**fills) if fills else phrase

    def counted(self, count: str, unit: str) -> str:
        """So many of a unit of time: `1 day`, `3 months`."""
        return self(f"one.{unit}" if count == "1" else f"many.{unit}", count=count)

    def kind(self, kind: str) -> str:
        """A kind of row; those that a policy declares keep their names."""
        return self.phrases.get(f"kind.{kind}", kind)

    def money(self, currency: str) -> str:
        """A currency as people write it behind an amount; its code where there is no word for it."""
        return self.phrases.get(f"currency.{currency}", currency)


def show_value(value: object, type_: Type | None, currency: str = "", language: str = "en") -> str:
    """A value for people: money with its currency, rates in percent, dates as dates."""
    voice = Voice.of(language, currency)
    if value is None:
        return voice("missing")
    if isinstance(value, bool):
        return voice("yes" if value else "no")
    if isinstance(value, frozenset):
        items = ", ".join(repr_text(item) for item in sorted(cast("frozenset[str]", value)))
        return voice("set", items=items)
    if isinstance(value, str):
        return repr_text(value)
    if not isinstance(value, int | Fraction):
        return str(value)
    if isinstance(value, int) and type_ is not None and type_.name == "money":
        return _money(value, type_.currency or currency, voice)
    return _quantity(Fraction(value), type_, voice)


def _quantity(number: Fraction, type_: Type | None, voice: Voice) -> str:
    match type_.name if type_ is not None else "number":
        case "money":
            return _money(number, (type_.currency if type_ else None) or voice.currency, voice)
        case "rate":
            return percent(number, voice)
        case "date":
            return format_day(int(number))
        case "moment":
            return _moment(int(number))
        case "time":
            return f"{int(number) // 3600:02d}:{int(number) % 3600 // 60:02d}"
        case "days":
            return _seconds(number, voice)
        case "months":
            return voice.counted(decimal(number, voice), "month")
        case _:
            return decimal(number, voice)


def repr_text(text: str) -> str:
    """A text in quotes."""
    return f'"{text}"'


def _money(number: int | Fraction, currency: str, voice: Voice) -> str:
    if not currency:
        return decimal(Fraction(number, 100), voice)
    if isinstance(number, int):
        amount = grouped_amount(number, currency)
    elif number.denominator == 1:
        amount = grouped_amount(number.numerator, currency)
    else:
        amount = decimal(Fraction(number, 10 ** minor_digits(currency)), voice)
    before, after = _around_amount(voice.language, currency)
    return f"{before}{amount}{after}"


@lru_cache(maxsize=256)
def _around_amount(language: str, currency: str) -> tuple[str, str]:
    """The words of a language before and after an amount in a currency."""
    voice = Voice.of(language, currency)
    before, _, after = voice("money", number="\0", currency=voice.money(currency)).partition("\0")
    return before, after


def percent(number: Fraction, voice: Voice) -> str:
    """A rate in percent; what does not end within six decimals is said to be near."""
    scaled = number * 100
    if (scaled * 10**6).denominator == 1:
        return f"{decimal(scaled, voice)}%"
    return voice("percent.about", number=_near(scaled))


def decimal(number: Fraction, voice: Voice) -> str:
    """A decimal where it ends within twelve places, else the fraction and its beginning in decimals."""
    if number.denominator == 1:
        return f"{number.numerator:,}"
    scaled = number * 10**12
    if scaled.denominator == 1:
        sign, digits = ("-" if number < 0 else ""), abs(scaled.numerator)
        whole, part = divmod(digits, 10**12)
        return f"{sign}{whole:,}.{part:012d}".rstrip("0")
    return voice("number.about", number=_near(number), exact=f"{number.numerator}/{number.denominator}")


def _near(number: Fraction) -> str:
    """Four decimals, the rest cut off."""
    digits = abs(number.numerator) * 10**4 // number.denominator
    sign = "-" if number < 0 else ""
    return f"{sign}{digits // 10**4:,}.{digits % 10**4:04d}"


def _moment(seconds: int) -> str:
    clock = seconds % SECONDS_PER_DAY
    return f"{format_day(seconds // SECONDS_PER_DAY)} {clock // 3600:02d}:{clock % 3600 // 60:02d}"


def _seconds(number: Fraction, voice: Voice) -> str:
    for size, unit in ((SECONDS_PER_DAY, "day"), (3600, "hour"), (60, "minute")):
        if (number / size).denominator == 1:  # exact: fraction
            return voice.counted(decimal(number / size, voice), unit)  # exact: fraction
    return voice.counted(decimal(number, voice), "second")


def exact_text(value: object) -> str | bool | list[str] | None:
    """A value for programs: whole numbers and fractions as texts (`5/4`), in the unit's run-time form."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
