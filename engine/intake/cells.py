"""The reading of one cell: what a raw value means in a column of a given type.

Every reader gives the value as the type's run-time value (see `Type`), None where the cell is missing, and
raises `Unreadable` otherwise. Nothing is guessed and nothing is rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo, available_timezones

from ...dsl.currency import minor_digits
from ...dsl.schema import REP_TYPE_WORDS, REP_TYPES, Column
from ...dsl.timezones import is_timezone
from ...dsl.types import Type
from ..arrays.number_array import WholeArray
from ..money import AmountError, parse_amount, parse_number
from ..wording.spelling import did_you_mean
from .bulk_cells import BLANK_WORDS, amounts_in_bulk, texts_in_bulk
from .day_cells import day_in, moment_in, second_of_day_in
from .raw_table import Plain
from .unreadable import Unreadable

__all__ = ["Formats", "Reader", "Reading", "Value", "is_blank", "is_no_text", "reader_of", "text_of"]

Value: TypeAlias = int | Fraction | str | frozenset[str]
"""A value of a fact: exact numbers, text (and keys), or a set of texts."""
Read: TypeAlias = Callable[[Plain], "Value | None"]

_BLANK_TEXT = frozenset({"", "NULL"})
_SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})
_YES = frozenset({"yes", "true", "1", "y", "是"})
_NO = frozenset({"no", "false", "0", "n", "否"})
_SET_MARKS = re.compile(r"[;|、；｜]")
_PLAIN_AMOUNT = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,4}))?")
_MOST_DIGITS = 60
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Formats:
    """How a file writes what is written in more than one way.

    `dates` are strptime formats for dates that are not ISO ones; `decimal` and `thousands` are the marks in
    numbers; `scale` is what amounts of money are counted in (1000 when the file is in thousands).
    """

    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ","
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell means depends on its column, and on the policy's currency and zone and the formats."""

    currency: str
    zone: ZoneInfo
    formats: Formats


