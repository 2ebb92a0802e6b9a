"""Payout lines of schemes on whole columns: what each component earns each rep in each period, row by row.

The law: a posting is a function F of a running total, and a line is round(F after) - round(F before). So lines add
up to the rounded total of their component and period whatever they are cut by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.exact import Column, where
from ..arrays.integers import Index, IntArray, Mask, joined, segment_sums, subtract
from ..arrays.ordering import order_of
from ..arrays.rounding import round_ratio
from ..arrays.segments import running
from ..calendar.periods import Period
from ..calendar.windows import scope_start
from ..columns.columnar import Columns
from ..columns.followed_rows import FollowedRows, KeptRows, RowStretch
from ..columns.ledgers import Ledger
from ..frames import Frame, known_of
from .carry import Steps
from .columnar_balances import Balance, carried
from .columnar_members import members

__all__ = [
    "Block", "Cells", "Earned", "Unpaid", "component_blocks", "merged", "scheme_cells", "since", "total_block",
]  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The readers of a scheme: one for each member and period, by rep, then period, then day.

    `period` indexes `periods`; `frame` has the days of the period for which the scheme pays. With `changes: split` a
    member may have several stretches of days in one period, and a reader for each. Balances begin on the day `begin`.
    """

    scheme: c.Scheme
    periods: tuple[Period, ...]
    frame: Frame
    period: Index
    begin: int = 0

    def __len__(self) -> int:
        return len(self.period)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Lines of one component: the cell, the row of `kind` (-1: none), and the amount in minor units.

    `time` (seconds) orders the lines of a cell; None where they, which rows carry, stand by time and row already.
    """

    component: str
    kind: str
    cell: Index
    row: Index
    time: Index | None
    amount: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Unpaid:
    """Cells whose component could not be worked out, because something that it reads is missing."""

    component: str
    node: c.Pay | c.Total
    cell: Index


@dataclass(frozen=True, slots=True, eq=False)
class Earned:
    """A component on all cells: its lines, what could not be worked out, the amount of each cell, its balances."""

    blocks: list[Block]
    unpaid: Unpaid | None
    amount: IntArray
    balances: list[Balance]


def since(cells: Cells, earned: list[Earned], first: int) -> tuple[Cells, list[Earned]]:
    """Without the periods before number `first`, which were worked out only for the balances that they leave."""
    kept = np.flatnonzero(cells.period >= first).astype(np.int64)
    place = np.full(len(cells), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    made: list[Earned] = []
    for one in earned:
        blocks = [_only(block, place) for block in one.blocks]
        unpaid = one.unpaid
        if unpaid is not None:
            left = place[unpaid.cell][place[unpaid.cell] >= 0]
            unpaid = Unpaid(unpaid.component, unpaid.node, left) if len(left) else None
        balances = [replace(entry, before=entry.before[kept], after=entry.after[kept]) for entry in one.balances]
        made.append(Earned(blocks, unpaid, one.amount[kept], balances))
    return Cells(cells.scheme, cells.periods[first:], cells.frame.only(kept), cells.period[kept] - first), made


def _only(block: Block, place: Index) -> Block:
    at = np.flatnonzero(place[block.cell] >= 0)
    time = None if block.time is None else block.time[at]
    return replace(block, cell=place[block.cell[at]], row=block.row[at], time=time, amount=block.amount[at])


def scheme_cells(ev: Columns, scheme: c.Scheme, periods: tuple[Period, ...], begin: int = 0) -> Cells:
    """The members of a scheme in each period, for the days for which it pays them."""
    found = members(ev, scheme, periods)
    return Cells(scheme, periods, found.frame, found.period, begin)


def merged(cells: Cells, block: Block) -> Block:
    """The same lines, where a rep has several stretches in a period: what no row carries is one line a period."""
    rep, period = cells.frame.rows["rep"], cells.period
    again = np.zeros(len(cells), dtype=np.bool_)
    again[:-1] = (rep[1:] == rep[:-1]) & (period[1:] == period[:-1])
    if not again.any() or block.time is None:
        return block
    last = np.flatnonzero(~again)
    owner = last[np.searchsorted(last, np.arange(len(cells)))]
    bare = np.flatnonzero(block.row < 0)
    kept = np.flatnonzero(block.row >= 0)
    to, place = np.unique(owner[block.cell[bare]], return_inverse=True)
    sums = _sum_by_cell(place.astype(np.int64), block.amount[bare], len(to))
    some = np.flatnonzero(sums != 0)
    to = to[some].astype(np.int64)
    return Block(
        block.component,
        block.kind,
        np.r_[block.cell[kept], to],
        np.r_[block.row[kept], np.full(len(to), -1, dtype=np.int64)],
        np.r_[block.time[kept], cells.frame.end[to] - 1],
        joined([block.amount[kept], sums[some]]),
    )


# --- values --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """A component's exact value; `base` is what it was before the first clause that adds to it."""

    base: Column
    final: Column
    balances: tuple[Balance, ...] = ()


