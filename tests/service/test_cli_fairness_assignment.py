"""`meed fairness` on who got what: from facts, from a file of decisions, as text, JSON and a page."""

import json

import pytest

from .sales_folder import GIVEN, SalesFolder, sales_folder

ASKED = ("fairness", "give.meed", "--facts", "rep=reps.csv", "lead=leads.csv")


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def test_decisions_of_a_file_are_those_that_the_facts_give(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    keys = ("--keys", "given/who.keys.json")
    now = folder.fine(*ASKED, *keys, "--format", "json").json["sections"]["assignment"]
    made = folder.fine(*ASKED, "--decisions", "given/who.csv", "--format", "json").json["sections"]["assignment"]
    assert (now.pop("from")["kind"], made.pop("from")) == ("lead", {"decisions": "given/who.decisions.jsonl"})
    assert now == made
    assert (made["decided"], made["assigned"], made["held_at"]) == (8, 7, {"large desk": 1})
    assert [one["by"] for one in made["quality"]] == ["rep", "region", "tenure", "type"]


def test_decisions_alone_are_enough(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    for name in ("who.csv", "who.decisions.jsonl", "who.report.json"):
        said = folder.fine("fairness", "--decisions", f"given/{name}", "--format", "json").json
        assert said["policy"] is None
        assert said["sections"]["assignment"]["within_promise"] is True
        assert said["sections"]["assignment"]["leads_not_known"] == 8


def test_shuffled_files_give_the_same_report(folder: SalesFolder) -> None:
    before = folder.fine(*ASKED).out
    for name in ("reps.csv", "leads.csv"):
        header, *rows = folder.read(name).splitlines()
        folder.write(name, "\n".join([header, *reversed(rows), ""]))
    assert folder.fine(*ASKED).out == before


def test_a_period_counts_its_days_and_moves_credits_before(folder: SalesFolder) -> None:
    said = folder.fine(*ASKED, "--period", "2026-02", "--format", "json").json["sections"]["assignment"]
    assert (said["decided"], said["assigned"]) == (4, 3)
    pool = said["pools"][0]
    assert (pool["turns"], sum(rep["received"] for rep in pool["reps"])) == (2, 2)
    assert all(rep["within"] for rep in pool["reps"])


def test_a_breach_is_a_finding_that_says_where(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    lines = folder.read("given/who.decisions.jsonl").splitlines()
    first = json.loads(lines[0], parse_float=str)
    first["tried"][0]["turn"]["standings"]["shares"][0] = "1"
    folder.write("given/who.decisions.jsonl", "\n".join([json.dumps(first), *lines[1:], ""]))
    said = folder.meed("fairness", "--decisions", "given/who.csv")
    assert said.code == 1
    assert f"DEFECT: lead/otherwise/1: decision `{first['decision_id']}`: its shares do not add up" in said.out


def test_it_reads_well_and_writes_a_page_that_stands_alone(folder: SalesFolder) -> None:
    said = folder.fine(*ASKED, "--page", "fair.html")
    assert said.lines[2] == "who got what: 8 decided, 7 assigned, 1 held"
    assert "every credit was within what is promised at each of 3 leads" in said.lines
    assert any("needs rep.on_duty" in line for line in said.lines)
    assert "drawn with a seed that everybody knows" in said.err
    page = folder.read("fair.html")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("fairness",), "`meed fairness` needs a policy, or decisions"),
        (("fairness", "give.meed"), "there are no decisions to look at"),
        (
            ("fairness", "pay.meed", "--facts", "rep=reps.csv", "deal=deals.csv"),
            "pay is looked at over a period, of facts",
        ),
        (
            ("fairness", "pay.meed", "--facts", "rep=reps.csv", "--only", "assignment"),
            "policy `小队 pay` assigns nothing",
        ),
        (("fairness", "--decisions", "none.csv"), "none.decisions.jsonl: there is no such file"),
        (("fairness", "--decisions", "reps.csv"), "reps.decisions.jsonl: there is no such file"),
        (("fairness", "--decisions", "give.meed"), "give.meed line 1: this is not a decision"),
        ((*ASKED, "--alike", "moon"), "`--alike moon` is no span of time"),
        ((*ASKED, "--period", "2026-Q9"), "period `2026` has no quarter 9"),
        ((*ASKED, "--by", "shoe"), "reps have no `shoe`"),
        ((*ASKED, "--kind", "deal"), "there are no decisions to look at"),
    ],
)
def test_wrong_use_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], message: str) -> None:
    said = folder.meed(*args)
    assert said.code == 2, said.out + said.err
    assert message in said.err
    assert "help: " in said.err


