"""Pools of turns counted again from their decisions, and held against the bound at every single lead.

Nothing that a log says of credits is believed: shares owed and leads received are added up anew. What the log says
otherwise is a finding, except where a rep is seen for the first time (a log may begin in the middle) and where credits
were moved between turns by what the caller posted: overrides, returned leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..numbers.measures import cv_squared, gini, jain
from ..turns.credit_unit import LEADS, CreditUnit
from ..turns.excess import NO_EXCESS, Excess, excess_of
from ..turns.shares import SCALE, Bound, bound
from .course import Course
from .decided import TurnMade

__all__ = ["Breach", "Evenness", "PoolCount", "PoolFairness", "RepTurns", "evenness"]

_MOST_WRONG = 20


@dataclass(frozen=True, slots=True)
class Breach:
    """A credit beyond the bound: a defect, never bad luck. `credit` in leads; `at`: the decision at which it began."""

    at: str
    rep: str
    credit: Fraction
    promised: Bound


@dataclass(frozen=True, slots=True)
class Evenness:
    """Jain's index, Gini, and the squared coefficient of variation of what was received per entitlement."""

    jain: Fraction
    gini: Fraction
    cv_squared: Fraction
    reps: int


@dataclass(frozen=True, slots=True)
class RepTurns:
    """A rep in a pool, in leads (or units of value): owed, received, the credit now and the farthest it ever was."""

    rep: str
    owed: Fraction
    received: int
    credit: Fraction
    most_ahead: Fraction
    most_behind: Fraction
    within: bool


@dataclass(frozen=True, slots=True)
class PoolFairness:
    """A pool against its promise.

    `moved`: credits moved otherwise than by turns so often. `overrides`: leads given by a person and not taken back.
    `wrong`: what does not add up in the log, a line each, the first ones of `wrong_count`. `unit`: what is counted; all
    figures are in whole numbers of it. `of`: what the groups share that contend in it, empty where reps do.
    """

    pool: str
    turns: int
    reps: tuple[RepTurns, ...]
    promised: Bound
    breach: Breach | None
    evenness: Evenness | None
    overrides: int
    moved: int
    wrong: tuple[str, ...]
    wrong_count: int
    course: Course
    unit: CreditUnit = LEADS
    of: str = ""


def evenness(received: Mapping[str, Fraction | int], owed: Mapping[str, Fraction | int]) -> Evenness | None:
    """The measures of received / owed among those who were owed anything; None where nobody was."""
    shares = [(Fraction(received.get(rep, 0)), Fraction(owed[rep])) for rep in sorted(owed) if owed[rep] > 0]
    per_share = [got / share for got, share in shares]  # exact: fraction
    if not per_share:
        return None
    return Evenness(jain(per_share), gini(per_share), cv_squared(per_share), len(per_share))


