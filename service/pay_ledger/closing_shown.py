"""What a command that closes a period says: who earned what, what was adjusted and why, what waits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...engine.money import format_money, plain_amount
from ...engine.pay_ledger.closing import Closing
from ...engine.pay_ledger.entries import Earned
from ...engine.pay_ledger.standing import Standing
from ..tables_shown import say_table
from ..terminal import say, say_list
from .closing_files import Closed, Unchanged

__all__ = ["closed_as_json", "say_closed", "say_unchanged", "unchanged_as_json", "waiting_lines"]

_MOST = 20


def say_closed(standing: Standing, made: Closed, path: Path, *, preview: bool) -> None:
    """For people; `standing` is that after the closing, or before it for a preview."""
    closing, currency = made.closing, standing.rules.currency
    lines, adjustments = _apart(closing)
    earned, adjusted = (sum(record.amount for record in records) for records in (lines, adjustments))
    verb = "would be closed" if preview else "is closed"
    say(
        f"{closing.period} {verb}: {_count(len(lines), 'line')} of {format_money(earned, currency)}",
    )
    say()
    say_table(
        ("rep", "earned", "adjustments", "together"),
        [(rep, *(format_money(part, currency) for part in parts)) for rep, parts in _by_rep(closing.earned)],
        right=(1, 2, 3),
        total=("all", *(format_money(part, currency) for part in (earned, adjusted, earned + adjusted))),
    )
    say_list("adjustments of closed periods", [_adjustment(record, currency) for record in adjustments], _MOST, _SHOW)
    _say_answered(standing, adjustments)
    if not preview:
        say_list("waits for an approval", waiting_lines(standing), _MOST, "`meed ledger show`")
    say_list("remarks", made.remarks, _MOST, "`meed simulate`")
    say_list("facts", made.intake.lines(_MOST))
    say()
    say("nothing was posted: this was a preview" if preview else f"{path}: {len(closing.records):,} entries added")


_SHOW = "`meed ledger show --period`"


def _apart(closing: Closing) -> tuple[list[Earned], list[Earned]]:
    lines = [record for record in closing.earned if not record.is_adjustment]
    return lines, [record for record in closing.earned if record.is_adjustment]


def _by_rep(records: Iterable[Earned]) -> list[tuple[str, tuple[int, int, int]]]:
    made: dict[str, tuple[int, int]] = {}
    for record in records:
        earned, adjusted = made.get(record.rep, (0, 0))
        is_adjustment = record.is_adjustment
        made[record.rep] = (earned, adjusted + record.amount) if is_adjustment else (earned + record.amount, adjusted)
    return [(rep, (*made[rep], sum(made[rep]))) for rep in sorted(made)]


def _adjustment(record: Earned, currency: str) -> str:
    before, now = (plain_amount(minor, currency) for minor in (record.before, record.before + record.amount))
    why = "; ".join(record.because)
    return f"{record.line} {record.place}: {before} before, {now} now: {why}"


def _say_answered(standing: Standing, adjustments: list[Earned]) -> None:
    """A line that was adjusted by hand for a dispute and is other now may have been corrected twice."""
    twice = [
        record for record in adjustments if standing.lines.get(record.line) and standing.lines[record.line].answers
    ]
    say_list(
        "adjusted by hand before, and changed in the facts now: make sure that it is not corrected twice",
        [f"{record.line} {record.place}" for record in twice],
    )


def waiting_lines(standing: Standing) -> list[str]:
    """What waits for an approval, a line each."""
    currency = standing.rules.currency
    made: list[str] = []
    for rep, period, line in standing.waiting_approvals():
        amount = standing.totals[rep, period]
        if line:
            amount = sum(
                record.amount
                for number in standing.statements[rep, period]
                if (record := standing.earned(number)).line == line
            )
        limit = format_money(standing.periods[period].approval_above or 0, currency)
        what = f"line {line} of {rep}" if line else f"statement of {rep}"
        made.append(f"{what} in {period}: {format_money(amount, currency)}, above {limit}")
    return made


def say_unchanged(standing: Standing, made: Unchanged) -> None:
    """For people."""
    currency = standing.rules.currency
    if not made.differences:
        say(f"{made.period} is closed already, and nothing has changed since: nothing was posted")
        return
    count = _count(len(made.differences), "line")
    say(f"{made.period} is closed already and stays as it is: nothing was posted")
    lines = [
        f"{one.place.line} {one.place}: {plain_amount(one.before, currency)} posted, "
        f"{plain_amount(one.now, currency)} now"
        for one in made.differences
    ]
    say_list(
        f"{count} of closed periods differ by now, which is posted when {made.open} is closed", lines, _MOST, _LATER
    )


_LATER = "`meed ledger close --preview`"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# --- JSON ----------------------------------------------------------------------------------------------------


def closed_as_json(standing: Standing, made: Closed, *, preview: bool) -> dict[str, Any]:
    """For programs."""
    currency = standing.rules.currency
    lines, adjustments = _apart(made.closing)
    return {
        "period": made.closing.period,
        "closed": not preview,
        "currency": currency,
        "lines": len(lines),
        "earned": plain_amount(sum(record.amount for record in lines), currency),
        "adjusted": plain_amount(sum(record.amount for record in adjustments), currency),
        "adjustments": [earned_as_json(record, currency) for record in adjustments],
        "waiting": [] if preview else waiting_as_json(standing),
        "entries": 0 if preview else len(made.closing.records),
        "remarks": list(made.remarks),
        "facts": made.intake.as_json(),
    }


def unchanged_as_json(standing: Standing, made: Unchanged) -> dict[str, Any]:
    """For programs."""
    currency = standing.rules.currency
    return {
        "period": made.period,
        "closed": False,
        "currency": currency,
        "entries": 0,
        "open": made.open,
        "differences": [
            {
                "line": one.place.line, **one.place._asdict(), "posted": plain_amount(one.before, currency),
                "now": plain_amount(one.now, currency),
            }
            for one in made.differences
        ],
        "remarks": list(made.remarks),
    }  # fmt: skip


def waiting_as_json(standing: Standing) -> list[dict[str, str]]:
    """What waits for an approval."""
    return [
        {"rep": rep, "period": period, "line": line} for rep, period, line in standing.waiting_approvals()
    ]  # fmt: skip


def earned_as_json(record: Earned, currency: str) -> dict[str, Any]:
    """A posting on a line."""
    return {
        "line": record.line,
        **record.place._asdict(),
        "earned_in": record.earned_in,
        "posted_in": record.posted_in,
        "before": plain_amount(record.before, currency),
        "amount": plain_amount(record.amount, currency),
        "cause": record.cause,
        "because": list(record.because),
        "corrects": record.corrects or None,
        "policy": record.policy,
        "facts": record.facts,
    }
