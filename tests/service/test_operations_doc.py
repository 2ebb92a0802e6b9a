"""The commands in docs/operations.md do what they show."""

import re
import shlex
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from meed.service.cli import run

from .api import Office, ask, reps
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


def test_a_backup_is_taken_while_it_runs_and_passes_the_audit(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((statement, copy),) = re.findall(r"^sqlite3 meed\.sqlite \"(VACUUM INTO '(.*)')\"$", PAGE, re.MULTILINE)
    (audit,) = re.findall(r"^meed (audit log .*)$", PAGE, re.MULTILINE)
    monkeypatch.chdir(office.folder)
    with office.client(log_requests=False) as client:
        before = reps(client, ["L1", "L2", "L3"])
        with closing(sqlite3.connect(office.database)) as database:
            database.execute(statement)
        ask(client, "L4")
    assert run(shlex.split(audit)) == 0, capsys.readouterr().err
    restored = replace(office, folder=office.folder / "restored")
    restored.folder.mkdir()
    office.folder.joinpath(copy).rename(restored.database)
    with restored.client(log_requests=False) as client:
        assert restored.decisions() == 3
        assert reps(client, ["L1", "L2", "L3"]) == before
