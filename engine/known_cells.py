"""Facts read quickly: a word of a column that was read before is not parsed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..dsl.schema import Column
from .cells import Reader
from .days import SECONDS_PER_DAY
from .facts import Scalar
from .memory import Memory
from .raw_table import Plain, plain
from .unreadable import Unreadable

__all__ = ["Finder", "KnownCells"]

_MOST_WORDS = 10_000
_NUMBERED_BY_VALUE = (str, int)


class Finder(Protocol):
    """What finds the row of a key: a world."""

    def find(self, kind: str, key: str) -> int | None:
        """The row of a key; None where there is none."""
        ...


@dataclass(slots=True, eq=False)
class _Known:
    """A column with its reader, and what its words were read as."""

    name: str
    reader: Reader
    refers_to: str
    flag: bool
    optional: bool
    cells: dict[object, Scalar]


class KnownCells:
    """Types whole facts from cells that are in order; whatever is not is left to a reader that can say why.

    `came`: the column of the moment of arrival, filled in where a fact leaves it out. `empty`: columns that no fact
    may bring. `unread`: columns that are not looked at.
    """

    def __init__(
        self, readers: Mapping[str, Reader], key: str, empty: Sequence[str], came: Column | None, unread: Sequence[str]
    ) -> None:
        self._key, self._empty, self._came, self._unread = key, tuple(empty), came, tuple(unread)
        self._columns = [
            _Known(
                name, reader, (reader.column.type.kind or "") if reader.column.type.name == "ref" else "",
                reader.column.type.name == "flag", reader.column.type.optional, Memory(_MOST_WORDS),
            )
            for name, reader in readers.items()
        ]  # fmt: skip
        self._names = frozenset({*readers, *unread})

    def typed(self, fact: Mapping[str, object], at: int, among: Finder) -> tuple[str, dict[str, Scalar]] | None:
        """The key and the cells of a fact that comes `at` a moment; None where it has to be read with more care."""
        if not self._names.issuperset(fact):
            return None
        if self._unread and any(isinstance(fact.get(name), list | dict) for name in self._unread):
            return None
        key = None
        made: dict[str, Scalar] = dict.fromkeys(self._empty)
        try:
            for known in self._columns:
                word = fact.get(known.name)
                if word is None and self._came is not None and known.name == self._came.name:
                    made[known.name] = at // SECONDS_PER_DAY if self._came.type.name == "date" else at
                    continue
                cell = self._cell(known, word)
                if cell is None and not known.optional:
                    return None
                if known.name == self._key:
                    key = cell
                elif known.refers_to and cell is not None:
                    row = among.find(known.refers_to, str(cell))
                    if row is None:
                        return None
                    made[known.name] = row
                else:
                    made[known.name] = bool(cell) if known.flag and cell is not None else cell
        except Unreadable:
            return None
        return (key, made) if isinstance(key, str) and key else None

    def _cell(self, known: _Known, word: object) -> Scalar:
        """A cell as files would have it; equal words that people tell apart (1 and true) are not remembered."""
        if type(word) not in _NUMBERED_BY_VALUE or known.name == self._key:
            return known.reader.one(_plain(word))
        found = known.cells.get(word, known)
        if found is known:
            found = known.cells[word] = known.reader.one(_plain(word))
        return found  # pyright: ignore[reportReturnType]


def _plain(word: object) -> Plain:
    if isinstance(word, list | dict):
        raise Unreadable("a value with parts", "")
    return plain(word)
