"""The field sales example: what the policy makes of the facts is what is committed, from Python and from the shell."""

import csv
import re
import runpy
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from meed.dsl.formatter import format_source
from meed.dsl.schema import REP_TYPES
from meed.engine.jobs import Assignment, Simulation, explain
from meed.policies.bundle import read_policy
from meed.policies.testing import run_tests

FOLDER = Path(__file__).parents[2] / "examples" / "field_sales"
POLICY = FOLDER / "policy.meed"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
EXPECT: dict[str, Any] = runpy.run_path(str(FOLDER / "expect.py"))
PICTURE: dict[str, Any] = runpy.run_path(str(FOLDER / "picture.py"))


@pytest.fixture(scope="module")
def outcomes() -> tuple[Simulation, Assignment]:
    return EXPECT["outcomes"]()


@pytest.fixture(scope="module")
def texts(outcomes: tuple[Simulation, Assignment]) -> dict[str, str]:
    return EXPECT["texts"](*outcomes)


def meed(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command line, run in a folder of its own."""
    command = [sys.executable, "-c", "from meed.service.cli import main; main()", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)


FILES = {"rep": "reps.csv", "deal": "deals.csv", "activity": "activities.csv"}


def facts(*kinds: str) -> list[str]:
    return ["--facts", *(f"{kind}={FOLDER / FILES[kind]}" for kind in kinds)]


# --- the policy -------------------------------------------------------------------------------------------------


def test_the_policy_checks_is_formatted_and_passes_its_tests() -> None:
    checked = read_policy(POLICY)
    assert checked.policy is not None
    assert [one for one in checked.diagnostics if one.severity != "note"] == []
    assert checked.policy.unsupported == ()
    assert format_source(checked.source) == checked.source.text
    assert [failure for result in run_tests(checked.policy) for failure in result.failures] == []


# --- what is expected -------------------------------------------------------------------------------------------


def test_payouts_and_decisions_are_those_committed(texts: dict[str, str]) -> None:
    made: dict[str, str] = EXPECT["expected"](texts)
    folder = FOLDER / "expected"
    assert sorted(made) == sorted(path.name for path in folder.iterdir())
    assert [name for name, text in made.items() if (folder / name).read_bytes() != text.encode()] == []


def test_the_picture_shows_the_credits_of_this_very_replay(outcomes: tuple[Simulation, Assignment]) -> None:
    assert PICTURE["picture"](outcomes[1].replay) == (FOLDER / "credits.svg").read_text(encoding="utf-8")


def test_every_type_of_rep_is_paid_a_few_percent(outcomes: tuple[Simulation, Assignment]) -> None:
    paid, _ = outcomes
    types = {str(paid.facts.table("rep").cell(row, "type")): row for row in range(40)}
    assert set(types) == set(REP_TYPES)
    with (FOLDER / "deals.csv").open(encoding="utf-8", newline="") as file:
        won = sum(Decimal(row["amount"]) for row in csv.DictReader(file) if row["stage"] == "won")
    assert 3 < 100 * Decimal(paid.report["total"]) / won < 8
    assert set(paid.report["by_type"]) == set(REP_TYPES)
    assert all(Decimal(total) > 1_000_000 for total in paid.report["by_type"].values())


def test_lines_add_up_to_the_totals_of_every_rep_and_period(outcomes: tuple[Simulation, Assignment]) -> None:
    paid, _ = outcomes
    sums: Counter[tuple[str, str]] = Counter()
    for rep, period, amount in zip(paid.lines["rep"], paid.lines["period"], paid.lines["amount"], strict=True):
        sums[rep, period] += amount
    totals = {(rep, period): total for rep, period, total in paid.summary.itertuples(index=False)}
    assert {place: total for place, total in totals.items() if total} == {k: v for k, v in sums.items() if v}


def test_every_component_pays_somebody_and_nothing_is_left_unsaid(outcomes: tuple[Simulation, Assignment]) -> None:
    paid, _ = outcomes
    assert set(paid.lines["component"]) == {
        "commission", "large_deals", "race", "base", "goal", "pool", "mentoring", "续约提成", "新签提成", "留存奖",
        "工龄补贴", "拜访补贴", "total",
    }  # fmt: skip
    assert {"Record quarter", "Goal kept", "Master of the quarter", "Teacher of the quarter"} < set(
        paid.awards["award"]
    )
    assert paid.report["remarks"] == []


def test_leads_in_are_leads_assigned_held_or_kept(outcomes: tuple[Simulation, Assignment]) -> None:
    _, given = outcomes
    replay = given.replay
    assigned = [decision for decision in replay.decisions if decision.rep is not None]
    held = [decision for decision in replay.decisions if decision.rep is None]
    assert len(assigned) + len(held) + len(replay.kept) == 5_000
    assert replay.undated == []
    assert all(decision.held for decision in held)
    assert len({decision.key for decision in replay.decisions}) == len(replay.decisions)


def test_every_rule_and_strategy_decides_some_leads(outcomes: tuple[Simulation, Assignment]) -> None:
    _, given = outcomes
    pairs = Counter((decision.rule, decision.strategy) for decision in given.replay.decisions)
    assert set(pairs) >= {
        ("老客户", "direct"), ("key_account", "capability_weighted"), ("key_account", "fewest"),
        ("key_account", "hold"), ("展会", "random"), ("local", "round_robin"), ("otherwise", "random"),
    }  # fmt: skip


def test_nobody_gets_a_lead_before_joining_after_leaving_or_on_leave(outcomes: tuple[Simulation, Assignment]) -> None:
    _, given = outcomes
    with (FOLDER / "reps.csv").open(encoding="utf-8", newline="") as file:
        reps = {row["id"]: row for row in csv.DictReader(file)}
    with (FOLDER / "leads.csv").open(encoding="utf-8", newline="") as file:
        days = {row["id"]: row["created"][:10] for row in csv.DictReader(file)}
    for lead, rep in zip(given.decisions["lead"], given.decisions["rep"], strict=True):
        assert not rep or reps[rep]["hired"] <= days[lead] <= (reps[rep]["left"] or "9999")
    assert "R027" not in set(given.decisions["rep"])


def test_every_credit_is_within_its_promise(outcomes: tuple[Simulation, Assignment]) -> None:
    _, given = outcomes
    lines = given.replay.fairness()
    assert len(lines) > 50
    assert [line for line in lines if not line.within] == []


# --- from the shell ---------------------------------------------------------------------------------------------


def test_the_command_line_pays_the_same(tmp_path: Path, texts: dict[str, str]) -> None:
    done = meed(
        "simulate", str(POLICY), *facts("rep", "deal", "activity"), "--period", "2026", "--out", "out", folder=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("lines.csv", "summary.csv", "awards.csv"):
        assert (tmp_path / "out" / name).read_bytes() == texts[name].encode()


def test_the_command_line_decides_the_same(tmp_path: Path, texts: dict[str, str]) -> None:
    """On the leads of January: what comes later does not change what was decided before."""
    january = 300
    leads = (FOLDER / "leads.csv").read_text(encoding="utf-8").splitlines(keepends=True)[: january + 1]
    (tmp_path / "leads.csv").write_text("".join(leads), encoding="utf-8")
    words = ["assign", str(POLICY), *facts("rep"), "lead=leads.csv", "--keys", str(FOLDER / "demo_keys.json")]
    done = meed(*words, "--out", "leads/decided.csv", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    written = (tmp_path / "leads" / "decided.csv").read_text(encoding="utf-8")
    assert written.splitlines() == texts["assignment.csv"].splitlines()[: january + 1]


# --- the page ---------------------------------------------------------------------------------------------------


def shown(command: str) -> list[str]:
    """What the page shows behind a command, without the lines that stand for others."""
    behind = PAGE[PAGE.index(f"$ meed {command}") :].split("```", 1)[0]
    lines = re.split(r"(?<!\\)\n", behind, maxsplit=1)[1].splitlines()
    return [line.rstrip() for line in lines if line.strip() not in {"", "..."} and "hash " not in line]


def test_the_page_shows_what_a_year_pays(tmp_path: Path) -> None:
    words = ["simulate", "policy.meed", *facts("rep", "deal", "activity"), "--period", "2026", "--out", str(tmp_path)]
    printed = meed(*words, folder=FOLDER).stdout
    assert [line for line in shown("simulate") if line.replace("to out:", f"to {tmp_path}:") not in printed] == []


def test_the_page_explains_as_the_evaluator_does(outcomes: tuple[Simulation, Assignment]) -> None:
    paid, given = outcomes
    told = explain(paid, rep="R002", period="2026-Q1", scheme="masters", component="mentoring").lines()
    bare = [line.replace(str(FOLDER), "examples/field_sales") for line in told]
    assert [line for line in shown("explain --rep") if "more credits" not in line and line not in bare] == []
    lead = next(one for one in given.replay.decisions if one.id == re.findall(r"--decision (D\w+)", PAGE)[0])
    reasons = {f"{c.rep}   {c.reason}" for tier in lead.tried for c in tier.candidates if not c.eligible}
    quoted = [line.rsplit("   (", 1)[0] for line in shown("explain --decision") if line.startswith("R")]
    assert len(quoted) >= 2
    assert set(quoted) <= reasons


def test_the_page_shows_this_assignment(outcomes: tuple[Simulation, Assignment]) -> None:
    _, given = outcomes
    replay = given.replay
    held = [decision for decision in replay.decisions if decision.rep is None]
    assert f"decided {len(replay.decisions):,} leads: {5_000 - len(held):,} assigned, {len(held)} held" in PAGE
    assert f"every one of {len(replay.fairness())} credits is within" in PAGE
    assert f"hash {given.report['policy']['hash'][:12]})" in PAGE
    (explained,) = [decision for decision in held if f"--decision {decision.id}\n" in PAGE]
    assert f"lead {explained.key} was held at `{explained.held}`" in PAGE
