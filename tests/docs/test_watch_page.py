"""The policy of the page about watches is checked and run, by the command that the page shows."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from meed.dsl import check
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import frames_in
from meed.engine.life import Change, Floor, Tick
from meed.engine.turns.draws import DrawKeys
from meed.engine.watching.supervisor import availability
from meed.policies.testing import run_tests
from meed.service.cli import run

PAGE = (Path(__file__).parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")
POLICY = re.findall(r"^```meed\n(.*?)^```", PAGE, re.M | re.S)[0]
COMMANDS = [line.split()[1:] for line in re.findall(r"^meed .*", PAGE, re.M)]
SNIPPET = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)[0]
FILES = {
    "follow_up.meed": POLICY,
    "reps.csv": "id,manager\nLi,Wu\nWu,\n",
    "deals.csv": "id,owner,created,stage,closed\nD17,Li,2026-05-01 09:00,open,\n"
    + "".join(
        f"W{day},Wu,2026-05-01,{stage},2026-05-{day:02}\n" for day, stage in enumerate(("lost", *["won"] * 5), 10)
    ),
    "activities.csv": "id,at,kind,deal\n"
    "A1,2026-05-02 10:00,visit,D17\nA2,2026-05-03 10:00,visit,D17\nA3,2026-05-04 10:00,visit,D17\n"
    "A4,2026-05-08 10:00,quote,D17\nA5,2026-05-09 10:00,answer,D17\nA6,2026-05-12 10:00,quote,D17\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))
def test_every_rule_of_the_page_fires_when_the_page_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(COMMANDS) == 2
    assert run([*COMMANDS[0], "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    told = {(one["at"], one["key"], one.get("text", one["does"])) for one in made["fired"]}
    for day in (8, 15, 22, 29):
        assert (f"2026-05-{day:02} 09:00:00", "D17", "weekly look") in told
    assert ("2026-05-16 09:00:00", "D17", "look at it together") in told
    assert ("2026-05-31 09:00:00", "D17", "return") in told
    assert ("2026-05-26 10:00:00", "D17", "silent for two weeks") in told
    assert ("2026-05-14 10:00:00", "D17", "no answer yet") in told
    assert ("2026-05-04 10:00:00", "D17", "three visits in a week") in told
    assert ("2026-05-09 10:00:00", "D17", "Quick answer") in told
    assert ("2026-05-15 00:00:00", "Wu", "Five in a row") in told
    assert [one for one in told if one[2] == "no answer yet"] == [("2026-05-14 10:00:00", "D17", "no answer yet")]
    assert made["not_done"] == []
    assert made["until"] == "2026-06-30 23:59:59"


@pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))
def test_the_test_of_the_page_holds() -> None:
    found = check(POLICY)
    assert found.policy is not None
    (result,) = run_tests(found.policy)
    assert result.failures == ()


@pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))
def test_one_fact_is_told_with_every_because(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMANDS[1]]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.strip() == '2026-05-04 10:00:00  deal D17  tells Li "three visits in a week"' for line in lines)
    assert any(line.strip() == "visits of deal over the last 7 days = 3" for line in lines)


@pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))
def test_events_are_fed_as_the_page_shows() -> None:
    policy = check(POLICY).policy
    assert policy is not None
    raw = frames_in({"rep": pd.DataFrame([{"id": "Li", "manager": None}])})
    facts, _ = open_facts(policy, raw, "all", empty=frozenset(policy.kinds) - {"rep"})
    day = 86_400
    change = Change(20_000 * day, "deal", "D1", {"owner": "Li", "stage": "open"})
    names = {
        "Floor": Floor, "policy": policy, "facts": facts, "keys": DrawKeys(bytes(32)),
        "policy_of": {policy.hash: policy}.__getitem__, "events": [change, Tick(20_008 * day)],
    }  # fmt: skip
    exec(SNIPPET, names)
    assert names["kept"]["fed"] == 2
    assert names["firing"].text == "weekly look"
    names["watch"].close()


def test_a_policy_is_checked_where_the_engine_is_not_there_and_a_run_says_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meed.engine.watching.supervisor.find_spec", lambda name: None)
    assert run(["check", "follow_up.meed"]) == 0
    assert run([*COMMANDS[0]]) == 1
    said = capsys.readouterr().err
    assert "durable-rules" in said or "Python" in said
    assert "pip install 'meed-engine[watch]'" in said or "use Python" in said


def test_a_later_python_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(tuple):
        major, minor = 3, 13

    monkeypatch.setattr("meed.engine.watching.supervisor.sys.version_info", Later((3, 13, 1)))
    missing = availability()
    assert missing is not None
    assert missing[0].startswith("`watch` cannot be run on Python 3.13")
