"""Functions of texts: parts of a name, a title, a postcode or an address, upper and lower case alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["TEXT_FUNCTIONS", "of_texts"]

TEXT_FUNCTIONS = frozenset({"contains", "starts_with", "ends_with", "lower", "domain_of"})


def of_texts(function: str, text: str, words: str | Iterable[str] = ()) -> Any:
    """The value of a function of a text; `words`, one or several, of which any will do. None where there is none."""
    said = text.casefold()
    looked_for = [word.casefold() for word in ((words,) if isinstance(words, str) else words)]
    match function:
        case "contains":
            return any(word in said for word in looked_for)
        case "starts_with":
            return said.startswith(tuple(looked_for))
        case "ends_with":
            return said.endswith(tuple(looked_for))
        case "lower":
            return text.lower()
        case _:
            return text.rpartition("@")[2].strip().lower() or None if "@" in text else None
