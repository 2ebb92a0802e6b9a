"""A database in a file: SQLite, written ahead, every commit on disk before it counts."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from .database import Database, Occupied, StoreUnavailable, reason
from .settings import CannotStart

__all__ = ["SqliteFile", "claim", "is_new"]

_WRITES = "meed_writes"
_STAYS = "meed_stays"
_WAIT_SECONDS = 10
_MOST_AHEAD = 4_000
"""So many pages are written ahead before those who write have to wait for the file: 64 MB."""
_PRAGMAS = (
    "page_size = 16384",  # of a new file: several decisions a page, and a quarter of the pages to write as by default
    "journal_mode = WAL",
    "synchronous = FULL",
    "fullfsync = ON",
    "wal_autocheckpoint = 20000",  # pages: see `tidy`, which comes long before
    "foreign_keys = ON",
    "trusted_schema = OFF",
)


_COPY = "PRAGMA wal_checkpoint(PASSIVE)"


class SqliteFile(Database):
    """A database file, made where there is none, readable by its owner alone.

    Whoever writes has a connection that stays open: to take one out of the pool, begin and give it back takes twice as
    long. Another thread that writes meanwhile takes one of the pool, and waits for the file's own lock.
    A file that was removed takes no commits until it is back; one that was replaced is opened anew.
    Raises `CannotStart` for a file that cannot be opened.
    """

    _errors = (sqlite3.Error,)
    is_quick = True

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self._identity = _made(path)
        # Only a file that is there is opened: a new empty one would stand in the way of the one that comes back.
        url = f"sqlite+pysqlite:///file:{quote(str(path.absolute()))}?mode=rw&uri=true"
        self._engine = create_engine(url, connect_args={"timeout": _WAIT_SECONDS}, pool_size=10, max_overflow=40)
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _begun)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        self._one = Lock()
        self._open: Connection | None = None
        self._opened = self._identity
        self._is_behind = False

    @contextmanager
    def writing(self, waits: bool = True) -> Generator[Connection]:
        """See `Database.writing`."""
        if not self._one.acquire(blocking=False):
            with super().writing(waits) as tx:
                yield tx
            return
        try:
            self._look()
            with self._turn(waits) as tx:
                self._must_be_there()
                yield tx
                self._must_be_there()
        except (SQLAlchemyError, sqlite3.Error) as error:
            self._shut()
            raise StoreUnavailable(reason(error)) from error
        finally:
            self._one.release()

    @contextmanager
    def _turn(self, waits: bool) -> Generator[Connection]:
        if self._opened != self._identity:
            self._shut()
        if self._open is None:
            self._opened = self._identity
            self._open = self._engine.connect().execution_options(**{_STAYS: True})
            self._open.begin()  # for the layer above one transaction without end; those of the file are begun below
            self._open.exec_driver_sql("PRAGMA busy_timeout = 0")
        driver: Any = self._open.connection.driver_connection
        _begin(driver, waits)
        try:
            yield self._open
            self._engine.dialect.do_commit(driver)
        except BaseException:
            driver.rollback()
            raise
        if self._is_behind:
            self._is_behind = False
            with suppress(sqlite3.Error):  # what was committed is on disk, and will be tried again
                driver.execute(_COPY)

    def tidy(self) -> None:
        """Copy what was written ahead into the file proper, beside whoever writes.

        SQLite would do it at the end of a commit, which then takes fifty times as long. The last few pages are left to
        whoever commits next: only where nothing is left does writing ahead begin from the start of its file again.
        """
        if _identity(self.path) != self._identity:
            return
        with suppress(SQLAlchemyError, sqlite3.Error):  # it is tried again
            raw = self._engine.raw_connection()
            try:
                driver: Any = raw.driver_connection
                _, ahead, _ = driver.execute(_COPY).fetchone()
                self._is_behind = ahead > _MOST_AHEAD
            finally:
                raw.close()

    def close(self) -> None:
        """Give it back."""
        with self._one:
            self._shut()
        super().close()

    def _shut(self) -> None:
        """Begin with a new connection next time."""
        if self._open is not None:
            self._open.invalidate()
            self._open.close()
            self._open = None

    def claim(self, tx: Connection, application: str) -> bool:
        """Make a new file that of an application; whether it is new. Raises `CannotStart` for another's."""
        was_new = is_new(tx)
        claim(tx, int.from_bytes(application.encode(), "big"))
        return was_new

    def _look(self) -> None:
        found = _identity(self.path)
        if found is not None and found != self._identity:
            self._engine.dispose()
            self._identity = found
            self.again += 1

    def _must_be_there(self) -> None:
        """A file that was deleted or replaced would take commits that nobody ever finds again."""
        if _identity(self.path) != self._identity:
            raise StoreUnavailable("the database file was removed or replaced while it was in use: put it back")


def is_new(tx: Connection) -> bool:
    """Whether a file has no tables."""
    return tx.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0


def claim(tx: Connection, application: int) -> None:
    """Make a new file that of an application. Raises `CannotStart` for one of another."""
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


def _begin(driver: Any, waits: bool) -> None:
    """Take the lock of the file with a connection that does not wait for it by itself."""
    try:
        driver.execute("BEGIN IMMEDIATE")
        return
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    if not waits:
        raise Occupied
    driver.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}")
    try:
        driver.execute("BEGIN IMMEDIATE")
    finally:
        driver.execute("PRAGMA busy_timeout = 0")


def _begun(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_STAYS, False):
        return
    # A writer takes the lock at once: one that upgraded later could find that what it read is no longer so.
    writes = options.get(_WRITES, False)
    # By the driver itself: the layer above takes longer to say so than everything else that a small commit needs.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
