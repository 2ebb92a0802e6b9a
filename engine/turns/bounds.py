"""Bounds: how far a rep may ever be from what was owed, and what postings against the rule have added to that.

All amounts are whole numbers of 1/SCALE of a lead. docs/fairness.md proves the bounds.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .excess import NO_EXCESS, Excess

__all__ = ["SCALE", "Bound", "bound"]

SCALE = lcm(*range(1, 37))
"""One lead, or one unit of value, in the whole numbers of the ledger: 144,403,552,893,600.

It is divided by every number up to 36, so that a rounded share never decides a tie between small weights; see
docs/decisions/0003-scale-of-shares.md.
"""


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a rep may ever be from what was owed, in leads (or units of value).

    over: received too much. under: received too little.
    """

    over: Fraction
    under: Fraction

    def allows(self, credit: int) -> bool:
        """Whether a credit in 1/SCALE keeps the promise."""
        return -self.over * SCALE <= credit <= self.under * SCALE


def bound(
    n_ever: int, *, all_eligible_always: bool = False, largest_value: int = 1, excess: Excess = NO_EXCESS
) -> Bound:
    """The promise for every rep at every moment, whatever the weights were and however they changed.

    n_ever: reps who were ever in the pool, leavers too. In general over and under are (n - 1)/2; where
    everybody was eligible for every lead they are 1 - 1/n and H(n) - 1, with H(n) = 1 + 1/2 + ... + 1/n.
    Both scale with the largest value of a lead; with twice a band where that is more, or twice the largest of those
    that were shared out together. `excess` is what overrides and reversals have left beyond that. Proofs:
    docs/fairness.md.
    """
    if n_ever < 1:
        raise ValueError(f"a pool has at least one rep to promise something to, not `{n_ever}`")
    if all_eligible_always:
        over = Fraction(n_ever - 1, n_ever)
        under = sum((Fraction(1, k) for k in range(2, n_ever + 1)), Fraction(0))
    else:
        over = under = Fraction(n_ever - 1, 2)
    more = Fraction(excess.over, SCALE), Fraction(excess.under, SCALE)
    return Bound(over * largest_value + more[0], under * largest_value + more[1])
