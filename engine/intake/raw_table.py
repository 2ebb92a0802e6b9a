"""Rows as a file or a program gives them, before anything is known about their meaning."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from ..arrays.integers import Index
from ..arrays.number_array import DecimalArray, WholeArray
from ..arrays.text_array import TextArray
from .intake_report import CellProblem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Coded", "Given", "Plain", "RawTable", "frames_in", "plain"]

Plain: TypeAlias = str | int | bool | Decimal | Fraction | date | datetime | time | None
"""What a raw cell may hold: never a binary number."""
_TEXTS = {str, type(None)}
_SAMPLE = 1 << 16
_WORTHWHILE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A raw column as its distinct values (`words`) and, for each row, which of them it has (`codes`).

    A value is parsed once however often it stands in the file; the words are most often different ones.
    """

    codes: Index
    words: Sequence[Plain]

    @classmethod
    def each(cls, words: TextArray | WholeArray | DecimalArray) -> Coded:
        """A column most of whose values are its own, such as keys: numbering them would not make them fewer."""
        return cls(np.arange(len(words), dtype=np.int64), words)

    @classmethod
    def of(cls, values: Iterable[object]) -> Coded:
        """The column of these values, each brought to a plain one."""
        values = values if isinstance(values, list | tuple) else list(values)
        if set(map(type, values)) <= _TEXTS:
            return cls._numbered(cast("Sequence[str | None]", values))
        brought = [plain(value) for value in values]
        if set(map(type, brought)) <= _TEXTS:
            return cls._numbered(cast("Sequence[str | None]", brought))
        # 1, true and 1.0 are equal to Python and not to people.
        table: dict[tuple[type, Plain], int] = {}
        codes = [table.setdefault((type(value), value), len(table)) for value in brought]
        return cls(np.array(codes, dtype=np.int64), tuple(value for _, value in table))

    @classmethod
    def _numbered(cls, values: Sequence[str | None]) -> Coded:
        # A dict that numbers what it is asked for: one pass, without a step of Python for each value.
        table: defaultdict[str | None, int] = defaultdict(count().__next__)
        codes = np.fromiter(map(table.__getitem__, values), dtype=np.int64, count=len(values))
        return cls(codes, tuple(table))

    @classmethod
    def repeat(cls, word: Plain, rows: int) -> Coded:
        """A column that has one value in every row."""
        return cls(np.zeros(rows, dtype=np.int64), (word,))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> Plain:
        return self.words[int(self.codes[row])]

    def values(self) -> list[Plain]:
        """The value of each row."""
        words = self.words
        return [words[code] for code in self.codes.tolist()]


Given: TypeAlias = Sequence[object] | Coded | Callable[[], Coded]
"""A column as it may be given: its values, coded already, or what makes it when it is first read."""


class _Columns(Mapping[str, Coded]):
    """Columns that are coded when they are first read: most files have many that no policy asks for."""

    def __init__(self, given: Mapping[str, Given]) -> None:
        self._given = dict(given)

    def __getitem__(self, name: str) -> Coded:
        found = self._given[name]
        if not isinstance(found, Coded):
            found = self._given[name] = found() if callable(found) else Coded.of(found)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def lengths(self) -> dict[str, int]:
        """The lengths of the columns, as far as they are known without coding one."""
        return {name: len(cells) for name, cells in self._given.items() if not callable(cells)}


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """The columns of a file by name, each as long as `lines`, which gives every row's line in the file.

    `titles` says what the file calls a column where that differs (per row where a wide file became a long
    one). `broken` are rows that could not be taken apart into cells; they stand in no column. `notes` are
    sentences about the file for the report. Raises `ValueError` for columns of different lengths.
    """

    file: str
    columns: Mapping[str, Coded]
    lines: Sequence[int]
    broken: tuple[CellProblem, ...] = ()
    notes: tuple[str, ...] = ()
    titles: Mapping[str, str | Coded] = field(default_factory=dict[str, "str | Coded"])

    def __init__(
        self,
        file: str,
        columns: Mapping[str, Given],
        lines: Sequence[int] | None = None,
        broken: tuple[CellProblem, ...] = (),
        notes: tuple[str, ...] = (),
        titles: Mapping[str, str | Coded] | None = None,
    ) -> None:
        columns = columns if isinstance(columns, _Columns) else _Columns(columns)
        lengths = columns.lengths()
        lines = range(2, max(lengths.values(), default=0) + 2) if lines is None else lines
        for name, length in lengths.items():
            if length != len(lines):
                raise ValueError(f"column `{name}` has {length} cells and there are {len(lines)} rows")
        for attribute, value in (
            ("file", file), ("columns", columns), ("lines", lines), ("broken", broken),
            ("notes", notes), ("titles", titles or {}),
        ):  # fmt: skip
            object.__setattr__(self, attribute, value)

    def __len__(self) -> int:
        return len(self.lines)

    def title(self, column: str, row: int | None = None) -> str:
        """What the file calls a column (in a row, where that depends on the row)."""
        title = self.titles.get(column, column)
        if isinstance(title, Coded):
            return column if row is None else str(title[row])
        return title


