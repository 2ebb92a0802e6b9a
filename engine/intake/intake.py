"""Facts in: raw tables become typed ones, and every row that cannot be used is reported.

Rows in = rows used + rows reported, for every file, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ...dsl.currency import minor_digits
from ...dsl.schema import VERSION_COLUMNS, Column, FactKind
from ...dsl.types import TEXT
from ..arrays.exact import Column as Quantity
from ..arrays.integers import Index, used_codes
from ..arrays.number_array import WholeArray
from ..arrays.text_array import TextArray
from ..facts import Cells, Facts, FactTable, Places, RefCells, SetCells, TextCells
from ..histories import versions_of
from ..money import AmountError, parse_amount
from ..wording.spelling import Spellings, did_you_mean
from .cells import Formats, Reading, is_blank, reader_of, text_of
from .intake_report import CellProblem, FileCount, FileProblem, IntakeReport, shown
from .raw_table import RawTable, frames_in
from .references import Link, drop_dependents, link
from .sheet import Sheet
from .succession import Succession, settle
from .unreadable import Unreadable

__all__ = [
    "CellProblem", "FileCount", "FileProblem", "Formats", "IntakeReport", "RawTable", "frames_in", "take_in",
]  # fmt: skip

_MOST_NAMES = 20
_CURRENCY = "currency"


def take_in(
    raw: Mapping[str, RawTable],
    kinds: Mapping[str, FactKind],
    needed: Mapping[str, frozenset[str]],
    *,
    currency: str,
    timezone: str,
    formats: Formats | Mapping[str, Formats] | None = None,
    translations: Mapping[str, Mapping[str, str]] | None = None,
    joins: Mapping[str, str] | None = None,
    empty: frozenset[str] = frozenset(),
    known_by: int | None = None,
) -> tuple[Facts, IntakeReport]:
    """Raw tables by kind as facts, with a report of what was set aside.

    `needed`: for each kind the columns that the policy reads; beside keys, nothing else is parsed or judged.
    `formats`: of all files, or by `kind` or `kind.column`. `translations`: by `kind.column`, from what stands
    in the file to what is meant. `joins`: by `kind.column` of a reference, the column of the other kind that
    names its rows, where that is not the key. `empty`: kinds without a file that are meant to have no rows.
    `known_by`: a day; rows that became known after it (see `succession.settle`) are left out.
    Where the report has refusals the facts hold no tables. Raises `UnknownCurrency`, and `ValueError` for an
    unknown time zone and for a needed kind or column that is not declared.
    """
    minor_digits(currency)
    by_place = {"": formats} if isinstance(formats, Formats) else dict(formats or {})
    terms = _Terms(currency, _zone(timezone), by_place, translations or {}, joins or {})
    intake = _Intake(raw, kinds, needed, terms, empty, known_by)
    intake.open()
    intake.read()
    intake.resolve()
    return intake.facts(), intake.report()


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the caller said about the meaning of cells."""

    currency: str
    zone: ZoneInfo
    formats: Mapping[str, Formats]
    translations: Mapping[str, Mapping[str, str]]
    joins: Mapping[str, str]

    def reading(self, kind: str, column: str) -> Reading:
        places = (f"{kind}.{column}", kind, "")
        found = next((self.formats[place] for place in places if place in self.formats), Formats())
        return Reading(self.currency, self.zone, found)


