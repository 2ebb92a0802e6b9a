"""The lines of a run as columns, and as frames for people and files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from .facts import Facts
from .integers import Index, IntArray, joined
from .money import plain_amount
from .ordering import is_ascending, order_of
from .payouts import Block, Cells
from .periods import Period
from .text_array import texts_at

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LineTable", "amounts_of", "line_id", "lines_of"]


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """Lines sorted by rep, period, scheme, component, time and row.

    `rep` (row of `rep`), `period`, `scheme`, `component`, `kind` (codes into the words beside them), `row` (row of
    the kind; -1: none), `amount` (minor units of `currency`).
    """

    facts: Facts
    currency: str
    periods: tuple[Period, ...]
    schemes: tuple[str, ...]
    components: tuple[str, ...]
    kinds: tuple[str, ...]
    rep: Index
    period: Index
    scheme: Index
    component: Index
    kind: Index
    row: Index
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
        deal = self._keys()
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

    def _keys(self) -> list[str]:
        """The keys of the rows behind the lines."""
        made = np.full(len(self), "", dtype=np.object_)
        for code, kind in enumerate(self.kinds):
            if not kind:
                continue
            at = np.flatnonzero(self.kind == code)
            made[at] = texts_at(self.facts.table(kind).keys, self.row[at])
        return made.tolist()


def _words(words: Sequence[str], codes: Index) -> list[str]:
    return np.array([*words, ""], dtype=np.object_)[codes].tolist()


def line_id(rep: str, period: str, scheme: str, component: str, kind: str, key: str) -> str:
    """A short name of a line that is the same in every run: `L` and sixteen hexadecimal digits."""
    text = "\x1f".join((rep, period, scheme, component, kind, key))
    return "L" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


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
    made = [
        _Part(
            cells.frame.rows["rep"][block.cell],
            np.array([periods.index(period) for period in cells.periods], dtype=np.int64)[cells.period[block.cell]],
            (number, order, places[block.component], kinds.index(block.kind)),
            block,
        )
        for number, (cells, blocks) in enumerate(parts)
        for order, block in enumerate(blocks)
    ]
    if not made:
        none = np.zeros(0, dtype=np.int64)
        return LineTable(facts, currency, periods, schemes, components, kinds, *[none] * 7)
    at = _order(made)
    rep, period = joined([part.rep for part in made])[at], joined([part.period for part in made])[at]
    scheme, component, kind = (
        joined([np.full(len(part.rep), part.said[place], dtype=np.int64) for part in made])[at] for place in (0, 2, 3)
    )
    row, amount = joined([part.block.row for part in made])[at], joined([part.block.amount for part in made])[at]
    return LineTable(
        facts, currency, periods, schemes, components, kinds, rep, period, scheme, component, kind, row, amount
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The lines of a block with their rep and period; `said`: scheme, place of the block, component, kind."""

    rep: Index
    period: Index
    said: tuple[int, int, int, int]
    block: Block


def _order(parts: Sequence[_Part]) -> Index:
    """The order of all lines by rep, period, scheme, component, time and row.

    The lines of most blocks stand in this order, and then time and row need not be looked at again.
    """
    keys = [joined([part.rep for part in parts]), joined([part.period for part in parts])]
    for place in (0, 1):
        keys.append(joined([np.full(len(part.rep), part.said[place], dtype=np.int64) for part in parts]))
    if not all(is_ascending(part.rep, part.period, part.block.time, part.block.row) for part in parts):
        keys += [joined([part.block.time for part in parts]), joined([part.block.row for part in parts])]
    return order_of(*keys)
