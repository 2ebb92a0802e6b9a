"""The store is the same in SQLite and in PostgreSQL: what was acknowledged is there, whatever happens to it."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from sqlite3 import dbapi2
from typing import Any

import pytest
from sqlalchemy import text

from meed.service.database import StoreUnavailable, open_database
from meed.service.settings import CannotStart
from meed.service.store import Store

from .api import PATTERN, REPS, Office, TestClient, ask, lead, reps
from .postgres import running_server

KEYS = [f"L{number}" for number in range(28)]


def execute(office: Office, *statements: str) -> None:
    database = open_database(office.place or office.database)
    try:
        with database.writing() as tx:
            for statement in statements:
                tx.execute(text(statement))
    finally:
        database.close()


def test_decisions_go_on_after_a_restart(stored: Office) -> None:
    answers: list[Any] = []
    for start in range(0, 14, 4):
        with stored.client() as client:
            answers += [ask(client, key) for key in KEYS[start : min(start + 4, 14)]]
    assert "".join(answer.json()["rep"] for answer in answers) == PATTERN * 2
    with stored.client() as client:
        assert [ask(client, key).content for key in KEYS[:14]] == [answer.content for answer in answers]
    assert stored.decisions() == 14
    assert stored.findings() == []


def test_many_processes_share_one_rotation(stored: Office) -> None:
    """Each has a fold of its own, and folds in what the others have recorded."""
    with stored.client() as one, stored.client() as two, stored.client() as three, ThreadPoolExecutor(6) as pool:
        clients = [one, two, three]
        answers = list(pool.map(lambda place: ask(clients[place % 3], KEYS[place]).json(), range(28)))
        again = list(pool.map(lambda place: ask(clients[(place + 1) % 3], KEYS[place]).json(), range(28)))
        assert again == answers
        explained = [one.get(f"/v1/decisions/{said['decision_id']}?explain=full").json() for said in answers]
    in_order = sorted(explained, key=lambda said: said["sequence"])
    assert "".join(said["rep"] for said in in_order) == PATTERN * 4
    assert stored.findings() == []


def test_a_process_started_with_other_files_says_so_to_the_others(stored: Office) -> None:
    with stored.client() as first:
        assert reps(first, KEYS[:3]) == "aab"
        stored.files = {"rep": REPS.replace("b,1,1000", "b,1,0")}
        with stored.client() as second:
            assert "b" not in reps(second, KEYS[3:6])
            assert "b" not in reps(first, KEYS[6:20])
    assert stored.findings() == []


def test_a_restart_with_the_same_files_records_nothing(stored: Office) -> None:
    for _ in range(3):
        with stored.client() as client:
            full = client.get(f"/v1/decisions/{ask(client, 'L0').json()['decision_id']}?explain=full").json()
    assert full["log"]["number"] == 2
    with stored.client() as client:
        ask(client, "L1")
    assert stored.decisions() == 2


@pytest.mark.parametrize("table", ["journal", "kept_policies", "kept_files"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_nothing_can_be_changed(stored: Office, table: str, statement: str) -> None:
    with stored.client() as client:
        ask(client, "L0")
    column = {"kept_policies": "name", "kept_files": "hash", "journal": "outcome"}.get(table, "number")
    with pytest.raises(StoreUnavailable, match="append-only"):
        execute(stored, statement.format(table, column, column))


# --- versions ------------------------------------------------------------------------------------------------


def test_a_store_of_a_newer_version_is_left_alone(stored: Office) -> None:
    with stored.client() as client:
        ask(client, "L0")
    execute(stored, "UPDATE meed_schema SET version_num = '9999'")
    with pytest.raises(CannotStart, match="this is a store of schema 9999, made by a newer meed"):
        stored.client()
    with pytest.raises(CannotStart, match="schema 9999"):
        Store(stored.place or stored.database)
    execute(stored, "UPDATE meed_schema SET version_num = '0003'")
    with stored.client() as client:
        assert ask(client, "L1").json()["rep"] == "a"


def test_a_store_of_an_earlier_version_is_brought_up_to_date(stored: Office) -> None:
    with stored.client() as client:
        answers = [ask(client, key).content for key in KEYS[:4]]
    is_file = stored.place is None
    execute(
        stored,
        "DROP INDEX journal_plans",
        "CREATE UNIQUE INDEX journal_request_id_key ON journal (request_id)"
        if is_file
        else "ALTER TABLE journal ADD CONSTRAINT journal_request_id_key UNIQUE (request_id)",
        "CREATE TABLE journal_subjects (kind text, key text, number integer)",
        "UPDATE meed_schema SET version_num = '0002'",
    )
    with stored.client() as client:
        assert [ask(client, key).content for key in KEYS[:4]] == answers
        assert reps(client, KEYS[4:7]) == PATTERN[4:7]
    assert stored.findings() == []
    with pytest.raises(StoreUnavailable, match="append-only"):
        execute(stored, "DELETE FROM journal")
    with pytest.raises(StoreUnavailable, match="journal_subjects"):
        execute(stored, "SELECT * FROM journal_subjects")


def test_a_store_from_before_all_migrations_is_left_alone(stored: Office) -> None:
    with stored.client() as client:
        ask(client, "L0")
    execute(stored, "DROP TABLE meed_schema")
    with pytest.raises(CannotStart, match="of an early version"):
        stored.client()


def test_a_database_of_another_program_is_left_alone(postgres: Any, office: Office) -> None:
    office.place = postgres.database()
    execute(office, "CREATE TABLE customers (name text)")
    with pytest.raises(CannotStart, match="this is the database of another program"):
        office.client()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", "none: the database cannot be reached"),
        ("postgresql://here:port/it", "the URL of the database cannot be read"),
        ("mysql://there/it", "`mysql` is no database that can be used"),
    ],
)
def test_a_database_that_cannot_be_used_stops_the_start(office: Office, place: str, words: str) -> None:
    office.place = place
    with pytest.raises(CannotStart) as caught:
        office.client()
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


# --- failures ------------------------------------------------------------------------------------------------


def refused(client: TestClient, key: str) -> str:
    answer = ask(client, key)
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["type"] == "urn:meed:problem:store-unavailable"
    return answer.json()["detail"]


def test_a_server_that_went_away_and_came_back_needs_no_hands(office: Office) -> None:
    with running_server() as server:
        office.place = server.database()
        with office.client() as client:
            assert reps(client, KEYS[:3]) == "aab"
            server.kill()
            for key in KEYS[3:5]:
                assert "secret" not in refused(client, key)
            assert client.get("/readyz").status_code == 503
            server.start()
            assert reps(client, KEYS[:7]) == PATTERN
            assert client.get("/readyz").status_code == 200
        assert office.findings() == []


def test_a_file_that_was_moved_and_came_back_needs_no_hands(office: Office) -> None:
    elsewhere = office.folder / "elsewhere.sqlite"
    with office.client() as client:
        assert reps(client, KEYS[:3]) == "aab"
        office.database.rename(elsewhere)
        assert "removed or replaced" in refused(client, "L3")
        assert not office.database.exists()
        elsewhere.rename(office.database)
        assert reps(client, KEYS[:7]) == PATTERN
    assert office.findings() == []


def test_a_copy_that_came_in_the_place_of_the_file_is_read_anew(office: Office) -> None:
    with office.client() as client:
        assert reps(client, KEYS[:2]) == "aa"
    copy = office.folder / "copy.sqlite"
    shutil.copy(office.database, copy)
    with office.client() as client:
        assert reps(client, KEYS[2:4]) == "ba"
        copy.rename(office.database)  # a backup: it has two of the four
        for left in office.folder.glob("decisions.sqlite-*"):
            left.unlink()
        assert reps(client, KEYS[:7]) == PATTERN
    assert office.findings() == []


def move(file: Path, to: Path) -> None:
    """Moves a database with the files that belong to it."""
    for part in ("", "-wal", "-shm"):
        Path(f"{file}{part}").rename(f"{to}{part}")


def test_a_store_of_another_service_takes_no_decisions(office: Office, tmp_path_factory: Any) -> None:
    other = Office(tmp_path_factory.mktemp("other"))
    with other.client() as client:
        ask(client, "M0")
    with office.client() as client:
        assert reps(client, KEYS[:3]) == "aab"
        move(office.database, office.folder / "own.sqlite")
        shutil.copy(other.database, office.database)
        assert "another database has come in the place of the store" in refused(client, "L3")
        move(office.folder / "own.sqlite", office.database)
        assert reps(client, KEYS[:7]) == PATTERN


def test_a_full_disk_is_said_and_got_over(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[int] = []
    real = sqlite3.connect

    def connect(*args: Any, **named: Any) -> Any:
        """The database may not grow beyond the last limit, as on a disk that is full."""
        made = real(*args, **named)
        if limits:
            made.execute(f"PRAGMA max_page_count = {limits[-1]}")
        return made

    big = {"source": "x" * 3_000}
    with office.client() as client:
        assert reps(client, KEYS[:1]) == "a"
    with closing(real(office.database)) as database:
        limits.append(database.execute("PRAGMA page_count").fetchone()[0] + 3)
    monkeypatch.setattr(dbapi2, "connect", connect)
    with office.client() as client:
        answers = [ask(client, key, **big) for key in KEYS[1:14]]
        assert {answer.status_code for answer in answers} == {200, 503}
        full = [answer for answer in answers if answer.status_code == 503]
        assert "database or disk is full" in full[0].json()["detail"]
        assert client.get("/v1/decisions/" + answers[0].json()["decision_id"]).status_code == 200
        limits.append(100_000)
        for _ in range(2):  # connections that are open have the old limit
            client.app.state.desk.store._database._engine.dispose()  # pyright: ignore
        again = [ask(client, KEYS[0]), *(ask(client, key, **big) for key in KEYS[1:14])]
        assert "".join(answer.json()["rep"] for answer in again) == PATTERN * 2
    assert office.findings() == []


def test_an_uncertain_commit_is_settled_before_anything_else(stored: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit may fail after it was made: then the decision is there, and its request gets it."""
    from sqlalchemy.engine import default
    from sqlalchemy.exc import OperationalError

    with stored.client() as client:
        assert reps(client, KEYS[:3]) == "aab"
        real = default.DefaultDialect.do_commit

        def commits_and_fails(self: Any, connection: Any) -> None:
            real(self, connection)
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

        def fails(self: Any, connection: Any) -> None:
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

        for key, commit, next_one in (("L3", commits_and_fails, "L4"), ("L5", fails, "L6")):
            with monkeypatch.context() as patch:
                patch.setattr(default.DefaultDialect, "do_commit", commit)
                assert "disk I/O error" in refused(client, key)
            ask(client, next_one)
        assert reps(client, KEYS[:7]) == PATTERN
    assert stored.findings() == []


