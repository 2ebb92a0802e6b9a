"""`meed ledger pay`: what is due, net of what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ....engine.calendar.days import DayError, format_day, parse_day
from ....engine.money import format_money, plain_amount
from ....engine.pay_ledger.entries import Carried, Paid
from ....engine.pay_ledger.payment import pay as paid
from ....engine.pay_ledger.standing import Standing
from ...stopped import FINE, WrongUse
from ...terminal import Form, note, say, say_json, say_list
from .needed import FORM, LEDGER, opened

__all__ = ["pay"]

_MOST = 1_000


def pay(
    as_of: str = typer.Option(..., "--as-of", metavar="DAY", help="The day of payment, like 2026-02-10."),
    currencies: str | None = typer.Option(
        None, "--currencies", metavar="FILE", help="Who is paid in another currency: columns rep, currency."
    ),
    rates: str | None = typer.Option(
        None, "--rates", metavar="FILE", help="Units of a currency for one of the ledger's: currency, from, rate."
    ),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Pay what is due, net of what is owed.

    Everybody gets one payment of all that is payable by that day, approved, and not paid yet. A net below zero is
    carried to the next payment, or deducted, as the ledger's rules say. Paying as of the same day again pays nothing.
    """
    try:
        day = format_day(parse_day(as_of))
    except DayError as problem:
        raise WrongUse(f"`--as-of` {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None
    with opened(ledger) as book:
        from ...pay_ledger.rate_files import payout_currencies

        payouts = payout_currencies(currencies, rates)
        if payouts is not None:
            _note_strangers(book.standing, sorted(payouts.by_rep))
        made = paid(book.standing, day, payouts)
        book.add(made)
        if form == "json":
            say_json(_as_json(book.standing, day, made))
        else:
            _say(book.standing, day, made)
    return FINE


def _note_strangers(standing: Standing, reps: Sequence[str]) -> None:
    strangers = [rep for rep in reps if rep not in set(standing.reps())]
    if strangers:
        some = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5:,} more" if len(strangers) > 5 else "")
        note(f"`--currencies` names reps without a line in the ledger: {some}")


def _say(standing: Standing, day: str, made: Sequence[Paid | Carried]) -> None:
    currency = standing.rules.currency
    payments = [record for record in made if isinstance(record, Paid) and record.amount]
    settled = [record.rep for record in made if isinstance(record, Paid) and not record.amount]
    carried = [record for record in made if isinstance(record, Carried)]
    if not made:
        say(f"nothing is due on {day} that was not paid or carried before: nothing was posted")
    else:
        whole = sum(record.amount for record in payments)
        say(f"paid as of {day}: {format_money(whole, currency)} to {len(payments):,} rep{'s' * (len(payments) != 1)}")
    say_list(
        "payments", [f"{record.rep}: {_payment(record, currency)}" for record in payments], _MOST, "`--format json`"
    )
    say_list("settled without a payment, because it came to nothing", settled, _MOST, "`--format json`")
    negative = [f"{record.rep}: {format_money(record.amount, currency)}" for record in carried]
    say_list("carried to the next payment", negative, _MOST, "`--format json`")
    waiting = len(standing.waiting_approvals())
    if waiting:
        say()
        say(f"{waiting:,} wait{'s' * (waiting == 1)} for an approval: `meed ledger show` names them")


def _payment(record: Paid, currency: str) -> str:
    amount = format_money(record.amount, currency)
    if not record.rate:
        return amount
    return f"{amount} = {format_money(record.payout, record.currency)} at {record.rate} of {record.rate_date}"


def _as_json(standing: Standing, day: str, made: Sequence[Paid | Carried]) -> dict[str, Any]:
    currency = standing.rules.currency
    return {
        "as_of": day,
        "currency": currency,
        "payments": [payment_as_json(record, currency) for record in made if isinstance(record, Paid)],
        "carried": [
            {"rep": record.rep, "amount": plain_amount(record.amount, currency)}
            for record in made
            if isinstance(record, Carried)
        ],
    }


def payment_as_json(record: Paid, currency: str) -> dict[str, Any]:
    """A payment for programs."""
    return {
        "rep": record.rep,
        "amount": plain_amount(record.amount, currency),
        "payout": plain_amount(record.payout, record.currency),
        "payout_currency": record.currency,
        "rate": record.rate or None,
        "rate_date": record.rate_date or None,
    }
