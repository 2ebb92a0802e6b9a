"""A choice at two levels: a group of reps first (a team, an office, a dealer), then a rep of it.

Each level has credits of its own: groups in one pool, the reps of each group in another. A group contends with
whichever of its reps can take the case; one with nobody is passed over, as a rep who is absent is. The rep is then
chosen among those of the group, who are owed shares of what the group got. docs/fairness.md has the bounds of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...dsl import checked as c
from ...dsl.types import FLAG
from ..memory import Memory
from ..turns.shares import ShareLedger
from ..turns.turns import Candidate as Contender
from .candidates import Field, Judge
from .case import Views
from .decisions import Candidate, TierTried
from .refusal import Refusal, findings, say_now
from .remembered import UNREAD, Remembered
from .sharing import Entry, KeyOf, NextTurn, NextTurns, Sharing
from .tier_tried import GroupTried

__all__ = ["Levels"]

_MOST_GROUPS = 4_096

Groups = dict[str, tuple[int, ...]]
"""The reps of each group (rows, in the declared order), groups by their keys."""


class Levels(Sharing):
    """The choice of a tier that chooses a group first."""

    def __init__(self, judge: Judge, rule: str, number: int, tier: c.Tier, ledger: ShareLedger, key_at: KeyOf) -> None:
        super().__init__(judge, rule, number, tier, ledger, key_at)
        assert tier.level is not None
        level = tier.level
        self._made = rule, number, tier, ledger, key_at
        self._value = level.value
        self._shared = Remembered(judge.ev, judge.dependences, judge.kind, level.value)
        self._among = say_now(level.value, judge.policy.currency)
        self._known = c.Known(FLAG, level.value, span=level.value.span)
        first = c.Tier(None, None, level.sharing, level.weight, span=tier.span)
        part = f" within {self._among}"
        self._groups_sharing = _GroupSharing(judge, rule, number, first, ledger, key_at, part, self._among)
        self._own: dict[str, Sharing] = {}
        self._parts: dict[int, tuple[Sequence[int], object, Groups]] = Memory(_MOST_GROUPS)

    def choose(self, field: Field, views: Views) -> tuple[int | None, TierTried]:
        """The rep chosen (None: nobody), and how, with the group that was chosen before."""
        field, groups = self._there(field, views)
        if not groups:
            return None, self._tried(field)
        key, tried = self._groups_sharing.choose_among(groups, views)
        for one in tried.candidates:
            if one.refusal is not None:
                field = field.without(self._refused_with(one.refusal, groups[one.rep]))
        if key is None:
            return None, self._tried(field)
        rep, made = self._own_sharing(key).choose(Field(field.candidates, groups[key]), views)
        key_of = self._judge.ev.world.key
        members = tuple([(name, tuple([key_of("rep", one) for one in reps])) for name, reps in groups.items()])
        return rep, replace(made, group=GroupTried(self._among, key, members, tried))

    def turns_of(self, field: Field, views: Views, to: int) -> NextTurns | None:
        """What a case costs a rep and the rep's group; None where nobody could take it by this step."""
        field, groups = self._there(field, views)
        if not groups:
            return None
        key = self.group_of(to, views)
        if key is None:
            return NextTurns(None, rule=self._rule, step=self._number)
        of_group = self._groups_sharing.turn_among(groups, views, key)
        return NextTurns(self._own_turn(key, field, groups, views, to), key, of_group, self._rule, self._number)

    def own_turn(self, field: Field, views: Views, to: int) -> NextTurn | None:
        """What a case costs a rep of a group to which it goes anyway; None where that is no turn."""
        field, groups = self._there(field, views)
        key = self.group_of(to, views)
        return None if key is None else self._own_turn(key, field, groups, views, to)

    def _own_turn(self, key: str, field: Field, groups: Groups, views: Views, to: int) -> NextTurn | None:
        """Among those of the group who could take it; where nobody could, the rep alone is owed what the group gets."""
        own = Field(field.candidates, groups.get(key, (to,)))
        return self._own_sharing(key).turn_of(own, views, self._judge.ev.world.key("rep", to))

    def _there(self, field: Field, views: Views) -> tuple[Field, Groups]:
        """Those who could take it by group, and the field without those who share nothing or weigh nothing."""
        groups, refused = self._by_group(field.eligible, views), dict[int, Candidate]()
        if "" in groups:
            refused |= {rep: self._groupless(rep, views) for rep in groups[""]}
        kept: Groups = {}
        for key, reps in groups.items():
            if key:
                weighs, without = self._own_sharing(key).able(reps, views)
                refused |= without
                if weighs:
                    kept[key] = tuple([rep for rep in reps if rep not in without]) if without else reps
        return field.without(refused), kept

    def _by_group(self, reps: Sequence[int], views: Views) -> Groups:
        """Reps by group, groups in the order of their keys; under the empty key those who have none."""
        known = self._shared.of(views)
        lasts = self._shared.lasts
        found = self._parts.get(id(reps)) if lasts else None
        if found is not None and found[0] is reps and found[1] is known:
            return found[2]
        known.forgotten.clear()
        for rep in reps:
            if known.of[rep] is UNREAD:
                known.of[rep] = self.group_of(rep, views)
        made: dict[str, list[int]] = {key: [] for key in sorted({known.of[rep] or "" for rep in reps})}
        for rep in reps:
            made[known.of[rep] or ""].append(rep)
        groups = {key: tuple(own) for key, own in made.items()}
        if lasts:
            self._parts[id(reps)] = reps, known, groups  # both are kept beside, so that their ids stay theirs
        return groups

    def group_of(self, rep: int, views: Views) -> str | None:
        """The key of a rep's group; None where the rep has none."""
        value, kind = self._judge.ev.value(self._value, views.of(rep)), self._value.type
        if value is None:
            return None
        if kind.name == "ref":
            return self._judge.ev.world.key(kind.kind or "rep", value)
        if kind.name == "flag":
            return "yes" if value else "no"
        return str(value)

    def _groupless(self, rep: int, views: Views) -> Candidate:
        found = findings(self._judge.ev, self._known, views.of(rep))
        return self._candidate(rep, Refusal(found, self._place, self._judge.wording))

    def _refused_with(self, refusal: Refusal, reps: Sequence[int]) -> dict[int, Candidate]:
        """The reps of a group that weighs nothing."""
        return {rep: self._candidate(rep, refusal) for rep in reps}

    def _candidate(self, rep: int, refusal: Refusal) -> Candidate:
        return Candidate(self._judge.ev.world.key("rep", rep), refusal)

    def _own_sharing(self, key: str) -> Sharing:
        """The choice among the reps of a group."""
        found = self._own.get(key)
        if found is None:
            rule, number, tier, ledger, key_at = self._made
            part = f" within {self._among} {key}"
            found = self._own[key] = Sharing(self._judge, rule, number, tier, ledger, key_at, part)
        return found


