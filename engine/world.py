"""Facts as one evaluator sees them: the tables, and on top of them what has changed or arrived since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from .arrays.exact import Column
from .calendar.days import SECONDS_PER_DAY
from .calendar.windows import BEGINNING
from .facts import Cells, Facts, RefCells, Scalar, SetCells, TextCells
from .finders import Finder
from .histories import change_days
from .live_column import LiveColumn, Reader
from .versions import EVER

__all__ = ["World"]


class World:
    """Cells by kind, row and column; `write` changes a cell for this world only, `arrive` adds a row to it.

    Rows that arrive stand behind those of the table. A value of a kind in `dated` differs from day to day and is read
    `cell_within` a window; `cell` gives that of the latest version.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._columns: dict[tuple[str, str], LiveColumn] = {}
        self._changes: dict[str, int] = {}
        self._versions = {kind: table.versions for kind, table in facts.tables.items() if table.versions is not None}
        self._of_versions: dict[tuple[str, str], Reader] = {}
        self._days: dict[tuple[str, tuple[str, ...]], dict[int, list[int]]] = {}
        self.dated = frozenset(self._versions)
        self._arrived: dict[str, list[Scalar]] = {}
        self._came: dict[str, list[tuple[str, list[Scalar]]]] = {}
        self._found: dict[tuple[str, str], int] = {}
        self._asked: tuple[str, str, int] = "", "", -1
        self._sizes = {kind: len(table) for kind, table in facts.tables.items()}
        self._keys = {kind: table.keys for kind, table in facts.tables.items()}
        self._finders: dict[str, dict[object, Finder]] = {}

    def arrive(self, kind: str, key: str, cells: Mapping[str, Scalar]) -> int:
        """Add a row, which is returned. Raises `ValueError` for a key that is there already."""
        if self.find(kind, key) is not None:
            raise ValueError(f"there is a {kind} `{key}` already")
        row = self.rows(kind)
        columns = self._came.get(kind)
        if columns is None:
            columns = self._came[kind] = self._opened(kind)
        self._found[kind, key] = row
        self._asked = kind, key, row
        cell = cells.get
        for column, came in columns:
            came.append(cell(column))
        self._arrived[kind].append(key)
        self._changes[kind] = self._changes.get(kind, 0) + 1
        if self._finders:
            for finder in self._finders.get(kind, {}).values():
                finder.enter(row)
        return row

    def _opened(self, kind: str) -> list[tuple[str, list[Scalar]]]:
        """The columns of a kind as rows that arrive are written into them, but for that of the keys."""
        table = self.facts.table(kind)
        self._arrived[kind] = self._column(kind, table.key_column).came
        return [(column, self._column(kind, column).came) for column in table.columns if column != table.key_column]

    def find(self, kind: str, key: str) -> int | None:
        """The row of a key, of the table or arrived since; None where there is none."""
        if key is self._asked[1] and kind == self._asked[0]:  # a fact that is decided is asked for again and again
            return self._asked[2]
        found = self._found.get((kind, key))
        if found is None and self._sizes.get(kind, 1):
            found = self.facts.table(kind).row(key)
            if found is not None:
                self._found[kind, key] = found
        if found is not None:
            self._asked = kind, key, found
        return found

    def cell(self, kind: str, row: int, column: str) -> Scalar:
        """A value, None where it is missing."""
        found = self._columns.get((kind, column))
        return found.read(row) if found is not None else self._column(kind, column).read(row)

    def _column(self, kind: str, column: str) -> LiveColumn:
        found = self._columns.get((kind, column))
        if found is None:
            rows = len(self.facts.table(kind))
            found = self._columns[kind, column] = LiveColumn(rows, lambda: self._read_through(kind, column))
        return found

    def cell_within(self, kind: str, row: int, column: str, start: int, end: int) -> Scalar:
        """A value of a dated kind as of the last day of a window (in seconds) on which the row holds; else None."""
        table = self.facts.table(kind)
        written = self.written(kind, row, column)
        if written is not None:
            return written[0]
        versions = table.versions
        assert versions is not None
        if column not in versions.columns:
            return self.cell(kind, row, column)
        at = versions.of(row, start, end)
        return None if at < 0 else self.of_version(kind, at, column)

    def of_version(self, kind: str, version: int, column: str) -> Scalar:
        """What a version says, by its place among those of a dated kind."""
        place = kind, column
        reader = self._of_versions.get(place)
        if reader is None:
            cells = self._versions[kind].columns[column]
            reader = self._of_versions[place] = _reader_of(cells, self._is_flag(kind, column))
        return reader(version)

    def since(self, kind: str, row: int, start: int, end: int) -> int | None:
        """The first day of the version that is read in a window; None where none is, or where it holds from ever."""
        versions = self._versions.get(kind)
        at = -1 if versions is None or self._is_new(kind, row) else versions.of(row, start, end)
        day = EVER if versions is None or at < 0 else int(versions.start[at])
        return None if day == EVER else day

    def holds(self, kind: str, row: int, start: int, end: int) -> bool:
        """Whether a row holds on some day of a window (in seconds).

        One of a kind that is not dated always does, and so does one that arrived.
        """
        versions = self._versions.get(kind)
        return versions is None or self._is_new(kind, row) or versions.of(row, start, end) >= 0

    def change_days(self, kind: str, columns: tuple[str, ...], row: int | None) -> list[int]:
        """The days on which a row (None: any row) of a kind says something new in one of the columns, or comes or goes.

        Columns that are not kept by version say the same for ever.
        """
        versions = self._versions.get(kind)
        if versions is None:
            return []
        place = kind, columns
        found = self._days.get(place)
        if found is None:
            found = self._days[place] = {}
            rows, days = change_days(versions, [name for name in columns if name in versions.columns])
            by_row: list[int] = rows.tolist()
            by_day: list[int] = days.tolist()
            for of_row, day in zip(by_row, by_day, strict=True):
                found.setdefault(of_row, []).append(day)
        return found.get(row, []) if row is not None else sorted({day for own in found.values() for day in own})

    def write(self, kind: str, row: int, column: str, value: Scalar) -> None:
        """Change a cell."""
        self._column(kind, column).write(row, value)
        self._changes[kind] = self._changes.get(kind, 0) + 1
        if self._finders:
            self._find_again(kind, row, column)

    def finder(self, kind: str, key: object, columns: Collection[str], of: Callable[[int], Scalar]) -> Finder:
        """What finds rows of a kind that is not dated by a value of theirs, made when it is first asked for.

        `key` stands for the value, which `of` gives for a row from cells of the `columns` alone.
        """
        finders = self._finders.setdefault(kind, {})
        if key not in finders:
            finders[key] = Finder(columns, of, self.rows(kind))
        return finders[key]

    def _find_again(self, kind: str, row: int, column: str) -> None:
        for finder in self._finders.get(kind, {}).values():
            if column in finder.columns and row < self.rows(kind):
                finder.enter(row)

    def written(self, kind: str, row: int, column: str) -> tuple[Scalar] | None:
        """What was written into a cell; None where nothing was."""
        found = self._columns.get((kind, column))
        return None if found is None else found.written(row)

    def write_back(self, kind: str, row: int, column: str, cell: tuple[Scalar] | None) -> None:
        """Make a cell what it was: see `written`."""
        self.write(kind, row, column, None if cell is None else cell[0])
        if cell is None:
            self._column(kind, column).forget(row)
            self._find_again(kind, row, column)

    def take_out(self, kind: str, row: int) -> None:
        """Take the row out that arrived last."""
        keys = self._arrived[kind]
        del self._found[kind, str(keys.pop())]
        for _, came in self._came[kind]:
            came.pop()
        self._asked = "", "", -1
        self._changes[kind] = self._changes.get(kind, 0) + 1
        for finder in self._finders.get(kind, {}).values():
            finder.drop(row)
        for (written, _), column in self._columns.items():
            if written == kind:
                column.forget(row)

    def changes(self, kind: str) -> int:
        """How often a cell of a kind was changed: what was remembered of it holds until this number grows."""
        return self._changes.get(kind, 0)

    def changes_of(self, kinds: tuple[str, ...]) -> int:
        """How often cells of several kinds were changed, together."""
        counts = self._changes
        return counts.get(kinds[0], 0) if len(kinds) == 1 else sum([counts.get(kind, 0) for kind in kinds])

    def has(self, kind: str, column: str) -> bool:
        """Whether a column was read."""
        return kind in self.facts.tables and column in self.facts.table(kind).columns

    def rows(self, kind: str) -> int:
        """How many rows a kind has."""
        size, arrived = self._sizes.get(kind), self._arrived.get(kind)
        if size is None:
            size = len(self.facts.table(kind))
        return size if arrived is None else size + len(arrived)

    def key(self, kind: str, row: int) -> str:
        """The key of a row."""
        size = self._sizes.get(kind)
        if size is None:
            size = len(self.facts.table(kind))
        return self._keys[kind][row] if row < size else str(self._arrived[kind][row - size])

    def as_it_stands(self, kind: str, row: int, column: str, start: int, end: int) -> Scalar:
        """The value read in a window, even by a world that minds what is read from it."""
        if kind in self.dated and column != self.facts.table(kind).key_column:
            return World.cell_within(self, kind, row, column, start, end)
        return World.cell(self, kind, row, column)

    def _is_new(self, kind: str, row: int) -> bool:
        """Whether a row has arrived since the tables were read."""
        return kind in self._arrived and row >= len(self.facts.table(kind))

    def employed(self, rep: int, first_day: int, last_day: int) -> bool:
        """Whether a rep was there and employed on some day from the first to the last; without dates, it always is."""
        if not self.there(rep, first_day, last_day):
            return False
        hired = self.cell("rep", rep, "hired") if self.has("rep", "hired") else None
        left = self.cell("rep", rep, "left") if self.has("rep", "left") else None
        after_hired = not isinstance(hired, int) or hired <= last_day
        return after_hired and (not isinstance(left, int) or left >= first_day)

    def there(self, rep: int, first_day: int, last_day: int) -> bool:
        """Whether a row of a rep holds on some day from the first to the last."""
        start = BEGINNING if first_day == BEGINNING // SECONDS_PER_DAY else first_day * SECONDS_PER_DAY
        return self.holds("rep", rep, start, (last_day + 1) * SECONDS_PER_DAY)

    def _read_through(self, kind: str, column: str) -> Reader:
        """Whole columns as Python values once: single reads of an array are slow."""
        table = self.facts.table(kind)
        if column not in table.columns and column == table.key_column:
            return table.keys.__getitem__
        return _reader_of(table.cells(column), self._is_flag(kind, column))

    def _is_flag(self, kind: str, column: str) -> bool:
        return self.facts.table(kind).kind.columns[column].type.name == "flag"


def _reader_of(cells: Cells, flags: bool) -> Reader:
    values: Any
    match cells:
        case TextCells(codes, words):
            values = [words[code] if code >= 0 else None for code in codes.tolist()]
        case RefCells(_, rows):
            values = [row if row >= 0 else None for row in rows.tolist()]
        case SetCells(found):
            values = found
        case Column():
            values = _numbers(cells, flags)
    return values.__getitem__


def _numbers(cells: Column, flags: bool) -> list[Scalar]:
    exact = cells.to_fractions()
    if flags:
        return [None if value is None else bool(value) for value in exact]
    return [value.numerator if value is not None and value.denominator == 1 else value for value in exact]
