"""Facts as of a moment: what a file records of later moments is not known yet."""

from __future__ import annotations

from bisect import bisect_right

from ...dsl import checked as c
from ..facts import Facts, Scalar
from ..scalars.book import Book, Number
from ..scalars.scalar import Evaluator
from ..world import World

__all__ = ["HistoryEvaluator", "HistoryWorld"]


class HistoryWorld(World):
    """A world in which a column of moments is missing until its moment has come, as of `now` (None: all is known)."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.now: int | None = None
        self._recorded = {
            (name, column.name)
            for name, table in facts.tables.items()
            for column in table.kind.columns.values()
            if column.type.name == "moment" and column.type.optional
        }
        self._moments: dict[tuple[str, str], list[int]] = {}

    def cell(self, kind: str, row: int, column: str) -> Scalar:
        """A value; None where it is missing, or a moment still to come."""
        return self._known(kind, column, super().cell(kind, row, column))

    def cell_within(self, kind: str, row: int, column: str, start: int, end: int) -> Scalar:
        """The same in a window, for kinds of which rows hold for a time."""
        return self._known(kind, column, super().cell_within(kind, row, column, start, end))

    def next_moment(self, kind: str, column: str, row: int | None, after: int) -> int | None:
        """The next moment after one that a column records: of a row, or of any row."""
        if (kind, column) not in self._recorded:
            return None
        if row is not None and kind not in self.dated:
            recorded = super().cell(kind, row, column)
            return recorded if isinstance(recorded, int) and recorded > after else None
        found = self._moments.get((kind, column))
        if found is None:
            found = self._moments[kind, column] = sorted(self._all(kind, column))
        place = bisect_right(found, after)
        return found[place] if place < len(found) else None

    def _known(self, kind: str, column: str, value: Scalar) -> Scalar:
        if self.now is None or not isinstance(value, int) or value <= self.now:
            return value
        return None if (kind, column) in self._recorded else value

    def _all(self, kind: str, column: str) -> set[int]:
        """Every moment that a column records, in any version of any row."""
        rows = [super(HistoryWorld, self).cell(kind, row, column) for row in range(self.rows(kind))]
        versions = self.facts.table(kind).versions
        if versions is not None:
            rows += [self.of_version(kind, version, column) for version in range(len(versions))]
        return {value for value in rows if isinstance(value, int)}


class HistoryEvaluator(Evaluator):
    """An evaluator over a world as of a moment; what rows post to accounts is dated by itself, and always known."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        super().__init__(policy, facts)
        self.history = HistoryWorld(facts)
        self.world = self.history
        self.book = Book(dict(policy.accounts), self.posts, self.history.rows)

    def posts(self, account: c.Account, row: int) -> list[tuple[int | None, int, Number]]:
        """What a row posts, whenever that is asked."""
        now, self.history.now = self.history.now, None
        try:
            return super().posts(account, row)
        finally:
            self.history.now = now
