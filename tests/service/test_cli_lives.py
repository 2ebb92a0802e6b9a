"""`meed assign` with moves: offers, claims and time-outs replayed from files."""

import json
from pathlib import Path

import pytest

from .sales_folder import SalesFolder, sales_folder

POLICY = """policy "Pool" { version: "1"  currency: CNY }
facts standard
let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
assign lead {
  needs rep.on_duty and holds < 2
  rule pool when lead.segment is "pool"  to any rep by claim
  otherwise to any rep by round_robin accept within 30 minutes
  if nobody hold "desk"
  after 1 hour unless lead.first_contact is known or lead.owner is missing next
  after 2 hours notify lead.owner "still yours"
}
"""
REPS = "id,on_duty\na,yes\nb,yes\nc,yes\n"
LEADS = """id,created,segment,first_contact
L1,2026-03-02 09:00,hot,2026-03-02 09:20
L2,2026-03-02 09:01,hot,
L3,2026-03-02 09:02,pool,
L4,2026-03-02 12:00,pool,
"""
MOVES = """id,at,lead,what,rep,reason
1,2026-03-02 09:10,L1,accept,a,
2,2026-03-02 09:11,L2,decline,b,too far
3,2026-03-02 09:12,L2,accept,c,
4,2026-03-02 09:30,L3,claim,b,
5,2026-03-02 09:31,L3,claim,c,
"""
GIVEN = ("assign", "pool.meed", "--facts", "rep=reps.csv", "--facts", "lead=leads.csv", "--facts", "move=moves.csv")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    texts = {"pool.meed": POLICY, "reps.csv": REPS, "leads.csv": LEADS, "moves.csv": MOVES}
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    return made


def test_moves_of_a_file_are_made_between_the_arrivals(folder: SalesFolder) -> None:
    report = folder.fine(*GIVEN, "--out", "out/who.csv", "--format", "json").json
    assert (report["decided"], report["assigned"], report["held"], report["pool"]) == (4, 1, 1, 2)
    assert (report["decisions"], report["held_at"]) == (10, {"desk": 1})
    assert report["ended"] == {"declined": 1, "lapsed": 2, "reassigned": 2}
    (refused,) = report["refused_moves"]
    assert (refused["key"], refused["rep"], refused["reason"]) == ("L3", "c", "not-open")
    rows = folder.rows("out/who.csv")
    # In sixths of a lead, a b c: L1 -4 2 2. L2: -2 -2 4, taken back; then a and c are owed 3 each: -1 2 -1. At 10:12 c
    # has not called and has used the turn; a and b are owed 3 each: b. b lets it lapse, then a: nobody is left.
    assert [(row["lead"], row["rep"], row["held"]) for row in rows] == [
        ("L1", "a", ""), ("L2", "b", ""), ("L3", "", ""), ("L2", "c", ""), ("L3", "b", ""), ("L2", "b", ""),
        ("L3", "", ""), ("L2", "a", ""), ("L2", "", "desk"), ("L4", "", ""),
    ]  # fmt: skip


