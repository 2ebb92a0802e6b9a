"""The balances of a run for people: who owes what of a draw, what a cap carried on, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..columns.columnar import Columns
from ..facts import Facts
from ..money import format_money
from .chain import carries
from .columnar_balances import first_credit
from .payouts import Cells, Earned

__all__ = ["OpenBalance", "balance_remarks", "open_balances"]


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """A balance that is open before or after a period, in minor units; `of` says of what: `draw` or `cap`."""

    rep: str
    period: str
    scheme: str
    component: str
    of: Literal["draw", "cap"]
    before: int
    after: int


def open_balances(facts: Facts, cells: Cells, earned: list[Earned]) -> list[OpenBalance]:
    """Every balance that is not zero before or after a period, by rep, then period."""
    reps = facts.table("rep").keys
    made: list[OpenBalance] = []
    for one in earned:
        for balance in one.balances:
            of: Literal["draw", "cap"] = "draw" if isinstance(balance.clause, c.AtLeast) else "cap"
            open_: list[int] = np.flatnonzero((balance.before != 0) | (balance.after != 0)).tolist()
            for cell in open_:
                rep, period = int(cells.frame.rows["rep"][cell]), cells.periods[int(cells.period[cell])]
                before, after = int(balance.before[cell]), int(balance.after[cell])
                name = cells.scheme.name
                made.append(OpenBalance(reps[rep], str(period), name, balance.component, of, before, after))
    return sorted(made, key=lambda one: (one.rep, one.period, one.component, one.of))


def balance_remarks(ev: Columns, cells: Cells, earned: list[Earned]) -> list[str]:
    """Where balances begin, and what those who left leave open."""
    scheme = cells.scheme
    if not carries(scheme) or not cells.periods:
        return []
    return [*_beginning(ev, cells), *_leavers(ev, cells, earned)]


def _beginning(ev: Columns, cells: Cells) -> list[str]:
    """A balance is right only if everything since its beginning is in the facts."""
    scheme, first = cells.scheme, first_credit(ev, cells.scheme)
    if scheme.setting("balance") == "ends_with_year":
        return []
    begin = ev.policy.effective[0]
    since = format_day(begin) if begin is not None else ("now" if first is None else format_day(first))
    why = "the policy is in force since then" if begin is not None else "the first credit in the facts"
    return [f"balances of scheme `{scheme.name}` begin on {since} ({why}): what is open from before is not in them"]


def _leavers(ev: Columns, cells: Cells, earned: list[Earned]) -> list[str]:
    """The open draws of reps who left, in their last period of the run."""
    if not ev.world.has("rep", "left"):
        return []
    forgiven = cells.scheme.setting("leaver") == "forgiven"
    reps, rows = ev.facts.table("rep").keys, cells.frame.rows["rep"]
    made: list[str] = []
    for balance in (entry for one in earned for entry in one.balances if isinstance(entry.clause, c.AtLeast)):
        last = np.flatnonzero(np.r_[rows[1:] != rows[:-1], True]) if len(rows) else rows
        for cell in last.tolist():
            rep, open_ = int(rows[cell]), int(balance.after[cell])
            left = ev.world.cell("rep", rep, "left")
            if open_ and isinstance(left, int) and left * SECONDS_PER_DAY < int(cells.frame.end[cell]):
                owed = format_money(open_, ev.policy.currency)
                word = "which is forgiven" if forgiven else "which is still owed"
                made.append(f"{reps[rep]} left on {format_day(left)} with {owed} of `{balance.component}` open, {word}")
    return made