@dataclass(slots=True)
class _Intake:
    """The steps of one intake, in the order of its methods."""

    raw: Mapping[str, RawTable]
    kinds: Mapping[str, FactKind]
    needed: Mapping[str, frozenset[str]]
    terms: _Terms
    empty: frozenset[str]
    known_by: int | None
    wanted: dict[str, frozenset[str]] = field(default_factory=dict[str, "frozenset[str]"])
    sheets: dict[str, Sheet] = field(default_factory=dict[str, Sheet])
    successions: dict[str, Succession] = field(default_factory=dict[str, Succession])
    links: dict[tuple[str, str], Link] = field(default_factory=dict[tuple[str, str], Link])
    refusals: list[FileProblem] = field(default_factory=list[FileProblem])
    notes: list[str] = field(default_factory=list[str])
    failed: set[str] = field(default_factory=set[str])

    def open(self) -> None:
        """Finds the file of every kind that is read, and what is said about files that are not."""
        self.wanted = _with_referred_kinds(self.kinds, self.needed)
        for name, table in self.raw.items():
            if name not in self.kinds:
                advice = did_you_mean(name, self.kinds) or f"the policy has {_names(self.kinds)}"
                self.refusals.append(FileProblem(table.file, f"there is no kind of fact `{name}`", advice))
            elif name not in self.wanted:
                self.notes.append(f"{table.file}: the policy reads no `{name}`, so the file was not used")
        for name in self.wanted:
            table = self.raw.get(name)
            if table is None:
                if name not in self.empty:
                    self.refusals.append(self._no_file(name))
                    continue
                table = RawTable("", {}, [])
            self.sheets[name] = Sheet(self.kinds[name], table)

    def _no_file(self, name: str) -> FileProblem:
        places = [f"{kind}.{column}" for kind, columns in self.needed.items() for column in sorted(columns)]
        referring = [place for place in places if self._target(place) == name]
        why = f", to which `{referring[0]}` refers" if name not in self.needed and referring else ""
        advice = "give one, or say that there are no facts of this kind"
        return FileProblem("facts", f"no file was given for `{name}`{why}", advice)

    def _target(self, place: str) -> str | None:
        """The kind to which a column `kind.column` refers."""
        kind, _, column = place.partition(".")
        found = self.kinds[kind].columns.get(column) if kind in self.kinds else None
        return found.type.kind if found is not None and found.type.name == "ref" else None

    def read(self) -> None:
        """Reads the cells of every needed column, and the keys."""
        for name, sheet in self.sheets.items():
            columns = [column for column in sheet.kind.columns.values() if column.name in self.wanted[name]]
            if sheet.key_column not in columns:
                columns.insert(0, sheet.key_column)
            there = {column.name for column in columns}
            timely = [made for made in VERSION_COLUMNS.values() if sheet.has(made.name)]
            columns += [sheet.kind.columns.get(made.name, made) for made in timely if made.name not in there]
            for column in columns:
                self._read_column(name, sheet, column)
            if name not in self.failed:
                self._settle(name, sheet, timed=bool(timely))
                self._check_currency(sheet, columns)
            if sheet.raw.file:
                self.notes += [f"{sheet.raw.file}: {note}" for note in sheet.raw.notes]
                self.notes += _unread(sheet, columns, self._joined(name))

    def _read_column(self, name: str, sheet: Sheet, column: Column) -> None:
        reading = self.terms.reading(name, column.name)
        if sheet.has(column.name):
            translations = self.terms.translations.get(f"{name}.{column.name}", {})
            sheet.read(column, reader_of(column, reading), translations)
            return
        sheet.lack(column)
        if not sheet.raw.file:
            return
        if column.type.optional:
            self.notes.append(f"{sheet.raw.file}: there is no column `{column.name}`, so it is missing in every row")
        else:
            self.failed.add(name)
            self.refusals.append(_no_column(sheet.raw, column.name))

    def _settle(self, name: str, sheet: Sheet, *, timed: bool) -> None:
        """What rows of one key are to each other: versions of it, or a mistake."""
        if self.known_by is not None and sheet.raw.file and not sheet.has("known_at"):
            self.notes.append(f"{sheet.raw.file}: there is no column `known_at`, so all of it counts as known")
        if timed:
            self.successions[name] = settle(sheet, self.known_by)
        else:
            sheet.refuse_repeated_keys()

    def _joined(self, name: str) -> frozenset[str]:
        """The columns by which others name the rows of a kind."""
        return frozenset(by for place, by in self.terms.joins.items() if self._target(place) == name)

    def _check_currency(self, sheet: Sheet, columns: list[Column]) -> None:
        """A column `currency` beside amounts must name the policy's currency wherever there is an amount."""
        amounts = [c.name for c in columns if c.type.name == "money" and not c.type.currency and sheet.has(c.name)]
        if not amounts or not sheet.has(_CURRENCY) or _CURRENCY in sheet.kind.columns:
            return
        raw, ours = sheet.raw.columns, self.terms.currency
        wrong = np.array([not _names_currency(text_of(word), ours) for word in raw[_CURRENCY].words], dtype=np.bool_)
        paid = np.zeros(len(sheet.raw), dtype=np.bool_)
        for name in amounts:
            filled = np.array([not is_blank(word) for word in raw[name].words], dtype=np.bool_)
            paid |= filled[raw[name].codes]
        for row in np.flatnonzero(wrong[raw[_CURRENCY].codes] & paid).tolist():
            said = not is_blank(raw[_CURRENCY][row])
            message = f"is not `{ours}`" if said else "the cell is blank beside an amount"
            advice = f"convert the amounts of the row to `{ours}`" if said else f"fill in `{ours}`"
            sheet.set_aside(row, _CURRENCY, Unreadable(message, advice))

    def resolve(self) -> None:
        """Finds the rows that references mean, and sets aside what depends on rows that were set aside."""
        for name, sheet in self.sheets.items():
            for column in sheet.kind.columns.values():
                target = self.sheets.get(column.type.kind or "")
                if column.type.name != "ref" or column.name not in self.wanted[name] or target is None:
                    continue
                by = self.terms.joins.get(f"{name}.{column.name}")
                if by is not None and not target.has(by):
                    if target.raw.file:
                        self.refusals.append(_no_column(target.raw, by))
                        continue
                    by = None
                if target.kind.name not in self.failed and name not in self.failed:
                    self.links[name, column.name] = link(sheet, column.name, target, by)
        rings = [succession.ring for succession in self.successions.values()]
        drop_dependents(self.sheets.values(), [*self.links.values(), *rings])

    def facts(self) -> Facts:
        """The rows that are left, in the order of their keys."""
        if self.refusals:
            return Facts({})
        orders = {name: self._order(name, sheet) for name, sheet in self.sheets.items()}
        places = {name: _places(sheet, orders[name]) for name, sheet in self.sheets.items()}
        tables = {name: self._table(name, sheet, orders[name], places) for name, sheet in self.sheets.items()}
        return Facts(tables)

    def _order(self, name: str, sheet: Sheet) -> Index:
        """The rows in use, by key; of several versions of one key, by their first day."""
        order = _by_key(sheet)
        if name not in self.successions:
            return order
        return order[np.lexsort((self.successions[name].start[order], _rank(sheet, order)))]

    def _table(self, name: str, sheet: Sheet, order: Index, places: Mapping[str, Index]) -> FactTable:
        versions, rows = None, order
        if name in self.successions and len(order):
            made, row = self.successions[name], places[name][order]
            columns = self._columns(name, sheet, order, places)
            versions = versions_of(row, made.start[order], made.end[order], columns)
            rows = order[np.append(row[1:] != row[:-1], True)]
        codes, words = sheet.cells(sheet.key)
        keys = _keys(words, codes[rows])
        lines = _lines(sheet.raw.lines)[rows]
        columns = self._columns(name, sheet, rows, places)
        return FactTable(sheet.kind, keys, columns, Places(sheet.raw.file, lines), versions)

    def _columns(self, name: str, sheet: Sheet, order: Index, places: Mapping[str, Index]) -> dict[str, Cells]:
        columns: dict[str, Cells] = {}
        for column in sheet.kind.columns.values():
            if column.name not in self.wanted[name] or column.name == sheet.key:
                continue
            if column.type.name == "ref":
                columns[column.name] = _refs(self.links[name, column.name], order, places)
            else:
                columns[column.name] = _cells(sheet, column, order)
        return columns

    def report(self) -> IntakeReport:
        """What became of the rows of each file."""
        given = [(name, sheet) for name, sheet in self.sheets.items() if sheet.raw.file]
        counts = tuple(sheet.count(name not in self.failed) for name, sheet in given)
        problems = tuple(problem for _, sheet in given for problem in sheet.problems())
        return IntakeReport(counts, tuple(self.refusals), problems, tuple(self.notes))


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone `{timezone}`: use a name such as `Asia/Shanghai`") from None


