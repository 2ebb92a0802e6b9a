"""`meed audit log` finds whatever was changed in a store, however it was done."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from meed.service.cli import run
from meed.service.journal.entries import BEGINNING, Entry, Head, sealed

from .api import PATTERN, REPS, Office, ask, reps

KEYS = [f"L{number}" for number in range(7)]
TABLES = ("journal", "kept_policies", "kept_files")


@pytest.fixture
def decided(office: Office) -> Office:
    """An office that has decided seven leads, and was started with another file in between."""
    with office.client() as client:
        assert reps(client, KEYS[:3]) == PATTERN[:3]
    office.files = {"rep": REPS + "d,1,1000,\n"}
    with office.client() as client:
        reps(client, KEYS[3:])
        assert ask(client, "M1", value="200000").json()["rule"] == "big"
    return office


@pytest.fixture
def audit(decided: Office, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the audit; its exit code and what it says."""

    def audited(*options: str) -> tuple[int, str]:
        code = run(["audit", "log", "--db", str(decided.database), *options])
        return code, capsys.readouterr().out

    return audited


def tamper(office: Office, *statements: str) -> None:
    """Changes a store as somebody would who has the file."""
    with closing(sqlite3.connect(office.database, isolation_level=None)) as database:
        for table in TABLES:
            for word in ("update", "delete"):
                database.execute(f"DROP TRIGGER {table}_no_{word}")
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement


def test_a_store_that_nobody_changed_holds(audit: Any) -> None:
    code, said = audit()
    assert code == 0
    assert "10 of 10 entries worked out again (8 arrive, 2 load)\n" in said
    assert "8 decisions, by 1 policies and 2 files" in said
    assert "pool lead/otherwise/1: 4 reps, credits add up to 0 and are within the promised bound" in said
    code, said = audit("--format", "json")
    assert code == 0
    assert json.loads(said)["holds"] is True


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("""UPDATE journal SET event = replace(event, '"East"', '"West"') WHERE number = 3""", "entry 3 was changed"),
        ("""UPDATE journal SET outcome = replace(outcome, '"rep":"a"', '"rep":"b"')""", "entry 2 was changed"),
        ("UPDATE journal SET at = at + 1 WHERE number = 4", "entry 4 was changed"),
        ("UPDATE journal SET request_id = 'mine' WHERE number = 4", "entry 4 was changed"),
        ("UPDATE journal SET policy_hash = replace(policy_hash, '0', '1') WHERE number = 4", "entry 4 was changed"),
        ("DELETE FROM journal WHERE number = 3", "entry 4 follows entry 2: entries are missing, or out of order"),
        ("DELETE FROM journal WHERE number <= 2", "entry 3 follows entry 0: entries are missing"),
        ("UPDATE kept_policies SET source = replace(source, '100_000', '900_000')", "is not in the store as it was"),
        ("UPDATE kept_files SET content = x'00'", "is not in the store as it was"),
    ],
)
def test_one_change_is_found(decided: Office, audit: Any, statement: str, finding: str) -> None:
    tamper(decided, statement)
    code, said = audit()
    assert code == 1
    assert finding in said
    assert "does not hold" in said
    assert decided.findings() != []


def test_two_entries_that_changed_places_are_found(decided: Office, audit: Any) -> None:
    swap = "UPDATE journal SET number = CASE number WHEN -4 THEN 5 ELSE 4 END WHERE number IN (-4, 5)"
    tamper(decided, "UPDATE journal SET number = -4 WHERE number = 4", swap.replace("IN (-4, 5)", "= 5"), swap)
    code, said = audit()
    assert code == 1
    assert "entry 4 does not name the hash of the entry before it" in said


# --- whoever seals anew ----------------------------------------------------------------------------------------


def sealed_anew(entries: list[Entry]) -> Iterator[Entry]:
    """Entries in a chain that holds, whatever they say."""
    before = BEGINNING
    for entry in entries:
        made = sealed(before, *entry[1:9])
        before = Head(made.number, made.hash)
        yield made


def write_anew(office: Office, change: Any) -> None:
    """Changes the entries and seals all of them again, as somebody would who knows how."""
    with closing(sqlite3.connect(office.database)) as database:
        for table in TABLES:
            for word in ("update", "delete"):
                database.execute(f"DROP TRIGGER {table}_no_{word}")
        names = ", ".join(Entry._fields)
        entries = [Entry(*row) for row in database.execute(f"SELECT {names} FROM journal ORDER BY number")]
        made = list(sealed_anew(change(entries)))
        database.execute("DELETE FROM journal")
        marks = ", ".join("?" for _ in Entry._fields)
        database.executemany(f"INSERT INTO journal ({names}) VALUES ({marks})", made)
        database.commit()


def changed(number: int, name: str, old: str, new: str) -> Any:
    def change(entries: list[Entry]) -> list[Entry]:
        entry = entries[number - 1]
        was = str(getattr(entry, name))
        assert old in was
        entries[number - 1] = entry._replace(**{name: was.replace(old, new)})
        return entries

    return change


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (changed(4, "outcome", '"rep":"b"', '"rep":"c"'), "entry 4 comes out otherwise: recorded"),
        (changed(3, "outcome", '"credits_before":["', '"credits_before":["1'), "entry 3 comes out otherwise"),
        (changed(3, "outcome", '"did":"post"', '"did":"reverse"'), "entry 3 comes out otherwise"),
        (changed(3, "event", '"value":"1200.50"', '"value":"200000"'), "entry 3 comes out otherwise"),
        (changed(2, "policy_hash", "0", "1"), "entry 2 names a policy or facts that were not in force"),
        (changed(6, "event", "}", ',"x":1}'), "the event of entry 6 cannot be read"),
        (changed(6, "event", ":", " : "), "the event of entry 6 is not in its one form"),
        (lambda entries: [*entries[:2], *entries[3:]], "entry 3 comes out otherwise"),
        (lambda entries: [*entries[:6], entries[7], entries[6], *entries[8:]], "entry 7 comes out otherwise"),
        (lambda entries: [entries[0], *entries[2:]], "entry 2 comes out otherwise"),
        (changed(6, "request_id", "r-L3", "r-L2"), "entry 6 has the request id of entry 4"),
        (lambda entries: entries[1:], "entry 1 comes before anything is loaded"),
    ],
)
def test_a_chain_that_was_sealed_anew_is_found_by_working_it_out(
    decided: Office, audit: Any, change: Any, finding: str
) -> None:
    write_anew(decided, change)
    code, said = audit()
    assert code == 1
    assert finding in said


def test_an_end_that_was_cut_off_is_found_by_whoever_noted_it(decided: Office, audit: Any) -> None:
    head = audit()[1].split("the last entry is ")[1].strip()
    assert audit("--noted", head)[0] == 0
    assert audit("--noted", f"3:{sha256(b'').hexdigest()}")[0] == 1
    tamper(decided, "DELETE FROM journal WHERE number = 10")
    assert audit()[0] == 0
    code, said = audit("--noted", head)
    assert code == 1
    assert "entry 10, which was there before, is gone" in said


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--db", "none.sqlite"], "there is no store"),
        (["--db", "mysql://here/it"], "`mysql` is no database that can be used"),
        ([], "no store is named"),
        (["--db", "none.sqlite", "--noted", "x"], "`--noted` cannot be `x`"),
    ],
)
def test_wrong_use_is_said(
    options: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEED_DATABASE", raising=False)
    assert run(["audit", "log", *options]) == 2
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
