"""`meed replay` and `meed why-not`: the same stream under another policy, and with one change of one rep."""

import json
from pathlib import Path

import pytest

from .sales_folder import GIVE, GIVEN, SalesFolder, sales_folder

FACTS = ("--facts", "rep=reps.csv", "lead=leads.csv")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.fine(*GIVEN)
    made.write("new.meed", GIVE.replace('rep.region is "Nowhere"', 'rep.region is "West"').replace('"1"', '"2"'))
    return made


def replayed(folder: SalesFolder, *args: str):
    return folder.fine("replay", *args, "--format", "json").json


def test_the_same_policy_changes_nothing(folder: SalesFolder) -> None:
    made = replayed(folder, "--run", "given/who.csv", "--policy", "give.meed")
    assert (made["differ"], made["decisions"], made["base"]) == (0, [], made["other"])
    said = folder.fine("replay", "--run", "given/who.csv", "--policy", "give.meed")
    assert said.lines[-1] == "no decision differs"


def test_the_base_is_what_was_decided(folder: SalesFolder) -> None:
    made = replayed(folder, "--run", "given/who.csv", "--policy", "new.meed")
    rows = folder.rows("given/who.csv")
    received = {rep: sum(row["rep"] == rep for row in rows) for rep in made["base"]["received"]}
    assert made["base"]["received"] == received
    assert made["policies"][0]["hash"] != made["policies"][1]["hash"]


def test_a_desk_that_is_not_needed_any_more_is_a_difference_with_its_cause(folder: SalesFolder) -> None:
    """Only Cho is on duty in the West: the large lead goes there, and draws come out as before."""
    made = replayed(folder, "give.meed", *FACTS, "--keys", "given/who.keys.json", "--policy", "new.meed")
    assert (made["base"]["held"], made["other"]["held"], made["differ"]) == (1, 0, 1)
    only = made["decisions"][0]
    assert (only["key"], only["was"], only["now"], only["cause"]) == ("L06", 'held at "large desk"', "R3", "candidates")
    assert only["because"] == "large: R3 was the only one who could take it"
    assert made["causes"] == {"candidates": 1}
    assert made["other"]["value"]["R3"] != made["base"]["value"].get("R3")
    assert 'rep.region is "Nowhere"' in made["base"]["stood_in_the_way"]
    assert 'rep.region is "West"' in made["other"]["stood_in_the_way"]


def test_draws_with_the_same_candidates_come_out_the_same_under_another_policy(folder: SalesFolder) -> None:
    folder.write("renamed.meed", GIVE.replace('"小队 leads"', '"other"').replace("rule returning", "rule regulars"))
    made = replayed(folder, "--run", "given/who.csv", "--policy", "renamed.meed")
    assert made["differ"] == 0
    assert made["base"]["by_lot"] == made["other"]["by_lot"]


def test_it_reads_well(folder: SalesFolder) -> None:
    said = folder.fine("replay", "--run", "given/who.csv", "--policy", "new.meed")
    assert said.lines[0] == "小队 leads 1 against 小队 leads 2, the same 8 leads"
    assert "1 decision of 8 differ:" in said.lines
    assert "  1: others could take them" in said.lines
    assert 'L06, 2026-02-04, large: held at "large desk" -> R3' in said.lines


def test_a_run_whose_policy_or_facts_have_changed_is_refused(folder: SalesFolder) -> None:
    before = folder.read("leads.csv")
    folder.write("leads.csv", before.replace("L08,2026-02-06T10:30,web", "L08,2026-02-06T10:30,fair"))
    said = folder.meed("replay", "--run", "given/who.csv", "--policy", "new.meed")
    assert (said.code, "the facts of given/who.decisions.jsonl have changed since" in said.err) == (1, True)
    folder.write("leads.csv", before)
    folder.write("give.meed", GIVE.replace("300_000", "200_000"))
    said = folder.meed("replay", "--run", "given/who.csv", "--policy", "new.meed")
    assert (said.code, "the policy of given/who.decisions.jsonl has changed since" in said.err) == (1, True)


# --- one rep -------------------------------------------------------------------------------------------------


def why_not(folder: SalesFolder, *args: str):
    return folder.fine("why-not", *args, "--run", "given/who.csv", "--format", "json").json


def test_why_not_counts_the_reasons_of_one_rep(folder: SalesFolder) -> None:
    made = why_not(folder, "R4")
    assert (made["received"], made["could_take_it"]) == (0, 0)
    assert made["in_the_way"] == {"rep.on_duty": made["looked_at"]}
    assert all(one["because"] == "rep.on_duty is no" for one in made["passed_over"])
    assert len(made["passed_over"]) == made["looked_at"]


