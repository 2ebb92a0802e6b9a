"""Better leads for some? What the leads of each group were worth, beside what leads like them were worth.

Leads are alike that came on the same day (week, month), in the same segment, and could have gone to the same people.
Among those, who got which lead is exchanged: if turns and tickets are blind to what a lead is worth, every exchange is
as likely. For each group the test asks how often chance would set it as far off; Holm's step keeps many groups honest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from ...dsl.calendar import GREGORIAN, Calendar
from ..arrays.rounding import round_fraction
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import containing
from .decided import Decided
from .group_tests import LARGEST, GroupTest, group_tests
from .lead_facts import LeadFact
from .rep_groups import NO_GROUP, group_order
from .significance import holm

__all__ = ["ALIKE", "SIGNIFICANT", "GroupQuality", "Quality", "QualityCount", "SegmentQuality", "adjusted"]

ALIKE = ("day", "week", "month", "quarter", "year")
SIGNIFICANT = Fraction(1, 20)

Could = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """A group (or a rep) and its leads that have another one like them.

    `got`: their sum of the quality. `expected`: what it would be had each been worth the mean of its like. `p`: how
    often chance sets the group so far off, `p_adjusted` after Holm; None where chance could not move it.
    """

    group: str
    leads: int
    got: Fraction
    expected: Fraction
    p: Fraction
    p_adjusted: Fraction

    @property
    def index(self) -> Fraction | None:
        """Got over expected; None where nothing was to be expected."""
        return self.got / self.expected if self.expected > 0 else None  # exact: fraction

    @property
    def finding(self) -> bool:
        """Whether the leads of the group are worth less than those like them, and chance would hardly do that."""
        return self.p_adjusted <= SIGNIFICANT and self.got < self.expected


@dataclass(frozen=True, slots=True)
class SegmentQuality:
    """A segment: shared leads, and the mean of the quality by group."""

    segment: str
    leads: int
    means: Mapping[str, Fraction]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Quality:
    """One quality of leads by the groups of one attribute.

    `shared`: leads given by turns or lot of which it is known. `alike`: those that have another one like them in the
    hands of another group, or could have: the others say nothing.
    """

    quality: str
    attribute: str
    shared: int
    alike: int
    groups: tuple[GroupQuality, ...]
    segments: tuple[SegmentQuality, ...]

    @property
    def finding(self) -> bool:
        """Whether some group is behind."""
        return any(group.finding for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Shared:
    """A lead that was shared: the day it was decided, among whom, and who got it."""

    day: int
    could: int
    rep: str
    fact: LeadFact


@dataclass(slots=True, eq=False)
class QualityCount:
    """Shared leads as they are counted. Whoever could take a lead is kept once for all leads with the same people."""

    _sets: dict[tuple[str, Could], int] = field(default_factory=dict[tuple[str, Could], int])
    _shared: list[_Shared] = field(default_factory=list[_Shared])

    def add(self, decided: Decided, fact: LeadFact) -> None:
        """A decision and its lead; one that was not shared among several is passed over."""
        turn, draw = decided.turn, decided.draw
        if decided.rep is None or (turn is None and draw is None) or (turn is not None and turn.manual):
            return
        if turn is not None:
            could = tuple(sorted(line.rep for line in turn.lines if line.share))
        else:
            assert draw is not None
            could = tuple(rep for rep, _ in draw.tickets)
        if len(could) > 1:
            among = self._sets.setdefault((decided.rule, could), len(self._sets))
            self._shared.append(_Shared(decided.at // SECONDS_PER_DAY, among, decided.rep, fact))

    def made(
        self,
        quality: str,
        groupings: Mapping[str, Mapping[str, str]],
        alike: str,
        draws: int,
        seed: int,
        calendar: Calendar = GREGORIAN,
    ) -> list[Quality]:
        """A quality by rep, and by the groups of each attribute; empty where no lead has it."""
        known = [one for one in self._shared if quality in one.fact.qualities]
        if not known:
            return []
        labels = {"rep": [one.rep for one in known]}
        labels |= {name: [of.get(one.rep, NO_GROUP) for one in known] for name, of in groupings.items()}
        unit = _unit([one.fact.qualities[quality] for one in known])
        values = [round_fraction(one.fact.qualities[quality] * unit) for one in known]
        of_day = _strata_of_days(alike, calendar)
        strata = [f"{of_day(one.day)}\t{one.fact.segment}\t{one.could}" for one in known]
        tested = group_tests(values, labels, strata, draws, seed)
        return [
            Quality(
                quality, name, len(known), sum(test.members for test in tests.values()), _groups(tests, unit),
                _segments(known, labels[name], quality),
            )
            for name, tests in tested.items()
        ]  # fmt: skip


def _groups(tests: Mapping[str, GroupTest], unit: Fraction) -> tuple[GroupQuality, ...]:
    return tuple(
        GroupQuality(
            name,
            test.members,
            test.got / unit,  # exact: fraction
            test.expected / unit,  # exact: fraction
            test.p,
            test.p,
        )
        for name, test in sorted(tests.items(), key=lambda item: group_order(item[0]))
    )


def adjusted(qualities: Sequence[Quality]) -> tuple[Quality, ...]:
    """The same with p-values adjusted for all groups that are looked at in one report."""
    places = [(at, one.group) for at, made in enumerate(qualities) for one in made.groups]
    named = {f"{at:06d} {group}": (at, group) for at, group in places}
    p_values = {name: _group(qualities[at], group).p for name, (at, group) in named.items()}
    found = {named[name]: p for name, p in holm(p_values).items()}
    return tuple(
        replace(made, groups=tuple(replace(one, p_adjusted=found[at, one.group]) for one in made.groups))
        for at, made in enumerate(qualities)
    )


def _group(made: Quality, group: str) -> GroupQuality:
    return next(one for one in made.groups if one.group == group)


def _unit(values: Sequence[Fraction]) -> Fraction:
    """What makes every value whole, or as nearly as the test can take them."""
    unit = Fraction(lcm(*(value.denominator for value in values)))
    most = max(abs(value) for value in values)
    return unit if most * unit <= LARGEST else Fraction(LARGEST) / most  # exact: fraction


def _strata_of_days(alike: str, calendar: Calendar) -> Callable[[int], str]:
    """The name of the day, week, ... of a day, each found once."""
    found: dict[int, str] = {}

    def named(day: int) -> str:
        if day not in found:
            found[day] = str(day) if alike == "day" else str(containing(alike, day, calendar))
        return found[day]

    return named


def _segments(known: Sequence[_Shared], groups: Sequence[str], quality: str) -> tuple[SegmentQuality, ...]:
    sums: dict[str, dict[str, Fraction]] = {}
    counts: dict[str, Counter[str]] = {}
    for one, group in zip(known, groups, strict=True):
        there = sums.setdefault(one.fact.segment, {})
        there[group] = there.get(group, Fraction(0)) + one.fact.qualities[quality]
        counts.setdefault(one.fact.segment, Counter())[group] += 1
    made: list[SegmentQuality] = []
    for segment, there in sorted(sums.items()):
        counted = counts[segment]
        means = {group: there[group] / counted[group] for group in sorted(there)}  # exact: fraction
        made.append(SegmentQuality(segment, sum(counted.values()), means, dict(sorted(counted.items()))))
    return tuple(made)
