"""How wide a text is on a terminal, where Chinese characters take two columns."""

from __future__ import annotations

from unicodedata import category, east_asian_width

__all__ = ["shown", "width"]

_TAB = 4


def width(text: str) -> int:
    """The number of columns that a text without tabs takes."""
    if text.isascii():
        return len(text)
    return sum(_width_of(char) for char in text)


def _width_of(char: str) -> int:
    if category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1


def shown(text: str) -> str:
    """A text as it can be printed: tabs as blanks, and nothing that moves a terminal's cursor or cannot be encoded."""
    if text.isprintable():
        return text
    return "".join(
        " " * _TAB if char == "\t" else "�" if category(char) in {"Cc", "Cs", "Cf", "Zl", "Zp"} else char
        for char in text
    )
