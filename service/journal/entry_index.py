"""Where things are in the journal: the numbers of entries by decision, by request and by fact, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from ...engine.assigning.decisions import Decision

__all__ = ["EntryIndex", "Subject"]

Subject: TypeAlias = tuple[str, str]
"""Kind and key of a fact that an entry is about."""


class EntryIndex:
    """Made of the entries as they are folded in.

    It is no table: ids and keys are spread evenly, so that each new one would touch a page of an index of its own,
    which was more work than all the rest of a commit. Whoever folds a journal has read all of it anyway. What it says
    of an entry that is not on disk yet may never come true: read the entry before you believe it.
    """

    def __init__(self) -> None:
        self._decisions: dict[str, int] = {}
        self._requests: dict[str, int] = {}
        self._about: dict[str, dict[str, int | list[int]]] = {}
        self.decisions = 0

    def add(self, number: int, request_id: str, decisions: Iterable[Decision], about: Iterable[Subject]) -> None:
        """An entry, and what is in it; the first keeps its place, should two ids of decisions meet."""
        self._requests[request_id] = number
        for decision in decisions:
            self._decisions.setdefault(decision.id, number)
            self.decisions += 1
        for kind, key in about:
            keys = self._about.get(kind)
            if keys is None:
                keys = self._about[kind] = {}
            found = keys.setdefault(key, number)
            if isinstance(found, list):
                found.append(number)
            elif found != number:
                keys[key] = [found, number]

    def number(self, decision_id: str) -> int | None:
        """The number of the entry that has a decision; None where it is in none that was folded in."""
        return self._decisions.get(decision_id)

    def of_request(self, request_id: str) -> int | None:
        """The number of the entry that a request made; None where it made none that was folded in."""
        return self._requests.get(request_id)

    def about(self, kind: str, key: str) -> list[int]:
        """The numbers of the entries about a fact, in their order."""
        found: Any = self._about.get(kind, {}).get(key, [])
        return [found] if isinstance(found, int) else list(found)
