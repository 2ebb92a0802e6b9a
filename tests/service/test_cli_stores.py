"""`meed fairness`, `meed replay` and `meed why-not` over the store of a service: what they say is what it decided."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from meed.service.cli import run

from .api import HEAD, ROTATION, Office, ask, reps
from .test_api_fairness import counted, fairness, held
from .test_api_moves import OFFERED, move
from .test_api_policies import EVEN, activate, publish


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """What a command prints as JSON."""
    assert run([*words, "--format", "json"]) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out, parse_float=str)


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    assert run(list(words)) == code
    return capsys.readouterr().err


def place(office: Office) -> str:
    return str(office.place or office.database)


def test_the_report_of_the_command_is_that_of_the_service(stored: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Offers declined and lapsed, a lead given by a person, another policy in between, on either database."""
    stored.policy = OFFERED
    with stored.client() as client:
        given = [ask(client, f"L{number}").json()["rep"] for number in range(7)]
        move(client, "facts/lead/L0/decline", "m1", rep=given[0])
        move(client, "facts/lead/L1/accept", "m2", rep=given[1])
        move(client, "facts/lead/L1/override", "m3", to="c", by="boss", reason="knows them")
        stored.clock.forward(minutes=20)
        activate(client, publish(client, EVEN).json()["policy"]["hash"])
        reps(client, ["M1", "M2", "M3"])
        over_http, credits_now = fairness(client), held(client)
        report = said(capsys, "fairness", "--db", place(stored), "--draws", "999")
    section = report["sections"]["assignment"]
    source = section.pop("from")
    assert (source["kind"], source["entries"]) == ("lead", over_http["number"])
    assert "postgres:" not in json.dumps(report), "no secret of a URL is printed"
    assert counted(section) == credits_now
    same = over_http.keys() & section.keys() - {"quality", "access"}
    assert {name: section[name] for name in same} == json.loads(
        json.dumps({name: over_http[name] for name in same}), parse_float=str
    )
    assert report["policy"]["version"] == "2", "the policy that took over"
    assert stored.findings() == []


