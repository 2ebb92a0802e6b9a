"""Accounts as columns: every posting of an account, sorted by recipient, time and row."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..dsl import checked as c
from .days import SECONDS_PER_DAY
from .exact import Column, where
from .frames import Frame, known_of
from .integers import Index, Mask
from .segments import PrefixSums, range_extreme, segment_sum
from .windows import BEGINNING

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["Ledger", "Unposted", "post"]

_SPAN = 1 << 40


@dataclass(frozen=True, slots=True)
class Unposted:
    """Rows that satisfy an account's condition and could not be credited, and why (`value`, `date`, `receiver`)."""

    why: str
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Ledger:
    """Postings sorted by recipient, time, row; one a row and recipient.

    `recipients` (rows of the recipient's kind; 0 in an account of nobody), `times` (seconds), `rows` (rows of the
    account's kind), `values` (exact, in the account's unit).
    """

    account: c.Account
    recipients: Index
    times: Index
    rows: Index
    values: Column
    unposted: tuple[Unposted, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def _keys(self) -> Index:
        return self.recipients * _SPAN + (self.times - BEGINNING)

    @cached_property
    def sums(self) -> PrefixSums:
        """Sums over stretches of postings."""
        return PrefixSums(self.values)

    def between(self, recipients: Index, start: Index, end: Index) -> tuple[Index, Index]:
        """The stretch of postings of each recipient's window."""
        base = np.maximum(recipients, 0) * _SPAN - BEGINNING
        low = np.searchsorted(self._keys, base + np.clip(start, BEGINNING, -BEGINNING))
        high = np.searchsorted(self._keys, base + np.clip(end, BEGINNING, -BEGINNING))
        high = np.where(recipients < 0, low, np.maximum(low, high))
        return low.astype(np.int64), high.astype(np.int64)

    def reading(self, reading: str, recipients: Index, start: Index, end: Index) -> Column:
        """A reading of each recipient's window; missing where the recipient is."""
        low, high = self.between(recipients, start, end)
        there: Mask = recipients >= 0
        counts = high - low
        match reading:
            case "sum":
                made = self.sums.between(low, high)
            case "count":
                made = Column.of(counts)
            case "average":
                made = self.sums.between(low, high).divide(Column.of(counts))
            case "latest":
                made = self.values.take(np.where(counts > 0, high - 1, -1))
            case _:
                made = range_extreme(self.values, low, high, reading == "highest")
        return made if there.all() else made.with_known(there)


def post(ev: Columns, account: c.Account) -> Ledger:
    """Post every row of an account's kind."""
    rows = np.arange(len(ev.facts.table(account.kind)), dtype=np.int64)
    frame, dated = _own_days(ev, account, rows)
    if account.when is not None:
        holding = np.flatnonzero(ev.mask(account.when, frame))
        frame, dated, rows = frame.only(holding), dated[holding], rows[holding]
    values = ev.column(account.value, frame)
    valued = known_of(values, len(rows))
    unposted = [Unposted("value", tuple(rows[~valued].tolist())), Unposted("date", tuple(rows[~dated].tolist()))]
    usable = np.flatnonzero(valued & dated)
    frame, values, rows = frame.only(usable), values.take(usable), rows[usable]
    people, times, found, parts = _receive(ev, account, frame, values, rows, unposted)
    return _sorted(account, people, times, found, parts, tuple(entry for entry in unposted if entry.rows))


def _own_days(ev: Columns, account: c.Account, rows: Index) -> tuple[Frame, Mask]:
    """Each row in the window of its own day, with its time; and whether it has a date."""
    bare = Frame({account.kind: rows}, np.full(len(rows), BEGINNING), np.full(len(rows), BEGINNING))
    if account.on is None:
        day = np.zeros(len(rows), dtype=np.int64)
        return Frame({account.kind: rows}, day, day + SECONDS_PER_DAY), np.ones(len(rows), dtype=np.bool_)
    on = ev.column(account.on, bare)
    dated = known_of(on, len(rows))
    days = on.floor_int() if account.on.type.name == "date" else on.floor_int() // SECONDS_PER_DAY
    start = np.where(dated, days * SECONDS_PER_DAY, BEGINNING)
    end = np.where(dated, start + SECONDS_PER_DAY, BEGINNING)
    return Frame({account.kind: rows}, start, end), dated


def _receive(
    ev: Columns, account: c.Account, frame: Frame, values: Column, rows: Index, unposted: list[Unposted]
) -> tuple[Index, Index, Index, Column]:
    """The postings in any order: recipients, times, rows, values."""
    times = _times(ev, account, frame)
    if not account.receivers:
        return np.zeros(len(rows), dtype=np.int64), times, rows, values
    people: list[Index] = []
    kept: list[Index] = []
    parts = _split(values, tuple(receiver.share for receiver in account.receivers))
    made: list[Column] = []
    for receiver, part in zip(account.receivers, parts, strict=True):
        person = ev.rows(receiver.path, frame)
        there = np.flatnonzero(person >= 0)
        if len(there) < len(rows):
            absent = np.setdiff1d(np.arange(len(rows)), there)
            unposted.append(Unposted("receiver", tuple(rows[absent].tolist())))
        people.append(person[there].astype(np.int64))
        kept.append(there)
        made.append(part.take(there))
    at = np.concatenate(kept)
    return np.concatenate(people), times[at], rows[at], _stacked(made)


def _times(ev: Columns, account: c.Account, frame: Frame) -> Index:
    if account.on is None or account.on.type.name == "date":
        return frame.start
    return ev.column(account.on, frame).floor_int().astype(np.int64)


def _stacked(columns: list[Column]) -> Column:
    """Columns one below the other."""
    if len(columns) == 1:
        return columns[0]
    dens = [column.den for column in columns]
    if all(isinstance(den, int) and den == dens[0] for den in dens):
        return Column(np.concatenate([column.num for column in columns]), dens[0])
    spread = [
        np.full(len(column), column.den, dtype=np.int64) if isinstance(column.den, int) else column.den
        for column in columns
    ]
    return Column(np.concatenate([column.num for column in columns]), np.concatenate(spread)).reduced()


def _split(values: Column, shares: tuple[Fraction, ...]) -> list[Column]:
    """The parts by shares: whole values by largest remainder (ties to the earlier receiver), others exactly."""
    exact = [values.scale(share) for share in shares]
    if len(shares) == 1 or sum(shares) != 1:
        return exact
    size = where(values.lt(Column.constant(0, len(values))), -values, values)
    floors = [size.scale(share).floor_int() for share in shares]
    rests = [(size.scale(share) - Column.of(floor)) for share, floor in zip(shares, floors, strict=True)]
    left = size.floor_int() - sum(floors[1:], floors[0])
    order = np.argsort(-_common_ranks(rests), axis=0, kind="stable")
    position = np.argsort(order, axis=0, kind="stable")
    sign = np.where(values.num < 0, -1, 1)
    is_whole = values.num % values.den == 0
    made: list[Column] = []
    for index, (part, floor) in enumerate(zip(exact, floors, strict=True)):
        whole = Column.of(sign * (floor + (position[index] < left)))
        made.append(where(is_whole, whole, part))
    return made


def _common_ranks(columns: list[Column]) -> Index:
    """The ranks of the values of all columns on one scale, one line a column."""
    return _stacked(columns).dense_rank().reshape(len(columns), -1)


def _sorted(
    account: c.Account, people: Index, times: Index, rows: Index, values: Column, unposted: tuple[Unposted, ...]
) -> Ledger:
    order = np.lexsort((rows, times, people))
    people, times, rows, values = people[order], times[order], rows[order], values.take(order)
    if len(account.receivers) > 1 and len(rows):
        fresh = np.r_[True, (people[1:] != people[:-1]) | (rows[1:] != rows[:-1])]
        if not fresh.all():
            starts = np.flatnonzero(fresh).astype(np.int64)
            values = segment_sum(values, starts)
            people, times, rows = people[starts], times[starts], rows[starts]
    return Ledger(account, people, times.astype(np.int64), rows, values, unposted)
