"""Facts: typed, immutable tables of reps, deals, leads and other rows, in the order of their keys."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..dsl.schema import FactKind
from .arrays.exact import Column
from .arrays.integers import Index, IntArray, gcd, is_wide, narrow, used_codes, whole_numbers
from .arrays.text_array import TextArray
from .versions import Versions

__all__ = [
    "Cells",
    "FactTable",
    "Facts",
    "MissingFacts",
    "Places",
    "RefCells",
    "Scalar",
    "SetCells",
    "TextCells",
    "cell_of",
]

_AT_A_TIME = 1 << 16

Scalar: TypeAlias = int | Fraction | str | bool | frozenset[str] | None
"""One value: a number (a whole one as int), a text, yes or no, a set of texts, the row of a reference."""


class MissingFacts(LookupError):
    """Facts of a kind, or a column of them, were asked for and never given."""


@dataclass(frozen=True, slots=True, eq=False)
class TextCells:
    """A column of texts: `codes` (int32, -1 is missing) into `words`, which are sorted and each used."""

    codes: NDArray[np.int32]
    words: tuple[str, ...]

    @classmethod
    def of(cls, codes: Index, words: Sequence[str | None]) -> TextCells:
        """The column in its one form, from codes into words in any order, unused or equal ones among them."""
        used: list[int] = used_codes(codes, len(words)).tolist() if len(codes) else []
        kept = tuple(sorted({word for code in used if (word := words[code]) is not None}))
        place = {word: code for code, word in enumerate(kept)}
        renumbered = np.full(len(words), -1, dtype=np.int32)
        for code in used:
            word = words[code]
            renumbered[code] = -1 if word is None else place[word]
        return cls(renumbered[codes], kept)

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class RefCells:
    """A column of references: `rows` (int64, -1 is missing) of the table of `kind`."""

    kind: str
    rows: Index

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class SetCells:
    """A column of sets of texts; None is missing, which the empty set is not."""

    values: tuple[frozenset[str] | None, ...]

    def __len__(self) -> int:
        return len(self.values)


Cells: TypeAlias = TextCells | RefCells | SetCells | Column
"""A column. Quantities, dates (days), moments (seconds) and flags (0 or 1) are exact columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where rows stand: the file, and each row's line in it (the header is row 1)."""

    file: str
    lines: Index


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    """The rows of a kind, sorted by key, so that the order of a file never matters.

    `versions` says what rows hold from one day to another, where a file says so; `columns` and `places` are then
    those of the latest version of each row.
    Raises `ValueError` for keys that are not sorted or not unique, and for columns of another length.
    """

    kind: FactKind
    keys: tuple[str, ...] | TextArray
    columns: Mapping[str, Cells]
    places: Places
    versions: Versions | None = None

    def __post_init__(self) -> None:
        if not _is_ascending(self.keys):
            raise ValueError(f"the keys of `{self.kind.name}` are not in order, or not unique")
        lengths = [len(cells) for cells in self.columns.values()] + [len(self.places.lines)]
        if any(length != len(self.keys) for length in lengths):
            raise ValueError(f"the columns of `{self.kind.name}` have different lengths")
        dated = list(self.versions.columns.values()) if self.versions is not None else []
        for array in (
            self.places.lines,
            *(array for cells in [*self.columns.values(), *dated] for array in _arrays(cells)),
        ):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.keys)

    def with_columns(self, columns: Mapping[str, Cells], versions: Versions | None = None) -> FactTable:
        """The same rows with some columns replaced or added, and their versions where these are others.

        Raises `ValueError` for columns of another length.
        """
        if any(len(cells) != len(self) for cells in columns.values()):
            raise ValueError(f"the columns of `{self.kind.name}` have different lengths")
        made: FactTable = object.__new__(FactTable)  # the keys are known to be in order: that need not be seen again
        for name in ("kind", "keys", "places"):
            object.__setattr__(made, name, getattr(self, name))
        object.__setattr__(made, "columns", {**self.columns, **columns})
        object.__setattr__(made, "versions", versions or self.versions)
        dated = versions.columns.values() if versions is not None else ()
        for array in (array for cells in [*columns.values(), *dated] for array in _arrays(cells)):
            array.setflags(write=False)
        return made

    def row(self, key: str) -> int | None:
        """The row of a key, or None where there is none."""
        row = bisect_left(self.keys, key)
        return row if row < len(self.keys) and self.keys[row] == key else None

    def cells(self, column: str) -> Cells:
        """A whole column. Raises `MissingFacts` for one that was not read."""
        found = self.columns.get(column)
        if found is None:
            raise MissingFacts(f"`{self.kind.name}.{column}` was not read from {self.places.file or 'any file'}")
        return found

    def cells_within(self, column: str, rows: Index, start: Index, end: Index) -> tuple[Cells, Index]:
        """A column, and where in it the value of each row stands that is read in a window [start, end) in seconds.

        See `Versions.at`; -1: missing. Raises `MissingFacts` for a column that was not read.
        """
        cells = self.cells(column)
        if self.versions is None:
            return cells, rows
        return self.versions.columns[column], self.versions.at(rows, start, end)

    def cell(self, row: int, column: str) -> Scalar:
        """One value, None where it is missing. The key column gives the key itself."""
        if column not in self.columns and column == self.key_column:
            return self.keys[row]
        return cell_of(self.cells(column), row, self.kind.columns[column].type.name == "flag")

    @property
    def key_column(self) -> str:
        """The name of the column that holds the keys; `id` where the kind declares none."""
        return self.kind.key.name if self.kind.key is not None else "id"

    def place(self, row: int) -> str:
        """Where a row stands: `deals.csv row 17`."""
        return f"{self.places.file} row {int(self.places.lines[row])}"


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Tables by the name of their kind; references between them are rows of these very tables."""

    tables: Mapping[str, FactTable]
    _hash: str = field(default="", init=False, repr=False)

    def table(self, kind: str) -> FactTable:
        """The table of a kind. Raises `MissingFacts` where no file was given and none was declared empty."""
        found = self.tables.get(kind)
        if found is None:
            raise MissingFacts(f"no facts of the kind `{kind}` were given")
        return found

    def with_table(self, table: FactTable) -> Facts:
        """The same facts with one table added or replaced; references into a replaced one must still hold."""
        return Facts({**self.tables, table.kind.name: table})

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of what the facts say; the order of rows and the format of files do not change it."""
        if not self._hash:
            digest = hashlib.sha256(b"meed facts 1\n")
            for name in sorted(self.tables):
                for part in _content(self.tables[name]):
                    digest.update(len(part).to_bytes(8, "big"))
                    digest.update(part)
            object.__setattr__(self, "_hash", digest.hexdigest())  # a memo: the value does not change
        return self._hash


