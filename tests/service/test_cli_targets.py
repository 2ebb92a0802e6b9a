"""`meed targets`: the table with its totals, the file, the JSON form, why, and the check."""

import json
from pathlib import Path

import pytest

from .sales_folder import SalesFolder, sales_folder

GOALS = """policy "Goals" { currency: USD }
facts standard
facts rep { weight: number }
credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
target goal to rep per quarter { round_to: 1  subtotals: team } = share 1_000 among every rep over year by rep.weight
"""
REPS = "id,team,weight\nA,X,1\nB,X,1\nC,Y,1\n"
GIVEN = ("targets", "goals.meed", "--facts", "rep=people.csv")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.path.joinpath("goals.meed").write_text(GOALS, encoding="utf-8")
    made.path.joinpath("people.csv").write_text(REPS, encoding="utf-8")
    return made


def test_the_table_has_totals_of_people_teams_and_periods(folder: SalesFolder) -> None:
    text = folder.fine(*GIVEN, "--period", "2026").out
    assert "goal: 1,000 USD over 2026, per quarter" in text
    lines = [line.split() for line in text.splitlines()]
    assert next(line for line in lines if line[:1] == ["all"]) == ["all", "250", "250", "250", "250", "1,000"]
    team = next(line for line in lines if line[:2] == ["=", "X"])
    assert sum(int(cell) for cell in team[2:6]) == int(team[6])
    assert int(team[6]) in {666, 667}


def test_the_file_has_a_row_for_each_goal_and_the_same_bytes_in_any_order(folder: SalesFolder) -> None:
    folder.fine(*GIVEN, "--period", "2026", "--out", "goals.csv")
    first = folder.read("goals.csv")
    rows = first.splitlines()
    assert rows[0] == "target,rep,group,period,goal,exact,step,why"
    assert len(rows) == 1 + 3 * 4
    assert rows[1].startswith("goal,A,X,2026-Q1,84,250/3,1,")
    head, *people = REPS.splitlines()
    folder.path.joinpath("people.csv").write_text("\n".join([head, *reversed(people)]) + "\n", encoding="utf-8")
    folder.fine(*GIVEN, "--period", "2026", "--out", "goals.csv")
    assert folder.read("goals.csv") == first


def test_why_says_the_exact_value_the_step_and_the_direction(folder: SalesFolder) -> None:
    text = folder.fine(*GIVEN, "--period", "2026", "--why", "C").out
    said = [line for line in text.splitlines() if line.startswith("C, 2026-Q")]
    assert len(said) == 4
    assert all("in steps of 1.00 USD; " in line for line in said)
    assert all(line.split("; ")[1].startswith(("up", "down")) for line in said)


def test_the_json_form_has_every_goal_and_every_total(folder: SalesFolder) -> None:
    made = json.loads(folder.fine(*GIVEN, "--period", "2026", "--format", "json").out)
    sheet = made["targets"][0]
    assert sheet["total"] == "1000"
    assert sheet["totals"]["period"] == {f"2026-Q{number}": "250" for number in range(1, 5)}
    assert sum(int(goal["goal"]) for goal in sheet["goals"]) == 1000
    assert "check" not in made


def test_the_check_says_its_verdicts_and_its_thresholds(folder: SalesFolder) -> None:
    deals = "".join(f"D{n},A,300,won,2025-{n:02d}-15,L{n}\n" for n in range(1, 13))
    leads = "".join(f"L{n},2025-{n:02d}-01 09:00,A,2025-{n:02d}-01 10:00\n" for n in range(1, 13))
    last = "L13,2026-03-30 09:00,C,2026-03-30 10:00\n"
    folder.path.joinpath("won.csv").write_text("id,owner,amount,stage,closed,lead\n" + deals, encoding="utf-8")
    folder.path.joinpath("given.csv").write_text("id,created,owner,assigned\n" + leads + last, encoding="utf-8")
    facts = ("deal=won.csv", "lead=given.csv")
    text = folder.fine(*GIVEN, *facts, "--period", "2026-Q1", "--check").out
    verdicts = {
        line.split()[0]: line for line in text.splitlines() if line[:2] in {"A ", "B ", "C "} and "2026-Q1" in line
    }
    assert verdicts["A"].endswith("out of reach with the leads received")
    assert "4 of 4" in verdicts["A"]
    assert verdicts["C"].endswith("attainable") or verdicts["C"].endswith("stretch")
    assert "above 125% of the higher yield" in text
    made = json.loads(
        folder.fine(*GIVEN, *facts, "--period", "2026-Q1", "--check", "--limit", "leads=5", "--format", "json").out
    )
    goals = {goal["rep"]: goal for goal in made["check"][0]["goals"]}
    assert made["check"][0]["thresholds"]["leads"] == 5
    assert (goals["A"]["leads"], goals["A"]["per_lead"], goals["C"]["leads"]) == (0, "300", 1)


def test_decisions_of_an_assignment_stand_for_owners(folder: SalesFolder) -> None:
    folder.path.joinpath("won.csv").write_text(
        "id,owner,amount,stage,closed\nD1,A,5,won,2025-12-01\n", encoding="utf-8"
    )
    folder.path.joinpath("given.csv").write_text("id,created\nL1,2026-03-30 09:00\n", encoding="utf-8")
    folder.path.joinpath("decided.csv").write_text("lead,rep,rule\nL1,B,local\n", encoding="utf-8")
    asked = (*GIVEN, "deal=won.csv", "lead=given.csv", "--period", "2026-Q1", "--check", "--format", "json")
    made = json.loads(folder.fine(*asked, "--decisions", "decided.csv").out)
    assert {goal["rep"]: goal["leads"] for goal in made["check"][0]["goals"]} == {"A": 0, "B": 1, "C": 0}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--period", "2026-02"), "is shorter than the quarter of target `goal`"),
        (("--period", "2026", "--why", "Z"), "nobody of that key has a goal"),
        (("--period", "2026", "--limit", "easy=9"), "`--limit easy=9` has the wrong form"),
        (("--period", "2026", "--limit", "hard=9"), "is not a threshold"),
        (("--period", "2026", "--decisions", "none.csv"), "there is no such file"),
    ],
)
def test_what_is_wrong_is_said(folder: SalesFolder, more: tuple[str, ...], said: str) -> None:
    wrong = folder.meed(*GIVEN, *more)
    assert wrong.code == 2
    assert said in wrong.err


def test_a_policy_without_targets_is_refused(folder: SalesFolder) -> None:
    wrong = folder.meed("targets", "pay.meed", "--facts", "rep=people.csv", "--period", "2026")
    assert "has no `target`" in wrong.err
