"""Readings over people and periods in the columnar evaluator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.exact import Column, where
from ..arrays.integers import Index, IntArray, Mask
from ..arrays.ordering import distinct, order_of
from ..arrays.rounding import round_ratio, step_of
from ..arrays.segments import range_extreme, segment_sum, segmented_largest_remainder, streaks
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import period_start, shift
from ..calendar.windows import last_day, resolve
from ..frames import Frame, Values, codes_of, known_of

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["Crowd", "across_periods", "across_reps", "employed", "prize", "rank", "share"]


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """The members of every group in every window, sorted by group, then rep.

    `frame` has one reader for each member; `starts` where each group begins; `group` the group of each reader of
    the frame that asked (-1: none), `place` its own row among the members (-1: not one of them).
    """

    frame: Frame
    starts: Index
    group: Index
    place: Index


def employed(ev: Columns, reps: Index, start: Index, end: Index) -> Mask:
    """Whether each rep was there and employed on some day of its window; reps without dates always are."""
    table = ev.facts.table("rep")
    made = np.ones(len(reps), dtype=np.bool_) if table.versions is None else table.versions.at(reps, start, end) >= 0
    columns = table.columns
    for name, late in (("hired", True), ("left", False)):
        cells = columns.get(name)
        if not isinstance(cells, Column):
            continue
        day = cells.take(reps)
        limit = Column.of(last_day(end) if late else start // SECONDS_PER_DAY)
        outside = day.gt(limit) if late else day.lt(limit)
        made &= ~outside
    return made


def _crowd(ev: Columns, frame: Frame, group: c.Expr | None, where_: c.Expr | None, scheme: str | None) -> Crowd:
    """The crowd of every distinct window of a frame."""
    first, window = distinct(frame.start, frame.end)
    reps = len(ev.facts.table("rep"))
    cells = Frame(
        {"rep": np.tile(np.arange(reps, dtype=np.int64), len(first))},
        np.repeat(frame.start[first], reps),
        np.repeat(frame.end[first], reps),
        part_of=frame.part_of,
    )
    keys = codes_of(ev.value(group, cells), len(cells)) if group is not None else np.zeros(len(cells), dtype=np.int64)
    inside = employed(ev, cells.rows["rep"], cells.start, cells.end) & (keys >= 0)
    entry = next((made for made in ev.policy.schemes if made.name == scheme), None) if scheme else None
    if entry is not None and entry.group is not None:
        inside &= ev.mask(entry.group, cells)
    if where_ is not None:
        inside &= ev.mask(where_, cells)
    groups = np.repeat(np.arange(len(first)), reps) * (int(keys.max(initial=0)) + 1) + keys
    members = np.flatnonzero(inside)
    members = members[order_of(groups[members], cells.rows["rep"][members])]
    found, starts = np.unique(groups[members], return_index=True)
    at = window * reps + frame.rows["rep"] if "rep" in frame.rows else window * reps
    wanted = np.where(keys[at] < 0, -1, groups[at])
    slot = np.searchsorted(found, wanted)
    slot = np.where((slot < len(found)) & (wanted >= 0), slot, 0)
    matched = (found[slot] == wanted) if len(found) else np.zeros(len(at), dtype=np.bool_)
    place = np.full(len(cells), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    own = place[at] if "rep" in frame.rows else np.full(len(at), -1)
    return Crowd(cells.only(members), starts.astype(np.int64), np.where(matched, slot, -1).astype(np.int64), own)


def across_reps(ev: Columns, node: c.AcrossReps, frame: Frame) -> Values:
    """A reading over members; missing values of members count as absent."""
    if node.window.kind != "scope":
        frame = frame.within(*resolve(node.window, frame.start, frame.end, ev.policy.calendar))
    crowd = _crowd(ev, frame, node.group, node.where, node.members)
    if node.value is None:
        values = Column.constant(1, len(crowd.frame))
    else:
        values = ev.column(node.value, crowd.frame)
    made = _segment_reading(node.reading, values, crowd.starts)
    taken = made.take(crowd.group) if len(made) else Column.constant(0, len(frame)).with_known(crowd.group >= 0)
    if node.reading in {"sum", "count"}:
        taken = taken.fill(Column.constant(0, len(frame)))
    return taken


def _segment_reading(reading: str, values: Column, starts: Index) -> Column:
    """A reading of the known values of each segment, in order."""
    known = known_of(values, len(values))
    present = Column.of(known.astype(np.int64))
    ends = np.append(starts[1:], len(values)).astype(np.int64)
    match reading:
        case "sum":
            return segment_sum(values, starts)
        case "count":
            return segment_sum(present, starts)
        case "average":
            return segment_sum(values, starts).divide(segment_sum(present, starts))
        case "highest" | "lowest":
            return range_extreme(values, starts, ends, reading == "highest")
        case "streak":
            return Column.of(streaks(values, starts, ends))
        case _:
            order = np.where(known, np.arange(len(values)), -1)
            last = range_extreme(Column.of(order), starts, ends, True).floor_int()
            return values.take(np.where(ends > starts, last, -1).astype(np.int64))


def across_periods(ev: Columns, node: c.AcrossPeriods, frame: Frame) -> Values:
    """A reading over the periods that begin in the window."""
    start, end = resolve(node.window, frame.start, frame.end, ev.policy.calendar)
    calendar = ev.policy.calendar
    first = period_start(node.per, start // SECONDS_PER_DAY, calendar)
    first = np.where(first * SECONDS_PER_DAY < start, shift(node.per, first, 1, calendar), first)
    counts = _period_counts(node.per, first, end, calendar)
    reader = np.repeat(np.arange(len(frame)), counts)
    starts = (np.cumsum(counts) - counts).astype(np.int64)
    step = np.arange(len(reader)) - np.repeat(starts, counts)
    begins = shift(node.per, first[reader], step, calendar) * SECONDS_PER_DAY
    ends = np.minimum(shift(node.per, first[reader], step + 1, calendar) * SECONDS_PER_DAY, end[reader])
    rows = {kind: found[reader] for kind, found in frame.rows.items()}
    values = ev.column(node.value, Frame(rows, begins, ends))
    if node.value.type.name == "flag" and node.reading == "count":  # those in which it holds
        values = values.with_known(values.num != 0)
    filled = counts > 0
    made = _segment_reading(node.reading, values, starts[filled])
    place = np.where(filled, np.cumsum(filled) - 1, -1)
    taken = made.take(place.astype(np.int64))
    return taken.fill(Column.constant(0, len(frame))) if node.reading in {"sum", "count", "streak"} else taken


def _period_counts(per: str, first: Index, end: Index, calendar: Calendar) -> Index:
    """How many periods begin at or after `first` and before `end`."""
    counts = np.zeros(len(first), dtype=np.int64)
    day = first.copy()
    while True:
        inside = day * SECONDS_PER_DAY < end
        if not inside.any():
            return counts
        counts += inside
        day = shift(per, day, 1, calendar)


# --- ranks ---------------------------------------------------------------------------------------------------


def _places(ev: Columns, node: c.Rank, frame: Frame) -> tuple[Crowd, Index, Index, Index]:
    """The crowd, and for each member its place, how many share it, and its turn among those (from 0)."""
    crowd = _crowd(ev, frame, node.group, node.where, node.members)
    values = ev.column(node.value, crowd.frame)
    if values.known is not None:
        crowd = _competing(crowd, values.known)
        values = values.take(np.flatnonzero(values.known))
    members = len(crowd.frame)
    segment = np.repeat(np.arange(len(crowd.starts)), np.diff(crowd.starts, append=members))
    dense = values.dense_rank(descending=True)
    order = order_of(segment, dense, crowd.frame.rows["rep"])
    ranks, groups = dense[order], segment[order]
    index = np.arange(members)
    fresh = np.ones(members, dtype=np.bool_)
    fresh[1:] = (ranks[1:] != ranks[:-1]) | (groups[1:] != groups[:-1])
    first = np.maximum.accumulate(np.where(fresh, index, 0)) if members else index
    runs = np.flatnonzero(fresh)
    sizes = np.diff(runs, append=members)
    run = np.cumsum(fresh) - 1
    place = first - crowd.starts[groups] + 1 if node.ties != "first" else index - crowd.starts[groups] + 1
    made = np.empty((3, members), dtype=np.int64)
    made[:, order] = np.stack([place, sizes[run] if members else place, index - first])
    return crowd, made[0], made[1], made[2]


def _competing(crowd: Crowd, known: Mask) -> Crowd:
    """The crowd without the members whose value is missing."""
    before = np.r_[0, np.cumsum(known)]
    place = np.where(crowd.place >= 0, np.where(known[crowd.place], before[crowd.place], -1), -1)
    return Crowd(crowd.frame.only(np.flatnonzero(known)), before[crowd.starts], crowd.group, place)


def rank(ev: Columns, node: c.Rank, frame: Frame) -> Values:
    """The place; missing for those who do not compete."""
    crowd, place, _, _ = _places(ev, node, frame)
    return Column.of(place).take(crowd.place) if len(place) else Column.constant(0, len(frame)).take(crowd.place)


def prize(ev: Columns, node: c.Prize, frame: Frame) -> Values:
    """The prize of the place; tied members share the prizes of the places that they occupy, to the minor unit."""
    crowd, place, size, turn = _places(ev, node.rank, frame)
    members = len(crowd.frame)
    total = Column.constant(0, members)
    span = size if node.rank.ties == "share" else np.ones(members, dtype=np.int64)
    for number, value in node.places:
        won = (place <= number) & (number < place + span)
        total = total + where(won, ev.column(value, crowd.frame), Column.constant(0, members))
    if node.rank.ties == "share":
        step = step_of(ev.policy)
        whole = _rounded(ev, total) // step
        sign, size_ = np.where(whole < 0, -1, 1), np.abs(whole)
        part = size_ // span
        shared = Column.of(sign * (part + (turn < size_ - part * span)) * step).with_known(total.known)
        total = where(span > 1, shared, total)
    return _of_members(crowd, total, len(frame))


def _rounded(ev: Columns, pools: Column) -> IntArray:
    """Pools rounded as payouts are."""
    return round_ratio(pools.num, pools.den, step_of(ev.policy), ev.policy.rounding)


def _of_members(crowd: Crowd, values: Column, rows: int) -> Column:
    """The value of each reader that is a member; 0 for the others."""
    outside = crowd.place < 0
    zero = Column.constant(0, rows)
    return where(outside, zero, values.take(np.where(outside, 0, crowd.place))) if len(values) else zero


def share(ev: Columns, node: c.ShareOf, frame: Frame) -> Values:
    """Each subject's part of its group's pool by largest remainder; 0 for those who are not members.

    A weight below zero counts as none.
    """
    crowd = _crowd(ev, frame, node.group, node.where, None)
    members = len(crowd.frame)
    if not members:
        return Column.constant(0, len(frame))
    nothing = Column.constant(0, members)
    weights = ev.column(node.weight, crowd.frame).fill(nothing).maximum(nothing)
    pools = ev.column(node.pool, crowd.frame.only(crowd.starts))
    step = step_of(ev.policy)
    totals = Column.of(_rounded(ev, pools) // step)
    parts = segmented_largest_remainder(totals, weights, crowd.starts, np.arange(members, dtype=np.int64))
    segment = np.repeat(np.arange(len(crowd.starts)), np.diff(crowd.starts, append=members))
    made = Column.of(parts).scale(step).with_known(known_of(pools, len(crowd.starts))[segment])
    return _of_members(crowd, made, len(frame))
