"""The example in docs/facts.md is run as it stands: mapping, files, report and facts."""

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from meed.dsl.schema import STANDARD, Column, FactKind
from meed.dsl.types import DATE, KEY, MONEY, ref
from meed.engine.facts import Facts
from meed.engine.intake.intake import IntakeReport, take_in
from meed.engine.money import plain_amount
from meed.service.mapping import read_mapping
from meed.service.readers import read_table

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "facts.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTA = (
    Column("id", KEY),
    Column("rep", ref("rep")),
    Column("month", DATE),
    Column("amount", MONEY, least=Fraction(0)),
)
KINDS = {**STANDARD, "quota": FactKind("quota", {column.name: column for column in QUOTA})}


def blocks() -> dict[str, str]:
    """The blocks of the manual by file name, or by language where they have none."""
    text = MANUAL.read_text(encoding="utf-8")
    return {name or language: body for language, name, body in BLOCK.findall(text)}


def run(folder: Path) -> tuple[Facts, IntakeReport]:
    for name, body in blocks().items():
        if "." in name:
            (folder / name).write_text(body, encoding="utf-8")
    prose = MANUAL.read_text(encoding="utf-8").partition("a policy that reads ")[2].partition(" gets this")[0]
    needed: dict[str, frozenset[str]] = {}
    for kind, column in re.findall(r"`(\w+)\.(\w+)`", prose):
        needed[kind] = needed.get(kind, frozenset()) | {column}
    mapping = read_mapping(folder / "mapping.toml", KINDS)
    raw = {
        kind: mapping.apply(kind, read_table(folder / f"{kind}s.csv", encoding=mapping.encoding(kind)))
        for kind in needed
    }
    return take_in(
        raw,
        KINDS,
        needed,
        currency="CNY",
        timezone="Asia/Shanghai",
        formats=mapping.formats,
        translations=mapping.translations,
        joins=mapping.joins,
    )


def as_read(facts: Facts) -> list[str]:
    """Facts as the manual shows them."""
    lines: list[str] = []
    for name, table in facts.tables.items():
        for row, key in enumerate(table.keys):
            cells: list[str] = []
            for column in table.columns:
                value, kind = table.cell(row, column), table.kind.columns[column].type
                if kind.name == "ref" and isinstance(value, int):
                    value = facts.table(kind.kind or "").keys[value]
                elif kind.name == "money" and isinstance(value, int):
                    value = plain_amount(value, "CNY")
                elif kind.name == "date" and isinstance(value, int):
                    value = date(1970, 1, 1) + timedelta(days=value)
                cells.append(f"{column} {value}")
            lines.append(f"{name} {key}: {', '.join(cells)}")
    return lines


def test_the_example_gives_this_report(tmp_path: Path) -> None:
    assert run(tmp_path)[1].lines() == blocks()["report"].splitlines()


def test_the_example_gives_these_facts(tmp_path: Path) -> None:
    assert as_read(run(tmp_path)[0]) == blocks()["facts"].splitlines()
