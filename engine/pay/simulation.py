"""A run of a policy over a period: every scheme, rep and component, on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import IntArray, used_codes
from ..arrays.rounding import step_of
from ..arrays.text_array import texts_at
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..calendar.periods import Period, PeriodError, containing, within
from ..calendar.windows import of_period
from ..columns.columnar import Columns
from ..facts import Facts
from ..money import plain_amount
from .carry import Steps
from .chain import carries, counts_from, earlier_periods, in_force
from .changes import change_remarks
from .columnar_balances import first_credit
from .line_table import LineTable, amounts_of, lines_of
from .open_balances import OpenBalance, balance_remarks, open_balances
from .payables import HELD, Payables, payables_of, releases, with_their_periods
from .payouts import Block, Cells, Earned, component_blocks, merged, scheme_cells, since, total_block
from .remarks import approval_remarks, some, unclaimed_remarks, unpaid_remarks, unposted_remarks
from .totals import rep_totals, statement_totals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Award", "Progress", "Run", "periods_ending_in", "periods_in_force", "run", "run_over", "step_of"]

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
    """The outcome of a run: lines, awards, the members of each scheme, and every remark about what was not paid.

    `balances`: draws and carried caps that are open before or after a period. `released`: the parts of lines, where any
    is paid otherwise than with its period.
    """

    policy: c.Policy
    facts: Facts
    period: Period
    lines: LineTable
    awards: tuple[Award, ...]
    members: tuple[Cells, ...]
    remarks: tuple[str, ...]
    balances: tuple[OpenBalance, ...]
    released: Payables | None

    @property
    def payables(self) -> Payables:
        """When the lines may be paid. Made anew for each that asks where nothing is released: they are many."""
        return with_their_periods(self.lines) if self.released is None else self.released

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

    def payables_frame(self) -> pd.DataFrame:
        """One row a part of a line: line id, rep, period, due (a date; empty: held), amount (`Decimal`), currency."""
        import pandas as pd

        lines, due = self.lines_frame(), self.payables
        made = lines.iloc[due.line][["line id", "rep", "period"]].reset_index(drop=True)
        days: list[int] = due.day.tolist()
        made["due"] = [format_day(day) if day != HELD else "" for day in days]
        made["amount"] = pd.Series(amounts_of(due.amount, self.policy.currency), dtype=object)
        made["currency"] = self.policy.currency
        return made

    def balances_frame(self) -> pd.DataFrame:
        """One row an open balance: rep, period, scheme, component, of, before, after (`Decimal`)."""
        import pandas as pd

        currency = self.policy.currency
        amounts = [(plain_amount(b.before, currency), plain_amount(b.after, currency)) for b in self.balances]
        rows = [
            (b.rep, b.period, b.scheme, b.component, b.of, Decimal(before), Decimal(after))
            for b, (before, after) in zip(self.balances, amounts, strict=True)
        ]
        return pd.DataFrame(rows, columns=["rep", "period", "scheme", "component", "of", "before", "after"])

    def money_flow(self) -> Mapping[str, int]:
        """What was earned, in minor units: payable by the end of the period, scheduled for later days, held."""
        last, due = self.period.end - 1, self.payables
        earned, payable, held = self.total, due.by(last), due.held()
        return {"earned": earned, "payable": payable, "scheduled": earned - payable - held, "held": held}

    @property
    def releases(self) -> bool:
        """Whether anything is paid otherwise than with its period."""
        return self.released is not None

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
    a scheme's period is longer than the one asked for, and for a period of another calendar than the policy's.
    """
    if period.calendar != policy.calendar:
        raise PeriodError(str(period), "is of another calendar than the policy's", "read it by the policy's calendar")
    remarks: list[str] = []
    chosen = [periods_in_force(policy, scheme, period, remarks) for scheme in policy.schemes]
    made = _run(ev or Columns(policy, facts), period, chosen, of_period(period), period.end, remarks, progress)
    return replace(made, remarks=(*made.remarks, *approval_remarks(policy, statement_totals(made), facts)))


def run_over(policy: c.Policy, facts: Facts, start: int, end: int, progress: Progress | None = None) -> Run:
    """Run every scheme over those of its periods that end in the days [start, end), in order.

    A scheme of which no period ends there is left out: a quarter is run in the month in which it ends.
    """
    remarks: list[str] = []
    chosen = [periods_ending_in(policy, scheme, start, end, remarks) for scheme in policy.schemes]
    paid_to = min((periods[-1].end if periods else start for periods in chosen), default=start)
    span = start * SECONDS_PER_DAY, paid_to * SECONDS_PER_DAY
    return _run(
        Columns(policy, facts), containing("year", end - 1, policy.calendar), chosen, span, end, remarks, progress
    )


