"""Runs every part of tests/intake/broken_facts.md: the report is exactly what stands there."""

import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from meed.dsl.schema import STANDARD, Column, FactKind
from meed.dsl.types import DATE, KEY, MONEY, TEXT, WEEKDAY, ZONE, ref, set_of
from meed.engine.intake.intake import take_in
from meed.service.mapping import FactMapping, read_mapping
from meed.service.readers import ReadProblem, read_table

DOCUMENT = Path(__file__).resolve().parents[1] / "intake" / "broken_facts.md"
PART = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MANUAL = DOCUMENT.parents[2] / "docs" / "facts.md"
COUNT = re.compile(r".*: [\d,]+ rows?, [\d,]+ used, [\d,]+ set aside(, [\d,]+ (superseded|not yet known))*")
READS = re.compile(r"`(\w+)\.(\w+)`")
PARTS = PART.findall(DOCUMENT.read_text(encoding="utf-8"))

PRODUCT = (
    Column("id", KEY),
    Column("name", TEXT.maybe()),
    Column("list", MONEY, least=Fraction(0), least_included=False),
)
QUOTA = (
    Column("id", KEY),
    Column("rep", ref("rep")),
    Column("month", DATE),
    Column("amount", MONEY, least=Fraction(0)),
)
SHIFT = (Column("id", KEY), Column("zone", ZONE), Column("days", set_of(WEEKDAY)))
DEAL = (*STANDARD["deal"].columns.values(), Column("item", ref("product")))
KINDS = {
    **STANDARD,
    **{
        name: FactKind(name, {column.name: column for column in columns})
        for name, columns in (("product", PRODUCT), ("quota", QUOTA), ("shift", SHIFT), ("deal", DEAL))
    },
}


def report_of(body: str, folder: Path) -> list[str]:
    """The lines of the report for the files of a part."""
    head = body.partition("```")[0]
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for kind, column in READS.findall(head):
        needed[kind].add(column)
    files: dict[str, Path] = {}
    mapping = FactMapping()
    for _, name, text in BLOCK.findall(body):
        if not name:
            continue
        (folder / name).write_text(text, encoding="utf-8")
        if name == "map.toml":
            mapping = read_mapping(folder / name, KINDS)
        else:
            files[Path(name).stem.removesuffix("s")] = folder / name
    try:
        raw = {kind: mapping.apply(kind, read_table(path)) for kind, path in files.items()}
    except ReadProblem as problem:
        return [str(problem)]
    _, report = take_in(
        raw,
        KINDS,
        {kind: frozenset(columns) for kind, columns in needed.items()},
        currency="CNY",
        timezone="Asia/Shanghai",
        formats=mapping.formats,
        translations=mapping.translations,
        joins=mapping.joins,
    )
    for count in report.counts:
        left = count.rows_superseded + count.rows_not_known
        assert count.rows_in == count.rows_used + count.rows_reported + left
    return report.lines()


@pytest.mark.parametrize(("title", "body"), PARTS, ids=[title for title, _ in PARTS])
def test_the_report_is_exactly_this(title: str, body: str, tmp_path: Path) -> None:
    expected = next(text for kind, _, text in BLOCK.findall(body) if kind == "report")
    assert report_of(body, tmp_path) == expected.splitlines()


def lines_and_patterns() -> tuple[list[str], dict[str, re.Pattern[str]]]:
    """Every line of every report but the counts, and the shapes that the manual lists."""
    reports = [text for _, body in PARTS for kind, _, text in BLOCK.findall(body) if kind == "report"]
    lines = [line for text in reports for line in text.splitlines() if not COUNT.fullmatch(line)]
    manual = MANUAL.read_text(encoding="utf-8")
    shapes = next(text for kind, _, text in BLOCK.findall(manual) if kind == "shapes").splitlines()
    patterns = {shape: re.compile(".*: " + ".*".join(map(re.escape, shape.split("…")))) for shape in shapes}
    return lines, patterns


def test_every_shape_in_the_manual_stands_in_a_report() -> None:
    lines, patterns = lines_and_patterns()
    assert [shape for shape, pattern in patterns.items() if not any(map(pattern.fullmatch, lines))] == []


def test_every_line_of_a_report_has_a_shape_in_the_manual() -> None:
    lines, patterns = lines_and_patterns()
    assert [line for line in lines if not any(p.fullmatch(line) for p in patterns.values())] == []


def test_the_document_has_its_parts() -> None:
    assert len(PARTS) >= 15
    assert len({title for title, _ in PARTS}) == len(PARTS)
