"""A database of a PostgreSQL server, for several processes on several machines."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from .database import Database
from .settings import CannotStart

__all__ = ["PostgresDatabase"]

_WRITES = "meed_writes"
_WAIT_SECONDS = 10
_LOCK = int.from_bytes(sha256(b"meed: the one who writes").digest()[:8], "big", signed=True)
_SESSION = {
    # Whatever the server says for others: a decision is on disk before it is acknowledged.
    "synchronous_commit": "on",
    "lock_timeout": f"{_WAIT_SECONDS}s",
    "statement_timeout": "60s",
    # A process that stops in the middle of a transaction must not keep all others from writing.
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "client_encoding": "UTF8",
}


class PostgresDatabase(Database):
    """A database of a server, by URL. Raises `CannotStart` where it cannot be used.

    Who writes holds an advisory lock until the commit; connections that were lost are made again when needed.
    """

    def __init__(self, url: str) -> None:
        try:
            named = make_url(url).set(drivername="postgresql+psycopg")
            self.name = named.database or "postgresql"
            options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
            self._engine = create_engine(
                named, pool_size=5, max_overflow=40, pool_pre_ping=True,
                connect_args={"connect_timeout": _WAIT_SECONDS, "options": options, "application_name": "meed"},
            )  # fmt: skip
            self._errors = (self._engine.dialect.loaded_dbapi.Error,)
        except (ArgumentError, ValueError):
            raise CannotStart("the URL of the database cannot be read: write `postgresql://USER@HOST/NAME`") from None
        except ModuleNotFoundError:
            raise CannotStart("PostgreSQL needs `psycopg`: run `pip install 'meed-engine[postgres]'`") from None
        event.listen(self._engine, "begin", _begun)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        self._must_keep_what_it_takes()

    def claim(self, tx: Connection, application: str) -> bool:
        """Make an empty schema that of an application; whether it is new. Raises `CannotStart` for another's."""
        mark = f"{application}_application"
        tables = {row[0] for row in tx.exec_driver_sql(_TABLES)}
        if not tables:
            tx.exec_driver_sql(f"CREATE TABLE {mark} (since timestamptz NOT NULL DEFAULT now())")
            return True
        if mark not in tables:
            raise CannotStart("this is the database of another program")
        return False

    def _must_keep_what_it_takes(self) -> None:
        try:
            with self._engine.begin() as tx:
                says = {name: tx.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("fsync", "server_encoding")}
        except SQLAlchemyError as error:
            self.close()
            words = str(getattr(error, "orig", None) or "it does not answer").strip().splitlines()
            raise CannotStart(f"{self.name}: the database cannot be reached ({words[0].strip()})") from None
        if says != {"fsync": "on", "server_encoding": "UTF8"}:
            self.close()
            found = ", ".join(f"{name} is {value}" for name, value in says.items())
            raise CannotStart(f"{self.name}: {found}, and `fsync` on and encoding UTF8 are needed")


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        # What is read after it is what the last writer left: at this level each statement sees all that is committed.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", _key())
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _key() -> Any:
    return (_LOCK,)
