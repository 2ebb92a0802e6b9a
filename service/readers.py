"""Files in: CSV, JSON Lines, XLSX and Parquet as raw tables. Nothing is interpreted here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from ..engine.intake.raw_table import RawTable
from ..engine.wording.spelling import did_you_mean
from .read_problem import ReadProblem

__all__ = ["ReadProblem", "read_table"]

_INSTEAD = {
    ".xls": "save it as .xlsx",
    ".xlsm": "save it as .xlsx",
    ".xlsb": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".json": "write one object a line, in a file named .jsonl",
    ".txt": "name it .csv if its first row has the names of the columns",
}
_KNOWN = "use .csv, .tsv, .jsonl, .xlsx or .parquet"

Reader: TypeAlias = Callable[[str, Path, str | None], RawTable]


def read_table(path: str | Path, *, encoding: str | None = None, empty_ok: bool = False) -> RawTable:
    """The rows of a file, whose format follows from its extension; `book.xlsx#Sheet` names a sheet.

    `encoding` is that of a text file (found out where not given). A file with a header and no rows is refused
    unless `empty_ok`. Raises `ReadProblem` for what cannot be read as a whole; rows that cannot be taken
    apart are kept in the table as broken ones.
    """
    place, sheet = _with_sheet(Path(path))
    name = f"{place.name}#{sheet}" if sheet else place.name
    read = _reader(name, place)
    _must_be_a_file(name, place)
    table = read(name, place, sheet if place.suffix.lower() == ".xlsx" else encoding)
    if not len(table) and not table.broken and not empty_ok:
        advice = "export it again, or leave the file out if there is nothing to export"
        raise ReadProblem(name, "the file has a header and no rows", advice)
    return table


def _with_sheet(path: Path) -> tuple[Path, str | None]:
    stem, mark, sheet = path.name.rpartition("#")
    if mark and stem.lower().endswith(".xlsx") and not path.exists():
        return path.with_name(stem), sheet
    return path, None


def _reader(name: str, path: Path) -> Reader:
    # Each format is imported when it is met: most runs need one of them.
    from .sheet_files import read_parquet, read_xlsx
    from .text_files import read_csv, read_jsonl

    readers: Mapping[str, Reader] = {
        ".csv": read_csv,
        ".tsv": read_csv,
        ".jsonl": read_jsonl,
        ".ndjson": read_jsonl,
        ".xlsx": read_xlsx,
        ".parquet": read_parquet,
    }
    suffix = path.suffix.lower()
    if suffix not in readers:
        what = f"files that end in `{suffix}` are not read" if suffix else "the name of the file has no extension"
        raise ReadProblem(name, what, _INSTEAD.get(suffix, _KNOWN))
    return readers[suffix]


def _must_be_a_file(name: str, path: Path) -> None:
    if path.is_file():
        return
    if path.exists():
        raise ReadProblem(name, "this is a folder", "name a file in it")
    folder = path.parent
    there = [other.name for other in folder.iterdir() if other.is_file()] if folder.is_dir() else []
    advice = did_you_mean(path.name, there) or "check the name and the folder"
    raise ReadProblem(name, "there is no such file", advice)
