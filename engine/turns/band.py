"""The fairness band: the best of those whom a lead leaves near enough to what they are owed.

With a band B the lead goes to the best of the eligible who would not be ahead of what they are owed by more than B
after it. Where somebody is owed more than B, or it would take everybody beyond B, it goes to whoever is owed most, as
without a measure. docs/fairness.md proves what this promises: no credit passes max(1, 2B) (n - 1)/2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .shares import SCALE, ShareLedger, Turn
from .turns import Contenders

__all__ = ["Band", "choose_within", "reach_of"]


@dataclass(frozen=True, slots=True)
class Band:
    """How a band decided. `size` in 1/SCALE; `inside`: who would stay within it; `overdue`: who is owed more than it
    (then, and where nobody is inside, the largest credit decided)."""

    size: int
    inside: tuple[str, ...]
    overdue: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether the measure decided."""
        return bool(self.inside) and not self.overdue


def reach_of(size: int) -> int:
    """What a band of `size` (in 1/SCALE) adds to what the bound scales with: twice the band, in whole units."""
    return -(-2 * size // SCALE)


def choose_within(
    ledger: ShareLedger, pool: str, among: Contenders, value: int, size: int,
    best: Callable[[Sequence[str]], Sequence[str]],
) -> tuple[Turn, Band]:  # fmt: skip
    """Post one lead to the best within the band; `best` gives those of some keys who have the best measure.

    Among equals of the measure the largest credit decides, then the declared order.
    """
    preview = ledger.preview(pool, among, value=value)
    after = {key: preview.credit_at(place) for place, key in enumerate(among.keys)}
    overdue = tuple(key for key, credit in after.items() if credit > size)
    inside = tuple(key for key, credit in after.items() if credit - SCALE * value >= -size)
    band = Band(size, inside, overdue)
    if not band.free:
        return ledger.post(pool, among, value=value), band
    chosen = max(best(inside), key=after.__getitem__)  # the first among equals
    return ledger.post_within(pool, chosen, among, value=value, reach=reach_of(size)), band
