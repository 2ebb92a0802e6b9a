"""The page on many at once, and the example of territories: what they show is what the commands print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from meed.service.cli import run

from .test_what_if import matches

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "allocation.md", ROOT / "examples" / "territories" / "README.md"]


def transcripts(page: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of the page with what is shown below it."""
    for block in re.findall(r"^```\n(\$ .*?)^```", page, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = re.sub(r" \\\n\s*", " ", part).partition("\n")
            yield command, shown.splitlines()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_the_page_shows_what_is_printed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = path.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("examples").symlink_to(ROOT / "examples")
    for name, text in re.findall(r"^`([\w.]+)`:\n```\w+\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    commands = list(transcripts(page))
    assert len(commands) >= 2
    for command, shown in commands:
        capsys.readouterr()
        run(shlex.split(command)[1:])
        printed = capsys.readouterr().out.splitlines()
        assert matches(shown, printed), "\n".join([command, *printed])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