def _worth(ev: Columns, part: c.Pay | c.Total, value: Column, frame: Frame, rounding: _Rounding) -> _Worth:
    """The clauses in the order written."""
    base: Column | None = None
    zero = Column.constant(0, len(frame))
    balances: list[Balance] = []
    for clause in part.clauses:
        match clause:
            case c.AtMost(carry=carry) | c.AtLeast(carry=carry) if carry is not None:
                base = value if base is None else base
                value, before, after = carried(ev, clause, value, frame, rounding.begin, rounding.steps)
                name = part.name if isinstance(part, c.Pay) else "total"
                balances.append(Balance(name, len(balances), clause, before, after))
            case c.Gate(when=when):
                value = where(ev.mask(when, frame), value, zero)
            case c.Times(factor=factor):
                value = value * ev.column(factor, frame)
            case c.AtMost(limit=limit):
                value = value.minimum(ev.column(limit, frame))
            case c.Plus(amount=amount):
                base = value if base is None else base
                value = value + ev.column(amount, frame)
            case c.AtLeast(limit=limit):
                base = value if base is None else base
                value = value.maximum(ev.column(limit, frame))
            case c.Release():
                pass
    return _Worth(value if base is None else base, value, tuple(balances))


class _Rounding:
    """The policy's rounding of running totals, in minor units; balances begin on the day `begin`."""

    def __init__(self, policy: c.Policy, step: int, begin: int) -> None:
        self.step, self.mode = step, policy.rounding
        self.begin = begin

    @property
    def steps(self) -> Steps:
        """The same for balances."""
        return Steps(self.step, self.mode)

    def __call__(self, column: Column) -> IntArray:
        return round_ratio(column.num, column.den, self.step, self.mode)


def _pay(ev: Columns, pay: c.Pay, frame: Frame, rounding: _Rounding) -> _Worth:
    return _worth(ev, pay, ev.column(pay.value, frame), frame, rounding)


# --- components ----------------------------------------------------------------------------------------------


def component_blocks(ev: Columns, cells: Cells, pay: c.Pay, step: int) -> Earned:
    """The lines of a component with what they rest on."""
    rounding = _Rounding(ev.policy, step, cells.begin)
    scope_start = _scope_starts(cells, pay, ev.policy.calendar)
    scope = cells.frame.since(scope_start)
    worth = _pay(ev, pay, scope, rounding)
    known = known_of(worth.final, len(cells))
    amount = rounding(worth.final)
    earlier = np.flatnonzero(scope_start < cells.frame.start)
    if len(earlier):
        before = Frame({"rep": cells.frame.rows["rep"][earlier]}, scope_start[earlier], cells.frame.start[earlier])
        paid = rounding(_pay(ev, pay, before, rounding).final)
        taken = np.zeros(len(cells), dtype=paid.dtype)
        taken[earlier] = paid
        amount = subtract(amount, taken)
    amount = np.where(known, amount, 0)
    unpaid = Unpaid(pay.name, pay, np.flatnonzero(~known)) if not known.all() else None
    match pay.lines:
        case "in_order":
            blocks = _in_order(ev, cells, pay, scope_start, known, rounding)
        case "in_proportion":
            blocks = _in_proportion(ev, cells, pay, worth, amount, known, rounding)
        case "period":
            blocks = []
    blocks.append(_remainder(pay.name, cells, amount, blocks))
    return Earned(blocks, unpaid, amount, list(worth.balances))


