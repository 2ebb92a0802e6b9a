"""The page on the fairness of assignment: what it shows is what is printed."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meed.service.cli import run

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "fairness_report.md").read_text(encoding="utf-8")


def transcripts() -> Iterator[tuple[str, list[str]]]:
    """Every command of the page with what is shown below it."""
    for block in re.findall(r"^```\n(\$ .*?)^```", TEXT, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = re.sub(r" \\\n\s*", " ", part).partition("\n")
            yield command, shown.splitlines()


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether the lines are those printed, `...` standing for any lines."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(matches(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and shown[0].rstrip() == printed[0].rstrip() and matches(shown[1:], printed[1:])


def test_the_page_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("examples").symlink_to(ROOT / "examples")
    there = list(transcripts())
    assert there
    for command, shown in there:
        capsys.readouterr()
        if command.startswith("meed "):
            run(shlex.split(command)[1:])
            printed = capsys.readouterr().out.splitlines()
        else:
            asked = command.replace("python ", f"{sys.executable} ")
            printed = subprocess.check_output(asked, shell=True, cwd=tmp_path, text=True, timeout=120).splitlines()
        assert matches(shown, printed), "\n".join([command, *printed])


def test_its_programs_print_what_they_say() -> None:
    programs = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert programs
    for program in programs:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(program, {})
        assert said.getvalue().splitlines() == re.findall(r"# (.*)$", program, re.MULTILINE)


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
