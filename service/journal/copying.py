"""A store copied whole, from one database into another that is empty, of the same kind or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from .entries import Head
from .rows import head
from .tables import TABLES

__all__ = ["Copied", "copied"]

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the last entry, and how many rows in all."""

    head: Head
    rows: int


def copied(source: Connection, target: Connection, progress: Callable[[int, int | None], None]) -> Copied:
    """Copy every row of a store into empty tables of the same version, in the transactions given.

    `source` is one state of the store, whoever writes meanwhile. `progress` hears of rows done, and of all.
    """
    whole = sum(source.execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES)
    done = 0
    for table in TABLES:
        for rows in _rows(source, table):
            target.execute(insert(table), rows)
            done += len(rows)
            progress(done, whole)
    return Copied(head(target), done)


def _rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, in the order of its first column, some hundreds at a time."""
    asked = select(table).order_by(table.columns[0]).execution_options(yield_per=_ROWS_AT_ONCE)
    found = source.execute(asked)
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]
