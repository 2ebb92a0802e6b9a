"""Rebalancing: the fewest moves that bring what everybody holds into a band.

What is held is looked at by the rules of `assign` as a lead that arrives would be: who may have a fact by the first
rule that holds is a candidate for it; the owner may keep it in any case. The band lies around what the shares of all
facts come to, so that a part-timer of half the weight is due half the load. Loads are facts, or values where the policy
says `fair_in`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ...dsl import checked as c
from ...dsl.types import COUNT
from ..assigning.assignment import Assigner, DrawKeys
from ..assigning.case import Case, Views
from ..facts import Facts
from ..life.stream import assign_for
from ..turns.shares import ShareLedger
from ..wording.phrases import show
from .bands import Band
from .batch import measures_as_wishes
from .holdings import Holding, costs_of_moving, holdings, loads_of, must_be_evened_out, owed_by_load
from .limits import Limits
from .moving import Moved, Room, by_flow, by_search, fewest_moves
from .network import NotLeastCost
from .owed import Owed

_MOST_LOOKED_AT = 200

__all__ = ["BandAsked", "LoadLine", "Move", "Rebalancing", "rebalance"]


@dataclass(frozen=True, slots=True)
class BandAsked:
    """A part around what is owed (`part`), or the same two bounds for everybody."""

    part: Fraction | None = None
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Move:
    """A fact that goes from its owner to somebody else; `units`: what it counts in credits; `because` in a sentence."""

    key: str
    row: int
    from_: str
    to: str
    pool: str
    load: Fraction
    units: int
    because: str


@dataclass(frozen=True, slots=True)
class LoadLine:
    """What a rep is owed, may hold, held before and holds after; exact. `facts`: how many, before and after.

    `blocked`: where a band is missed, what keeps the facts from others, or others' from this rep.
    """

    rep: str
    owed: Fraction
    low: Fraction
    high: Fraction
    before: Fraction
    after: Fraction
    facts: tuple[int, int]
    blocked: str = ""

    @property
    def within(self) -> bool:
        """Whether the band is kept."""
        return self.low <= self.after <= self.high


@dataclass(frozen=True, slots=True, eq=False)
class Rebalancing:
    """The moves in the order of the facts, and everybody's load.

    `least`: a number of moves that no way could come below. `wish`: what the policy wants as little of as can be, first
    of all; `cost`: how much of it there is, `bound`: what no way comes below. `missed` and `least_missed`: the same of
    the loads outside of bands. `searched`: not by the greedy search alone. `ownerless`: facts nobody holds.
    """

    kind: str
    at: int
    moves: tuple[Move, ...]
    lines: tuple[LoadLine, ...]
    least: int
    wish: str
    cost: Fraction
    bound: Fraction
    missed: Fraction
    least_missed: Fraction
    searched: bool
    ownerless: int
    held: int
    policy: c.Policy

    def shown(self, load: Fraction) -> str:
        """A load in words."""
        assign = assign_for(self.policy, self.kind)
        if assign.fair_in is None:
            return show(load, COUNT, self.policy.currency)
        return show(load, assign.fair_in.type, self.policy.currency)


def rebalance(
    policy: c.Policy,
    facts: Facts,
    asked: BandAsked,
    kind: str = "",
    *,
    at: int,
    effort: int = 10,
    ledger: ShareLedger | None = None,
) -> Rebalancing:
    """Moves that bring loads into a band; `at`: the moment (seconds) as of which all is read.

    `effort`: deterministic seconds of each search where loads differ. `ledger`: the moves are posted to it. Raises
    `UnknownStream`, `GroupsFirst`, `LotsRead`, `MissingLoad`, `SolverMissing`, `LoadsTooLarge`, `ScoresTooLarge`.
    """
    assign = assign_for(policy, kind)
    must_be_evened_out(assign)
    assigner = Assigner(policy, assign, facts, DrawKeys(bytes(32)))
    made = _Rebalance(assigner, asked, at, effort).run()
    if ledger is not None:
        for move in made.moves:
            ledger.post_transfer(move.pool, move.from_, move.to, value=move.units)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """Something to be as little as possible: whole numbers over `den` for every option of every fact."""

    said: str
    costs: list[list[int]]
    den: Fraction | int


class _Rebalance:
    """A rebalancing on its way."""

    def __init__(self, assigner: Assigner, asked: BandAsked, at: int, effort: int) -> None:
        self._assigner, self._asked, self._at, self._effort = assigner, asked, at, effort
        self._assign, self._world = assigner.assign, assigner.ev.world
        order = assigner.order_at(at)
        self._place_of = {rep: place for place, rep in enumerate(order)}
        self._names = [self._world.key("rep", rep) for rep in order]
        self._order = order
        kind, world = self._assign.kind, self._world
        keys = range(world.rows(kind))
        owned = [(row, world.cell(kind, row, "owner")) for row in sorted(keys, key=lambda row: world.key(kind, row))]
        self._rows = [(row, owner) for row, owner in owned if isinstance(owner, int)]
        self._ownerless = len(owned) - len(self._rows)

    def run(self) -> Rebalancing:
        """The moves, and everybody's load before and after."""
        rows = [row for row, _ in self._rows]
        loads, den = loads_of(self._assigner.policy, self._assign, self._assigner, rows, self._at)
        held = holdings(self._assigner, self._rows, self._at, loads, self._place_of)
        owed = owed_by_load(held)
        rooms = self._rooms(held, owed, den)
        claims = [replace(one.claim, step=replace(one.claim.step, rule="", number=0)) for one in held]
        owners = [one.owner for one in held]
        wishes = self._wishes(held)
        costs = [wish.costs for wish in wishes]
        if not held:
            moved = Moved((), tuple(0 for _ in wishes), 0, searched=True)
        elif self._assign.fair_in is None:
            moved = by_flow(claims, owners, self._place_of, rooms, costs)
        else:
            moved = by_search(claims, owners, loads, self._place_of, rooms, costs, self._effort)
        self._must_be_allowed(held, moved, rooms)
        first = wishes[0]
        cost = sum(row[place] for row, place in zip(first.costs, moved.chosen, strict=True))
        places = [self._place_of[one.claim.reps[one.owner]] for one in held]
        lines = self._lines(held, moved, rooms, owed, den)
        missed = sum((max(line.after - line.high, line.low - line.after, Fraction(0)) for line in lines), Fraction(0))
        return Rebalancing(
            self._assign.kind, self._at, self._moves(held, moved, rooms, den), lines,
            fewest_moves(loads, places, rooms), first.said,
            Fraction(cost) / first.den,  # exact: fraction
            Fraction(moved.bounds[0]) / first.den,  # exact: fraction
            missed, Fraction(moved.least_missed, den), moved.searched,
            self._ownerless, len(held), self._assigner.policy,
        )  # fmt: skip

    # --- bands -------------------------------------------------------------------------------------------

    def _rooms(self, held: Sequence[Holding], owed: Mapping[int, Owed], den: int) -> dict[int, Room]:
        """The band and the most facts of every rep who holds something or may."""
        reps = sorted({rep for one in held for rep in one.claim.reps}, key=self._place_of.__getitem__)
        counts = Counter(one.claim.reps[one.owner] for one in held)
        limits = Limits(self._assigner, self._at)
        made: dict[int, Room] = {}
        for rep in reps:
            band = self._band(owed.get(rep, Owed()), den)
            most = len(held)
            if limits.any:
                others = [one.claim for one in held if rep in one.shared and one.claim.reps[one.owner] != rep]
                most = counts[rep] + limits.room(rep, others, len(others))
            made[self._place_of[rep]] = Room(band, most)
        return made

    def _band(self, owed: Owed, den: int) -> Band:
        """In whole loads. Around what is owed the two whole loads beside it always belong to the band."""
        asked = self._asked
        if asked.part is None:
            return Band((asked.low * den).__ceil__(), (asked.high * den).__floor__())
        low, high = Owed(), Owed()
        low.add_all([owed], 1 - asked.part)
        high.add_all([owed], 1 + asked.part)
        if self._assign.fair_in is not None:
            return Band(low.ceiling, high.floor)
        return Band(min(low.ceiling, owed.floor), max(high.floor, owed.ceiling))

    # --- wishes ------------------------------------------------------------------------------------------

    def _wishes(self, held: Sequence[Holding]) -> list[_Wish]:
        """What is to be as little as possible, first things first."""
        word = dict(self._assign.settings).get("moves", "fewest")
        costs, den = costs_of_moving(self._assign, self._assigner, held, self._at)
        moves = _Wish("moves", [_elsewhere(one, 1) for one in held], 1)
        short = measures_as_wishes([one.claim for one in held])
        fit = [_Wish(f"{said}, short of the best", rows, steps) for said, rows, steps in short]
        if word == "free" and fit:
            return [*fit, moves]
        if self._assign.moving is not None:
            dear = [_elsewhere(one, cost) for one, cost in zip(held, costs, strict=True)]
            return [_Wish(word, dear, den), moves, *fit]
        return [moves, *fit]

    # --- what came of it ---------------------------------------------------------------------------------

    def _must_be_allowed(self, held: Sequence[Holding], moved: Moved, rooms: Mapping[int, Room]) -> None:
        """Checked once more: everything is with its owner or with somebody who may have it and has room."""
        counts: Counter[int] = Counter()
        for one, place in zip(held, moved.chosen, strict=True):
            rep = one.claim.reps[place]
            if place != one.owner and rep not in one.shared:
                raise NotLeastCost("a fact was moved to somebody who may not have it")
            counts[self._place_of[rep]] += 1
        before = Counter(self._place_of[one.claim.reps[one.owner]] for one in held)
        if any(count > max(rooms[place].most, before[place]) for place, count in counts.items()):
            raise NotLeastCost("a limit was passed")

    def _totals(self, held: Sequence[Holding], chosen: Sequence[int]) -> Counter[int]:
        made: Counter[int] = Counter()
        for one, place in zip(held, chosen, strict=True):
            made[self._place_of[one.claim.reps[place]]] += one.load
        return made

    def _moves(self, held: Sequence[Holding], moved: Moved, rooms: Mapping[int, Room], den: int) -> tuple[Move, ...]:
        before = self._totals(held, [one.owner for one in held])
        made: list[Move] = []
        for one, place in zip(held, moved.chosen, strict=True):
            if place == one.owner:
                continue
            giver, taker = (self._place_of[one.claim.reps[at]] for at in (one.owner, place))
            because = self._why(one, place, before, rooms, den)
            names = self._names[giver], self._names[taker]
            made.append(
                Move(
                    one.claim.key,
                    one.claim.row,
                    *names,
                    one.claim.step.pool,
                    Fraction(one.load, den),
                    one.load,
                    because,
                )
            )
        return tuple(made)

    def _why(self, one: Holding, place: int, before: Counter[int], rooms: Mapping[int, Room], den: int) -> str:
        """In a sentence: who had too much, who too little; or what it makes room for."""
        claim = one.claim
        giver, taker = (self._place_of[claim.reps[at]] for at in (one.owner, place))
        parts: list[str] = []
        high, low = rooms[giver].band.high, rooms[taker].band.low
        if before[giver] > high:
            parts.append(
                f"{self._names[giver]} had {self._told(before[giver], den)}, more than {self._told(high, den)}"
            )
        if before[taker] < low:
            had = self._told(before[taker], den)
            parts.append(f"{self._names[taker]} had {had}, less than {self._told(low, den)}")
        if not parts:
            parts.append(f"{self._names[taker]} takes it so that others can be moved")
        if len(claim.scores) and claim.scores[place] > claim.scores[one.owner]:
            assert claim.step.weight is not None
            type_, currency = claim.step.weight.type, self._assigner.policy.currency
            now, then = show(claim.score(place), type_, currency), show(claim.score(one.owner), type_, currency)
            parts.append(f"{claim.step.said} is {now} instead of {then}")
        return "; ".join(parts)

    def _told(self, load: int, den: int) -> str:
        type_ = COUNT if self._assign.fair_in is None else self._assign.fair_in.type
        return show(Fraction(load, den), type_, self._assigner.policy.currency)

    def _lines(
        self, held: Sequence[Holding], moved: Moved, rooms: Mapping[int, Room], owed: Mapping[int, Owed], den: int
    ) -> tuple[LoadLine, ...]:
        stayed = [one.owner for one in held]
        before, after = self._totals(held, stayed), self._totals(held, moved.chosen)
        counts = [
            Counter(self._place_of[one.claim.reps[at]] for one, at in zip(held, chosen, strict=True))
            for chosen in (stayed, moved.chosen)
        ]
        lines: list[LoadLine] = []
        for place, room in sorted(rooms.items()):
            line = LoadLine(
                self._names[place], owed.get(self._order[place], Owed()).near() / den,  # exact: fraction
                Fraction(room.band.low, den), Fraction(room.band.high, den),
                Fraction(before[place], den), Fraction(after[place], den), (counts[0][place], counts[1][place]),
            )  # fmt: skip
            if not line.within:
                over = line.after > line.high
                line = replace(line, blocked=self._blocked(held, moved.chosen, self._order[place], over=over))
            lines.append(line)
        return tuple(lines)

    def _blocked(self, held: Sequence[Holding], chosen: Sequence[int], rep: int, *, over: bool) -> str:
        """What keeps most facts of somebody who has too many from others, or most others' facts from this rep."""
        seen: Counter[tuple[str, str]] = Counter()
        said: dict[tuple[str, str], str] = {}
        for one, at in list(zip(held, chosen, strict=True))[:_MOST_LOOKED_AT]:
            if (one.claim.reps[at] == rep) != over:
                continue
            for candidate, place, condition, words in self._refusals(one):
                if over or candidate == rep:
                    seen[place, condition] += 1
                    said.setdefault((place, condition), words)
        if not seen:
            return "no fact is of a size that fits"
        most = max(seen, key=lambda found: (seen[found], found))
        return f"{said[most]}   ({most[0]})"

    def _refusals(self, one: Holding) -> list[tuple[int, str, str, str]]:
        """Who may not have a fact: the rep, the place of the condition that says so, and its words."""
        views = Views(Case(self._assign.kind, one.claim.row, one.claim.key, self._at, one.claim.sequence))
        row_of = dict(zip(self._names, self._order, strict=True))
        for rule in self._assigner.rules():
            if any(condition.refusal(views) is not None for condition in rule.when):
                continue
            for tier in rule.tiers:
                field = tier.filter.field(views)
                if field.eligible:
                    return [
                        (row_of[found.rep], found.place, found.place, f"{one.claim.key}: {found.reason}")
                        for found in field.candidates
                        if not found.eligible and found.rep in row_of
                    ]
        return []


def _elsewhere(one: Holding, cost: int) -> list[int]:
    """What each option costs: the owner nothing."""
    return [0 if place == one.owner else cost for place in range(len(one.claim.reps))]
