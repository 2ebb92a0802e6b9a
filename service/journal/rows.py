"""What is asked of the tables of the journal, in either database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.sql import Insert

from .entries import BEGINNING, Entry, Head
from .tables import journal, journal_decisions, journal_subjects

__all__ = [
    "Marks",
    "append",
    "count",
    "entries_after",
    "entries_of_requests",
    "entry_of_decision",
    "head",
    "last_about",
    "storable",
]

_ROWS_AT_ONCE = 500
_COLUMNS = [journal.c[name] for name in Entry._fields]
_ENTRIES = select(*_COLUMNS).order_by(journal.c.number)
_HEAD = select(journal.c.number, journal.c.hash).order_by(journal.c.number.desc()).limit(1)
_AFTER = _ENTRIES.where(journal.c.number > bindparam("number"))
_SOME = _AFTER.limit(_ROWS_AT_ONCE)
_OF_DECISION = (
    select(*_COLUMNS, journal_decisions.c.place)
    .join(journal_decisions, journal_decisions.c.number == journal.c.number)
    .where(journal_decisions.c.decision_id == bindparam("decision_id"))
    .order_by(journal.c.number)
    .limit(1)
)
_ABOUT = (
    select(*_COLUMNS)
    .join(journal_subjects, journal_subjects.c.number == journal.c.number)
    .where(journal_subjects.c.kind == bindparam("kind"), journal_subjects.c.key == bindparam("key"))
    .order_by(journal.c.number.desc())
)
_NAMES = ", ".join(Entry._fields)
_OF_REQUESTS = {
    "sqlite": f"SELECT {_NAMES} FROM journal WHERE request_id IN (SELECT value FROM json_each(?))",
    "postgresql": f"SELECT {_NAMES} FROM journal WHERE request_id = ANY(%s)",
}


class Marks(NamedTuple):
    """By what entries are found again: (decision id, number, place) and (kind, key, number)."""

    decisions: list[tuple[str, int, int]]
    subjects: list[tuple[str, str, int]]


def head(tx: Connection) -> Head:
    """The last entry of the journal."""
    found = tx.execute(_HEAD).first()
    return BEGINNING if found is None else Head(found[0], found[1])


def count(tx: Connection) -> int:
    """How many decisions there are."""
    return tx.execute(select(func.count()).select_from(journal_decisions)).scalar_one()


def entries_after(tx: Connection, number: int) -> Iterator[Entry]:
    """The entries behind a number, in order, a few hundred in memory at a time."""
    while True:
        some = [Entry(*row) for row in tx.execute(_SOME, {"number": number})]
        yield from some
        if len(some) < _ROWS_AT_ONCE:
            return
        number = some[-1].number


def entries_of_requests(tx: Connection, request_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries that answered requests, by request id, as far as there are any."""
    dialect = tx.dialect.name
    asked: object = json.dumps(request_ids) if dialect == "sqlite" else list(request_ids)
    rows = tx.exec_driver_sql(_OF_REQUESTS[dialect], (asked,))
    return {entry.request_id: entry for entry in (Entry(*row) for row in rows)}


def entry_of_decision(tx: Connection, decision_id: str) -> tuple[Entry, int] | None:
    """The entry of a decision and its place there; the first, should two ids meet. None where there is none."""
    row = tx.execute(_OF_DECISION, {"decision_id": decision_id}).first()
    return None if row is None else (Entry._make(row[:-1]), row[-1])


def last_about(tx: Connection, kind: str, key: str, most: int) -> list[Entry]:
    """The last entries about a fact, newest first."""
    found = tx.execute(_ABOUT.limit(most), {"kind": kind, "key": storable(key)})
    return [Entry(*row) for row in found]


def append(tx: Connection, entries: Sequence[Entry], marks: Marks) -> None:
    """Add entries, and by what they are found."""
    for table, rows in (
        (journal, entries),
        (journal_decisions, marks.decisions),
        (journal_subjects, [(kind, storable(key), number) for kind, key, number in marks.subjects]),
    ):
        if rows:
            tx.exec_driver_sql(_statement(insert(table), tx), list(rows))


def storable(key: str) -> str:
    """A key as PostgreSQL takes it, too: it knows no text with the character of number zero."""
    return key.replace("\0", "\\0") if "\0" in key else key


_STATEMENTS: dict[tuple[str, str], str] = {}


def _statement(made: Insert, tx: Connection) -> str:
    key = tx.dialect.name, made.table.name
    if key not in _STATEMENTS:
        names = [column.name for column in made.table.columns]
        mark = "?" if tx.dialect.name == "sqlite" else "%s"
        _STATEMENTS[key] = (
            f"INSERT INTO {made.table.name} ({', '.join(names)}) VALUES ({', '.join(mark for _ in names)})"
        )
    return _STATEMENTS[key]
