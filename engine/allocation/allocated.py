"""What became of a fact of a batch: who has it, of which score, and why whoever scored better has not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..assigning.fact_lots import LotTold
from ..wording.phrases import show
from .bands import Band, Bin
from .batch import SharedOut
from .claims import Claim

__all__ = ["Allocated", "Better", "allocated_of"]

_MOST_BETTER = 3


@dataclass(frozen=True, slots=True)
class Better:
    """A candidate of a better score who did not get a fact, and what stood in the way."""

    rep: str
    score: str
    because: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """A fact that was given to somebody together with others.

    `score` in words, empty where nothing is measured; `rank` among the `candidates`, 1: nobody scored better.
    `better`: the best three of those who scored better. `lots`: those of the fact that the policy reads.
    """

    id: str
    kind: str
    key: str
    at: int
    sequence: int
    rep: str
    rule: str
    strategy: str
    place: str
    pool: str
    policy_hash: str
    measure: str
    score: str
    rank: int
    candidates: int
    better: tuple[Better, ...]
    lots: tuple[LotTold, ...] = ()

    held = None

    @property
    def because(self) -> str:
        """One sentence."""
        return f"{self._choice()}{''.join(f'; {lot.text}' for lot in self.lots)}"

    def _choice(self) -> str:
        start = f"{self.rule}: shared out with others"
        if self.candidates == 1:
            return f"{start}; {self.rep} was the only one who could take it"
        among = f"{self.candidates} who could take it"
        if not self.measure:
            return f"{start} among {among}, as turns would share it out"
        of = f"{self.measure} of {self.rep} is {self.score}"
        if self.rank == 1:
            return f"{start}; {of}, the best of {among}"
        return f"{start}; {of}, number {self.rank} of {among}: {self.better[0].because}"

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            "decision_id": self.id,
            "kind": self.kind,
            "key": self.key,
            "at": self.at,
            "sequence": self.sequence,
            "rep": self.rep,
            "held": None,
            "rule": self.rule,
            "strategy": self.strategy,
            "place": self.place,
            "policy_hash": self.policy_hash,
            "because": self.because,
            "pool": self.pool,
            "measure": self.measure,
            "score": self.score,
            "rank": self.rank,
            "candidates": self.candidates,
            "better": [{"rep": one.rep, "score": one.score, "because": one.because} for one in self.better],
            **({"lots": [lot.drawn.as_json() for lot in self.lots]} if self.lots else {}),
        }


class Obstacles:
    """Why one more for somebody, or one less for somebody else, was not to be had."""

    def __init__(self, shared: SharedOut, names: Sequence[str]) -> None:
        self._shared = shared
        self._names = names
        self._full: dict[Bin, str] = {}
        self._least: dict[Bin, str] = {}
        for one in shared.bands.bins:
            full, least = self._of(one)
            if full:
                self._full[one] = full
            if least:
                self._least[one] = least

    def between(self, wanted: Bin, winner: Bin) -> str:
        """What keeps a fact of the winner from somebody of a better score."""
        return self._full.get(wanted) or self._least.get(winner) or "it would have cost more elsewhere"

    def _of(self, one: Bin) -> tuple[str, str]:
        """Why a rep can have no more in a pool, and why none less; empty where it can."""
        bands, place = self._shared.bands, one.place
        name, got, total = self._names[place], self._shared.got[one], self._shared.total[place]
        limit = bands.limit.get(place)
        if limit is not None and total >= limit:
            return f"{name} can take no more than {limit}", ""
        pool, whole = bands.band[one], bands.total[place]
        owed = _thousandths(bands.owed[one].near())
        full = least = ""
        if got >= pool.high:
            full = f"{name} has {got} of {owed} owed, and may not have more than {max(0, pool.high)}"
        elif total >= whole.high:
            full = f"{name} has {total} in all, which is the most"
        if got <= pool.low:
            least = f"{name} has {got} of {owed} owed, and may not have fewer than {_low(pool)}"
        elif total <= whole.low:
            least = f"{name} has {total} in all, which is the least"
        return full, least


def _low(band: Band) -> int:
    return max(0, band.low)


def _thousandths(value: Fraction) -> str:
    milli = (value * 1000 + Fraction(1, 2)).__floor__()
    return f"{milli // 1000}.{milli % 1000:03d}"


def allocated_of(
    shared: SharedOut,
    names: Sequence[str],
    place_of: Mapping[int, int],
    at: int,
    policy_hash: str,
    currency: str,
    id_of: Callable[[Claim], str],
) -> Iterator[tuple[int, Allocated | None]]:
    """For each claim by its place: what became of it; None where nobody has it. `names`: reps by place in the order."""
    obstacles = Obstacles(shared, names)
    starts = shared.layout.starts.tolist()
    cost = sum((measure.cost for measure in shared.measures), np.zeros(shared.layout.options, dtype=np.int64))
    pool_at = {name: number for number, name in enumerate(shared.bands.pools)}
    for number, (claim, place) in enumerate(zip(shared.claims, shared.chosen, strict=True)):
        if place < 0:
            yield number, None
            continue
        step = claim.step
        pool = pool_at[step.pool]
        winner = Bin(pool, place_of[claim.reps[place]])
        better: list[Better] = []
        score, rank = "", 1
        if len(claim.scores):
            assert step.weight is not None
            start = starts[number]
            own = cost[start : starts[number + 1]]
            ahead = np.flatnonzero(own < own[place])
            rank += len(ahead)
            score = show(claim.score(place), step.weight.type, currency)
            for other in ahead[np.argsort(own[ahead], kind="stable")][:_MOST_BETTER].tolist():
                wanted = place_of[claim.reps[other]]
                shown = show(claim.score(other), step.weight.type, currency)
                better.append(Better(names[wanted], shown, obstacles.between(Bin(pool, wanted), winner)))
        yield number, Allocated(
            id_of(claim), step.kind, claim.key, at, claim.sequence, names[winner.place], step.rule, step.sharing,
            step.place, step.pool, policy_hash, step.said, score, rank, len(claim.reps), tuple(better),
        )  # fmt: skip
