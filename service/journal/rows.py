"""What is asked of the tables of the journal, in either database.

What every commit needs goes to the driver itself: the layer above it takes longer than the database does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, or_, select

from .entries import BEGINNING, Entry, Head
from .tables import journal, journal_subjects

__all__ = [
    "Subject",
    "append",
    "driver",
    "entries_after",
    "entries_of_requests",
    "entries_that_tell",
    "entry_at",
    "head",
    "last_about",
    "storable",
]

Subject: TypeAlias = tuple[str, str, int]
"""Kind and key of a fact, and the number of an entry about it."""

_ROWS_AT_ONCE = 500
_COLUMNS = [journal.c[name] for name in Entry._fields]
_AFTER = select(*_COLUMNS).order_by(journal.c.number).where(journal.c.number > bindparam("number"))
_SOME = _AFTER.limit(_ROWS_AT_ONCE)
_AT = select(*_COLUMNS).where(journal.c.number == bindparam("number"))
_ABOUT = (
    select(*_COLUMNS)
    .join(journal_subjects, journal_subjects.c.number == journal.c.number)
    .where(journal_subjects.c.kind == bindparam("kind"), journal_subjects.c.key == bindparam("key"))
    .order_by(journal.c.number.desc())
)
_TELLS = or_(journal.c.outcome.contains('"notices":['), journal.c.outcome.contains('"awards":['))
_TELLING = _AFTER.where(journal.c.number <= bindparam("last"), _TELLS).limit(bindparam("most"))
_NAMES = ", ".join(Entry._fields)
_HEAD = "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
_OF_REQUESTS = {
    "sqlite": f"SELECT {_NAMES} FROM journal WHERE request_id IN (SELECT value FROM json_each(?))",
    "postgresql": f"SELECT {_NAMES} FROM journal WHERE request_id = ANY(%s)",
}
_TABLES = {"journal": tuple(Entry._fields), "journal_subjects": ("kind", "key", "number")}
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
    row = tx.execute(_AT, {"number": number}).first()
    return None if row is None else Entry(*row)


def entries_that_tell(tx: Connection, after: int, last: int, most: int) -> list[Entry]:
    """The first entries behind a number, and up to another, in the course of which somebody was told something."""
    return [Entry(*row) for row in tx.execute(_TELLING, {"number": after, "last": last, "most": most})]


def entries_of_requests(tx: Connection, request_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries that answered requests, by request id, as far as there are any."""
    dialect = tx.dialect.name
    asked: object = json.dumps(request_ids) if dialect == "sqlite" else list(request_ids)
    rows = driver(tx).execute(_OF_REQUESTS[dialect], (asked,)).fetchall()
    return {entry.request_id: entry for entry in (Entry(*row) for row in rows)}


def last_about(tx: Connection, kind: str, key: str, most: int) -> list[Entry]:
    """The last entries about a fact, newest first."""
    found = tx.execute(_ABOUT.limit(most), {"kind": kind, "key": storable(key)})
    return [Entry(*row) for row in found]


def append(tx: Connection, entries: Sequence[Entry], subjects: Sequence[Subject]) -> None:
    """Add entries, and by what they are found."""
    _add(tx, "journal", entries)
    _add(tx, "journal_subjects", [(kind, storable(key), number) for kind, key, number in subjects])


def storable(key: str) -> str:
    """A key as PostgreSQL takes it, too: it knows no text with the character of number zero."""
    return key.replace("\0", "\\0") if "\0" in key else key


_STATEMENTS: dict[tuple[str, str, int], str] = {}


def _add(tx: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    dialect, cursor = tx.dialect.name, driver(tx).cursor()
    if dialect != "sqlite":
        if rows:
            cursor.executemany(_statement(dialect, table, 1), rows)  # in one message, whatever their number
        return
    # Between any two rows of `executemany` another thread may take the interpreter, and give it back much later.
    start = 0
    while start < len(rows):
        many = next(size for size in _SIZES if size <= len(rows) - start)
        values = [value for row in rows[start : start + many] for value in row]
        cursor.execute(_statement(dialect, table, many), values)
        start += many


def _statement(dialect: str, table: str, many: int) -> str:
    key = dialect, table, many
    if key not in _STATEMENTS:
        mark = "?" if dialect == "sqlite" else "%s"
        names = _TABLES[table]
        row = f"({', '.join(mark for _ in names)})"
        _STATEMENTS[key] = f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([row] * many)}"
    return _STATEMENTS[key]