def test_a_period_counts_its_days_and_groups_are_named(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with office.client() as client:
        reps(client, ["L1", "L2", "L3"])
        office.clock.forward(days=1)
        reps(client, ["M1", "M2"])
    one = said(capsys, "fairness", "--db", place(office), "--period", "2026-04", "--by", "capacity")
    assert one["sections"]["assignment"]["decided"] == 5
    assert [group["group"] for group in one["sections"]["assignment"]["access"]["capacity"]] == ["1,000"]
    none = said(capsys, "fairness", "--db", place(office), "--period", "2026-05")
    assert none["sections"]["assignment"]["decided"] == 0
    assert "reps have no `shoe`" in refused(capsys, "fairness", "--db", place(office), "--by", "shoe")
    assert run(["fairness", "--db", place(office), "--page", str(office.folder / "fair.html")]) == 0
    assert capsys.readouterr().out.startswith("Rotation 1\n\nwho got what: 5 decided, 5 assigned, 0 held")
    assert "<svg" in office.folder.joinpath("fair.html").read_text(encoding="utf-8")


def test_the_same_policy_decides_a_journal_alike_and_another_one_says_what_differs(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.policy = OFFERED
    with office.client() as client:
        given = [ask(client, f"L{number}").json()["rep"] for number in range(7)]
        move(client, "facts/lead/L0/decline", "m1", rep=given[0])
        move(client, "facts/lead/L1/accept", "m2", rep=given[1])
        office.clock.forward(minutes=20)
        reps(client, ["M1", "M2", "M3"])
    same, other = office.folder / "same.meed", office.folder / "other.meed"
    same.write_text(OFFERED, encoding="utf-8")
    other.write_text(
        OFFERED.replace('version: "1"', 'version: "2"').replace("by round_robin", "by best strength"), "utf-8"
    )
    made = said(capsys, "replay", "--db", place(office), "--policy", str(same))
    assert (made["differ"], made["moves_refused"]) == (0, {"base": 0, "other": 0})
    assert made["base"] == made["other"]
    assert made["base"]["decided"] == office.decisions()
    now = said(capsys, "replay", "--db", place(office), "--policy", str(other))
    assert now["base"] == made["base"]
    assert now["differ"] == len(now["decisions"]) > 0
    assert now["other"]["received"] != now["base"]["received"]


def test_a_journal_of_two_policies_is_decided_by_one(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with office.client() as client:
        reps(client, ["L1", "L2", "L3"])
        activate(client, publish(client, EVEN).json()["policy"]["hash"])
        reps(client, ["M1", "M2", "M3"])
    path = office.folder / "even.meed"
    path.write_text(EVEN, encoding="utf-8")
    made = said(capsys, "replay", "--db", place(office), "--policy", str(path))
    assert made["base"]["decided"] == made["other"]["decided"] == 6
    assert sorted(made["other"]["received"].values()) == [2, 2, 2]
    assert made["differ"] > 0


def test_draws_are_drawn_again_alike(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with office.client() as client:
        for number in range(8):
            ask(client, f"L{number}", value="150000")
    path = office.folder / "same.meed"
    path.write_text(ROTATION.replace('version: "1"', 'version: "2"'), encoding="utf-8")
    made = said(capsys, "replay", "--db", place(office), "--policy", str(path))
    assert (made["differ"], made["base"]["rules"]["big"]["assigned"]) == (0, 8)


def test_why_not_says_what_stood_in_the_way_and_what_a_change_brings(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.client() as client:
        before = reps(client, [f"L{number}" for number in range(7)])
    plain = said(capsys, "why-not", "c", "--db", place(office))
    assert (plain["looked_at"], plain["received"]) == (7, before.count("c"))
    more = said(capsys, "why-not", "c", "--db", place(office), "--if", "weight=5")
    assert more["then"]["received"] > plain["received"]
    assert more["compared"]["differ"] == len(more["compared"]["decisions"]) > 0
    late = said(capsys, "why-not", "c", "--db", place(office), "--if", "weight=5", "--since", "2026-05-01")
    assert late["compared"]["differ"] == 0
    assert "did you mean `weight`?" in refused(capsys, "why-not", "c", "--db", place(office), "--if", "wight=5")
    assert "there is no rep `x`" in refused(capsys, "why-not", "x", "--db", place(office))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fairness", "--db", "none.sqlite"), "there is no store"),
        (("fairness", "x.meed", "--db", "none.sqlite"), "a store has its policy, facts and decisions"),
        (("fairness", "--db", "none.sqlite", "--only", "pay"), "a store has its policy, facts and decisions"),
        (
            ("replay", "x.meed", "--db", "none.sqlite", "--policy", "even.meed"),
            "a store has its policy, facts and keys",
        ),
        (
            ("replay", "--db", "none.sqlite", "--policy", "even.meed", "--until", "2026-04-30"),
            "ends with its last entry",
        ),
        (("replay", "--db", "none.sqlite", "--policy", "even.meed"), "there is no store"),
        (("why-not", "a", "--db", "none.sqlite"), "there is no store"),
        (("why-not", "a", "--db", "mysql://here/it"), "`mysql` is no database that can be used"),
    ],
)
def test_wrong_use_is_said(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("even.meed").write_text(EVEN, encoding="utf-8")
    wrong = refused(capsys, *words)
    assert message in wrong
    assert "help: " in wrong


def test_a_policy_of_another_kind_and_a_journal_without_entries_are_refused(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.client() as client:
        ask(client, "L1")
    path = office.folder / "deals.meed"
    path.write_text(
        HEAD + 'assign deal { otherwise to any rep by round_robin  if nobody hold "desk" }\n', encoding="utf-8"
    )
    assert "does not assign `lead`" in refused(capsys, "replay", "--db", place(office), "--policy", str(path))
    assert "did you mean `lead`?" in refused(capsys, "fairness", "--db", place(office), "--kind", "led")
    desks = EVEN.replace("facts standard", "facts standard\nfacts desk { id: key }\nfacts rep { desk: desk }")
    path.write_text(desks.replace("assign lead {", 'assign lead { needs rep.desk.id is "x" '), encoding="utf-8")
    wrong = refused(capsys, "replay", "--db", place(office), "--policy", str(path), code=1)
    assert "cannot decide on the facts of the store" in wrong


def test_a_journal_that_was_changed_is_not_reported_on(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3
    from contextlib import closing

    with office.client() as client:
        reps(client, ["L1", "L2"])
    with closing(sqlite3.connect(office.database)) as database:
        database.execute("DROP TRIGGER IF EXISTS journal_no_update")
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            database.execute(f"DROP TRIGGER {name}")
        database.execute('UPDATE journal SET outcome = replace(outcome, \'"rep":"a"\', \'"rep":"b"\') WHERE number = 2')
        database.commit()
    assert "the journal does not hold: entry 2" in refused(capsys, "fairness", "--db", place(office), code=1)


def test_value_pools_of_a_store_say_their_unit(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.policy = EVEN.replace("assign lead {", "assign lead { fair_in: value ")
    with office.client() as client:
        reps(client, ["L1", "L2", "L3"])
    [pool] = said(capsys, "fairness", "--db", place(office))["sections"]["assignment"]["pools"]
    assert pool["unit"] == {"counts": "lead.value", "currency": "CNY", "in_one": 100}
    assert sum(Fraction(rep["owed"]) for rep in pool["reps"]) == 3 * 120_050
