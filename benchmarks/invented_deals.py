"""Invented deals of 2026 as whole-number columns; one seed gives the same deals on every machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRST_DAY", "Deals", "month_of", "with_deals"]

FIRST_DAY = 20_454  # 2026-01-01, in days since 1970-01-01
_DAYS = 365
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BOOKINGS = 400_000_00 * 4  # cents that an average rep books in the year, however many deals that takes


@dataclass(frozen=True, eq=False)
class Deals:
    """`rep` (0 to `reps` - 1), `day` (days since 1970-01-01), `cents`; deal n has the key `D` and nine digits."""

    reps: int
    rep: NDArray[np.int32]
    day: NDArray[np.int32]
    cents: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rep)


def with_deals(count: int, reps: int, seed: int = 20260101) -> Deals:
    """Deals in no order: strong and weak reps, most deals small, one in fifty ten times as large."""
    rng = np.random.default_rng(seed)
    rep = rng.integers(0, reps, count, dtype=np.int32)
    day = rng.integers(FIRST_DAY, FIRST_DAY + _DAYS, count, dtype=np.int32)
    strength = rng.integers(40, 170, reps, dtype=np.int64)[rep]
    usual = max(1, _BOOKINGS * reps // count)
    cents = rng.integers(usual // 4, usual * 3 // 2 + 2, count, dtype=np.int64) * strength // 100
    cents[rng.integers(0, 50, count, dtype=np.int8) == 0] *= 10
    return Deals(reps, rep, day, np.maximum(cents, 1))


def month_of() -> NDArray[np.int64]:
    """The month (0 to 11) of each day of the year."""
    return np.repeat(np.arange(12), _MONTH_LENGTHS)