def test_on_duty_from_a_day_on_changes_what_comes_after_it_and_nothing_before(folder: SalesFolder) -> None:
    """Fifteen more leads of February go round: whoever comes back is owed a share of each, and gets none at once."""
    leads = folder.read("leads.csv") + "".join(f"L{n},2026-02-{n}T10:30,web,100,\n" for n in range(10, 25))
    folder.write("leads.csv", leads)
    folder.fine(*GIVEN)
    made = why_not(folder, "R4", "--if", "on_duty=yes", "--since", "2026-02-01")
    differ = made["compared"]["decisions"]
    assert differ
    assert all(one["at"] >= 1_769_904_000 for one in differ)  # 2026-02-01
    assert made["then"]["received"] == sum(one["now"] == "R4" for one in differ) > 0
    everywhere = why_not(folder, "R4", "--if", "on_duty=yes")
    assert everywhere["then"]["received"] >= made["then"]["received"]


def test_what_a_change_says_is_what_changed_facts_give(folder: SalesFolder) -> None:
    made = why_not(folder, "R4", "--if", "on_duty=yes")
    folder.write("reps.csv", folder.read("reps.csv").replace("2025-12-01,90000,no", "2025-12-01,90000,yes"))
    now = folder.fine(
        "assign", "give.meed", *FACTS, "--keys", "given/who.keys.json", "--out", "now.csv", "--format", "json"
    )
    rows = folder.rows("now.csv")
    assert now.code == 0
    assert made["then"]["received"] == sum(row["rep"] == "R4" for row in rows)
    assert made["compared"]["other"]["received"] == {
        rep: count for rep in ("R1", "R2", "R3", "R4") if (count := sum(row["rep"] == rep for row in rows))
    }


def test_why_not_reads_well(folder: SalesFolder) -> None:
    said = folder.fine("why-not", "R4", "--run", "given/who.csv", "--if", "on_duty=yes")
    assert said.lines[0].startswith("R4 was looked at for ")
    assert "had `on_duty=yes` been so:" in said.lines
    assert any(line.endswith(" differ:") or line == "no decision differs" for line in said.lines)


def test_one_decision_says_why_not_this_rep(folder: SalesFolder) -> None:
    said = folder.fine("explain", "--decision", "L01", "--rep", "R4", "--from", "given/who.csv")
    assert said.lines == ["round_robin (give.meed:12:13): rep.on_duty is no"]
    tie = folder.fine("explain", "--decision", "L01", "--rep", "R2", "--from", "given/who.csv", "--format", "json").json
    assert tie["steps"][0]["because"].startswith("tied, and later in the declared order (share 0.333")
    assert folder.meed("explain", "--decision", "L01", "--rep", "R9", "--from", "given/who.csv").code == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("why-not", "R9", "--run", "given/who.csv"), "there is no rep `R9`"),
        (("why-not", "R4", "--run", "given/who.csv", "--if", "on_duty"), "`on_duty` is no change"),
        (("why-not", "R4", "--run", "given/who.csv", "--if", "onduty=yes"), "reps have no `onduty`"),
        (("why-not", "R4", "--run", "given/who.csv", "--if", "capacity=5"), "decides without `capacity` of a rep"),
        (("why-not", "R4", "--run", "given/who.csv", "--if", "region+=x"), "`region` is one value, not several"),
        (("why-not", "R4", "--run", "given/who.csv", "--if", "on_duty=maybe"), "`on_duty`: `maybe`"),
        (("why-not", "R4", "--run", "given/who.csv", "--since", "2026-02-01"), "`--since` says from when on"),
        (
            ("why-not", "R4", "--run", "given/who.csv", "--if", "on_duty=yes", "--since", "x"),
            "`--since x` is not a day",
        ),
        (("why-not", "R4"), "there is no stream to decide"),
        (("replay", "give.meed", "--policy", "new.meed"), "there is no stream to decide"),
        (("replay", "give.meed", "--run", "given/who.csv", "--policy", "new.meed"), "a run has its policy and facts"),
        (("replay", "--run", "given/who.csv", "--policy", "pay.meed"), "policy `小队 pay` does not assign `lead`"),
        (("replay", "--run", "leads.csv", "--policy", "new.meed"), "leads.decisions.jsonl: there is no such file"),
    ],
)
def test_wrong_use_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], message: str) -> None:
    said = folder.meed(*args)
    assert said.code == 2, said.out
    assert message in said.err
    assert "help: " in said.err


def test_sets_gain_and_lose(folder: SalesFolder) -> None:
    policy = GIVE.replace('to any rep where rep.region is "Nowhere"', 'to any rep where "large" in rep.skills')
    folder.write("give.meed", policy)
    reps = folder.read("reps.csv").replace("on_duty\n", "on_duty,skills\n")
    folder.write("reps.csv", reps.replace("yes\n", "yes,small; old\n").replace(",no\n", ",no,\n"))
    folder.fine(*GIVEN)
    gained = why_not(folder, "R1", "--if", "skills+=large")
    assert [one["now"] for one in gained["compared"]["decisions"] if one["key"] == "L06"] == ["R1"]
    lost = why_not(folder, "R1", "--if", "skills+=large", "--if", "skills-=large")
    assert lost["compared"]["differ"] == 0
    assert json.dumps(gained)
