"""Whom schemes pay in which periods, and for which days of them; on whole columns. `membership` is the other way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import Index
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period
from ..calendar.windows import days_in_force, of_period
from ..columns.columnar_people import employed
from ..dependence import fields_at_hand
from ..frames import Frame
from ..histories import change_days
from ..versions import Versions

if TYPE_CHECKING:
    from ..columns.columnar import Columns

__all__ = ["Members", "members"]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The readers of a scheme, by rep, then period, then day: `frame` has the days for which it pays, `period` the
    place of the period that they belong to."""

    frame: Frame
    period: Index


def members(ev: Columns, scheme: c.Scheme, periods: tuple[Period, ...]) -> Members:
    """Those who were employed on some day of a period on which the policy is in force, and in the scheme's group.

    With `changes: split` for the days on which they are in the group, which may be several stretches of a period.
    """
    reps = len(ev.facts.table("rep"))
    spans = [days_in_force(ev.policy.effective, *of_period(period)) for period in periods]
    windows = np.array(spans, dtype=np.int64).reshape(-1, 2)
    rep = np.repeat(np.arange(reps, dtype=np.int64), len(periods))
    period = np.tile(np.arange(len(periods), dtype=np.int64), reps)
    frame = Frame({"rep": rep}, windows[period, 0], windows[period, 1], part_of=scheme.per)
    inside = (frame.start < frame.end) & employed(ev, rep, frame.start, frame.end)
    if scheme.setting("changes") == "split":
        kept = np.flatnonzero(inside)
        return _stretches(ev, scheme, Members(frame.only(kept), period[kept]))
    if scheme.group is not None:
        inside &= ev.mask(scheme.group, frame)
    kept = np.flatnonzero(inside)
    return Members(frame.only(kept), period[kept])


def _stretches(ev: Columns, scheme: c.Scheme, whole: Members) -> Members:
    """The days of each period on which a rep is in the group."""
    cell, day = _cuts(ev, scheme, whole.frame)
    cells = np.arange(len(whole.period), dtype=np.int64)
    places = np.unique(np.stack([np.r_[cells, cell], np.r_[whole.frame.start, day * SECONDS_PER_DAY]], 1), axis=0)
    cell, start = places[:, 0], places[:, 1]
    same = cell[1:] == cell[:-1]
    end = whole.frame.end[cell]
    end[:-1][same] = start[1:][same]
    parts = Frame({"rep": whole.frame.rows["rep"][cell]}, start, end, part_of=scheme.per)
    inside = np.ones(len(cell), dtype=np.bool_)
    versions = ev.facts.table("rep").versions
    if versions is not None:
        inside &= versions.at(parts.rows["rep"], start, end) >= 0
    if scheme.group is not None:
        inside &= ev.mask(scheme.group, parts)
    kept = np.flatnonzero(inside)
    cell, start, end = cell[kept], start[kept], end[kept]
    fresh = np.ones(len(kept), dtype=np.bool_)
    fresh[1:] = (cell[1:] != cell[:-1]) | (start[1:] != end[:-1])
    first = np.flatnonzero(fresh).astype(np.int64)
    last = np.append(first[1:], len(kept))[: len(first)] - 1
    rows = {"rep": whole.frame.rows["rep"][cell[first]]}
    return Members(Frame(rows, start[first], end[last], part_of=scheme.per), whole.period[cell[first]])


def _cuts(ev: Columns, scheme: c.Scheme, frame: Frame) -> tuple[Index, Index]:
    """The days inside the readers' windows on which something changes that the group reads, by reader."""
    reads = list(fields_at_hand(ev.policy, scheme.group)) if scheme.group is not None else []
    own = {node.column for node in reads if node.kind == "rep" and isinstance(node.base, c.Subject)}
    cells: list[Index] = []
    days: list[Index] = []
    versions = ev.facts.table("rep").versions
    if versions is not None:
        cell, day = _own_days(versions, own, frame)
        cells.append(cell)
        days.append(day)
    for node in reads:
        others = ev.facts.table(node.kind).versions
        if others is not None and not isinstance(node.base, c.Subject):
            every = np.unique(change_days(others, {node.column} & others.columns.keys())[1])
            cells.append(np.repeat(np.arange(len(frame), dtype=np.int64), len(every)))
            days.append(np.tile(every, len(frame)))
    cell, day = (np.concatenate(found) if found else np.zeros(0, dtype=np.int64) for found in (cells, days))
    within = (day * SECONDS_PER_DAY > frame.start[cell]) & (day * SECONDS_PER_DAY < frame.end[cell])
    return cell[within], day[within]


def _own_days(versions: Versions, columns: set[str], frame: Frame) -> tuple[Index, Index]:
    """The days on which readers' own rows change, each with its reader."""
    row, day = change_days(versions, columns & versions.columns.keys())
    low, high = (np.searchsorted(row, frame.rows["rep"], side) for side in ("left", "right"))
    counts = high - low
    cell = np.repeat(np.arange(len(frame), dtype=np.int64), counts)
    place = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts - low, counts)
    return cell, day[place]
