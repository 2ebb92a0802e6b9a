"""`meed explain`: lines, components and decisions of runs, and the list of runs."""

import json
from pathlib import Path

import pytest

from meed.service.run_index import known_runs, remember_run

from .sales_folder import DEALS, GIVE, GIVEN, PAID, PAY, SalesFolder, sales_folder

WAYS = "use `--line ID`, `--decision ID`, or `--rep R --period P --scheme S --component C`"
AGAIN = "help: run `meed simulate` again\n"
RACE = ("--rep", "R1", "--period", "2026-Q1", "--scheme", "hunters", "--component", "race")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def second_deal(folder: SalesFolder) -> str:
    """The line of the deal D02."""
    return next(row["line id"] for row in folder.rows("out/lines.csv") if row["deal"] == "D02")


def component(rep: str, period: str, scheme: str, name: str) -> tuple[str, ...]:
    return "explain", "--rep", rep, "--period", period, "--scheme", scheme, "--component", name


def test_every_kind_of_line_is_explained_to_the_amount_that_is_paid(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    kinds = {(row["component"], bool(row["deal"])): row for row in folder.rows("out/lines.csv")}
    assert kinds.keys() == {
        ("commission", True), ("race", False), ("total", False), ("base", True), ("ytd", False),
    }  # fmt: skip
    for row in kinds.values():
        told = folder.fine("explain", "--line", row["line id"], "--format", "json").json
        assert (told["line"], told["amount"], told["currency"]) == (row["line id"], row["amount"], "CNY")
        assert told["place"].startswith("pay.meed:")
        assert told["because"]


def test_a_line_is_told_as_a_tree(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    said = folder.fine("explain", "--line", second_deal(folder))
    assert said.lines[0] == "R1, 2026-Q1, hunters.commission, deal D02: 4,200.04 CNY   (pay.meed:7:3)"
    assert "    bookings with D02 = 140,000.50 CNY" in said.lines
    assert "    earned with it, rounded = 8,200.04 CNY" in said.lines
    assert said.err == ""


def test_a_run_is_found_by_what_it_wrote(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    folder.path.joinpath(".meed", "runs.json").unlink()
    for place in ("out", "out/lines.csv", "out/report.json", "out/summary.csv"):
        folder.fine("explain", "--line", second_deal(folder), "--from", place)


def test_the_newest_run_that_has_the_line_is_told(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    folder.write("deals.csv", DEALS.replace("60000.50", "50000.50"))
    folder.fine(*PAID[:-1], "newer")
    folder.fine(*GIVEN)
    assert [run.report for run in known_runs()] == ["given/who.report.json", "newer/report.json", "out/report.json"]
    assert "3,400.04 CNY" in folder.fine("explain", "--line", second_deal(folder)).lines[0]
    old = folder.meed("explain", "--line", second_deal(folder), "--from", "out")
    assert old.code == 1
    assert old.err.startswith("error: the facts have changed since this run (reps.csv, deals.csv) (hash ")


def test_a_policy_that_changed_is_said_and_not_explained(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    folder.write("pay.meed", PAY.replace("100%: 8%", "100%: 9%"))
    said = folder.meed("explain", "--line", second_deal(folder))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: policy pay.meed has changed since this run (hash ")
    assert said.err.endswith("help: put back what it was made of, or run `meed simulate` again\n")
    folder.write("pay.meed", "# another remark, the same meaning\n" + PAY)
    folder.fine("explain", "--line", second_deal(folder))


def test_a_line_that_was_edited_is_said(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    folder.write("out/lines.csv", folder.read("out/lines.csv").replace("4200.04", "4200.05"))
    said = folder.meed("explain", "--line", second_deal(folder))
    assert (said.code, said.out, said.err) == (
        1,
        "",
        f"error: out/lines.csv is not what was written: `{second_deal(folder)}` is 4200.04 CNY, not 4200.05\n{AGAIN}",
    )


def test_files_that_are_gone_are_named(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    folder.path.joinpath("deals.csv").unlink()
    said = folder.meed("explain", "--line", second_deal(folder))
    assert (said.code, said.err) == (
        2, "error: deals.csv: there is no such file\nhelp: explain where the run was made, with its files in place\n",
    )  # fmt: skip


# --- components ----------------------------------------------------------------------------------------------


def test_a_component_is_explained_be_it_nothing(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    paid = folder.fine("explain", *RACE)
    assert paid.lines[0] == "R1, 2026-Q1, hunters.race: 1,000.00 CNY   (pay.meed:8:3)"
    assert (
        folder.fine(*component("R1", "2026-Q3", "hunters", "race"))
        .lines[0]
        .startswith("R1, 2026-Q3, hunters.race: 0.00 CNY")
    )


def test_somebody_whom_a_scheme_does_not_pay_is_told_why(folder: SalesFolder) -> None:
    folder.fine(*PAID)
    assert folder.fine(*component("R3", "2026-Q1", "hunters", "race")).lines == [
        "R3, 2026-Q1, hunters.race: 0.00 CNY   (pay.meed:6:1)",
        '  `hunters` pays reps where rep.type is "competitive" = no',
    ]
    folder.write("reps.csv", folder.read("reps.csv").replace("2020-01-01,50000", "2026-04-01,50000"))
    folder.fine(*PAID)
    told = folder.fine(*component("R2", "2026-Q1", "hunters", "race"), "--format", "json").json
    assert (told["amount"], told["because"][0]["says"]) == ("0.00", "R2 is employed in 2026-Q1")


@pytest.mark.parametrize(
    ("args", "message", "advice"),
    [
        (component("R9", "2026-Q1", "hunters", "race"), "there is no rep `R9`", "use `R1`, `R2`, `R3`, `R4`"),
        (component("R1", "2026-Q1", "huntres", "race"), "there is no scheme `huntres`", "did you mean `hunters`?"),
        (component("R1", "2026-Q1", "hunters", "Quarter"), "scheme `hunters` has no component `Quarter`",
         "use `commission`, `race`, `total`"),
        (component("R1", "2026", "hunters", "race"), "period `2026` is not one of scheme `hunters` in this run",
         "scheme `hunters` pays per quarter: use one from `2026-Q1` to `2026-Q4`"),
        (component("R1", "spring", "hunters", "race"), "period `spring` is not a period",
         "scheme `hunters` pays per quarter: use one from `2026-Q1` to `2026-Q4`"),
        (component("R3", "2025-12", "keepers", "base"), "period `2025-12` is not one of scheme `keepers` in this run",
         "scheme `keepers` pays per month: use one from `2026-01` to `2026-12`"),
        (("explain",), "`meed explain` does not know what to explain", WAYS),
        (("explain", "--line", "x", *RACE), "`meed explain` explains one thing at a time", WAYS),
        (("explain", "--rep", "R1", "--scheme", "hunters"), "`--rep` needs `--period`, `--component` too", WAYS),
        (("explain", "--line", "x"), "there is no line `x` in the last runs of this folder",
         "line ids stand in the first column of lines.csv; `--from` names another run"),
        (("explain", "--line", "D0123456789ab"), "there is no line `D0123456789ab` in the last runs of this folder",
         "ids of decisions begin with D: use `--decision D0123456789ab`"),
        (("explain", "--decision", "L0123456789ab", "--from", "out"), "there is no decision `L0123456789ab` in out",
         "ids of lines begin with L: use `--line L0123456789ab`"),
        (("explain", "--line", "x", "--from", "nowhere"), "nowhere: there is no such file or folder",
         "name what `--out` of `meed simulate` or `meed assign` was"),
        (("explain", "--line", "x", "--from", "pay.meed"), "pay.meed: this is not a file of a run",
         "name what `--out` of `meed simulate` or `meed assign` was"),
        (("explain", "--line", "x", "--from", "."), ".: there is no outcome of a run in this folder",
         "name what `--out` of `meed simulate` or `meed assign` was"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_use(
    args: tuple[str, ...], message: str, advice: str, folder: SalesFolder
) -> None:
    folder.fine(*PAID)
    said = folder.meed(*args)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error: {message}\nhelp: {advice}")
    assert len(said.err.splitlines()) == 2


# --- decisions -----------------------------------------------------------------------------------------------


def decided(folder: SalesFolder, lead: str) -> str:
    return next(row["decision id"] for row in folder.rows("given/who.csv") if row["lead"] == lead)


def test_every_decision_is_explained_from_the_log(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    for row in folder.rows("given/who.csv"):
        told = folder.fine("explain", "--decision", row["decision id"], "--format", "json").json
        assert (told["key"], told["rep"] or "") == (row["lead"], row["rep"])
        assert folder.fine("explain", "--decision", row["lead"]).out == (
            folder.fine("explain", "--decision", row["decision id"], "--from", "given/who.csv").out
        )


def test_a_turn_is_told_with_everybodys_credit(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    said = folder.fine("explain", "--decision", decided(folder, "L07"))
    assert said.lines[0].startswith(f"lead L07 went to R2   (decision {decided(folder, 'L07')}, number 7 to arrive, ")
    assert "  returning: lead.account_owner is missing" in said.lines
    rows = [line.split() for line in said.lines]
    assert ["R2", "0.333", "+0.333", "+0.667", "-0.333", "chosen"] in rows
    tied = ["tied,", "and", "later", "in", "the", "declared", "order"]
    assert ["R3", "0.333", "+0.333", "+0.667", "+0.667", *tied] in rows
    assert ["R1", "0.333", "-0.667", "-0.333", "-0.333", "less", "credit"] in rows
    assert any(row[:4] == ["R4", "rep.on_duty", "is", "no"] for row in rows)


def test_a_lead_that_is_held_is_told_with_who_could_not_take_it(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    said = folder.fine("explain", "--decision", "L06")
    assert said.lines[0].startswith("lead L06 was held at `large desk`   (decision ")
    assert any(line.startswith('R1    rep.region is "East", not "Nowhere"   (give.meed:8:') for line in said.lines)


def test_a_draw_can_be_verified_and_is(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    said = folder.fine("explain", "--decision", "L03")
    told = folder.fine("explain", "--decision", "L03", "--format", "json").json
    draw, report = told["draws"][0], json.loads(folder.read("given/who.report.json"), parse_float=str)
    assert draw["commitment"] == report["draws"]["2026-01"]
    assert draw["low"] <= int(draw["draw"]["ticket"]) < draw["high"]
    assert f"  key of 2026-01, committed to by {draw['commitment']}" in said.lines
    assert f"  record {draw['draw']['record']}" in said.lines
    assert said.lines[-1] == "checked here with the seed: all three hold"


def test_a_draw_that_was_tampered_with_is_found(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    folder.write("given/who.keys.json", json.dumps({"seed": "11" * 32}))
    said = folder.meed("explain", "--decision", "L03")
    assert said.code == 1
    assert "WRONG: the key revealed is not the key that was committed to" in said.lines
    folder.path.joinpath("given/who.keys.json").unlink()
    assert folder.fine("explain", "--decision", "L03").lines[-1] == "not checked here: the seed is not there"


def test_a_decision_stands_when_the_policy_changes_and_the_reader_is_told(folder: SalesFolder) -> None:
    folder.fine(*GIVEN)
    before = folder.fine("explain", "--decision", "L02")
    folder.write("give.meed", GIVE.replace("300_000", "400_000"))
    after = folder.fine("explain", "--decision", "L02")
    assert (before.err, after.out) == ("", before.out)
    assert after.err.startswith("note: policy give.meed is not there any more as it was")


# --- the list of runs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no run is known in this folder: there is no .meed/runs.json"),
        ("{", ".meed/runs.json cannot be read as a list of runs"),
        ("[]", ".meed/runs.json cannot be read as a list of runs"),
        ('{"runs": [1]}', ".meed/runs.json cannot be read as a list of runs"),
    ],
)
def test_without_a_list_of_runs_one_is_told_to_name_the_run(
    text: str | None, message: str, folder: SalesFolder
) -> None:
    folder.fine(*PAID)
    index = folder.path.joinpath(".meed", "runs.json")
    index.unlink()
    if text is not None:
        index.write_text(text)
    said = folder.meed("explain", "--line", second_deal(folder))
    assert said.code == 2
    assert said.err.startswith(f"error: {message}\nhelp: name the run with `--from FOLDER_OR_FILE`")
    folder.fine(*PAID)
    folder.fine("explain", "--line", second_deal(folder))


def test_twenty_runs_are_remembered_newest_first_and_each_once(folder: SalesFolder) -> None:
    for number in [*range(25), 20]:
        remember_run("simulate", Path(f"run{number}/report.json"))
    assert [run.report for run in known_runs()] == [
        f"run{number}/report.json" for number in [20, 24, 23, 22, 21, *range(19, 4, -1)]
    ]


def test_a_run_is_fine_where_nothing_can_be_remembered(folder: SalesFolder) -> None:
    folder.write(".meed", "a file, not a folder")
    said = folder.fine(*PAID)
    assert said.err == "note: this folder cannot be written to, so `meed explain` needs `--from`\n"