def _with_referred_kinds(
    kinds: Mapping[str, FactKind], needed: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """What is needed, and beside it the keys of every kind that a needed column refers to."""
    wanted = dict(needed)
    for name, columns in needed.items():
        for column in sorted(columns):
            if name not in kinds or (column not in kinds[name].columns and column != "id"):
                raise ValueError(f"`{name}.{column}` is read and not declared")
            found = kinds[name].columns.get(column)
            if found is not None and found.type.name == "ref" and found.type.kind is not None:
                wanted.setdefault(found.type.kind, frozenset())
    return {name: wanted[name] for name in [*kinds, *wanted] if name in wanted}


def _no_column(raw: RawTable, column: str) -> FileProblem:
    there = [raw.title(name) for name in raw.columns]
    near = Spellings(there).closest(column)
    guess = f"did you mean `{near}`? then" if near else "rename one, or"
    advice = f'{guess} say {column} = "{near or "..."}" in the mapping file; the file has {_names(there)}'
    return FileProblem(raw.file, f"there is no column `{column}`", advice, column)


def _names(names: Mapping[str, object] | list[str]) -> str:
    quoted = [shown(name) for name in names]
    more = f" and {len(quoted) - _MOST_NAMES} more" if len(quoted) > _MOST_NAMES else ""
    return ", ".join(quoted[:_MOST_NAMES]) + more if quoted else "no columns"


def _unread(sheet: Sheet, columns: list[Column], joined: frozenset[str]) -> Iterator[str]:
    read = {column.name for column in columns} | joined | {_CURRENCY}
    unread = [sheet.raw.title(name) for name in sheet.raw.columns if name not in read]
    if unread:
        what = "1 column" if len(unread) == 1 else f"{len(unread)} columns"
        yield f"{sheet.raw.file}: the policy does not read {what}: {_names(unread)}"


def _names_currency(word: str, currency: str) -> bool:
    try:
        parse_amount(f"1 {word}", currency)
    except AmountError:
        return False
    return bool(word.strip())


def _keys(words: Sequence[object], codes: Index) -> tuple[str, ...] | TextArray:
    if isinstance(words, TextArray):
        return words.take(codes)
    used: list[int] = codes.tolist()
    return tuple(str(words[code]) for code in used)


def _lines(lines: Sequence[int]) -> Index:
    if isinstance(lines, range):
        return np.arange(lines.start, lines.stop, lines.step, dtype=np.int64)
    return np.fromiter(lines, dtype=np.int64, count=len(lines))


def _by_key(sheet: Sheet) -> Index:
    """The rows in use, by key."""
    codes, words = sheet.cells(sheet.key)
    rows = np.flatnonzero(sheet.alive)
    keys = _keys(words, codes[rows])
    if isinstance(keys, TextArray):
        return rows if keys.is_ascending() else rows[keys.order()]
    if all(left < right for left, right in pairwise(keys)):
        return rows
    return rows[np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)]


