"""`meed simulate`: the files that it writes, what it shows, and what it refuses."""

import csv
import io
import json
import re
from itertools import groupby
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meed.engine.intake.raw_table import RawTable
from meed.engine.jobs import simulate as simulated
from meed.service.policy_files import sound_policy
from meed.service.readers import read_table

from .sales_folder import DEALS, PAID, PAY, REPS, SalesFolder, sales_folder


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def test_four_files_are_written(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    assert list(folder.everything_in("out")) == ["awards.csv", "lines.csv", "report.json", "summary.csv"]
    lines = folder.read("out/lines.csv").split("\n")
    assert lines[0] == "line id,rep,period,scheme,component,deal,amount,currency"
    assert re.fullmatch("L[0-9a-f]{12,},R1,2026-Q1,hunters,commission,D01,4000.00,CNY", lines[1])
    assert lines[-1] == ""
    assert b"\r" not in folder.path.joinpath("out/lines.csv").read_bytes()
    assert folder.read("out/summary.csv").startswith("rep,period,total\nR1,2026-Q1,9000.00\nR1,2026-Q2,35.00\n")
    assert folder.read("out/awards.csv") == (
        "rep,period,scheme,award,to\nR1,2026-Q1,hunters,Quarter,R1\nR2,2026-Q1,hunters,Quarter,R2\n"
    )


def test_the_files_say_what_the_engine_says(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    frames = {kind: _frame(read_table(f"{kind}s.csv")) for kind in ("rep", "deal")}
    made = simulated(sound_policy("pay.meed"), frames, "2026")
    for name, frame in (("lines", made.lines), ("summary", made.summary), ("awards", made.awards)):
        assert folder.read(f"out/{name}.csv") == frame.to_csv(index=False, lineterminator="\n")
    report = json.loads(folder.read("out/report.json"), parse_float=str)
    assert report["total"] == made.report["total"]
    assert report["policy"] == made.report["policy"]
    assert report["facts"]["hash"] == made.report["facts"]["hash"]


def _frame(raw: RawTable) -> pd.DataFrame:
    return pd.DataFrame({name: column.values() for name, column in raw.columns.items()}, dtype=object)


def test_lines_add_up_to_statements_and_to_the_total(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    rows = sorted(folder.rows("out/lines.csv"), key=lambda row: (row["rep"], row["period"]))
    sums = {
        key: sum(int(row["amount"].replace(".", "")) for row in group)
        for key, group in groupby(rows, key=lambda row: (row["rep"], row["period"]))
    }
    summary = {
        (row["rep"], row["period"]): int(row["total"].replace(".", "")) for row in folder.rows("out/summary.csv")
    }
    assert {key: total for key, total in summary.items() if total} == sums
    assert {key[0] for key in summary} == {"R1", "R2", "R3", "R4"}
    report = json.loads(folder.read("out/report.json"), parse_float=str)
    assert int(report["total"].replace(".", "")) == sum(sums.values())


def test_the_report_has_rows_hashes_and_what_was_given(folder: SalesFolder) -> None:
    folder.write("more.csv", REPS.replace("R4,", "R4,D").replace("Bears,West,2025", "Bears,West,x"))
    report = folder.fine(*PAID, "--format", "json").json
    assert report == json.loads(folder.read("out/report.json"), parse_float=str)
    assert report["given"] == {
        "policy": "pay.meed", "facts": {"rep": "reps.csv", "deal": "deals.csv"}, "map": None, "without": [],
        "strict": False, "known_by": None, "period": "2026",
    }  # fmt: skip
    assert [(file["rows_in"], file["rows_used"]) for file in report["facts"]["files"]] == [(4, 4), (9, 9)]
    assert len(report["policy"]["hash"]) == len(report["facts"]["hash"]) == 64
    assert (report["job"], report["period"], report["currency"], report["lines"]) == ("simulate", "2026", "CNY", 36)


def test_what_is_paid_is_shown_by_type_and_rep(folder: SalesFolder) -> None:
    said = folder.fine(*PAID)
    assert said.lines[0] == "小队 pay 3 pays 32,835.00 CNY over 2026"
    assert ["competitive", "2", "13,635.00", "CNY"] in [line.split() for line in said.lines]
    assert "R2         李伟   competitive    4,600.00 CNY" in said.lines
    assert "  reps.csv: 4 rows, 4 used, 0 set aside" in said.lines
    assert said.lines[-1].startswith("written to out: lines.csv (36 lines), summary.csv, awards.csv (2 awards)")
    assert said.err == ""


def test_a_run_again_gives_the_same_bytes(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    before = folder.everything_in("out")
    folder.fine(*PAID)
    assert folder.everything_in("out") == before


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_never_matters(folder: SalesFolder, random: Random) -> None:
    folder.write("deals.csv", DEALS)
    folder.fine(*PAID)
    before = folder.everything_in("out")
    for name, text in (("reps.csv", REPS), ("deals.csv", DEALS)):
        header, *rows = text.splitlines()
        random.shuffle(rows)
        folder.write(name, "\n".join([header, *rows]) + "\n")
    folder.fine(*PAID)
    assert folder.everything_in("out") == before


def test_facts_that_are_not_read_are_a_note(folder: SalesFolder) -> None:
    folder.write("a.csv", "id,rep,at,kind\nA1,R1,2026-01-01T09:00,call\n")
    said = folder.fine(*PAID[:5], "activity=a.csv", *PAID[5:])
    assert "  a.csv: the policy reads no `activity`, so the file was not used" in said.lines


def test_rows_that_cannot_be_used_are_named_and_the_rest_is_paid(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("D03,R2", "D03,R9").replace("9000,won", "9o00,won"))
    said = folder.fine(*PAID)
    shown = "\n".join(said.lines)
    assert "deals.csv row 4, column `owner`: `R9` is not the `id` of a rep in reps.csv" in shown
    assert "deals.csv row 8, column `amount`: " in shown
    assert "  deals.csv: 9 rows, 7 used, 2 set aside" in said.lines


CORRECTED = DEALS.replace("\n", ",2026-04-01\n").replace("kind,2026-04-01", "kind,known_at", 1)


def test_what_was_known_by_a_day_is_what_is_paid(folder: SalesFolder) -> None:
    folder.write("deals.csv", CORRECTED + "D01,R1,1000,won,2026-01-05,2025-12-01,new,2026-05-06\n")
    late = folder.fine(*PAID)
    assert "  deals.csv: 10 rows, 9 used, 0 set aside, 1 superseded" in late.lines
    changed = folder.everything_in("out")
    said = folder.fine(*PAID, "--known-by", "2026-05-05")
    assert "  deals.csv: 10 rows, 9 used, 0 set aside, 1 not yet known" in said.lines
    assert "  reps.csv: there is no column `known_at`, so all of it counts as known" in said.lines
    then = folder.everything_in("out")
    assert then["lines.csv"] != changed["lines.csv"]
    lines = then["lines.csv"].decode().splitlines()
    folder.fine("explain", "--line", lines[1].partition(",")[0])
    folder.write("deals.csv", CORRECTED)
    folder.fine(*PAID, "--known-by", "2026-05-05")
    again = folder.everything_in("out")
    assert again["lines.csv"] == then["lines.csv"]
    assert again["summary.csv"] == then["summary.csv"]


def test_a_day_that_is_none_is_wrong_use(folder: SalesFolder) -> None:
    said = folder.meed(*PAID, "--known-by", "April")
    assert (said.code, said.out) == (2, "")
    assert "`--known-by April` is not a day" in said.err


def test_strict_refuses_facts_of_which_a_row_cannot_be_used(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("D03,R2", "D03,R9"))
    said = folder.meed(*PAID, "--strict")
    assert (said.code, said.out) == (1, "")
    first, *rest = said.err.splitlines()
    assert first.startswith("deals.csv row 4, column `owner`: `R9` is not the `id` of a rep in reps.csv")
    assert rest == [
        "error: 1 row cannot be used, and `--strict` was asked for",
        "help: correct the rows, or leave `--strict` out",
    ]
    assert not folder.path.joinpath("out").exists()
    folder.write("deals.csv", DEALS)
    folder.fine(*PAID, "--strict")


def test_a_missing_column_refuses_every_run(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("amount", "sum"))
    said = folder.meed(*PAID)
    assert said.code == 1
    assert said.err.startswith("deals.csv: there is no column `amount`")
    assert said.err.endswith("error: the facts cannot be used\nhelp: correct what is said above\n")


def test_a_mapping_file_says_whose_column_is_which(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    before = folder.read("out/lines.csv")
    folder.write("deals.csv", DEALS.replace("id,owner,amount", "No,Who,Sum"))
    folder.write("map.toml", '[deal.columns]\nid = "No"\nowner = "Who"\namount = "Sum"\n')
    report = folder.fine(*PAID, "--map", "map.toml", "--format", "json").json
    assert folder.read("out/lines.csv") == before
    assert report["given"]["map"] == "map.toml"


def test_mistakes_of_a_mapping_file_are_named(folder: SalesFolder) -> None:
    folder.write("map.toml", '[deel.columns]\nid = "No"\n')
    said = folder.meed(*PAID, "--map", "map.toml")
    assert said.code == 1
    assert said.err.splitlines()[0].startswith("map.toml, deel: there is no kind of fact `deel`")
    assert "error: map.toml cannot be used as a mapping file\n" in said.err


def test_a_kind_without_facts_is_said_to_have_none(folder: SalesFolder) -> None:
    args = [word for word in PAID if word != "deal=deals.csv"]
    said = folder.meed(*args)
    assert (said.code, said.err) == (
        2,
        "error: no file was given for `deal`\nhelp: add `--facts deal=FILE`, or `--without deal` if there are none\n",
    )
    folder.fine(*args, "--without", "deal")
    assert {row["component"] for row in folder.rows("out/lines.csv")} == {"total"}


def with_period(period: str) -> list[str]:
    return [period if word == "2026" else word for word in PAID]


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (with_period("2026-02"), "period `2026-02` is shorter than the quarter of scheme `hunters`",
         "ask for a whole quarter"),
        (with_period("May"), "period `May` is not a period",
         "write it as 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W07 or 2026-04-10"),
        (["simulate", "pay.meed", "--facts", "reps=reps.csv", "--period", "2026", "--out", "out"],
         "`--facts reps`: policy `小队 pay` has no kind of fact `reps`", "did you mean `rep`?"),
        ([*PAID, "--without", "deals"], "`--without deals`: policy `小队 pay` has no kind of fact `deals`",
         "did you mean `deal`?"),
        ([*PAID, "--without", "deal"], "`deal` has a file and is said to have none", "leave one of the two out"),
        ([*PAID, "--map", "no.toml"], "no.toml: there is no such file",
         "`--map` names a mapping file, see docs/facts.md"),
        (["simulate", "pay.meed", "--facts", "rep=rep.csv", "--period", "2026", "--out", "out"],
         "rep.csv: there is no such file", "did you mean `reps.csv`?"),
        (["simulate", "give.meed", *PAID[2:]], "policy `小队 leads` pays nothing: it has no `scheme`",
         "name a policy that has one"),
        ([*PAID[:-1], "reps.csv"], "reps.csv: this is a file", "`--out` names a folder"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_use(args: list[str], message: str, advice: str, folder: SalesFolder) -> None:
    said = folder.meed(*args)
    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\nhelp: {advice}\n")
    assert not folder.path.joinpath("out").exists()


def test_a_run_never_writes_over_its_facts(folder: SalesFolder) -> None:
    folder.write("lines.csv", DEALS)
    args = ["deal=./lines.csv" if word == "deal=deals.csv" else word for word in PAID]
    said = folder.meed(*args[:-1], ".")
    assert (said.code, said.err) == (2, "error: `--out` would write over ./lines.csv\nhelp: name another place\n")
    assert folder.read("lines.csv") == DEALS


def test_text_in_facts_cannot_steer_the_terminal(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("D03,R2", "D03,\x1b[2JR9"))
    folder.write("reps.csv", REPS.replace("Ann", "An\x1b[31mn"))
    assert "\x1b" not in folder.meed(*PAID, "--strict").err
    assert "\x1b" not in folder.fine(*PAID).out


def test_a_policy_with_errors_is_not_run(folder: SalesFolder) -> None:
    folder.write("pay.meed", PAY.replace("rep.quota", "rep.quotta", 1))
    said = folder.meed(*PAID)
    assert (said.code, said.out) == (1, "")
    assert "did you mean `quota`?" in said.err
    assert said.err.endswith("error: pay.meed cannot be used: 1 error\nhelp: correct the policy first\n")


def test_a_folder_that_cannot_be_written_is_said(folder: SalesFolder) -> None:
    folder.path.joinpath("out").mkdir()
    folder.path.joinpath("out", "lines.csv").mkdir()
    said = folder.meed(*PAID)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert said.err.startswith("error: ")


def test_cells_with_commas_and_quotes_stay_one_cell(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("D01,", '"D,""1""",'))
    folder.fine(*PAID)
    rows = list(csv.DictReader(io.StringIO(folder.read("out/lines.csv"))))
    assert 'D,"1"' in {row["deal"] for row in rows}
