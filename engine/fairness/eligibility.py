"""Who was looked at, who could take it, who was owed and who got it, by group; with counts, for the four-fifths rule.

A rotation among those who could take a lead is fair among them; what it cannot mend is who is kept out before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..numbers.measures import four_fifths
from .decided import Decided
from .rep_groups import group_order

__all__ = ["GroupAccess", "RepAccess", "group_access"]

ENOUGH = 5
"""A group of fewer reps than this is shown, and not judged."""
_BEFORE = "passed over before"


@dataclass(frozen=True, slots=True)
class GroupAccess:
    """A group: how often its reps were looked at, could take it, and got it; and what they were owed, in leads.

    `could_ratio` and `got_ratio` compare could / looked_at and got / owed with the highest group that is judged,
    `low` and `short` say whether they are under four fifths; None for groups of fewer reps than `ENOUGH`.
    """

    group: str
    reps: int
    looked_at: int
    could: int
    owed: Fraction
    got: int
    could_ratio: Fraction | None
    low: bool | None
    got_ratio: Fraction | None
    short: bool | None


@dataclass(slots=True, eq=False)
class RepAccess:
    """Counts by rep, a decision counting once however many of its steps named somebody.

    `stood` counts the places in the policy that refused somebody, once a decision, step and rep; `passed over before`
    stands for a turn that the rep had at the same lead.
    """

    looked_at: Counter[str] = field(default_factory=Counter[str])
    could: Counter[str] = field(default_factory=Counter[str])
    got: Counter[str] = field(default_factory=Counter[str])
    shared: Counter[str] = field(default_factory=Counter[str])
    owed: dict[str, Fraction] = field(default_factory=dict[str, Fraction])
    stood: Counter[str] = field(default_factory=Counter[str])

    def add(self, decided: Decided) -> None:
        """A decision."""
        could: set[str] = set()
        refused: set[str] = set()
        for step in decided.looked:
            if step.strategy == "direct":  # the person that a lead names is not compared with anybody
                continue
            could.update(step.could)
            for rep, place in step.refused:
                refused.add(rep)
                self.stood[place or _BEFORE] += 1
        self.could.update(could)
        self.looked_at.update(could | refused)
        if decided.rep is not None:
            self.got[decided.rep] += 1
        self._owe(decided)

    def _owe(self, decided: Decided) -> None:
        turn, draw = decided.turn, decided.draw
        if decided.rep is None or (turn is None and draw is None):
            return
        self.shared[decided.rep] += 1
        if turn is not None:
            shares = [(line.rep, line.share) for line in turn.lines]
        else:
            assert draw is not None
            shares = list(draw.tickets)
        total = sum(share for _, share in shares)
        for rep, share in shares:
            self.owed[rep] = self.owed.get(rep, Fraction(0)) + Fraction(share, total)


def group_access(counts: RepAccess, group_of: Mapping[str, str]) -> tuple[GroupAccess, ...]:
    """The groups, in their order; reps of whom no group is known are left out."""
    members: dict[str, list[str]] = {}
    for rep in sorted(counts.looked_at.keys() | counts.owed.keys()):
        if rep in group_of:
            members.setdefault(group_of[rep], []).append(rep)
    ordered = sorted(members, key=group_order)
    judged = [group for group in ordered if len(members[group]) >= ENOUGH]
    looked_at = {group: sum(counts.looked_at[rep] for rep in members[group]) for group in ordered}
    could = {group: sum(counts.could[rep] for rep in members[group]) for group in ordered}
    owed = {group: sum((counts.owed.get(rep, Fraction(0)) for rep in members[group]), Fraction(0)) for group in ordered}
    got = {group: sum(counts.shared[rep] for rep in members[group]) for group in ordered}
    by_access = _against_highest({one: Fraction(could[one], looked_at[one]) for one in judged if looked_at[one]})
    by_share = _against_highest({one: got[one] / owed[one] for one in judged if owed[one]})  # exact: fraction
    return tuple(
        GroupAccess(
            group, len(members[group]), looked_at[group], could[group], owed[group], got[group],
            *by_access.get(group, (None, None)), *by_share.get(group, (None, None)),
        )
        for group in ordered
    )  # fmt: skip


def _against_highest(rates: Mapping[str, Fraction]) -> dict[str, tuple[Fraction, bool]]:
    if len(rates) < 2:
        return {}
    return {one.group: (one.ratio, one.adverse) for one in four_fifths(rates)}
