"""The columnar evaluator: an expression for many reps, periods or deals at once, on exact integer columns.

It gives the very values of the scalar evaluator; properties hold the two equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index, Mask
from ..arrays.ordering import distinct
from ..calendar.days import SECONDS_PER_DAY, add_months
from ..calendar.periods import number_in_year, year_number
from ..calendar.windows import last_day, resolve
from ..facts import Cells, Facts, RefCells, SetCells, TextCells
from ..frames import Frame, Values, as_column, as_mask, known_of, pick, rows_of, sets_at, taken
from ..world import World
from .columnar_calls import invoke
from .columnar_hours import hours, later
from .columnar_people import across_periods, across_reps, prize, rank, share
from .columnar_tables import blend, choose, grid, table
from .columnar_targets import read_target
from .ledgers import Ledger, post
from .picked_rows import is_named, latest_named, picked

__all__ = ["Columns"]

Handler = Callable[["Columns", Any, Frame], Values]


class Columns:
    """Evaluates checked expressions over frames; rows that are not known are missing values."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        self.policy = policy
        self.facts = facts
        self.world = World(facts)
        self.crowds: dict[object, Any] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._following: dict[tuple[int, str], bool] = {}
        self._every: WeakValueDictionary[str, Index] = WeakValueDictionary()

    def value(self, node: c.Expr, frame: Frame) -> Values:
        """The values of an expression, one a reader."""
        if id(node) in frame.memo:
            return frame.memo[id(node)]
        if frame.base is not None and frame.spread is not None and not self._follows(node, frame.running):
            made = rows_of(self.value(node, frame.base), frame.spread)
        else:
            made = _HANDLERS[type(node)](self, node, frame)
        frame.memo[id(node)] = made
        return made

    def _follows(self, node: c.Node, running: tuple[str, Column] | None) -> bool:
        """Whether the value of a node may depend on a running total."""
        account = running[0] if running is not None else ""
        place = id(node), account
        if place not in self._following:
            self._following[place] = any(
                _reads_own(part, account)
                or (isinstance(part, c.LetRead) and self._follows(self.policy.lets[part.let], running))
                for part in c.walk(node)
            )
        return self._following[place]

    def column(self, node: c.Expr, frame: Frame) -> Column:
        """The values of a quantity."""
        return as_column(self.value(node, frame))

    def rows(self, node: c.Expr, frame: Frame) -> Index:
        """The rows that a reference names; -1 where it is missing."""
        made = self.value(node, frame)
        assert isinstance(made, np.ndarray)
        return made.astype(np.int64, copy=False)

    def mask(self, node: c.Expr, frame: Frame) -> Mask:
        """Where a condition holds."""
        return as_mask(self.value(node, frame))

    def every(self, kind: str) -> Index:
        """All rows of a kind, the same array as long as anybody has it."""
        found = self._every.get(kind)
        if found is None:
            found = self._every[kind] = np.arange(len(self.facts.table(kind)), dtype=np.int64)
        return found

    def ledger(self, account: str) -> Ledger:
        """The postings of an account, made when it is first read."""
        if account not in self._ledgers:
            self._ledgers[account] = post(self, self.policy.accounts[account])
        return self._ledgers[account]

    @property
    def ledgers(self) -> dict[str, Ledger]:
        """The accounts read so far."""
        return self._ledgers


# --- handlers ------------------------------------------------------------------------------------------------


def _constant(ev: Columns, node: c.Constant, frame: Frame) -> Values:
    rows, value = len(frame), node.value
    if isinstance(value, str):
        return TextCells(np.zeros(rows, dtype=np.int32), (value,))
    if isinstance(value, bool):
        return np.full(rows, value, dtype=np.bool_)
    if isinstance(value, frozenset):
        return SetCells((value,) * rows)
    return Column.constant(value, rows)


def _subject(ev: Columns, node: c.Subject, frame: Frame) -> Values:
    return frame.rows[node.var]


def _field(ev: Columns, node: c.FieldOf, frame: Frame) -> Values:
    rows = ev.rows(node.base, frame)
    table = ev.facts.table(node.kind)
    if node.column not in table.columns and node.column == table.key_column:
        return TextCells.of(np.where(rows < 0, -1, rows).astype(np.int64), (*table.keys, None))
    cells, rows = table.cells_within(node.column, rows, frame.start, frame.end)
    if rows is ev.every(node.kind):
        return _whole(cells)
    match cells:
        case TextCells(codes=codes, words=words):
            return TextCells(taken(codes, rows), words)
        case RefCells(rows=found):
            return taken(found, rows)
        case SetCells(values=sets):
            return sets_at(sets, rows)
        case Column() as found:
            return found.take(rows)


