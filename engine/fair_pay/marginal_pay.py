"""The marginal pay of one more unit of sale: what one more won deal pays each rep, by really running the policy.

The deal is won and dated on the last day of the period, owned by the rep, of the size asked for, and in all other
columns like the rep's typical deal (the median of those won in the period); other amounts of money in it are in
proportion. Where what one rep sells cannot change what another is paid, all reps get theirs in one run; else each has
a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..calendar.periods import Period
from ..facts import Facts
from ..numbers.quantiles import median
from ..pay.simulation import Run, run
from ..what_if.comparison import rep_totals_of
from .interaction import interactions
from .one_more_deal import NoDeal, OneMoreDeal

__all__ = ["CLIFF", "MarginalPay", "MarginalRefused", "Marginals", "marginal_pay"]

CLIFF = 5
"""Pay above so many times the median (of those whom one more deal pays) is a cliff."""
Progress = Callable[[int, int], None]


class MarginalRefused(ValueError):
    """A policy for which one more deal cannot be made; `help` says what it lacks."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class MarginalPay:
    """What one more deal pays its owner, and what it costs in all (others may gain or lose by it); minor units."""

    rep: str
    pays: int
    costs: int


@dataclass(frozen=True, slots=True, eq=False)
class Marginals:
    """The reps whom a scheme pays on the last day; `outside` are the others.

    `one_run`: all reps in one run; else `because` says how reps act on each other's pay. `after` is the run of each
    rep that was looked at, by key.
    """

    unit: int
    day: int
    reps: tuple[MarginalPay, ...]
    outside: tuple[str, ...]
    one_run: bool
    because: tuple[str, ...]
    after: dict[str, Run]

    @property
    def middle(self) -> Fraction | None:
        """The median of what it pays those whom it pays at all."""
        paid = [rep.pays for rep in self.reps if rep.pays > 0]
        return median(paid) if paid else None

    def nothing(self) -> list[MarginalPay]:
        """Those whom one more deal pays nothing, or less than nothing."""
        return [rep for rep in self.reps if rep.pays <= 0]

    def cliffs(self) -> list[MarginalPay]:
        """Those whom it pays more than `CLIFF` times the median, highest first."""
        middle = self.middle
        found = [rep for rep in self.reps if middle is not None and rep.pays > CLIFF * middle]
        return sorted(found, key=lambda rep: (-rep.pays, rep.rep))


def marginal_pay(
    policy: c.Policy, facts: Facts, base: Run, period: Period, unit: int, account: str, progress: Progress | None = None
) -> Marginals:
    """Run the policy with one more deal of `unit` minor units for each rep; `account` counts as bookings.

    Raises `MarginalRefused` where the policy does not credit deals by owner, amount, stage and date.
    """
    owner, dated = _columns(policy, account)
    try:
        deals = OneMoreDeal(facts, owner, dated, period, unit)
    except NoDeal as problem:
        raise MarginalRefused(str(problem), "one more deal is made like a typical one of the rep") from None
    keys = facts.table("rep").keys
    paid = _paid_on(base, period.end - 1)
    inside = [row for row in range(len(keys)) if row in paid]
    outside = tuple(key for row, key in enumerate(keys) if row not in paid)
    because = tuple(interactions(policy, owner))
    before = list(rep_totals_of(base).values())
    made: list[MarginalPay] = []
    after: dict[str, Run] = {}
    batches = [inside] if not because else [[row] for row in inside]
    for number, batch in enumerate(batches if inside else []):
        outcome = run(policy, deals.for_reps(batch), period)
        totals = list(rep_totals_of(outcome).values())
        costs = sum(totals) - sum(before)
        for row in batch:
            gain = totals[row] - before[row]
            made.append(MarginalPay(keys[row], gain, gain if not because else costs))
            if gain <= 0:
                after[keys[row]] = outcome
        if progress is not None:
            progress(number + 1, len(batches))
    return Marginals(unit, period.end - 1, tuple(made), outside, not because, because, after)


def _columns(policy: c.Policy, account: str) -> tuple[str, str]:
    """The columns of `deal` with the owner and the date."""
    made = policy.accounts.get(account)
    reads = policy.reads.get("deal", frozenset())
    dated = policy.kinds["deal"].dated if "deal" in policy.kinds else None
    sources = (one for one in (made.sources if made is not None else ()) if one.kind == "deal" and one.receivers)
    path = next((one.receivers[0].path for one in sources if one.receivers[0].above is None), None)
    if not isinstance(path, c.FieldOf) or not isinstance(path.base, c.Subject):
        raise MarginalRefused(
            f"`{account}` does not credit deals to a rep named in them", "name such an account with `--bookings`"
        )
    if dated is None or dated.type.name != "date" or not {"amount", "stage", dated.name} <= reads:
        raise MarginalRefused(
            f"policy `{policy.name}` does not credit deals by amount, stage and date",
            "one more deal is a won deal of a size on a day",
        )
    return path.column, dated.name


def _paid_on(base: Run, day: int) -> set[int]:
    """The reps whom a scheme pays in a period that holds the day."""
    found: set[int] = set()
    for cells in base.members:
        holds = np.array([period.start <= day < period.end for period in cells.periods], dtype=np.bool_)
        if len(cells):
            found.update(cells.frame.rows["rep"][holds[cells.period]].tolist())
    return found
