"""A journal decided once more with one thing about a rep otherwise, up to a decision: where its fact would have gone.

Draws are drawn with the same keys and records, so that chance adds nothing to the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ..engine.assigning.decisions import Decision
from ..engine.life.floor import Floor
from ..engine.life.outcome import Outcome
from ..engine.life.refused import Refused
from ..engine.turns.draws import DrawKeys
from .journal.entries import Entry
from .journal.fold import Fold, said
from .journal.kept import Load
from .journal_fairness import entries_up_to
from .store import Store
from .told import Told

__all__ = ["Course", "Replayed", "replayed"]

Fact = tuple[str, str]
Changed = Callable[[Floor, int], Sequence[Outcome]]


@dataclass(slots=True)
class Course:
    """Where facts went, decision by decision; `received`: how many of the decisions gave something to the rep."""

    rep: str
    received: int = 0
    last: dict[Fact, str | None] = field(default_factory=dict[Fact, str | None])
    count: dict[Fact, int] = field(default_factory=dict[Fact, int])

    def add(self, fact: Fact, rep: str | None, held: str | None) -> int:
        """A decision; the how manieth about its fact."""
        self.received += rep == self.rep
        self.last[fact] = rep if rep is not None else held
        number = self.count[fact] = self.count.get(fact, 0) + 1
        return number


@dataclass(slots=True)
class Replayed:
    """Both courses, and the decision in question as it would be (None: there is none).

    `target` is its fact, `place` the how manieth decision about that fact it was, `about` those that there are now.
    `refused`: moves that could not be made.
    """

    was: Course
    now: Course
    target: Fact
    place: int = 0
    about: dict[int, Decision] = field(default_factory=dict[int, Decision])
    decision: Decision | None = None
    refused: int = 0

    def take_recorded(self, entry: Entry, wanted: str) -> None:
        """What came of an entry; `wanted`: the id of the decision in question."""
        for one in entry.came().get("decisions", ()):
            number = self.was.add((one["kind"], one["key"]), one["rep"], one["held"])
            if one["decision_id"] == wanted:
                self.place = number

    def take(self, outcome: Outcome) -> None:
        """What comes of an event now."""
        for one in outcome.decisions:
            number = self.now.add((one.kind, one.key), one.rep, one.held)
            if (one.kind, one.key) == self.target:
                self.about[number] = one

    def elsewhere(self) -> Iterator[tuple[Fact, str | None, str | None]]:
        """Facts that are with somebody else after all, in the order in which they were first decided."""
        for fact in dict.fromkeys((*self.was.last, *self.now.last)):
            was, now = self.was.last.get(fact), self.now.last.get(fact)
            if was != now:
                yield fact, was, now


def replayed(store: Store, told: Told, rep: str, changed: Changed, since: int | None) -> Replayed:
    """Decide a journal once more up to the entry of a decision.

    `changed` makes the change at a moment (seconds by the policy's clocks): before the first event from `since` on, or
    right before the decision where that is None. What `changed` raises is raised.
    """
    made, fold = Replayed(Course(rep), Course(rep), (told.kind, told.key)), Fold(DrawKeys(store.seed))
    # What is due at the very moment of the decision may be the decision itself: the change comes before it.
    at = told.decision["at"] - 1 if since is None else since
    waits = True
    for tx, entry in entries_up_to(store, told.entry.number):
        event, is_last = said(entry), entry.number == told.entry.number
        if waits and not isinstance(event, Load) and (is_last or (since is not None and entry.at >= since)):
            waits = False
            for outcome in changed(fold.floor, at):
                made.take(outcome)
        made.take_recorded(entry, told.decision["decision_id"])
        try:
            made.take(fold.apply(tx, event).outcome)
        except Refused:
            made.refused += 1
    made.decision = made.about.get(made.place) or made.about.get(max(made.about, default=0))
    return made
