"""Paying: everybody's payable parts that are due and not paid, in one net amount.

A net below zero is carried to the next payment, or deducted now: a rule of the ledger. Paid less payable is what is
outstanding, before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .entries import Carried, Paid
from .rates import PayoutCurrencies, converted
from .refusal import Refused
from .standing import Part, Standing

__all__ = ["Payout", "pay", "split"]


@dataclass(frozen=True, slots=True)
class Payout:
    """What a net is made of, in minor units of the ledger's currency.

    `earned`: lines as first posted; `adjustments`: what corrected them; `brought_forward`: what an earlier payment
    day carried.
    """

    earned: int
    adjustments: int
    brought_forward: int

    @property
    def net(self) -> int:
        """The three together."""
        return self.earned + self.adjustments + self.brought_forward


def pay(standing: Standing, as_of: str, payouts: PayoutCurrencies | None = None) -> list[Paid | Carried]:
    """The records of a payment day; none where nothing is due that was not settled or carried before.

    Raises `Refused` for a day in a closed period, for one before the last payment day, and where a rate is missing.
    """
    _must_be_payable(standing, as_of)
    made: list[Paid | Carried] = []
    for rep in sorted(standing.unpaid):
        parts = standing.due(rep, as_of)
        net = sum(part.record.amount for part in parts)
        if net < 0 and standing.rules.negative == "carry":
            if any(not part.carried for part in parts):
                made.append(Carried(rep, as_of, net))
        elif parts:
            made.append(_paid(standing, rep, as_of, net, payouts))
    return made


def _must_be_payable(standing: Standing, as_of: str) -> None:
    if not standing.closed:
        raise Refused("nothing can be paid before a period is closed", f"close {standing.open.name} first")
    here = standing.open
    if as_of < here.first:
        raise Refused(f"{as_of} lies in a closed period, which stays as it is", f"pay as of {here.first} or later")
    if as_of < standing.paid_until:
        until = standing.paid_until
        raise Refused(f"payments were made as of {until}, which is later", f"pay as of {until} or later")


def _paid(standing: Standing, rep: str, as_of: str, net: int, payouts: PayoutCurrencies | None) -> Paid:
    rules = standing.rules
    currency = rules.currency if payouts is None else payouts.by_rep.get(rep, rules.currency)
    if payouts is None or currency == rules.currency:
        return Paid(rep, as_of, net, rules.currency, net, "", "")
    day = as_of if rules.rate_date == "payment" else standing.closed[-1].last
    rate = payouts.rates.on(currency, day)
    payout = converted(net, rules.currency, rate.text, currency, rules.rounding)
    return Paid(rep, as_of, net, currency, payout, rate.text, day)


def split(standing: Standing, parts: Sequence[Part]) -> Payout:
    """What the parts of a payment are made of."""
    made = {"earned": 0, "adjustments": 0, "brought_forward": 0}
    for part in parts:
        is_adjustment = standing.earned(part.record.of).is_adjustment
        kind = "brought_forward" if part.carried else "adjustments" if is_adjustment else "earned"
        made[kind] += part.record.amount
    return Payout(**made)
