"""The periods over which a scheme's balances run: where they begin, and what is read to know."""

from __future__ import annotations

from ...dsl import checked as c
from ..calendar.periods import Period, containing, within

__all__ = ["accounts_under", "carries", "counts_from", "earlier_periods", "in_force"]

FOREVER = 1 << 30


def carries(scheme: c.Scheme) -> bool:
    """Whether anything in a scheme is carried over."""
    return any(True for part in scheme.parts for _ in c.carrying(part.clauses))


def accounts_under(policy: c.Policy, scheme: c.Scheme) -> list[str]:
    """The accounts that a scheme reads, by itself or through lets, whose rows have dates."""
    roots: list[c.Node] = [scheme]
    seen: set[str] = set()
    found: set[str] = set()
    while roots:
        for node in c.walk(roots.pop()):
            if isinstance(node, c.LetRead) and node.let not in seen:
                seen.add(node.let)
                roots.append(policy.lets[node.let])
            elif isinstance(node, c.ReadAccount) and node.account not in found:
                found.add(node.account)
                roots.append(policy.accounts[node.account])
    return sorted(name for name in found if policy.accounts[name].on is not None)


def in_force(policy: c.Policy, period: Period) -> bool:
    """Whether a policy is in force on some day of a period."""
    start, end = policy.effective
    return (start is None or period.end > start) and (end is None or period.start < end)


def counts_from(policy: c.Policy, scheme: c.Scheme, first_credit: int | None) -> int:
    """The day on which a scheme's balances begin: a period that ends before it leaves nothing open.

    With `balance: ends_with_year` there is no such day but the year's first. Else it is the first on which the policy
    is in force or, where it does not say since when, that of the first credit (None: there is none, and no balance).
    """
    if scheme.setting("balance") == "ends_with_year":
        return -FOREVER
    begin = policy.effective[0] if policy.effective[0] is not None else first_credit
    return FOREVER if begin is None else begin


def earlier_periods(policy: c.Policy, scheme: c.Scheme, first: Period, begin: int) -> tuple[Period, ...]:
    """The periods before `first` in which a balance of that period may have come about, in order.

    `begin`: what `counts_from` says.
    """
    if scheme.setting("balance") == "ends_with_year":
        found = within(containing("year", first.end - 1, policy.calendar), scheme.per)
        return tuple(period for period in found if period < first and in_force(policy, period))
    if begin >= first.start:
        return ()
    made: list[Period] = []
    period = containing(scheme.per, begin, policy.calendar)
    while period < first:
        made.append(period)
        period = period.next()
    return tuple(period for period in made if in_force(policy, period))