def _run(
    ev: Columns,
    period: Period,
    chosen: Sequence[tuple[Period, ...]],
    span: tuple[int, int],
    until: int,
    left_out: Sequence[str],
    progress: Progress | None,
) -> Run:
    """Run each scheme over its chosen periods; the day `until` is the first that the run does not see.

    `span`: the seconds of which credits that nobody is paid for are remarked.
    """
    policy, facts = ev.policy, ev.facts
    step = step_of(policy)
    parts: list[tuple[Cells, list[Block]]] = []
    awards: list[Award] = []
    balances: list[OpenBalance] = []
    remarks: list[str] = [f"{part.what} is not supported yet: results do not reflect it" for part in policy.unsupported]
    remarks += left_out
    for scheme, periods in zip(policy.schemes, chosen, strict=True):
        if progress is not None:
            progress(f"scheme {scheme.name}")
        cells, earned = _scheme_earned(ev, scheme, periods, step)
        parts.append((cells, [merged(cells, block) for one in earned for block in one.blocks]))
        awards += dict.fromkeys(_awards(ev, cells))  # one an award, though it may be won in several stretches
        remarks += unpaid_remarks(ev, cells, [one.unpaid for one in earned if one.unpaid is not None])
        balances += open_balances(facts, cells, earned)
        remarks += balance_remarks(ev, cells, earned)
        if ev.world.dated:
            remarks += change_remarks(ev, cells, some)
        earned.clear()
    remarks += unposted_remarks(ev)
    remarks += unclaimed_remarks(ev, parts, span)
    members = tuple(cells for cells, _ in parts)
    kept = ev if releases(policy) else None
    del ev  # its postings take as much memory as the lines that are made now; so do the blocks of those
    lines = lines_of(facts, policy.currency, parts)
    parts.clear()
    released = None if kept is None else payables_of(kept, lines, until, Steps(step, policy.rounding))
    return Run(
        policy, facts, period, lines, tuple(sorted(awards, key=_award_order)), members, tuple(remarks),
        tuple(balances), released,
    )  # fmt: skip


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
    return _kept(policy, scheme, periods, remarks)


def periods_ending_in(
    policy: c.Policy, scheme: c.Scheme, start: int, end: int, remarks: list[str]
) -> tuple[Period, ...]:
    """The scheme's periods whose last day lies in the days [start, end), as far as the policy is in force."""
    periods: list[Period] = []
    period = containing(scheme.per, start, policy.calendar)
    while period.end <= end:
        periods.append(period)
        period = period.next()
    return _kept(policy, scheme, periods, remarks)


def _kept(policy: c.Policy, scheme: c.Scheme, periods: list[Period], remarks: list[str]) -> tuple[Period, ...]:
    """The periods in which the policy is in force; a remark names the others."""
    kept = [p for p in periods if in_force(policy, p)]
    if len(kept) < len(periods):
        left_out = ", ".join(str(p) for p in periods if p not in kept)
        remarks.append(f"scheme `{scheme.name}`: {left_out} left out: the policy is in force {_force(policy)}")
    start, end = policy.effective
    cut = [p for p in kept if (start is not None and p.start < start) or (end is not None and p.end > end)]
    if cut:
        which = " and ".join(str(p) for p in cut)
        remarks.append(
            f"scheme `{scheme.name}`: of {which} only the days {_force(policy)} are paid: the policy is in force then"
        )
    return tuple(kept)


def _force(policy: c.Policy) -> str:
    start, end = policy.effective
    first = f"from {format_day(start)}" if start is not None else ""
    last = f"until {format_day(end - 1)}" if end is not None else ""
    return " ".join(part for part in (first, last) if part)


def _scheme_earned(ev: Columns, scheme: c.Scheme, periods: tuple[Period, ...], step: int) -> tuple[Cells, list[Earned]]:
    """What every part of a scheme earns its members in these periods.

    Where something is carried over, the periods since its balances began are worked out with them.
    """
    before: tuple[Period, ...] = ()
    begin = 0
    if periods and carries(scheme):
        begin = counts_from(ev.policy, scheme, first_credit(ev, scheme))
        before = earlier_periods(ev.policy, scheme, periods[0], begin)
    cells = scheme_cells(ev, scheme, (*before, *periods), begin)
    made: list[Earned] = []
    earned: IntArray = np.zeros(len(cells), dtype=np.int64)
    for part in scheme.components:
        if isinstance(part, c.Award):
            continue
        made.append(component_blocks(ev, cells, part, step))
        earned = (Column.of(earned) + Column.of(made[-1].amount)).num
    if scheme.total is not None:
        made.append(total_block(ev, cells, scheme.total, earned, step))
    return since(cells, made, len(before)) if before else (cells, made)


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
