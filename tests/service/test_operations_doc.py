"""The commands in docs/operations.md do what they show."""

import re
import shlex
from pathlib import Path

import pytest

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
