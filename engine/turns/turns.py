"""Turns: one lead posted to one pool, with what it owes each of the eligible.

For every lead each eligible rep is owed a share, weight / sum of the weights of all who are eligible. Where the weights
add up to 36 or less every share is whole, so equal credits are equal numbers; other shares are rounded by largest
remainder to add up to SCALE exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import Any, NamedTuple

from ..numbers.apportionment import largest_remainder
from ..numbers.weights import NothingToShare, Weight
from .bounds import SCALE

__all__ = ["Candidate", "Contenders", "Dealt", "NobodyWeighs", "Standing", "Turn", "shares", "turn_among"]


class NobodyWeighs(NothingToShare):
    """Nobody is eligible with a weight above zero: the lead has no turn in this pool."""


def shares(weights: Sequence[Weight]) -> list[int]:
    """Each one's share of one lead in 1/SCALE, adding up to SCALE exactly (largest remainder)."""
    return list(_parts(tuple(weights)))


@lru_cache(maxsize=4096)
def _parts(weights: tuple[Weight, ...]) -> tuple[int, ...]:
    """The shares of weights; the same ones are asked for lead after lead."""
    return tuple(largest_remainder(SCALE, weights))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep who may have the lead. Weight 0 means: owed nothing, and cannot win."""

    key: str
    weight: Weight = 1


class Standing(NamedTuple):
    """One candidate's line of a turn. Share and credits in 1/SCALE of a lead, or of a unit of value."""

    key: str
    weight: Weight
    share: int
    credit_before: int
    credit_after_share: int
    credit_after: int


# Values that nobody changes. They are not frozen, for one is made for every lead and freezing costs thrice as much.


@dataclass(slots=True)
class Contenders:
    """Those among whom a lead is shared out, in the declared order: keys, weights, shares of one lead in 1/SCALE.

    The same ones contend lead after lead: what is worked out of them is kept with them.
    """

    keys: tuple[str, ...]
    weights: tuple[Weight, ...]
    parts: tuple[int, ...] = field(compare=False, repr=False)
    owed: dict[str, int] = field(compare=False, repr=False)
    """The shares above zero, by key."""
    all_weigh: bool = field(compare=False, repr=False)

    @classmethod
    def of(cls, pool: str, eligible: Sequence[Candidate]) -> Contenders:
        """Raises NobodyWeighs where nobody has a weight above zero, ValueError for one below zero or a key twice."""
        keys = tuple([candidate.key for candidate in eligible])
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"`{twice}` is named twice among the eligible of pool `{pool}`: name each rep once")
        weights = tuple([candidate.weight for candidate in eligible])
        try:
            parts = _parts(weights)
        except NothingToShare:
            raise NobodyWeighs(f"nobody in pool `{pool}` is eligible with a weight above 0") from None
        return cls._made(keys, weights, parts)

    @classmethod
    def _made(cls, keys: tuple[str, ...], weights: tuple[Weight, ...], parts: tuple[int, ...]) -> Contenders:
        owed = {key: part for key, part in zip(keys, parts, strict=True) if part}
        return cls(keys, weights, parts, owed, all(weights))

    def joined_by(self, key: str) -> Contenders:
        """The same and somebody who is owed nothing."""
        return self if key in self.keys else self._made((*self.keys, key), (*self.weights, 0), (*self.parts, 0))


@dataclass(slots=True)
class Dealt:
    """What one lead moved in one pool: everything needed to take it back.

    among: who contended; place: where among them the winner stands.
    value: what the lead counts, 1 in a pool that counts leads.
    manual: a person chose the winner, not the rule.
    """

    pool: str
    among: Contenders
    place: int
    value: int
    manual: bool

    @property
    def winner(self) -> str:
        """Who has the lead."""
        return self.among.keys[self.place]

    def moves(self) -> dict[str, int]:
        """What the turn adds to each credit, adding up to zero, without those it does not touch."""
        value, owed = self.value, self.among.owed
        made = dict(owed) if value == 1 else {key: part * value for key, part in owed.items() if part * value}
        made[self.winner] = (self.among.parts[self.place] - SCALE) * value
        return made


