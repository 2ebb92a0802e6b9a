"""The commands in docs/operations.md do what they show."""

import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from meed.service.cli import run

from .api import Office, ask, reps
from .postgres import Server
from .sales_folder import SalesFolder, sales_folder

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SalesFolder:
    return sales_folder(tmp_path, capsys, monkeypatch)


def narrow(text: str) -> list[str]:
    """The lines of a text with one blank wherever there are some: widths of columns follow what is in them."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_commands_print_what_is_shown(folder: SalesFolder) -> None:
    done = 0
    for part in "".join(SESSIONS).split("$ ")[1:]:
        command, _, shown = part.partition("\n")
        words = shlex.split(command)
        assert words[0] == "meed"
        said = folder.fine(*words[1:])
        pattern = "\n".join(".*".join(map(re.escape, line.split("…"))) for line in narrow(shown))
        assert re.fullmatch(pattern, "\n".join(narrow(said.out))), (said.out, shown)
        done += 1
    assert done == 5


COMMANDS = [
    line for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]


def test_the_store_is_copied_moved_dumped_and_restored_by_the_commands_shown(
    office: Office, postgres: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the file of a running service to a backup, on to a server, and by a dump to another database."""
    monkeypatch.chdir(office.folder)
    office.place = str(office.folder / "meed.sqlite")
    named = {"$MEED_DATABASE": postgres.database(), "$RESTORED": postgres.database()}
    backup, audit, *others = COMMANDS
    with office.client(log_requests=False) as client:
        before = reps(client, ["L1", "L2", "L3"])
        shell(backup, named, "", postgres, capsys)
        ask(client, "L4")
    last = shell(audit, named, "", postgres, capsys).split()[-1]
    # the dump is of the server that the store is moved to further down the page
    for line in sorted(others, key=lambda line: line.startswith("pg_") or "RESTORED" in line):
        said = shell(line, named, last, postgres, capsys)
        assert ("audit" in line) == ("everything holds" in said)
    for place in (str(office.folder / "backup.sqlite"), *named.values()):
        restored = replace(office, place=place)
        with restored.client(log_requests=False) as client:
            assert restored.decisions() == 3
            assert reps(client, ["L1", "L2", "L3"]) == before
    assert office.decisions() == 4


def test_what_is_missing_from_a_copy_is_found_by_the_last_entry_that_was_noted(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office.folder)
    office.place = str(office.folder / "meed.sqlite")
    with office.client(log_requests=False) as client:
        ask(client, "L1")
        assert run(["copy", "meed.sqlite", "backup.sqlite"]) == 0
        ask(client, "L2")
    capsys.readouterr()
    assert run(["audit", "log", "--db", "meed.sqlite"]) == 0
    last = capsys.readouterr().out.split()[-1]
    assert run(["audit", "log", "--db", "backup.sqlite", "--noted", last]) == 1
    assert "the end of the journal was cut off" in capsys.readouterr().out


def shell(line: str, named: dict[str, str], noted: str, postgres: Server, capsys: pytest.CaptureFixture[str]) -> str:
    """What a line prints; it has to end well."""
    for name, value in named.items():
        line = line.replace(f'"{name}"', shlex.quote(value))
    words = shlex.split(line.replace("NUMBER:HASH", noted))
    if words[0] == "meed":
        code = run(words[1:])
        said = capsys.readouterr()
        assert code == 0, (line, said.err)
        return said.out
    done = subprocess.run([postgres.binaries / words[0], *words[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout
