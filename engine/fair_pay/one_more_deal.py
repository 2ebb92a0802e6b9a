"""Facts with one more deal for some reps: won on the last day of a period, otherwise like what they usually sell."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..arrays.exact import Column, where
from ..arrays.integers import Index
from ..arrays.rounding import round_fraction
from ..calendar.periods import Period
from ..facts import Cells, Facts, FactTable, Places, RefCells, SetCells, TextCells
from ..versions import ALWAYS, EVER, Versions

__all__ = ["NoDeal", "OneMoreDeal"]

_LAST = "\U0010ffff"  # such keys stand behind all others, so that no row moves


class NoDeal(ValueError):
    """There is no deal to copy."""


class OneMoreDeal:
    """The deals of the facts, and one more of them of `unit` minor units.

    `owner`, `dated`: the columns of `deal` with the rep and the date. Raises `NoDeal` where there is none to copy.
    """

    def __init__(self, facts: Facts, owner: str, dated: str, period: Period, unit: int) -> None:
        self.facts, self.table = facts, facts.table("deal")
        self.owner, self.dated, self.day, self.unit = owner, dated, period.end - 1, unit
        self.like = self._typical(period)

    def for_reps(self, reps: list[int]) -> Facts:
        """The facts with one more deal for each of the reps (rows of `rep`, rising)."""
        table, keys = self.table, self.facts.table("rep").keys
        rows = np.array([self.like.get(rep, self.like[-1]) for rep in reps], dtype=np.int64)
        owners = np.array(reps, dtype=np.int64)
        tails = {name: self._tail(name, cells, rows, owners) for name, cells in table.columns.items()}
        columns = {name: _joined(cells, tails[name]) for name, cells in table.columns.items()}
        lines = np.concatenate([table.places.lines, np.zeros(len(reps), dtype=table.places.lines.dtype)])
        more = tuple(f"{_LAST}{keys[rep]}" for rep in reps)
        places = Places(table.places.file, lines)
        versions = None if table.versions is None else _with_more(table.versions, len(table), len(reps), tails)
        return self.facts.with_table(FactTable(table.kind, (*table.keys, *more), columns, places, versions))

    def _typical(self, period: Period) -> dict[int, int]:
        """The deal to copy by rep: the median by amount of those won in the period; -1: that of everybody."""
        table = self.table
        stage, amounts, dates = table.cells("stage"), table.cells("amount"), table.cells(self.dated)
        owners = table.cells(self.owner)
        assert isinstance(stage, TextCells)
        assert isinstance(amounts, Column)
        assert isinstance(dates, Column)
        assert isinstance(owners, RefCells)
        days, won = dates.floor_int(), stage.words.index("won") if "won" in stage.words else -2
        usable = (stage.codes == won) & (days >= period.start) & (days < period.end) & (amounts.num > 0)
        rows: list[int] = np.flatnonzero(usable).tolist() or list(range(len(table)))
        if not rows:
            raise NoDeal("there is no deal to copy")
        values = dict(zip(rows, amounts.take(np.array(rows, dtype=np.int64)).to_fractions(), strict=True))
        ordered = sorted(rows, key=lambda row: (values[row] or Fraction(0), row))
        by_owner: dict[int, list[int]] = {}
        for row in ordered:
            by_owner.setdefault(int(owners.rows[row]), []).append(row)
        by_owner[-1] = ordered
        return {owner: some[(len(some) - 1) // 2] for owner, some in by_owner.items()}

    def _tail(self, name: str, cells: Cells, rows: Index, owners: Index) -> Cells:
        """A column of the further deals."""
        match cells:
            case TextCells(codes, words):
                return (
                    TextCells(np.zeros(len(rows), dtype=np.int32), ("won",))
                    if name == "stage"
                    else TextCells(codes[rows], words)
                )
            case RefCells(kind, found):
                return RefCells(kind, owners if name == self.owner else found[rows])
            case SetCells(values):
                at: list[int] = rows.tolist()
                return SetCells(tuple(values[row] for row in at))
            case Column():
                return Column.from_fractions(self._quantities(name, cells, rows))

    def _quantities(self, name: str, cells: Column, rows: Index) -> list[Fraction | int | None]:
        if name == "amount":
            return [self.unit] * len(rows)
        if name == self.dated:
            return [self.day] * len(rows)
        copied = cells.take(rows).to_fractions()
        if self.table.kind.columns[name].type.name != "money":
            return [*copied]
        amounts = self.table.cells("amount")
        assert isinstance(amounts, Column)
        sizes = amounts.take(rows).to_fractions()
        return [
            round_fraction(value * self.unit / size) if value is not None and size else value  # exact: fraction
            for value, size in zip(copied, sizes, strict=True)
        ]


def _with_more(versions: Versions, row: int, more: int, tails: dict[str, Cells]) -> Versions:
    """The versions with one more for each further deal, which holds always; their rows begin at `row`."""
    return Versions(
        np.concatenate([versions.row, row + np.arange(more, dtype=np.int64)]),
        np.concatenate([versions.start, np.full(more, EVER, dtype=np.int64)]),
        np.concatenate([versions.end, np.full(more, ALWAYS, dtype=np.int64)]),
        {name: _joined(cells, tails[name]) for name, cells in versions.columns.items()},
    )


def _joined(cells: Cells, tail: Cells) -> Cells:
    """A column with another behind it."""
    match cells, tail:
        case TextCells(), TextCells():
            words = (*cells.words, *tail.words, None)
            shifted = np.where(tail.codes < 0, -1, tail.codes + len(cells.words))
            return TextCells.of(np.concatenate([cells.codes, shifted]).astype(np.int64), words)
        case RefCells(), RefCells():
            return RefCells(cells.kind, np.concatenate([cells.rows, tail.rows]))
        case SetCells(), SetCells():
            return SetCells((*cells.values, *tail.values))
        case Column(), Column():
            rows = np.arange(len(cells) + len(tail), dtype=np.int64)
            behind = rows >= len(cells)
            head = cells.take(np.where(behind, -1, rows)) if len(cells) else Column.constant(0, len(rows))
            return where(behind, tail.take(np.where(behind, rows - len(cells), -1)), head)
        case _:
            raise TypeError("columns of two kinds cannot be joined")
