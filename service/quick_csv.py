"""The quick way through large plain CSV files, where Arrow reads exactly what the careful way would.

A file goes this way when it has no quotes, no blank lines and no ragged rows; anything else is left to
`text_files`, which takes it apart row by row and can say what is wrong.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

from ..engine.intake.raw_table import Given, RawTable
from .sheet_files import coded
from .table_shape import named

__all__ = ["quick_csv"]

_WORTHWHILE = 1_000_000
_BOM = b"\xef\xbb\xbf"


def quick_csv(name: str, data: bytes, delimiter: str, *, worthwhile: int = _WORTHWHILE) -> RawTable | None:
    """The table of UTF-8 text with a header, or None where the careful way is needed (or not slower).

    Raises `ReadProblem` for a header without names or with one name twice.
    """
    data = data.removeprefix(_BOM)
    if len(data) < worthwhile or not _is_plain(data):
        return None
    try:
        arrow, reader = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.csv")
    except ImportError:
        return None
    header = data[: data.find(b"\n")].decode().rstrip("\r").split(delimiter)
    names = named(name, 1, header)
    table = _table(arrow, reader, data, delimiter, len(header))
    rows = data.count(b"\n") + (not data.endswith(b"\n")) - 1
    if table is None or table.num_rows != rows or _has_empty_rows(table):
        return None
    columns: dict[str, Given] = {}
    for place, title in enumerate(names):
        column = table.column(place)
        if title or not _is_empty(column):
            columns[title or f"column {place + 1}"] = partial(coded, arrow, column)
    return RawTable(name, columns, range(2, rows + 2))


def _is_plain(data: bytes) -> bool:
    """Whether every line end ends a row, and every delimiter a cell."""
    if b'"' in data or b"\0" in data or data.startswith((b"\n", b"\r")):
        return False
    return data.count(b"\r") == data.count(b"\r\n") and b"\n\n" not in data and b"\n\r" not in data


def _table(arrow: Any, reader: Any, data: bytes, delimiter: str, width: int) -> Any:
    """The rows below the header as columns of text, or None where they are not all as wide."""
    names = [str(place) for place in range(width)]
    try:
        return reader.read_csv(
            arrow.BufferReader(data),
            reader.ReadOptions(column_names=names, skip_rows=1),
            reader.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            reader.ConvertOptions(
                column_types=dict.fromkeys(names, arrow.string()), null_values=[], strings_can_be_null=False
            ),
        )
    except arrow.ArrowInvalid:
        return None


def _has_empty_rows(table: Any) -> bool:
    compute = importlib.import_module("pyarrow.compute")
    empty = None
    for column in table.columns:
        blank = compute.equal(column, "")
        empty = blank if empty is None else compute.and_(empty, blank)
        if not compute.any(empty).as_py():
            return False
    return table.num_rows > 0


def _is_empty(column: Any) -> bool:
    compute = importlib.import_module("pyarrow.compute")
    return not compute.any(compute.not_equal(column, "")).as_py()
