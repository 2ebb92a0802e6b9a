"""The reading of many plain cells at once; whatever is not plain is left to `cells`, one by one.

Each function gives exactly what the readers of `cells` would, or None where it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TypeGuard

import numpy as np

from ..arrays.integers import multiply
from ..arrays.number_array import DecimalArray, WholeArray
from ..arrays.text_array import TextArray
from .raw_table import Plain

__all__ = ["BLANK_WORDS", "amounts_in_bulk", "texts_in_bulk"]

_MOST_DIGITS = 18
BLANK_WORDS = frozenset({"", "null", "none", "n/a", "-", "nan"})
"""What a blank cell may say, without blanks around it and in small letters."""
_LONGEST_BLANK = max(map(len, BLANK_WORDS))
_BLANK, _MARK, _DELETE = ord(" "), ord("#"), ord("\x7f")


def texts_in_bulk(words: Sequence[Plain]) -> Sequence[str] | None:
    """Keys and texts that are none of the words for a blank cell."""
    if isinstance(words, TextArray):
        return words if all(_is_ordinary(words[row]) for row in _doubtful(words)) else None
    if not _all_texts(words):
        return None
    return words if all(map(_is_ordinary, words)) else None


def _doubtful(words: TextArray) -> list[int]:
    """The texts that are looked at one by one: short ones, and those that begin or end unusually."""
    first, last = words.edges()
    usual = (first > _MARK) & (first < _DELETE) & (last > _BLANK) & (last < _DELETE)
    return np.flatnonzero(~usual | (words.lengths() <= _LONGEST_BLANK)).tolist()


def _is_ordinary(word: str) -> bool:
    """Whether a word is surely neither blank nor an error of a spreadsheet."""
    return (
        bool(word)
        and (len(word) > _LONGEST_BLANK or word.casefold() not in BLANK_WORDS)
        and "#" < word[0] < "\x7f"
        and not word[-1].isspace()
    )


def amounts_in_bulk(words: Sequence[Plain], digits: int, scale: int, decimal: str) -> Sequence[int] | None:
    """Minor units, where all amounts are written alike: whole, or with all decimals behind a point."""
    if isinstance(words, DecimalArray):
        return words.times(10**digits * scale)
    if isinstance(words, WholeArray):
        return WholeArray(multiply(words.numbers, 10**digits * scale))
    if _all_texts(words):
        return _amounts_in_texts(words, digits) if scale == 1 and decimal == "." else None
    factor = 10**digits * scale
    if set(map(type, words)) == {int}:
        return [word * factor for word in words if isinstance(word, int)]
    if set(map(type, words)) == {Decimal}:
        return _amounts_in_decimals([word for word in words if isinstance(word, Decimal)], factor)
    return None


def _all_texts(words: Sequence[Plain]) -> TypeGuard[Sequence[str]]:
    return isinstance(words, TextArray) or set(map(type, words)) == {str}


def _amounts_in_texts(words: Sequence[str], digits: int) -> WholeArray | None:
    joined = "\n".join(words)
    whole, exact = _patterns(digits)
    if exact is not None and exact.fullmatch(joined):
        return _wholes(joined.replace(".", ""))
    if whole.fullmatch(joined):
        return WholeArray(multiply(_wholes(joined).numbers, 10**digits))
    return None


def _wholes(lines: str) -> WholeArray:
    """Lines of whole numbers of at most 18 digits, which fit into 64 bits."""
    return WholeArray(np.fromstring(lines, dtype=np.int64, sep="\n"))


@lru_cache(maxsize=8)
def _patterns(digits: int) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """Lines of whole numbers, and lines of numbers with all decimals."""
    number = r"-?[0-9]{1,15}"
    exact = rf"{number}\.[0-9]{{{digits}}}"
    lines = re.compile(rf"{exact}(?:\n{exact})*") if digits else None
    return re.compile(rf"{number}(?:\n{number})*"), lines if digits <= _MOST_DIGITS - 15 else None


def _amounts_in_decimals(words: Sequence[Decimal], factor: int) -> list[int] | None:
    found: list[int] = []
    for word in words:
        if not word.is_finite() or abs(word.adjusted()) > _MOST_DIGITS:
            return None
        over, under = word.as_integer_ratio()
        minor, rest = divmod(over * factor, under)
        if rest:
            return None
        found.append(minor)
    return found
