"""Working time on whole columns: the hours of each reader, then the time of each row within them.

Hours are values (see `calendar.opening`) that both evaluators make, each in its own way, and of which the time is
counted by the same formulas; the rows of a column that have the same hours share what was worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index
from ..calendar.opening import NEVER, Always, Closed, Counted, Each, Opening, Some, beyond, clock, daily, spans, weekly
from ..calendar.windows import BEGINNING
from ..calendar.working_time import counted_back, measured, term_of
from ..calendar.zones import instant_of, moment_of
from ..facts import SetCells, TextCells
from ..frames import Frame, Values, as_column
from .picked_rows import pairs

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["hours", "later", "working_time"]


def later(ev: Columns, node: c.Later, frame: Frame) -> Values:
    """The moment so much working time after another, or before it."""
    home, wait = ev.policy.timezone, node.wait
    assert wait.hours is not None
    made: list[int | None] = []
    for base, opening in zip(_each(ev, node.base, frame), _told(ev, wait.hours, frame), strict=True):
        if base is None:
            made.append(None)
        elif node.back:
            made.append(moment_of(counted_back(opening, instant_of(int(base), home), wait.seconds).at_last, home))
        else:
            made.append(moment_of(term_of(wait, opening, int(base), home).at_last, home))
    return Column.from_fractions(made)


def working_time(ev: Columns, node: c.Invoke, frame: Frame) -> Values:
    """How much of the time from one moment to another lies within hours."""
    begin, end, within = node.args
    assert isinstance(within, c.Hours)
    made: list[int | None] = []
    openings = _told(ev, within, frame)
    for first, last, opening in zip(_each(ev, begin, frame), _each(ev, end, frame), openings, strict=True):
        if first is None or last is None:
            made.append(None)
        else:
            made.append(measured(opening, int(first), int(last), ev.policy.timezone))
    return Column.from_fractions(made)


def hours(ev: Columns, node: c.Hours, frame: Frame) -> Values:
    """Whether it is open at the moment of each reader."""
    now = [instant_of(end - 1, ev.policy.timezone) for end in frame.end.tolist()]
    openings = _told(ev, node, frame)
    found = [bool(spans(opening, at, at + 1)) for opening, at in zip(openings, now, strict=True)]
    return np.array(found, dtype=np.bool_)


def _told(ev: Columns, node: c.Hours, frame: Frame) -> list[Opening]:
    """The hours of each reader, as a decision would read them: all that counts up to the end of its window."""
    start = np.full(len(frame), BEGINNING, dtype=np.int64)
    return _openings(ev, node.opening, Frame(frame.rows, start, frame.end))


def _openings(ev: Columns, node: c.Opening, frame: Frame) -> list[Opening]:
    """The hours of each reader."""
    match node:
        case c.OpenIf(condition=condition):
            return [Always(bool(holds)) for holds in ev.mask(condition, frame).tolist()]
        case c.OpenDuring(zone=zone, days=days, begin=begin, end=end):
            parts = (_each(ev, part, frame) for part in (days, begin, end))
            return [weekly(*row) for row in zip(_zones(ev, zone, frame), *parts, strict=True)]
        case c.OpenWeekdays(zone=zone, days=days, negated=negated):
            rows = zip(_zones(ev, zone, frame), _each(ev, days, frame), strict=True)
            return [daily(*row, negated=negated) for row in rows]
        case c.OpenClock(zone=zone, op=op, time=time):
            rows = zip(_zones(ev, zone, frame), _each(ev, time, frame), strict=True)
            return [clock(at, op, edge) for at, edge in rows]
        case c.OpenMoments(zone=zone, op=op, edge=edge, days=days):
            rows = zip(_zones(ev, zone, frame), _each(ev, edge, frame), strict=True)
            return [beyond(at, op, moment, days=days) for at, moment in rows]
        case c.OpenNot(part=part):
            return [Closed(one) for one in _openings(ev, part, frame)]
        case c.OpenAll(parts=parts):
            return [Each(found) for found in zip(*(_openings(ev, part, frame) for part in parts), strict=True)]
        case c.OpenAny(parts=parts):
            return [Some(found) for found in zip(*(_openings(ev, part, frame) for part in parts), strict=True)]
        case c.OpenCount():
            return _counts(ev, node, frame)
        case c.OpenFor():
            return _for_others(ev, node, frame)
        case _:
            raise TypeError(node)


def _for_others(ev: Columns, node: c.OpenFor, frame: Frame) -> list[Opening]:
    """The hours of other rows than those at hand; never where such a row is missing."""
    rows = [ev.rows(arg, frame) for arg in node.args]
    there = np.flatnonzero(np.all([row >= 0 for row in rows], axis=0))
    inner = Frame(
        {kind: row[there] for kind, row in zip(node.kinds, rows, strict=True)}, frame.start[there], frame.end[there]
    )
    made: list[Opening] = [NEVER] * len(frame)
    for place, opening in zip(there.tolist(), _openings(ev, node.part, inner), strict=True):
        made[place] = opening
    return made


def _counts(ev: Columns, node: c.OpenCount, frame: Frame) -> list[Opening]:
    """The hours of each row that counts at all for a reader, and how many have to be open."""
    numbers, ledger = _each(ev, node.number, frame), ev.ledger(node.rows.account)
    nobody = np.zeros(len(frame), dtype=np.int64)
    recipients = nobody if node.rows.subject is None else ev.rows(node.rows.subject, frame)
    edges = (np.full(len(frame), edge, dtype=np.int64) for edge in (BEGINNING, -BEGINNING))
    reader, place = pairs(*ledger.between(recipients, *edges))
    both = _beside(node, ledger.account.kind, frame, reader, ledger.rows[place])
    if node.rows.where is not None:
        holds = ev.mask(node.rows.where, both)
        reader, place = reader[holds], place[holds]
        both = _beside(node, ledger.account.kind, frame, reader, ledger.rows[place])
    found = [list[Opening]() for _ in range(len(frame))]
    whose: list[int] = reader.tolist()
    times: list[int] = ledger.times_of(place).tolist()
    for at, time, part in zip(whose, times, _openings(ev, node.part, both), strict=True):
        since = beyond(ev.policy.timezone, ">=", time, days=False)
        found[at].append(Each((since, part)) if node.dated else part)
    rows = zip(found, numbers, recipients.tolist(), strict=True)
    return [
        NEVER if number is None or recipient < 0 else Counted(tuple(parts), node.op, number)
        for parts, number, recipient in rows
    ]


def _beside(node: c.OpenCount, kind: str, frame: Frame, reader: Index, rows: Index) -> Frame:
    """Each reader with a row that it may count."""
    both = frame.only(reader)
    both.rows[node.rows.row or kind] = rows
    return both


def _zones(ev: Columns, zone: c.Expr | None, frame: Frame) -> Sequence[Any]:
    return [ev.policy.timezone] * len(frame) if zone is None else _each(ev, zone, frame)


def _each(ev: Columns, node: c.Expr, frame: Frame) -> Sequence[Any]:
    """The value of each reader: a number, a text or a set; None where it is missing."""
    values = ev.value(node, frame)
    match values:
        case SetCells():
            return values.values
        case TextCells():
            return [values.words[code] if code >= 0 else None for code in values.codes.tolist()]
        case _:
            return as_column(values).to_fractions()
