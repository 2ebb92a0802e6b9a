"""A run of a policy over a period: every scheme, rep and component, on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ..dsl import checked as c
from .changes import change_remarks
from .columnar import Columns
from .days import format_day
from .exact import Column
from .facts import Facts
from .integers import Index, IntArray, used_codes
from .line_table import LineTable, amounts_of, lines_of
from .money import format_money
from .payouts import Block, Cells, Unpaid, component_blocks, scheme_cells, total_block
from .periods import Period, PeriodError, within
from .rounding import round_fraction, step_of
from .text_array import texts_at
from .totals import rep_totals, statement_totals
from .windows import of_period

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Award", "Run", "periods_in_force", "run", "step_of"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Award:
    """Recognition in a period: for which rep, by which scheme, what, and who receives it."""

    rep: str
    period: str
    scheme: str
    title: str
    to: str


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The outcome of a run: lines, awards, the members of each scheme, and every remark about what was not paid."""

    policy: c.Policy
    facts: Facts
    period: Period
    lines: LineTable
    awards: tuple[Award, ...]
    members: tuple[Cells, ...]
    remarks: tuple[str, ...]

    def lines_frame(self) -> pd.DataFrame:
        """One row a line: line id, rep, period, scheme, component, deal, amount (`Decimal`), currency."""
        return self.lines.frame()

    def summary_frame(self) -> pd.DataFrame:
        """One row for each rep and period in which a scheme pays it, zero or not: rep, period, total (`Decimal`).

        A rep whom no scheme pays has one row for the whole period, with a total of zero.
        """
        import pandas as pd

        totals = statement_totals(self)
        return pd.DataFrame(
            {
                "rep": texts_at(self.facts.table("rep").keys, totals.rep),
                "period": texts_at([str(period) for period in totals.periods], totals.period),
                "total": amounts_of(totals.amount, self.policy.currency),
            },
            columns=["rep", "period", "total"],
        )

    def awards_frame(self) -> pd.DataFrame:
        """One row an award: rep, period, scheme, award, to."""
        import pandas as pd

        rows = [(award.rep, award.period, award.scheme, award.title, award.to) for award in self.awards]
        return pd.DataFrame(rows, columns=["rep", "period", "scheme", "award", "to"])

    @property
    def total(self) -> int:
        """The sum of all lines in minor units."""
        return sum(rep_totals(self).tolist())

    def by_type(self) -> Mapping[str, int]:
        """The sum of all lines by the type of the rep (empty: reps without one), in minor units."""
        table = self.facts.table("rep")
        has_type = "type" in table.columns
        made: dict[str, int] = {}
        paid = used_codes(self.lines.rep, len(table))
        for rep, amount in zip(paid.tolist(), rep_totals(self)[paid].tolist(), strict=True):
            word = str(table.cell(rep, "type") or "") if has_type else ""
            made[word] = made.get(word, 0) + amount
        return dict(sorted(made.items()))


def run(
    policy: c.Policy, facts: Facts, period: Period, progress: Progress | None = None, ev: Columns | None = None
) -> Run:
    """Run every scheme over the periods of its kind that end in `period`.

    `ev`: an evaluator of this policy and these facts that has postings in hand already. Raises `PeriodError` where
    a scheme's period is longer than the one asked for.
    """
    ev = ev or Columns(policy, facts)
    step = step_of(policy)
    parts: list[tuple[Cells, list[Block]]] = []
    awards: list[Award] = []
    remarks: list[str] = [f"{part.what} is not supported yet: results do not reflect it" for part in policy.unsupported]
    for scheme in policy.schemes:
        if progress is not None:
            progress(f"scheme {scheme.name}")
        periods = periods_in_force(policy, scheme, period, remarks)
        cells = scheme_cells(ev, scheme, periods)
        blocks, unpaid = _scheme_blocks(ev, cells, step)
        parts.append((cells, blocks))
        awards += _awards(ev, cells)
        remarks += _unpaid_remarks(ev, cells, unpaid)
        if ev.world.dated:
            remarks += change_remarks(ev, cells, _some)
    remarks += _unposted_remarks(ev)
    remarks += _unclaimed_remarks(ev, parts, period)
    members = tuple(cells for cells, _ in parts)
    lines = lines_of(facts, policy.currency, parts)
    return Run(policy, facts, period, lines, tuple(sorted(awards, key=_award_order)), members, tuple(remarks))


def _award_order(award: Award) -> tuple[str, ...]:
    return award.rep, award.period, award.scheme, award.title, award.to


def periods_in_force(policy: c.Policy, scheme: c.Scheme, period: Period, remarks: list[str]) -> tuple[Period, ...]:
    """The scheme's periods that end in `period`, without those in which the policy is not in force.

    Raises `PeriodError` where the scheme's period is longer.
    """
    try:
        periods = within(period, scheme.per)
    except PeriodError:
        periods = []
    if not periods or (len(periods) == 1 and periods[0].end > period.end):
        raise PeriodError(
            str(period), f"is shorter than the {scheme.per} of scheme `{scheme.name}`", f"ask for a whole {scheme.per}"
        )
    start, end = policy.effective
    kept = [p for p in periods if (start is None or p.end > start) and (end is None or p.start < end)]
    if len(kept) < len(periods):
        left_out = ", ".join(str(p) for p in periods if p not in kept)
        remarks.append(f"scheme `{scheme.name}`: {left_out} left out: the policy is in force {_force(policy)}")
    return tuple(kept)


