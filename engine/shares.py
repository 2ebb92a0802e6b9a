"""The share ledger: whose turn it is, and the proof that nobody was passed over.

For every lead each eligible rep is owed a share, weight / sum of the weights of all who are eligible.
A rep's credit is what was owed so far minus the leads received. The lead goes to the largest credit once
this lead's shares are added; ties go to the declared order. With equal weights that is a round robin,
with weights and everybody eligible a smooth weighted one.

All amounts are whole numbers of 1/SCALE of a lead. Where the weights add up to 36 or less every share is whole,
so equal credits are equal numbers; other shares are rounded by largest remainder to add up to SCALE exactly. So
the credits of a pool always add up to zero. docs/fairness.md proves the bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, NotRequired, Self, TypedDict

from .apportionment import largest_remainder
from .bounds import SCALE, Bound, bound, excess
from .weights import NothingToShare, Weight


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


class PoolSnapshot(TypedDict):
    """A pool as plain values for storage: credits by rep, and the counters of what widens the bound."""

    credits: dict[str, int]
    overrides: NotRequired[int]
    excess: NotRequired[int]
    largest: NotRequired[int]
    batched: NotRequired[bool]


@dataclass(slots=True)
class _Pool:
    credits: dict[str, int] = field(default_factory=dict[str, int])
    overrides: int = 0
    excess: int = 0
    largest: int = 1
    batched: bool = False

    def disturb(self, value: int) -> None:
        """What was posted against the rule widens the bound by its value at most, and by no more than it did."""
        reach = self.largest * (2 if self.batched else 1)
        self.excess = min(self.excess + SCALE * value, excess(self.credits.values(), reach))

    def add(self, moves: dict[str, int], sign: int = 1) -> dict[str, int]:
        after = {key: self.credits.get(key, 0) + sign * move for key, move in moves.items()}
        self.credits.update(after)
        return after


class ShareLedger:
    """Credits by pool and rep.

    A newcomer starts at 0, the absent earn nothing, a leaver's credit stays as it is. The caller sees to
    it that a pool is posted in one order and each turn reversed at most once.
    """

    __slots__ = ("_before", "_pools")

    def __init__(self) -> None:
        self._pools: dict[str, _Pool] = {}
        self._before: dict[str, _Pool | None] | None = None

    def preview(self, pool: str, eligible: Sequence[Candidate], *, value: int = 1) -> Turn:
        """The turn that `post` would record now; nothing is changed."""
        return _turn(pool, self._credits(pool), eligible, value)

    def post(self, pool: str, eligible: Sequence[Candidate], *, value: int = 1) -> Turn:
        """Give one lead to the eligible rep with the largest credit; ties go to the order of `eligible`.

        `value` is what the lead counts: leave it at 1 to balance the number of leads, or give whole units
        (cents, say) for every lead of the pool to balance value. Raises NobodyWeighs where nobody is
        eligible with a weight above zero, ValueError for a weight below zero or a rep named twice.
        """
        turn = self.preview(pool, eligible, value=value)
        self._record(turn)
        return turn

    def post_manual(self, pool: str, key: str, eligible: Sequence[Candidate], *, value: int = 1) -> Turn:
        """Post a lead that a person gave to `key`: shares are owed as for any lead, and `key` pays for it.

        `key` need not be eligible. Counts as an override outstanding until it is reversed.
        """
        turn = _turn(pool, self._credits(pool), eligible, value, chosen=key)
        held = self._record(turn)
        held.overrides += 1
        held.disturb(value)
        return turn

    def reverse(self, turn: Turn) -> dict[str, int]:
        """Take a returned or disputed lead back on both sides: the shares owed for it and the lead received.

        Returns the credits it touched. The turns since then were dealt without knowing, so a reversal
        widens the bound by the value of the lead, as an override does.
        """
        held = self._pools.get(turn.pool)
        if held is None or not turn.moves().keys() <= held.credits.keys():
            raise ValueError(f"the turn of `{turn.winner}` was never posted to pool `{turn.pool}`: nothing to reverse")
        self._keep(turn.pool)
        held.overrides -= turn.manual
        touched = held.add(turn.moves(), sign=-1)
        held.disturb(turn.value)
        return touched

    def post_batch(
        self, pool: str, owed: Mapping[str, int], got: Mapping[str, int], *, largest: int = 1
    ) -> dict[str, int]:
        """Post leads that were shared out together: what each is owed for all in 1/SCALE, and how many each got.

        In a pool of values, `got` is the value that each got, and `largest` that of the largest lead. Returns the
        credits after it. Raises ValueError where the shares do not add up to the leads.
        """
        if sum(owed.values()) != SCALE * sum(got.values()):
            raise ValueError(f"the shares of a batch of pool `{pool}` do not add up to its leads")
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        held.batched = True
        held.largest = max(held.largest, largest)
        keys = [*owed, *(key for key in got if key not in owed)]
        return held.add({key: owed.get(key, 0) - SCALE * got.get(key, 0) for key in keys})

    def post_transfer(self, pool: str, giver: str, taker: str, *, value: int = 1) -> None:
        """Post that a lead went from one to another: who gave it up has received one less, the other one more.

        Without it later turns would take back what was evened out. Widens the bound by the value of the lead.
        """
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        held.add({giver: SCALE * value})
        held.add({taker: -SCALE * value})
        held.disturb(value)

    def credit(self, pool: str, key: str) -> int:
        """What `key` is owed in 1/SCALE: above 0 under-served, below 0 ahead; 0 for a stranger."""
        return self._credits(pool).get(key, 0)

    def credits(self, pool: str) -> dict[str, int]:
        """All credits of a pool by rep; they add up to zero."""
        return dict(self._credits(pool))

    def overrides(self, pool: str) -> int:
        """Overrides outstanding: leads given by a person and not reversed."""
        return self._pools[pool].overrides if pool in self._pools else 0

    def promise(self, pool: str) -> Bound:
        """The bound that every credit of this pool keeps, for any history of eligibility and weights."""
        held = self._pools.get(pool, _Pool())
        disturbed = Fraction(held.excess, SCALE)
        return bound(max(1, len(held.credits)), largest_value=held.largest, disturbed=disturbed, batched=held.batched)

    def settle(self, pool: str) -> bool:
        """Whether the pool has recovered from overrides, reversals and batches; then they widen the bound no more.

        What widens it is how far the sum of some k credits passes k(n - k)/2 leads, at most over all k. The rule
        never makes that larger, so it may be taken anew at any time; here it is.
        """
        held = self._pools.get(pool, _Pool())
        self._keep(pool)
        if excess(held.credits.values(), held.largest) == 0:
            held.excess, held.batched = 0, False
        held.disturb(0)
        return held.excess == 0 and not held.batched

    def begin(self) -> None:
        """Remember from here on how pools were, until `keep` or `undo`."""
        self._before = {}

    def keep(self) -> None:
        """What was posted since `begin` stays."""
        self._before = None

    def undo(self) -> None:
        """Take back everything that was posted since `begin`, as if it had never been."""
        for name, held in (self._before or {}).items():
            if held is None:
                self._pools.pop(name, None)
            else:
                self._pools[name] = held
        self._before = None

    def snapshot(self) -> dict[str, PoolSnapshot]:
        """The whole ledger as plain dicts of whole numbers by pool; `restore` gives the ledger back."""
        return {name: _snapshot(held) for name, held in self._pools.items()}

    @classmethod
    def restore(cls, snapshot: dict[str, PoolSnapshot]) -> Self:
        """The ledger of a snapshot. Raises ValueError where the credits of a pool do not add up to zero."""
        ledger = cls()
        for name, stored in snapshot.items():
            off = sum(stored["credits"].values())
            if off:
                raise ValueError(f"the credits of pool `{name}` add up to `{off}`, not to 0: restore a whole snapshot")
            ledger._pools[name] = _Pool(
                dict(stored["credits"]),
                stored.get("overrides", 0),
                stored.get("excess", 0),
                stored.get("largest", 1),
                stored.get("batched", False),
            )
        return ledger

    def _credits(self, pool: str) -> dict[str, int]:
        return self._pools[pool].credits if pool in self._pools else {}

    def _keep(self, pool: str) -> None:
        if self._before is not None and pool not in self._before:
            held = self._pools.get(pool)
            self._before[pool] = None if held is None else replace(held, credits=dict(held.credits))

    def _record(self, turn: Turn) -> _Pool:
        self._keep(turn.pool)
        held = self._pools.setdefault(turn.pool, _Pool())
        held.add(turn.moves())
        held.largest = max(held.largest, turn.value)
        return held


def _snapshot(held: _Pool) -> PoolSnapshot:
    made: PoolSnapshot = {
        "credits": dict(held.credits),
        "overrides": held.overrides,
        "excess": held.excess,
        "largest": held.largest,
    }
    return {**made, "batched": True} if held.batched else made


def _turn(
    pool: str, held: dict[str, int], eligible: Sequence[Candidate], value: int, chosen: str | None = None
) -> Turn:
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
