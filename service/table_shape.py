"""A header and rows as a raw table: names checked, rows of another length set apart."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from ..engine.intake.intake_report import CellProblem
from ..engine.intake.raw_table import RawTable
from .read_problem import ReadProblem

__all__ = ["named", "table_of"]


def table_of(
    file: str,
    lines: Sequence[int],
    rows: Sequence[Sequence[object]],
    *,
    broken: Sequence[CellProblem] = (),
    notes: tuple[str, ...] = (),
    delimiter: str = ",",
) -> RawTable:
    """The table of these rows, of which the first is the header, with the line of each in the file.

    Rows in which nothing stands are left out, with a note. Raises `ReadProblem` for a header without names or
    with one name twice.
    """
    names = named(file, lines[0], rows[0])
    width, apart = len(names), list[CellProblem]()
    lines, rows = lines[1:], rows[1:]
    if not all(map(any, rows)):
        kept = [place for place, row in enumerate(rows) if any(row) or _says_something(row)]
        empty = len(rows) - len(kept)
        lines, rows = [lines[place] for place in kept], [rows[place] for place in kept]
        if empty:
            notes = (*notes, "1 row is empty" if empty == 1 else f"{empty:,} rows are empty")
    if not set(map(len, rows)) <= {width}:
        kept = [place for place, row in enumerate(rows) if len(row) == width]
        odd = [place for place, row in enumerate(rows) if len(row) != width]
        apart = [_ragged(file, lines[place], rows[place], width, delimiter) for place in odd]
        lines, rows = [lines[place] for place in kept], [rows[place] for place in kept]
    cells: dict[str, list[object]] = {}
    for place, name in enumerate(names):
        column = list(map(itemgetter(place), rows))
        if name or _says_something(column):
            cells[name or f"column {place + 1}"] = column
    return RawTable(file, cells, lines, (*broken, *apart), notes)


def _says_something(cells: Sequence[object]) -> bool:
    return any(cell not in ("", None) for cell in cells)


def named(file: str, line: int, header: Sequence[object]) -> list[str]:
    """The names in a header; "" for a column without one. Raises `ReadProblem`."""
    names = [str(name).strip() if name is not None else "" for name in header]
    if not any(names):
        raise ReadProblem(file, "the header has no names", "write the names of the columns in it", line)
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name and name in seen:
            message = f"columns {seen[name]} and {place} are both named `{name}`"
            raise ReadProblem(file, message, "rename one of them", line)
        seen[name] = place
    return names


def _ragged(file: str, line: int, cells: Sequence[object], width: int, delimiter: str) -> CellProblem:
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    more = f"put quotes around a cell that has `{delimiter}` in it" if delimiter != "\t" else "remove the extra cells"
    advice = more if len(cells) > width else "add the missing cells"
    text = delimiter.join(map(str, cells))
    return CellProblem(file, line, "", text, f"the row has {count} and the header has {width}", advice)
