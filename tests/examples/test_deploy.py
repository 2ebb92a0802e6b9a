"""The container example: what it starts is what `meed serve` takes, and what it copies and mounts is there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.service.cli import run
from meed.service.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "deploy"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
IMAGE = DOCKERFILE.rpartition("\nFROM ")[2]


def listed(word: str) -> list[str]:
    """The list behind an instruction of the image itself."""
    found = re.search(rf"^\s*{word} (\[.*\])$", IMAGE, re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    made: list[Settings] = []
    monkeypatch.setattr("meed.service.server.serve", made.append)
    monkeypatch.setattr("meed.service.commands.server._must_be_free", lambda host, port: None)
    return made


def on_this_machine(args: list[str]) -> list[str]:
    """The arguments with what is mounted where it comes from."""
    return [arg.replace("/etc/meed", str(FOLDER)) for arg in args]


@pytest.mark.parametrize("args", [listed("CMD"), COMPOSE["services"]["meed"]["command"]], ids=["image", "compose"])
def test_what_is_started_is_what_serve_takes(args: list[str], served: list[Settings]) -> None:
    assert listed("ENTRYPOINT") == ["meed"]
    assert run(on_this_machine(args)) == 0
    (told,) = served
    assert told.policy == FOLDER / "policy.meed"
    assert told.facts == {"rep": FOLDER / "reps.csv"}
    assert (told.host, told.port, str(told.keys), told.drain_seconds) == (
        "0.0.0.0",
        8750,
        "/run/meed/meed-keys.json",
        5,
    )


def test_the_image_runs_as_somebody_without_rights_and_with_no_tools_to_build() -> None:
    assert re.search(r"^USER meed$", IMAGE, re.MULTILINE)
    assert IMAGE.index("\nUSER meed") < IMAGE.index("\nENTRYPOINT")
    assert not re.search(r"\bpip\b|\bbuild-essential\b|\bgcc\b|COPY \. ", IMAGE)
    assert "STOPSIGNAL SIGTERM" in IMAGE


def test_what_is_copied_and_mounted_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
    service = COMPOSE["services"]["meed"]
    assert (FOLDER / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    for volume in service["volumes"]:
        source = volume.partition(":")[0]
        assert source == "./keys" or (FOLDER / source).is_file(), source
    extras = re.search(r'"\.\[(.*?)\]"', DOCKERFILE)
    assert extras is not None
    known = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f"\n{extra} = [" in known for extra in extras[1].split(","))


def test_the_health_check_finds_out() -> None:
    """Run as it stands, against nothing and against a service."""
    check: Any = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*?\])$", IMAGE, re.MULTILINE)[1])  # pyright: ignore
    program = (
        "import sys, threading, http.server as h\n"
        "class Answer(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(int(sys.argv[1])); self.end_headers()\n"
        "    def log_message(self, *_): pass\n"
        "s = h.HTTPServer(('127.0.0.1', 0), Answer); threading.Thread(target=s.serve_forever, daemon=True).start()\n"
        "exec(sys.argv[2].replace('8750', str(s.server_port)))"
    )
    for status, code in ((200, 0), (503, 1)):
        made = subprocess.run([sys.executable, "-c", program, str(status), check[2]], capture_output=True, check=False)
        assert made.returncode == code, made.stderr
    assert check[:2] == ["python", "-c"]
