"""`meed allocate`: the files, the report, what fairness costs, credits carried on, and what is said otherwise."""

import json
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from .sales_folder import SalesFolder, sales_folder

FIT = """policy "Fit" { version: "1"  currency: EUR }
facts standard
facts rep { room: count }
facts lead { language: text }
let fit of rep, lead = choose { when lead.industry in rep.skills: 100%  otherwise: 20% }
let open_leads of rep = count of lead where lead.owner is rep
assign lead {
  needs lead.language in rep.languages LIMIT
  otherwise to any rep by best fit
  if nobody hold "desk"
}
"""
REPS = "id,skills,languages,room\nAda,steel,de;en,9\nBen,food,de,2\nCem,food,de,9\n"
LEADS = "id,created,industry,language\n" + "".join(
    f"L{number},2026-03-0{1 + number % 3} 09:0{number},{industry},{'en' if number == 5 else 'de'}\n"
    for number, industry in enumerate(["food", "steel"] * 4)
)
GIVEN = ("allocate", "fit.meed", "--facts", "rep=people.csv", "lead=week.csv")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    for name, text in (("fit.meed", FIT.replace("LIMIT", "")), ("people.csv", REPS), ("week.csv", LEADS)):
        made.path.joinpath(name).write_text(text, encoding="utf-8")
    return made


def test_everybody_gets_what_is_owed_and_the_price_is_said(folder: SalesFolder) -> None:
    text = folder.fine(*GIVEN, "--out", "given/who.csv").out
    assert "allocated 8 leads: 8 shared out together, 0 held" in text
    assert "the price of fairness: " in text
    assert "every one of 3 has the floor or the ceiling of what is owed" in text
    assert list(folder.everything_in("given")) == [
        "who.credits.json", "who.csv", "who.decisions.jsonl", "who.report.json",
    ]  # fmt: skip
    report = json.loads(folder.read("given/who.report.json"))
    reps = {line["rep"]: line for line in report["batches"][0]["reps"]}
    assert {rep: (line["owed"], line["least"], line["most"]) for rep, line in reps.items()} == {
        "Ada": ("10/3", 3, 4), "Ben": ("7/3", 2, 3), "Cem": ("7/3", 2, 3),
    }  # fmt: skip
    assert sum(line["got"] for line in reps.values()) == 8
    [price] = report["batches"][0]["price_of_fairness"]
    assert (price["without"], price["with"], price["exact"]) == ("8", "8", True)


