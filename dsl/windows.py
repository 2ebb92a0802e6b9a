"""The stretches of time that an `over` names."""

from __future__ import annotations

import re

from . import checked as c
from . import problems
from . import syntax as s
from .words import PERIODS, WINDOW_UNITS
from .workbench import Context, Workbench

__all__ = ["window_of"]

_SCOPE = c.Window("scope")
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q[1-4]|H[12]|(W|M|)(\d\d)))?")


def window_of(bench: Workbench, node: s.Window, context: Context) -> c.Window:
    """The stretch of time that an `over` names."""
    whole = context.place == "credit"
    quantity, word, unit = node.quantity, node.word, node.unit.rstrip("s")
    if word == "period":
        _check_period(bench, node)
        return c.Window("period", node.unit, span=node.span)
    if quantity is not None:
        count = int(quantity.value)
        if quantity.value != count or count < 1 or quantity.unit not in WINDOW_UNITS:
            bench.report(problems.window_count(node.span, quantity.text))
            return _SCOPE
        if word in {"last", ""}:
            return c.Window("last", quantity.unit, count, span=node.span)
        if word == "previous" and quantity.unit in PERIODS:
            return c.Window("previous", quantity.unit, count, span=node.span)
    elif word in {"last", "previous"} and unit in PERIODS:
        return c.Window("previous", unit, 1, span=node.span)
    elif word == "ever" and not unit:
        if not whole:
            bench.report(problems.ever_looks_ahead(node.span))
        return c.Window("all", whole=True, span=node.span)
    elif word == "all" and not unit:
        return c.Window("all", span=node.span)
    elif word == "scope" and not unit:
        return c.Window("scope", span=node.span)
    elif word in PERIODS and not unit:
        return c.Window("calendar", word, whole=whole, span=node.span)
    bench.report(problems.unknown_window(node.span, word))
    return _SCOPE


def _check_period(bench: Workbench, node: s.Window) -> None:
    """That a named period may be one: where months are whole weeks, they are not those of the calendar."""
    match = _PERIOD.fullmatch(node.unit)
    if match is None:
        bench.report(problems.unknown_window(node.span, node.unit))
        return
    year, letter, number = match.groups()
    if number is None:
        return
    kind, most = ("week", 53) if letter == "W" else ("month", 12)
    if not 1 <= int(number) <= most:
        bench.report(problems.no_such_period(node.span, node.unit, kind, most))
    elif letter == "" and bench.calendar.weeks is not None:
        bench.report(problems.month_not_here(node.span, node.unit, f"{year}-M{number}"))
