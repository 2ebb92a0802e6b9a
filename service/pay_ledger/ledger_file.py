"""The file of a pay ledger: entries are read, and added in one transaction; nothing in it is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ...dsl import SourceFile, check
from ...dsl import checked as c
from ...engine.pay_ledger.chain import BEGINNING, Entry, Head, broken_links, sealed
from ...engine.pay_ledger.entries import Record
from ...engine.pay_ledger.refusal import Refused
from ...engine.pay_ledger.standing import replayed
from ..clock import system_clock
from ..database import Database, StoreUnavailable
from ..settings import CannotStart
from ..sqlite_file import SqliteFile, claim, is_new
from ..stopped import Findings, WrongUse
from .tables import APPLICATION, SCHEMA, create_tables, entries, policies

__all__ = ["LedgerFile", "found_ledger", "open_ledger"]

_ROWS_AT_ONCE = 1_000
_COLUMNS = [entries.c[field.name] for field in fields(Entry)]


class LedgerFile:
    """An open ledger: its entries, and where they stand.

    What `add` was given is in the file when it returns; before that, nothing of it is.
    """

    def __init__(self, database: Database, read: Sequence[Entry]) -> None:
        self._database = database
        self._head = read[-1].head if read else BEGINNING
        self.entries = tuple(read)
        self.broken = broken_links(read)
        self.standing, unsound = replayed(read)
        self.problems = [*self.broken, *unsound]

    @property
    def head(self) -> Head:
        """The last entry."""
        return self._head

    def add(self, records: Sequence[Record], policy: c.Policy | None = None) -> int:
        """Add entries, in one transaction; how many. `policy` is kept with its text.

        Raises `Findings` where somebody else has added entries meanwhile.
        """
        for record in records:
            self.standing.apply(record)
        made = sealed(records, self._head, system_clock().astimezone(UTC).isoformat(timespec="seconds"))
        with self._database.writing() as tx:
            if _head(tx) != self._head:
                raise Findings("the ledger was written to meanwhile", "run the command again: nothing was added")
            if policy is not None:
                _remember(tx, policy)
            for start in range(0, len(made), _ROWS_AT_ONCE):
                rows = [asdict(entry) for entry in made[start : start + _ROWS_AT_ONCE]]
                tx.execute(insert(entries), rows)
        self._head = made[-1].head if made else self._head
        return len(made)

    def policy(self, hash_: str) -> c.Policy:
        """A policy that closed a period, from its text. Raises `Findings` where that is not what it was.

        Another version of meed may give it another hash.
        """
        text = next(period.text for period in self.standing.closed if period.policy == hash_)
        with self._database.reading() as tx:
            row = tx.execute(select(policies).where(policies.c.text == text)).first()
        if row is None or _digest(str(row.source)) != text:
            raise Findings(
                f"policy {hash_[:12]}, which closed a period, is not in the ledger as it was",
                "restore the ledger from a copy, or `--restate` the periods that it closed",
            )
        found = check(SourceFile(str(row.file), str(row.source))).policy
        if found is None:
            raise Findings(
                f"policy {hash_[:12]}, which closed a period, has errors for this version of meed",
                "use the version that closed it, or `--restate` the periods that it closed",
            )
        return found

    def unreadable_policies(self) -> list[str]:
        """A line for each policy of a closed period that is not in the file as it was."""
        found: list[str] = []
        for hash_ in sorted({period.policy for period in self.standing.closed}):
            try:
                self.policy(hash_)
            except Findings as problem:
                found.append(problem.message)
        return found


def _head(tx: Connection) -> Head:
    row = tx.execute(select(entries.c.number, entries.c.hash).order_by(entries.c.number.desc()).limit(1)).first()
    return BEGINNING if row is None else Head(row[0], row[1])


def _remember(tx: Connection, policy: c.Policy) -> None:
    row = {
        "text": _digest(policy.source.text), "hash": policy.hash, "name": policy.name, "version": policy.version,
        "file": policy.source.name, "source": policy.source.text,
    }  # fmt: skip
    tx.execute(upsert(policies).values(row).on_conflict_do_nothing())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(tx: Connection) -> list[Entry]:
    return [Entry(*row) for row in tx.execute(select(*_COLUMNS).order_by(entries.c.number))]


@contextmanager
def found_ledger(path: Path) -> Generator[LedgerFile]:
    """A new ledger, without entries. Raises `WrongUse` where there is a file that is not empty."""
    if path.exists() and path.stat().st_size and not _is_unfinished(path):
        raise WrongUse(f"{path} is there already", "name another file with `--ledger`, or go on with this one")
    with _said(path):
        database = SqliteFile(path)
        try:
            with database.writing() as tx:
                claim(tx, APPLICATION)
                create_tables(tx)
            yield LedgerFile(database, [])
        finally:
            database.close()


def _is_unfinished(path: Path) -> bool:
    """Whether a ledger was begun and never got an entry, because something stopped it."""
    return _opened(path, lambda tx: is_new(tx) or (_is_ledger(tx) and _head(tx) == BEGINNING))


def _opened(path: Path, ask: Callable[[Connection], bool]) -> bool:
    with _said(path):
        database = SqliteFile(path)
        try:
            with database.reading() as tx:
                return ask(tx)
        finally:
            database.close()


def _is_ledger(tx: Connection) -> bool:
    return tx.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION


@contextmanager
def open_ledger(path: Path, *, sound: bool = True) -> Generator[LedgerFile]:
    """The ledger in a file. Raises `WrongUse` where there is none, `Findings` where it does not hold (if `sound`)."""
    if not path.is_file():
        raise WrongUse(f"{path}: there is no ledger", "make one with `meed ledger init`, or name it with `--ledger`")
    with _said(path):
        database = SqliteFile(path)
        try:
            with database.reading() as tx:
                _must_be_ours(tx)
                found = LedgerFile(database, _read(tx))
            if not found.entries:
                raise WrongUse(f"{path}: the ledger has no entries", "make it with `meed ledger init`")
            if sound and found.problems:
                raise Findings(
                    f"{path}: the ledger does not hold", "restore it from a copy; nothing was done", found.problems[:20]
                )
            yield found
        finally:
            database.close()


def _must_be_ours(tx: Connection) -> None:
    if not _is_ledger(tx):
        raise CannotStart("this is no pay ledger")
    version = tx.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version != SCHEMA:
        raise CannotStart(f"this is a ledger of version {version}, and {SCHEMA} is needed")


@contextmanager
def _said(path: Path) -> Generator[None]:
    """What the database and the domain refuse, as a command says it."""
    try:
        yield
    except Refused as refused:
        raise WrongUse(refused.problem, refused.help) from None
    except CannotStart as problem:
        raise WrongUse(f"{path}: {problem}", "name a ledger with `--ledger`") from None
    except StoreUnavailable as problem:
        raise Findings(f"{path}: {problem}", "run the command again: nothing was added") from None
