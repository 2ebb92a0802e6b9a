"""The facts of a test: its given rows as typed tables, and an evaluator that reads nothing but what was given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..dsl import checked as c
from ..dsl.schema import Column, FactKind
from ..engine.arrays.exact import Column as Quantity
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.facts import Cells, Facts, FactTable, Places, RefCells, Scalar, SetCells, TextCells
from ..engine.histories import versions_of
from ..engine.scalars.book import Number
from ..engine.scalars.scalar import Evaluator
from ..engine.versions import ALWAYS, EVER, Versions
from ..engine.world import World

__all__ = ["NotGiven", "TrialEvaluator", "TrialFacts", "day_in", "trial_facts"]

_MINUTE = 60
_MOVE = "move"
_FROM, _UNTIL = "valid_from", "valid_until"


class NotGiven(LookupError):
    """A test asks for something that it does not give; the message says what."""


@dataclass(frozen=True, slots=True, eq=False)
class TrialFacts:
    """Tables of every kind of the policy; `given` names the cells that stand in the test, as (kind, row, column).

    `placed` says whether the days of rows mean something: without any date in the test they only order its rows.
    """

    facts: Facts
    given: frozenset[tuple[str, int, str]]
    placed: bool


def trial_facts(policy: c.Policy, test: c.Test) -> TrialFacts:
    """The given rows as tables. Raises `NotGiven` where two rows have one key, or a reference means no row.

    Rows of one name with a `valid_from` are versions; each says what it does not give like the one before.
    """
    rows: dict[str, list[c.Given]] = {name: [] for name in policy.kinds}
    for row in test.rows:
        rows[row.kind].append(row)
    first = _first_day(policy, rows)
    for assign in policy.assigns:
        rows[assign.kind] = _arriving(policy.kinds[assign.kind], rows[assign.kind], first or 0)
    if rows.get(_MOVE):
        rows = _with_moments(policy, test, rows)
    ordered = {name: _by_key(name, given) for name, given in rows.items()}
    keys = {name: {found[0][0]: place for place, found in enumerate(entries)} for name, entries in ordered.items()}
    tables = {name: _table(kind, ordered[name], keys) for name, kind in policy.kinds.items()}
    given = frozenset(
        (name, place, column)
        for name, found in ordered.items()
        for place, versions in enumerate(found)
        for column in versions[-1][2]
    )
    return TrialFacts(Facts(tables), given, first is not None)


def _first_day(policy: c.Policy, rows: Mapping[str, Sequence[c.Given]]) -> int | None:
    """The day on which rows without a date arrive: the first of the policy, else the first of the test."""
    if policy.effective[0] is not None:
        return policy.effective[0]
    days: list[int] = []
    for name, found in rows.items():
        for dated in {policy.kinds[name].dated, policy.kinds[name].arrives} - {None} if name != "rep" else ():
            assert dated is not None
            days += [day_in(dated, cell) for row in found if (cell := dict(row.cells).get(dated.name)) is not None]
    return min(days, default=None)


def day_in(column: Column, value: object) -> int:
    """The day of a date or a moment."""
    assert isinstance(value, int | Fraction)
    return int(value) // (SECONDS_PER_DAY if column.type.name == "moment" else 1)


def _arriving(kind: FactKind, rows: list[c.Given], first: int) -> list[c.Given]:
    """The same rows, all with a date: one without arrives a minute (a day, where dates are days) after the last."""
    dated = kind.arrives
    if dated is None:
        return rows
    step = _MINUTE if dated.type.name == "moment" else 1
    at = Fraction(first * (SECONDS_PER_DAY if dated.type.name == "moment" else 1)) - step
    made: list[c.Given] = []
    for row in rows:
        cells = dict(row.cells)
        found = cells.get(dated.name, at + step)
        if isinstance(found, int | Fraction):
            at = Fraction(found)
        made.append(replace(row, cells=tuple((cells | {dated.name: found}).items())))
    return made


def _with_moments(policy: c.Policy, test: c.Test, rows: dict[str, list[c.Given]]) -> dict[str, list[c.Given]]:
    """The same rows, with moves a minute after the row before them in the test, where they do not say when."""
    made = {kind: list(found) for kind, found in rows.items()}
    dated = {assign.kind: policy.kinds[assign.kind].arrives for assign in policy.assigns}
    at, left = Fraction(0), {kind: iter(found) for kind, found in rows.items()}
    made[_MOVE] = []
    for row in test.rows:
        given = next(left[row.kind])
        column = dated.get(row.kind)
        if row.kind == _MOVE:
            said = dict(given.cells).get("at")
            at = Fraction(said) if isinstance(said, int | Fraction) else at + _MINUTE
            made[_MOVE].append(replace(given, cells=tuple((dict(given.cells) | {"at": at}).items())))
        elif column is not None:
            came = dict(given.cells)[column.name]
            assert isinstance(came, int | Fraction)
            at = Fraction(came) * (SECONDS_PER_DAY if column.type.name == "date" else 1)
    return made


# --- tables --------------------------------------------------------------------------------------------------

_Row = tuple[str, int, dict[str, object]]


def _by_key(name: str, rows: Sequence[c.Given]) -> list[list[_Row]]:
    """The versions of each row, mostly one: key, place in the test, cells; in the order of keys, then days.

    Rows without a name are numbered by the checker; their numbers get the same width, so that ten follows nine.
    """
    width = len(str(len(rows)))
    found: dict[str, list[_Row]] = {}
    for place, row in enumerate(rows):
        unnamed = re.fullmatch(rf"{re.escape(name)} (\d+)", row.key)
        key = f"{name} {int(unnamed[1]):0{width}d}" if unnamed else row.key
        cells = dict(row.cells)
        if key in found and cells.get(_FROM) is None:
            raise NotGiven(f"the test gives two rows of `{name}` the key `{key}`: rename one of them")
        found.setdefault(key, []).append((key, place, cells))
    return [_continued(name, found[key]) for key in sorted(found)]


def _continued(name: str, rows: list[_Row]) -> list[_Row]:
    """Versions in the order of their days, each with the cells that it takes over from the one before."""
    made: list[_Row] = []
    for key, place, cells in sorted(rows, key=lambda row: _days_of(row[2])[0]):
        if made:
            before, this = _days_of(made[-1][2]), _days_of(cells)
            if this[0] == before[0] or (before[1] != ALWAYS and before[1] > this[0]):
                raise NotGiven(
                    f"two rows of `{name}` with the key `{key}` hold on {format_day(this[0])}: end the first"
                )
            kept = {column: cell for column, cell in made[-1][2].items() if column != _UNTIL}
            cells = kept | cells
        made.append((key, place, cells))
    return made


def _days_of(cells: Mapping[str, object]) -> tuple[int, int]:
    """The days on which a row holds, the end not included."""
    start, until = cells.get(_FROM), cells.get(_UNTIL)
    first = int(start) if isinstance(start, int | Fraction) else EVER
    return first, int(until) + 1 if isinstance(until, int | Fraction) else ALWAYS


def _table(kind: FactKind, entries: list[list[_Row]], keys: Mapping[str, Mapping[str, int]]) -> FactTable:
    latest = [versions[-1] for versions in entries]
    lines = np.array([place for _, place, _ in latest], dtype=np.int64)
    names = tuple(key for key, _, _ in latest)
    every = [row for versions in entries for row in versions]
    versions = _versions(entries, _columns(kind, every, keys))
    return FactTable(kind, names, _columns(kind, latest, keys), Places("test", lines), versions)


def _versions(entries: list[list[_Row]], columns: dict[str, Cells]) -> Versions | None:
    row: list[int] = []
    start: list[int] = []
    end: list[int] = []
    for place, versions in enumerate(entries):
        days = [_days_of(cells) for _, _, cells in versions]
        following = [*(first for first, _ in days[1:]), ALWAYS]
        row += [place] * len(days)
        start += [first for first, _ in days]
        end += [min(last, after) for (_, last), after in zip(days, following, strict=True)]
    of_row, first, after = (np.array(numbers, dtype=np.int64) for numbers in (row, start, end))
    return versions_of(of_row, first, after, columns)


def _columns(kind: FactKind, rows: list[_Row], keys: Mapping[str, Mapping[str, int]]) -> dict[str, Cells]:
    return {
        name: _cells(kind, column, rows, keys) for name, column in kind.columns.items() if column.type.name != "key"
    }


def _cells(kind: FactKind, column: Column, rows: list[_Row], keys: Mapping[str, Mapping[str, int]]) -> Cells:
    values: list[Any] = [cells.get(column.name) for _, _, cells in rows]
    match column.type.name:
        case "text":
            return TextCells.of(np.arange(len(values), dtype=np.int64), values)
        case "set":
            return SetCells(tuple(values))
        case "ref":
            target = column.type.kind or ""
            places = [-1 if value is None else _place(kind, column, value, keys[target]) for value in values]
            return RefCells(target, np.array(places, dtype=np.int64))
        case _:
            return Quantity.from_fractions([int(value) if isinstance(value, bool) else value for value in values])


def _place(kind: FactKind, column: Column, key: str, keys: Mapping[str, int]) -> int:
    if key not in keys:
        raise NotGiven(f"`{kind.name}.{column.name}` names `{key}`, and no row has this key")
    return keys[key]


# --- reading -------------------------------------------------------------------------------------------------


class _GivenWorld(World):
    """Facts of which only what was given may be read, where a value is due."""

    def __init__(self, built: TrialFacts) -> None:
        super().__init__(built.facts)
        self._given = built.given

    def cell(self, kind: str, row: int, column: str) -> Scalar:
        """A value. Raises `NotGiven` for an empty cell of a column that may not be missing."""
        return self._due(super().cell(kind, row, column), kind, row, column)

    def cell_within(self, kind: str, row: int, column: str, start: int, end: int) -> Scalar:
        """The same on the last day of a window on which a row holds."""
        value = super().cell_within(kind, row, column, start, end)
        return self._due(value, kind, row, column) if self.holds(kind, row, start, end) else value

    def _due(self, value: Scalar, kind: str, row: int, column: str) -> Scalar:
        if value is None and (kind, row, column) not in self._given:
            spec = self.facts.table(kind).kind.columns.get(column)
            if spec is not None and not spec.type.optional:
                key = self.key(kind, row)
                raise NotGiven(f"the test reads `{kind}.{column}` of {key}, which it does not give")
        return value

    def employed(self, rep: int, first_day: int, last_day: int) -> bool:
        """Whether a rep was there and employed in a window; one without dates always is."""
        if not self.there(rep, first_day, last_day):
            return False
        for column, due in (("hired", False), ("left", True)):
            day = super().cell("rep", rep, column) if self.has("rep", column) else None
            if isinstance(day, int) and (day < first_day if due else day > last_day):
                return False
        return True


class TrialEvaluator(Evaluator):
    """The scalar evaluator on the facts of a test, as they were known before `until` (seconds; None: all of them).

    Raises `NotGiven` where a value is due and was not given.
    """

    def __init__(self, policy: c.Policy, built: TrialFacts, until: int | None) -> None:
        super().__init__(policy, built.facts)
        self.world = _GivenWorld(built)
        self._until = until

    def is_known(self, kind: str, row: int) -> bool:
        """Whether a row was there: not before it was created."""
        column = self.policy.kinds[kind].columns.get("created")
        if self._until is None or column is None or column.type.name not in {"date", "moment"}:
            return True
        created = self.world.facts.table(kind).cell(row, "created")
        return created is None or day_in(column, created) * SECONDS_PER_DAY < self._until

    def posts(self, account: c.Account, row: int) -> list[tuple[int | None, int, Number]]:
        if not self.is_known(account.kind, row):
            return []
        found = super().posts(account, row)
        return [entry for entry in found if self._until is None or entry[1] < self._until]