def is_blank(value: Plain) -> bool:
    """Whether a cell that is not text holds nothing: empty, or a word such as `NULL`, `n/a` or `-`."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in BLANK_WORDS)


def is_no_text(value: Plain) -> bool:
    """Whether a cell of texts holds nothing: `None` and `-` may be names."""
    return text_of(value).strip() in _BLANK_TEXT


def text_of(value: Plain) -> str:
    """A raw value as text. A whole number has no decimals: 7 in a spreadsheet is `7` in a CSV file."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal() if value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS:
            return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"
        case datetime():
            midnight = value.time() == time() and value.tzinfo is None
            return value.date().isoformat() if midnight else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the cells of one column. `one` cell, or None where it is missing; raises `Unreadable`.

    `many` at once where all are plain, else None: then they are to be read one by one.
    """

    column: Column
    reading: Reading
    read: Read

    def one(self, value: Plain) -> Value | None:
        """The value of a cell."""
        if isinstance(value, str) and value[:1] == "#" and value.strip() in _SHEET_ERRORS:
            raise Unreadable("is an error of the spreadsheet", "correct its formula and export again")
        found = self.read(value)
        if not isinstance(found, str) and isinstance(found, int | Fraction) and self._is_too_small(found):
            raise _too_small(self.column, self.reading)
        return found

    def _is_too_small(self, value: int | Fraction) -> bool:
        least = self.column.least
        return least is not None and (value < least or (value == least and not self.column.least_included))

    def many(self, values: Sequence[Plain]) -> Sequence[Value] | None:
        """The values of cells that are all plain."""
        kind = self.column.type
        if kind.name in {"key", "ref"} or (kind.name == "text" and not kind.options and not kind.zone):
            return texts_in_bulk(values)
        if kind.name == "money":
            formats = self.reading.formats
            digits = minor_digits(kind.currency or self.reading.currency)
            amounts = amounts_in_bulk(values, digits, formats.scale, formats.decimal)
            if not amounts:
                return None
            least = amounts.least() if isinstance(amounts, WholeArray) else min(amounts)
            return amounts if not self._is_too_small(least) else None
        return None


def reader_of(column: Column, reading: Reading) -> Reader:
    """The reader for the cells of a column. Raises `ValueError` for a type that no file can hold."""
    return Reader(column, reading, _reader_by_type(column.type, reading))


def _reader_by_type(kind: Type, reading: Reading) -> Read:
    formats, zone = reading.formats, reading.zone
    match kind.name:
        case "money":
            currency = kind.currency or reading.currency
            digits = minor_digits(currency)
            return lambda value: _money(value, currency, digits, formats)
        case "rate":
            return _unless_blank(lambda value: _whole_or_fraction(_number(value, formats)))
        case "number" | "months":
            return _unless_blank(lambda value: _whole_or_fraction(_no_rate(value, formats)))
        case "days":
            return _unless_blank(lambda value: _whole_or_fraction(_no_rate(value, formats) * _DAY))
        case "count":
            return _unless_blank(lambda value: _count(value, formats))
        case "flag":
            return _unless_blank(_flag)
        case "date":
            return _unless_blank(lambda value: day_in(value, formats.dates, zone))
        case "moment":
            return _unless_blank(lambda value: moment_in(value, formats.dates, zone))
        case "time":
            return _unless_blank(second_of_day_in)
        case "key" | "ref":
            return _unless_blank(text_of)
        case "text" if kind.zone:
            return _zone
        case "text":
            return (lambda value: _option(value, kind.options)) if kind.options else _text
        case "set" if kind.of is not None and kind.of.name == "text":
            options, optional = kind.of.options, kind.optional
            return lambda value: _set(value, options, optional)
        case _:
            raise ValueError(f"no file can hold a column of the type `{kind}`")


def _unless_blank(read: Callable[[Plain], Value]) -> Read:
    return lambda value: None if is_blank(value) else read(value)


def _text(value: Plain) -> str | None:
    return None if is_no_text(value) else text_of(value)


def _option(value: Plain, options: tuple[str, ...]) -> str | None:
    text = _text(value)
    if text is None or text in options:
        return text
    word = text.strip().casefold()
    for option in options:
        if option.casefold() == word:
            return option
    if options == REP_TYPES and word in REP_TYPE_WORDS:
        return REP_TYPE_WORDS[word]
    advice = did_you_mean(text, options) or "correct it, or translate it under `values` in the mapping file"
    raise Unreadable(f"is not {_either(options)}", advice)


def _zone(value: Plain) -> str | None:
    text = _text(value)
    if text is None or is_timezone(text):
        return text
    advice = did_you_mean(text, available_timezones()) or "write one like `Asia/Shanghai`"
    raise Unreadable("is not a time zone", advice)


def _either(options: tuple[str, ...]) -> str:
    quoted = [f"`{option}`" for option in options]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def _set(value: Plain, options: tuple[str, ...], optional: bool) -> frozenset[str] | None:
    """A blank cell is the empty set, unless the column may be missing: then it is missing."""
    text = text_of(value).strip()
    if text.casefold() in BLANK_WORDS:
        return None if optional or text else frozenset()
    words = _json_words(text) if text.startswith("[") else [word.strip() for word in _SET_MARKS.split(text)]
    if len(words) == 1 and not text.startswith("[") and ("," in text or "，" in text):
        raise Unreadable("has a comma", "separate the words with `;`, or write a JSON list")
    found = {_option(word, options) if options else word for word in words}
    return frozenset(word for word in found if word)


def _json_words(text: str) -> list[str]:
    try:
        found: object = json.loads(text, parse_float=Decimal)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise Unreadable("is not a JSON list", 'write it as `["one", "two"]` or `one; two`')
    words = cast("list[object]", found)
    if any(isinstance(word, dict | list) or word is None for word in words):
        raise Unreadable("is not a list of words", 'write it as `["one", "two"]` or `one; two`')
    return [text_of(cast("Plain", word)) for word in words]


def _flag(value: Plain) -> int:
    word = text_of(value).strip().casefold()
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise Unreadable("is not yes or no", "write `yes` or `no`")


def _number(value: Plain, formats: Formats) -> Fraction:
    """A raw value as an exact number."""
    match value:
        case str():
            try:
                return parse_number(value.strip(), formats.decimal, formats.thousands)
            except AmountError as error:
                raise _not_a_number(error, formats, money=False) from None
        case bool() | None | date() | time():
            raise Unreadable("is not a number", "write a number such as `12.5`")
        case Decimal() if not value.is_finite() or _is_endless(value):
            raise Unreadable("is too long", f"write at most {_MOST_DIGITS} digits")
        case _:
            return Fraction(value)


def _is_endless(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return abs(value.adjusted()) > _MOST_DIGITS or (isinstance(exponent, int) and abs(exponent) > _MOST_DIGITS)


def _not_a_number(error: AmountError, formats: Formats, *, money: bool) -> Unreadable:
    message = str(error).removesuffix(f": {error.help}").removeprefix(f"`{error.text}` ")
    if "separators" in message:
        other = "," if formats.decimal == "." else "."
        return Unreadable(message, f'{error.help}, or declare decimal = "{other}" in the mapping file')
    if message == "is not an amount" and not money:
        return Unreadable("is not a number", "write a number such as `12.5`")
    return Unreadable(message, error.help)


def _no_rate(value: Plain, formats: Formats) -> Fraction:
    if isinstance(value, str) and value.rstrip().endswith(("%", "％")):
        raise Unreadable("is a rate", "write a plain number")
    return _number(value, formats)


def _whole_or_fraction(number: Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number


def _count(value: Plain, formats: Formats) -> int:
    number = _no_rate(value, formats)
    if number.denominator != 1:
        raise Unreadable("is not a whole number", "a count has no decimals")
    return number.numerator


def _money(value: Plain, currency: str, digits: int, formats: Formats) -> int | None:
    if isinstance(value, str) and formats.decimal == "." and formats.scale == 1:
        match = _PLAIN_AMOUNT.fullmatch(value)
        if match is not None and len(match[2] or "") <= digits:
            # The common case, some ten times as quick as the general one.
            return int(match[1] + (match[2] or "").ljust(digits, "0"))
    if is_blank(value):
        return None
    if not isinstance(value, str):
        return _minor_of(_number(value, formats), currency, digits, formats.scale)
    text = value.strip()
    try:
        if formats.scale == 1:
            return parse_amount(text, currency, formats.decimal, formats.thousands)
        return _minor_of(_unscaled(text, currency, digits, formats), currency, digits, formats.scale)
    except AmountError as error:
        raise _not_a_number(error, formats, money=True) from None


def _unscaled(text: str, currency: str, digits: int, formats: Formats) -> Fraction:
    """An amount counted in `scale`; a currency beside it is allowed where it is the right one."""
    marks = formats.decimal, formats.thousands
    if text[-1:] not in "%％":
        try:
            return parse_number(text, *marks)
        except AmountError:
            pass  # it may have a currency beside it, or parse_amount has the better word for what is wrong
    return Fraction(parse_amount(text, currency, *marks), 10**digits)


def _minor_of(amount: Fraction, currency: str, digits: int, scale: int) -> int:
    minor = amount * 10**digits * scale
    if minor.denominator != 1:
        times = f"times {scale} " if scale != 1 else ""
        advice = f"`{currency}` has {digits}, round the amount first"
        raise Unreadable(f"{times}has more than {digits} decimals", advice)
    return minor.numerator


def _too_small(column: Column, reading: Reading) -> Unreadable:
    least = column.least or Fraction(0)
    match column.type.name:
        case "money":
            least *= Fraction(1, 10 ** minor_digits(column.type.currency or reading.currency))
        case "days":
            least *= Fraction(1, _DAY)
        case _:
            pass
    bound = text_of(_decimal(least))
    if column.least_included:
        return Unreadable(f"is less than {bound}", f"`{column.name}` must be at least {bound}")
    return Unreadable(f"is not more than {bound}", f"`{column.name}` must be more than {bound}")


def _decimal(number: Fraction) -> Decimal | Fraction:
    """A fraction as a decimal where it is one."""
    for places in range(13):
        scaled = number * 10**places
        if scaled.denominator == 1:
            return Decimal(scaled.numerator).scaleb(-places)
    return number
