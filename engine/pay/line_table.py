"""The lines of a run as columns, and as frames for people and files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from ..arrays.integers import Codes, Index, IntArray, code_type, is_wide, joined
from ..arrays.ordering import distinct, is_ascending, order_of
from ..arrays.text_array import texts_at
from ..calendar.periods import Period
from ..facts import Facts
from ..money import plain_amount
from .payouts import Block, Cells

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LineTable", "Named", "amounts_of", "line_id", "lines_of"]

_AT_ONCE = 1 << 14
Named: TypeAlias = tuple[str, str, str, str, str, str]
"""Rep, period, scheme, component, kind and key of the row that carries a line (empty: none does)."""


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """Lines sorted by rep, period, scheme, component, time and row.

    `rep` (row of `rep`), `period`, `scheme`, `component`, `kind` (codes into the words beside them), `row` (row of
    the kind; -1: none), `amount` (minor units of `currency`). All but amounts are of the smallest type that holds them.
    """

    facts: Facts
    currency: str
    periods: tuple[Period, ...]
    schemes: tuple[str, ...]
    components: tuple[str, ...]
    kinds: tuple[str, ...]
    rep: Codes
    period: Codes
    scheme: Codes
    component: Codes
    kind: Codes
    row: Codes
    amount: IntArray

    def __len__(self) -> int:
        return len(self.rep)

    def frame(self) -> pd.DataFrame:
        """Columns line id, rep, period, scheme, component, deal, amount (exact `Decimal`), currency.

        `deal` is the key of the row that carries the line, of whatever kind; empty where none does.
        """
        import pandas as pd

        rep = _words(self.facts.table("rep").keys, self.rep)
        period = _words([str(period) for period in self.periods], self.period)
        scheme, component = _words(self.schemes, self.scheme), _words(self.components, self.component)
        deal = self._keys(0, len(self))
        kind = _words(self.kinds, self.kind)
        parts = zip(rep, period, scheme, component, kind, deal, strict=True)
        made = {
            "line id": [line_id(*part) for part in parts],
            "rep": rep,
            "period": period,
            "scheme": scheme,
            "component": component,
            "deal": deal,
            "amount": amounts_of(self.amount, self.currency),
            "currency": [self.currency] * len(self),
        }
        return pd.DataFrame(made)

    def named(self) -> Iterator[tuple[str, Named]]:
        """The id of each line, and what it is made of; some thousand lines are put into words at a time."""
        reps = list(self.facts.table("rep").keys)
        periods = [str(period) for period in self.periods]
        columns = (self.rep, self.period, self.scheme, self.component, self.kind)
        before: tuple[int, int, int, int, int] | None = None
        place, begun = ("", "", "", "", ""), b""
        for low in range(0, len(self), _AT_ONCE):
            high = min(low + _AT_ONCE, len(self))
            lists = (column[low:high].tolist() for column in columns)
            codes = cast("Iterator[tuple[int, int, int, int, int]]", zip(*lists, strict=True))
            for code, key in zip(codes, self._keys(low, high), strict=True):
                if code != before:  # lines of one component stand together
                    rep, period, scheme, component, kind = before = code
                    place = (
                        reps[rep], periods[period], self.schemes[scheme], self.components[component], self.kinds[kind]
                    )  # fmt: skip
                    begun = "\x1f".join((*place, "")).encode()
                yield _id_of(begun + key.encode()), (*place, key)

    def _keys(self, low: int, high: int) -> list[str]:
        """The keys of the rows behind some lines."""
        made = np.full(high - low, "", dtype=np.object_)
        for code, kind in enumerate(self.kinds):
            if not kind:
                continue
            at = np.flatnonzero(self.kind[low:high] == code)
            made[at] = texts_at(self.facts.table(kind).keys, self.row[low:high][at])
        return made.tolist()


def _words(words: Sequence[str], codes: Codes) -> list[str]:
    return np.array([*words, ""], dtype=np.object_)[codes].tolist()


def line_id(rep: str, period: str, scheme: str, component: str, kind: str, key: str) -> str:
    """A short name of a line that is the same in every run: `L` and sixteen hexadecimal digits."""
    return _id_of("\x1f".join((rep, period, scheme, component, kind, key)).encode())


def _id_of(text: bytes) -> str:
    return "L" + hashlib.blake2b(text, digest_size=8).hexdigest()


def amounts_of(minor: IntArray, currency: str) -> list[Decimal]:
    """Exact amounts in the currency's main unit."""
    made: dict[int, Decimal] = {}
    for value in minor.tolist():
        if value not in made:
            made[value] = Decimal(plain_amount(int(value), currency))
    return [made[value] for value in minor.tolist()]


