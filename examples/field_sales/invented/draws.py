"""Draws of whole numbers whose outcome is the same in every version of Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TypeVar

__all__ = ["allocated", "chance", "pick", "shuffled", "weighed"]

T = TypeVar("T")


def pick(rng: Random, items: Sequence[T]) -> T:
    return items[rng.randrange(len(items))]


def chance(rng: Random, percent: int) -> bool:
    return rng.randrange(100) < percent


def weighed(rng: Random, weights: Mapping[str, int]) -> str:
    point = rng.randrange(sum(weights.values()))
    for item, weight in weights.items():
        point -= weight
        if point < 0:
            return item
    raise AssertionError("the weights were counted")


def shuffled(rng: Random, items: Iterable[T]) -> list[T]:
    # Own shuffle: what `Random.shuffle` does with its numbers is not promised across versions.
    out = list(items)
    for last in range(len(out) - 1, 0, -1):
        other = rng.randrange(last + 1)
        out[last], out[other] = out[other], out[last]
    return out


def allocated(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `total` by weight that add up to it (largest remainder, then position)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
