"""What a period costs and what is still owed at its end, by scheme and rep; and the payments made in it.

For each scheme and rep, opening + earned + adjustments - paid = closing, and closing = due + scheduled + held. The
accrual of commissions after ASC 606 (340-40) books the first two when earned and releases the liability when paid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from .entries import Paid
from .payment import Payout, split
from .standing import Line, Part, PeriodState, Standing

__all__ = ["Accrual", "PaymentRow", "accruals", "payments", "total"]


@dataclass(frozen=True, slots=True)
class Accrual:
    """Minor units of the ledger's currency for a scheme and rep in a period.

    `opening`, `closing`: earned and not paid, before and at the end. `earned`: posted in the period, first postings;
    `adjustments`: the others. `payable`: became payable in the period. `due`, `scheduled`, `held`: what `closing` is
    made of: payable by the end and not paid, payable on a later day, of no day yet.
    """

    scheme: str
    rep: str
    opening: int = 0
    earned: int = 0
    adjustments: int = 0
    payable: int = 0
    paid: int = 0
    closing: int = 0
    due: int = 0
    scheduled: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment, its entry, and what it is made of."""

    entry: int
    paid: Paid
    parts: Payout


_AMOUNTS = [field.name for field in fields(Accrual) if field.name not in {"scheme", "rep"}]


def accruals(standing: Standing, period: PeriodState) -> list[Accrual]:
    """Every scheme and rep with something in the period or owed at its end, in their order."""
    made: dict[tuple[str, str], list[Accrual]] = {}
    for line in standing.lines.values():
        one = _of_line(standing, line, period)
        made.setdefault((one.scheme, one.rep), []).append(one)
    summed = [total(ones, *key) for key, ones in sorted(made.items())]
    return [one for one in summed if any(getattr(one, name) for name in _AMOUNTS)]


def total(ones: Iterable[Accrual], scheme: str = "", rep: str = "") -> Accrual:
    """The sums of some accruals."""
    listed = list(ones)
    return Accrual(scheme, rep, **{name: sum(getattr(one, name) for one in listed) for name in _AMOUNTS})


def _of_line(standing: Standing, line: Line, period: PeriodState) -> Accrual:
    until = {name for name, state in standing.periods.items() if state.first <= period.first}
    before = until - {period.name}
    posted = [standing.earned(number) for number in line.entries]
    here = [record for record in posted if record.posted_in == period.name]
    parts = [part for part in line.parts if part.record.posted_in in until]
    earlier = [part for part in parts if part.record.posted_in in before]
    paid_before = sum(part.record.amount for part in earlier if _paid_by(standing, part, period.first, before=True))
    paid = sum(part.record.amount for part in parts if _paid_by(standing, part, period.last)) - paid_before
    due = sum(part.record.amount for part in parts if part.record.due <= period.last)
    due_before = sum(part.record.amount for part in earlier if part.record.due < period.first)
    opening = sum(record.amount for record in posted if record.posted_in in before) - paid_before
    earned = sum(record.amount for record in here if not record.is_adjustment)
    adjustments = sum(record.amount for record in here if record.is_adjustment)
    scheduled = sum(part.record.amount for part in parts if part.record.due > period.last)
    closing = opening + earned + adjustments - paid
    unpaid = due - paid - paid_before
    return Accrual(
        line.place.scheme, line.place.rep, opening, earned, adjustments, due - due_before, paid, closing, unpaid,
        scheduled, closing - unpaid - scheduled,
    )  # fmt: skip


def _paid_by(standing: Standing, part: Part, day: str, *, before: bool = False) -> bool:
    if not part.settled:
        return False
    as_of = standing.payment(part.settled).as_of
    return as_of < day if before else as_of <= day


def payments(standing: Standing, period: PeriodState) -> list[PaymentRow]:
    """The payments of the days of a period, by day and rep."""
    parts: dict[int, list[Part]] = {}
    for line in standing.lines.values():
        for part in line.parts:
            if part.settled:
                parts.setdefault(part.settled, []).append(part)
    rows = [PaymentRow(entry, standing.payment(entry), split(standing, parts[entry])) for entry in standing.payments]
    inside = [row for row in rows if period.first <= row.paid.as_of <= period.last]
    return sorted(inside, key=lambda row: (row.paid.as_of, row.paid.rep, row.entry))
