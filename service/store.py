"""The store: SQLite, one writer at a time, every commit on disk before it counts."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..engine.shares import SCALE
from .settings import CannotStart
from .store_tables import SCHEMA, create_tables, service_facts

__all__ = ["Store", "StoreUnavailable"]

_WRITES = "meed_writes"
_WAIT_SECONDS = 10
_SEED_BYTES = 32
_PRAGMAS = (
    "journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", "trusted_schema = OFF",
)  # fmt: skip
_FIXED = {"schema": SCHEMA, "scale": str(SCALE)}
"""What cannot change under a store: its tables, and the fraction of a lead in which its credits are counted."""
_APPLICATION = int.from_bytes(b"meed", "big")


class StoreUnavailable(RuntimeError):
    """The database cannot be read or written now; nothing of the transaction happened."""


class Store:
    """A database file, made where there is none, readable by its owner alone.

    `seed`: the secret of random draws, made at the first start. `since`: the moment of that start (ISO 8601, UTC).
    Raises `CannotStart` for a file that is no store of this version.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = path
        self._identity = _made(path)
        url = URL.create("sqlite+pysqlite", database=str(path))
        self._engine = create_engine(url, connect_args={"timeout": _WAIT_SECONDS}, pool_size=10, max_overflow=40)
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _begun)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        try:
            with self.writing() as tx:
                _refuse_strangers(tx)
                remembered = _remembered(tx, now)
        except (StoreUnavailable, CannotStart) as error:
            self._engine.dispose()
            raise CannotStart(f"{path.name}: {error}; name another database, or restore this one") from None
        self.seed = bytes.fromhex(remembered["seed"])
        self.since = datetime.fromisoformat(remembered["since"])

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that alone may write; on disk when the block is left. Raises `StoreUnavailable`."""
        try:
            with self._writer.begin() as tx:
                self._must_be_there()
                yield tx
                self._must_be_there()
        except SQLAlchemyError as error:
            raise StoreUnavailable(_reason(error)) from error

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one state of the database. Raises `StoreUnavailable`."""
        self._must_be_there()
        try:
            with self._engine.begin() as tx:
                yield tx
        except SQLAlchemyError as error:
            raise StoreUnavailable(_reason(error)) from error

    def probe(self) -> None:
        """Try to write, and take it back. Raises `StoreUnavailable`."""
        with self.writing() as tx:
            savepoint = tx.begin_nested()
            tx.execute(insert(service_facts).values(name="probe", value=""))
            savepoint.rollback()

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def _must_be_there(self) -> None:
        """A file that was deleted or replaced would take commits that nobody ever finds again."""
        if _identity(self.path) != self._identity:
            raise StoreUnavailable("the database file was removed or replaced while the service ran: restart it")


def _made(path: Path) -> tuple[int, int]:
    """The file, empty where it is new: it holds a secret, so it is made before SQLite makes it for everybody."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR))
    except OSError as error:
        problem = (error.strerror or "it cannot be opened").lower()
        raise CannotStart(f"{path}: the database cannot be opened ({problem}): check the folder") from None
    found = _identity(path)
    assert found is not None
    return found


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: Connection) -> None:
    # A writer takes the lock at once: one that upgraded later could find that what it read is no longer so.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_strangers(tx: Connection) -> None:
    """A database of another program, or of another version of this one, is left as it is."""
    is_new = tx.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0
    if is_new:
        tx.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION}")
    elif tx.exec_driver_sql("PRAGMA application_id").scalar_one() != _APPLICATION:
        raise CannotStart("this is the database of another program")
    else:
        remembered = _all(tx)
        for name, needed in _FIXED.items():
            if (found := remembered.get(name)) != needed:
                raise CannotStart(f"this is a store of {name} {found}, and {needed} is needed")


def _remembered(tx: Connection, now: datetime) -> dict[str, str]:
    create_tables(tx)
    found = _all(tx)
    if not found:
        fresh = {**_FIXED, "seed": secrets.token_bytes(_SEED_BYTES).hex(), "since": now.isoformat()}
        tx.execute(insert(service_facts), [{"name": name, "value": value} for name, value in fresh.items()])
        found = _all(tx)
    return found


def _all(tx: Connection) -> dict[str, str]:
    return {str(row.name): str(row.value) for row in tx.execute(select(service_facts))}


def _reason(error: SQLAlchemyError) -> str:
    """The database's own words, without statement and values."""
    return str(error.orig) if isinstance(error, DBAPIError) else "the database does not answer"
