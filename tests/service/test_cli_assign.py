"""`meed assign`: who gets what, the log, the seed of draws, and what is promised."""

import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.assigning.assignment import DrawKeys
from meed.service.fairness_shown import thousandths

from .sales_folder import GIVE, GIVEN, LEADS, REPS, SalesFolder, sales_folder


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def test_every_lead_is_decided_in_the_order_of_arrival(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    rows = folder.rows("given/who.csv")
    assert list(rows[0]) == ["lead", "rep", "rule", "strategy", "decision id", "held"]
    assert [row["lead"] for row in rows] == [f"L0{number}" for number in range(1, 9)]
    assert (rows[1]["rep"], rows[1]["rule"], rows[1]["strategy"]) == ("R1", "returning", "direct")
    assert (rows[5]["rep"], rows[5]["held"]) == ("", "large desk")
    assert [rows[place]["rep"] for place in (0, 6, 7)] == ["R1", "R2", "R3"]
    assert {row["rep"] for row in rows} <= {"R1", "R2", "R3", ""}
    assert list(folder.everything_in("given")) == [
        "who.credits.json", "who.csv", "who.decisions.jsonl", "who.keys.json", "who.report.json",
    ]  # fmt: skip


def test_the_log_has_every_decision_with_its_because(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    log = [json.loads(line, parse_float=str) for line in folder.read("given/who.decisions.jsonl").splitlines()]
    rows = folder.rows("given/who.csv")
    assert [(d["decision_id"], d["key"], d["rep"] or "") for d in log] == [
        (row["decision id"], row["lead"], row["rep"]) for row in rows
    ]
    for decision in log:
        assert decision["because"]
        for tier in decision["tried"]:
            assert all(entry["because"] and entry["reps"] for entry in tier["refused"])
            seen = [*tier["eligible"], *(rep for entry in tier["refused"] for rep in entry["reps"])]
            assert len(set(seen)) == len(seen) > 0


def test_the_report_counts_and_commits_and_keeps_the_seed_to_itself(folder: SalesFolder) -> None:
    report = folder.fine(*GIVEN, "--format", "json").json
    assert report == json.loads(folder.read("given/who.report.json"), parse_float=str)
    assert (report["decided"], report["assigned"], report["held"], report["kept"]) == (8, 7, 1, 0)
    assert report["held_at"] == {"large desk": 1}
    seed = bytes.fromhex(json.loads(folder.read("given/who.keys.json"))["seed"])
    keys = DrawKeys(seed)
    assert report["draws"] == {period: keys.commitment_of(period) for period in ("2026-01", "2026-02")}
    assert seed.hex() not in folder.read("given/who.report.json") + folder.read("given/who.decisions.jsonl")
    assert report["given"]["keys"] == "given/who.keys.json"
    assert [line["rep"] for line in report["fairness"]] == ["R1", "R2", "R3"]
    assert all(line["within"] for line in report["fairness"])


def test_the_seed_is_made_once_for_its_owner_alone_and_the_run_repeats_to_the_byte(folder: SalesFolder) -> None:
    said = folder.fine(*GIVEN)
    path = folder.path.joinpath("given/who.keys.json")
    assert said.err.startswith("note: the seed of the draws is new, in given/who.keys.json")
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(json.loads(path.read_text())["seed"])) == 32
    before = folder.everything_in("given")
    assert folder.fine(*GIVEN).err == ""
    assert folder.everything_in("given") == before


def test_another_seed_draws_otherwise_and_a_given_one_is_used(folder: SalesFolder) -> None:
    winners: set[tuple[str, ...]] = set()
    for number in range(8):
        folder.write("k.json", json.dumps({"seed": f"{number:064x}"}))
        said = folder.fine(*GIVEN, "--keys", "k.json")
        assert "drawn with the seed in k.json" in said.lines
        winners.add(tuple(row["rep"] for row in folder.rows("given/who.csv") if row["strategy"] == "random"))
    assert len(winners) > 1
    assert not folder.path.joinpath("given/who.keys.json").exists()


def test_shuffled_facts_give_the_same_bytes(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    before = folder.everything_in("given")
    for name, text in (("reps.csv", REPS), ("leads.csv", LEADS)):
        header, *rows = text.splitlines()
        folder.write(name, "\n".join([header, *reversed(rows)]) + "\n")
    folder.fine(*GIVEN)
    assert folder.everything_in("given") == before


def test_fairness_is_shown_against_what_is_promised(folder: SalesFolder) -> None:
    said = folder.fine(*GIVEN)
    assert said.lines[0] == "小队 leads 1 decided 8 leads: 7 assigned, 1 held"
    assert said.lines[1] == "  1 held at `large desk`"
    row = next(line.split() for line in said.lines if line.startswith("lead/otherwise/1   R2"))
    assert row == ["lead/otherwise/1", "R2", "1.000", "1", "+0.000", "-1.000", "..", "+1.000", "yes"]
    assert "every one of 3 credits is within what is promised" in said.lines


def test_a_policy_that_draws_nothing_needs_no_seed(folder: SalesFolder) -> None:
    plain = GIVE.replace("by random (step tenure { from 0 months: 1  from 24 months: 3 })", "by round_robin")
    folder.write("give.meed", plain)
    folder.write("k.json", json.dumps({"seed": "00" * 32}))
    said = folder.fine(*GIVEN, "--keys", "k.json")
    assert said.err == "note: nothing is drawn at random, so k.json is not used\n"
    assert "who.keys.json" not in folder.everything_in("given")
    assert json.loads(folder.read("given/who.report.json"), parse_float=str)["draws"] == {}


def test_a_shuffled_deck_is_drawn_with_a_seed_and_a_dealt_one_is_not(folder: SalesFolder) -> None:
    dealt = GIVE.replace("by random (step tenure { from 0 months: 1  from 24 months: 3 })", "by deck")
    folder.write("give.meed", dealt)
    assert folder.fine(*GIVEN).err.startswith("note: the seed of the draws is new, in given/who.keys.json")
    report = json.loads(folder.read("given/who.report.json"), parse_float=str)
    assert list(report["draws"]) == ["2026-01", "2026-02"]
    folder.path.joinpath("given/who.keys.json").unlink()
    folder.write("give.meed", dealt.replace("needs rep.on_duty", "cards: levels  needs rep.on_duty"))
    assert folder.fine(*GIVEN).err == ""
    assert not folder.path.joinpath("given/who.keys.json").exists()


BANDED = """policy "Banded" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
facts rep { score: count }
assign lead { band: 1  otherwise to any rep by best rep.score  if nobody hold "desk" }
"""


def test_within_a_band_an_explanation_says_what_decided(folder: SalesFolder) -> None:
    folder.write("give.meed", BANDED)
    folder.write("reps.csv", "id,score\nR1,3\nR2,2\nR3,1\n")
    folder.write("leads.csv", "id,created\nL1,2026-02-01\nL2,2026-02-02\n")
    folder.fine(*GIVEN)
    assert [row["rep"] for row in folder.rows("given/who.csv")] == ["R1", "R2"]
    ends = [
        [
            line.split("   ")[-1]
            for line in folder.fine("explain", "--decision", key, "--from", "given/who.csv").lines[-3:]
        ]
        for key in ("L1", "L2")
    ]
    assert ends == [
        ["chosen", "not the best", "not the best"],
        ["chosen", "not the best", "would be ahead by more than the band"],
    ]


def test_leads_with_an_owner_keep_it(folder: SalesFolder) -> None:
    folder.write("give.meed", GIVE.replace("needs rep.on_duty", "needs rep.on_duty and lead.owner is missing"))
    lines = LEADS.splitlines()
    owned = [f"{line},{'owner' if at == 0 else 'R3' if at == 1 else ''}" for at, line in enumerate(lines)]
    folder.write("leads.csv", "\n".join(owned) + "\n")
    said = folder.fine(*GIVEN)
    assert said.lines[0].endswith("decided 7 leads: 6 assigned, 1 held, 1 more had an owner and keep it")
    assert "L01" not in {row["lead"] for row in folder.rows("given/who.csv")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "k.json: this is not a key file"),
        ("[1]", "k.json: this is not a key file"),
        ('{"seed": "xyz"}', "k.json: this is not a key file"),
        ('{"seed": 5}', "k.json: this is not a key file"),
        ('{"seed": "00"}', "k.json: the seed has 1 bytes, and at least 16 are needed"),
    ],
)
def test_what_is_no_key_file_is_refused(text: str, message: str, folder: SalesFolder) -> None:
    folder.write("k.json", text)
    said = folder.meed(*GIVEN, "--keys", "k.json")
    assert said.code == 2
    assert said.err.startswith(f"error: {message}\nhelp: a key file looks like ")


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        ([*GIVEN, "--kind", "leed"], "policy `小队 leads` assigns lead, not `leed`", "did you mean `lead`?"),
        ([*GIVEN, "--kind", "xyz"], "policy `小队 leads` assigns lead, not `xyz`", "use `--kind lead`"),
        (["assign", "pay.meed", *GIVEN[2:]], "policy `小队 pay` assigns nothing: it has no `assign`",
         "name a policy that has one"),
        ([*GIVEN[:-1], "who"], "`--out` names a CSV file, not `who`", "write it like `--out who.csv`"),
        ([*GIVEN[:-1], "leads.csv"], "`--out` would write over leads.csv", "name another place"),
        ([*GIVEN, "--keys", "no.json"], "no.json: there is no such file", "leave `--keys` out to have one made"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_use(args: list[str], message: str, advice: str, folder: SalesFolder) -> None:
    said = folder.meed(*args)
    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\nhelp: {advice}\n")


def test_strict_refuses_leads_that_cannot_be_used(folder: SalesFolder) -> None:
    folder.write("leads.csv", LEADS.replace("web,100,R1", "web,100,R7"))
    assert folder.fine(*GIVEN).lines[0].startswith("小队 leads 1 decided 7 leads")
    said = folder.meed(*GIVEN, "--strict")
    assert (said.code, said.out) == (1, "")
    assert "leads.csv row 3, column `account_owner`: `R7`" in said.err


@given(st.fractions(), st.integers(min_value=0, max_value=10**9))
def test_owed_less_received_is_the_credit_in_what_is_shown_too(owed: Fraction, received: int) -> None:
    def read(text: str) -> Fraction:
        return Fraction(text.replace(",", ""))

    assert read(thousandths(owed)) - received == read(thousandths(owed - received, sign=True))
    assert abs(read(thousandths(owed)) - owed) <= Fraction(1, 2000)
