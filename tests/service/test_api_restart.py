"""After a restart, a failure, or another process on the same log, decisions go on where the log has come to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from meed.service.journal import writing
from meed.service.settings import CannotStart

from .api import HEAD, PATTERN, REPS, ROTATION, Office, TestClient, ask, lead, reps

KEYS = [f"L{number}" for number in range(14)]


@pytest.mark.parametrize("before", [0, 1, 3, 4, 7, 10])
def test_the_rotation_goes_on_after_a_restart(office: Office, before: int) -> None:
    with office.client() as client:
        first = reps(client, KEYS[:before])
    with office.client() as client:
        assert first + reps(client, KEYS[before:]) == PATTERN * 2
    assert office.findings() == []


def test_an_answer_outlives_restarts_and_policies(office: Office) -> None:
    with office.client() as client:
        first = ask(client, "L1")
    office.policy = office.policy.replace('"ops desk"', '"another desk"').replace("lead.region in", "lead.source in")
    with office.client() as client:
        assert ask(client, "L1").content == first.content
        assert client.get("/v1/policies").json()["policies"][0]["hash"] != first.json()["policy_hash"]


def test_an_answer_outlives_the_point_at_which_it_was_given(office: Office) -> None:
    with office.client() as client:
        first = ask(client, "L1")
    office.policy = office.policy[: office.policy.index("assign lead")]
    with office.client() as client:
        assert ask(client, "L1").content == first.content
        assert ask(client, "L2").status_code == 404


def test_load_and_sequence_go_on_after_a_restart(office: Office) -> None:
    office.files = {"rep": REPS.replace("1000", "2")}
    for keys, expected in ((KEYS[:3], "aab"), (KEYS[3:5], "cb"), (KEYS[5:7], "cNone")):
        with office.client() as client:
            assert reps(client, keys) == expected
    with office.client() as client:
        named = ask(client, KEYS[6]).json()["decision_id"]
        assert client.get(f"/v1/decisions/{named}?explain=full").json()["sequence"] == 7


def test_facts_lacking_what_a_new_policy_reads_still_count_as_load(office: Office) -> None:
    office.files = {"rep": REPS.replace("1000", "1")}
    with office.client() as client:
        assert reps(client, KEYS[:2]) == "ab"
    office.policy = ROTATION.replace(
        "when lead.value >= 100_000", 'when lead.value >= 100_000 and lead.source is "web"'
    )
    with office.client() as client:
        body = {"request_id": "new", "fact": lead("L9", source="web")}
        assert client.post("/v1/decisions/lead", json=body).json()["rep"] == "c"


def test_what_was_decided_stays_so_whatever_a_file_says_of_it_later(office: Office) -> None:
    office.files = {"rep": REPS.replace("1000", "1")}
    with office.client() as client:
        assert reps(client, KEYS[:2]) == "ab"
    # the file has L0 with c, and L1 without an owner
    leads = "id,created,value,region,account_owner,owner\nL0,2026-04-10,1,East,,c\nL1,2026-04-10,1,East,,\n"
    office.files = {**office.files, "lead": leads}
    with office.client() as client:
        assert reps(client, ["L8", "L9"]) == "cNone"


def test_a_rep_who_is_gone_leaves_the_others_in_turn(office: Office) -> None:
    with office.client() as client:
        assert reps(client, KEYS[:3]) == "aab"
    office.files = {"rep": "".join(line for line in REPS.splitlines(keepends=True) if not line.startswith("b"))}
    with office.client() as client:
        assert reps(client, KEYS[3:9]) == "aacaaa"
    assert office.findings() == []


def test_two_processes_on_one_log_share_one_rotation(office: Office) -> None:
    with office.client() as one, office.client() as other:
        answers = [ask(one if number % 3 else other, key).json()["rep"] for number, key in enumerate(KEYS)]
        assert "".join(answers) == PATTERN * 2
        assert ask(other, "L1").content == ask(one, "L1").content
    assert office.findings() == []


LINKED = (
    HEAD
    + """facts ticket { id: key  opened: moment  lead: lead?  before: ticket?  owner: rep? }