def test_the_same_bytes_whatever_the_order_of_rows(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--out", "a/who.csv")
    for name, text in (("people.csv", REPS), ("week.csv", LEADS)):
        head, *rows = text.splitlines()
        folder.path.joinpath(name).write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    folder.fine(*GIVEN, "--out", "b/who.csv")
    assert {name: folder.read(f"a/{name}") for name in ("who.csv", "who.decisions.jsonl", "who.credits.json")} == {
        name: folder.read(f"b/{name}") for name in ("who.csv", "who.decisions.jsonl", "who.credits.json")
    }


def test_credits_are_carried_into_the_next_batch_and_into_turns(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--out", "who.csv")
    made = json.loads(folder.fine(*GIVEN, "--credits", "who.credits.json", "--out", "next.csv", "--format", "json").out)
    before = {line["rep"]: line["carried"] for line in made["batches"][0]["reps"]}
    first = json.loads(folder.read("who.report.json"))
    assert before == {line["rep"]: line["credit"] for line in first["batches"][0]["reps"]}
    assert any(value != "0" for value in before.values())
    turns = ("assign", *GIVEN[1:], "--credits", "next.credits.json", "--out", "turns.csv", "--format", "json")
    after = {line["rep"]: line["credit"] for line in made["batches"][0]["reps"]}
    report = json.loads(folder.fine(*turns).out)
    for line in report["fairness"]:
        before_turns = Fraction(after[line["rep"]])
        assert Fraction(line["credit"]) == before_turns + Fraction(line["owed"]) - line["received"]


def test_a_limit_is_kept_and_said(folder: SalesFolder) -> None:
    folder.path.joinpath("fit.meed").write_text(FIT.replace("LIMIT", "and open_leads < rep.room"), encoding="utf-8")
    text = folder.fine(*GIVEN, "--out", "who.csv").out
    assert "Ben could take 2 and no more" in text
    assert [row["rep"] for row in folder.rows("who.csv")].count("Ben") == 2


def test_whoever_had_a_lead_lately_or_last_does_not_get_it_in_a_batch_either(folder: SalesFolder) -> None:
    lets = """let lately of rep, lead = count of assignment on assignment.ended
  where assignment.lead is lead and assignment.rep is rep
let had of rep, lead = count of assignment
  where assignment.lead is lead and assignment.rep is rep and assignment.later < 1
assign lead {"""
    text = FIT.replace("LIMIT", "and had is 0 and (lately over last 3 days) is 0").replace("assign lead {", lets)
    folder.path.joinpath("fit.meed").write_text(text, encoding="utf-8")
    rows = [
        "1,L0,Ben,2026-02-27 09:00,2026-03-02 10:00,1",  # ended too lately
        "2,L0,Cem,2026-02-20 09:00,2026-02-27 09:00,0",  # the last owner, who began earlier
        "3,L1,Ben,2026-02-20 09:00,2026-02-21 09:00,1",  # long ago
    ]
    history = "id,lead,rep,began,ended,later\n" + "\n".join(rows) + "\n"
    folder.path.joinpath("history.csv").write_text(history, encoding="utf-8")
    folder.fine(*GIVEN, "assignment=history.csv", "--out", "who.csv")
    decisions = {one["key"]: one for one in map(json.loads, folder.read("who.decisions.jsonl").splitlines())}
    assert (decisions["L0"]["rep"], decisions["L0"]["candidates"]) == ("Ada", 1)
    assert decisions["L1"]["candidates"] == 3


def test_explain_says_whose_ceiling_it_was(folder: SalesFolder) -> None:
    folder.path.joinpath("week.csv").write_text(LEADS.replace("food", "steel"), encoding="utf-8")
    folder.fine(*GIVEN, "--out", "who.csv")
    ranked = [json.loads(line) for line in folder.read("who.decisions.jsonl").splitlines()]
    second = next(one for one in ranked if one["rank"] > 1)
    text = folder.fine("explain", "--decision", second["key"]).out
    assert f"lead {second['key']} went to {second['rep']}" in text
    assert "may not have more than" in text
    assert json.loads(folder.fine("explain", "--decision", second["decision_id"], "--format", "json").out) == second


def test_batches_of_days_carry_credits_from_one_to_the_next(folder: SalesFolder) -> None:
    folder.path.joinpath("fit.meed").write_text(
        FIT.replace("LIMIT", "").replace("assign lead {", "assign lead {\n  batch: daily"), encoding="utf-8"
    )
    made = json.loads(folder.fine(*GIVEN, "--out", "who.csv", "--format", "json").out)
    assert [batch["decided"] for batch in made["batches"]] == [3, 3, 2]
    assert all(line["carried"] == "0" for line in made["batches"][0]["reps"])
    for earlier, later in zip(made["batches"], made["batches"][1:], strict=False):
        left = {line["rep"]: line["credit"] for line in earlier["reps"]}
        assert all(line["carried"] == left.get(line["rep"], line["carried"]) for line in later["reps"])
    assert "in 3 batches" in folder.fine(*GIVEN, "--out", "who.csv").out


def test_without_the_solver_it_says_what_to_install(folder: SalesFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.graph.python", None)
    stopped = folder.meed(*GIVEN, "--out", "who.csv")
    assert stopped.code == 2
    assert "a solver that is not installed" in stopped.err
    assert "pip install 'meed-engine[allocate]'" in stopped.err


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--at", "soon"), "`--at soon` is not a day or a moment"),
        (("--credits", "nowhere.json"), "nowhere.json: there is no such file"),
        (("--credits", "fit.meed"), "fit.meed: this is not a file of credits"),
    ],
)
def test_wrong_use_is_said_with_what_to_do(folder: SalesFolder, given: tuple[str, ...], says: str) -> None:
    stopped = folder.meed(*GIVEN, *given, "--out", "who.csv")
    assert stopped.code == 2
    assert says in stopped.err


def test_who_comes_new_is_said_with_what_it_moves(folder: SalesFolder) -> None:
    folder.write(
        "fit.meed", FIT.replace("LIMIT", "").replace("assign lead {", "assign lead {\n  newcomer: last_in_line")
    )
    folder.write("first.csv", "\n".join(LEADS.splitlines()[:4]) + "\n")
    folder.write("two.csv", "\n".join(REPS.splitlines()[:3]) + "\n")
    folder.fine("allocate", "fit.meed", "--facts", "rep=two.csv", "lead=first.csv", "--out", "who.csv")
    again = (*GIVEN, "--credits", "who.credits.json", "--out", "next.csv")
    assert "lead/otherwise/1: Cem came new, and began last in line (" in folder.fine(*again).out
    [began] = folder.fine(*again, "--format", "json").json["batches"][0]["began"]
    assert (began["rep"], began["at"], began["back"]) == ("Cem", "last_in_line", False)
    assert began["credit"] == began["moves"]["Cem"]
    assert sum(Fraction(move) for move in began["moves"].values()) == 0


def test_a_band_around_a_value_is_refused(folder: SalesFolder) -> None:
    folder.write(
        "fit.meed", FIT.replace("LIMIT", "").replace("assign lead {", "assign lead {\n  fair_in: room  band: 2")
    )
    folder.write("fit.meed", folder.read("fit.meed").replace("facts lead {", "facts lead { room: count "))
    folder.write("week.csv", "\n".join(f"{line},{'room' if not n else 3}" for n, line in enumerate(LEADS.splitlines())))
    said = folder.meed(*GIVEN, "--out", "who.csv")
    assert said.code == 1
    assert "a batch by value (`fair_in`) keeps value as near as can be, and no `band` around it" in said.err