def test_what_happened_beside_decisions_is_written_too(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--out", "out/who.csv")
    lines = [json.loads(line) for line in folder.read("out/who.life.jsonl").splitlines()]
    told = [(line["happened"], line["key"], line.get("how", "")) for line in lines]
    assert ("ending", "L2", "declined") in told
    assert ("refusal", "L3", "") in told
    assert [line["to"] for line in lines if line["happened"] == "notice"] == ["a"]


def test_a_run_says_which_moves_could_not_be_made(folder: SalesFolder) -> None:
    said = folder.fine(*GIVEN, "--out", "out/who.csv").out
    assert "refused: claim lead L3 c: lead `L3` is with b: it cannot be claimed" in said
    assert "2 open to all" in said


def test_the_same_files_in_another_order_give_the_same_bytes(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--out", "out/who.csv")
    before = folder.everything_in("out")
    for name, text in (("leads.csv", LEADS), ("moves.csv", MOVES)):
        head, *rows = text.splitlines()
        Path(name).write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    folder.fine(*GIVEN, "--out", "again/who.csv")
    after = folder.everything_in("again")
    for name in ("who.csv", "who.decisions.jsonl", "who.life.jsonl", "who.credits.json"):
        assert after[name] == before[name]


def test_a_file_of_moves_says_when_and_what(folder: SalesFolder) -> None:
    Path("moves.csv").write_text("id,lead,what,rep\n1,L1,accept,a\n", encoding="utf-8")
    said = folder.meed(*GIVEN, "--out", "out/who.csv")
    assert said.code == 1
    assert "moves.csv: there is no column `at`" in said.err


def test_the_fairness_report_counts_turns_that_were_taken_back_as_the_run_does(folder: SalesFolder) -> None:
    run = folder.fine(*GIVEN, "--out", "out/who.csv", "--format", "json").json
    asked = ("fairness", "pool.meed", *GIVEN[2:], "--format", "json")
    section = folder.fine(*asked).json["sections"]["assignment"]
    found = {(pool["pool"], rep["rep"]): rep["credit"] for pool in section["pools"] for rep in pool["reps"]}
    assert found == {(line["pool"], line["rep"]): line["credit"] for line in run["fairness"]}
    assert section["within_promise"] is True
    assert sum(pool["moved_outside_turns"] for pool in section["pools"]) > 0
    # The log of decisions alone does not say what was taken back: it is seen, and widens the promise.
    log = folder.fine("fairness", "--decisions", "out/who.csv", "--format", "json").json["sections"]["assignment"]
    assert log["within_promise"] is True
    assert sum(pool["moved_outside_turns"] for pool in log["pools"]) > 0


LATE = LEADS + "L5,2026-03-02 23:10,hot,\nL6,2026-03-02 23:45,hot,\n"
AGAIN = ("replay", "--run", "out/who.csv", "--policy", "pool.meed", "--format", "json")


def test_the_same_policy_changes_nothing_of_a_life(folder: SalesFolder) -> None:
    """Several decisions about one lead are compared each with its own, and turns taken back are taken back in both."""
    run = folder.fine(*GIVEN, "--out", "out/who.csv", "--format", "json").json
    made = folder.fine(*AGAIN).json
    assert (made["differ"], made["base"]) == (0, made["other"])
    found = {(pool["pool"], rep["rep"]): rep["credit"] for pool in made["base"]["pools"] for rep in pool["reps"]}
    assert found == {(line["pool"], line["rep"]): line["credit"] for line in run["fairness"]}
    assert made["base"]["within_promise"] is True
    assert made["base"]["decided"] == run["decisions"]


def test_what_is_due_by_the_end_of_the_last_day_happens_in_a_replay(folder: SalesFolder) -> None:
    """L5 lapses at 23:40, L6 not before midnight: with `--until` a replay goes on to the end of another day."""
    folder.write("leads.csv", LATE)
    folder.fine(*GIVEN, "--out", "out/who.csv")
    log = [json.loads(line) for line in folder.read("out/who.decisions.jsonl").splitlines()]
    made = folder.fine(*AGAIN).json
    assert made["differ"] == 0
    later = folder.fine(*AGAIN, "--until", "2026-03-03").json
    assert later["base"]["decided"] > made["base"]["decided"] == len(log)
    assert later["differ"] == 0
    folder.write("leads.csv", LATE.replace("L6,2026-03-02 23:45,hot,\n", ""))
    folder.fine(*GIVEN, "--out", "out/who.csv")
    log = [json.loads(line) for line in folder.read("out/who.decisions.jsonl").splitlines()]
    assert folder.fine(*AGAIN).json["base"]["decided"] == len(log) + 1


def test_why_not_goes_on_to_the_same_end_with_and_without_the_change(folder: SalesFolder) -> None:
    folder.write("leads.csv", LATE)
    folder.fine(*GIVEN, "--out", "out/who.csv")
    asked = ("why-not", "a", "--run", "out/who.csv", "--if", "on_duty=yes", "--until", "2026-03-03", "--format", "json")
    made = folder.fine(*asked).json
    assert made["compared"]["differ"] == 0
    assert made["decided"] == made["then"]["decided"]
    wrong = folder.meed("why-not", "a", "--run", "out/who.csv", "--until", "soon")
    assert (wrong.code, "`--until soon` is not a day" in wrong.err) == (2, True)