@dataclass(slots=True, eq=False)
class PoolCount:
    """A pool as it is counted, decision by decision."""

    pool: str
    course: Course = field(default_factory=Course)
    _credit: dict[str, int] = field(default_factory=dict[str, int])
    _ahead: dict[str, int] = field(default_factory=dict[str, int])
    _behind: dict[str, int] = field(default_factory=dict[str, int])
    _owed: dict[str, int] = field(default_factory=dict[str, int])
    _received: dict[str, int] = field(default_factory=dict[str, int])
    _turns: int = 0
    _largest: int = 1
    _overrides: int = 0
    _excess: Excess = NO_EXCESS
    _moved: int = 0
    _breach: Breach | None = None
    _wrong: list[str] = field(default_factory=list[str])
    _wrong_count: int = 0
    _promised: Bound | None = None
    _limits: tuple[int, int] = (0, 0)
    _unit: CreditUnit = LEADS
    _groups: str = ""

    def add(self, at: str, turn: TurnMade, *, counted: bool = True) -> None:
        """A turn, made `at` a decision; where it is not `counted`, it only moves credits."""
        for says in _inconsistencies(turn):
            self._say(f"{at}: {says}")
        self._take_over(turn)
        self._unit = turn.unit if turn.unit.said else self._unit
        self._groups = turn.of or self._groups
        self._largest, before = max(self._largest, turn.value, turn.reach), self._largest
        if turn.manual:
            self._overrides += 1
        for line in turn.lines:
            cost = SCALE * turn.value if line.rep == turn.winner else 0
            self._credit[line.rep] += line.share - cost
            if counted:
                self._owed[line.rep] = self._owed.get(line.rep, 0) + line.share
        if counted:
            self._turns += 1
            self._received[turn.winner] = self._received.get(turn.winner, 0) + turn.value
        if turn.manual:
            self._excess = excess_of(self._credit.values(), self._largest * SCALE)
        if turn.manual or before != self._largest:
            self._promised = None
        self._check(at, [line.rep for line in turn.lines])
        self.course.add({line.rep: self._credit[line.rep] for line in turn.lines})

    def post(self, moves: Mapping[str, int], *, value: int = 1, overrides: int = 0) -> None:
        """Credits moved otherwise than by a turn: what it adds to each, and the value that widens the promise.

        `overrides`: how many more leads are given by a person now (-1: one was taken back).
        """
        for rep, move in moves.items():
            self._credit[rep] = self._credit.get(rep, 0) + move
        self._moved += 1
        self._overrides += overrides
        self._largest = max(self._largest, value)
        self._excess = excess_of(self._credit.values(), self._largest * SCALE)
        self._promised = None

    def credit(self, rep: str) -> int:
        """What a rep is owed as counted so far, in 1/SCALE."""
        return self._credit.get(rep, 0)

    def made(self) -> PoolFairness:
        """How the pool stands."""
        promised = self._bound()
        reps = tuple(
            RepTurns(
                rep, Fraction(self._owed.get(rep, 0), SCALE), self._received.get(rep, 0),
                Fraction(self._credit[rep], SCALE), Fraction(-self._ahead.get(rep, 0), SCALE),
                Fraction(self._behind.get(rep, 0), SCALE), promised.allows(self._credit[rep]),
            )
            for rep in sorted(self._credit)
        )  # fmt: skip
        even = evenness(self._received, {rep: Fraction(owed, SCALE) for rep, owed in self._owed.items()})
        return PoolFairness(
            self.pool, self._turns, reps, promised, self._breach, even, self._overrides, self._moved,
            tuple(self._wrong), self._wrong_count, self.course, self._unit, self._groups,
        )  # fmt: skip

    # --- counting ----------------------------------------------------------------------------------------

    def _take_over(self, turn: TurnMade) -> None:
        """The credits before a turn: what was counted; a rep seen first begins with what the log says."""
        jumps: dict[str, int] = {}
        for line in turn.lines:
            if line.rep not in self._credit:
                self._credit[line.rep] = line.before
                self._promised = None
            elif line.before != self._credit[line.rep]:
                jumps[line.rep] = line.before - self._credit[line.rep]
        if jumps:
            farthest = max(map(abs, jumps.values()))
            self.post(jumps, value=-(-farthest // SCALE))

    def _check(self, at: str, reps: list[str]) -> None:
        promised = self._bound()
        lowest, highest = self._limits
        for rep in reps:
            credit = self._credit[rep]
            self._ahead[rep] = min(self._ahead.get(rep, 0), credit)
            self._behind[rep] = max(self._behind.get(rep, 0), credit)
            if self._breach is None and not lowest <= credit <= highest:
                self._breach = Breach(at, rep, Fraction(credit, SCALE), promised)

    def _bound(self) -> Bound:
        if self._promised is None:
            reps = max(1, len(self._credit))
            made = self._promised = bound(reps, largest_value=self._largest, excess=self._excess)
            self._limits = -(made.over * SCALE).__floor__(), (made.under * SCALE).__floor__()
        return self._promised

    def _say(self, what: str) -> None:
        self._wrong_count += 1
        if len(self._wrong) < _MOST_WRONG:
            self._wrong.append(what)


def _inconsistencies(turn: TurnMade) -> Iterator[str]:
    """What a turn says against itself."""
    if sum(line.share for line in turn.lines) != SCALE * turn.value:
        yield "its shares do not add up to what it shares"
    if all(line.rep != turn.winner for line in turn.lines):
        yield f"`{turn.winner}` won without a line"
