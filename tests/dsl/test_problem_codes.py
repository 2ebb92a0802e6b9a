"""Every code means one problem, is shown by a bad program, and stands in docs/diagnostics.md.

The tables of that page are made from the bad programs: MEED_BLESS=1 writes them anew.
"""

import ast
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl.diagnostics import Diagnostic
from meed.dsl.parser import parse
from meed.dsl.source import SourceFile
from meed.dsl.syntax_errors import SLIPS

ROOT = Path(__file__).parents[2]
PROBLEMS = sorted((ROOT / "dsl" / "problems").glob("*.py"))
PROGRAMS = sorted((ROOT / "tests" / "diagnostics").glob("*.md"))
PAGE = ROOT / "docs" / "diagnostics.md"
CODE = re.compile(r"[EWN]0\d{3}")
BLOCK = re.compile(r"^```meed\n(.*?)^```", re.M | re.S)
SEVERITIES = {"E": "error", "W": "warning", "N": "note"}
CHAPTERS = {
    "E01": "Reading the text",
    "E02": "Names",
    "E03": "Types and units",
    "E04": "Tables, ranks and shares",
    "E05": "Credits and schemes",
    "E06": "Assignment",
    "E07": "Promises and tests",
    "W08": "Warnings",
    "N09": "Notes",
}
# The grammar refuses what these speak of: `of` beside a sign without brackets (E0156), and a period as a value.
UNREACHED: set[str] = set()
LONGEST_LINE = 100
HOST_WORDS = re.compile(r"\b(None|True|False|Fraction|Decimal|[A-Z]\w+(Error|Type)|str|int|dict|tuple)\b")


def constructors() -> dict[str, list[str]]:
    """The codes that each function of dsl/problems constructs, by the function's name."""
    found: dict[str, list[str]] = {}
    for path in PROBLEMS:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                codes = sorted({text for text in texts if isinstance(text, str) and CODE.fullmatch(text)})
                if codes:
                    found[node.name] = codes
    return found


CONSTRUCTORS = constructors()
CODES = sorted(code for codes in CONSTRUCTORS.values() for code in codes)
OF_SLIPS = [entry.code for entry in SLIPS]
REACHED = sorted({"E0100", "E0105", *CODES, *OF_SLIPS} - UNREACHED)


def findings(document: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is said about a program: in the document on syntax by the parser alone, elsewhere by the whole check."""
    return parse(SourceFile("policy.meed", text)).diagnostics if document.stem == "syntax" else check(text).diagnostics


@cache
def shown() -> dict[str, tuple[str, Diagnostic]]:
    """The first bad program about which a code alone is said, or else the first with it, and the finding."""
    alone: dict[str, tuple[str, Diagnostic]] = {}
    among: dict[str, tuple[str, Diagnostic]] = {}
    for document, text in programs():
        found = findings(document, text)
        for diagnostic in found:
            single = len({one.code for one in found}) == 1
            (alone if single else among).setdefault(diagnostic.code, (text, diagnostic))
    return among | alone


def programs() -> Iterator[tuple[Path, str]]:
    """Every bad program with its document."""
    for path in PROGRAMS:
        for block in BLOCK.finditer(path.read_text(encoding="utf-8")):
            yield path, block[1]


def row(code: str) -> str:
    """The row of a code: what it says, the line of a bad program that shows it, and what to do."""
    text, diagnostic = shown()[code]
    start = text.rfind("\n", 0, diagnostic.span.start) + 1
    line = text[start:].split("\n", 1)[0].strip()
    if len(line) > LONGEST_LINE:
        line = f"{line[:LONGEST_LINE]} ..."
    cells = (code, diagnostic.message, f"`{line}`" if line else "", diagnostic.help)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def table(chapter: str) -> str:
    rows = [row(code) for code in sorted(shown()) if code.startswith(chapter)]
    return "\n".join(["| code | it says | shown by | what to do |", "|---|---|---|---|", *rows])


def chapters() -> str:
    return "\n".join(f"\n## {title}\n\n{table(chapter)}" for chapter, title in CHAPTERS.items()) + "\n"


def test_every_constructor_has_one_code_and_every_code_one_constructor() -> None:
    assert [name for name, codes in CONSTRUCTORS.items() if len(codes) > 1] == []
    assert [code for code, times in Counter(CODES).items() if times > 1] == []


def test_every_constructor_is_used_by_the_checker() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dsl").glob("*.py"))
    assert [name for name in CONSTRUCTORS if f"problems.{name}(" not in source] == []


def test_slips_have_codes_of_their_own() -> None:
    assert len(set(OF_SLIPS)) == len(OF_SLIPS)
    assert set(OF_SLIPS) & set(CODES) == set()


@pytest.mark.parametrize("code", REACHED)
def test_a_code_belongs_to_a_chapter(code: str) -> None:
    assert code[:3] in CHAPTERS


@pytest.mark.parametrize("code", REACHED)
def test_a_code_is_shown_by_a_bad_program(code: str) -> None:
    _, diagnostic = shown()[code]
    assert diagnostic.severity == SEVERITIES[code[0]]


def test_what_a_bad_program_shows_is_not_called_unreached() -> None:
    assert UNREACHED & set(shown()) == set()


@pytest.mark.parametrize("code", REACHED)
def test_a_message_is_one_gentle_line_that_says_what_to_do(code: str) -> None:
    """Lower case outside of the author's own words, no full stop, no word of the host language."""
    _, diagnostic = shown()[code]
    for said in (diagnostic.message, diagnostic.help):
        assert said
        assert "\n" not in said
        assert not said.endswith((".", "!")) or said.endswith("...")
        own_words_out = re.sub(r"`[^`]*`", "", said)
        assert not HOST_WORDS.search(own_words_out)
        assert not own_words_out[:1].isupper()
        assert said.count("`") % 2 == 0


def test_there_are_many_bad_programs_and_each_is_found_out() -> None:
    found = [(text, findings(document, text)) for document, text in programs()]
    assert len(found) >= 40
    assert [text for text, said in found if not said] == []


def test_the_page_lists_every_code_with_its_example() -> None:
    """MEED_BLESS=1 writes the tables."""
    page = PAGE.read_text(encoding="utf-8")
    head = page.split("\n## ", 1)[0].rstrip("\n") + "\n"
    if os.environ.get("MEED_BLESS") == "1":
        PAGE.write_text(head + chapters(), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
    assert page == head + chapters()
    assert [code for code in REACHED if f"| {code} |" not in page] == []