def _is_ascending(keys: Sequence[str]) -> bool:
    if isinstance(keys, TextArray):
        return keys.is_ascending()
    return all(left < right for left, right in pairwise(keys))


def cell_of(cells: Cells, row: int, is_flag: bool) -> Scalar:
    """One value of a column, None where it is missing."""
    match cells:
        case TextCells(codes, words):
            code = int(codes[row])
            return words[code] if code >= 0 else None
        case RefCells(_, rows):
            return int(rows[row]) if rows[row] >= 0 else None
        case SetCells(values):
            return values[row]
        case Column():
            value = _number_at(cells, row)
            return bool(value) if value is not None and is_flag else value


def _arrays(cells: Cells) -> list[NDArray[Any]]:
    match cells:
        case TextCells(codes, _):
            return [codes]
        case RefCells(_, rows):
            return [rows]
        case SetCells():
            return []
        case Column(num, den, known):
            return [num, *([] if isinstance(den, int) else [den]), *([] if known is None else [known])]


def _number_at(column: Column, row: int) -> int | Fraction | None:
    if column.known is not None and not column.known[row]:
        return None
    den = column.den if isinstance(column.den, int) else int(column.den[row])
    value = Fraction(int(column.num[row]), den)
    return value.numerator if value.denominator == 1 else value


def _content(table: FactTable) -> list[bytes]:
    """What a table says, as a list of byte strings that has one form only."""
    parts = [table.kind.name.encode(), _texts(table.keys)]
    for name in sorted(table.columns):
        column = table.kind.columns[name]
        parts += [name.encode(), str(column.type.name).encode(), *_cell_content(table.columns[name])]
    if table.versions is not None:
        parts += [b"versions", *map(_ints, (table.versions.row, table.versions.start, table.versions.end))]
        for name in sorted(table.versions.columns):
            parts += [name.encode(), *_cell_content(table.versions.columns[name])]
    return [*parts, b"end"]


def _cell_content(cells: Cells) -> list[bytes]:
    match cells:
        case TextCells(codes, words):
            return [_ints(codes.astype(np.int64)), _texts(words)]
        case RefCells(kind, rows):
            return [kind.encode(), _ints(rows)]
        case SetCells(values):
            return [_sets(values)]
        case Column(num, den, known):
            dens = whole_numbers([den] * len(num)) if isinstance(den, int) else den
            shared = gcd(dens, num)
            parts = [_ints(narrow(num // shared)), _ints(narrow(dens // shared))]
            return [*parts, b"" if known is None or known.all() else known.tobytes()]


def _ints(values: IntArray) -> bytes:
    values = narrow(values)
    if is_wide(values):
        return b"wide " + " ".join(map(str, values.tolist())).encode()
    return b"int64" + values.astype("<i8").tobytes()


def _texts(words: Sequence[str]) -> bytes:
    every = iter(words)
    parts: list[bytes] = []
    while some := list(islice(every, _AT_A_TIME)):
        part = json.dumps(some, ensure_ascii=False, separators=(",", ":"))
        parts.append(part[1:-1].encode("utf-8", "surrogatepass"))
    return b"[" + b",".join(parts) + b"]"


def _sets(values: Sequence[frozenset[str] | None]) -> bytes:
    known = {value: "null" if value is None else json.dumps(sorted(value)) for value in set(values)}
    return "\n".join(known[value] for value in values).encode()
