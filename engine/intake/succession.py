"""Rows of one key in a file: which of them are versions of it, which were replaced later, which were not known yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...dsl.schema import VERSION_COLUMNS
from ..arrays.integers import Index
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..versions import ALWAYS, EVER
from .references import Link
from .sheet import Sheet
from .unreadable import Unreadable

__all__ = ["Succession", "settle"]

_FROM, _UNTIL, _KNOWN = VERSION_COLUMNS
_UNKNOWN_SINCE = EVER * SECONDS_PER_DAY


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """For each row of a file the days on which it holds (`end` not included), and `ring`: the rows of one key stand
    and fall together."""

    start: Index
    end: Index
    ring: Link


def settle(sheet: Sheet, known_by: int | None) -> Succession:
    """Finds out what the rows of one key are to each other.

    Of rows with one key and one `valid_from`, the one that became known last holds; with `known_by` (a day), of those
    that were known by the end of it. The others are left out. Rows that cannot both hold are set aside.
    """
    key = _keys(sheet)
    start, until = _numbers(sheet, _FROM, EVER), _numbers(sheet, _UNTIL, ALWAYS - 1)
    known = _numbers(sheet, _KNOWN, _UNKNOWN_SINCE)
    told = key >= 0
    for name in (_FROM, _UNTIL, _KNOWN):
        if sheet.has(name):
            told &= sheet.readable(name)
    if known_by is not None:
        late = told & (known >= (known_by + 1) * SECONDS_PER_DAY)
        sheet.leave_out(np.flatnonzero(late), "not_known")
        told &= ~late
    last = _last_known(sheet, np.flatnonzero(told), key, start, known)
    end = _ends(sheet, last, key, start, until)
    sheet.heads = _heads(sheet, key)
    return Succession(start, end, _ring(sheet, key))


def _keys(sheet: Sheet) -> Index:
    """A number for each key, the same in all of its rows; -1 where it could not be read."""
    codes, words = sheet.cells(sheet.key)
    numbers: dict[object, int] = {}
    by_code = [-1 if word is None else numbers.setdefault(word, len(numbers)) for word in words]
    return np.array(by_code, dtype=np.int64)[codes] if len(by_code) else np.zeros(0, dtype=np.int64)


def _numbers(sheet: Sheet, name: str, missing: int) -> Index:
    """A column of days or moments as numbers; a day that is asked for as a moment is its midnight."""
    if not sheet.has(name):
        return np.full(len(sheet.raw), missing, dtype=np.int64)
    column = sheet.kind.columns.get(name, VERSION_COLUMNS[name])
    times = SECONDS_PER_DAY if name == _KNOWN and column.type.name == "date" else 1
    codes, words = sheet.cells(name)
    found = [int(word) * times if isinstance(word, int) else missing for word in words]
    return np.array(found, dtype=np.int64)[codes] if found else np.zeros(0, dtype=np.int64)


def _last_known(sheet: Sheet, rows: Index, key: Index, start: Index, known: Index) -> Index:
    """The last known row of each key and first day, by key, then day; the others are left out.

    Where two became known at once, nobody can tell which is right: both are set aside.
    """
    rows = rows[np.lexsort((rows, known[rows], start[rows], key[rows]))]
    same = (key[rows][1:] == key[rows][:-1]) & (start[rows][1:] == start[rows][:-1])
    is_last = np.append(~same, True)[: len(rows)]
    tied = same & (known[rows][1:] == known[rows][:-1])
    at_top = np.zeros(len(rows), dtype=np.bool_)
    for place in np.flatnonzero(tied & is_last[1:]).tolist():
        first = place
        while first > 0 and tied[first - 1]:
            first -= 1
        group = rows[first : place + 2].tolist()
        at_top[first : place + 2] = True
        for row in group:
            other = next(one for one in group if one != row)
            sheet.set_aside(row, sheet.key, _tied(sheet, other, int(start[row])))
    sheet.leave_out(rows[~is_last & ~at_top], "superseded")
    return rows[is_last]


def _tied(sheet: Sheet, other: int, start: int) -> Unreadable:
    line = sheet.raw.lines[other]
    when = f" from {format_day(start)}" if start != EVER else ""
    if sheet.has(_KNOWN):
        message = f"is also the `{sheet.key}` of row {line}{when}, known at the same time"
        return Unreadable(message, f"give each of them its own `{_KNOWN}`")
    message = f"is also the `{sheet.key}` of row {line}{when}"
    return Unreadable(message, f"give each of them its own `{_FROM}`")


def _ends(sheet: Sheet, rows: Index, key: Index, start: Index, until: Index) -> Index:
    """The day after the last one of each row: its own, or where the next row of its key begins."""
    end = until + 1
    same = key[rows][1:] == key[rows][:-1]
    before, after = rows[:-1][same], rows[1:][same]
    open_ended = until[before] == ALWAYS - 1
    end[before[open_ended]] = start[after[open_ended]]
    for row in rows[until[rows] < start[rows]].tolist():
        wrong = Unreadable(f"is before its `{_FROM}`, {format_day(int(start[row]))}", "correct one of the two")
        sheet.set_aside(row, _UNTIL, wrong)
    overlap = np.flatnonzero(end[before] > start[after])
    pairs: list[list[int]] = np.stack([before[overlap], after[overlap]], axis=1).tolist()
    for left, right in pairs:
        days = format_day(int(until[left])), format_day(int(start[right]))
        lines = sheet.raw.lines[left], sheet.raw.lines[right]
        advice = "end the one before the other begins"
        sheet.set_aside(left, _UNTIL, Unreadable(f"is not before row {lines[1]} begins, on {days[1]}", advice))
        sheet.set_aside(right, _FROM, Unreadable(f"is not after row {lines[0]} ends, on {days[0]}", advice))
    return end


def _heads(sheet: Sheet, key: Index) -> Index:
    """For each row that is not left out the first row of its key, which stands for all of them; else -1."""
    heads = np.full(len(key), -1, dtype=np.int64)
    inside = np.flatnonzero(~sheet.left_out & (key >= 0))
    _, first, inverse = np.unique(key[inside], return_index=True, return_inverse=True)
    heads[inside] = inside[first][inverse]
    return heads


def _ring(sheet: Sheet, key: Index) -> Link:
    """Each row refers to the next one of its key, the last to the first."""
    rows = np.full(len(key), -1, dtype=np.int64)
    inside = np.flatnonzero(~sheet.left_out & (key >= 0))
    inside = inside[np.argsort(key[inside], kind="stable")]
    if len(inside):
        keys = key[inside]
        fresh = np.r_[True, keys[1:] != keys[:-1]]
        group = np.cumsum(fresh) - 1
        following = np.append(inside[1:], inside[0])
        closing = np.append(fresh[1:], True)
        following[closing] = inside[fresh][group[closing]]
        rows[inside] = np.where(following == inside, -1, following)
    return Link(sheet, sheet.key, sheet, rows, ring=True)
