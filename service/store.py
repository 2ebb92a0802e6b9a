"""The store of decisions: SQLite, one writer at a time, every commit on disk before it counts."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from ..engine.shares import SCALE
from .database import Database, StoreUnavailable, claim, is_new
from .settings import CannotStart
from .store_tables import SCHEMA, create_tables, service_facts

__all__ = ["Store", "StoreUnavailable"]

_SEED_BYTES = 32
_FIXED = {"schema": SCHEMA, "scale": str(SCALE)}
"""What cannot change under a store: its tables, and the fraction of a lead in which its credits are counted."""
_APPLICATION = int.from_bytes(b"meed", "big")


class Store(Database):
    """A database file, made where there is none, readable by its owner alone: it holds a secret.

    `seed`: the secret of random draws, made at the first start. `since`: the moment of that start (ISO 8601, UTC).
    Raises `CannotStart` for a file that is no store of this version.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        super().__init__(path)
        try:
            with self.writing() as tx:
                _refuse_strangers(tx)
                remembered = _remembered(tx, now)
        except (StoreUnavailable, CannotStart) as error:
            self.close()
            raise CannotStart(f"{path.name}: {error}; name another database, or restore this one") from None
        self.seed = bytes.fromhex(remembered["seed"])
        self.since = datetime.fromisoformat(remembered["since"])

    def probe(self) -> None:
        """Try to write, and take it back. Raises `StoreUnavailable`."""
        with self.writing() as tx:
            savepoint = tx.begin_nested()
            tx.execute(insert(service_facts).values(name="probe", value=""))
            savepoint.rollback()


def _refuse_strangers(tx: Connection) -> None:
    """A database of another program, or of another version of this one, is left as it is."""
    was_new = is_new(tx)
    claim(tx, _APPLICATION)
    if was_new:
        return
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
