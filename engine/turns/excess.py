"""How far the credits of a pool are beyond what the rule alone would ever let them be.

Let U(k) be the sum of the k largest of n credits. Under the rule U(k) <= D k (n - k)/2 for leads worth at most D.
After an override or a reversal it may be more. The excess counts what is more, as it is now, whatever has been posted
before: the rule never makes it larger, and turns that help a rep who is owed much make it smaller. docs/fairness.md
has the proof.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["NO_EXCESS", "Excess", "excess_of"]


class Excess(NamedTuple):
    """What is added to the bound of everybody, in the unit of the credits: to being ahead, and to being behind."""

    over: int
    under: int

    def least(self, other: Excess) -> Excess:
        """The smaller of both, side by side."""
        return Excess(min(self.over, other.over), min(self.under, other.under))


NO_EXCESS = Excess(0, 0)


def excess_of(credits_now: Iterable[int], unit: int) -> Excess:
    """The excess of credits, rounded up; `unit` is the largest value of a lead in the unit of the credits.

    under = max over k of (U(k) - unit k (n - k)/2) / k, over = max of the same / (n - k): the ends of the least concave
    curve that is 0 at k = 0 and k = n and nowhere below what is beyond the bound.
    """
    ordered = sorted(credits_now, reverse=True)
    n, top, over, under = len(ordered), 0, 0, 0
    for k, credit in enumerate(ordered[:-1], start=1):
        top += credit
        beyond = 2 * top - unit * k * (n - k)
        if beyond > 0:
            over = max(over, -(-beyond // (2 * (n - k))))
            under = max(under, -(-beyond // (2 * k)))
    return Excess(over, under)
