"""CSV and JSON Lines as raw tables; every cell of a CSV file stays the text that it is (`NA` is `NA`)."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import cast

from ..engine.intake.intake_report import CellProblem
from ..engine.intake.raw_table import RawTable
from .quick_csv import quick_csv
from .read_problem import ReadProblem
from .table_shape import table_of

__all__ = ["read_csv", "read_jsonl"]

_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 20
_BINARY = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", b"\xd0\xcf\x11\xe0": ".xls"}
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")

Rows = tuple[Sequence[int], list[list[str]], list[CellProblem]]


def read_csv(name: str, path: Path, encoding: str | None) -> RawTable:
    """A table from delimited text with a header. Raises `ReadProblem`."""
    data = path.read_bytes()
    text, notes = _text(name, data, encoding)
    if not text.strip():
        raise ReadProblem(name, "the file is empty", "export it again")
    delimiter = _delimiter(text)
    quick = quick_csv(name, data, delimiter) if encoding is None and not notes else None
    if quick is not None:
        return quick
    lines, rows, broken = _rows(name, text, delimiter)
    return table_of(name, lines, rows, broken=broken, notes=notes, delimiter=delimiter)


def _text(name: str, data: bytes, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """The file as text, and a note where its encoding had to be guessed."""
    for mark, suffix in _BINARY.items():
        if data.startswith(mark):
            raise ReadProblem(name, "this is not a text file", f"name it {suffix} if that is what it is")
    if encoding is not None:
        return _decoded(name, data, encoding), ()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(name, data, "utf-16"), ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    found = _guessed(data)
    if found is None:
        raise ReadProblem(name, "the file is not text in a known encoding", "save it as UTF-8")
    encoding, text = found
    return text, (
        f"it is not UTF-8 and was read as {encoding}; say `encoding` in the mapping file if names look wrong",
    )


def _decoded(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise ReadProblem(name, f"the file is not text in the encoding `{encoding}`", "save it as UTF-8") from None


def _guessed(data: bytes) -> tuple[str, str] | None:
    """The encoding and the text. In Chinese text high bytes come in pairs, in European text mostly alone."""
    runs = _HIGH_BYTES.findall(data)
    alone = sum(1 for run in runs if len(run) == 1)
    order = ("cp1252", "gb18030") if alone * 2 > len(runs) else ("gb18030", "cp1252")
    for encoding in order:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """The mark that takes most of the first lines apart into one number of cells, the more the better."""
    start = text[:100_000].splitlines(keepends=True)[:_SNIFFED_LINES]

    def worth(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(start, delimiter=delimiter) if row]
        width = widths[0] if widths else 1
        return (sum(1 for other in widths if other == width) if width > 1 else 0), width

    try:
        best = max(_DELIMITERS, key=worth)
    except csv.Error:
        return ","
    return best if worth(best)[0] else ","


def _rows(name: str, text: str, delimiter: str) -> Rows:
    """The rows that are not blank, the line of each, and those whose quotes cannot be made out."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        rows = []
    if rows and reader.line_num == len(rows) and all(rows):
        return range(1, len(rows) + 1), rows, []
    return _rows_by_line(name, text, delimiter)


def _rows_by_line(name: str, text: str, delimiter: str) -> Rows:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    broken: list[CellProblem] = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            reason = str(error)
            if "end of data" in reason or "field limit" in reason or not rows:
                advice = "close the quote, or write a quote within a cell twice"
                raise ReadProblem(name, "a quote opens here and is never closed", advice, line) from None
            advice = "write a quote within a cell twice, and quotes around the whole cell"
            broken.append(CellProblem(name, line, "", "", "a cell goes on after its closing quote", advice))
            continue
        if row:
            lines.append(line)
            rows.append(row)
    return lines, rows, broken


def read_jsonl(name: str, path: Path, encoding: str | None) -> RawTable:
    """A table from JSON objects, one a line; a column is missing where an object does not name it."""
    text = _decoded(name, path.read_bytes(), encoding or "utf-8-sig")
    records: list[tuple[int, dict[str, object]]] = []
    broken: list[CellProblem] = []
    for line, source in enumerate(text.split("\n"), start=1):
        if not source.strip():
            continue
        try:
            records.append((line, _record(source)))
        except (ValueError, RecursionError) as error:
            message, advice = _json_problem(error)
            broken.append(CellProblem(name, line, "", source.strip(), message, advice))
    if not records and not broken:
        raise ReadProblem(name, "the file is empty", "export it again")
    if not records:
        raise ReadProblem(name, "no line is a JSON object", 'write one object a line, such as {"id": "d1"}')
    columns = dict.fromkeys(key for _, record in records for key in record)
    cells = {column: [record.get(column) for _, record in records] for column in columns}
    return RawTable(name, cells, [line for line, _ in records], tuple(broken))


class _NotARecord(ValueError):
    """A line of JSON that is not one object with each name once."""


def _record(source: str) -> dict[str, object]:
    found: object = json.loads(source, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_pairs)
    if not isinstance(found, dict):
        raise _NotARecord("the line is not a JSON object")
    return cast("dict[str, object]", found)


def _constant(word: str) -> None:
    raise _NotARecord(f"`{word}` is not a number of JSON")


def _pairs(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotARecord(f"the object names `{twice}` twice")
    return found


def _json_problem(error: Exception) -> tuple[str, str]:
    if isinstance(error, _NotARecord):
        return str(error), 'write one object a line, such as {"id": "d1"}'
    if isinstance(error, json.JSONDecodeError):
        return f"the line is not JSON from character {error.pos + 1} on", "correct the line"
    return "the line is not JSON that can be read", "correct the line"
