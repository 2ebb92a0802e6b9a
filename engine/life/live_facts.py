"""Facts as they stand: those that were loaded, and on top of them what has arrived or changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...dsl import checked as c
from ...dsl.schema import FactKind
from ..arrival import Arrival, ArrivalRefused, Arrivals
from ..dependence import Dependences
from ..facts import Facts, FactTable, Places
from ..scalar import Evaluator
from ..spelling import did_you_mean
from .refused import Refused

__all__ = ["LiveFacts", "MakeEvaluator"]

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

    def __init__(self, policy: c.Policy, facts: Facts, evaluator: MakeEvaluator = Evaluator) -> None:
        self.policy, self.loaded = policy, facts
        self._evaluator = evaluator
        self._came: dict[tuple[str, str], _Came] = {}
        self.ev = self._open()

    def _open(self) -> Evaluator:
        """An evaluator over what was loaded; kinds that the policy declares and does not read have no rows yet."""
        unread = {name: _nothing(kind) for name, kind in self.policy.kinds.items() if name not in self.loaded.tables}
        facts = Facts({**self.loaded.tables, **unread})
        self._readers: dict[str, Arrivals] = {}
        self._followers = _followers(self.policy)
        return self._evaluator(self.policy, facts)

    def under(self, policy: c.Policy, facts: Facts) -> LiveFacts:
        """The same facts as another policy reads them; what it cannot read is missing."""
        made = LiveFacts(policy, facts, self._evaluator)
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
            self._write(kind, row, reader.read_change_again(came.values, world))

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
        reader, world = self._reader(kind), self.ev.world
        key = reader.key_of(fact)
        known = bool(key) and world.find(kind, key) is not None
        try:
            return reader.read(fact, at, world, known=known)
        except ArrivalRefused as error:
            columns = ", ".join(f"`{problem.column}`" for problem in error.problems)
            raise Refused("bad-fact", f"correct {columns}", problems=error.problems) from None

    def take(self, kind: str, arrival: Arrival, fact: Mapping[str, object], at: int) -> int:
        """Take a fact in that was read; its row."""
        world = self.ev.world
        row = world.find(kind, arrival.key)
        came = self._came.get((kind, arrival.key))
        if came is None:
            came = self._came[kind, arrival.key] = _Came(at, new=row is None)
        came.values.update(fact)
        if row is None:
            row = world.arrive(kind, arrival.key, arrival.cells)
            self._changed(kind, row)
        else:
            self._write(kind, row, arrival)
        return row

    def own(self, kind: str, row: int, rep: int | None, at: int) -> None:
        """Write who has a fact, and since when, where the kind has columns for it."""
        for column, value in (("owner", rep), ("assigned", at)):
            if column in self.policy.kinds[kind].columns:
                self.ev.world.write(kind, row, column, value)
        self._changed(kind, row)

    def _write(self, kind: str, row: int, arrival: Arrival) -> None:
        for column, value in arrival.cells.items():
            self.ev.world.write(kind, row, column, value)
        self._changed(kind, row)

    def _changed(self, kind: str, row: int) -> None:
        """Post the row anew, and forget what rows of other kinds posted by what it said."""
        self.ev.book.changed(kind, row)
        for account in self._followers.get(kind, ()):
            self.ev.book.forget(account)

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


def _followers(policy: c.Policy) -> dict[str, set[str]]:
    """For each kind of fact, the accounts in which rows of other kinds post by what its rows say."""
    dependences = Dependences(policy)
    found: dict[str, set[str]] = {}
    for name, account in policy.accounts.items():
        for source in account.sources:
            reads = dependences.of(source)
            kinds = set(policy.kinds) if reads.fleeting or reads.credits else reads.kinds
            for kind in kinds - ({source.kind} if not _follows(source) else set()):
                found.setdefault(kind, set()).add(name)
    return found


def _follows(source: c.Account) -> bool:
    """Whether a credit reads other rows of its own kind."""
    return any(
        isinstance(part, c.FieldOf) and part.kind == source.kind and not isinstance(part.base, c.Subject)
        for part in c.walk(source)
    )
