"""Facts read quickly: a word of a column that was read before is not parsed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from ...dsl.schema import Column
from ..calendar.days import SECONDS_PER_DAY
from ..facts import Scalar
from ..memory import Memory
from .cells import Reader
from .raw_table import Plain, plain
from .unreadable import Unreadable

__all__ = ["Finder", "KnownCells"]

_MOST_WORDS = 10_000
_SELDOM_AGAIN = frozenset({"money", "number", "moment"})
_PARTED = (list, dict)
_TOLD_APART = frozenset({str, int, type(None)})


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
    remembers: bool
    cells: dict[object, Scalar]


class KnownCells:
    """Types whole facts from cells that are in order; whatever is not is left to a reader that can say why.

    `came`: the column of the moment of arrival, filled in where a fact leaves it out. `empty`: columns that no fact
    may bring. `unread`: columns that are not looked at.
    """

    def __init__(
        self, readers: Mapping[str, Reader], key: str, empty: Sequence[str], came: Column | None, unread: Sequence[str]
    ) -> None:
        self._key, self._empty, self._came, self._unread = key, tuple(empty), came, frozenset(unread)
        self._columns = [
            _Known(
                name, reader, (reader.column.type.kind or "") if reader.column.type.name == "ref" else "",
                reader.column.type.name == "flag", reader.column.type.optional,
                name != key and reader.column.type.name not in _SELDOM_AGAIN, Memory(_MOST_WORDS),
            )
            for name, reader in readers.items()
        ]  # fmt: skip
        self._names = frozenset({*readers, *unread})

    def typed(self, fact: Mapping[str, object], at: int, among: Finder) -> tuple[str, dict[str, Scalar]] | None:
        """The key and the cells of a fact that comes `at` a moment; None where it has to be read with more care."""
        if not self._names.issuperset(fact):
            return None
        for name in self._unread:
            if isinstance(fact.get(name), _PARTED):
                return None
        key = None
        made: dict[str, Scalar] = dict.fromkeys(self._empty)
        came = self._came.name if self._came is not None else None
        try:
            for known in self._columns:
                name = known.name
                word = fact.get(name)
                if word is None and name == came:
                    made[name] = self._moment(at)
                    continue
                if known.remembers and type(word) in _TOLD_APART:
                    cell = known.cells.get(word, known)
                    if cell is known:
                        cell = known.cells[word] = known.reader.one(_plain(word))
                else:  # equal words that people tell apart (1 and true) are not remembered, and keys come once
                    cell = known.reader.one(_plain(word))
                if cell is None:
                    if not known.optional:
                        return None
                    made[name] = None
                elif name == self._key:
                    key = cell
                elif known.refers_to:
                    row = among.find(known.refers_to, str(cell))
                    if row is None:
                        return None
                    made[name] = row
                else:
                    made[name] = bool(cell) if known.flag else cast("Scalar", cell)
        except Unreadable:
            return None
        return (key, made) if isinstance(key, str) and key else None

    def _moment(self, at: int) -> int:
        """What stands in the column of the arrival."""
        assert self._came is not None
        return at // SECONDS_PER_DAY if self._came.type.name == "date" else at


def _plain(word: object) -> Plain:
    if type(word) is str:
        return word
    if isinstance(word, _PARTED):
        raise Unreadable("a value with parts", "")
    return plain(word)
