"""What a run pays in total: by statement, by rep and by type of rep, in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..engine.pay.simulation import Run
from ..engine.pay.totals import rep_totals as totals_by_rep
from ..engine.pay.totals import statement_totals as columns_of_totals

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
    totals, keys = columns_of_totals(run), run.facts.table("rep").keys
    periods = [str(period) for period in totals.periods]
    rows = zip(totals.rep.tolist(), totals.period.tolist(), totals.amount.tolist(), strict=True)
    return {(keys[rep], periods[period]): amount for rep, period, amount in rows}


def rep_totals(run: Run) -> Mapping[int, int]:
    """The total of every rep, by row."""
    totals: list[int] = totals_by_rep(run).tolist()
    return dict(enumerate(totals))


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
