"""Databases: one writer at a time, every commit on disk before it counts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .settings import CannotStart

__all__ = ["Database", "Occupied", "StoreUnavailable", "open_database", "reason"]


class StoreUnavailable(RuntimeError):
    """The database cannot be read or written now: the same request may be sent again."""


class Occupied(Exception):
    """Others write, or it has to be waited for even if nobody does."""


class Database(ABC):
    """A database as its users see it: transactions that read, and transactions of which one at a time writes.

    `name`: what it is called in messages, without any secret. `again`: how often it had to be opened anew; whoever
    remembers something of it looks again when this has changed.
    """

    name: str
    again: int = 0
    is_quick: bool = False
    """Whether all but the commit is done without waiting, where nobody else writes."""
    _errors: tuple[type[Exception], ...] = ()
    """What the driver raises, for those who use its own connection."""
    _engine: Engine
    _writer: Engine

    @contextmanager
    def writing(self, waits: bool = True) -> Generator[Connection]:
        """A transaction that alone may write; on disk when the block is left. Raises `StoreUnavailable`.

        It waits until nobody else writes, or raises `Occupied`. Where the commit itself fails, it may have been made
        or not: read before you write again. The block may be left by another thread than it was entered by.
        """
        if not waits:
            raise Occupied
        self._look()
        try:
            with self._writer.begin() as tx:
                self._must_be_there()
                yield tx
                self._must_be_there()
        except (SQLAlchemyError, *self._errors) as error:
            raise StoreUnavailable(reason(error)) from error

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one state of the database. Raises `StoreUnavailable`."""
        self._look()
        self._must_be_there()
        try:
            with self._engine.begin() as tx:
                yield tx
        except (SQLAlchemyError, *self._errors) as error:
            raise StoreUnavailable(reason(error)) from error

    def tidy(self) -> None:  # noqa: B027 - a server does so by itself
        """Do now and then, beside those who write, what they would have to wait for otherwise. Raises nothing."""

    def close(self) -> None:
        """Give it back."""
        self._engine.dispose()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @abstractmethod
    def claim(self, tx: Connection, application: str) -> bool:
        """Make a new database that of an application (a word of four letters); whether it is new.

        Raises `CannotStart` for the database of another program.
        """

    def _look(self) -> None:  # noqa: B027 - most need not
        """Notice what happened to the database meanwhile."""

    def _must_be_there(self) -> None:  # noqa: B027 - most always are
        """Raises `StoreUnavailable` where commits would go where nobody ever finds them."""


def open_database(place: str | Path) -> Database:
    """The database of a file, or of a URL `postgresql://...`. Raises `CannotStart`."""
    text = str(place)
    if text.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        from .postgres import PostgresDatabase

        return PostgresDatabase(text)
    scheme, mark, rest = text.partition("://")
    if mark and scheme != "sqlite":
        raise CannotStart(f"`{scheme}` is no database that can be used: name a file, or `postgresql://...`")
    from .sqlite_file import SqliteFile

    return SqliteFile(Path(rest.removeprefix("/") if mark else text))


def reason(error: Exception) -> str:
    """The database's own words in one line, without statement and values."""
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return "the database does not answer"
    lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return lines[0].strip() if lines else "the database does not answer"