def plain(value: object) -> Plain:
    """A raw value as a plain one. A binary number becomes the decimal that people see, its shortest spelling.

    Not-a-number and its kin become None; lists and objects become their JSON text.
    """
    if value is None or isinstance(value, str | bool | Fraction):
        return str(value) if isinstance(value, str) else value
    if type(value).__name__ in {"NaTType", "NAType"}:
        return None
    if isinstance(value, datetime | date | time):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | np.floating):
        value = Decimal(str(cast("object", value)))
    if isinstance(value, np.integer | np.bool_ | np.datetime64):
        return _numpy_scalar(value)
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    if isinstance(value, dict | list | tuple | set | frozenset | np.ndarray):
        return _json_text(cast("object", value))
    return str(value)


def _numpy_scalar(value: Any) -> Plain:
    return plain(value.astype("datetime64[us]").item() if isinstance(value, np.datetime64) else value.item())


def _json_text(value: Any) -> str:
    if isinstance(value, set | frozenset):
        value = sorted(map(str, cast("set[object]", value)))
    elif isinstance(value, np.ndarray):
        value = value.tolist()
    return json.dumps(value, ensure_ascii=False, default=str)


def frames_in(frames: Mapping[str, pd.DataFrame]) -> dict[str, RawTable]:
    """Pandas frames as raw tables by kind; the first row of a frame counts as row 2, as if below a header."""
    return {kind: _frame_in(f"{kind} frame", frame) for kind, frame in frames.items()}


def _frame_in(file: str, frame: pd.DataFrame) -> RawTable:
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the {file} has two columns `{twice}`: rename one of them")
    columns = {name: _series_in(frame.iloc[:, place]) for place, name in enumerate(names)}
    return RawTable(file, columns, range(2, len(frame) + 2))


def _series_in(series: pd.Series[Any]) -> Coded:
    if series.dtype == np.object_:
        return Coded.of(series.tolist())
    if len(series) >= _SAMPLE and series.iloc[:_SAMPLE].is_unique and not series.hasnans:
        own = _words_in(series.array)
        if own is not None:
            return Coded.each(own)
    codes, words = series.factorize(use_na_sentinel=True)
    # An index, or tolist, would widen short binary numbers; an array keeps their short spelling.
    missing = codes < 0
    found = None if missing.any() else _words_in(words)
    if found is not None:
        return Coded(codes.astype(np.int64), found)
    plains = [plain(word) for word in (np.asarray(words) if series.dtype.kind == "f" else words)]
    if missing.any():
        codes = np.where(missing, len(plains), codes)
        plains.append(None)
    return Coded(codes.astype(np.int64), tuple(plains))


def _words_in(values: Any) -> TextArray | WholeArray | None:
    """Many texts, or whole numbers, none missing."""
    if len(values) < _WORTHWHILE:
        return None
    dtype = str(values.dtype)
    if dtype in {"int8", "int16", "int32", "int64"}:
        return WholeArray(np.asarray(values, dtype=np.int64))
    return TextArray.of(values.tolist()) if dtype in {"str", "string"} else None
