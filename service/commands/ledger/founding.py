"""`meed ledger init` and `meed ledger verify`: the first entries of a ledger, and whether all of them hold."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import typer

from ....engine.arrays.rounding import MODES
from ....engine.pay_ledger.entries import Founded, PeriodOpened
from ....engine.pay_ledger.outcome import span_of
from ...policy_files import sound_policy
from ...policy_periods import period_of
from ...stopped import FINDINGS, FINE, WrongUse
from ...terminal import Form, say, say_json, say_lines
from .needed import FORM, LEDGER, found, opened

__all__ = ["init", "verify"]


def init(
    policy: str = typer.Argument(metavar="POLICY", help="The policy that pays the first period."),
    first: str = typer.Option(..., "--first", metavar="PERIOD", help="The first period; all are of its kind."),
    negative: Literal["carry", "deduct"] = typer.Option(
        "carry", "--negative", metavar="carry|deduct", help="What becomes of a net payment below zero."
    ),
    rate_date: Literal["payment", "period_end"] = typer.Option(
        "payment", "--rate-date", metavar="payment|period_end", help="Whose exchange rate a payment takes."
    ),
    rounding: str = typer.Option("half_up", "--rounding", metavar="MODE", help="How a converted payment is rounded."),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Begin a ledger, and say by which rules.

    The rules stay what they are. A net payment below zero is carried to the next payment, or deducted now. A payment
    in another currency takes the rate of the day of payment, or of the end of the period closed last. The currency of
    the ledger is that of the policy.
    """
    made = sound_policy(policy)
    currency = made.currency
    begins = period_of(made, first)
    if rounding not in MODES:
        raise WrongUse(f"`--rounding` cannot be `{rounding}`", f"use {', '.join(f'`{mode}`' for mode in MODES)}")
    span = span_of(begins)
    with found(ledger) as book:
        book.add([Founded(currency, negative, rate_date, rounding), PeriodOpened(*span)])
        head = book.head
    if form == "json":
        rules = {"currency": currency, "negative": negative, "rate_date": rate_date, "rounding": rounding}
        say_json({"ledger": str(ledger), **rules, "open": span.name, "head": head.hash})
    else:
        say(f"{ledger}: a ledger in {currency}, of periods of a {begins.kind}; {begins.told} is open")
        say(f"a net payment below zero is {'carried to the next one' if negative == 'carry' else 'deducted at once'}")
    return FINE


def verify(
    noted: str | None = typer.Option(
        None, "--noted", metavar="HASH", help="A head noted earlier, which must be in it."
    ),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Check every entry against the chain and against the others.

    Recomputes the hash of each entry, replays all of them, and checks the policies that closed periods. The head that
    it prints covers everything before it: noted elsewhere, it proves later (`--noted`) that nothing was taken away.
    """
    with opened(ledger, sound=False) as book:
        problems = [*book.problems, *book.unreadable_policies()]
        if noted is not None and not any(entry.hash.startswith(noted) for entry in book.entries):
            problems.append(f"no entry has the hash {noted}: entries were taken away, or it is of another ledger")
        head, count = book.head, len(book.entries)
    if form == "json":
        say_json(
            {"ledger": str(ledger), "entries": count, "head": head.hash, "sound": not problems, "problems": problems}
        )
    elif problems:
        say_lines(problems)
        say(f"{ledger}: {len(problems):,} findings in {count:,} entries")
    else:
        say(f"{ledger}: {count:,} entries hold, head {head.hash}")
    return FINDINGS if problems else FINE