def _whole(cells: Cells) -> Values:
    """A column for all rows of its table."""
    return cells.rows if isinstance(cells, RefCells) else cells


def _reads_own(node: c.Node, account: str) -> bool:
    """Whether a node is the rep's own account in its reader's window."""
    return (
        isinstance(node, c.ReadAccount)
        and node.account == account
        and isinstance(node.subject, c.Subject)
        and node.window.kind == "scope"
        and node.reading == "sum"
        and node.where is None
    )


def _account(ev: Columns, node: c.ReadAccount, frame: Frame) -> Values:
    if frame.running is not None and _reads_own(node, frame.running[0]):
        return frame.running[1]
    start, end = resolve(node.window, frame.start, frame.end, ev.policy.calendar)
    if node.subject is None:
        recipients = np.zeros(len(frame), dtype=np.int64)
    else:
        recipients = ev.rows(node.subject, frame)
    ledger = ev.ledger(node.account)
    if node.where is not None:
        return picked(ev, node, node.where, ledger, frame, recipients, ledger.between(recipients, start, end))
    if node.reading == "latest" and is_named(node.type):
        return latest_named(ev, ledger, *ledger.between(recipients, start, end))
    return ledger.reading(node.reading, recipients, start, end)


def _let(ev: Columns, node: c.LetRead, frame: Frame) -> Values:
    let = ev.policy.lets[node.let]
    if node.window.kind == "scope" and node.own:
        return ev.value(let.value, frame)
    start, end = resolve(node.window, frame.start, frame.end, ev.policy.calendar)
    keys: list[Index] = [*(ev.rows(arg, frame) for arg in node.args), start, end]
    first, inverse = distinct(*keys)
    missing = np.zeros(len(first), dtype=np.bool_)
    for row in keys[:-2]:
        missing |= row[first] < 0
    kept = np.flatnonzero(~missing)
    at = first[kept]
    rows = {kind: row[at] for kind, row in zip(let.params, keys, strict=False)}
    inner = Frame(rows, start[at], end[at], part_of=frame.part_of if node.window.kind == "scope" else "")
    place = np.full(len(first), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return rows_of(ev.value(let.value, inner), place[inverse])


def _arithmetic(ev: Columns, node: c.Arithmetic, frame: Frame) -> Values:
    left, right = ev.column(node.left, frame), ev.column(node.right, frame)
    kinds = node.left.type.name, node.right.type.name
    if kinds[0] in {"date", "moment"}:
        return _on_calendar(node.op, kinds, left, right)
    match node.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left.divide(right)


def _on_calendar(op: str, kinds: tuple[str, str], left: Column, right: Column) -> Values:
    known = (left - right).known
    if kinds[1] in {"date", "moment"}:
        return (left - right).scale(SECONDS_PER_DAY if kinds[0] == "date" else 1)
    if op == "-":
        right = -right
    if kinds[1] == "months":
        return Column.of(add_months(left.floor_int(), right.floor_int())).with_known(known)
    if kinds[0] == "moment":
        return left + right
    whole = right.floor_int() if op == "+" else -((-right).floor_int())
    days = np.sign(whole) * (np.abs(whole) // SECONDS_PER_DAY)
    return left + Column.of(days).with_known(known)


def _negate(ev: Columns, node: c.Negate, frame: Frame) -> Values:
    return -ev.column(node.operand, frame)


def _compare(ev: Columns, node: c.Compare, frame: Frame) -> Values:
    left, right = ev.column(node.left, frame), ev.column(node.right, frame)
    match node.op:
        case "<":
            return left.lt(right)
        case "<=":
            return left.le(right)
        case ">":
            return left.gt(right)
        case ">=":
            return left.ge(right)


def _same(ev: Columns, node: c.Same, frame: Frame) -> Values:
    left, right = ev.value(node.left, frame), ev.value(node.right, frame)
    equal = _equal(left, right)
    both = known_of(left, len(frame)) & known_of(right, len(frame))
    return (equal != node.negated) & both


def _equal(left: Values, right: Values) -> Mask:
    if isinstance(left, TextCells) and isinstance(right, TextCells):
        place = {word: code for code, word in enumerate(left.words)}
        table = np.array([*(place.get(word, -2) for word in right.words), -2], dtype=np.int64)
        return left.codes == table[right.codes]
    if isinstance(left, SetCells) and isinstance(right, SetCells):
        return np.array([a == b for a, b in zip(left.values, right.values, strict=True)], dtype=np.bool_)
    if isinstance(left, Column) or isinstance(right, Column):
        return as_column(left).eq(as_column(right))
    return np.asarray(left == right, dtype=np.bool_)


def _member(ev: Columns, node: c.Member, frame: Frame) -> Values:
    item, group = ev.value(node.item, frame), ev.value(node.group, frame)
    assert isinstance(item, TextCells)
    assert isinstance(group, SetCells)
    both = known_of(item, len(frame)) & known_of(group, len(frame))
    if isinstance(node.group, c.Constant) and isinstance(node.group.value, frozenset):
        inside = np.array([*(word in node.group.value for word in item.words), False], dtype=np.bool_)
        return (inside[item.codes] != node.negated) & both
    pairs = zip(item.codes.tolist(), group.values, strict=True)
    found = [code >= 0 and sets is not None and item.words[code] in sets for code, sets in pairs]
    return (np.array(found, dtype=np.bool_) != node.negated) & both


def _known(ev: Columns, node: c.Known, frame: Frame) -> Values:
    return known_of(ev.value(node.operand, frame), len(frame)) != node.negated


def _not(ev: Columns, node: c.Not, frame: Frame) -> Values:
    return ~ev.mask(node.operand, frame)


def _all(ev: Columns, node: c.All, frame: Frame) -> Values:
    made = ev.mask(node.parts[0], frame)
    for part in node.parts[1:]:
        made = made & ev.mask(part, frame)
    return made


def _any(ev: Columns, node: c.AnyOf, frame: Frame) -> Values:
    made = ev.mask(node.parts[0], frame)
    for part in node.parts[1:]:
        made = made | ev.mask(part, frame)
    return made


def _fallback(ev: Columns, node: c.Fallback, frame: Frame) -> Values:
    value = ev.value(node.value, frame)
    known = known_of(value, len(frame))
    return value if known.all() else pick(known, value, ev.value(node.other, frame))


def _limits(ev: Columns, node: c.Limits, frame: Frame) -> Values:
    value = ev.column(node.value, frame)
    for clause in node.limits:
        limit = ev.column(clause.limit, frame)
        value = value.minimum(limit) if isinstance(clause, c.AtMost) else value.maximum(limit)
    return value


def _edge(ev: Columns, node: c.PeriodEdge, frame: Frame) -> Values:
    last = last_day(frame.end)
    match node.which:
        case "start":
            return Column.of(frame.start // SECONDS_PER_DAY)
        case "end":
            return Column.of(last)
        case "month":
            return Column.of(number_in_year("month", last, ev.policy.calendar))
        case "quarter":
            return Column.of(number_in_year("quarter", last, ev.policy.calendar))
        case "year":
            return Column.of(year_number(last, ev.policy.calendar))


def _owed(ev: Columns, node: c.Owed, frame: Frame) -> Values:
    assert frame.owed is not None
    return frame.owed


def _today(ev: Columns, node: c.Today, frame: Frame) -> Values:
    return Column.of(last_day(frame.end))


def _now(ev: Columns, node: c.Now, frame: Frame) -> Values:
    return Column.of(frame.end - 1)


_HANDLERS: dict[type[c.Expr], Handler] = {
    c.Constant: _constant, c.Subject: _subject, c.FieldOf: _field, c.ReadAccount: _account, c.LetRead: _let,
    c.Arithmetic: _arithmetic, c.Negate: _negate, c.Compare: _compare, c.Same: _same, c.Member: _member,
    c.Known: _known, c.Not: _not, c.All: _all, c.AnyOf: _any, c.Fallback: _fallback, c.Limits: _limits,
    c.PeriodEdge: _edge, c.Owed: _owed, c.Today: _today, c.Now: _now, c.Invoke: invoke, c.Table: table, c.Grid: grid,
    c.Choose: choose, c.Blend: blend, c.AcrossReps: across_reps, c.AcrossPeriods: across_periods, c.Rank: rank,
    c.Prize: prize, c.ShareOf: share, c.ReadTarget: read_target, c.Hours: hours, c.Later: later,
}  # fmt: skip
