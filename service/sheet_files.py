"""XLSX and Parquet as raw tables; the packages that read them are imported when they are needed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ..engine.intake.raw_table import Coded, RawTable, plain
from ..engine.wording.spelling import did_you_mean
from .arrow_arrays import is_all_different, words_in
from .read_problem import ReadProblem
from .table_shape import table_of

__all__ = ["coded", "package", "read_parquet", "read_xlsx"]

Row = tuple[int, Sequence[object]]


def package(name: str, file: str) -> Any:
    """A package of the extra `files`."""
    try:
        return importlib.import_module(name)
    except ImportError:
        advice = 'install it with: pip install "meed-engine[files]"'
        raise ReadProblem(file, f"the package `{name.partition('.')[0]}` is not installed", advice) from None


def read_xlsx(name: str, path: Path, sheet: str | None) -> RawTable:
    """A table from a sheet of a workbook, the first when none is named. Formulas give their last result."""
    openpyxl = package("openpyxl", name)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (
        BadZipFile,
        KeyError,
        ValueError,
        OSError,
        SyntaxError,
        openpyxl.utils.exceptions.InvalidFileException,
    ):
        raise ReadProblem(name, "this is not a workbook", "save it again as .xlsx") from None
    try:
        page = _page(name, book, sheet)
        rows = list(_xlsx_rows(page))
    finally:
        book.close()
    if not rows:
        raise ReadProblem(name, "the sheet is empty", "name another one: book.xlsx#Sheet")
    width = max(_filled_width(cells) for _, cells in rows)
    return table_of(name, [line for line, _ in rows], [_fit(cells, width) for _, cells in rows])


def _page(name: str, book: Any, sheet: str | None) -> Any:
    if sheet is None:
        return book.worksheets[0]
    names = [page.title for page in book.worksheets]
    if sheet not in names:
        there = ", ".join(f"`{other}`" for other in names)
        advice = did_you_mean(sheet, names) or f"the workbook has {there}"
        raise ReadProblem(name, f"there is no sheet `{sheet}`", advice)
    return book[sheet]


def _xlsx_rows(page: Any) -> Iterator[Row]:
    """The rows from the first one that is not empty on."""
    begun = False
    for line, cells in enumerate(page.iter_rows(values_only=True), start=1):
        begun = begun or _filled_width(cells) > 0
        if begun:
            yield line, cells


def _filled_width(cells: Sequence[object]) -> int:
    """How many cells a row has up to its last one that is not empty."""
    return max((place for place, cell in enumerate(cells, start=1) if cell not in (None, "")), default=0)


def _fit(cells: Sequence[object], width: int) -> Sequence[object]:
    return [*cells[:width], *[None] * (width - len(cells))]


def read_parquet(name: str, path: Path, _: str | None) -> RawTable:
    """A table from a Parquet file; its first row is row 1, for there is no header line."""
    parquet = package("pyarrow.parquet", name)
    arrow = package("pyarrow", name)
    try:
        table = parquet.ParquetFile(path).read()
    except (arrow.ArrowException, OSError, ValueError):
        raise ReadProblem(name, "this is not a Parquet file", "write it again") from None
    names: list[str] = table.column_names
    for column in names:
        if names.count(column) > 1:
            raise ReadProblem(name, f"two columns are named `{column}`", "rename one of them")
    columns = {title: partial(coded, arrow, table.column(place)) for place, title in enumerate(names)}
    return RawTable(name, columns, range(1, table.num_rows + 1))


def coded(arrow: Any, column: Any) -> Coded:
    """A column by its distinct values, which Arrow finds without making Python objects of all cells."""
    types = arrow.types
    if types.is_timestamp(column.type):
        column = column.cast(methodcaller("timestamp", "us", tz=column.type.tz)(arrow), safe=False)
    if types.is_nested(column.type):
        return Coded.of(column.to_pylist())
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_decimal128(column.type) or is_all_different(column):
        own = words_in(arrow, column)
        if own is not None:
            return Coded.each(own)
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, arrow.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = words_in(arrow, arrow.chunked_array([encoded.dictionary])) if not encoded.null_count else None
    if words is None:
        # As numpy numbers a short binary number keeps its short spelling; to_pylist would widen it.
        binary = types.is_floating(column.type)
        found = encoded.dictionary.to_numpy() if binary else encoded.dictionary.to_pylist()
        words = tuple(plain(word) for word in found)
    indices = encoded.indices
    if indices.null_count:
        indices = indices.fill_null(len(words))
        words = (*words, None)
    return Coded(indices.to_numpy(zero_copy_only=False).astype(np.int64), words)