def _force(policy: c.Policy) -> str:
    start, end = policy.effective
    first = f"from {format_day(start)}" if start is not None else ""
    last = f"until {format_day(end - 1)}" if end is not None else ""
    return " ".join(part for part in (first, last) if part)


def _scheme_blocks(ev: Columns, cells: Cells, step: int) -> tuple[list[Block], list[Unpaid]]:
    blocks: list[Block] = []
    unpaid: list[Unpaid] = []
    earned: IntArray = np.zeros(len(cells), dtype=np.int64)
    for part in cells.scheme.components:
        if isinstance(part, c.Award):
            continue
        made, missing, amount = component_blocks(ev, cells, part, step)
        blocks += made
        earned = (Column.of(earned) + Column.of(amount)).num
        if missing is not None:
            unpaid.append(missing)
    total, missing = total_block(ev, cells, earned, step)
    if total is not None:
        blocks.append(total)
    if missing is not None:
        unpaid.append(missing)
    return blocks, unpaid


def _awards(ev: Columns, cells: Cells) -> list[Award]:
    keys = ev.facts.table("rep").keys
    made: list[Award] = []
    for part in cells.scheme.components:
        if not isinstance(part, c.Award):
            continue
        won = np.flatnonzero(ev.mask(part.when, cells.frame))
        to = cells.frame.rows["rep"] if part.to is None else ev.rows(part.to, cells.frame)
        cells_won: list[int] = won.tolist()
        for cell in cells_won:
            rep = keys[int(cells.frame.rows["rep"][cell])]
            person = keys[int(to[cell])] if to[cell] >= 0 else ""
            period = str(cells.periods[int(cells.period[cell])])
            made.append(Award(rep, period, cells.scheme.name, part.title, person))
    return made


# --- remarks -------------------------------------------------------------------------------------------------


def _some(keys: list[str]) -> str:
    shown = ", ".join(keys[:5])
    return shown + (f" and {len(keys) - 5:,} more" if len(keys) > 5 else "")


def _unpaid_remarks(ev: Columns, cells: Cells, unpaid: list[Unpaid]) -> list[str]:
    """Components that read something missing, by rep."""
    keys = ev.facts.table("rep").keys
    made: list[str] = []
    for entry in unpaid:
        rows: list[int] = cells.frame.rows["rep"][entry.cell].tolist()
        reps = sorted({keys[rep] for rep in rows})
        made.append(
            f"`{entry.component}` of scheme `{cells.scheme.name}` cannot be worked out for {_some(reps)}: "
            f"something that it reads at {ev.policy.place(entry.node.span)} is missing or zero; nothing is paid for it"
        )
    return made


_WHY = {
    "value": "have no value",
    "date": "have no date, and count in no period",
    "receiver": "have nobody to credit",
}


def _unposted_remarks(ev: Columns) -> list[str]:
    """Rows that an account should credit and cannot."""
    made: list[str] = []
    for name, ledger in sorted(ev.ledgers.items()):
        keys = ev.facts.table(ledger.account.kind).keys
        for entry in ledger.unposted:
            rows = [keys[row] for row in entry.rows]
            count = f"{len(rows):,} {ledger.account.kind} row{'s' if len(rows) != 1 else ''}"
            made.append(f"`{name}`: {count} {_WHY[entry.why]}: {_some(rows)}")
    return made


def _unclaimed_remarks(ev: Columns, parts: list[tuple[Cells, list[Block]]], period: Period) -> list[str]:
    """Credits in the period to reps who are in no scheme at that time: before joining, after leaving, of no type."""
    start, end = of_period(period)
    keys = ev.facts.table("rep").keys
    made: list[str] = []
    for name in sorted(_paid_accounts(parts)):
        ledger = ev.ledger(name)
        if ledger.account.recipient != "rep":
            continue
        claimed = np.zeros(len(ledger) + 1, dtype=np.int64)
        for cells, _ in parts:
            low, high = ledger.between(cells.frame.rows["rep"], cells.frame.start, cells.frame.end)
            np.add.at(claimed, low, 1)
            np.add.at(claimed, high, -1)
        inside = (ledger.times >= start) & (ledger.times < end) & (np.cumsum(claimed)[:-1] == 0)
        for rep in np.unique(ledger.recipients[inside]).tolist():
            at = np.flatnonzero(inside & (ledger.recipients == rep))
            credits_ = f"{len(at):,} credit{'s' if len(at) != 1 else ''}"
            made.append(
                f"{keys[rep]}: {credits_} to `{name}`{_worth_of(ev, name, at)} are paid by no scheme: "
                "the rep is in none at that time"
            )
    return made


def _worth_of(ev: Columns, name: str, at: Index) -> str:
    ledger = ev.ledger(name)
    if ledger.account.type.name != "money":
        return ""
    total = sum((value or 0 for value in ledger.values.take(at).to_fractions()), Fraction(0))
    return f" ({format_money(round_fraction(total), ev.policy.currency)})"


def _paid_accounts(parts: list[tuple[Cells, list[Block]]]) -> set[str]:
    return {
        part.account
        for cells, _ in parts
        for part in cells.scheme.components
        if isinstance(part, c.Pay) and part.account is not None
    }
