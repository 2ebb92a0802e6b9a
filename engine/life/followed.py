"""Which rows post by what rows of other kinds say, so that they are posted anew where those change.

`count of assignment where assignment.lead.status is "open"` follows leads through the column `lead` of an assignment:
an index from leads to assignments finds the rows. Where an account follows a kind in another way, all of it is posted
anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl import checked as c
from ..dependence import Dependences
from ..facts import MissingFacts
from ..world import World

__all__ = ["Followed"]

_Through = tuple[str, str]
"""A kind and its column that refers to what is followed."""


class Followed:
    """For each kind, the accounts and the rows that follow it."""

    def __init__(self, policy: c.Policy, world: World) -> None:
        self._world = world
        self._whole: dict[str, set[str]] = {}
        self._through: dict[str, set[_Through]] = {}
        self._columns: dict[str, set[str]] = {}
        self._rows: dict[_Through, dict[int, set[int]]] = {}
        self._targets: dict[_Through, dict[int, int | None]] = {}
        dependences = Dependences(policy)
        for name, account in policy.accounts.items():
            for source in account.sources:
                self._note(name, source, dependences)
        self.kinds = frozenset((*self._whole, *self._through, *self._columns))
        """Kinds of which some rows follow others, or are followed."""

    def _note(self, name: str, source: c.Account, dependences: Dependences) -> None:
        reads = dependences.of(source)
        if reads.fleeting or reads.credits:
            kinds = set(self._world.facts.tables)
        else:
            kinds = set(reads.kinds)
        for kind in kinds:
            columns = _columns(source, kind) if not (reads.fleeting or reads.credits) else None
            if columns is None or source.kind in self._world.dated:
                self._whole.setdefault(kind, set()).add(name)
                continue
            for column in columns:
                self._through.setdefault(kind, set()).add((source.kind, column))
                self._columns.setdefault(source.kind, set()).add(column)

    def whole(self, kind: str) -> set[str]:
        """The accounts that have to be posted anew as a whole where a row of a kind changes."""
        return self._whole.get(kind, set())

    def rows(self, kind: str, row: int) -> Iterator[tuple[str, int]]:
        """The rows of other kinds that post by what a row says."""
        for through in sorted(self._through.get(kind, ())):
            for other in sorted(self._index(through).get(row, ())):
                yield through[0], other

    def moved(self, kind: str, row: int) -> None:
        """A row refers to something else now, perhaps."""
        for column in self._columns.get(kind, ()):
            through = kind, column
            if through in self._rows:
                self._enter(through, row, self._target(through, row))

    def gone(self, kind: str, row: int) -> None:
        """A row is there no more."""
        for column in self._columns.get(kind, ()):
            if (kind, column) in self._rows:
                self._enter((kind, column), row, None)

    def _index(self, through: _Through) -> dict[int, set[int]]:
        found = self._rows.get(through)
        if found is None:
            found = self._rows[through] = {}
            self._targets[through] = {}
            for row in range(self._world.rows(through[0])):
                self._enter(through, row, self._target(through, row))
        return found

    def _target(self, through: _Through, row: int) -> int | None:
        try:
            found = self._world.cell(through[0], row, through[1])
        except MissingFacts:
            return None
        return found if isinstance(found, int) else None

    def _enter(self, through: _Through, row: int, target: int | None) -> None:
        rows, targets = self._rows[through], self._targets[through]
        before = targets.get(row)
        if before is not None:
            rows[before].discard(row)
        targets[row] = target
        if target is not None:
            rows.setdefault(target, set()).add(row)


def _columns(source: c.Account, kind: str) -> set[str] | None:
    """The columns of the row itself through which alone a credit reads a kind; None where it does so otherwise."""
    found: set[str] = set()
    for part in c.walk(source):
        if isinstance(part, c.LetRead | c.ReadAccount | c.ReadTarget):
            return None
        if not isinstance(part, c.FieldOf) or part.kind != kind:
            continue
        base = part.base
        if isinstance(base, c.Subject) and base.var == source.kind:
            continue
        if not isinstance(base, c.FieldOf) or not isinstance(base.base, c.Subject):
            return None
        found.add(base.column)
    return found
