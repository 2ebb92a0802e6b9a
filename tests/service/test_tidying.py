"""What was written ahead gets into the file proper beside those who write, and no commit waits for all of it."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from meed.service import sqlite_file
from meed.service.database import StoreUnavailable
from meed.service.journal import tidying
from meed.service.journal.tidying import Tidying
from meed.service.sqlite_file import SqliteFile

from .api import PATTERN, Office, reps

PAGE = 16_384
MOST = 20


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteFile]:
    monkeypatch.setattr(sqlite_file, "_MOST_AHEAD", MOST)
    with closing(SqliteFile(tmp_path / "some.sqlite")) as made:
        with made.writing() as tx:
            tx.execute(text("CREATE TABLE rows (number INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT"))
        yield made


def write(file: SqliteFile, start: int) -> None:
    """Five rows in one commit."""
    with file.writing() as tx:
        add(tx, start)


def add(tx: Connection, start: int) -> None:
    """Five rows of a page each."""
    for number in range(start, start + 5):
        tx.execute(text("INSERT INTO rows VALUES (:number, :what)"), {"number": number, "what": "x" * (PAGE - 100)})


def in_file_alone(file: SqliteFile, folder: Path) -> int:
    """How many rows somebody finds who has the file without what was written ahead."""
    alone = folder / "alone.sqlite"
    alone.write_bytes(file.path.read_bytes())
    with closing(sqlite3.connect(alone)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
        return opened.execute("SELECT count(*) FROM rows").fetchone()[0]


def ahead(file: SqliteFile) -> int:
    """The bytes of what was written ahead."""
    return Path(f"{file.path}-wal").stat().st_size


def test_what_was_written_ahead_gets_into_the_file(file: SqliteFile, tmp_path: Path) -> None:
    file.tidy()
    write(file, 0)
    assert in_file_alone(file, tmp_path) == 0
    file.tidy()
    assert in_file_alone(file, tmp_path) == 5


def test_it_goes_on_beside_a_transaction_that_nobody_has_ended(file: SqliteFile, tmp_path: Path) -> None:
    write(file, 0)
    with file.writing() as tx:
        tx.execute(text("INSERT INTO rows VALUES (100, 'on the way')"))
        began = time.monotonic()
        file.tidy()
        assert time.monotonic() - began < 5  # exact: fraction
        assert in_file_alone(file, tmp_path) == 5
    file.tidy()
    assert in_file_alone(file, tmp_path) == 6


def test_what_is_written_ahead_does_not_grow_without_end_where_somebody_always_writes(file: SqliteFile) -> None:
    for start in range(0, 600, 5):
        with file.writing() as tx:
            if start % 25 == 0:
                file.tidy()
            add(tx, start)
    assert MOST * PAGE < ahead(file) < 3 * MOST * PAGE


def test_it_grows_where_nobody_tidies(file: SqliteFile) -> None:
    for start in range(0, 600, 5):
        write(file, start)
    assert ahead(file) > 600 * PAGE


@pytest.mark.parametrize("is_back", [True, False])
def test_a_file_that_was_taken_away_is_left_alone(file: SqliteFile, is_back: bool) -> None:
    write(file, 0)
    elsewhere = file.path.with_name("elsewhere.sqlite")
    file.path.rename(elsewhere)
    file.tidy()
    assert not file.path.exists()
    if is_back:
        elsewhere.rename(file.path)
        file.tidy()
        write(file, 5)
        with file.reading() as tx:
            assert tx.execute(text("SELECT count(*) FROM rows")).scalar_one() == 10
    else:
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            write(file, 5)


def test_a_commit_counts_though_the_file_cannot_be_brought_up_to_date(
    file: SqliteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in range(0, 50, 5):
        write(file, start)
    file.tidy()
    monkeypatch.setattr(sqlite_file, "_COPY", "PRAGMA nothing of the kind")
    write(file, 50)
    file.tidy()
    with file.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM rows")).scalar_one() == 55


class Noted:
    """A store that counts how often it was tidied."""

    def __init__(self) -> None:
        self.times = 0

    def tidy(self) -> None:
        self.times += 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "_SECONDS_BETWEEN_LOOKS", 0.001)  # exact: fraction
    monkeypatch.setattr(tidying, "_MOST_ENTRIES", 10)


@pytest.mark.usefixtures("quick")
def test_a_store_is_tidied_after_so_many_entries_and_left_alone_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "_MOST_LOOKS", 1_000_000)
    store: Any = Noted()
    entries: list[int] = []
    with closing(Tidying(store, entries.__len__)):
        for times in range(1, 4):
            entries.extend(range(10))
            soon(partial(is_tidied, store, times))
        entries.extend(range(9))
        time.sleep(0.05)  # exact: fraction
        assert store.times == 3


@pytest.mark.usefixtures("quick")
def test_a_store_is_tidied_some_time_after_the_last_entry_and_then_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "_MOST_LOOKS", 5)
    store: Any = Noted()
    entries: list[int] = []
    with closing(Tidying(store, entries.__len__)):
        time.sleep(0.05)  # exact: fraction
        assert store.times == 0
        entries.append(0)
        soon(partial(is_tidied, store, 1))
        time.sleep(0.05)  # exact: fraction
        assert store.times == 1


def is_tidied(store: Noted, times: int) -> bool:
    return store.times == times


def soon(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)  # exact: fraction


@pytest.mark.usefixtures("quick")
def test_a_service_tidies_its_store_and_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "_MOST_AHEAD", 3)
    keys = [f"L{number}" for number in range(70)]
    with office.client() as client:
        assert reps(client, keys) == PATTERN * 10
        assert 0 < Path(f"{office.database}-wal").stat().st_size < 70 * PAGE  # 110 where nobody tidies
    assert office.decisions() == 70
    assert office.findings() == []