def _scope_starts(cells: Cells, pay: c.Pay, calendar: Calendar) -> Index:
    if pay.over is None:
        return cells.frame.start
    return scope_start(pay.over, cells.frame.end, cells.scheme.per == "week", calendar)


def _rows_of(ev: Columns, cells: Cells, account: str, known: Mask) -> FollowedRows:
    """The postings of the cells' own periods."""
    low, high = ev.ledger(account).between(cells.frame.rows["rep"], cells.frame.start, cells.frame.end)
    return FollowedRows(low, np.where(known, high - low, 0))


def _in_order(
    ev: Columns, cells: Cells, pay: c.Pay, scope_start: Index, known: Mask, rounding: _Rounding
) -> list[Block]:
    """Each row carries what it added to F of the running total."""
    assert pay.account is not None
    ledger = ev.ledger(pay.account)
    rows = _rows_of(ev, cells, pay.account, known)
    rep = cells.frame.rows["rep"]
    begin, _ = ledger.between(rep, scope_start, cells.frame.end)
    low, _ = ledger.between(rep, cells.frame.start, cells.frame.end)
    prior = ledger.sums.between(begin, low)
    scope = cells.frame.since(scope_start)
    prior_frame = scope.repeated(np.arange(len(cells), dtype=np.int64), (pay.account, prior))
    opening = rounding(_pay(ev, pay, prior_frame, rounding).final)
    totals = None if ledger.sums.is_prepared else _totals(ledger, rows.whole(), prior)
    made = KeptRows(len(rows))
    for part in rows.stretches():
        if totals is None:
            total = ledger.sums.between(begin[part.cell], part.posting + 1)
        else:
            total = totals.take(np.arange(part.begin, part.begin + len(part), dtype=np.int64))
        after = rounding(_pay(ev, pay, scope.repeated(part.cell, (pay.account, total)), rounding).final)
        amounts = _steps(after, part.first, opening[part.cell])
        # A row of one of several kinds has one line, at its first posting: there those of nothing count, too.
        kept = amounts != 0 if ledger.kinds is None else np.ones(len(amounts), dtype=np.bool_)
        posting = part.posting[kept]
        made.add(part.cell[kept], ledger.rows[posting] if ledger.kinds is None else posting, amounts[kept])
    if ledger.kinds is None:
        return [Block(pay.name, ledger.account.kinds[0], made.cell, made.place, None, made.amount)]
    return _blocks(ledger, pay.name, made.cell, made.place, made.amount)


def _totals(ledger: Ledger, rows: RowStretch, prior: Column) -> Column:
    """The running total after each row, where the values share no divisor."""
    totals = prior.take(rows.cell)
    return totals + running(ledger.values.take(rows.posting), rows.starts) if len(rows) else totals


def _steps(after: IntArray, first: Mask, opening: IntArray) -> IntArray:
    """What each row added: its total less that of the row before, or less the opening one of its cell."""
    before = np.empty_like(after)
    before[1:] = after[:-1]
    return subtract(after, np.where(first, opening, before))


