"""Turns: one lead posted to one pool, with what it owes each of the eligible.

For every lead each eligible rep is owed a share, weight / sum of the weights of all who are eligible. Where the weights
add up to 36 or less every share is whole, so equal credits are equal numbers; other shares are rounded by largest
remainder to add up to SCALE exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from .apportionment import largest_remainder
from .bounds import SCALE
from .weights import NothingToShare, Weight

__all__ = ["Candidate", "NobodyWeighs", "Standing", "Turn", "shares", "turn_among"]


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

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "rep": self.key, "weight": str(self.weight), "share": str(self.share),
            "credit_before": str(self.credit_before), "credit_after_share": str(self.credit_after_share),
            "credit_after": str(self.credit_after),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """One lead posted to one pool: everything needed to explain it, or to take it back.

    standings: one line for each candidate, in the declared order.
    winner: who has the lead. runner_up: the next in credit among those who weigh, None where alone.
    margin: the winner's credit less the runner-up's, both after the share; None without a runner-up,
        negative only where a person chose somebody with less credit.
    tie: the keys that shared the largest credit, winner first; empty where there was no tie.
    value: what the lead counts, 1 in a pool that counts leads.
    manual: a person chose the winner, not the rule.
    """

    pool: str
    standings: tuple[Standing, ...]
    winner: str
    runner_up: str | None
    margin: int | None
    tie: tuple[str, ...]
    value: int
    manual: bool

    def as_json(self) -> dict[str, Any]:
        """As plain values; amounts as texts, in 1/`scale` of a lead, or of a unit of value."""
        return {**self.rest_as_json(), "standings": [line.as_json() for line in self.standings]}

    def rest_as_json(self) -> dict[str, Any]:
        """Everything but the standings."""
        return {
            "pool": self.pool, "scale": str(SCALE), "winner": self.winner, "runner_up": self.runner_up,
            "tie": list(self.tie), **({"value": str(self.value)} if self.value != 1 else {}),
            **({"manual": True} if self.manual else {}),
        }  # fmt: skip

    def moves(self) -> dict[str, int]:
        """What the turn adds to each credit, adding up to zero, without those it does not touch."""
        return {
            line.key: line.credit_after - line.credit_before
            for line in self.standings
            if line.share or line.key == self.winner
        }


def turn_among(
    pool: str, held: Mapping[str, int], eligible: Sequence[Candidate], value: int, chosen: str | None = None
) -> Turn:
    """The turn of a lead in a pool of credits: the largest of the eligible wins, unless somebody is chosen."""
    owed = _owed(pool, eligible, value)
    if chosen is not None and chosen not in {candidate.key for candidate in eligible}:
        eligible, owed = [*eligible, Candidate(chosen, 0)], [*owed, 0]
    before = [held.get(candidate.key, 0) for candidate in eligible]
    after = [credit + share for credit, share in zip(before, owed, strict=True)]
    ranked = [place for place, candidate in enumerate(eligible) if candidate.weight]
    ranked.sort(key=after.__getitem__, reverse=True)  # stable: the declared order stays among equals
    winner = ranked[0] if chosen is None else next(i for i, c in enumerate(eligible) if c.key == chosen)
    runner_up = next((place for place in ranked if place != winner), None)
    tied = [place for place in ranked if after[place] == after[ranked[0]]]
    cost = SCALE * value
    return Turn(
        pool=pool,
        standings=tuple(
            Standing(c.key, c.weight, owed[i], before[i], after[i], after[i] - cost if i == winner else after[i])
            for i, c in enumerate(eligible)
        ),
        winner=eligible[winner].key,
        runner_up=None if runner_up is None else eligible[runner_up].key,
        margin=None if runner_up is None else after[winner] - after[runner_up],
        tie=tuple(eligible[place].key for place in tied) if chosen is None and len(tied) > 1 else (),
        value=value,
        manual=chosen is not None,
    )


def _owed(pool: str, eligible: Sequence[Candidate], value: int) -> list[int]:
    """The share of each of the eligible in one lead of this value."""
    if value < 0:
        raise ValueError(f"a lead of pool `{pool}` is worth `{value}`: the value of a lead is zero or more")
    keys = [candidate.key for candidate in eligible]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"`{twice}` is named twice among the eligible of pool `{pool}`: name each rep once")
    try:
        parts = shares([candidate.weight for candidate in eligible])
    except NothingToShare:
        raise NobodyWeighs(f"nobody in pool `{pool}` is eligible with a weight above 0") from None
    return [part * value for part in parts]
