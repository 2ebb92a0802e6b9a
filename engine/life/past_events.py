"""Events as files have them: facts that arrived, moves that were made, and when each column came to be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from ...dsl import checked as c
from ...dsl.schema import WRITTEN
from ..calendar.days import SECONDS_PER_DAY
from ..facts import Facts, FactTable
from .events import Arrive, Event, Move

__all__ = ["PastEvents", "Seen", "arrivals", "past_events"]

_MOVE = "move"


class Seen(NamedTuple):
    """From this moment on a row of the tables counts, or (with a column) a cell of it."""

    at: int
    kind: str
    row: int
    column: str = ""


@dataclass(slots=True)
class PastEvents:
    """What a policy's decision point has to do with, in order of moment; arrivals before moves of the same moment.

    `kept` are keys of facts that had an owner, `undated` those without a date, `moves` those of the moves in order, and
    `lost` those of moves about no fact of the kind.
    """

    events: list[Event | Seen]
    arrivals: int = 0
    kept: list[str] = field(default_factory=list[str])
    undated: list[str] = field(default_factory=list[str])
    moves: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])


def past_events(
    policy: c.Policy, assign: c.Assign, facts: Facts, watched: frozenset[str], *, as_given: bool = False
) -> PastEvents:
    """Everything that tables say happened to facts of a kind.

    `watched`: kinds whose rows timers count from. `as_given`: facts without any date come in the order of their rows
    in the file, not of their keys.
    """
    order, kept, undated = arrivals(policy, assign, facts)
    table = facts.table(assign.kind)
    if as_given and policy.kinds[assign.kind].arrives is None:
        order.sort(key=lambda entry: int(table.places.lines[entry[1]]))
    made = PastEvents([], len(order), kept, undated)
    found: list[tuple[int, int, str, Event | Seen]] = [
        (at, 0, "", Arrive(at, assign.kind, {table.key_column: table.keys[row]})) for at, row in order
    ]
    came = {row: at for at, row in order}
    if assign.timers or _MOVE in facts.tables:
        found += [(seen.at, 2, "", seen) for seen in _later_cells(policy, assign, facts, came)]
    found += [(seen.at, 2, "", seen) for kind in sorted(watched) for seen in _later_rows(policy, kind, facts)]
    if _MOVE in facts.tables:
        found += [(move.at, 1, key, move) for key, move in _moves(assign, facts, made)]
    found.sort(key=lambda entry: entry[:3])  # stable: arrivals stay in their order
    made.moves = [key for _, rank, key, _ in found if rank == 1]
    made.events = [event for *_, event in found]
    return made


def arrivals(policy: c.Policy, assign: c.Assign, facts: Facts) -> tuple[list[tuple[int, int]], list[str], list[str]]:
    """Rows to decide as (moment, row) by arrival, then key; keys that have an owner; keys without a date."""
    table = facts.table(assign.kind)
    dated = policy.kinds[assign.kind].arrives
    order: list[tuple[int, int]] = []
    kept: list[str] = []
    undated: list[str] = []
    for row, key in enumerate(table.keys):
        if "owner" in table.columns and table.cell(row, "owner") is not None:
            kept.append(key)
            continue
        when = table.cell(row, dated.name) if dated is not None else 0
        if not isinstance(when, int):
            undated.append(key)
            continue
        order.append((when * SECONDS_PER_DAY if dated is not None and dated.type.name == "date" else when, row))
    return sorted(order), kept, undated


def _later_cells(policy: c.Policy, assign: c.Assign, facts: Facts, came: dict[int, int]) -> Iterator[Seen]:
    """Moments that a fact holds and that came after it did: until then nobody knew of them."""
    kind, table = policy.kinds[assign.kind], facts.table(assign.kind)
    for column in table.columns:
        spec = kind.columns[column]
        if not spec.type.optional or spec.type.name not in {"date", "moment"} or column in WRITTEN:
            continue
        scale = SECONDS_PER_DAY if spec.type.name == "date" else 1
        for row in range(len(table)):
            when = table.cell(row, column)
            if isinstance(when, int) and when * scale > came.get(row, when * scale):
                yield Seen(when * scale, assign.kind, row, column)


def _later_rows(policy: c.Policy, kind: str, facts: Facts) -> Iterator[Seen]:
    dated = policy.kinds[kind].dated
    table = facts.tables.get(kind)
    if table is None or dated is None or dated.name not in table.columns:
        return
    for row in range(len(table)):
        when = table.cell(row, dated.name)
        if isinstance(when, int):
            yield Seen(when * (SECONDS_PER_DAY if dated.type.name == "date" else 1), kind, row)


def _moves(assign: c.Assign, facts: Facts, made: PastEvents) -> Iterator[tuple[str, Move]]:
    table = facts.table(_MOVE)
    subject = next((name for name, spec in table.kind.columns.items() if spec.type.kind == assign.kind), None)
    for row, key in enumerate(table.keys):
        about = _cell(table, row, subject) if subject is not None else None
        at = _cell(table, row, "at")
        if not isinstance(about, int) or not isinstance(at, int):
            made.lost.append(key)
            continue
        until = _cell(table, row, "until")
        yield key, Move(
            at, assign.kind, facts.table(assign.kind).keys[about], str(_cell(table, row, "what")),
            _rep(facts, _cell(table, row, "rep")), _text(table, row, "by"), _text(table, row, "reason"),
            _rep(facts, _cell(table, row, "to")), _moment(until) if isinstance(until, int) else "",
        )  # fmt: skip


def _cell(table: FactTable, row: int, column: str) -> object:
    return table.cell(row, column) if column in table.columns else None


def _text(table: FactTable, row: int, column: str) -> str:
    found = _cell(table, row, column)
    return found if isinstance(found, str) else ""


def _rep(facts: Facts, row: object) -> str:
    return facts.table("rep").keys[row] if isinstance(row, int) else ""


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
