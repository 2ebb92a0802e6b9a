"""`meed forecast`: the cost of a period from open deals and their chances."""

import pytest

from .sales_folder import SalesFolder, sales_folder

DEALS = """id,owner,amount,stage,closed,chance,due
D01,R1,80000,won,2026-01-05,,
D02,R1,60000,open,,40%,2026-03-01
D03,R2,70000,open,,0.25,2026-03-02
D04,R2,5000,lost,2026-03-02,90%,2026-03-02
D05,R3,9000,open,,,2026-03-05
"""
ASKED = ("forecast", "pay.meed", "--facts", "rep=reps.csv", "deal=deals.csv", "--period", "2026-Q1")
CHANCES = ("--probability", "chance", "--closes", "due")


@pytest.fixture
def folder(tmp_path, capsys, monkeypatch) -> SalesFolder:
    made = sales_folder(tmp_path, capsys, monkeypatch)
    made.write("deals.csv", DEALS)
    return made


def test_certain_and_best_case_are_those_of_simulations(folder: SalesFolder) -> None:
    said = folder.fine(*ASKED, *CHANCES, "--runs", "50", "--format", "json").json
    assert said["open_deals"] == 2
    assert said["left_out"] == [{"why": "have no chance", "deals": ["D05"]}]
    simulate = ("simulate", *ASKED[1:], "--out", "run", "--format", "json")
    assert said["cost"]["certain"] == folder.fine(*simulate).json["total"]
    won = DEALS.replace("60000,open,,", "60000,won,2026-03-01,").replace("70000,open,,", "70000,won,2026-03-02,")
    folder.write("deals.csv", won)
    assert said["cost"]["all_won"] == folder.fine(*simulate).json["total"]
    assert len(said["costs"]) == 50
    assert len(set(said["costs"])) == 4
    ranked = sorted(said["costs"], key=float)
    assert [said["cost"][name] for name in ("p10", "p50", "p90")] == [ranked[4], ranked[24], ranked[44]]


def test_the_same_seed_says_the_same_bytes(folder: SalesFolder) -> None:
    ask = (*ASKED, *CHANCES, "--runs", "40", "--format", "json")
    first = folder.fine(*ask, "--seed", "3").out
    lines = DEALS.splitlines()
    folder.write("deals.csv", "\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert folder.fine(*ask, "--seed", "3").out == first
    assert folder.fine(*ask, "--seed", "4").json["costs"] != folder.fine(*ask, "--seed", "3").json["costs"]


def test_stages_can_have_chances(folder: SalesFolder) -> None:
    said = folder.fine(
        *ASKED, "--stage", "open=12.5%", "--undated", "2026-03-31", "--runs", "9", "--format", "json"
    ).json
    assert said["open_deals"] == 3
    assert said["given"]["stage"] == {"open": "1/8"}


def test_it_reads_well(folder: SalesFolder) -> None:
    said = folder.fine(*ASKED, *CHANCES, "--runs", "50")
    assert said.lines[0] == "小队 pay 3 over 2026-Q1: 2 open deals may be won, 50 runs, seed 1"
    assert "  1 open deal has no chance" in said.lines


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ((*ASKED,), 2, "the chances of open deals are not known"),
        ((*ASKED, "--stage", "open"), 2, "`--stage open` is not STAGE=RATE"),
        ((*ASKED, "--stage", "open=150%"), 2, "`--stage open=150%`: a chance is from 0% to 100%"),
        ((*ASKED, "--stage", "won=1", "--stage", "won=2%"), 2, "`--stage` names two chances for `won`"),
        ((*ASKED, *CHANCES, "--undated", "soon"), 2, "`--undated soon` is not a date"),
        ((*ASKED, *CHANCES, "--runs", "0"), 2, "`--runs` cannot be `0`"),
        ((*ASKED, "--probability", "amount"), 2, "`--probability amount`: the policy declares `deal.amount` as money"),
        ((*ASKED, "--stage", "proposal=5%"), 1, "no deal is in stage `proposal`"),
        ((*ASKED, "--probability", "odds"), 2, "deals.csv: there is no column `odds`"),
        ((*ASKED, "--probability", "chance", "--closes", "duo"), 2, "deals.csv: there is no column `duo`"),
        ((*ASKED[:-1], "2026-W05", *CHANCES), 2, "period `2026-W05` is shorter than the quarter of scheme `hunters`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line(folder: SalesFolder, args: tuple[str, ...], code: int, message: str) -> None:
    said = folder.meed(*args)
    assert (said.code, next(line for line in said.err.splitlines() if line.startswith("error: "))) == (
        code, f"error: {message}",
    )  # fmt: skip


def test_a_chance_that_is_none_is_named_by_row(folder: SalesFolder) -> None:
    folder.write("deals.csv", DEALS.replace("40%", "140%"))
    said = folder.meed(*ASKED, *CHANCES)
    assert said.code == 1
    assert "error: deals.csv row 3: `chance` of `D02` is not from 0% to 100%" in said.err
