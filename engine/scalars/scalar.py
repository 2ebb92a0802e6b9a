"""The scalar evaluator: one value for one rep, one period or one lead, exact, with its derivation on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.opening import Opening, holds_for
from ..calendar.periods import number_in_year, year_number
from ..calendar.windows import BEGINNING, last_day, resolve
from ..facts import Facts
from ..finders import Finder
from ..memory import Memory
from ..world import World
from .book import Book, Number, split
from .looked_up import found_by
from .scalar_calls import invoke
from .scalar_hours import hours, later
from .scalar_people import across_periods, across_reps, prize, rank, share
from .scalar_readings import read_account, read_let
from .scalar_tables import blend, choose, grid, table
from .scalar_targets import read_target
from .trace import Tracer

__all__ = ["Env", "Evaluator", "handler_of"]

Handler = Callable[["Evaluator", Any, "Env"], Any]
_MOST_REMEMBERED = 50_000


@dataclass(slots=True)  # a value that nobody changes; not frozen, for many are made and freezing costs thrice as much
class Env:
    """What an expression is read for: rows by kind, and the reader's window in seconds.

    `running` puts a total in the place of the rep's own account in this very window: the law asks for F at each
    step of a running total. `owed`: the open balance, where a floor that carries is read. `part_of` is the kind of
    period of which the window may be a part only (empty: it is whole).
    """

    rows: dict[str, int] = field(default_factory=dict[str, int])
    start: int = BEGINNING
    end: int = BEGINNING
    running: tuple[str, Any] | None = None
    owed: int = 0
    part_of: str = ""

    def within(self, start: int, end: int) -> Env:
        """The same rows in another window."""
        return replace(self, start=start, end=end, running=None, part_of="")


class Evaluator:
    """Evaluates checked expressions over facts; None is a missing value."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        self.policy = policy
        self.world = World(facts)
        self.book = Book(dict(policy.accounts), self.posts, lambda kind: self.world.rows(kind))
        self.tracer = Tracer()
        self.memo: dict[object, Any] = Memory(_MOST_REMEMBERED)
        self.hours: dict[int, tuple[c.Hours, tuple[tuple[str, ...], tuple[str, ...]] | None]] = {}
        self.hours_told: dict[object, Opening] = Memory(_MOST_REMEMBERED)
        self._windows: dict[object, tuple[c.Window, tuple[int, int]]] = Memory(_MOST_REMEMBERED)
        self._found_by: dict[int, tuple[c.ReadAccount, tuple[Finder, c.Expr] | None]] = {}
        self.result_of: Callable[[c.TestRead, Env], Any] | None = None
        self.lots: dict[str, Callable[[str, int, int], Fraction]] = {}
        """By kind of fact: what gives the lot of a name, for a row and the moment (or day) at which it came."""

    def value(self, node: c.Expr, env: Env) -> Any:
        """The value of an expression; traced where the tracer is on."""
        handler = _HANDLERS[type(node)]
        if not self.tracer.on:
            return handler(self, node, env)
        self.tracer.open()
        try:
            made = handler(self, node, env)
        except BaseException:
            self.tracer.drop()
            raise
        self.tracer.close(node, made)
        return made

    def holds(self, node: c.Expr, env: Env) -> bool:
        """Whether a condition holds; one that reads a missing value does not."""
        return self.value(node, env) is True

    def forget(self) -> None:
        """Drop remembered values after facts have changed."""
        self.memo.clear()

    def window(self, window: c.Window, start: int, end: int) -> tuple[int, int]:
        """The window of a reading whose reader's window is [start, end); each is worked out once."""
        key = id(window), start, end  # an id stands for one window as long as that is kept beside the result
        found = self._windows.get(key)
        if found is None:
            found = self._windows[key] = window, resolve(window, start, end, self.policy.calendar)
        return found[1]

    def of_row(self, node: c.Expr, name: str, row: int) -> Any:
        """The value of an expression of a row alone, which has that name in it, from its cells as they are now.

        It is asked for while a cell is written: what is remembered may be of the cell before.
        """
        remembered, self.memo = self.memo, {}
        try:
            return self.quietly(node, Env({name: row}))
        finally:
            self.memo = remembered

    def found_by(self, node: c.ReadAccount) -> tuple[Finder, c.Expr] | None:
        """What finds the rows of a reading, and what says by which value; None where they are read one by one."""
        found = self._found_by.get(id(node))  # the node is kept beside, so that its id stays its own
        if found is None:
            found = self._found_by[id(node)] = node, found_by(self, node)
        return found[1]

    def quietly(self, node: c.Expr, env: Env) -> Any:
        """The value without a derivation: one of many, of which only the outcome is shown."""
        if not self.tracer.on:
            return _HANDLERS[type(node)](self, node, env)
        self.tracer.on = False
        try:
            return self.value(node, env)
        finally:
            self.tracer.on = True

    def posts(self, account: c.Account, row: int) -> list[tuple[int | None, int, Number]]:
        """What a row posts to an account, to whom and when; nothing where `when` fails or a part is missing."""
        rows = {account.kind: row}
        env = self.row_env(account, row)
        if account.when is not None and not self.quietly(account.when, env):
            return []
        value = self.quietly(account.value, env)
        if value is None or env.end == BEGINNING:
            return []
        time = self.time_of(account, rows)
        shares = tuple(receiver.share for receiver in account.receivers)
        if not shares:
            return [(None, time, value)]
        found: list[tuple[int | None, int, Number]] = []
        for receiver, part in zip(account.receivers, split(value, shares), strict=True):
            found += [(person, time, part) for person in self._people(receiver, env)]
        return found

    def receivers(self, account: c.Account, row: int) -> list[list[int]]:
        """Whom a row credits by one credit, for each share: nobody where that is missing."""
        env = self.row_env(account, row)
        return [self._people(receiver, env) for receiver in account.receivers]

    def _people(self, receiver: c.Receiver, env: Env) -> list[int]:
        """Whom a receiver means: nobody, a person, or everybody above a person, each once."""
        person = self.quietly(receiver.path, env)
        if person is None or receiver.above is None:
            return [] if person is None else [person]
        chain = [person]
        while True:
            person = self.quietly(receiver.above, Env({"rep": person}, env.start, env.end))
            if person is None or person in chain:
                return chain[1:]
            chain.append(person)

    def time_of(self, account: c.Account, rows: dict[str, int]) -> int:
        """When a row counts, in seconds."""
        if account.on is None:
            return 0
        on = self.quietly(account.on, Env(rows))
        if on is None:
            return BEGINNING
        return int(on) * SECONDS_PER_DAY if account.on.type.name == "date" else int(on)

    def row_env(self, account: c.Account, row: int) -> Env:
        """A row is read in the window of its own day."""
        rows = {account.kind: row}
        time = self.time_of(account, rows)
        if time == BEGINNING:
            return Env(rows)
        day = time // SECONDS_PER_DAY
        return Env(rows, day * SECONDS_PER_DAY, (day + 1) * SECONDS_PER_DAY)


