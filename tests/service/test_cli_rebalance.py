"""`meed rebalance`: moves with from, to and why, a file of facts, what is proved, and what stands in the way."""

import csv
import json
from pathlib import Path

import pytest

from meed.engine.turns.shares import SCALE

from .sales_folder import SalesFolder, sales_folder

CARE = """policy "Care" { version: "1"  currency: EUR }
facts standard
assign account {
  SETTINGS
  needs account.region is rep.region
  otherwise to any rep by round_robin
  if nobody hold "head of care"
}
"""
REPS = "id,region\nAda,North\nBen,North\nCem,South\n"
ACCOUNTS = "id,region,owner,potential\n" + "".join(
    f"A{number},{'South' if number == 9 else 'North'},{'Cem' if number == 9 else 'Ada'},{number}00\n"
    for number in range(1, 10)
)
GIVEN = ("rebalance", "care.meed", "--facts", "rep=people.csv", "account=accounts.csv", "--at", "2026-04-01")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    for name, text in (("care.meed", CARE.replace("SETTINGS", "")), ("people.csv", REPS), ("accounts.csv", ACCOUNTS)):
        made.write(name, text)
    return made


def test_moves_are_named_with_from_to_and_why_and_proved_to_be_few(folder: SalesFolder) -> None:
    text = folder.fine(*GIVEN, "--band", "0%", "--out", "moves.csv", "--by", "Cleo", "--why", "new year").out
    assert "4 moves of 9 accounts, band 0%" in text
    assert "no way into the band has fewer than 4 moves" in text
    assert "4 is proved to be the fewest within these rules" in text
    rows = folder.rows("moves.csv")
    assert list(rows[0]) == ["id", "at", "account", "what", "rep", "to", "by", "reason"]
    assert {(row["what"], row["rep"], row["to"], row["by"], row["at"]) for row in rows} == {
        ("transfer", "Ada", "Ben", "Cleo", "2026-04-01")
    }
    assert rows[0]["reason"] == "new year: Ada had 8, more than 4; Ben had 0, less than 4"
    assert len({row["id"] for row in rows}) == 4


def test_the_same_moves_whatever_the_order_of_rows(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--band", "0%", "--out", "moves.csv")
    first = folder.read("moves.csv")
    head, *rows = ACCOUNTS.splitlines()
    folder.write("accounts.csv", "\n".join([head, *reversed(rows)]) + "\n")
    folder.fine(*GIVEN, "--band", "0%", "--out", "moves.csv")
    assert folder.read("moves.csv") == first


def test_loads_by_value_come_into_the_band(folder: SalesFolder) -> None:
    folder.write("care.meed", CARE.replace("SETTINGS", "fair_in: potential"))
    made = json.loads(folder.fine(*GIVEN, "--band", "10%", "--format", "json").out)
    reps = {line["rep"]: line for line in made["reps"]}
    assert (made["moved"], made["least_moves"], made["gap"], made["missed"]) == (3, 3, "0", "0")
    assert {rep: line["owed"] for rep, line in reps.items()} == {
        "Ada": "180000.000000", "Ben": "180000.000000", "Cem": "90000.000000",
    }  # fmt: skip
    assert all(line["within"] for line in reps.values())
    assert sum(int(line["after"]) for line in reps.values()) == 450_000
    text = folder.fine(*GIVEN, "--band", "900..2_000").out
    assert "3 moves of 9 accounts, band 900..2_000" in text


def test_a_band_that_cannot_be_reached_names_the_condition_in_the_way(folder: SalesFolder) -> None:
    said = folder.meed(*GIVEN, "--band", "3..3")
    assert said.code == 1
    assert "are NOT within the band, by 4 in all (no way comes nearer)" in said.out
    assert 'Cem is 2 under: A1: account.region is "North", not rep.region ("South")   (care.meed:5:9)' in said.out


def test_moves_are_posted_to_the_credits_of_turns(folder: SalesFolder) -> None:
    folder.write("none.credits.json", json.dumps({"scale": str(SCALE), "pools": {}}))
    folder.fine(*GIVEN, "--band", "0%", "--out", "moves.csv", "--credits", "none.credits.json")
    pool = json.loads(folder.read("moves.credits.json"))["pools"]["account/otherwise/1"]
    assert int(pool["credits"]["Ada"]) == -int(pool["credits"]["Ben"]) > 0
    assert all(0 < wider <= 4 * SCALE for wider in pool["excess"])


def test_the_moves_are_facts_of_kind_move(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--band", "0%", "--out", "moves.csv")
    with folder.path.joinpath("moves.csv").open(encoding="utf-8", newline="") as rows:
        names = next(csv.reader(rows))
    assert set(names) <= {"id", "at", "account", "what", "rep", "to", "by", "reason"}


@pytest.mark.parametrize(
    ("given", "says", "code"),
    [
        (("--band", "wide"), "`--band wide` is not a band", 2),
        (("--band", "60..40"), "`--band 60..40` is not a band", 2),
        (("--band", "100%"), "`--band 100%` is not a band", 2),
        (("--band", "0%", "--at", "soon"), "`--at soon` is not a day or a moment", 2),
        (("--band", "0%", "--effort", "0"), "effort", 2),
    ],
)
def test_wrong_use_is_said_with_what_to_do(folder: SalesFolder, given: tuple[str, ...], says: str, code: int) -> None:
    said = folder.meed(*GIVEN, *given)
    assert said.code == code
    assert says in said.err


def test_a_value_that_is_missing_or_below_zero_is_named(folder: SalesFolder) -> None:
    folder.write("care.meed", CARE.replace("SETTINGS", "fair_in: potential"))
    folder.write("accounts.csv", ACCOUNTS.replace("A3,North,Ada,300", "A3,North,Ada,-300"))
    said = folder.meed(*GIVEN, "--band", "10%")
    assert said.code == 1
    assert "what `A3` counts is below zero" in said.err


def test_limits_and_values_together_are_refused(folder: SalesFolder) -> None:
    text = """policy "Leads" { version: "1"  currency: EUR }
facts standard
let held of rep = count of lead where lead.owner is rep
assign lead { fair_in: value  needs held < 2  otherwise to any rep by round_robin  if nobody hold "desk" }
"""
    folder.write("leads.meed", text)
    folder.write("week.csv", "id,created,value\nL1,2026-03-02 09:00,100\n")
    said = folder.meed("allocate", "leads.meed", "--facts", "rep=people.csv", "lead=week.csv", "--out", "who.csv")
    assert said.code == 1
    assert "a batch by value (`fair_in`) does not keep limits on what somebody has been given yet" in said.err
