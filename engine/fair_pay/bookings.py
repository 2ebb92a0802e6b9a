"""What counts as bookings: the account against which cost and pay are measured."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..calendar.periods import Period
from ..calendar.windows import of_period
from ..columns.columnar import Columns
from ..facts import Facts
from ..wording.spelling import did_you_mean

__all__ = ["NoBookings", "bookings_account", "bookings_by_rep"]


class NoBookings(LookupError):
    """A policy without an account that can count as bookings, or none of the name asked for."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


def bookings_account(policy: c.Policy, name: str = "") -> str:
    """The account asked for, else the first one of money that deals credit to reps. Raises `NoBookings`."""
    money = [
        account.name
        for account in policy.accounts.values()
        if account.type.name == "money" and account.recipient == "rep" and account.receivers and not account.implicit
    ]
    if name:
        if name in money:
            return name
        there = did_you_mean(name, money) or (
            f"it credits {', '.join(f'`{one}`' for one in money)}" if money else "it credits no money to reps"
        )
        raise NoBookings(f"policy `{policy.name}` has no account of money `{name}`", there)
    found = next((one for one in money if "deal" in policy.accounts[one].kinds), None)
    if found is None:
        raise NoBookings(
            f"policy `{policy.name}` credits no money from deals to reps", "name an account that counts as bookings"
        )
    return found


def bookings_by_rep(policy: c.Policy, facts: Facts, period: Period, account: str) -> dict[str, Fraction]:
    """What each rep was credited in a period, in exact minor units, by key."""
    keys = facts.table("rep").keys
    start, end = of_period(period)
    rows = np.arange(len(keys), dtype=np.int64)
    spans = np.full(len(keys), start, dtype=np.int64), np.full(len(keys), end, dtype=np.int64)
    made = Columns(policy, facts).ledger(account).reading("sum", rows, *spans)
    return {key: value or Fraction(0) for key, value in zip(keys, made.to_fractions(), strict=True)}
