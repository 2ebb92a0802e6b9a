"""The fairness of assignment, counted from a stream of decisions as they come: one pass, memory by reps and pools.

`assignment_report` is the one call for programs: decisions in, plain values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...dsl.calendar import GREGORIAN, Calendar
from ..assigning.decisions import Decision
from ..life.outcome import Outcome
from .decided import Decided, NoDecision
from .draw_pools import DrawCount, DrawFairness
from .eligibility import GroupAccess, RepAccess, group_access
from .lead_facts import QUALITIES, LeadFact
from .lead_quality import ALIKE, Quality, QualityCount, adjusted
from .posted import Posted
from .report_values import report_values
from .turn_pools import PoolCount, PoolFairness
from .waiting import WaitCount, Waits

__all__ = ["AssignmentCount", "AssignmentFairness", "assignment_report"]

NO_FACT = LeadFact()


@dataclass(frozen=True, slots=True)
class AssignmentFairness:
    """All that is said of a stream of decisions.

    `held` by desk. `by_rule`: leads given and held by each rule. `stood`: how often each place in the policy refused
    somebody. `unknown`: decisions of whose lead no fact was there.
    """

    decided: int
    assigned: int
    held: Mapping[str, int]
    by_rule: Mapping[str, tuple[int, int]]
    by_rep: Mapping[str, int]
    pools: tuple[PoolFairness, ...]
    lots: tuple[DrawFairness, ...]
    access: Mapping[str, tuple[GroupAccess, ...]]
    qualities: tuple[Quality, ...]
    waits: Waits
    stood: Mapping[str, int]
    unknown: int

    @property
    def defects(self) -> list[str]:
        """What is wrong for certain, a line each: credits beyond the bound, figures that do not add up."""
        made: list[str] = []
        for pool in self.pools:
            if pool.breach is not None:
                what = f"at {pool.breach.at} the credit of `{pool.breach.rep}` left the bound"
                made.append(f"pool `{pool.pool}`: {what}")
            made += [f"pool `{pool.pool}`: {wrong}" for wrong in pool.wrong]
        return made

    @property
    def finding(self) -> bool:
        """Whether something is wrong, or some group gets leads worth less than those like them."""
        return bool(self.defects) or any(one.finding for one in self.qualities)

    def as_json(self) -> dict[str, Any]:
        """Plain values; every figure exact, fractions as texts."""
        return report_values(self)


@dataclass(slots=True, eq=False)
class AssignmentCount:
    """Counts decisions one by one, in the order in which they were made."""

    _pools: dict[str, PoolCount] = field(default_factory=dict[str, PoolCount])
    _lots: dict[str, DrawCount] = field(default_factory=dict[str, DrawCount])
    _access: RepAccess = field(default_factory=RepAccess)
    _quality: QualityCount = field(default_factory=QualityCount)
    _waits: WaitCount = field(default_factory=WaitCount)
    _held: dict[str, int] = field(default_factory=dict[str, int])
    _by_rule: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    _by_hand: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _decided: int = 0
    _unknown: int = 0

    def add(self, decided: Decided, fact: LeadFact | None = None, *, counted: bool = True) -> None:
        """A decision, with what is known of its lead; one that is not `counted` moves credits and nothing else."""
        for level in decided.levels:
            if level.turn is not None:
                self.pool(level.turn.pool).add(f"decision `{decided.id}`", level.turn, counted=counted)
        if not counted:
            return
        self._decided += 1
        self._unknown += fact is None
        given, held = self._by_rule.get(decided.rule, (0, 0))
        self._by_rule[decided.rule] = (given + (decided.rep is not None), held + (decided.rep is None))
        if decided.rep is None:
            self._held[decided.held or ""] = self._held.get(decided.held or "", 0) + 1
        self._add_draws(decided)
        self._access.add(decided)
        self._quality.add(decided, fact or NO_FACT)
        self._waits.add(decided, fact or NO_FACT)

    def _add_draws(self, decided: Decided) -> None:
        name = f"{decided.kind}/{decided.rule}"
        if (draw := decided.draw) is not None:
            self._lots.setdefault(name, DrawCount(name)).add(decided.rep or "", draw)
        if len(decided.levels) > 1 and (drawn := decided.levels[0].draw) is not None:
            last = decided.levels[-1]
            first = f"{name} within {last.of}"
            self._lots.setdefault(first, DrawCount(first)).add(last.chosen, drawn)

    def add_outcome(
        self, outcome: Outcome | Mapping[str, Any], facts: Mapping[str, LeadFact], *, counted: bool = True
    ) -> None:
        """What came of an event, or of several (or its plain values): decisions and postings, as these are ordered."""
        waiting: dict[str, Decided] = {}
        told: set[tuple[str, str]] = set()
        for decided in _decisions_of(outcome):
            if all(level.turn is None for level in decided.levels):
                self.add(decided, facts.get(decided.key), counted=counted)
            else:
                waiting[decided.id] = decided
        for posted in _postings_of(outcome):
            decided = waiting.pop(posted.decision, None)
            if decided is not None:
                self.add(decided, facts.get(decided.key), counted=counted)
                told |= {(decided.id, level.turn.pool) for level in decided.levels if level.turn is not None}
            if posted.decision and (posted.decision, posted.pool) in told:  # a decision at two levels has two of them
                told.discard((posted.decision, posted.pool))
            elif posted.decision:
                raise NoDecision(f"decision `{posted.decision}`, of which a posting tells, is not there")
            else:
                self._post(posted, counted=counted)
        for decided in waiting.values():
            self.add(decided, facts.get(decided.key), counted=counted)

    def _post(self, posted: Posted, *, counted: bool) -> None:
        """Credits that no decision moved: a person chose, or a turn was taken back. Cards given back move none."""
        if posted.did == "card_back":
            return
        pool, place = self.pool(posted.pool), (posted.pool, posted.key)
        if posted.did == "begin":
            pool.post(posted.moves)
            return
        if posted.did == "reverse":
            pool.post(posted.moves, value=posted.value, overrides=-1 if place in self._by_hand else 0)
            self._by_hand.discard(place)
            return
        if posted.did == "post_manual":
            self._by_hand.add(place)
        pool.add(f"posting of `{posted.key}`", posted.turn(pool), counted=counted)

    def pool(self, name: str) -> PoolCount:
        """A pool, to post what moved its credits outside of turns."""
        return self._pools.setdefault(name, PoolCount(name))

    def made(
        self,
        groups: Mapping[str, Mapping[str, str]] | None = None,
        *,
        alike: str = "day",
        draws: int = 9_999,
        seed: int = 1,
        calendar: Calendar = GREGORIAN,
    ) -> AssignmentFairness:
        """The report. `groups`: by attribute, the group of every rep. `alike`: leads of one day, week, ... compare.

        `calendar`: whose weeks and months. `draws`: arrangements in each test; the same seed draws the same. Raises
        `ValueError` for another `alike`.
        """
        if alike not in ALIKE:
            raise ValueError(f"leads are alike by {', '.join(ALIKE)}, not by `{alike}`")
        known = groups or {}
        qualities = [one for name in QUALITIES for one in self._quality.made(name, known, alike, draws, seed, calendar)]
        return AssignmentFairness(
            self._decided, self._decided - sum(self._held.values()), dict(sorted(self._held.items())),
            dict(sorted(self._by_rule.items())), dict(sorted(self._access.got.items())),
            tuple(self._pools[name].made() for name in sorted(self._pools)),
            tuple(self._lots[name].made(draws, seed) for name in sorted(self._lots)),
            {name: group_access(self._access, of) for name, of in known.items()},
            adjusted(qualities), self._waits.made(), dict(self._access.stood.most_common()), self._unknown,
        )  # fmt: skip


def _decisions_of(outcome: Outcome | Mapping[str, Any]) -> Iterator[Decided]:
    if isinstance(outcome, Outcome):
        return map(Decided.of, outcome.decisions)
    return map(Decided.read, outcome.get("decisions", ()))


def _postings_of(outcome: Outcome | Mapping[str, Any]) -> Iterator[Posted]:
    if isinstance(outcome, Outcome):
        return map(Posted.of, outcome.postings)
    return map(Posted.read, outcome.get("postings", ()))


def assignment_report(
    decisions: Iterable[Decision | Outcome | Mapping[str, Any]],
    facts: Mapping[str, LeadFact] | None = None,
    groups: Mapping[str, Mapping[str, str]] | None = None,
    *,
    alike: str = "day",
    draws: int = 9_999,
    seed: int = 1,
) -> dict[str, Any]:
    """The report on decisions, in the order in which they were made, as plain values that JSON can hold.

    `decisions`: those of memory, or outcomes, or what `as_json` of either gave.
    `facts`: by the key of a lead, see `lead_facts`.
    `groups`, `alike`, `draws` and `seed`: see `AssignmentCount.made`. Raises `NoDecision`.
    """
    counted, known = AssignmentCount(), facts or {}
    for one in decisions:
        if isinstance(one, Outcome) or (not isinstance(one, Decision) and "decision_id" not in one):
            counted.add_outcome(one, known)
            continue
        decided = Decided.of(one) if isinstance(one, Decision) else Decided.read(one)
        counted.add(decided, known.get(decided.key))
    return counted.made(groups, alike=alike, draws=draws, seed=seed).as_json()
