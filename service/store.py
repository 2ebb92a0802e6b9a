"""The store: the database of the journal, with what the service remembers of itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from ..engine.turns.shares import SCALE
from .database import StoreUnavailable, open_database
from .journal.copying import Copied, copied
from .journal.schema import bring_up_to_date, must_be_up_to_date
from .journal.tables import service_facts
from .settings import CannotStart

__all__ = ["Store", "StoreUnavailable"]

_SEED_BYTES = 32
_APPLICATION = "meed"


class Store:
    """A store in a file or on a server. It holds a secret: whoever can read it can foresee draws.

    `seed`: the secret of random draws, made at the first start. `since`: the moment of that start (ISO 8601, UTC).
    `again`: how often the database was opened anew; what is remembered of it may be of an earlier one.
    Without `now` a store that is there is opened, and not changed. Raises `CannotStart` for what is no store of this
    version.
    """

    def __init__(self, place: str | Path, now: datetime | None = None) -> None:
        if now is None and _is_no_file(place):
            raise CannotStart(f"{place}: there is no store: name the one that `meed serve --db` was given")
        self._database = open_database(place)
        self.name, self._seen = self._database.name, 0
        try:
            remembered = self._opened() if now is None else self._founded(now)
        except (StoreUnavailable, CannotStart) as error:
            self.close()
            raise CannotStart(f"{self.name}: {error}; name another database, or restore this one") from None
        self.seed = bytes.fromhex(remembered["seed"])
        self.since = datetime.fromisoformat(remembered["since"])

    @property
    def again(self) -> int:
        """How often the database was opened anew."""
        return self._database.again

    @property
    def is_quick(self) -> bool:
        """Whether all but the commit is done without waiting, where nobody else writes."""
        return self._database.is_quick

    @contextmanager
    def writing(self, waits: bool = True) -> Generator[Connection]:
        """See `Database.writing`."""
        with self._database.writing(waits) as tx:
            self._must_be_the_same(tx)
            yield tx

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """See `Database.reading`."""
        with self._database.reading() as tx:
            self._must_be_the_same(tx)
            yield tx

    def tidy(self) -> None:
        """See `Database.tidy`."""
        self._database.tidy()

    def probe(self) -> None:
        """Try to write, and take it back. Raises `StoreUnavailable`."""
        with self.writing() as tx:
            savepoint = tx.begin_nested()
            tx.execute(insert(service_facts).values(name="probe", value=""))
            savepoint.rollback()

    def copy_to(self, place: str | Path, progress: Callable[[int, int | None], None]) -> Copied:
        """Copy all that is in the store into a new file, or a database that is empty, while others use it.

        Raises `CannotStart` for a place that holds something or cannot be opened, `StoreUnavailable`; then nothing
        is left there.
        """
        is_new_file = _is_no_file(place)
        target = open_database(place)
        try:
            with self.reading() as source, target.writing() as tx:
                if not target.claim(tx, _APPLICATION):
                    raise CannotStart("it holds a store already: name a new file, or an empty database")
                bring_up_to_date(tx, is_new=True)
                return copied(source, tx, progress)
        except (CannotStart, StoreUnavailable):
            if is_new_file:
                target.close()
                Path(place).unlink(missing_ok=True)
            raise
        finally:
            target.close()

    def close(self) -> None:
        """Give the database back."""
        self._database.close()

    def _opened(self) -> dict[str, str]:
        with self._database.reading() as tx:
            must_be_up_to_date(tx)
            return _checked(_all(tx))

    def _founded(self, now: datetime) -> dict[str, str]:
        with self._database.writing() as tx:
            bring_up_to_date(tx, is_new=self._database.claim(tx, _APPLICATION))
            found = _all(tx)
            if not found:
                seed = secrets.token_bytes(_SEED_BYTES).hex()
                found = {"scale": str(SCALE), "seed": seed, "since": now.isoformat()}
                tx.execute(insert(service_facts), [{"name": name, "value": value} for name, value in found.items()])
            return _checked(found)

    def _must_be_the_same(self, tx: Connection) -> None:
        """A database that came in the place of ours is ours where it has its seed."""
        if self._seen != (again := self._database.again):
            if _all(tx).get("seed") != self.seed.hex():
                raise StoreUnavailable("another database has come in the place of the store: put it back")
            self._seen = again


def _is_no_file(place: str | Path) -> bool:
    return "://" not in str(place) and not Path(place).is_file()


def _all(tx: Connection) -> dict[str, str]:
    return {str(row.name): str(row.value) for row in tx.execute(select(service_facts))}


def _checked(found: dict[str, str]) -> dict[str, str]:
    if (scale := found.get("scale")) != str(SCALE):
        raise CannotStart(f"this is a store of credits in 1/{scale} of a lead, and 1/{SCALE} is needed")
    return found
