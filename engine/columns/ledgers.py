"""Accounts as columns: every posting of an account, sorted by recipient, time and row."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column, where
from ..arrays.integers import Index, Mask
from ..arrays.ordering import is_ascending, order_of, sorted_by
from ..arrays.segments import PrefixSums, distinct_counts, range_extreme, segment_sum, streaks
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING
from ..frames import Frame, Values, as_column, codes_of, known_of
from .hierarchy import above

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["Ledger", "Unposted", "key_of", "post"]

_BITS = 40


@dataclass(frozen=True, slots=True)
class Unposted:
    """Rows that satisfy an account's condition and could not be credited, and why (`value`, `date`, `receiver`).

    `circle`: they were credited, up a chain of managers that leads back to somebody in it.
    """

    why: str
    kind: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Stretches that were asked for. The arrays are kept, so that no others can have their identity."""

    asked: tuple[Index, Index, Index]
    low: Index
    high: Index


_KEPT = 8


@dataclass(frozen=True, eq=False)
class Ledger:
    """Postings sorted by recipient, time, kind and row; one for each of these.

    `keys` (see `key_of`: recipient and time), `rows` (rows of the kind at the place `kinds` in the account's kinds;
    None: of the first), `values` (exact, in the account's unit).
    """

    account: c.Account
    keys: Index
    rows: Index
    values: Column
    kinds: Index | None = None
    unposted: tuple[Unposted, ...] = field(default=())
    _found: dict[tuple[int, int, int], _Found] = field(default_factory=dict[tuple[int, int, int], "_Found"], init=False)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def recipients(self) -> Index:
        """The row of each posting's recipient; 0 in an account of nobody. A new array."""
        return self.recipients_of(slice(None))

    def recipients_of(self, at: Index | slice) -> Index:
        """The recipients of some postings."""
        return self.keys[at] >> _BITS

    @property
    def times(self) -> Index:
        """The second of each posting. A new array."""
        return self.times_of(slice(None))

    def times_of(self, at: Index | slice) -> Index:
        """The seconds of some postings."""
        return (self.keys[at] & ((1 << _BITS) - 1)) + BEGINNING

    @cached_property
    def sums(self) -> PrefixSums:
        """Sums over stretches of postings."""
        return PrefixSums(self.values)

    def between(self, recipients: Index, start: Index, end: Index) -> tuple[Index, Index]:
        """The stretch of postings of each recipient's window."""
        asked = id(recipients), id(start), id(end)
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = _Found((recipients, start, end), *self._between(recipients, start, end))
            if len(self._found) > _KEPT:
                self._found.pop(next(iter(self._found)))
        return found.low, found.high

    def _between(self, recipients: Index, start: Index, end: Index) -> tuple[Index, Index]:
        base = (np.maximum(recipients, 0) << _BITS) - BEGINNING
        low = np.searchsorted(self.keys, base + np.clip(start, BEGINNING, -BEGINNING))
        high = np.searchsorted(self.keys, base + np.clip(end, BEGINNING, -BEGINNING))
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
            case "streak":
                made = Column.of(streaks(self.values, low, high))
            case "distinct":
                made = Column.of(distinct_counts(self.values.dense_rank(), low, high))
            case _:
                made = range_extreme(self.values, low, high, reading == "highest")
        return made if there.all() else made.with_known(there)


@dataclass(frozen=True, slots=True, eq=False)
class _Credits:
    """What one credit of an account posts, in any order: recipients, times, rows, values; and what it could not."""

    recipients: Index
    times: Index
    rows: Index
    values: Column
    unposted: tuple[Unposted, ...]


def post(ev: Columns, account: c.Account) -> Ledger:
    """Post every row of an account's kinds."""
    if not account.more:
        return _sorted(_credits(ev, account), account, None)
    made = [_credits(ev, source) for source in account.sources]
    places = [account.kinds.index(source.kind) for source in account.sources]
    kinds = np.concatenate([np.full(len(part.rows), place) for place, part in zip(places, made, strict=True)])
    whole = _Credits(
        np.concatenate([part.recipients for part in made]),
        np.concatenate([part.times for part in made]).astype(np.int64),
        np.concatenate([part.rows for part in made]),
        _stacked([part.values for part in made]),
        tuple(entry for part in made for entry in part.unposted),
    )
    return _sorted(whole, account, kinds)


def _credits(ev: Columns, account: c.Account) -> _Credits:
    """The postings of one credit."""
    rows = ev.every(account.kind)
    frame, dated = _own_days(ev, account, rows)
    if account.when is not None:
        holds = ev.mask(account.when, frame)
        if not holds.all():
            frame, dated, rows = frame.only(np.flatnonzero(holds)), dated[holds], rows[holds]
    values = _values(ev.value(account.value, frame))
    valued = known_of(values, len(rows))
    unposted = [
        Unposted("value", account.kind, tuple(rows[~valued].tolist())),
        Unposted("date", account.kind, tuple(rows[~dated].tolist())),
    ]
    if not (valued.all() and dated.all()):
        usable = np.flatnonzero(valued & dated)
        frame, values, rows = frame.only(usable), values.take(usable), rows[usable]
    return _receive(ev, account, frame, values, rows, unposted)