# --- handlers ------------------------------------------------------------------------------------------------


def _constant(ev: Evaluator, node: c.Constant, env: Env) -> Any:
    if node.type.name == "ref" and isinstance(node.value, str):
        return ev.world.facts.table(node.type.kind or "").row(node.value)
    return node.value


def _subject(ev: Evaluator, node: c.Subject, env: Env) -> Any:
    return env.rows[node.var]


def _field(ev: Evaluator, node: c.FieldOf, env: Env) -> Any:
    base = node.base
    row = env.rows[base.var] if isinstance(base, c.Subject) else ev.value(base, env)
    if row is None:
        return None
    if ev.tracer.on:
        ev.tracer.tell(row=row)
    if node.kind in ev.world.dated:
        if ev.tracer.on:
            ev.tracer.tell(since=ev.world.since(node.kind, row, env.start, env.end))
        return ev.world.cell_within(node.kind, row, node.column, env.start, env.end)
    return ev.world.cell(node.kind, row, node.column)


def _arithmetic(ev: Evaluator, node: c.Arithmetic, env: Env) -> Any:
    left, right = ev.value(node.left, env), ev.value(node.right, env)
    if left is None or right is None:
        return None
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
            return None if right == 0 else Fraction(left) / right  # exact: fraction


def _on_calendar(op: str, kinds: tuple[str, str], left: Any, right: Any) -> Any:
    from ..calendar.days import add_months

    sign = 1 if op == "+" else -1
    if kinds[1] in {"date", "moment"}:
        return (left - right) * (SECONDS_PER_DAY if kinds[0] == "date" else 1)
    if kinds[1] == "months":
        return add_months(int(left), sign * int(right))
    return left + sign * right if kinds[0] == "moment" else left + sign * (right // SECONDS_PER_DAY)


def _negate(ev: Evaluator, node: c.Negate, env: Env) -> Any:
    value = ev.value(node.operand, env)
    return None if value is None else -value


def _compare(ev: Evaluator, node: c.Compare, env: Env) -> Any:
    left, right = ev.value(node.left, env), ev.value(node.right, env)
    if left is None or right is None:
        return False
    return holds_for(node.op, left, right)


def _same(ev: Evaluator, node: c.Same, env: Env) -> Any:
    left, right = ev.value(node.left, env), ev.value(node.right, env)
    if left is None or right is None:
        return False
    return (left == right) != node.negated


def _member(ev: Evaluator, node: c.Member, env: Env) -> Any:
    item, group = ev.value(node.item, env), ev.value(node.group, env)
    if item is None or group is None:
        return False
    return (item in group) != node.negated


def _known(ev: Evaluator, node: c.Known, env: Env) -> Any:
    return (ev.value(node.operand, env) is None) == node.negated


def _not(ev: Evaluator, node: c.Not, env: Env) -> Any:
    return not ev.value(node.operand, env)


def _all(ev: Evaluator, node: c.All, env: Env) -> Any:
    return all(ev.value(part, env) for part in node.parts)


def _any(ev: Evaluator, node: c.AnyOf, env: Env) -> Any:
    return any(ev.value(part, env) for part in node.parts)


def _fallback(ev: Evaluator, node: c.Fallback, env: Env) -> Any:
    value = ev.value(node.value, env)
    return ev.value(node.other, env) if value is None else value


def _limits(ev: Evaluator, node: c.Limits, env: Env) -> Any:
    value = ev.value(node.value, env)
    if value is None:
        return None
    for clause in node.limits:
        limit = ev.value(clause.limit, env)
        if limit is None:
            return None
        value = min(value, limit) if isinstance(clause, c.AtMost) else max(value, limit)
    return value


def _edge(ev: Evaluator, node: c.PeriodEdge, env: Env) -> Any:
    match node.which:
        case "start":
            return env.start // SECONDS_PER_DAY
        case "end":
            return last_day(env.end)
        case "month":
            return number_in_year("month", last_day(env.end), ev.policy.calendar)
        case "quarter":
            return number_in_year("quarter", last_day(env.end), ev.policy.calendar)
        case "year":
            return year_number(last_day(env.end), ev.policy.calendar)


def _owed(ev: Evaluator, node: c.Owed, env: Env) -> Any:
    return env.owed


def _today(ev: Evaluator, node: c.Today, env: Env) -> Any:
    return last_day(env.end)


def _now(ev: Evaluator, node: c.Now, env: Env) -> Any:
    return env.end - 1


def _test_read(ev: Evaluator, node: c.TestRead, env: Env) -> Any:
    assert ev.result_of is not None
    return ev.result_of(node, env)


_HANDLERS: dict[type[c.Expr], Handler] = {
    c.Constant: _constant, c.Subject: _subject, c.FieldOf: _field, c.ReadAccount: read_account, c.LetRead: read_let,
    c.Arithmetic: _arithmetic, c.Negate: _negate, c.Compare: _compare, c.Same: _same, c.Member: _member,
    c.Known: _known, c.Not: _not, c.All: _all, c.AnyOf: _any, c.Fallback: _fallback, c.Limits: _limits,
    c.PeriodEdge: _edge, c.Owed: _owed, c.Today: _today, c.Now: _now, c.Invoke: invoke, c.TestRead: _test_read,
    c.Table: table, c.Grid: grid, c.Choose: choose, c.Blend: blend, c.AcrossReps: across_reps,
    c.AcrossPeriods: across_periods, c.Rank: rank, c.Prize: prize, c.ShareOf: share, c.ReadTarget: read_target,
    c.Hours: hours, c.Later: later,
}  # fmt: skip


def handler_of(node: c.Expr) -> Handler:
    """What reads a node."""
    return _HANDLERS[type(node)]
