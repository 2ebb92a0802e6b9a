"""What a limit leaves open for the next period: draws that are taken back, caps whose excess is carried over.

A floor L that carries tops a value v up to L, and what it topped up is owed. Of what exceeds the floor in a later
period, `carry` says how much is taken back: a rate of it, or an amount at most.

    room = max(v - L, 0)           back = min(owed, carry of room)
    paid = max(v, L) - back        owed' = owed + max(L - v, 0) - back

so that paid - earned is always what the balance grew by. A cap C that carries keeps the carried part of the excess:

    paid = min(v + kept, C)    kept' = carry of (v + kept - paid)

Both on whole multiples of the policy's step, for one value and for columns. The chain of periods of a balance is in
`chain`. (Recoverable draws: Oracle, Managing incentives, draw and recovery examples.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..arrays.exact import Column
from ..arrays.rounding import round_fraction, round_ratio

__all__ = ["Settled", "Steps", "settle", "settle_columns"]


@dataclass(frozen=True, slots=True)
class Steps:
    """How balances are rounded: the step in minor units and the mode."""

    step: int
    mode: str

    def one(self, value: Fraction | int) -> int:
        """A value on whole steps."""
        return round_fraction(Fraction(value), self.step, self.mode)

    def all(self, values: Column) -> Column:
        """A column on whole steps."""
        rounded = Column.of(round_ratio(values.num, values.den, self.step, self.mode))
        return rounded if values.known is None else rounded.with_known(values.known)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a limit paid, and the balance that it leaves open, in minor units."""

    paid: int
    open: int


def settle(floor: bool, value: Fraction | int, limit: Fraction | int, carry: Fraction | int, *, amount: bool,
           before: int, steps: Steps) -> Settled:  # fmt: skip
    """One period of a floor (or else a cap); `amount`: carry is an amount in minor units, not a rate."""
    worth, bound = steps.one(value), steps.one(limit)
    if floor:
        room = max(worth - bound, 0)
        most = steps.one(carry if amount else carry * room)
        back = min(before, max(min(most, room), 0))
        return Settled(max(worth, bound) - back, before + max(bound - worth, 0) - back)
    paid = min(worth + before, bound)
    excess = worth + before - paid
    return Settled(paid, max(min(steps.one(carry * excess), excess), 0))


def settle_columns(
    floor: bool, value: Column, limit: Column, carry: Column, *, amount: bool, before: Column, steps: Steps
) -> tuple[Column, Column]:
    """`settle` for many reps at once: what is paid, and what stays open. Rows that are not known stay so."""
    worth, bound = steps.all(value), steps.all(limit)
    zero = Column.constant(0, len(worth))
    if floor:
        room = (worth - bound).maximum(zero)
        most = steps.all(carry if amount else carry * room)
        back = most.minimum(room).maximum(zero).minimum(before)
        return worth.maximum(bound) - back, before + (bound - worth).maximum(zero) - back
    paid = (worth + before).minimum(bound)
    excess = worth + before - paid
    return paid, steps.all(carry * excess).minimum(excess).maximum(zero)
