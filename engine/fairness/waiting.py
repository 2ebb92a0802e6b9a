"""How long leads wait: from arrival to the decision, and from the decision to the first contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..numbers.quantiles import mean, nearest_rank
from .decided import Decided
from .lead_facts import LeadFact

__all__ = ["Wait", "WaitCount", "Waits"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits in seconds: how many are known, the middle one, nine of ten, the longest, and the mean."""

    leads: int
    median: int
    nine_of_ten: int
    longest: int
    mean: Fraction


@dataclass(frozen=True, slots=True)
class Waits:
    """`to_decision` of all; `to_contact` of all, and by rep. `others`: leads that by the facts went to somebody else.

    None, and no rep, where the facts know nothing.
    """

    to_decision: Wait | None
    to_contact: Wait | None
    by_rep: Mapping[str, Wait]
    others: int


@dataclass(slots=True, eq=False)
class WaitCount:
    """Waits as they are counted."""

    _decision: list[int] = field(default_factory=list[int])
    _contact: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _others: int = 0

    def add(self, decided: Decided, fact: LeadFact) -> None:
        """A decision and its lead. A contact before the decision was not made because of it."""
        if fact.created is not None and decided.at >= fact.created:
            self._decision.append(decided.at - fact.created)
        if decided.rep is None or fact.first_contact is None:
            return
        if fact.owner is not None and fact.owner != decided.rep:
            self._others += 1
        elif fact.first_contact >= decided.at:
            self._contact.setdefault(decided.rep, []).append(fact.first_contact - decided.at)

    def made(self) -> Waits:
        """The waits."""
        everybody = [wait for waits in self._contact.values() for wait in waits]
        by_rep = {rep: wait for rep in sorted(self._contact) if (wait := _wait(self._contact[rep])) is not None}
        return Waits(_wait(self._decision), _wait(everybody), by_rep, self._others)


def _wait(seconds: Sequence[int]) -> Wait | None:
    if not seconds:
        return None
    middle, most = (nearest_rank(seconds, Fraction(part, 10)) for part in (5, 9))
    return Wait(len(seconds), middle, most, max(seconds), mean(seconds))
