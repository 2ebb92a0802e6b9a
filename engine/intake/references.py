"""References between rows: which row is meant, and which rows fall with one that was set aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arrays.integers import Index, used_codes
from ..arrays.ordering import order_of
from ..arrays.text_array import TextArray
from ..wording.spelling import Spellings
from .sheet import RowIndex, Sheet
from .unreadable import Unreadable

__all__ = ["Link", "drop_dependents", "link"]


@dataclass(frozen=True, eq=False)
class Link:
    """The references in one column: for each row of `source` the row of `target` that is meant, or -1.

    In a `ring` the rows of one key refer to each other: they stand and fall together.
    """

    source: Sheet
    column: str
    target: Sheet
    rows: Index
    ring: bool = False

    @cached_property
    def _order(self) -> Index:
        return order_of(self.rows)

    @cached_property
    def _sorted(self) -> Index:
        return self.rows[self._order]

    def pointing_to(self, fallen: Collection[int]) -> list[int]:
        """The rows of `source` that refer to one of these rows of `target`."""
        if not fallen:
            return []
        rows = np.array(sorted(fallen), dtype=np.int64)
        starts, ends = (
            np.searchsorted(self._sorted, rows, "left"),
            np.searchsorted(self._sorted, rows, "right"),
        )
        found = [self._order[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
        return np.sort(np.concatenate(found)).tolist() if found else []


def link(source: Sheet, column: str, target: Sheet, by: str | None) -> Link:
    """Finds the row each reference means; rows with a reference to nothing are set aside.

    `by` is the column of the target by which references name it, its key when None.
    """
    index = target.rows_by(by)
    finder = _Finder(target, by, index)
    codes, words = source.cells(column)
    if isinstance(words, TextArray):
        words = list(words)  # one by one they are slow
    rows = np.full(len(words), -1, dtype=np.int64)
    wrong: dict[int, Unreadable] = {}
    used: list[int] = used_codes(codes[source.readable(column)], len(words)).tolist()
    for code in used:
        word = words[code]
        if not isinstance(word, str):
            continue
        found = index.rows(word)
        if found and (by is None or len(found) == 1):
            rows[code] = found[0]
        else:
            wrong[code] = finder.problem(word)
    source.set_aside_codes(column, wrong)
    return Link(source, column, target, rows[codes])


def drop_dependents(sheets: Iterable[Sheet], links: Sequence[Link]) -> None:
    """Sets aside every row that refers to a row that was set aside, until none is left."""
    fallen = {sheet: set(np.flatnonzero(~sheet.alive).tolist()) for sheet in sheets}
    while any(fallen.values()):
        following: dict[Sheet, set[int]] = {sheet: set() for sheet in fallen}
        for reference in links:
            rows = reference.pointing_to(fallen.get(reference.target, ()))
            following[reference.source].update(row for row in rows if reference.source.alive[row])
            _report(reference, rows)
        fallen = following


def _report(reference: Link, rows: Sequence[int]) -> None:
    source, target = reference.source, reference.target
    for row in rows:
        place = target.place(int(reference.rows[row]))
        message = f"refers to {place}, which was set aside"
        if reference.ring:
            if not source.alive[row]:
                continue  # its own reason has been said
            message = f"has another row, {place}, which was set aside"
        source.set_aside(row, reference.column, Unreadable(message, "correct that row first"))


class _Finder:
    """Words the problem of a reference that leads nowhere."""

    def __init__(self, target: Sheet, by: str | None, index: RowIndex) -> None:
        self._target, self._by, self._index = target, by, index
        self._spellings = Spellings(index.first)
        self._names = target.rows_by("name") if by is None and target.has("name") else None

    def problem(self, word: str) -> Unreadable:
        target, by = self._target, self._by
        kind, file = target.kind.name, target.raw.file
        if not file:
            return Unreadable(f"is no {kind}: no file of the kind `{kind}` was given", f"give a file for `{kind}`")
        found = self._index.rows(word)
        if found:
            lines = " and ".join(str(target.raw.lines[row]) for row in found[:2])
            advice = f"make `{by}` unique there, or refer by `{target.key}`"
            return Unreadable(f"is the `{by}` of rows {lines} of {file}", advice)
        named = self._names.rows(word) if self._names is not None else ()
        if len(named) == 1:
            key = target.key_text(named[0])
            advice = f'write `{key}`, or say by = "name" in the mapping file'
            return Unreadable(f"is the name of the {kind} `{key}` in {file}, not its `{target.key}`", advice)
        message = f"is not the `{by or target.key}` of a {kind} in {file}"
        if word.strip() != word and word.strip() in self._index.first:
            return Unreadable(f"{message}: it has blanks around it", "say trim = true in the mapping file")
        near = self._spellings.closest(word)
        return Unreadable(message, f"did you mean `{near}`?" if near else f"correct it, or add the {kind} to {file}")
