"""What a run has to say about what was not paid, not counted, or is to be approved: nothing is dropped silently."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import Index
from ..arrays.rounding import round_fraction
from ..calendar.windows import days_in_force
from ..columns.columnar import Columns
from ..facts import Facts
from ..money import format_money, minor_digits
from .payouts import Block, Cells, Unpaid
from .totals import StatementTotals

__all__ = ["approval_remarks", "some", "unclaimed_remarks", "unpaid_remarks", "unposted_remarks"]


def approval_remarks(policy: c.Policy, totals: StatementTotals, facts: Facts) -> list[str]:
    """Statements that somebody has to approve before they are paid."""
    if policy.approval_above is None:
        return []
    limit = policy.approval_above * 10 ** minor_digits(policy.currency)
    shown = format_money(round_fraction(limit), policy.currency)
    keys = facts.table("rep").keys
    made: list[str] = []
    over: list[int] = np.flatnonzero(totals.amount > round_fraction(limit, mode="floor")).tolist()
    for at in over:
        rep, period = keys[int(totals.rep[at])], totals.periods[int(totals.period[at])]
        total = format_money(int(totals.amount[at]), policy.currency)
        made.append(f"{rep} earns {total} in {period}: above {shown} it has to be approved before it is paid")
    return made


def some(keys: list[str]) -> str:
    shown = ", ".join(keys[:5])
    return shown + (f" and {len(keys) - 5:,} more" if len(keys) > 5 else "")


def unpaid_remarks(ev: Columns, cells: Cells, unpaid: list[Unpaid]) -> list[str]:
    """Components that read something missing, by rep."""
    keys = ev.facts.table("rep").keys
    made: list[str] = []
    for entry in unpaid:
        rows: list[int] = cells.frame.rows["rep"][entry.cell].tolist()
        reps = sorted({keys[rep] for rep in rows})
        made.append(
            f"`{entry.component}` of scheme `{cells.scheme.name}` cannot be worked out for {some(reps)}: "
            f"something that it reads at {ev.policy.place(entry.node.span)} is missing or zero; nothing is paid for it"
        )
    return made


_WHY = {
    "value": "have no value",
    "date": "have no date, and count in no period",
    "receiver": "have nobody to credit",
    "circle": "go up a chain of managers that runs in a circle; nobody in it is credited twice",
}


def unposted_remarks(ev: Columns) -> list[str]:
    """Rows that an account should credit and cannot."""
    made: list[str] = []
    for name, ledger in sorted(ev.ledgers.items()):
        for entry in ledger.unposted:
            keys = ev.facts.table(entry.kind).keys
            rows = [keys[row] for row in entry.rows]
            count = f"{len(rows):,} {entry.kind} row{'s' if len(rows) != 1 else ''}"
            made.append(f"`{name}`: {count} {_WHY[entry.why]}: {some(rows)}")
    return made


def unclaimed_remarks(ev: Columns, parts: list[tuple[Cells, list[Block]]], span: tuple[int, int]) -> list[str]:
    """Credits in a span (seconds) to reps who are in no scheme then: before joining, after leaving, of no type."""
    start, end = days_in_force(ev.policy.effective, *span)
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
        unclaimed = np.flatnonzero(np.cumsum(claimed, out=claimed)[:-1] == 0)
        times = ledger.times_of(unclaimed)
        unclaimed = unclaimed[(times >= start) & (times < end)]
        recipients = ledger.recipients_of(unclaimed)
        for rep in np.unique(recipients).tolist():
            at = unclaimed[recipients == rep]
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
