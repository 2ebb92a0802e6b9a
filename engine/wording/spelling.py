"""Did you mean: the known name that a written one most likely stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

__all__ = ["Spellings", "did_you_mean"]

_MOST_COMPARED = 2_000
_MOST_LOOKUPS = 50


class Spellings:
    """The known names of one kind, ready for many look-ups.

    Names that differ only in case, blanks and marks are always found (`GTXPro` is `GTX Pro`). Looking for
    other slips compares with every name, so it is done for at most 50 words and among at most 2,000 names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._squeezed: Mapping[str, str] | None = None
        self._looked_up = 0

    def closest(self, word: str) -> str | None:
        """The likeliest known name, or None when nothing is near."""
        if self._squeezed is None:
            self._squeezed = {_squeezed(name): name for name in reversed(self._names)}
        same = self._squeezed.get(_squeezed(word)) if _squeezed(word) else None
        if same is not None:
            return same
        if len(self._names) > _MOST_COMPARED or self._looked_up >= _MOST_LOOKUPS or len(word) > 100:
            return None
        self._looked_up += 1
        folded = {name.casefold(): name for name in reversed(self._names)}
        near = get_close_matches(word.casefold(), folded, 1)
        return folded[near[0]] if near else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The words `did you mean ...?` with the likeliest name, or "" when nothing is near."""
    near = Spellings(names).closest(word)
    return f"did you mean `{near}`?" if near is not None else ""


def _squeezed(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
