"""The page on the pay ledger shows what happens: its commands are run in order, and print what it says."""

import os
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meed.service import cli
from meed.service.pay_ledger import ledger_file

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.M | re.S)
FILES = {name: body for _, name, body in FENCE.findall(TEXT) if name}
HASH = re.compile(r"\b([0-9a-f]{12}|[0-9a-f]{64})\b")
# The day of each command, in order: three in January's closing, then February's, then the reports.
DAYS = ["01-02", "02-03", "02-05", "02-10", "03-03", "03-03", "03-10"]


def day(at: int) -> datetime:
    return datetime.fromisoformat(f"2026-{DAYS[min(at, len(DAYS) - 1)]}T09:00:00+00:00").astimezone(UTC)


def plain(shown: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Without the hashes of policies and facts, which change with the language."""
    return [(command, [HASH.sub("#", line) for line in lines]) for command, lines in shown]


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the page, with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for language, _, body in FENCE.findall(TEXT):
        for line in body.splitlines() if language == "text" else ():
            if line.startswith("$ "):
                found.append((line, []))
            else:
                found[-1][1].append(line)
    return found


@pytest.fixture
def printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[tuple[str, list[str]]]:
    """What each command really prints."""
    monkeypatch.chdir(tmp_path)
    for name, body in FILES.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    made: list[tuple[str, list[str]]] = []
    for at, (command, _) in enumerate(commands()):
        monkeypatch.setattr(ledger_file, "system_clock", lambda at=at: day(at))
        words = shlex.split(command.removeprefix("$ meed "))
        code = cli.run(words)
        said = capsys.readouterr()
        assert code == 0, (command, said.err)
        made.append((command, (said.err + said.out).rstrip("\n").split("\n")))
    return made


def test_every_command_prints_what_the_page_shows(printed: list[tuple[str, list[str]]]) -> None:
    if os.environ.get("MEED_BLESS"):
        PAGE.write_text(blessed(printed), encoding="utf-8")
    assert plain(printed) == plain(commands())


def blessed(printed: list[tuple[str, list[str]]]) -> str:
    """The page with what is printed; commands that stand together stay together."""
    outputs = iter(printed)

    def body(match: re.Match[str]) -> str:
        if match[1] != "text":
            return match[0]
        count = match[3].count("$ meed") if match[3].startswith("$ meed") else 0
        blocks = ["\n".join([command, *lines]) for command, lines in (next(outputs) for _ in range(count))]
        return "```text\n" + "\n".join(blocks) + "\n```"

    return FENCE.sub(body, TEXT)


def test_every_verb_is_on_the_page() -> None:
    shown = set(re.findall(r"(?:meed ledger |`)(\w+)", TEXT))
    assert set(cli.LEDGER_VERBS) <= shown
