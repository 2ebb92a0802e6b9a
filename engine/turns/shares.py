"""The share ledger: whose turn it is, and the proof that nobody was passed over.

For every lead each eligible rep is owed a share, weight / sum of the weights of all who are eligible.
A rep's credit is what was owed so far minus the leads received. The lead goes to the largest credit once
this lead's shares are added; ties go to the declared order. With equal weights that is a round robin,
with weights and everybody eligible a smooth weighted one.

All amounts are whole numbers of 1/SCALE of a lead, and the credits of a pool always add up to zero. docs/fairness.md
proves the bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NotRequired, Self, TypedDict

from .beginnings import BeginsAt, moves_of_beginning
from .bounds import SCALE, Bound, bound
from .excess import NO_EXCESS, Excess, excess_of
from .turns import Candidate, Contenders, Dealt, NobodyWeighs, Standing, Turn, shares, turn_among

__all__ = [
    "SCALE",
    "Bound",
    "Candidate",
    "NobodyWeighs",
    "PoolSnapshot",
    "ShareLedger",
    "Standing",
    "Turn",
    "bound",
    "shares",
]


Among = Sequence[Candidate] | Contenders
"""Those among whom a lead is shared out, in the declared order."""


class PoolSnapshot(TypedDict):
    """A pool as plain values for storage: credits by rep, and the counters of what widens the bound."""

    credits: dict[str, int]
    overrides: NotRequired[int]
    excess: NotRequired[list[int]]
    largest: NotRequired[int]
    batched: NotRequired[int]
    period: NotRequired[str]
    dealt: NotRequired[dict[str, int]]
    returned: NotRequired[dict[str, list[int]]]
    seen: NotRequired[dict[str, int]]
    turns: NotRequired[int]
    line: NotRequired[dict[str, list[int]]]


@dataclass(slots=True)
class _Pool:
    credits: dict[str, int] = field(default_factory=dict[str, int])
    overrides: int = 0
    excess: Excess = NO_EXCESS
    largest: int = 1
    batched: int = 0
    period: str = ""
    dealt: dict[str, int] = field(default_factory=dict[str, int])
    returned: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    seen: dict[str, int] = field(default_factory=dict[str, int])
    turns: int = 0
    line: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    @property
    def reach(self) -> int:
        """What the bound scales with: the largest value of a lead, or twice that of those shared out together."""
        return max(self.largest, self.batched)

    def disturbed(self) -> None:
        """Something was posted against the rule: the bound is widened by what is beyond it now."""
        self.excess = excess_of(self.credits.values(), self.reach * SCALE)

    def relieved(self) -> None:
        """A turn by the rule was posted: what is beyond the bound never grew, and may be less."""
        if self.excess != NO_EXCESS:
            self.excess = self.excess.least(excess_of(self.credits.values(), self.reach * SCALE))

    def serve(self, rep: str) -> None:
        """A rep got something, and stands at the end of the line; there is none where nobody asks who waits."""
        if self.line:
            self.turns += 1
            self.line[rep] = 2 * self.turns, self.line.get(rep, (0, 0))[0]

    def add(self, moves: dict[str, int], sign: int = 1) -> dict[str, int]:
        credit = self.credits.get
        after = {key: credit(key, 0) + sign * move for key, move in moves.items()}
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

    def preview(self, pool: str, eligible: Among, *, value: int = 1) -> Turn:
        """The turn that `post` would record now; nothing is changed."""
        return turn_among(pool, self._credits(pool), eligible, value)

    def post(self, pool: str, eligible: Among, *, value: int = 1) -> Turn:
        """Give one lead to the eligible rep with the largest credit; ties go to the order of `eligible`.

        `value` is what the lead counts: leave it at 1 to balance the number of leads, or give whole units
        (cents, say) for every lead of the pool to balance value. Raises NobodyWeighs where nobody is
        eligible with a weight above zero, ValueError for a weight below zero or a rep named twice.
        """
        turn = self.preview(pool, eligible, value=value)
        self._record(turn).relieved()
        return turn

    def post_within(self, pool: str, key: str, eligible: Among, *, value: int, reach: int) -> Turn:
        """Post a lead to the one of the eligible whom a measure chose within a band; `reach`: twice that.

        The caller sees to it that nobody's credit with this lead's share is above the band, and that `key` is not
        ahead by more than the band after it: then the promise holds with `reach` as the largest value.
        """
        turn = replace(turn_among(pool, self._credits(pool), eligible, value, chosen=key), manual=False)
        held = self._record(turn)
        held.largest = max(held.largest, reach)
        held.relieved()
        return turn

    def attend(self, pool: str, reps: Sequence[str], at: int) -> None:
        """Reps are there for a lead at a moment: who is new stands at the end of the line."""
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        for rep in reps:
            held.seen[rep] = at
            held.line.setdefault(rep, (2 * held.turns + 1, 2 * held.turns + 1))

    def seen(self, pool: str, rep: str) -> int | None:
        """The moment at which a rep was there for a lead of a pool before; None where that is not known."""
        return self._pools[pool].seen.get(rep) if pool in self._pools else None

    def line(self, pool: str) -> Mapping[str, tuple[int, int]]:
        """Where everybody who was there stands in the line of a pool: lowest first, who had no turn for longest."""
        return self._pools[pool].line

    def turns(self, pool: str) -> int:
        """How many turns those in the line of a pool have seen: who gets the next one stands at twice that and two."""
        return self._pools[pool].turns

    def begin_anew(self, pool: str, rep: str, at: BeginsAt, there: Sequence[str]) -> dict[str, int]:
        """A rep comes into a pool, or comes back: see `beginnings`. Returns what it added to the credits."""
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        moves = moves_of_beginning(at, rep, held.credits, there)
        held.add(moves)
        held.line.pop(rep, None)
        if moves:
            held.disturbed()
        return moves

    def deal(self, pool: str, period: str, group: str) -> tuple[int, bool]:
        """The place of a group's next card in the period, and whether it was given back before; then it comes first.

        An earlier period is forgotten.
        """
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        if held.period != period:
            held.period, held.dealt, held.returned = period, {}, {}
        waiting = held.returned.pop(group, ())
        if waiting:
            if waiting[1:]:
                held.returned[group] = waiting[1:]
            return waiting[0], True
        place = held.dealt.get(group, 0)
        held.dealt[group] = place + 1
        return place, False

    def give_card_back(self, pool: str, period: str, group: str, place: int) -> None:
        """A card that was dealt is on top of its group's deck again, unless the period is over."""
        held = self._pools.get(pool)
        if held is None or held.period != period:
            return
        self._keep(pool)
        held = self._pools[pool]
        held.returned[group] = tuple(sorted((*held.returned.get(group, ()), place)))

    def post_manual(self, pool: str, key: str, eligible: Among, *, value: int = 1) -> Turn:
        """Post a lead that a person gave to `key`: shares are owed as for any lead, and `key` pays for it.

        `key` need not be eligible. Counts as an override outstanding until it is reversed.
        """
        turn = turn_among(pool, self._credits(pool), eligible, value, chosen=key)
        held = self._record(turn)
        held.overrides += 1
        held.disturbed()
        return turn

    def reverse(self, turn: Dealt) -> dict[str, int]:
        """Take a returned or disputed lead back on both sides: the shares owed for it and the lead received.

        Returns the credits it touched. The turns since then were dealt without knowing, so a reversal may widen the
        bound, as an override does: by what it leaves beyond it, at most the value of the lead.
        """
        held = self._pools.get(turn.pool)
        moves = turn.moves()
        if held is None or not moves.keys() <= held.credits.keys():
            raise ValueError(f"the turn of `{turn.winner}` was never posted to pool `{turn.pool}`: nothing to reverse")
        self._keep(turn.pool)
        held.overrides -= turn.manual
        if turn.winner in held.line:
            before = held.line[turn.winner][1]
            held.line[turn.winner] = before, before
        touched = held.add(moves, sign=-1)
        held.disturbed()
        return touched

    def post_batch(
        self, pool: str, owed: Mapping[str, int], got: Mapping[str, int], *, largest: int = 1,
        served: Sequence[str] = (),
    ) -> dict[str, int]:  # fmt: skip
        """Post leads that were shared out together: what each is owed for all in 1/SCALE, and how many each got.

        In a pool of values, `got` is the value that each got, and `largest` that of the largest lead; with a band that
        is more, it is the band. `served`: who got something, lead by lead, for the line of those who wait. Returns the
        credits after it. Raises ValueError where the shares do not add up to the leads.
        """
        if sum(owed.values()) != SCALE * sum(got.values()):
            raise ValueError(f"the shares of a batch of pool `{pool}` do not add up to its leads")
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        held.batched = max(held.batched, 2 * largest)
        for rep in served:
            held.serve(rep)
        keys = [*owed, *(key for key in got if key not in owed)]
        touched = held.add({key: owed.get(key, 0) - SCALE * got.get(key, 0) for key in keys})
        if held.excess != NO_EXCESS:  # the proof for batches begins without any
            held.disturbed()
        return touched

    def post_transfer(self, pool: str, giver: str, taker: str, *, value: int = 1) -> None:
        """Post that a lead went from one to another: who gave it up has received one less, the other one more.

        Without it later turns would take back what was evened out. Widens the bound by the value of the lead.
        """
        self._keep(pool)
        held = self._pools.setdefault(pool, _Pool())
        held.add({giver: SCALE * value})
        held.add({taker: -SCALE * value})
        held.disturbed()

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
        return bound(max(1, len(held.credits)), largest_value=held.reach, excess=held.excess)

    def settle(self, pool: str) -> bool:
        """Whether the pool has recovered from overrides, reversals and batches; then they widen the bound no more.

        What widens it is what is beyond the bound. The rule never makes that more, so it may be taken anew at any time.
        """
        held = self._pools.get(pool, _Pool())
        self._keep(pool)
        held.relieved()
        if held.batched and excess_of(held.credits.values(), held.largest * SCALE) == NO_EXCESS:
            held.batched, held.excess = 0, NO_EXCESS
        return held.excess == NO_EXCESS and not held.batched

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
                Excess(*stored.get("excess", NO_EXCESS)),
                stored.get("largest", 1),
                stored.get("batched", 0),
                stored.get("period", ""),
                dict(stored.get("dealt", {})),
                {group: tuple(places) for group, places in stored.get("returned", {}).items()},
                dict(stored.get("seen", {})),
                stored.get("turns", 0),
                {rep: (place, before) for rep, (place, before) in stored.get("line", {}).items()},
            )
        return ledger

    def _credits(self, pool: str) -> dict[str, int]:
        return self._pools[pool].credits if pool in self._pools else {}

    def _keep(self, pool: str) -> None:
        if self._before is not None and pool not in self._before:
            held = self._pools.get(pool)
            self._before[pool] = None if held is None else _copy(held)

    def _record(self, turn: Turn) -> _Pool:
        self._keep(turn.pool)
        held = self._pools.get(turn.pool)
        if held is None:
            held = self._pools[turn.pool] = _Pool()
        turn.settle(held.credits)
        if turn.value > held.largest:
            held.largest = turn.value
        held.serve(turn.winner)
        return held


def _copy(held: _Pool) -> _Pool:
    return replace(
        held,
        credits=dict(held.credits),
        dealt=dict(held.dealt),
        returned=dict(held.returned),
        seen=dict(held.seen),
        line=dict(held.line),
    )


def _snapshot(held: _Pool) -> PoolSnapshot:
    made: PoolSnapshot = {
        "credits": dict(held.credits),
        "overrides": held.overrides,
        "excess": list(held.excess),
        "largest": held.largest,
    }
    if held.batched:
        made["batched"] = held.batched
    if held.dealt:
        made["period"], made["dealt"] = held.period, dict(held.dealt)
    if held.returned:
        made["returned"] = {group: list(places) for group, places in held.returned.items()}
    if held.line:
        made["seen"], made["turns"] = dict(held.seen), held.turns
        made["line"] = {rep: list(places) for rep, places in held.line.items()}
    return made
