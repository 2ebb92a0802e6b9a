"""Where decisions are: the number of the entry by the id of the decision, kept in memory beside the fold."""

from __future__ import annotations

from collections.abc import Iterable

from ...engine.assigning.decisions import Decision

__all__ = ["DecisionIndex"]


class DecisionIndex:
    """By decision id the number of its entry; made of the entries as they are folded in.

    It is no table: ids are spread evenly, so that each new one would touch a page of an index of its own, which was
    more work than all the rest of a commit. Whoever folds a journal has read all of it anyway. What it says of an
    entry that is not on disk yet may never come true: read the entry before you believe it.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.decisions = 0

    def add(self, number: int, decisions: Iterable[Decision]) -> None:
        """The decisions of an entry; the first keeps its place, should two ids meet."""
        for decision in decisions:
            self._numbers.setdefault(decision.id, number)
            self.decisions += 1

    def number(self, decision_id: str) -> int | None:
        """The number of the entry that has a decision; None where it is in none that was folded in."""
        return self._numbers.get(decision_id)
