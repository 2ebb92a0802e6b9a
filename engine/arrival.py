"""Facts that arrive one by one, after the tables were read: typed as files are, and decided without new tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from ..dsl import checked as c
from ..dsl.schema import Column, FactKind
from .assignment import Assigner, DrawKeys
from .book import Book
from .cells import Formats, Reading, is_blank, reader_of
from .facts import Facts, FactTable, Scalar
from .intake_report import CellProblem
from .raw_table import Coded, RawTable
from .references import link
from .scalar import Evaluator
from .shares import ShareLedger
from .sheet import Sheet
from .spelling import did_you_mean
from .world import World

__all__ = ["DECIDED", "Arrival", "ArrivalRefused", "Arrivals", "LiveAssigner"]

DECIDED = ("owner", "assigned")
"""Columns that an assignment writes; a fact that arrives leaves them out."""

_FILE = "fact"
_SO_FAR = "the facts so far"


@dataclass(frozen=True, slots=True)
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

    def __init__(
        self, policy: c.Policy, assign: c.Assign, facts: Facts, keys: DrawKeys, ledger: ShareLedger | None = None
    ) -> None:
        super().__init__(policy, assign, facts, keys, ledger)
        self.live = _LiveEvaluator(policy, facts)
        self.ev = self.live

    def find(self, kind: str, key: str) -> int | None:
        """The row of a key, of a table or arrived since."""
        return self.live.grown.find(kind, key)

    def arrive(self, kind: str, arrival: Arrival) -> int:
        """Take a fact in as a new row, which is returned. Raises `ValueError` for a key that is there already."""
        row = self.live.grown.arrive(kind, arrival)
        self.live.book.changed(kind, row)
        return row

    def owner_of(self, kind: str, row: int) -> Scalar:
        """The rep (a row) who has a fact; None where nobody has, or the policy does not read who."""
        world, column = self.live.grown, DECIDED[0]
        return world.cell(kind, row, column) if world.has(kind, column) else None

    def give(self, kind: str, row: int, rep: int | None, at: int) -> None:
        """Write who has a fact, and since when, where a decision was made before or by another assigner."""
        if rep is None:
            return
        for column, value in zip(DECIDED, (rep, at), strict=True):
            if column in self.policy.kinds[kind].columns:
                self.live.grown.write(kind, row, column, value)
        self.live.book.changed(kind, row)


class _LiveWorld(World):
    """A world whose kinds grow: rows that arrive stand behind those of the table."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._arrived: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str], int] = {}

    def arrive(self, kind: str, arrival: Arrival) -> int:
        if self.find(kind, arrival.key) is not None:
            raise ValueError(f"there is a {kind} `{arrival.key}` already")
        table = self.facts.table(kind)
        row = self.rows(kind)
        self._arrived.setdefault(kind, []).append(arrival.key)
        self._found[kind, arrival.key] = row
        self.write(kind, row, table.key_column, arrival.key)
        for column in table.columns:
            self.write(kind, row, column, arrival.cells.get(column))
        return row

    def find(self, kind: str, key: str) -> int | None:
        found = self._found.get((kind, key))
        return self.facts.table(kind).row(key) if found is None else found

    def rows(self, kind: str) -> int:
        return super().rows(kind) + len(self._arrived.get(kind, ()))

    def key(self, kind: str, row: int) -> str:
        keys = self.facts.table(kind).keys
        return keys[row] if row < len(keys) else self._arrived[kind][row - len(keys)]


