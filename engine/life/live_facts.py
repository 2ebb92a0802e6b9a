"""Facts as they stand: those that were loaded, and on top of them what has arrived or changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...dsl import checked as c
from ...dsl.schema import FactKind
from ..facts import Facts, FactTable, Places, Scalar
from ..scalars.compiled import Compiled
from ..scalars.scalar import Evaluator
from ..wording.spelling import did_you_mean
from .arrival import Arrival, ArrivalRefused, Arrivals
from .followed import Followed
from .refused import Refused
from .undo import Undo

__all__ = ["LiveFacts", "MakeEvaluator"]

_HISTORY = "assignment"

MakeEvaluator = Callable[[c.Policy, Facts], Evaluator]


@dataclass(slots=True)
class _Came:
    """A fact as events gave it: when first, whether it was new then, and what its columns say by now."""

    at: int
    new: bool
    values: dict[str, object] = field(default_factory=dict[str, object])


class LiveFacts:
    """One set of facts for all decision points, typed as the policy in force reads them.

    What events said is kept as they said it, so that another policy can read it by its own columns.
    """

    def __init__(
        self, policy: c.Policy, facts: Facts, evaluator: MakeEvaluator = Evaluator, undo: Undo | None = None
    ) -> None:
        self.policy, self.loaded = policy, facts
        self.opened_at = 0
        self._evaluator, self._undo = evaluator, undo or Undo()
        self._came: dict[tuple[str, str], _Came] = {}
        self.ev = self._open()

    def _open(self) -> Evaluator:
        """An evaluator over what was loaded; kinds that the policy declares and does not read have no rows yet."""
        unread = {name: _nothing(kind) for name, kind in self.policy.kinds.items() if name not in self.loaded.tables}
        facts = Facts({**self.loaded.tables, **unread})
        self._readers: dict[str, Arrivals] = {}
        self._histories: dict[str, Counter[int]] = {}
        made = self._evaluator(self.policy, facts)
        if type(made) is Evaluator:  # others mind what is read from them
            made.book.post_by(Compiled(made).poster)
        self._followed = Followed(self.policy, made.world)
        return made

    def under(self, policy: c.Policy, facts: Facts) -> LiveFacts:
        """The same facts as another policy reads them; what it cannot read is missing."""
        made = LiveFacts(policy, facts, self._evaluator, self._undo)
        made.opened_at = self.opened_at
        for (kind, key), came in self._came.items():
            if kind in policy.kinds:
                made._take_again(kind, key, came)
            else:
                made._came[kind, key] = came
        return made

    def _take_again(self, kind: str, key: str, came: _Came) -> None:
        self._came[kind, key] = came
        reader, world = self._reader(kind), self.ev.world
        row = world.find(kind, key)
        if row is None:
            typed = reader.read_again([(came.values, came.at)], world)[0]
            self._changed(kind, world.arrive(kind, key, typed.cells))
        else:
            self._put(kind, row, reader.read_change_again(came.values, world).cells)

    # --- events ------------------------------------------------------------------------------------------

    def key_of(self, kind: str, fact: Mapping[str, object]) -> str:
        """The key of a fact; empty where it has none."""
        return self._reader(kind).key_of(fact)

    def find(self, kind: str, key: str) -> int | None:
        """The row of a fact; None where there is none."""
        return self.ev.world.find(kind, key)

    def read(self, kind: str, fact: Mapping[str, object], at: int) -> Arrival:
        """A fact as the policy reads it: all of one that is new, what is given of one that is known.

        Raises `Refused` for what cannot be used.
        """
        key = self.key_of(kind, fact)
        return self._arrival(kind, fact, at, known=bool(key) and self.ev.world.find(kind, key) is not None)

    def _arrival(self, kind: str, fact: Mapping[str, object], at: int, *, known: bool) -> Arrival:
        try:
            return self._reader(kind).read(fact, at, self.ev.world, known=known)
        except ArrivalRefused as error:
            columns = ", ".join(f"`{problem.column}`" for problem in error.problems)
            raise Refused("bad-fact", f"correct {columns}", problems=error.problems) from None

    def admit(self, kind: str, key: str, fact: Mapping[str, object], at: int) -> None:
        """Read a fact of a key and take it in; one that is known and says nothing else stays as it is.

        Raises `Refused` for what cannot be used.
        """
        row = self.find(kind, key) if key else None
        if row is None or len(fact) > 1:
            self._take(kind, row, self._arrival(kind, fact, at, known=row is not None), fact, at)

    def await_fact(self, kind: str, key: str) -> None:
        """A fact of the tables is still to come: it counts nowhere until it has."""
        row = self.find(kind, key)
        if row is not None:
            self.ev.book.awaited.add((kind, row))

    def has_come(self, kind: str, key: str) -> None:
        """A fact that was awaited counts from now on."""
        book = self.ev.book
        row = self.find(kind, key) if book.awaited else None
        if row is None or (kind, row) not in book.awaited:
            return
        self._undo.note(lambda: book.awaited.add((kind, row)))
        book.awaited.discard((kind, row))
        book.changed(kind, row)

    def take(self, kind: str, arrival: Arrival, fact: Mapping[str, object], at: int) -> int:
        """Take a fact in that was read; its row."""
        return self._take(kind, self.find(kind, arrival.key), arrival, fact, at)

    def _take(self, kind: str, row: int | None, arrival: Arrival, fact: Mapping[str, object], at: int) -> int:
        world = self.ev.world
        came = self._came.get((kind, arrival.key))
        if came is None:
            self._came[kind, arrival.key] = _Came(at, row is None, dict(fact))
        else:
            came.values.update(fact)
        if row is None:
            row = world.arrive(kind, arrival.key, arrival.cells)
            self._changed(kind, row)
        else:
            self._put(kind, row, arrival.cells)
        return row

    # --- what the engine writes --------------------------------------------------------------------------

    def reads_kind(self, kind: str) -> bool:
        """Whether the policy reads facts of a kind."""
        return kind in self.loaded.tables

    def reads(self, kind: str, column: str) -> bool:
        """Whether the policy reads a column."""
        return kind in self.loaded.tables and column in self.loaded.tables[kind].columns

    def keys(self, kind: str) -> Sequence[str]:
        """The keys of the rows that were loaded."""
        return self.loaded.tables[kind].keys if kind in self.loaded.tables else ()

    def has_owners(self, kind: str) -> bool:
        """Whether rows that were loaded may have an owner."""
        return self.reads(kind, "owner") and len(self.loaded.tables[kind]) > 0

    def holdings_loaded(self, kind: str, key: str) -> int:
        """How many assignments of a fact were loaded."""
        if not self.reads(_HISTORY, kind) or not len(self.loaded.tables[_HISTORY]):
            return 0
        if kind not in self._histories:
            world, table = self.ev.world, self.loaded.tables[_HISTORY]
            rows = (world.cell(_HISTORY, row, kind) for row in range(len(table)))
            self._histories[kind] = Counter(row for row in rows if isinstance(row, int))
        row = self.find(kind, key)
        return 0 if row is None else self._histories[kind][row]

    def write(self, kind: str, row: int, cells: Mapping[str, Scalar]) -> None:
        """Write cells of a row; what they were can come back."""
        if self._undo.noting:
            world = self.ev.world
            before = {column: world.written(kind, row, column) for column in cells}
            self._undo.note(lambda: self._write_back(kind, row, before))
        self._put(kind, row, cells)

    def write_row(self, kind: str, key: str, cells: Mapping[str, Scalar]) -> None:
        """Write what the policy reads of a row of the engine's own; it may be new."""
        world, columns = self.ev.world, self.loaded.tables[kind].columns
        read = {column: value for column, value in cells.items() if column in columns}
        row = world.find(kind, key)
        if row is not None:
            self.write(kind, row, read)
            return
        row = world.arrive(kind, key, read)
        self._undo.note(lambda: self._take_out(kind, row))
        self._changed(kind, row)

    def _write_back(self, kind: str, row: int, before: Mapping[str, tuple[Scalar] | None]) -> None:
        for column, cell in before.items():
            self.ev.world.write_back(kind, row, column, cell)
        self._changed(kind, row)

    def _take_out(self, kind: str, row: int) -> None:
        self.ev.world.take_out(kind, row)
        self.ev.book.changed(kind, row)
        self._followed.gone(kind, row)

    def _put(self, kind: str, row: int, cells: Mapping[str, Scalar]) -> None:
        for column, value in cells.items():
            self.ev.world.write(kind, row, column, value)
        self._changed(kind, row)

    def _changed(self, kind: str, row: int) -> None:
        """Post the row anew, and rows of other kinds that post by what it says."""
        book = self.ev.book
        book.changed(kind, row)
        if kind not in self._followed.kinds:
            return
        self._followed.moved(kind, row)
        for account in self._followed.whole(kind):
            book.forget(account)
        for other, at in self._followed.rows(kind, row):
            book.changed(other, at)

    def _reader(self, kind: str) -> Arrivals:
        found = self._readers.get(kind)
        if found is None:
            if kind not in self.policy.kinds:
                guess = did_you_mean(kind, self.policy.kinds)
                raise Refused("unknown-kind", f"policy `{self.policy.name}` knows no facts of the kind `{kind}`", guess)
            found = self._readers[kind] = Arrivals(self.policy, kind, self.ev.world.facts)
        return found


def _nothing(kind: FactKind) -> FactTable:
    return FactTable(kind, (), {}, Places("", np.zeros(0, dtype=np.int64)))
