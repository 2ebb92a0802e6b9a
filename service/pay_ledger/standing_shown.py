"""How a ledger stands, for people and for programs: periods, reps, lines, and the whole life of one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...engine.money import format_money, plain_amount
from ...engine.pay_ledger.accruals import Accrual, accruals, total
from ...engine.pay_ledger.entries import Place
from ...engine.pay_ledger.life import Balance, Event, balance, life
from ...engine.pay_ledger.standing import Line, PeriodState, Standing
from ..tables_shown import say_table
from ..terminal import say, say_list
from .closing_shown import earned_as_json, waiting_as_json, waiting_lines

__all__ = [
    "ledger_as_json", "line_as_json", "lines_as_json", "lines_of", "say_ledger", "say_line", "say_lines_of",
]  # fmt: skip

_MOST = 20
_SUMS = ("opening", "earned", "adjustments", "paid", "closing")


def lines_of(standing: Standing, rep: str | None, period: str | None) -> list[Line]:
    """The lines of a rep, or those with an entry posted in a period, or both; by place."""
    found = [
        line
        for line in standing.lines.values()
        if (rep is None or line.place.rep == rep)
        and (period is None or any(standing.earned(number).posted_in == period for number in line.entries))
    ]
    return sorted(found, key=lambda line: (standing.periods[line.earned_in].first, line.place))


# --- the whole ledger ----------------------------------------------------------------------------------------


def say_ledger(standing: Standing) -> None:
    """Periods with what they earned, cost and leave owed; reps; disputes and approvals that are open."""
    currency = standing.rules.currency
    rows = [(state, total(accruals(standing, state))) for state in standing.periods.values()]
    say_table(
        ("period", "", *_SUMS),
        [
            (state.name, "closed" if state.closed else "open", *(_money(one, name, currency) for name in _SUMS))
            for state, one in rows
        ],
        right=tuple(range(2, 2 + len(_SUMS))),
    )
    say()
    _say_reps(standing)
    say_list("waits for an approval", waiting_lines(standing), _MOST, "`--format json`")
    say_list("open disputes", _open_disputes(standing), _MOST, "`--format json`")


def _money(one: Accrual, name: str, currency: str) -> str:
    return format_money(getattr(one, name), currency)


def _say_reps(standing: Standing) -> None:
    currency = standing.rules.currency
    stands = [(rep, _balance(standing, lines_of(standing, rep, None))) for rep in standing.reps()]
    say_table(
        ("rep", "earned", "paid", "due", "waiting", "later", "held"),
        [(rep, *(format_money(part, currency) for part in _parts(one))) for rep, one in stands],
        right=(1, 2, 3, 4, 5, 6),
        total=(
            "all",
            *(format_money(sum(parts), currency) for parts in zip(*(_parts(one) for _, one in stands), strict=True)),
        )
        if stands
        else (),
    )


def _balance(standing: Standing, lines: Iterable[Line]) -> Balance:
    """As of the last closed day, or of the last payment where that is later."""
    closed = standing.closed
    return balance(standing, lines, max(closed[-1].last if closed else "", standing.paid_until))


def _parts(one: Balance) -> tuple[int, ...]:
    return one.earned, one.paid, one.due, one.waiting, one.scheduled, one.held


def _open_disputes(standing: Standing) -> list[str]:
    return [
        f"{one.entry}: {one.record.line} {standing.lines[one.record.line].place}, by {one.record.by}: {one.record.text}"
        for one in standing.disputes.values()
        if not one.answer
    ]


def ledger_as_json(standing: Standing) -> dict[str, Any]:
    """For programs."""
    currency = standing.rules.currency
    return {
        "currency": currency,
        "negative": standing.rules.negative,
        "rate_date": standing.rules.rate_date,
        "rounding": standing.rules.rounding,
        "periods": [
            {**_period(state), **accrual_as_json(total(accruals(standing, state)), currency)}
            for state in standing.periods.values()
        ],
        "reps": [
            {"rep": rep, **balance_as_json(_balance(standing, lines_of(standing, rep, None)), currency)}
            for rep in standing.reps()
        ],
        "waiting": waiting_as_json(standing),
        "disputes": [
            {
                "dispute": one.entry, "line": one.record.line, "by": one.record.by, "text": one.record.text,
                "answered": one.answer or None,
            }
            for one in standing.disputes.values()
        ],
    }  # fmt: skip


def _period(state: PeriodState) -> dict[str, Any]:
    return {
        "period": state.name, "first": state.first, "last": state.last, "closed": bool(state.closed),
        "policy": state.policy or None, "facts": state.facts or None,
    }  # fmt: skip


def accrual_as_json(one: Accrual, currency: str) -> dict[str, str]:
    """The amounts of an accrual as texts."""
    names = [name for name in Accrual.__slots__ if name not in {"scheme", "rep"}]
    return {name: plain_amount(getattr(one, name), currency) for name in names}


def balance_as_json(one: Balance, currency: str) -> dict[str, str]:
    """The amounts of a balance as texts."""
    return {name: plain_amount(getattr(one, name), currency) for name in (*Balance.__slots__, "outstanding")}


# --- lines ---------------------------------------------------------------------------------------------------


def say_lines_of(standing: Standing, lines: list[Line], period: str | None) -> None:
    """Lines with their ids, what was posted on each, and what of it was paid; in one period, or in all."""
    currency = standing.rules.currency
    rows = [
        (
            line.id, *_cells(line.place), plain_amount(_posted(standing, line, period), currency),
            plain_amount(line.paid(), currency), _mark(standing, line),
        )
        for line in lines
    ]  # fmt: skip
    whole = sum(_posted(standing, line, period) for line in lines)
    say_table(
        ("line", "rep", "earned in", "component", "row", "posted", "paid", ""),
        rows,
        right=(5, 6),
        total=(
            "all", "", "", "", "", plain_amount(whole, currency),
            plain_amount(sum(line.paid() for line in lines), currency), currency,
        ),
    )  # fmt: skip


def _cells(place: Place) -> tuple[str, ...]:
    row = f"{place.kind} {place.key}" if place.kind else ""
    return place.rep, place.period, f"{place.scheme}.{place.component}", row


def _posted(standing: Standing, line: Line, period: str | None) -> int:
    records = (standing.earned(number) for number in line.entries)
    return sum(record.amount for record in records if period is None or record.posted_in == period)


def _mark(standing: Standing, line: Line) -> str:
    marks = ["adjusted"] if any(standing.earned(number).is_adjustment for number in line.entries) else []
    marks += ["waits"] if standing.unapproved(line) else []
    open_ = any(one.record.line == line.id and not one.answer for one in standing.disputes.values())
    return ", ".join([*marks, *(["disputed"] if open_ else [])])


def lines_as_json(standing: Standing, lines: list[Line], period: str | None) -> dict[str, Any]:
    """For programs."""
    currency = standing.rules.currency
    made = [
        {
            "line": line.id, **line.place._asdict(), "earned_in": line.earned_in,
            "posted": plain_amount(_posted(standing, line, period), currency),
            "amount": plain_amount(line.amount, currency), "paid": plain_amount(line.paid(), currency),
        }
        for line in lines
    ]  # fmt: skip
    return {
        "currency": currency,
        "lines": made,
        "balance": balance_as_json(_balance(standing, lines), currency),
    }


def say_line(standing: Standing, line: Line) -> None:
    """The whole life of a line."""
    currency = standing.rules.currency
    say(f"{line.id} {line.place}: {format_money(line.amount, currency)}")
    for event in life(standing, line):
        amount = "" if event.amount is None else f": {format_money(event.amount, currency)}"
        say(f"  entry {event.entry}, {event.recorded[:10]}: {event.says}{amount}")
        for sentence in event.because:
            say(f"    {sentence}")
    stands = _balance(standing, [line])
    parts = (("paid", stands.paid), ("due", stands.due), ("waiting", stands.waiting), ("later", stands.scheduled),
             ("held", stands.held))  # fmt: skip
    say(f"  now: {', '.join(f'{name} {format_money(part, currency)}' for name, part in parts if part) or 'nothing'}")
    for key in standing.unapproved(line):
        say(
            f"  waits for `meed ledger approve` of {'the line' if key[2] else f'the statement of {key[0]} in {key[1]}'}"
        )


def line_as_json(standing: Standing, line: Line) -> dict[str, Any]:
    """For programs."""
    currency = standing.rules.currency
    return {
        "line": line.id,
        **line.place._asdict(),
        "currency": currency,
        "amount": plain_amount(line.amount, currency),
        "balance": balance_as_json(_balance(standing, [line]), currency),
        "postings": [earned_as_json(standing.earned(number), currency) for number in line.entries],
        "life": [_event(event, currency) for event in life(standing, line)],
    }


def _event(event: Event, currency: str) -> dict[str, Any]:
    amount = None if event.amount is None else plain_amount(event.amount, currency)
    return {
        "entry": event.entry, "recorded": event.recorded, "says": event.says, "amount": amount,
        "because": list(event.because),
    }  # fmt: skip
