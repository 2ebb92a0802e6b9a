"""Which open deals are won in which run of a forecast: seeded, exact, and the same for every policy.

Each deal has a stream of its own: SHAKE-256 (FIPS 202) of the seed and its key, read as 64-bit big-endian numbers r.
With a chance a/b, numbers from floor(2^64 / b) x b on are passed over, so that every ticket r mod b is equally
likely; the deal is won where the ticket is below a. Run k takes the k-th number that is left. So no binary float
decides, other deals in the file change nothing, and more runs begin with the same ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ..arrays.integers import Mask

__all__ = ["MOST_TICKETS", "won_in_runs"]

_SPACE = 2**64
MOST_TICKETS = 2**63
"""The largest divisor of a chance: eighteen decimals."""


def won_in_runs(keys: Sequence[str], chances: Sequence[Fraction], runs: int, seed: int) -> Mask:
    """One row a run, one column a deal: whether it is won. Raises `ValueError` for a chance that is none."""
    won = np.zeros((runs, len(keys)), dtype=np.bool_)
    for place, (key, chance) in enumerate(zip(keys, chances, strict=True)):
        won[:, place] = _stream(key, chance, runs, seed)
    return won


def _stream(key: str, chance: Fraction, runs: int, seed: int) -> Mask:
    tickets = chance.denominator
    if not 0 <= chance <= 1 or tickets > MOST_TICKETS:
        raise ValueError(f"`{chance}` is no chance: give one from 0 to 1 with at most eighteen decimals")
    if tickets == 1:
        return np.full(runs, chance == 1, dtype=np.bool_)
    stream = hashlib.shake_256(f"meed forecast 1\n{seed}\n{key}".encode("utf-8", "surrogatepass"))
    limit = _SPACE // tickets * tickets
    count = runs
    while True:
        numbers = np.frombuffer(stream.digest(8 * count), dtype=">u8").astype(np.uint64)
        usable = numbers if limit == _SPACE else numbers[numbers < np.uint64(limit)]
        if len(usable) >= runs:
            return usable[:runs] % np.uint64(tickets) < np.uint64(chance.numerator)
        count += runs - len(usable) + 8  # a longer digest begins with the shorter one
