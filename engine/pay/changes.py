"""What changes inside a period: values of dated rows that would be others on other days of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import Index, Mask
from ..calendar.days import format_day
from ..columns.columnar import Columns
from ..dependence import fields_at_hand
from ..facts import cell_of
from ..frames import Frame
from ..histories import runs
from ..versions import EVER, Versions
from ..wording.phrases import say, show
from .payouts import Cells as SchemeCells

__all__ = ["change_remarks"]


def _changed(versions: Versions, column: str, rows: Index, frame: Frame) -> tuple[Mask, Index, Index]:
    """Which rows say two things within their window; the version that is taken; the first day of what it says."""
    run = runs(versions, column)
    at = versions.at(rows, frame.start, frame.end)
    first = np.minimum(versions.first_in(np.maximum(rows, 0), frame.start), np.maximum(at, 0))
    found = np.maximum(at, 0)
    since = versions.start[np.searchsorted(run, run[found])]
    changed: Mask = (at >= 0) & (run[first] != run[found])
    return changed, at, since


def change_remarks(ev: Columns, cells: SchemeCells, some: Callable[[list[str]], str]) -> list[str]:
    """Which columns change inside a period of a scheme, for whom, and what is taken; `some` lists keys, cut."""
    scheme, keys = cells.scheme, ev.facts.table("rep").keys
    nodes: list[c.Node] = [*scheme.components, *([scheme.total] if scheme.total is not None else [])]
    if scheme.group is not None and scheme.setting("changes") != "split":
        nodes.append(scheme.group)
    found: dict[str, c.FieldOf] = {}
    for node in nodes:
        for read in fields_at_hand(ev.policy, node):
            found.setdefault(say(read), read)
    made: list[str] = []
    for said, node in found.items():
        table = ev.facts.table(node.kind)
        if table.versions is None or node.column not in table.versions.columns:
            continue
        rows = ev.rows(node.base, cells.frame)
        changed, at, since = _changed(table.versions, node.column, rows, cells.frame)
        where: list[int] = np.flatnonzero(changed).tolist()
        if not where:
            continue
        reps = sorted({keys[int(cells.frame.rows["rep"][cell])] for cell in where})
        first = where[0]
        rep, period = keys[int(cells.frame.rows["rep"][first])], cells.periods[int(cells.period[first])]
        example = f"{rep} in {period}: {_value(ev, node, int(at[first]), int(since[first]))}"
        each = f"a {scheme.per} of scheme `{scheme.name}`"
        made.append(
            f"`{said}` changes inside {each} for {some(reps)}: what holds last counts for all of it ({example})"
        )
    return made


def _value(ev: Columns, node: c.FieldOf, at: int, since: int) -> str:
    """`2,800.00 CNY, since 2026-02-15`."""
    table = ev.facts.table(node.kind)
    assert table.versions is not None
    column = table.kind.columns[node.column]
    value = cell_of(table.versions.columns[node.column], at, column.type.name == "flag")
    if column.type.name == "ref" and isinstance(value, int):
        shown = ev.world.key(column.type.kind or "rep", value)
    else:
        shown = show(value, column.type, ev.policy.currency)
    return f"{shown}, since {format_day(since)}" if since != EVER else shown
