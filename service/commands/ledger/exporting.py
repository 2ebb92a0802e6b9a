"""`meed ledger export`: a period for payroll or for accruals."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import typer

from ...stopped import FINE, WrongUse
from ...terminal import Form, note, say, say_json
from ...written import written_whole
from .needed import FORM, LEDGER, opened

__all__ = ["export"]


def export(
    purpose: Literal["payroll", "accrual"] = typer.Option(
        ..., "--for", metavar="payroll|accrual", help="Payments by rep, or what was earned, paid and is still owed."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="A period of the ledger."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE.csv", help="Where to; otherwise it is printed."),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Write a period for payroll or for accruals.

    Payroll: the payments of the days of the period, with first postings, adjustments and what was carried apart.
    Accrual: by scheme and rep, opening + earned + adjustments - paid = closing, which is due, scheduled or held.
    """
    with opened(ledger) as book:
        from ...pay_ledger.exports import ACCRUAL, PAYROLL, rows_for, totals_for

        standing = book.standing
        state = standing.periods.get(period)
        if state is None:
            raise WrongUse(f"there is no period `{period}` in the ledger", f"it has {', '.join(standing.periods)}")
        if not state.closed:
            note(f"{period} is open: what is posted in it until it is closed is still missing")
        rows, totals = rows_for(purpose, standing, state), totals_for(purpose, standing, state)
        columns = PAYROLL if purpose == "payroll" else ACCRUAL
    if form == "json":
        say_json({"for": purpose, "period": period, "rows": rows, "totals": totals})
        return FINE
    text = _csv(columns, rows)
    if out is None:
        print(text, end="")
        return FINE
    with written_whole(out) as file:
        file.write(text)
    sums = ", ".join(f"{name} {amount}" for name, amount in totals.items())
    say(f"{out}: {len(rows):,} rows; {sums}")
    return FINE


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
