"""Documents of diagnostics hold: in `tests/diagnostics/*.md` each `##` is a policy text and what is said about it.

What is expected stands in comments on the lines (`# error: [E0301]`), or, printed exactly, in a block of text behind
the policy; a policy with neither has no findings. `syntax.md` is about reading alone, the others about the whole check.
`MEED_BLESS=1 pytest tests/dsl/test_diagnostics_markdown.py` rewrites the blocks of text, `MEED_BLESS=syntax,units`
those of two documents; read the difference.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from meed.dsl.diagnostics import Diagnostic
from meed.dsl.parser import parse
from meed.dsl.render import render_text
from meed.dsl.source import SourceFile
from meed.dsl.syntax_errors import SLIPS

FOLDER = Path(__file__).resolve().parent.parent / "diagnostics"
SYNTAX = FOLDER / "syntax.md"
TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(meed|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"\b(error|warning|note): ((?:\[[A-Z]\d{4}\] ?)+)")
BLESSED = os.environ.get("MEED_BLESS", "").split(",")


@dataclass(frozen=True)
class Case:
    """One `##` of a document; `start` and `stop` are where the inside of its text block stands in the document."""

    document: Path
    title: str
    policy: str
    text: str | None
    start: int = 0
    stop: int = 0


def cases_of(document: Path) -> list[Case]:
    """The cases of a document, in order."""
    content = document.read_text(encoding="utf-8")
    titles = list(TITLE.finditer(content))
    found: list[Case] = []
    for title, end in zip(titles, [*(one.start() for one in titles[1:]), len(content)], strict=True):
        blocks = {block[1]: block for block in BLOCK.finditer(content, title.end(), end)}
        text = blocks.get("text")
        place = text.span(2) if text else (0, 0)
        found.append(Case(document, title[1], blocks["meed"][2], text[2] if text else None, *place))
    return found


CASES = [case for document in sorted(FOLDER.glob("*.md")) for case in cases_of(document)]


def findings(case: Case) -> tuple[SourceFile, tuple[Diagnostic, ...]]:
    """What is said about a case's policy: by the parser in `syntax.md`, by the whole check elsewhere."""
    source = SourceFile("policy.meed", case.policy.removesuffix("\n"))
    if case.document == SYNTAX:
        return source, parse(source).diagnostics
    from meed.dsl import check

    return source, tuple(check(source).diagnostics)


def expected_on_lines(policy: str) -> list[tuple[int, str, str]]:
    """The findings that the comments of a policy announce: line, severity, code."""
    return sorted(
        (number, match[1], code)
        for number, line in enumerate(policy.splitlines(), start=1)
        for match in EXPECTED.finditer(line.partition("#")[2])
        for code in re.findall(r"[A-Z]\d{4}", match[2])
    )


def bless(document: Path) -> None:
    """Write what is printed now into the blocks of text of a document."""
    content = document.read_text(encoding="utf-8")
    for case in reversed(cases_of(document)):
        if case.text is not None:
            source, found = findings(case)
            content = content[: case.start] + render_text(found, source) + content[case.stop :]
    document.write_text(content, encoding="utf-8")


blessed = [one for one in sorted(FOLDER.glob("*.md")) if {"1", one.stem} & set(BLESSED)]
if blessed:
    for one in blessed:
        bless(one)
    CASES = [case for document in sorted(FOLDER.glob("*.md")) for case in cases_of(document)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.document.stem}: {case.title}")
def test_what_is_documented_is_said(case: Case) -> None:
    source, found = findings(case)
    if case.text is not None:
        assert render_text(found, source) == case.text
    announced = expected_on_lines(case.policy)
    if announced or case.text is None:
        said = sorted((source.position(one.span.start)[0], one.severity, one.code) for one in found)
        assert said == announced


def test_every_slip_has_a_case() -> None:
    said = {code for case in cases_of(SYNTAX) for code in re.findall(r"\[(E01\d\d)\]", case.text or "")}
    codes = {entry.code for entry in SLIPS} | {"E0100", "E0101", "E0105"}
    assert codes - said == set()


def test_titles_are_unique() -> None:
    titles = [(case.document, case.title) for case in CASES]
    assert len(titles) == len(set(titles))


def test_announced_findings_are_read_from_comments() -> None:
    policy = "let a = 5  # error: [E0301] [E0302]\nlet b = 6 # error: [E0303]\nlet c = 6  # warning: [W0801]"
    assert expected_on_lines(policy) == [
        (1, "error", "E0301"),
        (1, "error", "E0302"),
        (2, "error", "E0303"),
        (3, "warning", "W0801"),
    ]
