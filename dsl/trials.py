"""Checking of `test` blocks: given rows in run-time form, and expectations on what comes out."""

from __future__ import annotations

from datetime import date, time
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition
from .literals import day_of
from .schema import REP_TYPE_WORDS, VERSION_COLUMNS, Column
from .workbench import Context, Workbench

__all__ = ["check_test"]

_EPOCH = date(1970, 1, 1).toordinal()
_RANGE = ("valid_from", "valid_until")


def check_test(bench: Workbench, node: s.Test) -> c.Test:
    """A test whose rows fit the facts and whose expectations are conditions."""
    rows: list[c.Given] = []
    given: dict[str, str] = {}
    places: dict[str, s.Node] = {}
    for step in node.steps:
        if isinstance(step, s.Given) and step.name is not None:
            if step.name.text in given and not _is_version(step, given):
                bench.report(problems.given_twice(step.name.span, step.name.text, places[step.name.text].span))
            given[step.name.text] = step.kind.text
            places.setdefault(step.name.text, step.name)
    counts: dict[str, int] = {}
    for step in node.steps:
        if isinstance(step, s.Given):
            counts[step.kind.text] = counts.get(step.kind.text, 0) + 1
            rows.append(_given(bench, step, given, counts[step.kind.text]))
    expects: list[c.Expect] = []
    on: int | None = None
    until: int | None = None
    context = Context("test", (), given=tuple(given.items()))
    for step in node.steps:
        if isinstance(step, s.OnDate):
            on, until = _as_of(bench, step.date)
        elif isinstance(step, s.Expect):
            made = condition(bench, step.condition, context)
            expects.append(c.Expect(made, on, until, span=step.span))
    if not expects:
        bench.report(problems.test_without_expect(node.title.span))
    return c.Test(node.title.text, tuple(rows), tuple(expects), span=node.span)


def _as_of(bench: Workbench, node: s.DateLit | s.TextLit) -> tuple[int, int | None]:
    """The day as of which is asked, and the second before which something is known (None: all of the day)."""
    if isinstance(node, s.DateLit):
        return day_of(bench, node), None
    seconds = _seconds(node.text)
    if seconds is None:
        bench.report(problems.no_such_date(node.span, node.text))
        return 0, None
    return seconds // 86400, seconds + 1


def _is_version(node: s.Given, given: dict[str, str]) -> bool:
    """Whether a row says how another one of its name goes on, from a day of its own."""
    same = node.name is not None and given[node.name.text] == node.kind.text
    return same and any(cell.name.text == "valid_from" for cell in node.cells)


def _given(bench: Workbench, node: s.Given, given: dict[str, str], number: int) -> c.Given:
    kind = bench.kinds.get(node.kind.text)
    key = node.name.text if node.name is not None else f"{node.kind.text} {number}"
    if kind is None:
        bench.report(problems.unknown_kind(node.kind.span, node.kind.text, bench.kinds))
        return c.Given(node.kind.text, key, (), span=node.span)
    cells: list[tuple[str, object]] = []
    seen: dict[str, s.Cell] = {}
    for cell in node.cells:
        name = cell.name.text
        column = kind.columns.get(name) or (VERSION_COLUMNS[name] if name in _RANGE else None)
        if column is None:
            bench.report(problems.unknown_column(cell.name.span, name, kind.name, kind.columns))
            continue
        if name in seen:
            bench.report(problems.setting_twice(cell.span, name, seen[name].span))
        seen[name] = cell
        if column.type.name == "key" and isinstance(cell.value, s.TextLit):
            if node.name is not None:
                bench.report(problems.two_names(cell.span, node.name.text, node.name.span))
            key = cell.value.text
            continue
        cells.append((name, _cell(bench, cell, column, given)))
    return c.Given(kind.name, key, tuple(cells), span=node.span)


def _cell(bench: Workbench, node: s.Cell, column: Column, given: dict[str, str]) -> object:
    value = node.value
    type_ = column.type.required
    if isinstance(value, s.Path) and value.text == "missing":
        if not column.type.optional:
            bench.report(problems.cell_never_missing(value.span, column.name))
        return None
    if type_.name == "ref":
        return _reference(bench, value, column, given)
    if isinstance(value, s.Path) and type_.name == "text":
        bench.report(problems.quote_the_text(value.span, value.text))
        return None
    if type_.name == "moment" and isinstance(value, s.TextLit):
        return _moment(bench, value)
    if type_.name == "set" and isinstance(value, s.TextLit):
        return frozenset({value.text})
    if isinstance(value, s.TextLit) and type_.options:
        text = REP_TYPE_WORDS.get(value.text, value.text)
        if text not in type_.options:
            bench.report(problems.not_an_option(value.span, value.text, type_.options))
        return text
    wanted = type_ if type_.name not in {"key"} else None
    made = bench.check(value, Context("test", ()), wanted)
    return _fitting(bench, node, column, made)


def _fitting(bench: Workbench, node: s.Cell, column: Column, made: c.Expr) -> object:
    if made.type.name == "unknown" or not isinstance(made, c.Constant):
        return None
    names = {column.type.name, made.type.name}
    if len(names) > 1 and not names <= {"number", "count"} and names != {"moment", "date"}:
        bench.report(problems.wrong_cell(node.value.span, column.name, column.type, made.type))
        return None
    if names == {"moment", "date"} and isinstance(made.value, Fraction):
        return made.value * 86400
    if column.type.name == "count" and isinstance(made.value, Fraction) and made.value.denominator != 1:
        bench.report(problems.wrong_cell(node.value.span, column.name, column.type, made.type))
    return made.value


def _reference(bench: Workbench, node: s.Expr, column: Column, given: dict[str, str]) -> object:
    text = node.text if isinstance(node, s.Path | s.TextLit) else ""
    if given.get(text) != column.type.kind:
        names = [name for name, kind in given.items() if kind == column.type.kind]
        bench.report(problems.unknown_given(node.span, text, names, column.type.kind or ""))
    return text


def _moment(bench: Workbench, node: s.TextLit) -> object:
    seconds = _seconds(node.text)
    if seconds is None:
        bench.report(problems.no_such_date(node.span, node.text))
        return None
    return Fraction(seconds)


def _seconds(text: str) -> int | None:
    """Seconds since 1970-01-01, by the clock of the policy, of `2026-04-03 09:30`, with seconds or without a time."""
    day, _, clock = text.partition(" ")
    try:
        days = date.fromisoformat(day).toordinal() - _EPOCH
        shown = time.fromisoformat(clock or "00:00")
    except ValueError:
        return None
    if shown.tzinfo is not None or shown.microsecond:
        return None
    return days * 86400 + shown.hour * 3600 + shown.minute * 60 + shown.second
