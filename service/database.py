"""A SQLite database file: one writer at a time, every commit on disk before it counts."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .settings import CannotStart

__all__ = ["Database", "StoreUnavailable", "claim", "is_new"]

_WRITES = "meed_writes"
_WAIT_SECONDS = 10
_PRAGMAS = (
    "journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", "trusted_schema = OFF",
)  # fmt: skip


class StoreUnavailable(RuntimeError):
    """The database cannot be read or written now; nothing of the transaction happened."""


class Database:
    """A database file, made where there is none, readable by its owner alone.

    Raises `CannotStart` for a file that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity = _made(path)
        url = URL.create("sqlite+pysqlite", database=str(path))
        self._engine = create_engine(url, connect_args={"timeout": _WAIT_SECONDS}, pool_size=10, max_overflow=40)
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _begun)
        self._writer = self._engine.execution_options(**{_WRITES: True})

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

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def _must_be_there(self) -> None:
        """A file that was deleted or replaced would take commits that nobody ever finds again."""
        if _identity(self.path) != self._identity:
            raise StoreUnavailable("the database file was removed or replaced while it was in use: start again")


def is_new(tx: Connection) -> bool:
    """Whether the database has no tables."""
    return tx.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0


def claim(tx: Connection, application: int) -> None:
    """Make a new database that of an application. Raises `CannotStart` for one of another."""
    if is_new(tx):
        tx.exec_driver_sql(f"PRAGMA application_id = {application}")
    elif tx.exec_driver_sql("PRAGMA application_id").scalar_one() != application:
        raise CannotStart("this is the database of another program")


def _made(path: Path) -> tuple[int, int]:
    """The file, empty where it is new: it is private, so it is made before SQLite makes it for everybody."""
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


def _reason(error: SQLAlchemyError) -> str:
    """The database's own words, without statement and values."""
    return str(error.orig) if isinstance(error, DBAPIError) else "the database does not answer"
