"""The session in docs/http_api.md is held as it stands, and its table of problems is complete."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from meed.service.problem_kinds import KINDS

from .api import Clock, Office
from .live import live

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "http_api.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "localhost:8750"


def blocks(language: str) -> list[str]:
    return [body for found, _, body in BLOCK.findall(MANUAL.read_text(encoding="utf-8")) if found == language]


def session() -> list[tuple[str, Any]]:
    """Every command with the answer shown below it."""
    parts = "".join(blocks("console")).split("$ ")[1:]
    return [(command, json.loads(answer)) for command, _, answer in (part.partition("\n") for part in parts)]


def differences(shown: Any, found: Any, place: str = "answer") -> list[str]:
    """Where an answer is not what is shown; `…` stands for any characters."""
    if isinstance(shown, str) and isinstance(found, str):
        pattern = ".*".join(map(re.escape, shown.split("…")))
        return [] if re.fullmatch(pattern, found, re.DOTALL) else [f"{place}: {found!r}, not {shown!r}"]
    if isinstance(shown, dict) and isinstance(found, dict):
        if list(shown) != list(found):
            return [f"{place}: {list(found)}, not {list(shown)}"]
        return [one for name in shown for one in differences(shown[name], found[name], f"{place}.{name}")]
    if isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        pairs = zip(shown, found, strict=True)
        return [one for at, (left, right) in enumerate(pairs) for one in differences(left, right, f"{place}[{at}]")]
    return [] if shown == found and type(shown) is type(found) else [f"{place}: {found!r}, not {shown!r}"]


def test_the_session_is_answered_as_shown(tmp_path: Path) -> None:
    office = Office(tmp_path, blocks("meed")[0], {"rep": blocks("csv")[0]}, Clock())
    named: list[str] = []
    with office.client() as client:
        for command, shown in session():
            for word, name in (("$FIRST_DECISION_ID", named[:1]), ("$DECISION_ID", named[-1:])):
                command = command.replace(word, "".join(name))
            words = shlex.split(command)
            assert words[:2] == ["curl", "-s"]
            path = words[-1].removeprefix(ADDRESS)
            answer = client.post(path, json=json.loads(words[3])) if words[2] == "--json" else client.get(path)
            assert differences(shown, answer.json()) == []
            named += filter(None, [answer.json().get("decision_id")])
    assert len(session()) == 14


def test_the_program_prints_what_is_shown(tmp_path: Path) -> None:
    office = Office(tmp_path, blocks("meed")[0], {"rep": blocks("csv")[0]})
    (program,), (shown,) = blocks("python"), blocks("text")
    second = blocks("meed")[0].replace('version: "2026.1"', 'version: "2026.2"')
    (tmp_path / "rotation-2.meed").write_text(second, encoding="utf-8")
    with live(office) as made:
        program = program.replace(f"http://{ADDRESS}", made.address)
        said = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert (said.stdout, said.stderr) == (shown, "")


def test_the_table_names_every_problem_under_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.*) \|$", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {name: int(status) for status, names in rows for name in re.findall(r"`([\w-]+)`", names)}
    assert listed == {name: kind.status for name, kind in KINDS.items()}


def test_a_difference_is_found() -> None:
    assert differences({"a": "x…", "b": [1]}, {"a": "xyz", "b": [1]}) == []
    for other in ({"a": "y", "b": [1]}, {"a": "x", "b": [True]}, {"a": "x"}, {"b": [1], "a": "x"}, {"a": "x", "b": []}):
        assert len(differences({"a": "x…", "b": [1]}, other)) == 1
