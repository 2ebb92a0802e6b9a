"""A period for other systems: payments for payroll, accruals for the books. Amounts are texts of the main unit."""

from __future__ import annotations

from typing import Literal

from ...engine.money import plain_amount
from ...engine.pay_ledger.accruals import accruals, payments, total
from ...engine.pay_ledger.standing import PeriodState, Standing
from .standing_shown import accrual_as_json

__all__ = ["ACCRUAL", "PAYROLL", "Purpose", "rows_for", "totals_for"]

Purpose = Literal["payroll", "accrual"]
PAYROLL = (
    "rep", "payment", "day", "earned", "adjustments", "brought_forward", "net", "currency", "payout",
    "payout_currency", "rate", "rate_date",
)  # fmt: skip
ACCRUAL = (
    "period", "scheme", "rep", "opening", "earned", "adjustments", "payable", "paid", "closing", "due", "scheduled",
    "held", "currency",
)  # fmt: skip


def rows_for(purpose: Purpose, standing: Standing, period: PeriodState) -> list[dict[str, str]]:
    """One row a payment, or one a scheme and rep."""
    currency = standing.rules.currency
    if purpose == "accrual":
        return [
            {
                "period": period.name, "scheme": one.scheme, "rep": one.rep, **accrual_as_json(one, currency),
                "currency": currency,
            }
            for one in accruals(standing, period)
        ]  # fmt: skip
    return [
        {
            "rep": row.paid.rep,
            "payment": str(row.entry),
            "day": row.paid.as_of,
            "earned": plain_amount(row.parts.earned, currency),
            "adjustments": plain_amount(row.parts.adjustments, currency),
            "brought_forward": plain_amount(row.parts.brought_forward, currency),
            "net": plain_amount(row.paid.amount, currency),
            "currency": currency,
            "payout": plain_amount(row.paid.payout, row.paid.currency),
            "payout_currency": row.paid.currency,
            "rate": row.paid.rate,
            "rate_date": row.paid.rate_date,
        }
        for row in payments(standing, period)
    ]


def totals_for(purpose: Purpose, standing: Standing, period: PeriodState) -> dict[str, str]:
    """The sums of the rows, in the ledger's currency."""
    currency = standing.rules.currency
    if purpose == "accrual":
        return accrual_as_json(total(accruals(standing, period)), currency)
    rows = payments(standing, period)
    parts = {
        name: sum(getattr(row.parts, name) for row in rows) for name in ("earned", "adjustments", "brought_forward")
    }
    return {name: plain_amount(minor, currency) for name, minor in {**parts, "net": sum(parts.values())}.items()}