@dataclass(slots=True)
class Turn(Dealt):
    """One lead posted to one pool: everything needed to explain it.

    before: the credits of those who contended before it, in 1/SCALE of a lead.
    second: the next in credit of those who weigh, None where the winner is alone.
    tie: the keys that shared the largest credit, winner first; empty where there was no tie.
    """

    before: tuple[int, ...]
    second: int | None
    tie: tuple[str, ...]

    @property
    def dealt(self) -> Dealt:
        """What is left of it once it has been told: credits before it are many numbers, and every lead has its turn."""
        return Dealt(self.pool, self.among, self.place, self.value, self.manual)

    @property
    def runner_up(self) -> str | None:
        """The next in credit among those who weigh; None where the winner is alone."""
        return None if self.second is None else self.among.keys[self.second]

    @property
    def margin(self) -> int | None:
        """The winner's credit less the runner-up's, both after the share; None without a runner-up.

        Below zero only where a person chose somebody with less credit.
        """
        return None if self.second is None else self.credit_at(self.place) - self.credit_at(self.second)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """One line for each who contended."""
        value, cost = self.value, SCALE * self.value
        lines = zip(self.among.keys, self.among.weights, self.among.parts, self.before, strict=True)
        return tuple([
            Standing(
                key, weight, part * value, before, before + part * value,
                before + part * value - cost if place == self.place else before + part * value,
            )
            for place, (key, weight, part, before) in enumerate(lines)
        ])  # fmt: skip

    def credit_at(self, place: int) -> int:
        """The credit of one who contended once the share is added."""
        return self.before[place] + self.among.parts[place] * self.value

    def credit_of(self, key: str) -> int:
        """The same of a rep. Raises ValueError for who did not contend."""
        return self.credit_at(self.among.keys.index(key))

    def as_json(self) -> dict[str, Any]:
        """As plain values; amounts as texts, in 1/`scale` of a lead, or of a unit of value.

        The standings are columns, one place for each rep. With its share, each has that much more credit than before;
        the winner then pays `scale` times the value.
        """
        among = self.among
        return {
            "pool": self.pool, "scale": str(SCALE), "winner": self.winner, "runner_up": self.runner_up,
            "tie": list(self.tie), **({"value": str(self.value)} if self.value != 1 else {}),
            **({"manual": True} if self.manual else {}),
            "standings": {
                "reps": list(among.keys), "weights": list(map(str, among.weights)),
                "shares": [str(part * self.value) for part in among.parts],
                "credits_before": list(map(str, self.before)),
            },
        }  # fmt: skip

    def settle(self, credits_held: dict[str, int]) -> None:
        """Write what the credits of a pool are after the turn, over those that they were before."""
        among = self.among
        if self.value != 1 or not among.all_weigh:
            credits_held.update({key: credits_held.get(key, 0) + move for key, move in self.moves().items()})
            return
        credits_held.update(zip(among.keys, map(add, self.before, among.parts), strict=True))
        credits_held[self.winner] -= SCALE


def turn_among(
    pool: str,
    held: Mapping[str, int],
    eligible: Sequence[Candidate] | Contenders,
    value: int,
    chosen: str | None = None,
) -> Turn:
    """The turn of a lead in a pool of credits: the largest of the eligible wins, unless somebody is chosen."""
    if value < 0:
        raise ValueError(f"a lead of pool `{pool}` is worth `{value}`: the value of a lead is zero or more")
    among = eligible if isinstance(eligible, Contenders) else Contenders.of(pool, eligible)
    if chosen is not None:
        among = among.joined_by(chosen)
    credit, parts = held.get, among.parts
    before = tuple([credit(key, 0) for key in among.keys])
    after = list(map(add, before, parts if value == 1 else [part * value for part in parts]))
    places = range(len(after)) if among.all_weigh else [at for at, weight in enumerate(among.weights) if weight]
    best = max(after) if among.all_weigh else max([after[at] for at in places])
    tied = [at for at in places if after[at] == best]
    place = tied[0] if chosen is None else among.keys.index(chosen)
    if len(tied) > 1 or tied[0] != place:
        second: int | None = next(at for at in tied if at != place)
    else:
        others = [at for at in places if at != place]
        second = max(others, key=after.__getitem__) if others else None  # the first of equals
    tie = tuple([among.keys[at] for at in tied]) if chosen is None and len(tied) > 1 else ()
    return Turn(pool, among, place, value, chosen is not None, before, second, tie)
