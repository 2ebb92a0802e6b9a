"""Facts that arrive one by one, after the tables were read: typed as files are, and decided without new tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

from ...dsl import checked as c
from ...dsl.schema import WRITTEN, Column, FactKind
from ...dsl.types import KEY
from ..assigning.assignment import Assigner
from ..facts import Facts, FactTable, Scalar
from ..intake.cells import Formats, Reading, is_blank, reader_of
from ..intake.intake_report import CellProblem
from ..intake.known_cells import Finder, KnownCells
from ..intake.raw_table import Coded, RawTable
from ..intake.references import link
from ..intake.sheet import Sheet
from ..wording.spelling import did_you_mean

__all__ = ["DECIDED", "Arrival", "ArrivalRefused", "Arrivals", "Finder", "LiveAssigner", "drawn_already"]

DECIDED = ("owner", "assigned")
"""Columns that an assignment writes; a fact that arrives leaves them out."""

_FILE = "fact"
_SO_FAR = "the facts so far"


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Arrival:
    """A fact as an assigner takes it: its key, and the value of every column that the policy reads."""

    key: str
    cells: Mapping[str, Scalar]


class ArrivalRefused(ValueError):
    """A fact that cannot be used; `problems` are all of its columns that are wrong, in the importer's words."""

    def __init__(self, problems: tuple[CellProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"`{found.column}`: {found.message}; {found.help}" for found in problems))


class LiveAssigner(Assigner):
    """An assigner that also decides facts which are in no table, and hears of those that were decided elsewhere."""

    def find(self, kind: str, key: str) -> int | None:
        """The row of a key, of a table or arrived since."""
        return self.ev.world.find(kind, key)

    def arrive(self, kind: str, arrival: Arrival) -> int:
        """Take a fact in as a new row, which is returned. Raises `ValueError` for a key that is there already."""
        row = self.ev.world.arrive(kind, arrival.key, arrival.cells)
        self.ev.book.changed(kind, row)
        return row

    def owner_of(self, kind: str, row: int) -> Scalar:
        """The rep (a row) who has a fact; None where nobody has, or the policy does not read who."""
        world, column = self.ev.world, DECIDED[0]
        return world.cell(kind, row, column) if world.has(kind, column) else None

    def give(self, kind: str, row: int, rep: int | None, at: int) -> None:
        """Write who has a fact, and since when, where a decision was made before or by another assigner."""
        if rep is None:
            return
        for column, value in zip(DECIDED, (rep, at), strict=True):
            if column in self.policy.kinds[kind].columns:
                self.ev.world.write(kind, row, column, value)
        self.ev.book.changed(kind, row)


