"""What a policy gives now for some periods of a ledger: lines by their place, when they may be paid, rows read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from ...dsl import checked as c
from ..calendar.days import format_day, parse_day
from ..calendar.periods import Period
from ..facts import Cells, Facts, FactTable, Scalar, cell_of
from ..pay.payables import HELD
from ..pay.simulation import Progress, Run, run_over
from ..versions import ALWAYS, EVER
from ..wording.phrases import exact_text, show
from .entries import Place

__all__ = ["Now", "Outcome", "Span", "outcome", "span_of"]


class Span(NamedTuple):
    """A period of the ledger: its name, its first and its last day."""

    name: str
    first: str
    last: str


def span_of(period: Period) -> Span:
    """A period as the ledger knows it."""
    return Span(str(period), format_day(period.start), format_day(period.end - 1))


class Now(NamedTuple):
    """What a line earns now, and its parts by the day on which each may be paid; the rest is held."""

    amount: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one policy gives for the periods `spans`. `earned_in`: the ledger period of each period of a scheme."""

    run: Run
    spans: tuple[Span, ...]
    lines: Mapping[Place, Now]
    earned_in: Mapping[str, str]

    @property
    def policy(self) -> str:
        """The hash of the policy."""
        return self.run.policy.hash

    @property
    def facts(self) -> str:
        """The hash of the facts."""
        return self.run.facts.hash

    def values(self, kind: str, key: str) -> dict[str, str] | None:
        """A row as far as the policy reads it, for people; None where it is not in the facts."""
        table = self.run.facts.tables.get(kind)
        row = None if table is None else table.row(key)
        if table is None or row is None:
            return None
        read = sorted(self.run.policy.reads.get(kind, frozenset()) & table.columns.keys())
        return {name: self._told(table, row, name) for name in read}

    def _told(self, table: FactTable, row: int, column: str) -> str:
        """What a cell says; where that changes from day to day, each value with its days."""
        versions = table.versions
        if versions is None:
            return self._text(table, column, table.cells(column), row)
        places: list[int] = np.flatnonzero(versions.row == row).tolist()
        texts = [self._text(table, column, versions.columns[column], at) for at in places]
        if len(set(texts)) == 1:
            return texts[0]
        days = [_days(int(versions.start[at]), int(versions.end[at])) for at in places]
        return ", ".join(f"{text}{when}" for text, when in zip(texts, days, strict=True))

    def _text(self, table: FactTable, column: str, cells: Cells, at: int) -> str:
        type_ = table.kind.columns[column].type
        value = cell_of(cells, at, type_.name == "flag")
        if type_.name == "ref" and isinstance(value, int):
            return self.run.facts.table(type_.kind or "rep").keys[value]
        return _plain(value, show(value, type_, self.run.policy.currency))


def _days(start: int, end: int) -> str:
    first = f" from {format_day(start)}" if start != EVER else ""
    return first + (f" until {format_day(end - 1)}" if end != ALWAYS else "")


def _plain(value: Scalar, shown: str) -> str:
    """Two values never have the same text: what cannot be shown in full is written as a fraction."""
    if isinstance(value, str):
        return value
    return str(exact_text(value)) if shown.startswith("about ") else shown


def outcome(
    policy: c.Policy, facts: Facts, spans: Sequence[Span], until: str, progress: Progress | None = None
) -> Outcome:
    """Run a policy over periods of the ledger; a period of a scheme belongs to that in which its last day lies.

    The run goes on to the day `until`, so that what is released later than its period is seen, and keeps the lines of
    `spans`.
    """
    windows = [(parse_day(span.first), parse_day(span.last) + 1) for span in spans]
    run = run_over(policy, facts, min(first for first, _ in windows), parse_day(until) + 1, progress)
    table = run.lines
    earned_in = {
        str(period): span.name
        for period in table.periods
        for span, (first, after) in zip(spans, windows, strict=True)
        if first < period.end <= after
    }
    lines: dict[Place, Now] = {}
    for place, amount, parts in zip(_places(run), table.amount.tolist(), _parts(run), strict=True):
        if place.period not in earned_in:
            continue
        earlier = lines.get(place)
        if earlier is not None:  # two postings of one row to one person
            amount += earlier.amount
            parts = {day: parts.get(day, 0) + earlier.parts.get(day, 0) for day in {**earlier.parts, **parts}}
        lines[place] = Now(amount, parts)
    return Outcome(run, tuple(spans), lines, earned_in)


def _places(run: Run) -> Iterator[Place]:
    table = run.lines
    reps = table.facts.table("rep").keys
    keys = [table.facts.table(kind).keys if kind else () for kind in table.kinds]
    periods = [str(period) for period in table.periods]
    arrays = (table.rep, table.period, table.scheme, table.component, table.kind, table.row)
    rows: Iterator[tuple[int, ...]] = zip(*(array.tolist() for array in arrays), strict=True)
    for rep, period, scheme, component, kind, row in rows:
        yield Place(
            reps[rep], periods[period], table.schemes[scheme], table.components[component], table.kinds[kind],
            keys[kind][row] if row >= 0 else "",
        )  # fmt: skip


def _parts(run: Run) -> Iterator[dict[str, int]]:
    """The parts of each line by day; what is held has none."""
    parts: list[dict[str, int]] = [{} for _ in range(len(run.lines))]
    due = run.payables
    columns = (due.line, due.day, due.amount)
    rows = cast("Iterator[tuple[int, int, int]]", zip(*(column.tolist() for column in columns), strict=True))
    days: dict[int, str] = {}
    for line, day, amount in rows:
        if day != HELD:
            name = days.setdefault(day, format_day(day))
            parts[line][name] = parts[line].get(name, 0) + amount
    yield from parts
