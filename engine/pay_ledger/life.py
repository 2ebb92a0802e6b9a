"""The whole life of a line: earned, adjusted, doubted, released, approved, paid; and how everybody stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..money import format_money
from .entries import Answered, Approved, Disputed, Earned, Paid, Payable
from .standing import Line, Standing

__all__ = ["Balance", "Event", "balance", "life"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a line: the entry, the moment it was recorded, what, and sentences below it."""

    entry: int
    recorded: str
    says: str
    amount: int | None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units: `earned` = `paid` + `due` + `waiting` + `scheduled` + `held`.

    `due`: payable as of a day and not paid. `waiting`: so, and its period is open or it needs an approval.
    `scheduled`: payable on a later day. `held`: of no day yet.
    """

    earned: int
    paid: int
    due: int
    waiting: int
    scheduled: int
    held: int

    @property
    def outstanding(self) -> int:
        """What was paid less what is payable: below zero while something is owed to the rep."""
        return -self.due


def balance(standing: Standing, lines: Iterable[Line], as_of: str) -> Balance:
    """How some lines stand on a day."""
    earned = paid = due = waiting = scheduled = 0
    for line in lines:
        earned += line.amount
        for part in line.parts:
            amount = part.record.amount
            if part.settled:
                paid += amount
            elif part.record.due > as_of:
                scheduled += amount
            elif standing.waiting(part):
                waiting += amount
            else:
                due += amount
    return Balance(earned, paid, due, waiting, scheduled, earned - paid - due - waiting - scheduled)


def life(standing: Standing, line: Line) -> list[Event]:
    """Everything that entries say of a line, in their order."""
    settled = {part.settled for part in line.parts if part.settled}
    disputes = {one.entry for one in standing.disputes.values() if one.record.line == line.id}
    statements = {(line.place.rep, standing.earned(number).posted_in) for number in line.entries}
    made: list[Event] = []
    for number, (record, recorded) in enumerate(zip(standing.records, standing.recorded, strict=True), start=1):
        match record:
            case Earned() if record.line == line.id:
                made.append(Event(number, recorded, *_of_earned(standing, record)))
            case Payable() if record.line == line.id:
                says = f"payable from {record.due}, posted in {record.posted_in}"
                made.append(Event(number, recorded, says, record.amount))
            case Paid() if number in settled:
                amount = sum(part.record.amount for part in line.parts if part.settled == number)
                made.append(Event(number, recorded, _of_payment(standing, record), amount))
            case Disputed() if number in disputes:
                made.append(Event(number, recorded, f"dispute {number} by {record.by}", None, (record.text,)))
            case Answered() if record.dispute in disputes:
                says = f"dispute {record.dispute} answered by {record.by}"
                made.append(Event(number, recorded, says, None, (record.text,)))
            case Approved() if record.line == line.id or (
                not record.line and (record.rep, record.period) in statements
            ):
                what = "line" if record.line else f"statement of {record.period}"
                made.append(Event(number, recorded, f"{what} approved by {record.by}", None, (record.reason,)))
            case _:
                pass
    return made


def _of_earned(standing: Standing, record: Earned) -> tuple[str, int, tuple[str, ...]]:
    if record.cause == "earned":
        says = f"earned in {record.earned_in}"
        return says, record.amount, (f"policy {record.policy[:12]}, facts {record.facts[:12]}",)
    currency = standing.rules.currency
    if record.cause == "answer":
        return (
            f"adjusted by hand in {record.posted_in}, corrects entry {record.corrects}",
            record.amount,
            record.because,
        )
    before, now = (format_money(minor, currency) for minor in (record.before, record.before + record.amount))
    to = f"corrects entry {record.corrects}" if record.corrects else f"of {record.earned_in}, which was closed"
    return (
        f"adjusted in {record.posted_in}, {to}: {before} before, {now} now",
        record.amount,
        (*record.because, f"policy {record.policy[:12]}, facts {record.facts[:12]}"),
    )


def _of_payment(standing: Standing, record: Paid) -> str:
    whole = format_money(record.amount, standing.rules.currency)
    into = "" if not record.rate else f" = {format_money(record.payout, record.currency)} at {record.rate}"
    return f"paid as of {record.as_of}, within {whole}{into} to {record.rep}"