def lines_of(facts: Facts, currency: str, parts: list[tuple[Cells, list[Block]]]) -> LineTable:
    """All blocks of a run as one sorted table."""
    periods = tuple(sorted({period for cells, _ in parts for period in cells.periods}))
    schemes = tuple(cells.scheme.name for cells, _ in parts)
    components = tuple(dict.fromkeys(block.component for _, blocks in parts for block in blocks))
    kinds = tuple(dict.fromkeys(["", *(block.kind for _, blocks in parts for block in blocks)]))
    places = {name: number for number, name in enumerate(components)}
    slots = _Slots.of(periods, [cells for cells, _ in parts])
    made = [
        _Part.of(block, slot, (number, places[block.component], kinds.index(block.kind)), len(slots))
        for number, ((_, blocks), slot) in enumerate(zip(parts, slots.slot, strict=True))
        for block in blocks
    ]
    count = sum(len(part.row) for part in made)
    row: Codes = np.zeros(count, dtype=code_type(max((len(facts.table(kind)) for kind in kinds if kind), default=1)))
    amount: IntArray = np.zeros(count, dtype=np.int64 if all(not is_wide(part.amount) for part in made) else np.object_)
    # The lines of a statement's block stand together; blocks of a statement follow in the order of the scheme.
    counts = np.stack([part.counts for part in made], axis=1) if made else np.zeros((len(slots), 0), dtype=np.int64)
    first = (np.cumsum(counts) - counts.ravel()).reshape(counts.shape)
    for number, part in enumerate(made):
        at = part.targets(first[:, number])
        row[at], amount[at] = part.row, part.amount
    of_slot = counts.sum(axis=1)
    said = np.array([part.said for part in made], dtype=np.int64).reshape(-1, 3)
    scheme, component, kind = (
        np.repeat(np.tile(said[:, place].astype(code_type(len(words))), len(slots)), counts.ravel())
        for place, words in enumerate((schemes, components, kinds))
    )
    rep = np.repeat(slots.rep.astype(code_type(len(facts.table("rep")))), of_slot)
    period = np.repeat(slots.period.astype(code_type(len(periods))), of_slot)
    return LineTable(
        facts, currency, periods, schemes, components, kinds, rep, period, scheme, component, kind, row, amount
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Slots:
    """The statements of all schemes in order: `rep` and `period` of each; for each scheme the one of each cell."""

    rep: Index
    period: Index
    slot: list[Index]

    @classmethod
    def of(cls, periods: tuple[Period, ...], parts: list[Cells]) -> _Slots:
        """The statements of the cells of each scheme."""
        place = {period: number for number, period in enumerate(periods)}
        rep = joined([cells.frame.rows["rep"] for cells in parts]).astype(np.int64)
        codes = [np.array([place[period] for period in cells.periods], dtype=np.int64) for cells in parts]
        period = joined([code[cells.period] for code, cells in zip(codes, parts, strict=True)]).astype(np.int64)
        found, which = distinct(rep, period)
        ends: list[int] = np.cumsum([len(cells) for cells in parts]).tolist()
        slot = [which[end - len(cells) : end] for end, cells in zip(ends, parts, strict=True)]
        return cls(rep[found], period[found], slot)

    def __len__(self) -> int:
        return len(self.rep)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The lines of a block by statement, time and row; `counts`: how many by statement.

    `said`: scheme, component, kind.
    """

    said: tuple[int, int, int]
    row: Index
    amount: IntArray
    counts: Index

    @classmethod
    def of(cls, block: Block, slot: Index, said: tuple[int, int, int], slots: int) -> _Part:
        """The lines of a block whose cells are in these statements. Most blocks stand in order already."""
        own = slot[block.cell]
        row, amount = block.row, block.amount
        keys = (own,) if block.time is None else (own, block.time, row)
        if not is_ascending(*keys):
            order = order_of(*keys)
            row, amount = row[order], amount[order]
        return cls(said, row, amount, np.bincount(own, minlength=slots).astype(np.int64, copy=False))

    def targets(self, first: Index) -> Index:
        """Where the lines go, where those of each statement begin at `first`."""
        at = np.repeat(first - (np.cumsum(self.counts) - self.counts), self.counts)
        at += np.arange(len(at))
        return at
