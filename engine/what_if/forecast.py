"""What a period may cost: the whole policy run on won deals and on draws of which open ones are won, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..calendar.periods import Period
from ..columns.columnar import Columns
from ..columns.ledgers import Ledger
from ..facts import Facts
from ..numbers.quantiles import mean, nearest_rank
from ..pay.simulation import run
from .comparison import rep_totals_of
from .deal_draws import won_in_runs
from .pipeline import Pipeline

__all__ = ["Forecast", "Spread", "forecast"]

_PARTS = tuple(Fraction(part, 100) for part in (10, 50, 90))
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Spread:
    """An amount over all runs, in minor units: nearest ranks and the mean, and what it is without chance.

    `certain`: with no open deal won; `all_won`: with every one won. Neither need be the least or the most: a deal
    of one rep may cost another a prize.
    """

    p10: int
    p50: int
    p90: int
    mean: Fraction
    certain: int
    all_won: int
    least: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The cost of a period, and the payout of every rep by key, over `runs` draws."""

    policy: c.Policy
    period: Period
    pipeline: Pipeline
    runs: int
    seed: int
    cost: Spread
    reps: dict[str, Spread]
    costs: tuple[int, ...]


def forecast(
    policy: c.Policy, pipeline: Pipeline, period: Period, runs: int, seed: int, progress: Progress | None = None
) -> Forecast:
    """Draw and run. The same seed gives the same draws, for every policy. Raises `PeriodError` and `ValueError`."""
    if runs < 1:
        raise ValueError("a forecast needs one run or more")
    drawn = won_in_runs(pipeline.keys, pipeline.chances, runs, seed)
    steady = _steady_ledgers(policy, pipeline.facts, period)
    keys = pipeline.facts.table("rep").keys
    certain, all_won = (
        _payouts(policy, pipeline.with_won(np.full(len(pipeline.rows), won)), period, steady) for won in (False, True)
    )
    paid: list[list[int]] = []
    for number in range(runs):
        paid.append(_payouts(policy, pipeline.with_won(drawn[number]), period, steady))
        if progress is not None:
            progress(number + 1)
    costs = tuple(sum(payouts) for payouts in paid)
    reps = {
        key: _spread([payouts[row] for payouts in paid], certain[row], all_won[row]) for row, key in enumerate(keys)
    }
    return Forecast(policy, period, pipeline, runs, seed, _spread(list(costs), sum(certain), sum(all_won)), reps, costs)


def _spread(amounts: list[int], certain: int, all_won: int) -> Spread:
    p10, p50, p90 = (nearest_rank(amounts, part) for part in _PARTS)
    return Spread(p10, p50, p90, mean(amounts), certain, all_won, min(amounts), max(amounts))


def _payouts(policy: c.Policy, facts: Facts, period: Period, steady: dict[str, Ledger]) -> list[int]:
    """The payout of every rep, by row."""
    ev = Columns(policy, facts)
    ev.ledgers.update(steady)
    return list(rep_totals_of(run(policy, facts, period, ev=ev)).values())


def _steady_ledgers(policy: c.Policy, facts: Facts, period: Period) -> dict[str, Ledger]:
    """Postings that no deal has a part in: made once, for all runs."""
    ev = Columns(policy, facts)
    run(policy, facts, period, ev=ev)
    return {name: ledger for name, ledger in ev.ledgers.items() if not _depends_on_deals(policy, name, set())}


def _depends_on_deals(policy: c.Policy, account: str, seen: set[str]) -> bool:
    """Whether what an account posts may change with a deal."""
    return "deal" in policy.accounts[account].kinds or _reads_deals(policy, policy.accounts[account], seen)


def _reads_deals(policy: c.Policy, root: c.Node, seen: set[str]) -> bool:
    for node in c.walk(root):
        match node:
            case c.FieldOf(kind="deal"):
                return True
            case c.ReadAccount(account=name) if name not in seen:
                seen.add(name)
                if _depends_on_deals(policy, name, seen):
                    return True
            case c.LetRead(let=name) if f"let {name}" not in seen:
                seen.add(f"let {name}")
                if _reads_deals(policy, policy.lets[name].value, seen):
                    return True
            case _:
                pass
    return False
