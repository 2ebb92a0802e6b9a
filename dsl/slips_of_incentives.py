"""Slips of `scheme` and `credit`: what other systems call what a clause, a period or a draw does."""

from __future__ import annotations

from .slip import Found, Repair, Slip

__all__ = [
    "amount_per_row", "draw_word", "group_in", "of_left_out", "paid_to", "period_adverb", "recoverable_word",
]  # fmt: skip

_DRAWS = frozenset({"draw", "guarantee", "advance"})
_ADVERBS = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "halfyearly": "half",
    "yearly": "year", "annually": "year", "annual": "year",
}  # fmt: skip


def of_left_out(slip: Slip) -> Found | None:
    """`5% bookings`."""
    rate = slip.prev()
    if rate.type != "RATE" or slip.type != "NAME" or not slip.same_line() or not slip.accepts("OF", "NAME"):
        return None
    if slip.accepts("BY") or slip.accepts("NAME"):
        return None
    return slip.found(
        f"`of` is missing before `{slip.text}`", f"write `{rate} of {slip.text}`", slip.insert("OF"),
        fix=f"of {slip.text}",
    )  # fmt: skip


def paid_to(slip: Slip) -> Found | None:
    """`pay override to rep.manager = 1% of sales`."""
    name = str(slip.prev())
    if slip.text != "to" or not slip.was("pay", name):
        return None
    person = slip.match(r"to\s+([\w.]+)")
    whom = "deal.owner.manager" if person is None else person[1].replace("rep.", "deal.owner.", 1)
    return slip.found(
        "a component pays the reps of its scheme",
        f"credit it to whom it is for, `credit ... to {whom} ...`, and pay them for that",
        Repair(person.end() if person else slip.end),
    )  # fmt: skip


def draw_word(slip: Slip) -> Found | None:
    """`draw 2_000` in a scheme: first in it the word is read as a setting, later it cannot stand there."""
    here = slip if slip.text in _DRAWS else slip.back(1)
    amount = here.match(r"(draw|guarantee|advance)\s+([0-9][0-9_,.]*(?:\s+[A-Z]{3})?)") if here is not None else None
    if here is None or amount is None or not here.accepts("TOTAL", "AT", "LEAST", "NUMBER"):
        return None
    carry = "" if amount[1] == "guarantee" else " carry 100%"
    meant = f"total at least {amount[2]}{carry}"
    return slip.found(
        f"`{amount[1]}` is a floor of the total", f"write `{meant}`",
        Repair(amount.start(2), ("TOTAL", "AT", "LEAST"), 0 if here is slip else 1), fix=meant, start=here.start,
        end=amount.end(),
    )  # fmt: skip


def recoverable_word(slip: Slip) -> Found | None:
    """`at least 2_000 recoverable`."""
    if slip.text not in {"recoverable", "recoverably", "nonrecoverable", "non"} or not slip.accepts("CARRY"):
        return None
    end = slip.match(r"non[\s-]*recoverable\b")
    rate = (
        "leave it out: without `carry` nothing is owed"
        if end or slip.text == "nonrecoverable"
        else "write `carry 100%`"
    )
    return slip.found(
        "whether a draw is owed is said by `carry`", rate, slip.instead(end.end() if end else slip.end),
        end=end.end() if end else slip.end,
    )  # fmt: skip


def amount_per_row(slip: Slip) -> Found | None:
    """`pay bonus = 500 per deal`."""
    row = slip.match(r"per\s+(deal|lead|unit|sale|meeting|call|activity|account|customer)\b")
    if row is None or slip.accepts("PER") or slip.prev().type not in {"NUMBER", "QUANTITY"}:
        return None
    with_currency = ", the amount with its currency" if slip.prev().type == "NUMBER" else ""
    return slip.found(
        f"what is paid per {row[1]} is an amount times a count",
        f"count with `credit sold to deal.owner on deal.closed = 1 ...`, and pay `{slip.prev()} * sold`{with_currency}",
        Repair(row.end()), end=row.end(),
    )  # fmt: skip


def group_in(slip: Slip) -> Found | None:
    """`for every rep in team "East"`."""
    group = slip.match(r"in\s+([a-z_]+)\s+(\"[^\"\n]*\")")
    if group is None or not slip.accepts("WHERE") or slip.accepts("IN"):
        return None
    meant = f"where rep.{group[1]} is {group[2]}"
    return slip.found(
        "a group is told by a condition", f"write `{meant}`",
        Repair(group.end(), ("WHERE", "NAME", "IS", "STRING")), fix=meant, end=group.end(),
    )  # fmt: skip


def period_adverb(slip: Slip) -> Found | None:
    """`for every rep monthly`."""
    period = _ADVERBS.get(slip.text)
    if period is None or not slip.accepts("PER", "NAME"):
        return None
    return slip.found(
        f"a period is told by `per`, not `{slip.text}`", f"write `per {period}`", slip.instead(slip.end, "PER", "NAME"),
        fix=f"per {period}",
    )  # fmt: skip
