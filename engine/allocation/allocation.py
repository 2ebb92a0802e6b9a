"""Allocation: a stream of facts in batches, each shared out as a whole, with credits carried from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..assigning.assignment import Assigner, DrawKeys
from ..assigning.case import Case
from ..assigning.decisions import Decision, decision_id
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import containing
from ..facts import Facts
from ..life.stream import arrivals, assign_for
from ..turns.attendance import attended
from ..turns.beginnings import Beginning
from ..turns.credit_unit import LEADS, CreditUnit
from ..turns.shares import ShareLedger
from ..turns.sharing_terms import terms_of
from .allocated import Allocated, allocated_of
from .bands import Band, Bands, Bin, bands_of
from .batch import NoWay, Price, SharedOut, Valued, share_out
from .claims import Claim, Claims, Draft
from .evenly import Line
from .holdings import loads_of
from .limits import Limits
from .network import NotLeastCost
from .posting import PoolLine, post_facts, post_values
from .sizes import parts_of, places_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Allocation", "Batch", "NoMoment", "PoolLine", "allocate"]

Outcome: TypeAlias = Allocated | Decision
Progress: TypeAlias = Callable[[int, int], None]

_PERIODS = {"weekly": "week", "monthly": "month"}


class LimitsByValue(ValueError):
    """A condition on what somebody has been given, where facts are shared out by value."""

    help = "leave `fair_in` out, or look in `needs` at what was there before"

    def __init__(self) -> None:
        super().__init__("a batch by value (`fair_in`) does not keep limits on what somebody has been given yet")


class BandByValue(ValueError):
    """A band around what is owed, where facts are shared out by value."""

    help = "leave `fair_in` or `band` out, or decide one by one with `meed assign`"

    def __init__(self) -> None:
        super().__init__("a batch by value (`fair_in`) keeps value as near as can be, and no `band` around it")


class NoMoment(ValueError):
    """Facts that have no date are to be allocated, and nobody said when."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What became of one batch: the moment, the facts in the order of the stream, the reps, the price of fairness.

    `begun`: who came into a pool with it, or came back after a long time, and with which credit.
    """

    at: int
    outcomes: tuple[Outcome, ...]
    lines: tuple[PoolLine, ...]
    prices: tuple[Price, ...]
    begun: tuple[Beginning, ...] = ()

    @property
    def together(self) -> int:
        """How many facts were shared out with others."""
        return sum(isinstance(outcome, Allocated) for outcome in self.outcomes)


@dataclass(slots=True, eq=False)
class Allocation:
    """All batches; `kept` are facts that had an owner already, `undated` those without a date."""

    kind: str
    batches: list[Batch] = field(default_factory=list[Batch])
    kept: list[str] = field(default_factory=list[str])
    undated: list[str] = field(default_factory=list[str])
    ledger: ShareLedger = field(default_factory=ShareLedger)
    key_periods: list[str] = field(default_factory=list[str])
    unit: CreditUnit = LEADS
    """What is owed, given and carried counts: facts, or their value (amounts in smallest units of the currency)."""

    @property
    def outcomes(self) -> list[Outcome]:
        """Every fact, batch by batch, in the order of the stream."""
        return [outcome for batch in self.batches for outcome in batch.outcomes]

    def frame(self) -> pd.DataFrame:
        """One row a fact: the fact's kind, rep, rule, strategy, score, decision id, held."""
        import pandas as pd

        columns = [self.kind, "rep", "rule", "strategy", "score", "decision id", "held"]
        rows = [
            (o.key, o.rep or "", o.rule, o.strategy, getattr(o, "score", ""), o.id, o.held or "") for o in self.outcomes
        ]
        return pd.DataFrame(rows, columns=columns)


def allocate(
    policy: c.Policy,
    facts: Facts,
    keys: DrawKeys,
    kind: str = "",
    *,
    ledger: ShareLedger | None = None,
    at: int | None = None,
    progress: Progress = lambda done, there: None,
) -> Allocation:
    """Share out every fact of a kind that has no owner, in the batches that the policy's `batch` says.

    `ledger` carries credits on from earlier turns and batches. `at`: the moment (seconds) as of which all is read;
    None: of each batch, the arrival of its last fact. Raises `UnknownStream`, `LimitsByValue`, `BandByValue`,
    `NoMoment`, `SolverMissing`, `ScoresTooLarge` and `MissingLoad`.
    """
    assign = assign_for(policy, kind)
    dated = policy.kinds[assign.kind].dated
    if dated is None and at is None:
        raise NoMoment(f"facts of kind `{assign.kind}` have no date by which they arrive")
    assigner = Assigner(policy, assign, facts, keys, ledger)
    order, kept, undated = arrivals(policy, assign, facts)
    unit = terms_of(policy, assign.kind).unit
    made = Allocation(assign.kind, kept=kept, undated=undated, ledger=assigner.ledger, unit=unit)
    sequence = 0
    for rows in _batches(order, dict(assign.settings).get("batch", "together"), policy.calendar):
        moment = max(arrival for arrival, _ in rows) if at is None else at
        batch = _OneBatch(assigner, moment, made)
        made.batches.append(batch.run([row for _, row in rows], sequence, lambda done: progress(done, len(order))))
        sequence += len(rows)
    return made


