"""When what was earned may be paid: every line of a run in dated parts, on whole columns.

A line without `release` is payable on the last day of its period. Dated parts are payable on their days. A rate is
read at the end of the line's period and of every later one up to the end of the run, be the policy still in force or
not: payable by then is round(line x rate), the rate kept between 0 and 1, and what that adds is a part. What no part
covers is held. So the parts of a line add up to the line, and a correction of the line corrects what was payable by
just as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index, IntArray, narrow
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period
from ..calendar.windows import BEGINNING
from ..columns.columnar import Columns
from ..frames import Frame, known_of
from .carry import Steps
from .line_table import LineTable

__all__ = ["HELD", "Payables", "payables_of", "read_at", "releases", "with_their_periods"]

HELD = -1
"""The day of what is payable on no day that is known yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Payables:
    """Parts of lines: `line` (index into the table of lines), `day` (since 1970; `HELD`), `amount` (minor units).

    Sorted by line, then in the order in which they fall due, what is held last. No part is zero.
    """

    line: Index
    day: Index
    amount: IntArray

    def __len__(self) -> int:
        return len(self.line)

    def by(self, day: int) -> int:
        """What is payable by a day, in minor units."""
        return int(sum(self.amount[(self.day != HELD) & (self.day <= day)].tolist()))

    def held(self) -> int:
        """What has no date yet, in minor units."""
        return int(sum(self.amount[self.day == HELD].tolist()))


_Parts = tuple[Index, Index, IntArray]


def releases(policy: c.Policy) -> bool:
    """Whether anything is paid otherwise than with its period."""
    return any(isinstance(node, c.Release) for scheme in policy.schemes for node in c.walk(scheme))


def with_their_periods(lines: LineTable) -> Payables:
    """The parts of lines of which none is released: each is payable on the last day of its period."""
    ends = np.array([period.end - 1 for period in lines.periods], dtype=np.int64)
    kept = np.flatnonzero(lines.amount != 0).astype(np.int64)
    amount = lines.amount if len(kept) == len(lines) else lines.amount[kept]
    return Payables(kept, ends[lines.period[kept]] if len(kept) else kept, amount)


def payables_of(ev: Columns, lines: LineTable, until: int, steps: Steps) -> Payables:
    """The parts of all lines of a run, whose last day is the one before `until`."""
    ends = np.array([period.end - 1 for period in lines.periods], dtype=np.int64)
    made: list[_Parts] = []
    rest = np.ones(len(lines), dtype=np.bool_)
    for at, scheme in enumerate(ev.policy.schemes):
        if not any(isinstance(node, c.Release) for node in c.walk(scheme)):
            continue
        for code, component in enumerate(lines.components):
            release = scheme.release_of(component)
            own = np.flatnonzero((lines.scheme == at) & (lines.component == code)).astype(np.int64)
            if release is None:
                continue
            names_row = any(isinstance(node, c.Subject) and node.var != "rep" for node in c.walk(release))
            own = own[lines.row[own] >= 0] if names_row else own
            if not len(own):
                continue
            rest[own] = False
            if release.rate is not None:
                made += _by_rate(ev, release.rate, lines, own, until, steps)
            else:
                made += _by_dates(ev, release, lines, own, steps)
    whole = np.flatnonzero(rest).astype(np.int64)
    made.append((whole, ends[lines.period[whole]] if len(whole) else whole, lines.amount[whole]))
    line, day, amount = (np.concatenate(column) for column in zip(*made, strict=True))
    kept = np.flatnonzero(amount != 0)
    line, day, amount = line[kept], day[kept], amount[kept]
    order = np.lexsort((np.where(day == HELD, np.iinfo(np.int64).max, day), line))
    return Payables(line[order].astype(np.int64), day[order].astype(np.int64), narrow(amount[order]))


def _rows(lines: LineTable, at: Index) -> dict[str, Index]:
    """The rep and the row that each line follows; lines of one component follow rows of one kind."""
    rows = {"rep": lines.rep[at].astype(np.int64)}
    codes: list[int] = np.unique(lines.kind[at]).tolist()
    for kind in (lines.kinds[code] for code in codes):
        if kind:
            rows[kind] = lines.row[at].astype(np.int64)
    return rows


def _by_rate(ev: Columns, rate: c.Expr, lines: LineTable, at: Index, until: int, steps: Steps) -> list[_Parts]:
    """Read at the end of each period of the run: everything that is known by then."""
    ends = _ends(lines.periods)[lines.period[at]]
    first = lines.periods[int(lines.period[at][int(ends.argmin())])]
    rows, paid = _rows(lines, at), Column.constant(0, len(at))
    amount = Column.of(lines.amount[at])
    made: list[_Parts] = []
    for period in read_at(first, until):
        due = np.flatnonzero(ends <= period.end)
        part = at[due]
        start = np.full(len(part), BEGINNING, dtype=np.int64)
        end = np.full(len(part), period.end * SECONDS_PER_DAY, dtype=np.int64)
        read = ev.column(rate, Frame({kind: found[due] for kind, found in rows.items()}, start, end))
        read = Column.of(np.where(known_of(read, len(part)), read.num, 0), read.den)
        share = read.maximum(Column.constant(0, len(part))).minimum(Column.constant(1, len(part)))
        by_now = steps.all(amount.take(due) * share)
        more = by_now - paid.take(due)
        made.append((part, np.full(len(part), period.end - 1, dtype=np.int64), more.num))
        total = paid.num.astype(np.object_)
        total[due] = by_now.num
        paid = Column.of(narrow(total))
    made.append((at, np.full(len(at), HELD, dtype=np.int64), (amount - paid).num))
    return made


def read_at(first: Period, until: int) -> Iterator[Period]:
    """The periods of a line's kind by whose ends a rate is read, from the line's own: those that end with the run."""
    period = first
    while period.end <= until:
        yield period
        period = period.next()


def _ends(periods: tuple[Period, ...]) -> Index:
    return np.array([period.end for period in periods], dtype=np.int64)


def _by_dates(ev: Columns, release: c.Release, lines: LineTable, at: Index, steps: Steps) -> list[_Parts]:
    """Parts by largest reach: each is what its share adds to what was released before, in the order written."""
    starts = np.array([period.start for period in lines.periods], dtype=np.int64)[lines.period[at]]
    ends = _ends(lines.periods)[lines.period[at]]
    frame = Frame(_rows(lines, at), starts * SECONDS_PER_DAY, ends * SECONDS_PER_DAY)
    amount = Column.of(lines.amount[at])
    before, reached = Column.constant(0, len(at)), Fraction(0)
    made: list[_Parts] = []
    for share, on in release.parts:
        reached += share
        by_now = steps.all(amount.scale(reached)) if reached != 1 else amount
        when = ev.column(on, frame)
        day = when.floor_int() if on.type.name == "date" else when.floor_int() // SECONDS_PER_DAY
        day = np.where(known_of(when, len(at)), day, HELD).astype(np.int64)
        made.append((at, day, (by_now - before).num))
        before = by_now
    return made
