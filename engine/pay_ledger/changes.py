"""What has changed in the facts since lines were posted, and the because of an adjustment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .entries import Place, RowSeen
from .outcome import Outcome
from .standing import Line, Standing

__all__ = ["Changes", "changes_between"]

_MOST_OTHERS = 5
RowName: TypeAlias = tuple[str, str]
"""The kind and the key of a row."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows behind lines: `seen` is what to note of them, `said` what became of each that is not as it was.

    `touched`: by rep and period of a scheme, the rows that changed.
    """

    seen: tuple[RowSeen, ...]
    said: Mapping[RowName, tuple[str, ...]]
    new: frozenset[RowName]
    gone: frozenset[RowName]
    touched: Mapping[tuple[str, str], tuple[RowName, ...]]

    def because(self, line: Line | None, place: Place) -> tuple[str, tuple[str, ...]]:
        """The cause of an adjustment on a line of a closed period, and its because in sentences."""
        row, rep = (place.kind, place.key), ("rep", place.rep)
        said = [*self.said.get(row, ()), *(self.said.get(rep, ()) if rep != row else ())]
        if row in self.gone or rep in self.gone:
            return "gone", tuple(said)
        if said:
            return "late" if line is None and row in self.new else "changed", tuple(said)
        others = [name for name in self.touched.get((place.rep, place.period), ()) if name != row]
        if others:
            named = [sentence for name in others[:_MOST_OTHERS] for sentence in self.said[name]]
            more = len(others) - _MOST_OTHERS
            rest = [f"{more:,} more rows of {place.rep} in {place.period} have changed"] if more > 0 else []
            return "affected", (*named, *rest)
        own = f"{place.kind} {place.key} and rep {place.rep} are" if place.kind else f"rep {place.rep} is"
        return "affected", (f"{own} as before: something else that the policy reads has changed",)


def changes_between(standing: Standing, outcomes: Sequence[Outcome]) -> Changes:
    """Compare the rows behind all lines, then and now, with what was noted of them."""
    said: dict[RowName, tuple[str, ...]] = {}
    new: set[RowName] = set()
    gone: set[RowName] = set()
    seen: list[RowSeen] = []
    for name, values in sorted(_rows_now(standing, outcomes).items()):
        before = standing.rows.get(name)
        if name in standing.rows and before == values:
            continue
        seen.append(RowSeen(*name, values))
        row = " ".join(name)
        if values is None:
            gone.add(name)
            said[name] = (f"{row} is no longer in the facts",)
        elif before is None:
            new.add(name)
            said[name] = (f"{row} is there again" if name in standing.rows else f"{row} had no line before",)
        elif told := _compared(row, before, values):
            said[name] = told
    return Changes(tuple(seen), said, frozenset(new), frozenset(gone), _touched(standing, outcomes, said))


def _compared(row: str, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{row}: {name} was {before[name]}, is {now[name]}"
        for name in sorted(before.keys() & now.keys())
        if before[name] != now[name]
    )


def _rows_now(standing: Standing, outcomes: Iterable[Outcome]) -> dict[RowName, dict[str, str] | None]:
    """The rows that carry lines, and the reps, now or once; None for those that are in the facts no more."""
    now: dict[RowName, dict[str, str] | None] = {}
    for outcome in outcomes:
        spans = {span.name for span in outcome.spans}
        posted = (line.place for line in standing.lines.values() if line.earned_in in spans)
        for name in {name for place in (*outcome.lines, *posted) for name in _names(place)}:
            values = outcome.values(*name)
            now[name] = now.get(name) if values is None else {**(now.get(name) or {}), **values}
    return now


def _names(place: Place) -> list[RowName]:
    return [("rep", place.rep), *([(place.kind, place.key)] if place.kind else [])]


def _touched(
    standing: Standing, outcomes: Iterable[Outcome], said: Mapping[RowName, tuple[str, ...]]
) -> dict[tuple[str, str], tuple[RowName, ...]]:
    found: dict[tuple[str, str], dict[RowName, None]] = {}
    places = {place for outcome in outcomes for place in outcome.lines}
    for place in sorted(places | {line.place for line in standing.lines.values()}):
        for name in _names(place):
            if name in said:
                found.setdefault((place.rep, place.period), {})[name] = None
    return {where: tuple(names) for where, names in found.items()}