class Arrivals:
    """Reads facts of one kind as programs post them, by the rules of files: see docs/facts.md.

    Columns that the policy does not read are not looked at; one that the kind does not declare is a problem, for
    it may be a slip of the pen. The column that says when a fact of the kind came is the moment of arrival where
    it is left out.
    """

    def __init__(self, policy: c.Policy, kind: str, facts: Facts) -> None:
        self._kind: FactKind = policy.kinds[kind]
        self._decided = WRITTEN if any(assign.kind == kind for assign in policy.assigns) else ()
        table = facts.table(kind)
        key = self._kind.key
        self._key = table.key_column
        self._columns = [
            column for column in self._kind.columns.values() if column.name in table.columns or column == key
        ]
        self._known = {*self._kind.columns, self._key}
        self._reading = Reading(policy.currency, ZoneInfo(policy.timezone), Formats())
        self._tables = facts.tables
        self._targets: dict[str, Sheet] = {}
        self._known_cells = self._remembered_cells()

    def _remembered_cells(self) -> KnownCells:
        named = {column.name: column for column in self._columns}
        named.setdefault(self._key, self._kind.key or Column("id", KEY))
        readers = {name: reader_of(one, self._reading) for name, one in named.items() if name not in self._decided}
        came = self._kind.arrives
        unread = [name for name in self._known if name not in named and name not in self._decided]
        return KnownCells(readers, self._key, [name for name in self._decided if name in named], came, unread)

    @property
    def refers_to(self) -> frozenset[str]:
        """The kinds to whose rows these facts refer."""
        return frozenset(column.type.kind for column in self._columns if column.type.kind is not None)

    def key_of(self, fact: Mapping[str, object]) -> str:
        """The key of a fact as files mean it; empty where there is none."""
        cell = fact.get(self._key)
        if type(cell) is str:
            return "" if is_blank(cell) else cell
        return str(cell) if isinstance(cell, str | int | Decimal) and not _is_missing(cell) else ""

    def read(self, fact: Mapping[str, object], at: int, among: Finder, *, known: bool = False) -> Arrival:
        """The fact that arrives `at` a moment (seconds by the policy's clocks). Raises `ArrivalRefused`.

        Of one that is `known` only the columns given are read, and nothing is filled in.
        """
        typed = self._known_cells.typed(fact, at, among) if not known else None
        return Arrival(*typed) if typed is not None else self._read_carefully(fact, at, among, known)

    def _read_carefully(self, fact: Mapping[str, object], at: int, among: Finder, known: bool) -> Arrival:
        """The same as the row of a file, with everything that is wrong with it."""
        found = [*self._misplaced(fact)]
        wrong = {problem.column for problem in found}
        columns = [column for column in self._columns if column.name in fact] if known else self._columns
        sheet = self._sheet([fact], columns, None if known else [at])
        arrival = self._typed(sheet, columns, among)[0]
        problems = [problem for problem in sheet.problems() if problem.column not in wrong]
        if found or problems:
            raise ArrivalRefused((*found, *problems))
        return arrival

    def read_again(self, facts: Sequence[tuple[Mapping[str, object], int]], among: Finder) -> list[Arrival]:
        """Facts with their moments that were taken in before, under another policy perhaps.

        What cannot be read any more is missing. A reference among these very facts is not followed.
        """
        found = [self._known_cells.typed(fact, at, among) for fact, at in facts]
        left = [one for one, typed in zip(facts, found, strict=True) if typed is None]
        if not left:
            return [Arrival(*typed) for typed in found if typed is not None]
        sheet = self._sheet([fact for fact, _ in left], self._columns, [at for _, at in left])
        others = iter(self._typed(sheet, self._columns, among))
        return [next(others) if typed is None else Arrival(*typed) for typed in found]

    def read_change_again(self, fact: Mapping[str, object], among: Finder) -> Arrival:
        """The columns of a known fact that were changed before; what cannot be read any more is missing."""
        columns = [column for column in self._columns if column.name in fact]
        return self._typed(self._sheet([fact], columns, None), columns, among)[0]

    # --- cells -------------------------------------------------------------------------------------------

    def _misplaced(self, fact: Mapping[str, object]) -> list[CellProblem]:
        """Columns that the kind does not have, those that are decided, and values that are no cells."""
        made: list[CellProblem] = []
        for name, value in fact.items():
            column = self._kind.columns.get(name)
            if name not in self._known:
                near = did_you_mean(name, self._known) or f"a {self._kind.name} has {self._named()}"
                made.append(_problem(name, f"there is no column `{name}` of a {self._kind.name}", near))
            elif name in self._decided and value is not None:
                made.append(_problem(name, f"`{name}` is what is decided here", "leave it out"))
            elif isinstance(value, dict):
                made.append(_problem(name, "the value is an object", "write one value"))
            elif isinstance(value, list) and (column is None or column.type.name != "set"):
                made.append(_problem(name, "the value is a list", "write one value"))
        return made

    def _named(self) -> str:
        return ", ".join(f"`{name}`" for name in self._kind.columns if name not in self._decided)

    def _sheet(
        self, facts: Sequence[Mapping[str, object]], columns: Sequence[Column], at: Sequence[int] | None
    ) -> Sheet:
        """The facts as the rows of a file, with their own problems found; `at`: when each came, if it is to be said."""
        cells = {column.name: [fact.get(column.name) for fact in facts] for column in columns}
        cells[self._key] = [fact.get(self._key) for fact in facts]
        came = self._kind.arrives
        if at is not None and came is not None and came.name in cells:
            filled = zip(cells[came.name], at, strict=True)
            cells[came.name] = [_moment(came, when) if _is_missing(cell) else cell for cell, when in filled]
        sheet = Sheet(self._kind, RawTable(_FILE, cells, range(1, len(facts) + 1)))
        for column in self._read_columns(sheet, columns):
            if column.name in self._decided:
                sheet.lack(column)
                continue
            sheet.read(column, reader_of(column, self._reading), {})
        return sheet

    def _read_columns(self, sheet: Sheet, columns: Sequence[Column]) -> list[Column]:
        return [sheet.key_column, *(column for column in columns if column.name != self._key)]

    def _typed(self, sheet: Sheet, read: Sequence[Column], among: Finder) -> list[Arrival]:
        columns: dict[str, list[Scalar]] = {}
        for column in self._read_columns(sheet, read):
            codes, words = sheet.cells(column.name)
            values: Sequence[Scalar] = words
            if column.type.name == "ref" and column.name not in self._decided:
                values = self._rows_meant(sheet, column, among)
            elif column.type.name == "flag":
                values = [None if word is None else bool(word) for word in words]
            by_row: list[int] = codes.tolist()
            columns[column.name] = [values[code] for code in by_row]
        keys = columns.pop(self._key)
        rows = range(len(keys))
        return [Arrival(str(keys[row]), {name: cells[row] for name, cells in columns.items()}) for row in rows]

    # --- references --------------------------------------------------------------------------------------

    def _rows_meant(self, sheet: Sheet, column: Column, among: Finder) -> list[Scalar]:
        """The row that each word of a reference means; a word that means none sets its rows aside."""
        kind = column.type.kind or ""
        _, words = sheet.cells(column.name)
        meant = [among.find(kind, word) if isinstance(word, str) else None for word in words]
        if any(row is None and word is not None for row, word in zip(meant, words, strict=True)):
            link(sheet, column.name, self._target(kind), None)
        return cast("list[Scalar]", meant)

    def _target(self, kind: str) -> Sheet:
        """The rows of a kind as a file again, for the words of what refers to none of them."""
        found = self._targets.get(kind)
        if found is None:
            table: FactTable = self._tables[kind]
            cells: dict[str, Coded] = {table.key_column: Coded.of(table.keys)}
            if "name" in table.columns:
                cells["name"] = Coded.of([table.cell(row, "name") for row in range(len(table))])
            found = Sheet(table.kind, RawTable(table.places.file or _SO_FAR, cells, table.places.lines.tolist()))
            found.read(found.key_column, reader_of(found.key_column, self._reading), {})
            self._targets[kind] = found
        return found


def _problem(column: str, message: str, advice: str) -> CellProblem:
    return CellProblem(_FILE, 1, column, "", message, advice)


def drawn_already(kind: str, key: str, column: str) -> CellProblem:
    """A date of a fact that says by which key its lots were drawn, and would say another one."""
    message = f"`{column}` says by which key the lots of {kind} `{key}` were drawn, and they were"
    return _problem(column, message, "leave it as it is")


def _is_missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and is_blank(cell))


def _moment(column: Column, at: int) -> str:
    """A moment as a cell of a column of dates or moments."""
    moment = datetime(1970, 1, 1) + timedelta(seconds=at)  # noqa: DTZ001 - by the policy's clocks
    return moment.date().isoformat() if column.type.name == "date" else moment.isoformat(" ")
