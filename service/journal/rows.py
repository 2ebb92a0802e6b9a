"""What is asked of the tables of the journal, in either database.

What every commit needs goes to the driver itself: the layer above it takes longer than the database does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from .entries import BEGINNING, Entry, Head
from .tables import journal

__all__ = [
    "PLANNED",
    "append",
    "driver",
    "entries_after",
    "entries_at",
    "entries_of_plans",
    "entries_that_tell",
    "entry_at",
    "head",
]

_ROWS_AT_ONCE = 500
_COLUMNS = [journal.c[name] for name in Entry._fields]
_AFTER = select(*_COLUMNS).order_by(journal.c.number).where(journal.c.number > bindparam("number"))
_SOME = _AFTER.limit(_ROWS_AT_ONCE)
_TELLS = or_(journal.c.outcome.contains('"notices":['), journal.c.outcome.contains('"awards":['))
_TELLING = _AFTER.where(journal.c.number <= bindparam("last"), _TELLS).limit(bindparam("most"))
_NAMES = ", ".join(Entry._fields)
_HEAD = "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
_AT = {
    "sqlite": f"SELECT {_NAMES} FROM journal WHERE number = ?",
    "postgresql": f"SELECT {_NAMES} FROM journal WHERE number = %s",
}
PLANNED = "substr({0}, 1, 9) = 'activate '"
"""Of the request id of a planned policy that took over; there is an index of those alone."""
_PLANS = f"SELECT {_NAMES} FROM journal WHERE {PLANNED.format('request_id')}"
_OF_REQUESTS = {
    "sqlite": f"{_PLANS} AND request_id IN (SELECT value FROM json_each(?))",
    "postgresql": f"{_PLANS} AND request_id = ANY(%s)",
}
_SIZES = (128, 96, 64, 48, 32, 24, 16, 12, *range(8, 0, -1))
"""So many rows are added by one statement: few sizes, so that the statements are kept ready by the driver."""


def driver(tx: Connection) -> Any:
    """The connection of the database's own driver, within the transaction."""
    return tx.connection.driver_connection


def head(tx: Connection) -> Head:
    """The last entry of the journal."""
    found = driver(tx).execute(_HEAD).fetchone()
    return BEGINNING if found is None else Head(found[0], found[1])


def entries_after(tx: Connection, number: int) -> Iterator[Entry]:
    """The entries behind a number, in order, a few hundred in memory at a time."""
    while True:
        some = [Entry(*row) for row in tx.execute(_SOME, {"number": number})]
        yield from some
        if len(some) < _ROWS_AT_ONCE:
            return
        number = some[-1].number


def entry_at(tx: Connection, number: int) -> Entry | None:
    """The entry of a number."""
    row = driver(tx).execute(_AT[tx.dialect.name], (number,)).fetchone()
    return None if row is None else Entry(*row)


def entries_that_tell(tx: Connection, after: int, last: int, most: int) -> list[Entry]:
    """The first entries behind a number, and up to another, in the course of which somebody was told something."""
    return [Entry(*row) for row in tx.execute(_TELLING, {"number": after, "last": last, "most": most})]


def entries_of_plans(tx: Connection, request_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries by which planned policies took over, by request id, as far as there are any."""
    dialect = tx.dialect.name
    asked: object = json.dumps(request_ids) if dialect == "sqlite" else list(request_ids)
    rows = driver(tx).execute(_OF_REQUESTS[dialect], (asked,)).fetchall()
    return {entry.request_id: entry for entry in (Entry(*row) for row in rows)}


def entries_at(tx: Connection, numbers: Sequence[int]) -> list[Entry]:
    """The entries of some numbers, as far as there are any, in the order of the numbers."""
    found = (entry_at(tx, number) for number in numbers)
    return [entry for entry in found if entry is not None]


def append(tx: Connection, entries: Sequence[Entry]) -> None:
    """Add entries."""
    dialect, cursor = tx.dialect.name, driver(tx).cursor()
    if dialect != "sqlite":
        if entries:
            cursor.executemany(_statement(dialect, 1), entries)  # in one message, whatever their number
        return
    # Between any two rows of `executemany` another thread may take the interpreter, and give it back much later.
    start = 0
    while start < len(entries):
        many = next(size for size in _SIZES if size <= len(entries) - start)
        cursor.execute(_statement(dialect, many), [value for entry in entries[start : start + many] for value in entry])
        start += many


@cache
def _statement(dialect: str, many: int) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    row = f"({', '.join(mark for _ in Entry._fields)})"
    return f"INSERT INTO journal ({_NAMES}) VALUES {', '.join([row] * many)}"
