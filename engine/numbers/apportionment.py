"""Apportionment: split a whole number of units by weights, so that the parts add up to the total.

Units are anything that cannot be cut: cents, leads, head-count. Every method here is exact: quotas and
claims are compared by cross-multiplied whole numbers. Ties go to the earlier place; `tied` names them, and
a caller may refuse them. A negative total is split like the positive one and the sign put back; a zero weight
always gets zero.

Which method: `hamilton` for one-off splits of money (each part is the exact share rounded down or up);
`webster` for targets that are issued again as the total grows, for there nobody loses a unit because
the total rose. Methods as in Balinski & Young, "Fair Representation" (1982), and their "The quota method
of apportionment" (1975).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush, heapreplace
from math import gcd
from operator import index
from typing import Literal, TypeAlias, get_args

from .weights import NothingToShare, Weight, sharing_weights

__all__ = ["METHODS", "QUOTA_LIMIT", "Method", "NothingToShare", "Tied", "apportion", "largest_remainder", "tied"]

Method: TypeAlias = Literal[
    "hamilton",
    "webster",
    "jefferson",
    "adams",
    "huntington_hill",
    "dean",
    "modified_sainte_lague",
    "balinski_young_quota",
]
METHODS: tuple[Method, ...] = get_args(Method)

QUOTA_LIMIT = 1_000_000
"""Most units that the quota method hands out one by one; it has no shortcut beyond its own period."""


class Tied(ValueError):
    """Equal claims to the last units, where ties are refused; `places` are those whose order would decide."""

    def __init__(self, places: tuple[int, ...]) -> None:
        self.places = places
        super().__init__(f"places {', '.join(map(str, places))} have equal claims to the last units")


def largest_remainder(total: int, weights: Sequence[Weight]) -> list[int]:
    """Hamilton's method: everybody the exact share rounded down, the units left to the largest remainders.

    Each part is the floor or the ceiling of total x weight / sum of weights. Raises NothingToShare where
    no weight is above zero, ValueError where one is negative.
    """
    whole = sharing_weights(weights)
    parts = _hamilton(abs(index(total)), whole)
    return parts if total >= 0 else [-part for part in parts]


def apportion(
    total: int, weights: Sequence[Weight], method: Method = "hamilton", ties: Literal["first", "refused"] = "first"
) -> list[int]:
    """Parts of `total` in whole units, one for each weight and in its place, by the named method.

    Raises Tied where ties are refused and there is one, NothingToShare where no weight is above zero,
    ValueError where one is negative, the method is unknown, or `balinski_young_quota` would have to hand out
    more than QUOTA_LIMIT units one by one.
    """
    if ties == "refused" and (places := tied(total, weights, method)):
        raise Tied(places)
    split = _splitter(method)
    whole = sharing_weights(weights)
    sharers = [place for place, weight in enumerate(whole) if weight]
    sign = -1 if total < 0 else 1
    parts = [0] * len(whole)
    for place, part in zip(sharers, split(abs(index(total)), [whole[place] for place in sharers]), strict=True):
        parts[place] = sign * part
    return parts


def tied(total: int, weights: Sequence[Weight], method: Method = "hamilton") -> tuple[int, ...]:
    """The places among which only their order decides who has a unit more; none where the method has one answer.

    Of the quota method they are those that the reverse order gives another part, and whoever weighs the same. Raises
    what `apportion` does.
    """
    made = apportion(total, weights, method)
    reverse = apportion(total, weights[::-1], method)[::-1]
    if made == reverse:
        return ()
    if method == "balinski_young_quota":
        moved = {weights[place] for place, part in enumerate(made) if part != reverse[place]}
        return tuple(place for place, weight in enumerate(weights) if weight in moved)
    whole, parts = sharing_weights(weights), [abs(part) for part in made]
    share = Fraction(abs(total), sum(whole))
    divisor = _DIVISORS.get(method)
    had: dict[int, tuple[bool, Fraction]] = {}
    wanted: dict[int, tuple[bool, Fraction]] = {}
    for place, (weight, part) in enumerate(zip(whole, parts, strict=True)):
        if divisor is not None and weight:
            wanted[place] = divisor.claim(weight, part)
            if part:
                had[place] = divisor.claim(weight, part - 1)
        elif weight:
            quota = share * weight
            (had if part > quota else wanted)[place] = False, quota % 1
    weakest = min(had.values())
    return tuple(place for place in range(len(whole)) if weakest in (had.get(place), wanted.get(place)))


_Split: TypeAlias = Callable[[int, list[int]], list[int]]


def _splitter(method: str) -> _Split:
    if method == "hamilton":
        return _hamilton
    if method == "balinski_young_quota":
        return _quota_method
    divisor = _DIVISORS.get(method)
    if divisor is None:
        raise ValueError(f"`{method}` is not a method of apportionment: use one of {', '.join(METHODS)}")
    return lambda total, weights: _by_divisor(total, weights, divisor)


def _hamilton(total: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    quotas = [divmod(total * weight, whole) for weight in weights]
    parts = [floor for floor, _ in quotas]
    left = total - sum(parts)
    if left:
        # the sort is stable, so equal remainders keep the order of the places
        by_remainder = sorted(range(len(parts)), key=lambda place: -quotas[place][1])
        for place in by_remainder[:left]:
            parts[place] += 1
    return parts


@dataclass(frozen=True, slots=True)
class _Divisor:
    """A divisor method: the next unit goes to the largest weight / signpost(units held).

    `signpost` gives numerator and denominator of the signpost raised to `power`, so that Huntington-Hill,
    whose signpost is a square root, is compared in squares. Every signpost lies in held..held + 1.
    """

    signpost: Callable[[int], tuple[int, int]]
    power: int = 1

    def claim(self, weight: int, held: int) -> tuple[bool, Fraction]:
        """The claim to one unit more: whether it comes before all that are finite, and its strength."""
        numerator, denominator = self.signpost(held)
        if numerator == 0:
            return True, Fraction(weight)
        return False, Fraction(weight**self.power * denominator, numerator)


_DIVISORS: dict[str, _Divisor] = {
    "webster": _Divisor(lambda held: (2 * held + 1, 2)),
    "jefferson": _Divisor(lambda held: (held + 1, 1)),
    "adams": _Divisor(lambda held: (held, 1)),
    "huntington_hill": _Divisor(lambda held: (held * (held + 1), 1), power=2),
    "dean": _Divisor(lambda held: (2 * held * (held + 1), 2 * held + 1)),
    "modified_sainte_lague": _Divisor(lambda held: (2 * held + 1, 2) if held else (7, 10)),
}


@dataclass(frozen=True, slots=True)
class _Claim:
    """The claim of one place to its next unit, `strength / cost`; the stronger claim sorts first."""

    strength: int
    cost: int
    place: int

    def __lt__(self, other: "_Claim") -> bool:
        mine, theirs = self.strength * other.cost, other.strength * self.cost
        return mine > theirs or (mine == theirs and self.place < other.place)


def _by_divisor(total: int, weights: list[int], divisor: _Divisor) -> list[int]:
    first_unit_is_free = divisor.signpost(0)[0] == 0
    if first_unit_is_free and total < len(weights):
        # every first claim is infinite: the larger weights come first
        largest = set(sorted(range(len(weights)), key=lambda place: -weights[place])[:total])
        return [int(place in largest) for place in range(len(weights))]
    parts = _certain_units(total, weights, divisor)

    def claim(place: int) -> _Claim:
        numerator, denominator = divisor.signpost(parts[place])
        return _Claim(weights[place] ** divisor.power * denominator, numerator, place)

    claims = [claim(place) for place in range(len(weights))]
    heapify(claims)
    for _ in range(total - sum(parts)):
        place = claims[0].place
        parts[place] += 1
        heapreplace(claims, claim(place))
    return parts


def _certain_units(total: int, weights: list[int], divisor: _Divisor) -> list[int]:
    """The parts of a smaller total, at most 2n units short of `total`: all claims above one threshold.

    Rounding by signposts gives each at most one unit above the floor of the quota, so rounding the quotas
    of total - n hands out at most `total`; what is missing is claimed one by one. That makes a split of
    any total as quick as a split of 2n units.
    """
    whole = sum(weights)
    start = max(0, total - len(weights))
    parts: list[int] = []
    for weight in weights:
        held = start * weight // whole
        numerator, denominator = divisor.signpost(held)
        reached = numerator * whole**divisor.power <= (start * weight) ** divisor.power * denominator
        parts.append(held + reached)
    return parts


def _quota_method(total: int, weights: list[int]) -> list[int]:
    """Balinski & Young 1975: Jefferson's order among those who stay within their upper quota.

    A place may take unit k + 1 of the first h units once k < h x weight / sum. Each time the sum of the
    reduced weights has been handed out, everybody stands exactly at the quota and the order starts anew.
    """
    common = gcd(*weights)
    reduced = [weight // common for weight in weights]
    period = sum(reduced)
    rounds, units = divmod(total, period)
    if units > QUOTA_LIMIT:
        raise ValueError(
            f"the quota method hands out units one by one, and `{total}` leaves {units}: "
            f"the limit is {QUOTA_LIMIT}, use `webster` or `hamilton`"
        )
    parts = [0] * len(reduced)
    waiting = [(1, place) for place in range(len(reduced))]
    ready: list[_Claim] = []
    for unit in range(1, units + 1):
        while waiting and waiting[0][0] <= unit:
            _, place = heappop(waiting)
            heappush(ready, _Claim(reduced[place], parts[place] + 1, place))
        place = heappop(ready).place
        parts[place] += 1
        heappush(waiting, (parts[place] * period // reduced[place] + 1, place))
    return [rounds * weight + part for weight, part in zip(reduced, parts, strict=True)]
