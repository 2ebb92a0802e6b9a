"""What a run pays in total: by statement, by rep and by type of rep, in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..engine.periods import Period
from ..engine.simulation import Run

__all__ = ["TypeTotal", "rep_text", "rep_totals", "statement_totals", "type_totals"]


@dataclass(frozen=True, slots=True)
class TypeTotal:
    """A type of rep (empty: none is known), how many reps have it, and what they are paid."""

    word: str
    reps: int
    total: int


def statement_totals(run: Run) -> Mapping[tuple[str, str], int]:
    """The total of each rep and period in which a scheme pays the rep, zero or not, by rep, then period.

    A rep whom no scheme pays has one entry, for the whole period: the rows of `Run.summary_frame`.
    """
    totals: dict[tuple[int, Period], int] = {}
    for cells in run.members:
        reps: list[int] = cells.frame.rows["rep"].tolist()
        periods: list[int] = cells.period.tolist()
        for rep, period in zip(reps, periods, strict=True):
            totals.setdefault((rep, cells.periods[period]), 0)
    keys = run.facts.table("rep").keys
    paid = {rep for rep, _ in totals}
    totals.update(((rep, run.period), 0) for rep in range(len(keys)) if rep not in paid)
    lines = run.lines
    for rep, period, amount in zip(lines.rep.tolist(), lines.period.tolist(), lines.amount.tolist(), strict=True):
        totals[rep, lines.periods[period]] += amount
    return {(keys[rep], str(period)): totals[rep, period] for rep, period in sorted(totals)}


def rep_totals(run: Run) -> Mapping[int, int]:
    """The total of every rep, by row."""
    totals = dict.fromkeys(range(len(run.facts.table("rep"))), 0)
    for rep, amount in zip(run.lines.rep.tolist(), run.lines.amount.tolist(), strict=True):
        totals[rep] += amount
    return totals


def type_totals(run: Run) -> list[TypeTotal]:
    """Every type that a rep has, by name."""
    made: dict[str, tuple[int, int]] = {}
    for rep, total in rep_totals(run).items():
        word = rep_text(run, rep, "type")
        reps, sum_ = made.get(word, (0, 0))
        made[word] = reps + 1, sum_ + total
    return [TypeTotal(word, *made[word]) for word in sorted(made)]


def rep_text(run: Run, rep: int, column: str) -> str:
    """A text of a rep; empty where it is missing, or was not read."""
    table = run.facts.table("rep")
    return str(table.cell(rep, column) or "") if column in table.columns else ""
