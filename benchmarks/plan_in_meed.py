"""The plan as a policy, run by meed's columnar evaluator on typed facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from invented_deals import Deals, month_of
from numpy.typing import NDArray

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.arrays.exact import Column
from meed.engine.arrays.text_array import TextArray
from meed.engine.calendar.periods import Period
from meed.engine.facts import Facts, FactTable, Places, RefCells
from meed.engine.intake.opening import open_facts
from meed.engine.pay.simulation import Run, run
from meed.engine.pay.totals import statement_totals
from meed.service.readers import read_table

__all__ = ["YEAR", "facts_of", "lines_of", "matrix", "month_of", "plan", "read", "with_meed"]

YEAR = Period.parse("2026")


def plan() -> c.Policy:
    """The checked policy."""
    path = Path(__file__).with_name("plan.meed")
    found = check(path.read_text(encoding="utf-8"), path.name)
    assert found.policy is not None, [problem.message for problem in found.diagnostics]
    return found.policy


def facts_of(policy: c.Policy, deals: Deals) -> Facts:
    """The deals as typed facts: what an intake gives, made from columns that are typed already."""
    reps = FactTable(policy.kinds["rep"], numbered("R", 6, deals.reps), {}, Places("reps", np.arange(deals.reps)))
    columns = {
        "owner": RefCells("rep", deals.rep.astype(np.int64)),
        "amount": Column.of(deals.cents),
        "closed": Column.of(deals.day.astype(np.int64)),
    }
    table = FactTable(
        policy.kinds["deal"], numbered("D", 9, len(deals)), columns, Places("deals", np.arange(len(deals)))
    )
    return Facts({"rep": reps, "deal": table})


def numbered(letter: str, digits: int, count: int) -> TextArray:
    """Keys in their order: the letter and a number of so many digits."""
    table = np.full((count, digits + 1), ord(letter), dtype=np.uint8)
    for place in range(digits):
        table[:, digits - place] = np.arange(count) // 10**place % 10 + ord("0")
    return TextArray(table.ravel(), np.arange(count + 1, dtype=np.int32) * (digits + 1))


def read(policy: c.Policy, reps: Path, deals: Path) -> Facts:
    """Typed facts from Parquet files that have the amounts as decimals."""
    raw = {"rep": read_table(reps), "deal": read_table(deals)}
    return open_facts(policy, raw, "simulate", strict=True)[0]


def with_meed(policy: c.Policy, facts: Facts) -> tuple[Run, NDArray[np.int64]]:
    """The run with its lines, and the cents by rep and month."""
    made = run(policy, facts, YEAR)
    return made, matrix(made)


def matrix(made: Run) -> NDArray[np.int64]:
    """Cents by rep and month."""
    return statement_totals(made).amount.reshape(-1, 12)


def lines_of(made: Run, rep: int) -> list[int]:
    """The cents of each deal's commission of a rep, in order of day, then key; a line of 0 is not kept."""
    lines = made.lines
    kept = (lines.rep == rep) & (lines.row >= 0)
    return lines.amount[kept].tolist()
