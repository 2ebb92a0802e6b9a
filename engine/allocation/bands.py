"""Bands: between how many and how many facts of a batch each rep is to have, pool by pool and in all.

A rep is owed the sum of the shares of the batch and what earlier turns left as credit. The band is from the floor to
the ceiling of that. Without credits from before such bands can always be kept, in every pool and in all at once: the
shares themselves keep them, and a network whose bounds are whole and that has a flow has one of whole units. So can
wider ones: the setting `band` adds so many facts on either side, for the sake of what `best` measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..numbers.apportionment import largest_remainder
from ..turns.shares import SCALE
from .claims import Claim
from .owed import Owed

__all__ = ["Band", "Bands", "Bin", "bands_of"]


@dataclass(frozen=True, slots=True, order=True)
class Bin:
    """A rep in a pool, by the place of the pool among those of the batch and the rep's place in the declared order."""

    pool: int
    place: int


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to `high` facts. `low` may be below zero where a rep is far ahead."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Who shares in what.

    `pools`: names by place. `bins`: in order. `owed`: what each is owed by this batch. `carried`: the credit from
    before, in 1/SCALE. `band`: of each bin; `total`: of each rep by place, over all pools. `limit`: the most a rep can
    take, where a limit was met. `nobody`: what could not be shared, for nobody had room.
    """

    pools: tuple[str, ...]
    bins: tuple[Bin, ...]
    owed: Mapping[Bin, Owed]
    carried: Mapping[Bin, int]
    band: Mapping[Bin, Band]
    total: Mapping[int, Band]
    limit: Mapping[int, int]
    nobody: Owed


def bands_of(
    claims: Sequence[Claim],
    place_of: Mapping[int, int],
    carried: Mapping[tuple[str, int], int],
    limit: Mapping[int, int],
) -> Bands:
    """The bands of claims, which come in the order of the stream.

    `place_of`: each rep's place in the declared order. `carried`: credits by pool and rep. `limit`: the most facts that
    a rep can take, by rep; a rep of whom nothing is said has no limit.
    """
    pools = list(dict.fromkeys(claim.step.pool for claim in claims))
    owed, nobody = _shared(claims, pools, place_of, {place_of[rep]: most for rep, most in limit.items()})
    bins = tuple(sorted(owed))
    reps = {place: rep for rep, place in place_of.items()}
    credit = {one: carried.get((pools[one.pool], reps[one.place]), 0) for one in bins}
    by_rep: dict[int, list[Bin]] = {}
    for one in bins:
        by_rep.setdefault(one.place, []).append(one)
    limits = {place_of[rep]: most for rep, most in limit.items()}
    slack = {claim.step.pool: claim.step.band or Fraction(0) for claim in claims}
    return Bands(
        tuple(pools),
        bins,
        owed,
        credit,
        {one: _band([owed[one]], credit[one], slack[pools[one.pool]]) for one in bins},
        {
            place: _band(
                [owed[one] for one in own],
                sum(credit[one] for one in own),
                sum((slack[pools[one.pool]] for one in own), Fraction(0)),
                limits.get(place),
            )
            for place, own in by_rep.items()
        },
        {place: limits[place] for place in by_rep if place in limits},
        nobody,
    )


def _band(owed: Sequence[Owed], credit: int, slack: Fraction, limit: int | None = None) -> Band:
    """From the floor to the ceiling of what is owed with a credit from before, and of so many facts less and more."""
    target = Owed()
    target.add_all(owed)
    if credit:
        target.add(credit, SCALE)
    low, high = target.around()
    if slack:
        target.add(-slack.numerator, slack.denominator)
        low = min(low, target.ceiling)
        target.add(2 * slack.numerator, slack.denominator)
        high = max(high, target.floor)
    return Band(low, high) if limit is None else Band(min(low, limit), min(high, limit))


def _shared(
    claims: Sequence[Claim], pools: Sequence[str], place_of: Mapping[int, int], limit: Mapping[int, int]
) -> tuple[dict[Bin, Owed], Owed]:
    """What each is owed by the claims, and what nobody has room for."""
    owed: dict[Bin, Owed] = {}
    nobody = Owed()
    room = {place: most * SCALE for place, most in limit.items()}
    number = {name: at for at, name in enumerate(pools)}
    alike: dict[tuple[int, tuple[int, ...], tuple[int, ...]], int] = {}
    for claim in claims:
        pool = number[claim.step.pool]
        if room and any(place_of[rep] in room for rep in claim.reps):
            places = [place_of[rep] for rep in claim.reps]
            parts, left = _into_the_room(claim.weights, places, room)
            nobody.add(left, SCALE)
            _owe(owed, pool, places, parts, SCALE)
        else:
            kind = pool, claim.reps, claim.weights
            alike[kind] = alike.get(kind, 0) + 1
    for (pool, reps_, weights), count in alike.items():
        parts = [weight * count for weight in weights]
        _owe(owed, pool, [place_of[rep] for rep in reps_], parts, sum(weights))
    return owed, nobody


def _owe(owed: dict[Bin, Owed], pool: int, places: Sequence[int], parts: Sequence[int], total: int) -> None:
    for place, part in zip(places, parts, strict=True):
        one = Bin(pool, place)
        if one not in owed:
            owed[one] = Owed()
        owed[one].add(part, total)


def _into_the_room(weights: Sequence[int], places: Sequence[int], room: dict[int, int]) -> tuple[list[int], int]:
    """Shares of one fact in 1/SCALE where some have a limit, and what is left; takes it out of their room.

    As in turns one by one, whoever is full shares no more and the others share what is left, by their weights.
    """
    parts, left = [0] * len(places), SCALE
    open_: list[int] = [at for at, place in enumerate(places) if room.get(place, 1) > 0]
    while open_ and left:
        whole = sum(weights[at] for at in open_)
        full = [at for at in open_ if places[at] in room and left * weights[at] > room[places[at]] * whole]
        if not full:
            shares = largest_remainder(left, [weights[at] for at in open_])
            for at, share in zip(open_, shares, strict=True):
                parts[at] = min(share, room.get(places[at], share))
            left -= sum(parts[at] for at in open_)
            break
        for at in full:
            parts[at] = room[places[at]]
        left -= sum(parts[at] for at in full)
        open_ = [at for at in open_ if at not in full]
    for at, place in enumerate(places):
        if place in room:
            room[place] -= parts[at]
    return parts, left