class _GroupSharing(Sharing):
    """The choice of a group: each stands there with the first of its reps, of whom what they share is read."""

    def __init__(
        self, judge: Judge, rule: str, number: int, tier: c.Tier, ledger: ShareLedger, key_at: KeyOf,
        part: str, of: str,
    ) -> None:  # fmt: skip
        super().__init__(judge, rule, number, tier, ledger, key_at, part, of)
        self._names: dict[int, str] = {}
        self._seen: dict[tuple[str, int], Entry] = {}

    def choose_among(self, groups: Groups, views: Views) -> tuple[str | None, TierTried]:
        """The key of the group chosen (None: none of them weighs anything), and how."""
        rep, tried = self.choose(self._field(groups), views)
        return (None if rep is None else self._names[rep]), tried

    def turn_among(self, groups: Groups, views: Views, winner: str) -> NextTurn | None:
        """The turn that groups are dealt next, paid for by one of them; None where none is dealt."""
        return self.turn_of(self._field(groups), views, winner)

    def _field(self, groups: Mapping[str, tuple[int, ...]]) -> Field:
        self._names = {reps[0]: key for key, reps in groups.items()}
        return Field(tuple([Candidate(key) for key in groups]), tuple(self._names))

    def _entries(self, reps: Sequence[int], views: Views) -> list[Entry]:
        return [self._group(self._names[rep], rep, views) for rep in reps]

    def _group(self, key: str, rep: int, views: Views) -> Entry:
        """A group as it contends: the very same value for as long as it weighs the same."""
        value: Any = 1 if self._weight is None else self._judge.ev.value(self._weight, views.of(rep))
        found = self._seen.get((key, rep))
        if found is None or found.value != value:
            counts = self._weight is None or self._counts(value)
            contender = Contender(key, value if counts else 1)
            shown = "" if self._weight is None else self._shown(value, self._weight)
            found = self._seen[key, rep] = Entry(rep, value, shown, counts, contender)
        return found
