"""The policy's calendar reaches every place that works with periods: none falls back on the Gregorian one unsaid."""

import ast
from pathlib import Path

import pytest

from meed.engine.calendar.periods import Period, PeriodError
from meed.engine.pay.simulation import run

from ..evaluators import checked, facts_of

ROOT = Path(__file__).parents[2]
PLAIN = {"containing", "period_start", "period_end", "shift", "resolve", "number_in_year", "month_number"}
# How many arguments come before the calendar.
TAKES = {
    "parse": 1, "containing": 2, "period_start": 2, "period_end": 2, "shift": 3, "resolve": 3, "number_in_year": 2,
    "month_number": 1,
}  # fmt: skip
# Keys of random draws change with the months of the Gregorian calendar, and names of periods are made of them.
GREGORIAN_ON_PURPOSE = {
    "service/draw_periods.py",
    "service/decision_shown.py",
    "engine/assigning/assignment.py",
    "engine/turns/draw_audit.py",
    "engine/turns/lots.py",
}
MODULES = [
    path
    for folder in ("engine", "policies", "service")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name not in {"periods.py", "week_years.py"}
]


def calls_without_calendar(source: str) -> list[int]:
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id="Period"), attr="parse" as name) | ast.Name(id=name):
                asks = name in PLAIN or (name == "parse" and isinstance(node.func, ast.Attribute))
                short = asks and len(node.args) + len(node.keywords) <= TAKES[name]
                found += [node.lineno] if short else []
            case _:
                pass
    return found


def test_a_call_without_the_calendar_is_found() -> None:
    assert calls_without_calendar('a = Period.parse("2026")\nb = shift("month", 3, 1, calendar)') == [1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_period_is_one_of_the_policys_calendar(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in GREGORIAN_ON_PURPOSE:
        assert calls_without_calendar(path.read_text(encoding="utf-8")) == []


def test_a_period_of_another_calendar_is_refused_and_not_mixed_with_the_policys() -> None:
    policy = checked(
        'policy "Fiscal" { currency: USD  year_starts: april  year_named_by: end }\nfacts standard\n'
        "scheme all for every rep per quarter { pay base = 100 }\n"
    )
    facts = facts_of(policy, {"rep": {"id": ["Li"]}})
    assert run(policy, facts, Period.parse("2026-Q1", policy.calendar)).total == 10_000
    with pytest.raises(PeriodError, match="another calendar"):
        run(policy, facts, Period.parse("2026-Q1"))