def _values(values: Values) -> Column:
    """Quantities as they are; of what is only told apart (rows, texts) a number for each."""
    if isinstance(values, Column) or (isinstance(values, np.ndarray) and values.dtype == np.bool_):
        return as_column(values)
    codes = codes_of(values, 0)
    return Column.of(codes).with_known(codes >= 0)


def _own_days(ev: Columns, account: c.Account, rows: Index) -> tuple[Frame, Mask]:
    """Each row in the window of its own day, with its time; and whether it has a date."""
    early = np.broadcast_to(np.int64(BEGINNING), rows.shape)
    bare = Frame({account.kind: rows}, early, early)
    if account.on is None:
        day = np.zeros(len(rows), dtype=np.int64)
        return Frame({account.kind: rows}, day, day + SECONDS_PER_DAY), np.ones(len(rows), dtype=np.bool_)
    on = ev.column(account.on, bare)
    dated = known_of(on, len(rows))
    days = on.floor_int() if account.on.type.name == "date" else on.floor_int() // SECONDS_PER_DAY
    start = days * SECONDS_PER_DAY
    end = start + SECONDS_PER_DAY
    if not dated.all():
        start, end = np.where(dated, start, BEGINNING), np.where(dated, end, BEGINNING)
    return Frame({account.kind: rows}, start, end), dated


def _receive(
    ev: Columns, account: c.Account, frame: Frame, values: Column, rows: Index, unposted: list[Unposted]
) -> _Credits:
    """The postings to each receiver."""
    times = _times(ev, account, frame)
    if not account.receivers:
        return _Credits(np.zeros(len(rows), dtype=np.int64), times, rows, values, tuple(unposted))
    people: list[Index] = []
    kept: list[Index] = []
    parts = _split(values, tuple(receiver.share for receiver in account.receivers))
    made: list[Column] = []
    for receiver, part in zip(account.receivers, parts, strict=True):
        person = ev.rows(receiver.path, frame)
        absent = person < 0
        if absent.any():
            there = np.flatnonzero(~absent)
            unposted.append(Unposted("receiver", account.kind, tuple(rows[absent].tolist())))
            person = person[there]
        elif len(account.receivers) == 1 and receiver.above is None:
            return _Credits(person, times, rows, part, tuple(unposted))
        else:
            there = np.arange(len(rows))
        if receiver.above is not None:
            person, there, circling = above(ev, receiver.above, frame.only(there), person, there)
            unposted.append(Unposted("circle", account.kind, tuple(np.unique(rows[circling]).tolist())))
        people.append(person)
        kept.append(there)
        made.append(part if len(there) == len(rows) and receiver.above is None else part.take(there))
    at = np.concatenate(kept)
    return _Credits(np.concatenate(people), times[at], rows[at], _stacked(made), tuple(unposted))


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


def key_of(recipients: Index, times: Index) -> Index:
    """One number for a recipient (row) and a time (seconds), in their order. A new array."""
    keys = recipients << _BITS
    keys += times
    keys -= BEGINNING
    return keys


def _sorted(made: _Credits, account: c.Account, kinds: Index | None) -> Ledger:
    """The postings in order of recipient, time, kind and row; one for each of these, with the sum."""
    people, times, rows, values = made.recipients, made.times, made.rows, made.values
    if kinds is not None:
        order = order_of(kinds, rows)
        kinds, people, times, rows, values = kinds[order], people[order], times[order], rows[order], values.take(order)
    elif not is_ascending(rows):
        order = order_of(rows)
        people, times, rows, values = people[order], times[order], rows[order], values.take(order)
    order, people, times = sorted_by(people, times)
    rows, values, kinds = rows[order], values.take(order), kinds[order] if kinds is not None else None
    if (len(account.receivers) > 1 or account.more) and len(rows):
        fresh = np.r_[True, (people[1:] != people[:-1]) | (rows[1:] != rows[:-1]) | (times[1:] != times[:-1])]
        if kinds is not None:
            fresh[1:] |= kinds[1:] != kinds[:-1]
        if not fresh.all():
            starts = np.flatnonzero(fresh).astype(np.int64)
            values = segment_sum(values, starts)
            people, times, rows = people[starts], times[starts], rows[starts]
            kinds = kinds[starts] if kinds is not None else None
    return Ledger(
        account, key_of(people, times), rows, values, kinds, tuple(entry for entry in made.unposted if entry.rows)
    )