def _in_proportion(
    ev: Columns, cells: Cells, pay: c.Pay, worth: _Worth, amount: IntArray, known: Mask, rounding: _Rounding
) -> list[Block]:
    """Each row carries its part of the whole by its value; what a floor or bonus added is a line of its own."""
    assert pay.account is not None
    ledger = ev.ledger(pay.account)
    rows = _rows_of(ev, cells, pay.account, known).whole()
    base = rounding(worth.base)
    fits = (base >= 0) & (base <= amount)
    spread = Column.of(base if any(c.carrying(pay.clauses)) else np.where(fits, base, amount))
    values = ledger.values.take(rows.posting)
    low, high = ledger.between(cells.frame.rows["rep"], cells.frame.start, cells.frame.end)
    whole = ledger.sums.between(low, high).take(rows.cell)
    totals = running(values, rows.starts) if len(rows.cell) else values
    part = (spread.take(rows.cell) * totals).divide(whole)
    made = _steps(rounding(part), rows.first, np.zeros(len(rows), dtype=np.int64))
    return _blocks(ledger, pay.name, rows.cell, rows.posting, np.where(known_of(part, len(rows)), made, 0))


def _blocks(ledger: Ledger, name: str, cell: Index, at: Index, amounts: IntArray) -> list[Block]:
    """The lines that rows carry, one block a kind of row."""
    kinds = ledger.account.kinds
    if ledger.kinds is None:
        return [_block(ledger, name, kinds[0], cell, at, amounts)]
    kind = ledger.kinds[at]
    if len(at):  # a row that is credited more than once in a period has one line, at its first posting
        order = order_of(cell, kind, ledger.rows[at])
        keys = [key[order] for key in (cell, kind, ledger.rows[at])]
        fresh = np.flatnonzero(np.r_[True, np.logical_or.reduce([key[1:] != key[:-1] for key in keys])])
        amounts = segment_sums(amounts[order], fresh.astype(np.int64))
        at, cell, kind = at[order[fresh]], cell[order[fresh]], kind[order[fresh]]
    parts = [np.flatnonzero(kind == place) for place in range(len(kinds))]
    return [_block(ledger, name, word, cell[p], at[p], amounts[p]) for word, p in zip(kinds, parts, strict=True)]


def _block(ledger: Ledger, name: str, kind: str, cell: Index, at: Index, amounts: IntArray) -> Block:
    """The rows that carry something."""
    kept = amounts != 0
    if not kept.all():
        cell, at, amounts = cell[kept], at[kept], amounts[kept]
    return Block(name, kind, cell, ledger.rows[at], ledger.times_of(at), amounts)


def _remainder(name: str, cells: Cells, amount: IntArray, blocks: list[Block]) -> Block:
    """What no row carries: the whole of a component without rows, top-ups, catch-ups."""
    left = amount
    for block in blocks:
        left = subtract(left, _sum_by_cell(block.cell, block.amount, len(cells)))
    kept = np.flatnonzero(left != 0).astype(np.int64)
    none = np.full(len(kept), -1, dtype=np.int64)
    return Block(name, "", kept, none, cells.frame.end[kept] - 1, left[kept])


def _sum_by_cell(cell: Index, amount: IntArray, cells: int) -> IntArray:
    """Exact sums of the amounts of each cell; lines stand by cell."""
    return segment_sums(amount, np.searchsorted(cell, np.arange(cells)).astype(np.int64))


def total_block(ev: Columns, cells: Cells, total: c.Total, earned: IntArray, step: int) -> Earned:
    """What the clauses of `total` add to or take from the sum of the components: all of it where one is missing."""
    rounding = _Rounding(ev.policy, step, cells.begin)
    worth = _worth(ev, total, Column.of(earned), cells.frame, rounding)
    known = known_of(worth.final, len(cells))
    made = subtract(np.where(known, rounding(worth.final), 0), earned)
    kept = np.flatnonzero(made != 0).astype(np.int64)
    none = np.full(len(kept), -1, dtype=np.int64)
    unpaid = Unpaid("total", total, np.flatnonzero(~known)) if not known.all() else None
    block = Block("total", "", kept, none, cells.frame.end[kept] - 1, made[kept])
    return Earned([block], unpaid, made, list(worth.balances))
