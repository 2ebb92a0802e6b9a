"""Beginnings: the credit with which a rep comes into a pool, or comes back to it after a long time.

Who begins with a credit of c instead of e leaves e - c to those who are there, in equal parts, so that all credits
still add up to zero. What that takes beyond the bound is known exactly, as with every posting that no turn made;
docs/fairness.md says when it is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..numbers.apportionment import largest_remainder

__all__ = ["Beginning", "BeginsAt", "moves_of_beginning"]

BeginsAt: TypeAlias = Literal["zero", "average", "last_in_line"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A rep who came into `pool`, or came `back` to it, with what that moved; `credit`: what it began with."""

    pool: str
    rep: str
    at: BeginsAt
    back: bool
    credit: int
    moves: tuple[tuple[str, int], ...]


def moves_of_beginning(at: BeginsAt, rep: str, held: Mapping[str, int], there: Sequence[str]) -> dict[str, int]:
    """What it adds to the credits `held` that a rep begins among those who are `there`; they add up to zero.

    `zero`: even. `average`: what the others are then owed on average. `last_in_line`: what the one who is then owed
    least of them is owed. Rounded down. Nothing where nobody is there.
    """
    others = [key for key in there if key != rep]
    if not others:
        return {}
    own, count = held.get(rep, 0), len(others)
    match at:
        case "zero":
            credit = 0
        case "average":
            credit = (sum(held.get(key, 0) for key in others) + own) // (count + 1)
        case "last_in_line":
            credit = (min(held.get(key, 0) for key in others) * count + own) // (count + 1)
    if credit == own:
        return {}
    rest = own - credit
    parts = largest_remainder(abs(rest), [1] * count)
    sign = 1 if rest > 0 else -1
    return {rep: -rest, **{key: sign * part for key, part in zip(others, parts, strict=True) if part}}
