"""Open deals with their chances, and the facts as they are once some of them are won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index, Mask
from ..calendar.periods import Period
from ..facts import Cells, Facts, FactTable, TextCells

__all__ = ["OPEN_ENDED", "LeftOut", "Pipeline", "PipelineRefused", "pipeline_of"]

OPEN_ENDED = ("won", "lost")
"""Stages in which a deal is decided; all others are open."""
_WON = "won"


class PipelineRefused(ValueError):
    """A policy or facts of which no forecast can be made; `help` says what to do."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Open deals that are taken to stay open, and why."""

    why: str
    deals: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """Open deals that may be won in a period: `rows` of `deal`, their chances and the days on which they close.

    `with_won` gives the facts once some of them are won: stage and date of these very rows, nothing else.
    """

    facts: Facts
    rows: Index
    chances: tuple[Fraction, ...]
    days: Index
    date_column: str
    left_out: tuple[LeftOut, ...]

    @property
    def keys(self) -> list[str]:
        """The keys of the deals."""
        keys = self.facts.table("deal").keys
        return [keys[row] for row in self.rows.tolist()]

    def with_won(self, won: Mask) -> Facts:
        """The facts with those deals won on the days on which they close; of a deal with versions, the latest."""
        rows, days, table = self.rows[won], self.days[won], self.facts.table("deal")
        versions = table.versions
        if versions is not None:
            latest = np.searchsorted(versions.row, rows, side="right").astype(np.int64) - 1
            versions = replace(versions, columns={**versions.columns, **self._won(versions.columns, latest, days)})
        return self.facts.with_table(table.with_columns(self._won(table.columns, rows, days), versions))

    def _won(self, columns: Mapping[str, Cells], places: Index, days: Index) -> dict[str, Cells]:
        """The columns of stage and date with the deals at some places won."""
        stage, dates = columns["stage"], columns[self.date_column]
        assert isinstance(stage, TextCells)
        assert isinstance(dates, Column)
        stage, dates = _with_word(stage, _WON), dates.reduced()
        codes, num = stage.codes.copy(), dates.num.copy()
        known = np.ones(len(num), dtype=np.bool_) if dates.known is None else dates.known.copy()
        codes[places] = stage.words.index(_WON)
        num[places], known[places] = days, True
        made = Column(num, 1, None if known.all() else known)
        return {"stage": TextCells(codes, stage.words), self.date_column: made}


def pipeline_of(
    policy: c.Policy,
    facts: Facts,
    period: Period,
    probability: str = "",
    by_stage: Mapping[str, Fraction] | None = None,
    closes: str = "",
    undated: int | None = None,
) -> Pipeline:
    """The deals that may be won in a period.

    `probability`: the column of `deal` with the chance; `by_stage`: the chance of each stage, for deals of which
    the column says nothing. `closes`: the column with the expected date (else the one by which won deals are
    dated); `undated`: the day on which deals without one close. Raises `PipelineRefused`.
    """
    table = _deals(policy, facts)
    dated = policy.kinds["deal"].dated
    assert dated is not None
    stage = table.cells("stage")
    assert isinstance(stage, TextCells)
    open_rows = _open_rows(stage)
    chances = _chances(table, open_rows, stage, probability, by_stage or {})
    dates = table.cells(closes or dated.name)
    days = [_day(dates, row, undated) for row in open_rows]
    kept: list[int] = []
    groups: dict[str, list[str]] = {}
    for place, row in enumerate(open_rows):
        why = _why_left_out(chances[place], days[place], period)
        if why:
            groups.setdefault(why, []).append(table.keys[row])
        else:
            kept.append(place)
    return Pipeline(
        facts,
        np.array([open_rows[place] for place in kept], dtype=np.int64),
        tuple(chances[place] or Fraction(0) for place in kept),
        np.array([days[place] or 0 for place in kept], dtype=np.int64),
        dated.name,
        tuple(LeftOut(why, tuple(deals)) for why, deals in sorted(groups.items())),
    )


def _deals(policy: c.Policy, facts: Facts) -> FactTable:
    reads = policy.reads.get("deal", frozenset())
    dated = policy.kinds["deal"].dated if "deal" in policy.kinds else None
    if "stage" not in reads or dated is None or dated.name not in reads or dated.type.name != "date":
        raise PipelineRefused(
            f"policy `{policy.name}` does not look at the stage and the date of deals",
            "a forecast wins open deals: the policy has to credit deals by `deal.stage` and their date",
        )
    return facts.table("deal")


def _open_rows(stage: TextCells) -> list[int]:
    ended = [code for code, word in enumerate(stage.words) if word in OPEN_ENDED]
    found: list[int] = np.flatnonzero((stage.codes >= 0) & ~np.isin(stage.codes, ended)).tolist()
    return found


def _chances(
    table: FactTable, rows: list[int], stage: TextCells, column: str, by_stage: Mapping[str, Fraction]
) -> list[Fraction | None]:
    unknown = sorted(by_stage.keys() - set(stage.words))
    if unknown:
        words = ", ".join(f"`{word}`" for word in stage.words)
        raise PipelineRefused(f"no deal is in stage `{unknown[0]}`", f"stages of the deals are {words}")
    made: list[Fraction | None] = []
    for row in rows:
        value = table.cell(row, column) if column else None
        if isinstance(value, int | Fraction):
            if not 0 <= value <= 1:
                said = f"{table.place(row)}: `{column}` of `{table.keys[row]}` is not from 0% to 100%"
                raise PipelineRefused(said, "write a chance as 30% or 0.3")
            made.append(Fraction(value))
        else:
            made.append(by_stage.get(stage.words[int(stage.codes[row])]))
    return made


def _day(dates: object, row: int, undated: int | None) -> int | None:
    assert isinstance(dates, Column)
    if dates.known is None or dates.known[row]:
        den = dates.den if isinstance(dates.den, int) else int(dates.den[row])
        return int(dates.num[row]) // den
    return undated


def _why_left_out(chance: Fraction | None, day: int | None, period: Period) -> str:
    if chance is None:
        return "have no chance"
    if day is None:
        return "have no date on which they are expected to close"
    if day < period.start:
        return "were expected to close before the period"
    return "are expected to close after the period" if day >= period.end else ""


def _with_word(cells: TextCells, word: str) -> TextCells:
    if word in cells.words:
        return cells
    words = tuple(sorted((*cells.words, word)))
    place = np.array([words.index(one) for one in cells.words] + [-1], dtype=np.int32)
    return TextCells(place[cells.codes], words)
