"""One file during its intake: the cells read so far, and the rows set aside with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ...dsl.schema import Column, FactKind
from ...dsl.types import KEY
from ..arrays.integers import Index, Mask, has_repeats
from ..arrays.text_array import TextArray
from .cells import Reader, Value, text_of
from .intake_report import CellProblem, FileCount, shown
from .raw_table import Plain, RawTable
from .unreadable import Unreadable

__all__ = ["RowIndex", "Sheet"]


class RowIndex:
    """The rows that have a text in a column; most texts have one, so that the others are kept apart."""

    def __init__(self, codes: Index, texts: Sequence[str]) -> None:
        by_code: list[int] = codes.tolist()
        by_row = [texts[code] for code in by_code]
        self.first = dict(zip(reversed(by_row), range(len(by_row) - 1, -1, -1), strict=True))
        self.repeated: dict[str, list[int]] = {}
        if len(self.first) < len(by_row):
            for row, text in enumerate(by_row):
                if self.first[text] != row:
                    self.repeated.setdefault(text, [self.first[text]]).append(row)
        for index in (self.first, self.repeated):
            index.pop("", None)

    @classmethod
    def of_heads(cls, codes: Index, texts: Sequence[str], heads: Index) -> RowIndex:
        """The same where several rows stand for one thing: each row counts as its head, those without not at all."""
        made = cls(codes[:0], texts)
        by_row: list[int] = codes.tolist()
        by_head: list[int] = heads.tolist()
        for code, head in zip(by_row, by_head, strict=True):
            text = texts[code]
            if head < 0 or not text or made.first.setdefault(text, head) == head:
                continue
            others = made.repeated.setdefault(text, [made.first[text]])
            if head not in others:
                others.append(head)
        return made

    def rows(self, text: str) -> Sequence[int]:
        """All rows with a text, in the order of the file."""
        if text in self.repeated:
            return self.repeated[text]
        return (self.first[text],) if text in self.first else ()


class Sheet:
    """The rows of one file of a kind. Rows keep their place in the file until the facts are built."""

    def __init__(self, kind: FactKind, raw: RawTable) -> None:
        self.kind, self.raw = kind, raw
        self.key_column = kind.key or Column("id", KEY)
        self.key = self.key_column.name
        self.alive: Mask = np.ones(len(raw), dtype=np.bool_)
        self.left_out: Mask = np.zeros(len(raw), dtype=np.bool_)
        self.heads: Index | None = None
        self._left = {"superseded": 0, "not_known": 0}
        self._order = {name: place for place, name in enumerate(kind.columns)}
        self._cells: dict[str, tuple[Index, Sequence[Value | None]]] = {}
        self._readable: dict[str, Mask] = {}
        self._found: dict[tuple[int, int, str], CellProblem] = {}
        self._indexes: dict[str | None, RowIndex] = {}

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self.raw.columns

    def cells(self, column: str) -> tuple[Index, Sequence[Value | None]]:
        """A column that was read: for each row a code, for each code a value (None is missing)."""
        return self._cells[column]

    def readable(self, column: str) -> Mask:
        """The rows whose cell in the column could be read."""
        return self._readable[column]

    def place(self, row: int) -> str:
        """Where a row stands: `deals.csv row 17`."""
        return f"{self.raw.file} row {self.raw.lines[row]}"

    def key_text(self, row: int) -> str:
        """The key of a row as it stands in the file."""
        codes, words = self._cells[self.key]
        return str(words[int(codes[row])])

    # Reading

    def read(self, column: Column, reader: Reader, translations: Mapping[str, str]) -> None:
        """Reads a column, each distinct value once; rows with an unreadable or blank cell are set aside."""
        raw = self.raw.columns[column.name]
        wrong: dict[int, Unreadable] = {}
        words = [_translated(word, translations) for word in raw.words] if translations else raw.words
        values: Sequence[Value | None] | None = reader.many(words)
        if values is None:
            values = [self._read_one(column, reader, code, word, wrong) for code, word in enumerate(words)]
        self._cells[column.name] = (raw.codes, values)
        self._readable[column.name] = np.ones(len(self.raw), dtype=np.bool_)
        self.set_aside_codes(column.name, wrong)

    def _read_one(
        self, column: Column, reader: Reader, code: int, word: Plain, wrong: dict[int, Unreadable]
    ) -> Value | None:
        try:
            value = reader.one(word)
        except Unreadable as problem:
            wrong[code] = problem
            return None
        if value is None and not column.type.optional:
            wrong[code] = self._blank(column, self.raw.columns[column.name].words[code])
        return value

    def lack(self, column: Column) -> None:
        """An optional column that the file does not have: missing in every row."""
        self._cells[column.name] = (np.zeros(len(self.raw), dtype=np.int64), [None])
        self._readable[column.name] = np.ones(len(self.raw), dtype=np.bool_)

    def _blank(self, column: Column, word: Plain) -> Unreadable:
        text = text_of(word).strip()
        what = f"{shown(text)} counts as blank" if text else "the cell is blank"
        if column.name == self.key:
            return Unreadable(what, f"give every {self.kind.name} its own `{self.key}`")
        return Unreadable(f"{what} and the policy reads it", "fill it in")

    def refuse_repeated_keys(self) -> None:
        """Sets aside every row whose key stands in another row too: nobody can tell which is right."""
        if self._keys_differ():
            return
        advice = f"give every {self.kind.name} its own `{self.key}`"
        for rows in self.rows_by(None).repeated.values():
            for place, row in enumerate(rows):
                other = self.raw.lines[rows[0] if place else rows[1]]
                message = f"is also the `{self.key}` of row {other}"
                if len(rows) > 2:
                    message = f"is the `{self.key}` of {len(rows)} rows, row {other} among them"
                self.set_aside(row, self.key, Unreadable(message, advice))

    def _keys_differ(self) -> bool:
        """Whether it is plain that no key stands in two rows."""
        codes, words = self._cells[self.key]
        return isinstance(words, TextArray) and not has_repeats(codes, len(words)) and not words.has_repeats()

    def rows_by(self, column: str | None) -> RowIndex:
        """The rows with each text of a column, as it stands in the file; the readable keys when None."""
        found = self._indexes.get(column)
        if found is None:
            if column is None:
                codes, words = self._cells[self.key]
                texts = [word if isinstance(word, str) else "" for word in words]
            else:
                raw = self.raw.columns[column]
                codes, texts = raw.codes, [text_of(word) for word in raw.words]
            found = RowIndex(codes, texts) if self.heads is None else RowIndex.of_heads(codes, texts, self.heads)
            self._indexes[column] = found
        return found

    # Setting aside

    def leave_out(self, rows: Index, why: Literal["superseded", "not_known"]) -> None:
        """Takes rows out that say nothing now, whatever is wrong with them: they are counted, and not judged."""
        self.left_out[rows] = True
        self.alive[rows] = False
        self._left[why] += len(rows)
        gone = set(rows.tolist())
        self._found = {place: found for place, found in self._found.items() if place[0] not in gone}

    def set_aside_codes(self, column: str, wrong: Mapping[int, Unreadable]) -> None:
        """Sets aside the rows that have one of these codes in the column."""
        if not wrong:
            return
        codes, words = self._cells[column]
        is_wrong = np.zeros(len(words), dtype=np.bool_)
        is_wrong[list(wrong)] = True
        rows = np.flatnonzero(is_wrong[codes])
        self._readable[column][rows] = False
        for row in rows.tolist():
            self.set_aside(row, column, wrong[int(codes[row])])

    def set_aside(self, row: int, column: str, problem: Unreadable) -> None:
        """Sets a row aside because of the cell in a column; said once for each cell and message."""
        if self.left_out[row]:
            return
        self.alive[row] = False
        raw = self.raw.columns.get(column)
        value = text_of(raw[row]) if raw is not None else ""
        message = problem.message
        if not message.startswith(("`", "the cell ")):
            message = f"{shown(value)} {message}"
        order = self._order.get(column, len(self._order))
        title = self.raw.title(column, row)
        found = CellProblem(self.raw.file, self.raw.lines[row], title, value, message, problem.help)
        self._found.setdefault((row, order, message), found)

    # Results

    def problems(self) -> list[CellProblem]:
        """Why rows were set aside, in the order of the file."""
        found = [
            *self.raw.broken,
            *(problem for _, problem in sorted(self._found.items(), key=lambda one: one[0])),
        ]
        return sorted(found, key=lambda problem: problem.row)

    def count(self, usable: bool = True) -> FileCount:
        """How many rows came in and what became of them."""
        rows_in = len(self.raw) + len(self.raw.broken)
        used = int(self.alive.sum()) if usable else 0
        superseded, not_known = self._left["superseded"], self._left["not_known"]
        aside = rows_in - used - superseded - not_known
        return FileCount(self.raw.file, self.kind.name, rows_in, used, aside, superseded, not_known)


def _translated(word: Plain, translations: Mapping[str, str]) -> Plain:
    text = text_of(word)
    return translations.get(text, translations.get(text.strip(), word))