def _batches(order: Sequence[tuple[int, int]], word: str, calendar: Calendar) -> Iterator[list[tuple[int, int]]]:
    """The arrivals of each batch."""
    found: dict[object, list[tuple[int, int]]] = {}
    for arrival, row in order:
        found.setdefault(_batch_of(arrival, word, calendar), []).append((arrival, row))
    yield from found.values()


def _batch_of(arrival: int, word: str, calendar: Calendar) -> object:
    match word:
        case "hourly":
            return arrival // 3600
        case "daily":
            return arrival // SECONDS_PER_DAY
        case "weekly" | "monthly":
            return str(containing(_PERIODS[word], arrival // SECONDS_PER_DAY, calendar))
        case _:
            return None


class _OneBatch:
    """A batch on its way."""

    def __init__(self, assigner: Assigner, at: int, made: Allocation) -> None:
        self._assigner, self._at, self._made = assigner, at, made
        self._world = assigner.ev.world
        self._order = assigner.order_at(at)
        self._place_of = {rep: place for place, rep in enumerate(self._order)}
        self._names = [self._world.key("rep", rep) for rep in self._order]
        self._terms = terms_of(assigner.policy, assigner.assign.kind)

    def run(self, rows: Sequence[int], before: int, progress: Callable[[int], None]) -> Batch:
        """Share out rows; `before` facts were decided earlier."""
        outcomes: dict[int, Outcome] = {}
        claims = self._claims(rows, before, outcomes, progress)
        lines: tuple[PoolLine, ...] = ()
        prices: tuple[Price, ...] = ()
        begun: tuple[Beginning, ...] = ()
        if claims:
            self._must_be_shareable(claims)
            begun = self._begun(claims)
            ledger = self._assigner.ledger
            if self._assigner.assign.fair_in is None:
                shared = self._shared(claims)
                lines = post_facts(shared, self._names, ledger)
            else:
                shared, valued = self._by_value(claims)
                lines = post_values(shared, valued, self._names, ledger)
            prices = shared.prices
            self._give(shared, outcomes)
        return Batch(self._at, tuple(outcomes[number] for number in sorted(outcomes)), lines, prices, begun)

    def _claims(
        self, rows: Sequence[int], before: int, outcomes: dict[int, Outcome], progress: Callable[[int], None]
    ) -> list[Claim]:
        """What is shared out together; the others are decided one by one before it, in the order of the stream.

        Where such a decision changed what conditions read, those that wait are read again, until none is left over.
        """
        waiting = [(row, sequence) for sequence, row in enumerate(rows, start=before + 1)]
        while True:
            reader, changes = Claims(self._assigner, self._at), self._changes()
            found: list[Claim | Draft] = []
            for row, sequence in waiting:
                one = reader.of(row, sequence)
                if one is None:
                    outcomes[sequence] = self._one_by_one(row, sequence)
                else:
                    found.append(one)
                progress(sequence)
            claims: list[Claim] = []
            for row, sequence, claim in reader.completed(found):
                if claim is None:
                    outcomes[sequence] = self._one_by_one(row, sequence)
                else:
                    claims.append(claim)
            if self._changes() == changes:
                return claims
            waiting = [(claim.row, claim.sequence) for claim in claims]

    def _must_be_shareable(self, claims: Sequence[Claim]) -> None:
        if self._assigner.assign.fair_in is None:
            return
        if Limits(self._assigner, self._at).any:
            raise LimitsByValue
        if any(claim.step.band is not None for claim in claims):
            raise BandByValue

    def _begun(self, claims: Sequence[Claim]) -> tuple[Beginning, ...]:
        """Who begins with this batch, as with a turn: all who share in a pool of the batch are there at one moment."""
        there: dict[str, set[int]] = {}
        for claim in claims:
            there.setdefault(claim.step.pool, set()).update(claim.reps)
        made: list[Beginning] = []
        for pool, reps in there.items():
            keys = [self._names[place] for place in sorted(self._place_of[rep] for rep in reps)]
            made += attended(self._assigner.ledger, self._terms, pool, keys, self._at)
        return tuple(made)

    def _line(self, bands: Bands) -> Line:
        """Who had no turn for longest, where ties go to them."""
        if not self._terms.by_waiting:
            return Line(bands.bins)
        ledger = self._assigner.ledger
        places = [ledger.line(bands.pools[one.pool])[self._names[one.place]][0] for one in bands.bins]
        return Line(bands.bins, places, [ledger.turns(pool) for pool in bands.pools])

    def _changes(self) -> int:
        return self._world.changes(self._assigner.assign.kind)

    def _one_by_one(self, row: int, sequence: int) -> Decision:
        decision = self._assigner.decide(row, self._at, sequence)
        drawn = [self._at] if decision.tried and decision.tried[-1].is_drawn else []
        self._note_keys([*drawn, *(lot.drawn.came for lot in decision.lots)])
        return decision

    def _note_keys(self, moments: Sequence[int]) -> None:
        """With the keys of these moments something was drawn."""
        for period in map(self._assigner.key_period, moments):
            if period not in self._made.key_periods:
                self._made.key_periods.append(period)

    def _shared(self, claims: Sequence[Claim]) -> SharedOut:
        """Shared out within all limits: those that are met on the way are added until none is met any more."""
        limits = Limits(self._assigner, self._at)
        carried, currency = self._carried(claims), self._assigner.policy.currency
        if not limits.any:
            bands = bands_of(claims, self._place_of, carried, {})
            return share_out(claims, self._place_of, bands, currency=currency, line=partial(self._line, bands))
        of_rep: dict[int, list[Claim]] = {}
        for claim in claims:
            for rep in claim.reps:
                of_rep.setdefault(rep, []).append(claim)
        known: dict[int, int] = {}
        tried: dict[int, int] = {}
        while True:
            bands = bands_of(claims, self._place_of, carried, known)
            met = self._first_limits(bands.total, of_rep, known, tried, limits)
            if met:
                known |= met
                continue
            line = partial(self._line, bands)
            shared = share_out(claims, self._place_of, bands, limits.first_refused, currency, line=line)
            met = limits.first_refused(
                [(claim, claim.reps[place]) for claim, place in zip(claims, shared.chosen, strict=True) if place >= 0]
            )
            if not met:
                return shared
            known |= met

    def _first_limits(
        self,
        total: Mapping[int, Band],
        of_rep: Mapping[int, Sequence[Claim]],
        known: Mapping[int, int],
        tried: dict[int, int],
        limits: Limits,
    ) -> dict[int, int]:
        """Who cannot take as many as the band allows, and how many; `tried` has what was found to be no problem."""
        met: dict[int, int] = {}
        for rep, own in of_rep.items():
            most = min(max(0, total[self._place_of[rep]].high), len(own))
            if rep in known or most <= tried.get(rep, 0):
                continue
            room = limits.room(rep, own, most)
            tried[rep] = room
            if room < most:
                met[rep] = room
        return met

    def _carried(self, claims: Sequence[Claim]) -> dict[tuple[str, int], int]:
        rep_of = dict(zip(self._names, self._order, strict=True))
        return {
            (pool, rep_of[name]): credit
            for pool in dict.fromkeys(claim.step.pool for claim in claims)
            for name, credit in self._assigner.ledger.credits(pool).items()
            if name in rep_of
        }

    def _by_value(self, claims: Sequence[Claim]) -> tuple[SharedOut, Valued]:
        """Shared out by what `fair_in` says a fact counts."""
        made = self._assigner
        loads, den = loads_of(made.policy, made.assign, made, [claim.row for claim in claims], self._at)
        bands = bands_of(claims, self._place_of, {}, {})
        pool = {name: number for number, name in enumerate(bands.pools)}
        bins = [[Bin(pool[claim.step.pool], self._place_of[rep]) for rep in claim.reps] for claim in claims]
        credits_now = self._carried(claims)
        carried = {one: credits_now.get((bands.pools[one.pool], self._order[one.place]), 0) for one in bands.bins}
        shares, parts = parts_of(claims, bins, loads, carried)
        for dust in (len(claims), 0):  # what rounding made is taken back, unless that leaves no way
            places = places_of(parts, bins, loads, dust=dust)
            valued = Valued(loads, den, bins, places, shares)
            wanted = replace(bands, band=places.count, total=places.total, carried=carried)
            try:
                shared = share_out(
                    claims, self._place_of, wanted, currency=made.policy.currency, valued=valued,
                    line=partial(self._line, bands),
                )  # fmt: skip
            except NoWay:
                continue
            return shared, valued
        raise NotLeastCost("there is no way between bounds that the shares keep")

    def _give(self, shared: SharedOut, outcomes: dict[int, Outcome]) -> None:
        """Write down who has what; whatever nobody had room for is decided by itself, after all others."""
        policy, kind = self._assigner.policy, self._assigner.assign.kind
        left: list[Claim] = []
        told = allocated_of(
            shared, self._names, self._place_of, self._at, policy.hash, policy.currency,
            lambda claim: decision_id(policy.hash, kind, claim.key, claim.sequence),
        )  # fmt: skip
        for number, outcome in told:
            claim = shared.claims[number]
            if outcome is None:
                left.append(claim)
                continue
            case = Case(kind, claim.row, claim.key, self._at, claim.sequence)
            lots = self._assigner.lots_of(case)
            self._note_keys([lot.drawn.came for lot in lots])
            outcomes[claim.sequence] = replace(outcome, lots=lots) if lots else outcome
            self._assigner.take(case, claim.reps[shared.chosen[number]])
        for claim in left:
            outcomes[claim.sequence] = self._one_by_one(claim.row, claim.sequence)
