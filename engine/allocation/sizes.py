"""Shares by value: how many facts of which size each rep is to have, so that both number and value come out fair.

To give everybody the floor or the ceiling of a *value* is hard in general (it holds "partition") and may be impossible:
one fact can be larger than what anybody is owed. What is always possible, by a flow, is this. Lay the facts that a rep
shares in side by side from the largest to the smallest, each as wide as the share, and cut the row into places one fact
wide. Each place may be taken by one fact whose value lies between the largest and the smallest in it; whole places have
to be taken. The shares themselves fit these bounds, so whole facts do as well; and since no place begins above where
the one before it ends, what a rep gets differs from what is owed by at most the largest fact that the rep shares in
(the rounding of Shmoys and Tardos 1993). The number of facts is the floor or the ceiling of what is owed.

Credits from before shift the shares: fact by fact in the order of the stream, each goes in parts to those with the
largest credit, as far as they may have it, until all are level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..numbers.apportionment import largest_remainder
from ..turns.shares import SCALE
from .bands import Band, Bin
from .claims import Claim

__all__ = ["Places", "Size", "parts_of", "places_of"]


@dataclass(frozen=True, slots=True)
class Size:
    """Places of one bin for facts of the same sizes: from `smallest` to `largest`, and how many of them."""

    bin: Bin
    largest: int
    smallest: int
    count: Band


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """`sizes` of every bin; `value`: what each is to get, in 1/SCALE; `largest`: the largest fact that it shares in.

    `count`: how many facts it is to get; `total`: of each rep over all bins.
    """

    sizes: tuple[Size, ...]
    value: Mapping[Bin, int]
    largest: Mapping[Bin, int]
    count: Mapping[Bin, Band]
    total: Mapping[int, Band]


def parts_of(
    claims: Sequence[Claim], bins: Sequence[Sequence[Bin]], loads: Sequence[int], carried: Mapping[Bin, int]
) -> tuple[list[list[int]], list[list[int]]]:
    """Of each fact the shares, and the parts in which it is to be given, both in 1/SCALE.

    They are the same where no credit is carried (in 1/SCALE of a unit of value).
    """
    known: dict[tuple[int, ...], list[int]] = {}
    shares: list[list[int]] = []
    for claim in claims:
        if claim.weights not in known:
            known[claim.weights] = largest_remainder(SCALE, claim.weights)
        shares.append(known[claim.weights])
    if not any(carried.values()):
        return shares, shares
    credit = dict(carried)
    given: list[list[int]] = []
    for share, own, load in zip(shares, bins, loads, strict=True):
        for one, part in zip(own, share, strict=True):
            credit[one] = credit.get(one, 0) + part * load
        parts = _leveled([credit[one] for one in own], load) if load else share
        for one, part in zip(own, parts, strict=True):
            credit[one] -= part * load
        given.append(parts)
    return shares, given


def _leveled(credit: Sequence[int], load: int) -> list[int]:
    """The parts of a fact that bring the largest credits down to one level."""
    ranked = sorted(credit, reverse=True)
    amount, above, count = SCALE * load, 0, 0
    for number, value in enumerate(ranked, start=1):
        if number > 1 and above - amount >= (number - 1) * value:  # the level of those before is not below this one
            break
        above, count = above + value, number
    over = [max(0, count * value - (above - amount)) for value in credit]
    return largest_remainder(SCALE, over)


def places_of(
    parts: Sequence[Sequence[int]], bins: Sequence[Sequence[Bin]], loads: Sequence[int], *, dust: int
) -> Places:
    """The places of all bins. `dust`: a part of 1/SCALE so small that only rounding can have made it."""
    row: dict[Bin, list[tuple[int, int]]] = {}
    for own, share, load in zip(bins, parts, loads, strict=True):
        for one, part in zip(own, share, strict=True):
            row.setdefault(one, []).append((load, part))
    sizes: list[Size] = []
    value: dict[Bin, int] = {}
    largest: dict[Bin, int] = {}
    count: dict[Bin, Band] = {}
    sums: dict[int, int] = {}
    for one in sorted(row):
        facts = sorted(row[one], key=lambda fact: -fact[0])
        own = _sizes(one, facts, dust)
        sizes += own
        value[one] = sum(load * part for load, part in facts)
        largest[one] = facts[0][0]
        count[one] = Band(sum(size.count.low for size in own), sum(size.count.high for size in own))
        sums[one.place] = sums.get(one.place, 0) + sum(part for _, part in facts)
    return Places(tuple(sizes), value, largest, count, {place: _whole(total, dust) for place, total in sums.items()})


def _whole(total: int, dust: int) -> Band:
    """The floor and the ceiling of a number of facts in 1/SCALE."""
    low, rest = divmod(total, SCALE)
    if rest <= dust:
        return Band(low, low)
    return Band(low + 1, low + 1) if SCALE - rest <= dust else Band(low, low + 1)


def _sizes(one: Bin, facts: Sequence[tuple[int, int]], dust: int) -> list[Size]:
    """The places of a row, from the largest fact; places of the very same sizes are one."""
    made: list[Size] = []
    top, bottom, filled = facts[0][0], facts[0][0], 0
    for load, part in facts:
        left = part
        while left:
            if not filled:
                top = load
            step = min(left, SCALE - filled)
            bottom, filled, left = load, filled + step, left - step
            if filled == SCALE:
                _add(made, Size(one, top, bottom, Band(1, 1)))
                filled = 0
    if filled > dust:
        _add(made, Size(one, top, bottom, Band(1, 1) if SCALE - filled <= dust else Band(0, 1)))
    return made


def _add(made: list[Size], size: Size) -> None:
    last = made[-1] if made else None
    if last is not None and (last.largest, last.smallest) == (size.largest, size.smallest):
        made[-1] = Size(
            size.bin,
            size.largest,
            size.smallest,
            Band(last.count.low + size.count.low, last.count.high + size.count.high),
        )
    else:
        made.append(size)
