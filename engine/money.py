"""Money: a whole number of minor units together with its currency, and the reading of amounts from text.

Minor units follow ISO 4217: see `meed.dsl.currency`.
Nothing here ever rounds: text that has more decimals than its currency is an error, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ..dsl.currency import minor_digits

_DOLLARS = "AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD USD XCD"
_PESOS = "ARS CLP COP CUP DOP MXN UYU"
_SYMBOLS: dict[str, str] = {
    "$": f"{_DOLLARS} {_PESOS}",
    "¥": "CNY JPY",
    "元": "CNY TWD HKD MOP",
    "圆": "CNY",
    "円": "JPY",
    "€": "EUR",
    "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
    "₩": "KRW KPW",
    "₹": "INR",
    "₽": "RUB",
    "₫": "VND",
    "฿": "THB",
    "₺": "TRY",
    "₴": "UAH",
    "₪": "ILS",
    "₦": "NGN",
    "₱": "PHP",
    "₡": "CRC",
    "₲": "PYG",
    "₸": "KZT",
    "₮": "MNT",
    "₾": "GEL",
    "₼": "AZN",
    "US$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "R$": "BRL",
    "RMB": "CNY",
    "CN¥": "CNY",
    "JP¥": "JPY",
}

# Width and spacing only: wider folding (NFKC) would read a superscript as a digit.
_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "￥￡￦−\u3000\u00a0\u202f\u2009", "¥£₩-    "
)
_SIGNED = ("n", "-n", "+n", "(n)")
_LONGEST_NUMBER = 60


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies were added, subtracted or put in order."""

    def __init__(self, left: str, right: str) -> None:
        self.help = "convert one of them first"
        super().__init__(f"`{left}` and `{right}` do not mix: {self.help}")