def _rank(sheet: Sheet, order: Index) -> Index:
    """The place of each row's key among the keys, for rows in the order of their keys."""
    codes, words = sheet.cells(sheet.key)
    used: list[int] = codes[order].tolist()
    keys = [words[code] for code in used]
    fresh = [place > 0 and keys[place] != keys[place - 1] for place in range(len(keys))]
    return np.cumsum(np.array(fresh, dtype=np.int64))


def _places(sheet: Sheet, order: Index) -> Index:
    """For each row of a file the row of the table that it becomes, or -1; one place more, which is -1, at the end."""
    place = np.full(len(sheet.raw) + 1, -1, dtype=np.int64)
    place[order] = _rank(sheet, order) if sheet.heads is not None else np.arange(len(order), dtype=np.int64)
    return place


def _refs(reference: Link, order: Index, places: Mapping[str, Index]) -> RefCells:
    """The references of the rows in use, as rows of the table that the target becomes."""
    target = reference.target.kind.name
    return RefCells(target, places[target][reference.rows[order]])


def _cells(sheet: Sheet, column: Column, order: Index) -> Cells:
    codes, words = sheet.cells(column.name)
    codes = codes[order]
    if column.type.name == TEXT.name:
        return TextCells.of(codes, [word if isinstance(word, str) else None for word in words])
    if column.type.name == "set":
        sets = [word if isinstance(word, frozenset) else None for word in words]
        by_row: list[int] = codes.tolist()
        return SetCells(tuple(sets[code] for code in by_row))
    if isinstance(words, WholeArray):
        return Quantity.of(words.numbers[codes])
    distinct = used_codes(codes, len(words))
    places = np.zeros(len(words), dtype=np.int64)
    places[distinct] = np.arange(len(distinct))
    used: list[int] = distinct.tolist()
    numbers = [None if isinstance(word := words[code], str | frozenset) else word for code in used]
    ints = [number for number in numbers if isinstance(number, int)]
    quantity = Quantity.of(ints) if len(ints) == len(numbers) else Quantity.from_fractions(numbers)
    return quantity.take(places[codes])
