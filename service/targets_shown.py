"""Goals as people and programs read them: a table with totals, a CSV file, JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..engine.calendar.periods import KINDS, Period, containing
from ..engine.facts import Facts
from ..engine.targets.targets import TargetRow, TargetSheet, goal_text
from .tables_shown import say_table
from .terminal import say
from .version import meed_version
from .written import written_whole

__all__ = ["say_sheet", "sheets_as_json", "write_goals"]

_MOST_COLUMNS = 13


def say_sheet(sheet: TargetSheet, why: str = "") -> None:
    """A target as a table: a row for each person, a column for each period; then why, for one of them."""
    target, unit = sheet.target, sheet.policy.currency if sheet.target.type.name == "money" else sheet.target.type.name
    say(f"{target.name}: {_number(sheet, sheet.total)} {unit} over {sheet.period.told}, per {target.per}")
    kind = _shown_kind(sheet)
    if kind != target.per:
        say(f"(shown per {kind}; `--out FILE` has every {target.per})")
    say()
    columns = _columns(sheet, kind)
    grouped = sheet.groups()
    total = [str(sheet.period)] if len(columns) > 1 else []
    heads = (target.kind, *(str(period) for period, _ in columns), *total)
    rows = [
        line
        for group in (grouped.values() if grouped else [list(sheet.rows)])
        for line in _lines(sheet, group, columns)
    ]
    say_table(heads, rows, right=tuple(range(1, len(heads))), total=_line(sheet, "all", sheet.rows, columns))
    say()
    for row in sheet.rows:
        if row.key == why:
            _say_why(sheet, row)


def _shown_kind(sheet: TargetSheet) -> str:
    """The shortest kind of period that a terminal has room for."""
    for kind in KINDS[KINDS.index(sheet.target.per) :]:
        nests = kind != "week" or sheet.target.per == "week" or sheet.period.calendar.weeks is not None
        if nests and len(_columns(sheet, kind)) <= _MOST_COLUMNS:
            return kind
    return sheet.target.per


def _columns(sheet: TargetSheet, kind: str) -> list[tuple[Period, list[int]]]:
    """The periods shown, with the places of the target's own periods that end in each."""
    made: dict[Period, list[int]] = {}
    for at, period in enumerate(sheet.periods):
        made.setdefault(containing(kind, period.end - 1, period.calendar), []).append(at)
    return list(made.items())


def _lines(
    sheet: TargetSheet, group: Sequence[TargetRow], columns: list[tuple[Period, list[int]]]
) -> list[tuple[str, ...]]:
    made = [_line(sheet, row.key, [row], columns) for row in group]
    if sheet.groups():
        made.append(_line(sheet, f"= {group[0].group}", group, columns))
    return made


def _line(
    sheet: TargetSheet, name: str, rows: Sequence[TargetRow], columns: list[tuple[Period, list[int]]]
) -> tuple[str, ...]:
    sums = [sum((row.goals[at].amount for row in rows for at in places), Fraction(0)) for _, places in columns]
    cells = [*sums, sum(sums, Fraction(0))] if len(sums) > 1 else sums
    return (name, *(_number(sheet, value) for value in cells))


def _number(sheet: TargetSheet, value: int | Fraction) -> str:
    """With commas between thousands."""
    text = goal_text(sheet.policy, sheet.target, value)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() else text


def _say_why(sheet: TargetSheet, row: TargetRow) -> None:
    for at, (period, goal) in enumerate(zip(sheet.periods, row.goals, strict=True)):
        say(f"{row.key}, {period.told}: {_number(sheet, goal.amount)}: {sheet.because(row, at)}")
    say()


def write_goals(path: Path, sheets: Sequence[TargetSheet]) -> None:
    """One row a goal, by target, group, key and period."""
    kinds = dict.fromkeys(sheet.target.kind for sheet in sheets)
    headers = ("target", *kinds, "group", "period", "goal", "exact", "step", "why")
    with written_whole(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        for sheet in sheets:
            writer.writerows([cell.get(name, "") for name in headers] for cell in sheet.cells())


def sheets_as_json(policy: c.Policy, facts: Facts, sheets: Sequence[TargetSheet]) -> dict[str, Any]:
    """Everything: goals with their because, totals of people, groups and periods, remarks."""
    return {
        "meed": meed_version(),
        "job": "targets",
        "policy": {"name": policy.name, "version": policy.version, "hash": policy.hash},
        "facts": {"hash": facts.hash},
        "currency": policy.currency,
        "targets": [_sheet_as_json(sheet) for sheet in sheets],
    }


def _sheet_as_json(sheet: TargetSheet) -> dict[str, Any]:
    text: Callable[[int | Fraction], str] = lambda value: goal_text(sheet.policy, sheet.target, value)  # noqa: E731
    groups = {name: sum((row.total for row in rows), Fraction(0)) for name, rows in sheet.groups().items()}
    return {
        "target": sheet.target.name,
        "per": sheet.target.per,
        "period": str(sheet.period),
        "total": text(sheet.total),
        "totals": {
            sheet.target.kind: {row.key: text(row.total) for row in sheet.rows},
            "group": {name: text(total) for name, total in groups.items()},
            "period": {str(period): text(sheet.column(at)) for at, period in enumerate(sheet.periods)},
        },
        "goals": list(sheet.cells()),
        "remarks": list(sheet.remarks),
    }
