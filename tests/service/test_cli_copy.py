"""`meed copy` makes a store of one moment, whoever writes meanwhile, in either kind of database, or leaves nothing."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from meed.service.cli import run
from meed.service.journal.tables import TABLES

from .api import PATTERN, Office, ask, reps
from .postgres import Server

KEYS = [f"L{number}" for number in range(7)]


def copied(source: object, target: object, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = run(["copy", str(source), str(target), *options])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("to", ["file", "server"])
def test_a_copy_made_while_others_write_is_whole_and_goes_on_where_it_was(
    stored: Office, to: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    there = replace(stored, folder=folder, place=None)
    if to == "server":
        server: Server = request.getfixturevalue("postgres")
        there.place = server.database()
    with stored.client() as client:
        assert reps(client, KEYS[:4]) == PATTERN[:4]
        code, said, _ = copied(stored.place or stored.database, there.place or there.database, capsys)
        assert code == 0
        assert reps(client, KEYS[4:]) == PATTERN[4:]
    assert (stored.decisions(), there.decisions()) == (7, 4)
    assert run(["audit", "log", "--db", str(there.place or there.database)]) == 0
    audit = capsys.readouterr().out
    last = next(line for line in audit.splitlines() if line.startswith("the last entry"))
    assert last in said, "the audit of the copy ends with the entry that `meed copy` named"
    with there.client() as client:
        assert reps(client, KEYS) == PATTERN, "old requests are answered alike, and the turn goes on"


def test_no_table_of_a_store_is_left_out_of_a_copy(office: Office) -> None:
    with office.client() as client:
        ask(client, "L1")
    with closing(sqlite3.connect(office.database)) as database:
        found = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert found - {"meed_schema"} == {table.name for table in TABLES}


def test_it_says_what_it_did_for_programs(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with office.client() as client:
        ask(client, "L1")
    code, said, _ = copied(office.database, tmp_path / "copy.sqlite", capsys, "--format", "json")
    made = json.loads(said)
    assert (code, made["head"]["number"]) == (0, 2)
    assert made["rows"] > 4
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o077 == 0, "it holds the secret of the draws"


def test_what_is_there_already_is_not_written_to(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.client() as client:
        ask(client, "L1")
    target = tmp_path / "copy.sqlite"
    assert copied(office.database, target, capsys)[0] == 0
    before = target.read_bytes()
    code, _, said = copied(office.database, target, capsys)
    assert (code, target.read_bytes()) == (2, before)
    assert "it holds a store already: name a new file, or an empty database" in said
    other = tmp_path / "notes.txt"
    other.write_text("not a database at all, but of some length" * 9)
    code, _, said = copied(office.database, other, capsys)
    assert code in {1, 2}
    assert other.read_text().startswith("not a database")
    code, _, said = copied(tmp_path / "nothing.sqlite", tmp_path / "new.sqlite", capsys)
    assert code == 2
    assert not (tmp_path / "new.sqlite").exists()
    assert not (tmp_path / "nothing.sqlite").exists()


def test_a_copy_that_cannot_be_made_leaves_nothing(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from meed.service import store
    from meed.service.database import StoreUnavailable

    with office.client() as client:
        ask(client, "L1")

    def full(*_: object) -> None:
        raise StoreUnavailable("database or disk is full")

    monkeypatch.setattr(store, "copied", full)
    code, _, said = copied(office.database, tmp_path / "copy.sqlite", capsys)
    assert code == 1
    assert "the copy was not made: database or disk is full" in said
    assert list(tmp_path.glob("copy.sqlite*")) == []
