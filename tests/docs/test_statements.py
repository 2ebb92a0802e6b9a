"""docs/statements.md: its table has every operation and no other, its commands run, and its example is what is told."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from ..recomputed import KNOWN
from ..service.sales_folder import PAID, sales_folder

PAGE = (Path(__file__).parents[2] / "docs" / "statements.md").read_text(encoding="utf-8")


def test_the_table_has_every_operation() -> None:
    table = PAGE.partition("| op | the value is |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert named >= KNOWN
    first = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    assert first <= KNOWN


def test_the_commands_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sales_folder(tmp_path, capsys, monkeypatch)
    (tmp_path / "pay.meed").rename(tmp_path / "policy.meed")
    folder.write("reps.csv", folder.read("reps.csv").replace("R2", "R002"))
    folder.write("deals.csv", folder.read("deals.csv").replace("R2", "R002"))
    commands = re.findall(r"^\$ meed (.*)$", PAGE, re.M)
    assert len(commands) == 4
    for command in commands:
        folder.fine(*shlex.split(command))


def test_the_example_is_what_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sales_folder(tmp_path, capsys, monkeypatch)
    folder.fine(*PAID)
    asked = ("--rep", "R1", "--period", "2026-Q1", "--scheme", "hunters", "--component", "commission")
    told = folder.fine("explain", *asked, "--format", "json").json["because"][0]
    shown = json.loads(re.findall(r"^```json\n(.*?)^```$", PAGE, re.M | re.S)[0])
    shown["says"] = shown["says"].replace("...", "from 0%: 5%  from 100%: 8%")
    must_be_in(shown, told)


def must_be_in(shown: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in shown.items():
        if name != "parts":
            assert told[name] == value
        elif value != ["..."]:
            assert len(value) == len(told["parts"])
            for one, other in zip(value, told["parts"], strict=True):
                must_be_in(one, other)
