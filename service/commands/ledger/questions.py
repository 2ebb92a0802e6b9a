"""`meed ledger dispute`, `answer` and `approve`: what people say about lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ....engine.money import AmountError, format_money, parse_amount, plain_amount
from ....engine.pay_ledger.entries import Earned, Record
from ....engine.pay_ledger.questions import adjusted, approved, disputed, explained
from ....engine.pay_ledger.standing import Standing
from ...stopped import FINE, WrongUse
from ...terminal import Form, say, say_json
from .needed import BY, FORM, LEDGER, opened

__all__ = ["answer", "approve", "dispute"]


def dispute(
    line: str = typer.Argument(metavar="LINE", help="The id of a line."),
    text: str = typer.Argument(metavar="TEXT", help="What is doubted, in a sentence."),
    by: str = typer.Option("", "--by", metavar="WHO", help="Who doubts it; the line's rep if not said."),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Doubt a line.

    A dispute has a number, by which it is answered. What is disputed is paid as if it were not: who wants to keep it
    back sets a limit for approvals.
    """
    with opened(ledger) as book:
        record = disputed(book.standing, line, text, by)
        number = len(book.standing.records) + 1
        book.add([record])
        if form == "json":
            say_json({"dispute": number, "line": line, "by": record.by, "text": record.text})
        else:
            say(f"dispute {number} by {record.by} on {line} {book.standing.lines[line].place}")
            say(f"answer it with `meed ledger answer {number}`")
    return FINE


def answer(
    number: int = typer.Argument(min=1, max=10**9, metavar="DISPUTE", help="The number of a dispute."),
    explain: str | None = typer.Option(None, "--explain", metavar="TEXT", help="Why the line is right."),
    adjust: str | None = typer.Option(None, "--adjust", metavar="AMOUNT", help="What to add to the line."),
    reason: str | None = typer.Option(None, "--reason", metavar="TEXT", help="With --adjust: why."),
    by: str = BY,
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Answer a dispute, by an explanation or by an adjustment.

    An adjustment is posted in the open period and payable on its last day; later runs leave it as it is. Where the
    facts were wrong, correct them instead and explain: the next closing posts the difference.
    """
    if (explain is None) == (adjust is None):
        raise WrongUse(
            "a dispute is answered in one of two ways", "use `--explain TEXT`, or `--adjust AMOUNT --reason TEXT`"
        )
    if (adjust is None) != (reason is None):
        raise WrongUse("`--adjust` and `--reason` belong together", "say both, or use `--explain TEXT`")
    with opened(ledger) as book:
        standing = book.standing
        if explain is not None:
            records: Sequence[Record] = [explained(standing, number, explain, by)]
        else:
            records = adjusted(standing, number, _amount(adjust or "", standing), reason or "", by)
        book.add(records)
        if form == "json":
            say_json(_as_json(standing, number, records))
        else:
            _say(standing, number, records)
    return FINE


def _amount(text: str, standing: Standing) -> int:
    try:
        return parse_amount(text, standing.rules.currency)
    except AmountError as problem:
        raise WrongUse(f"`--adjust` {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None


def _say(standing: Standing, number: int, records: Sequence[Record]) -> None:
    for record in records:
        if isinstance(record, Earned):
            amount = format_money(record.amount, standing.rules.currency)
            say(f"{record.line} {record.place}: {amount} posted in {record.posted_in}")
    say(f"dispute {number} is answered")


def _as_json(standing: Standing, number: int, records: Sequence[Record]) -> dict[str, Any]:
    made = next((record for record in records if isinstance(record, Earned)), None)
    amount = None if made is None else plain_amount(made.amount, standing.rules.currency)
    return {"dispute": number, "line": standing.disputes[number].record.line, "adjusted": amount}


def approve(
    rep: str = typer.Option(..., "--rep", metavar="REP", help="Whose statement."),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="The period in which it was posted."),
    line: str = typer.Option("", "--line", metavar="ID", help="One line of it, where only that waits."),
    by: str = BY,
    reason: str = typer.Option(..., "--reason", metavar="TEXT", help="Why it may be paid."),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Let be paid what waits for an approval.

    Statements and lines above the limit that a closing gave are not paid until somebody approves them by name.
    """
    with opened(ledger) as book:
        record = approved(book.standing, rep, period, line, by, reason)
        book.add([record])
        if form == "json":
            say_json({"rep": rep, "period": period, "line": line, "by": record.by, "reason": record.reason})
        else:
            what = f"line {line} of {rep}" if line else f"the statement of {rep}"
            say(f"{what} in {period} is approved by {record.by}")
    return FINE
