"""What counts toward a target: the account that it names, or the only one that can be meant."""

from __future__ import annotations

from collections.abc import Sequence

from ...dsl import checked as c

__all__ = ["NoMeasure", "measure_of"]


class NoMeasure(ValueError):
    """A target that does not say what counts toward it; `help` says what to write."""

    def __init__(self, target: c.Target, known: Sequence[str]) -> None:
        self.help = f"say it in the target: `measure: {known[0] if known else 'bookings'}`"
        super().__init__(f"target `{target.name}` does not say what counts toward it")


def measure_of(policy: c.Policy, target: c.Target) -> c.Account:
    """The account that counts toward a goal: the one said, or the only one of that kind and unit.

    Raises `NoMeasure` where there are several or none.
    """
    if target.measure is not None:
        return policy.accounts[target.measure]
    fitting = [
        account
        for account in policy.accounts.values()
        if not account.implicit and account.recipient == target.kind and account.type.name == target.type.name
    ]
    if len(fitting) != 1:
        raise NoMeasure(target, [account.name for account in fitting])
    return fitting[0]
