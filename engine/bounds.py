"""Bounds: how far a rep may ever be from what was owed, and what postings against the rule have added to that.

All amounts are whole numbers of 1/SCALE of a lead. docs/fairness.md proves the bounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

__all__ = ["SCALE", "Bound", "bound", "excess"]

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
    n_ever: int,
    *,
    all_eligible_always: bool = False,
    largest_value: int = 1,
    disturbed: int | Fraction = 0,
    batched: bool = False,
) -> Bound:
    """The promise for every rep at every moment, whatever the weights were and however they changed.

    n_ever: reps who were ever in the pool, leavers too. In general over and under are (n - 1)/2; where
    everybody was eligible for every lead they are 1 - 1/n and H(n) - 1, with H(n) = 1 + 1/2 + ... + 1/n.
    Both scale with the largest value of a lead. `disturbed` is what overrides and reversals, which are posted
    against the rule, have added: it widens both sides. `batched`: leads were shared out together as well, at the best
    score within one lead of what is owed: both sides are doubled, to n - 1. Proofs: docs/fairness.md.
    """
    if n_ever < 1:
        raise ValueError(f"a pool has at least one rep to promise something to, not `{n_ever}`")
    if all_eligible_always:
        over = Fraction(n_ever - 1, n_ever)
        under = sum((Fraction(1, k) for k in range(2, n_ever + 1)), Fraction(0))
    else:
        over = under = Fraction(n_ever - 1, 2)
    if batched:
        over = under = Fraction(n_ever - 1)
    return Bound(over * largest_value + disturbed, under * largest_value + disturbed)


def excess(credits_now: Iterable[int], largest: int) -> int:
    """How far the k largest credits together pass k(n - k)/2 leads of the largest value, at most over all k."""
    ordered = sorted(credits_now, reverse=True)
    n, top, most = len(ordered), 0, 0
    for k, credit in enumerate(ordered, start=1):
        top += credit
        most = max(most, 2 * top - largest * SCALE * k * (n - k))
    return (most + 1) // 2