class _LiveEvaluator(Evaluator):
    """An evaluator over a world that grows."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        super().__init__(policy, facts)
        self.grown = _LiveWorld(facts)
        self.world = self.grown
        self.book = Book(dict(policy.accounts), self.posts, self.grown.rows)


class Arrivals:
    """Reads facts of one kind as programs post them, by the rules of files: see docs/facts.md.

    Columns that the policy does not read are not looked at; one that the kind does not declare is a problem, for
    it may be a slip of the pen. The column that dates the kind is the moment of arrival where it is left out.
    """

    def __init__(self, policy: c.Policy, kind: str, facts: Facts) -> None:
        self._kind: FactKind = policy.kinds[kind]
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

    @property
    def refers_to(self) -> frozenset[str]:
        """The kinds to whose rows these facts refer."""
        return frozenset(column.type.kind for column in self._columns if column.type.kind is not None)

    def read(self, fact: Mapping[str, object], at: int, among: LiveAssigner) -> Arrival:
        """The fact that arrives `at` a moment (seconds by the policy's clocks). Raises `ArrivalRefused`."""
        found = [*self._misplaced(fact)]
        wrong = {problem.column for problem in found}
        sheet = self._sheet([fact], at)
        arrival = self._typed(sheet, among)[0]
        problems = [problem for problem in sheet.problems() if problem.column not in wrong]
        if found or problems:
            raise ArrivalRefused((*found, *problems))
        return arrival

    def read_again(self, facts: Sequence[tuple[Mapping[str, object], int]], among: LiveAssigner) -> list[Arrival]:
        """Facts with their moments that were taken in before, under another policy perhaps.

        What cannot be read any more is missing. A reference among these very facts is not followed.
        """
        if not facts:
            return []
        return self._typed(self._sheet([fact for fact, _ in facts], *[at for _, at in facts]), among)

    # --- cells -------------------------------------------------------------------------------------------

    def _misplaced(self, fact: Mapping[str, object]) -> list[CellProblem]:
        """Columns that the kind does not have, those that are decided, and values that are no cells."""
        made: list[CellProblem] = []
        for name, value in fact.items():
            column = self._kind.columns.get(name)
            if name not in self._known:
                near = did_you_mean(name, self._known) or f"a {self._kind.name} has {self._named()}"
                made.append(_problem(name, f"there is no column `{name}` of a {self._kind.name}", near))
            elif name in DECIDED and value is not None:
                made.append(_problem(name, f"`{name}` is what is decided here", "leave it out"))
            elif isinstance(value, dict):
                made.append(_problem(name, "the value is an object", "write one value"))
            elif isinstance(value, list) and (column is None or column.type.name != "set"):
                made.append(_problem(name, "the value is a list", "write one value"))
        return made

    def _named(self) -> str:
        return ", ".join(f"`{name}`" for name in self._kind.columns if name not in DECIDED)

    def _sheet(self, facts: Sequence[Mapping[str, object]], *at: int) -> Sheet:
        """The facts as the rows of a file, with their own problems found."""
        columns = {column.name: [fact.get(column.name) for fact in facts] for column in self._columns}
        columns[self._key] = [fact.get(self._key) for fact in facts]
        dated = self._kind.dated
        if dated is not None and dated.name in columns:
            cells = zip(columns[dated.name], at, strict=True)
            columns[dated.name] = [_moment(dated, when) if _is_missing(cell) else cell for cell, when in cells]
        sheet = Sheet(self._kind, RawTable(_FILE, columns, range(1, len(facts) + 1)))
        for column in self._read_columns(sheet):
            if column.name in DECIDED:
                sheet.lack(column)
                continue
            sheet.read(column, reader_of(column, self._reading), {})
        return sheet

    def _read_columns(self, sheet: Sheet) -> list[Column]:
        return [sheet.key_column, *(column for column in self._columns if column.name != self._key)]

    def _typed(self, sheet: Sheet, among: LiveAssigner) -> list[Arrival]:
        columns: dict[str, list[Scalar]] = {}
        for column in self._read_columns(sheet):
            codes, words = sheet.cells(column.name)
            values: Sequence[Scalar] = words
            if column.type.name == "ref" and column.name not in DECIDED:
                values = self._rows_meant(sheet, column, among)
            elif column.type.name == "flag":
                values = [None if word is None else bool(word) for word in words]
            by_row: list[int] = codes.tolist()
            columns[column.name] = [values[code] for code in by_row]
        keys = columns.pop(self._key)
        rows = range(len(keys))
        return [Arrival(str(keys[row]), {name: cells[row] for name, cells in columns.items()}) for row in rows]

    # --- references --------------------------------------------------------------------------------------

    def _rows_meant(self, sheet: Sheet, column: Column, among: LiveAssigner) -> list[Scalar]:
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


def _is_missing(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and is_blank(cell))


def _moment(column: Column, at: int) -> str:
    """A moment as a cell of a column of dates or moments."""
    moment = datetime(1970, 1, 1) + timedelta(seconds=at)  # noqa: DTZ001 - by the policy's clocks
    return moment.date().isoformat() if column.type.name == "date" else moment.isoformat(" ")