class AmountError(ValueError):
    """Text that is not exactly one amount or number; `text` is the input, `help` says what to write."""

    def __init__(self, text: str, problem: str, advice: str) -> None:
        self.text = text
        self.help = advice
        super().__init__(f"`{text}` {problem}: {advice}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency (`Money(6600000, "CNY")` is 66,000.00 yuan).

    Sums, differences and order exist within one currency (`CurrencyMismatch` otherwise); `*` takes a whole
    number, because any other product needs a declared rounding. Raises `TypeError` for other numbers.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        _require_whole(self.minor)
        minor_digits(self.currency)

    def __str__(self) -> str:
        return format_money(self.minor, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * _require_whole(times), self.currency)

    def __rmul__(self, times: int) -> Money:
        return self * times

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._minor_of(other)

    def _minor_of(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def _require_whole(value: int) -> int:
    if type(value) is not int:  # isinstance would let a truth value through
        raise TypeError(f"`{value}` is not a whole number: count money in minor units")
    return value


def format_money(minor: int, currency: str) -> str:
    """For people: `66,000.00 CNY`, `-1.234 KWD`, `500 JPY`."""
    return f"{_decimal_text(minor, currency, ',')} {currency}"


def grouped_amount(minor: int, currency: str) -> str:
    """The same without the currency: `66,000.00`."""
    return _decimal_text(minor, currency, ",")


def plain_amount(minor: int, currency: str) -> str:
    """For CSV and JSON: `66000.00`, with all decimals of the currency; `parse_amount` reads it back."""
    return _decimal_text(minor, currency, "")


def plain_amounts(minor: Iterable[int], currency: str) -> Iterator[str]:
    """`plain_amount` of many."""
    digits = minor_digits(currency)
    scale = 10**digits
    for amount in minor:
        whole, part = divmod(abs(amount), scale)
        sign = "-" if amount < 0 else ""
        yield f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def _decimal_text(minor: int, currency: str, separator: str) -> str:
    digits = minor_digits(currency)
    whole, part = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    text = f"{whole:,}" if separator == "," else f"{whole:,}".replace(",", separator)
    return f"{sign}{text}.{part:0{digits}d}" if digits else f"{sign}{text}"


def parse_amount(text: str, currency: str, decimal: str = ".", thousands: str = ",") -> int:
    """Minor units of an amount written by people or systems, exactly.

    Reads `1,234.50`, `¥1,234.5`, `-$12`, `(12.00)` (negative), `12 USD`, full-width forms and spaces around.
    Raises `AmountError` for more decimals than the currency has, a symbol or code of another currency,
    misplaced group separators, or anything else that is not one amount; `UnknownCurrency` for the currency.
    """
    digits = minor_digits(currency)
    value, places, unit = _read(text, decimal, thousands)
    code = unit.upper()
    if unit and code != currency and currency not in _SYMBOLS.get(code, "").split():
        raise AmountError(text, f"is not in `{currency}`", f"write the amount in `{currency}`")
    minor, rest = divmod(value * 10**digits, 10**places)
    if rest:
        advice = f"`{currency}` has {digits}, round the amount first"
        raise AmountError(text, f"has more than {digits} decimals", advice)
    return minor


def parse_number(text: str, decimal: str = ".", thousands: str = ",") -> Fraction:
    """A number as an exact fraction: `1,234.5`, `-3`, `(3)` (negative), `12.5%` (an eighth).

    Raises `AmountError` for anything else, a currency included.
    """
    value, places, unit = _read(text, decimal, thousands)
    if unit not in ("", "%"):
        raise AmountError(text, "is not a plain number", f"remove `{unit}`")
    return Fraction(value, 10 ** (places + 2 if unit else places))


def _read(text: str, decimal: str, thousands: str) -> tuple[int, int, str]:
    """The signed digits, how many of them are decimals, and the unit beside them ("" when there is none)."""
    lexer, shape = _patterns(decimal, thousands)
    plain = text if text.isascii() else text.translate(_WIDTH)
    tokens = [(match.lastgroup or "", match[0]) for match in lexer.finditer(plain)]
    if not tokens:
        raise AmountError(text, "is empty", "write an amount such as `1234.50`")
    kinds = "".join(mark if kind == "sign" else kind for kind, mark in tokens)
    if kinds.replace("u", "") not in _SIGNED or kinds.count("u") > 1:
        raise AmountError(text, "is not an amount", "write digits with at most one sign and one currency")
    words = dict(tokens)
    match = shape.fullmatch(words["n"])
    if match is None:
        groups = f" and `{thousands}` between thousands" if thousands else ""
        raise AmountError(text, "has misplaced separators", f"use `{decimal}` for decimals{groups}")
    whole, part = "".join(filter(str.isdigit, match[1])), match[2] or ""
    if len(whole) + len(part) > _LONGEST_NUMBER:
        raise AmountError(text, "is too long", f"write at most {_LONGEST_NUMBER} digits")
    value = int(whole + part)
    return -value if "-" in kinds or "(" in kinds else value, len(part), words.get("u", "")


@lru_cache(maxsize=16)
def _patterns(decimal: str, thousands: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Tokens of an amount (every mark but a space belongs to one), and the shape of its digits."""
    decimal, thousands = decimal.translate(_WIDTH), thousands.translate(_WIDTH)
    marks = decimal + thousands
    if len(decimal) != 1 or len(thousands) > 1 or decimal == thousands or re.search(r"[\w+()%-]", marks):
        raise ValueError(f"`{decimal}` and `{thousands}` cannot separate digits: use two different marks")
    point, group = re.escape(decimal), re.escape(thousands)
    number = rf"{point}?[0-9](?:[0-9{point}{group}]*[0-9{point}])?"
    lexer = re.compile(rf"(?P<n>{number})|(?P<sign>[-+()])|(?P<u>[^\s0-9()+{point}{group}-]+)|(?P<stray>\S)")
    # Groups of three; before the last also of two, as they are written in India.
    grouped = rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}"
    whole = rf"{grouped}|[0-9]*" if thousands else r"[0-9]*"
    return lexer, re.compile(rf"({whole})(?:{point}([0-9]*))?")