let served of rep = count of ticket where ticket.lead.owner is rep
let followed of rep = count of ticket where ticket.before.owner is rep
let load of rep = (served over last 30 days) + (followed over last 30 days)
assign lead { otherwise to any rep where rep.id is lead.region by round_robin  if nobody hold "ops desk" }
assign ticket {
  otherwise to any rep by fewest load
  if nobody hold "help desk"
}
"""
)


def test_what_refers_to_decided_facts_still_does_after_a_restart(office: Office) -> None:
    def loads(client: TestClient, key: str, **columns: str) -> dict[str, str]:
        body = {"request_id": f"t-{key}", "fact": {"id": key, **columns}}
        named = client.post("/v1/decisions/ticket", json=body).json()["decision_id"]
        step = client.get(f"/v1/decisions/{named}?explain=full").json()["tried"][0]
        return step["measured"]

    office.policy = LINKED
    with office.client() as client:
        assert loads(client, "T0") == {"a": "0", "b": "0", "c": "0"}  # a has it
        assert ask(client, "L1", region="b").json()["rep"] == "b"
        assert loads(client, "T1", lead="L1") == {"a": "0", "b": "1", "c": "0"}  # c has it
        assert loads(client, "T2", lead="L1", before="T1") == {"a": "0", "b": "2", "c": "1"}
    with office.client() as client:
        assert loads(client, "T3") == {"a": "0", "b": "2", "c": "1"}


# --- failures ------------------------------------------------------------------------------------------------


def test_what_could_not_be_recorded_was_not_decided(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError(
            "INSERT INTO secret", {"key": "secret"}, sqlite3.OperationalError("database or disk is full")
        )

    with office.client() as client:
        assert reps(client, KEYS[:3]) == PATTERN[:3]
        with monkeypatch.context() as patch:
            patch.setattr(writing, "append", refuse)
            answer = ask(client, "L3")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["detail"].startswith("database or disk is full; ")
        assert "secret" not in answer.text
        assert reps(client, KEYS[3:7]) == PATTERN[3:7]
    assert office.findings() == []


def test_a_log_that_was_removed_takes_no_decisions(office: Office) -> None:
    with office.client() as client:
        ask(client, "L0")
        office.database.rename(office.database.with_name("elsewhere.sqlite"))
        for answer in (ask(client, "L1"), client.get("/readyz"), client.get("/v1/decisions/D1")):
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:meed:problem:store-unavailable"
    assert not office.database.exists()


def test_a_locked_log_is_said_to_be_locked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meed.service.sqlite_file._WAIT_SECONDS", 0)
    with office.client() as client, closing(sqlite3.connect(office.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ask(client, "L0").status_code == 503
        assert client.get("/readyz").status_code == 503
        other.execute("ROLLBACK")
        assert client.get("/readyz").status_code == 200
        assert ask(client, "L0").json()["rep"] == "a"


# --- the log -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE journal SET event = '{}'", "DELETE FROM journal"])
def test_entries_cannot_be_changed(office: Office, statement: str) -> None:
    with office.client() as client:
        ask(client, "L0")
    with (
        closing(sqlite3.connect(office.database)) as database,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        database.execute(statement)


def test_the_store_is_for_its_owner_and_keeps_its_secret(office: Office) -> None:
    with office.client() as client:
        first = client.get("/v1/draws").json()
    assert office.database.stat().st_mode & 0o077 == 0
    with office.client() as client:
        assert client.get("/v1/draws").json() == first
    with closing(sqlite3.connect(office.database)) as database:
        seed = database.execute("SELECT value FROM service_facts WHERE name = 'seed'").fetchone()[0]
        assert len(bytes.fromhex(seed)) == 32
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_database_of_another_program_is_left_alone(office: Office) -> None:
    with closing(sqlite3.connect(office.database)) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    with pytest.raises(CannotStart, match="this is the database of another program"):
        office.client()
    with closing(sqlite3.connect(office.database)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("customers",)]


def test_a_file_that_is_no_database_stops_the_start(office: Office) -> None:
    office.database.write_text("id,name\n" * 100, encoding="utf-8")
    with pytest.raises(CannotStart, match=r"^decisions.sqlite: file is not a database; "):
        office.client()


def test_a_folder_that_is_not_there_stops_the_start(office: Office) -> None:
    with pytest.raises(CannotStart, match="the database cannot be opened"):
        office.client(database=Path(office.folder / "none" / "x.sqlite"))