def test_a_pool_of_values_is_shown_in_its_currency(folder: SalesFolder) -> None:
    folder.write(
        "value.meed",
        'policy "Value" { version: "1"  currency: CNY }\nfacts standard\n'
        'assign lead { fair_in: value  otherwise to any rep by round_robin  if nobody hold "desk" }\n',
    )
    folder.write("two.csv", "id\na\nb\n")
    folder.write("came.csv", "id,created,value\nL1,2026-01-02 09:00,9000\nL2,2026-01-02 10:00,4000\n")
    given = ("value.meed", "--facts", "rep=two.csv", "lead=came.csv")
    made = folder.fine("assign", *given, "--out", "given/value.csv")
    assert any("4,000.00 CNY" in line and "+2,500.00 CNY" in line for line in made.lines)
    for said in (folder.fine("fairness", *given), folder.fine("fairness", "--decisions", "given/value.csv")):
        (row,) = [line for line in said.lines if line.split()[:2] == ["lead/otherwise/1/value", "b"]]
        assert row.split()[2:8] == ["6,500.00", "CNY", "4,000.00", "CNY", "+2,500.00", "CNY"]
    pool = folder.fine("fairness", *given, "--format", "json").json["sections"]["assignment"]["pools"][0]
    assert pool["unit"] == {"counts": "lead.value", "currency": "CNY", "in_one": 100}
    assert [(one["rep"], one["owed"], one["received"]) for one in pool["reps"]] == [
        ("a", "650000", 900000), ("b", "650000", 400000),
    ]  # fmt: skip
    lines = json.loads(folder.read("given/value.report.json"))["fairness"]
    assert [(one["unit"]["in_one"], one["credit"]) for one in lines] == [(100, "-250000"), (100, "250000")]


def test_a_picture_of_values_says_what_it_counts_and_in_what(folder: SalesFolder) -> None:
    folder.write(
        "effort.meed",
        'policy "Effort" { version: "1"  currency: CNY }\nfacts standard\nfacts lead { hours: number }\n'
        'assign lead { fair_in: hours  otherwise to any rep by round_robin  if nobody hold "desk" }\n',
    )
    folder.write("value.meed", folder.read("effort.meed").replace("fair_in: hours", "fair_in: value"))
    folder.write("two.csv", "id\na\nb\n")
    folder.write("came.csv", "id,created,value,hours\nL1,2026-01-02 09:00,9000,1.5\nL2,2026-01-02 10:00,4000,0.25\n")
    page = {}
    for name in ("value", "effort"):
        folder.fine("fairness", f"{name}.meed", "--facts", "rep=two.csv", "lead=came.csv", "--page", f"{name}.html")
        page[name] = folder.read(f"{name}.html")
    assert "lead/otherwise/1/value: lead.value owed less lead.value received, rep by rep" in page["value"]
    assert "2 reps over 2 leads; above 0: owed, below 0: ahead; in CNY; the promise is shaded" in page["value"]
    assert all(f">{sign}</text>" in page["value"] for sign in ("+2k", "+4k", "-2k", "0"))  # bound: 4,500.00 CNY
    assert "lead/otherwise/1/hours: lead.hours owed less lead.hours received, rep by rep" in page["effort"]
    assert all(f">{sign}</text>" in page["effort"] for sign in ("+0.2", "+0.6", "-0.4"))  # bound: 0.75 hours
    assert all("leads owed less" not in text for text in page.values())


def test_credits_go_on_only_where_the_same_is_counted(folder: SalesFolder) -> None:
    policy = (
        'policy "Value" { version: "1"  currency: CNY }\nfacts standard\n'
        'assign lead { fair_in: value  otherwise to any rep by round_robin  if nobody hold "desk" }\n'
    )
    folder.write("value.meed", policy)
    folder.write("euro.meed", policy.replace("CNY", "EUR"))
    folder.write("two.csv", "id\na\nb\n")
    folder.write("came.csv", "id,created,value\nL1,2026-01-02 09:00,9000\n")
    given = ("--facts", "rep=two.csv", "lead=came.csv", "--out", "given/value.csv")
    folder.fine("assign", "value.meed", *given)
    pool = json.loads(folder.read("given/value.credits.json"))["pools"]["lead/otherwise/1/value"]
    assert pool["unit"] == {"counts": "lead.value", "currency": "CNY", "in_one": 100}
    on = ("--credits", "given/value.credits.json")
    folder.fine("assign", "value.meed", *given[:-1], "given/next.csv", *on)
    said = folder.meed("assign", "euro.meed", *given[:-1], "given/euro.csv", *on)
    assert said.code == 2
    assert "pool `lead/otherwise/1/value` counts CNY, and the policy counts EUR" in said.err
