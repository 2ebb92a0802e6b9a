"""A raw table under a mapping: long instead of wide, trimmed, and with our names of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from ..engine.arrays.integers import Index
from ..engine.intake.cells import is_blank, is_no_text, text_of
from ..engine.intake.raw_table import Coded, RawTable
from ..engine.wording.spelling import did_you_mean
from .mapping import KindMapping, MappingProblem, MappingRefused, Source, Unpivot

__all__ = ["mapped"]


def mapped(raw: RawTable, said: KindMapping, file: str, kind: str) -> RawTable:
    """The table as the mapping says. Raises `MappingRefused` for columns that the file does not have."""
    if said.unpivot is not None:
        _must_have(raw, {f"{kind}.unpivot.columns": said.unpivot.columns}, file)
        raw = _unpivoted(raw, said.unpivot, file, kind)
    _must_have(raw, {f"{kind}.columns.{ours}": source.columns for ours, source in said.columns.items()}, file)
    if said.trim:
        raw = replace(raw, columns={name: partial(_trimmed, raw, name) for name in raw.columns})
    return _renamed(raw, said.columns)


def _must_have(raw: RawTable, wanted: Mapping[str, Iterable[str]], file: str) -> None:
    problems: list[MappingProblem] = []
    for key, names in wanted.items():
        for name in names:
            if name not in raw.columns:
                there = ", ".join(f"`{other}`" for other in raw.columns)
                advice = did_you_mean(name, raw.columns) or f"the file has {there}"
                problems.append(MappingProblem(file, key, f"{raw.file} has no column `{name}`", advice))
    if problems:
        raise MappingRefused(tuple(problems))


def _unpivoted(raw: RawTable, said: Unpivot, file: str, kind: str) -> RawTable:
    """One row for each row and named column; a row keeps its line, its cell the title of the wide column."""
    rows, wide = len(raw), len(said.columns)
    order = np.repeat(np.arange(rows, dtype=np.int64), wide)
    place = np.tile(np.arange(wide, dtype=np.int64), rows)
    cells = Coded.of([raw.columns[name][row] for row in range(rows) for name in said.columns])
    notes = raw.notes
    if said.skip_blank:
        blank = np.array([is_blank(word) for word in cells.words], dtype=np.bool_)[cells.codes]
        order, place = order[~blank], place[~blank]
        cells = Coded(cells.codes[~blank], cells.words)
        if blank.any():
            cells_were = "1 blank cell was" if blank.sum() == 1 else f"{int(blank.sum()):,} blank cells were"
            notes = (*notes, f"{cells_were} skipped in `{said.columns[0]}` to `{said.columns[-1]}`")
    names = Coded(place, said.columns)
    kept = [name for name in raw.columns if name not in said.columns]
    for key, name in (("into", said.into), ("value", said.value)):
        if name in kept or said.into == said.value:
            advice = "give the new column a name of its own"
            message = f"{raw.file} has a column `{name}` already"
            raise MappingRefused((MappingProblem(file, f"{kind}.unpivot.{key}", message, advice),))
    long = {name: partial(_repeated, raw, name, order) for name in kept}
    lines = np.fromiter(raw.lines, dtype=np.int64, count=rows)[order].tolist()
    return RawTable(
        raw.file, {**long, said.into: names, said.value: cells}, lines, raw.broken, notes, {said.value: names}
    )


def _trimmed(raw: RawTable, name: str) -> Coded:
    column = raw.columns[name]
    return Coded(column.codes, tuple(word.strip() if isinstance(word, str) else word for word in column.words))


def _repeated(raw: RawTable, name: str, order: Index) -> Coded:
    column = raw.columns[name]
    return Coded(column.codes[order], column.words)


def _renamed(raw: RawTable, sources: Mapping[str, Source]) -> RawTable:
    used = {name for source in sources.values() for name in source.columns}
    columns: dict[str, Callable[[], Coded]] = {}
    titles: dict[str, str | Coded] = {}
    for ours, source in sources.items():
        columns[ours] = partial(_column, raw, source)
        if len(source.columns) == 1:
            titles[ours] = raw.titles.get(source.columns[0], source.columns[0])
        elif source.columns:
            titles[ours] = " + ".join(source.columns)
    rest = [name for name in raw.columns if name not in used]
    hidden = [name for name in rest if name in columns]
    notes = raw.notes
    if hidden:
        names = ", ".join(f"`{name}`" for name in hidden)
        notes = (*notes, f"the mapping file takes {names} from elsewhere than the columns of that name")
    columns |= {name: partial(raw.columns.__getitem__, name) for name in rest if name not in columns}
    kept = {name: title for name, title in raw.titles.items() if name not in used}
    return RawTable(raw.file, columns, raw.lines, raw.broken, notes, {**kept, **titles})


def _column(raw: RawTable, source: Source) -> Coded:
    if not source.columns:
        return Coded.repeat(source.constant, len(raw))
    if len(source.columns) == 1:
        return raw.columns[source.columns[0]]
    parts = [raw.columns[name] for name in source.columns]
    texts = [[None if is_no_text(word) else text_of(word) for word in part.words] for part in parts]
    rows = zip(*(part.codes.tolist() for part in parts), strict=True)
    return Coded.of(
        [_joined([text[code] for text, code in zip(texts, row, strict=True)], source.between) for row in rows]
    )


def _joined(words: list[str | None], between: str) -> str | None:
    """The words in one, or None where one of them is missing: half a key is none."""
    known = [word for word in words if word is not None]
    return between.join(known) if len(known) == len(words) else None