def test_another_process_that_wrote_after_a_failed_commit_is_followed(
    stored: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.engine import default
    from sqlalchemy.exc import OperationalError

    def fails(self: Any, connection: Any) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    with stored.client() as one, stored.client() as other:
        assert reps(one, KEYS[:3]) == "aab"
        with monkeypatch.context() as patch:
            patch.setattr(default.DefaultDialect, "do_commit", fails)
            refused(one, "L3")
        assert reps(other, ["M3"]) == PATTERN[3]
        assert reps(one, KEYS[3:6]) == PATTERN[4:7]
    assert stored.findings() == []


def test_a_key_with_the_character_of_number_zero_is_stored_in_both(stored: Office) -> None:
    with stored.client() as client:
        body = {"request_id": "zero", "fact": lead("L\0")}
        first = client.post("/v1/decisions/lead", json=body)
        assert first.status_code in {200, 422}
        assert client.post("/v1/decisions/lead", json=body).content == first.content
        assert ask(client, "L1").status_code == 200
    assert stored.findings() == []


def test_threads_that_write_at_once_take_turns(tmp_path: Path) -> None:
    """One of them has the connection that stays open, the others wait for the file; what fails is taken back."""
    store = Store(tmp_path / "a.sqlite", Office(tmp_path).clock())

    def add(number: int) -> int:
        try:
            with store.writing() as tx:
                many = tx.execute(text("SELECT count(*) FROM service_facts")).scalar_one()
                tx.execute(text("INSERT INTO service_facts VALUES (:name, '')"), {"name": f"f{number}"})
                if number % 3 == 0:
                    raise ZeroDivisionError
                return many
        except ZeroDivisionError:
            return 0

    with closing(store), ThreadPoolExecutor(4) as pool:
        found = sorted(many for many in pool.map(add, range(60)) if many)
        assert found == list(range(found[0], found[0] + 40))


def test_what_the_database_refused_once_hinders_nobody_later(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.sqlite", Office(tmp_path).clock())

    def twice() -> None:
        with store.writing() as tx:
            for _ in range(2):
                tx.execute(text("INSERT INTO service_facts VALUES ('x', '')"))

    with closing(store):
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                twice()
            with store.writing() as tx:
                assert tx.execute(text("SELECT count(*) FROM service_facts WHERE name = 'x'")).scalar_one() == 0
