"""Runs of several policies on the same facts, set against the first: who gains, who loses, in which component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..arrays.integers import narrow, whole_numbers
from ..fairness.rep_groups import group_order
from ..numbers.quantiles import mean, median
from ..pay.simulation import Run

__all__ = [
    "CannotCompare", "CellChange", "Comparison", "ComponentChange", "GroupChange", "RepChange", "compare",
    "rep_totals_of",
]  # fmt: skip

Cell = tuple[str, str, str, str]
"""Rep, period, scheme, component."""


class CannotCompare(ValueError):
    """Runs whose amounts cannot be set against each other; `help` says why."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


class _Change:
    """An amount before and after, in minor units."""

    __slots__ = ()
    before: int
    after: int

    @property
    def gain(self) -> int:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class RepChange(_Change):
    """What a rep is paid before and after, in minor units; a rep whom one run does not know is paid nothing by it."""

    rep: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class CellChange(_Change):
    """What a component pays a rep in a period before and after, in minor units."""

    rep: str
    period: str
    scheme: str
    component: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ComponentChange(_Change):
    """What a component pays in all before and after, in minor units, and the cells that differ, largest first."""

    scheme: str
    component: str
    before: int
    after: int
    cells: tuple[CellChange, ...]

    @property
    def reps(self) -> int:
        """How many reps it pays otherwise."""
        return len({cell.rep for cell in self.cells})


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group of reps: what they are paid after, and how many of them gain or lose. Amounts in minor units."""

    group: str
    reps: int
    before: int
    after: int
    mean: Fraction
    median: Fraction
    gainers: int
    losers: int


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A run against the base. `reps` by key; `components` by the size of their difference."""

    base: Run
    other: Run
    reps: tuple[RepChange, ...]
    components: tuple[ComponentChange, ...]

    @property
    def gain(self) -> int:
        """The difference of the totals; that of the reps adds up to it, and that of the components."""
        return self.other.total - self.base.total

    def gainers(self) -> list[RepChange]:
        """Those who are paid more, by how much more."""
        return sorted((rep for rep in self.reps if rep.gain > 0), key=lambda rep: (-rep.gain, rep.rep))

    def losers(self) -> list[RepChange]:
        """Those who are paid less, by how much less."""
        return sorted((rep for rep in self.reps if rep.gain < 0), key=lambda rep: (rep.gain, rep.rep))

    def groups(self, group_of: Mapping[str, str]) -> list[GroupChange]:
        """The reps by group; `group_of` names that of every rep."""
        by_group: dict[str, list[RepChange]] = {}
        for rep in self.reps:
            by_group.setdefault(group_of[rep.rep], []).append(rep)
        return [
            GroupChange(
                group,
                len(reps),
                sum(rep.before for rep in reps),
                sum(rep.after for rep in reps),
                mean([rep.after for rep in reps]),
                median([rep.after for rep in reps]),
                sum(rep.gain > 0 for rep in reps),
                sum(rep.gain < 0 for rep in reps),
            )
            for group, reps in sorted(by_group.items(), key=lambda entry: group_order(entry[0]))
        ]


def compare(base: Run, other: Run) -> Comparison:
    """Set a run against another over the same period. Raises `CannotCompare` for another currency."""
    if base.policy.currency != other.policy.currency:
        currencies = f"{base.policy.currency} and {other.policy.currency}"
        raise CannotCompare(f"the policies pay in {currencies}", "amounts of two currencies cannot be compared")
    before, after = rep_totals_of(base), rep_totals_of(other)
    reps = tuple(RepChange(key, before.get(key, 0), after.get(key, 0)) for key in sorted({*before, *after}))
    return Comparison(base, other, reps, tuple(_components(_cells_of(base), _cells_of(other))))


def rep_totals_of(run: Run) -> dict[str, int]:
    """What every rep is paid, by key, in minor units."""
    keys = run.facts.table("rep").keys
    sums = np.zeros(len(keys), dtype=np.object_)
    np.add.at(sums, run.lines.rep, run.lines.amount.astype(np.object_))
    return dict(zip(keys, (int(total) for total in sums.tolist()), strict=True))


def _cells_of(run: Run) -> dict[Cell, int]:
    """The amount of every component that pays a rep in a period."""
    lines = run.lines
    if not len(lines):
        return {}
    parts = np.stack([lines.rep, lines.period, lines.scheme, lines.component])
    found, inverse = np.unique(parts, axis=1, return_inverse=True)
    sums = np.zeros(found.shape[1], dtype=np.object_)
    np.add.at(sums, inverse.reshape(-1), whole_numbers(narrow(lines.amount)).astype(np.object_))
    keys, periods = run.facts.table("rep").keys, [str(period) for period in lines.periods]
    rows: list[list[int]] = found.T.tolist()
    cells = [(keys[r], periods[p], lines.schemes[s], lines.components[k]) for r, p, s, k in rows]
    return {cell: int(total) for cell, total in zip(cells, sums.tolist(), strict=True)}


def _components(before: Mapping[Cell, int], after: Mapping[Cell, int]) -> list[ComponentChange]:
    cells: dict[tuple[str, str], list[CellChange]] = {}
    for cell in sorted({*before, *after}):
        cells.setdefault(cell[2:], []).append(CellChange(*cell, before.get(cell, 0), after.get(cell, 0)))
    made = [
        ComponentChange(
            *name,
            sum(cell.before for cell in found),
            sum(cell.after for cell in found),
            tuple(
                sorted((cell for cell in found if cell.gain), key=lambda cell: (-abs(cell.gain), cell.rep, cell.period))
            ),
        )
        for name, found in cells.items()
    ]
    return sorted(made, key=lambda part: (-abs(part.gain), part.scheme, part.component))
