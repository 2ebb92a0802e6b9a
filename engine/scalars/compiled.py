"""Expressions made ready to be read often: each node becomes a function of the environment once.

The meaning is that of the scalar evaluator without a derivation and without a running total; whatever has no quicker
form here is read by the evaluator's own handler.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING, last_day
from .book import Posts
from .scalar import Env, Evaluator, handler_of
from .scalar_readings import read_account

__all__ = ["Compiled", "Read"]

Read = Callable[[Env], Any]

_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_SUMS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Compiled:
    """The functions of the nodes that one evaluator reads."""

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._made: dict[int, tuple[c.Expr, Read]] = {}
        self._makers: dict[type[c.Expr], Callable[[Any], Read | None]] = {
            c.Constant: self._constant, c.Subject: self._subject, c.FieldOf: self._field, c.Compare: self._compare,
            c.Same: self._same, c.Member: self._member, c.Known: self._known, c.Not: self._not, c.All: self._all,
            c.AnyOf: self._any, c.Arithmetic: self._arithmetic, c.LetRead: self._let, c.ReadAccount: self._account,
            c.Today: self._today,
        }  # fmt: skip

    def read(self, node: c.Expr) -> Read:
        """What reads a node. While a derivation is kept, ask the evaluator instead."""
        found = self._made.get(id(node))  # the node is kept beside its function, so that its id stays its own
        if found is None:
            maker = self._makers.get(type(node))
            made = None if maker is None else maker(node)
            found = self._made[id(node)] = node, made if made is not None else self._by_handler(node)
        return found[1]

    def _by_handler(self, node: c.Expr) -> Read:
        ev, handler = self._ev, handler_of(node)
        return lambda env: handler(ev, node, env)

    def _constant(self, node: c.Constant) -> Read | None:
        if node.type.name == "ref":
            return None
        value = node.value
        return lambda _: value

    def _subject(self, node: c.Subject) -> Read:
        var = node.var
        return lambda env: env.rows[var]

    def _today(self, _: c.Today) -> Read:
        return lambda env: last_day(env.end)

    def _field(self, node: c.FieldOf) -> Read | None:
        world, kind, column = self._ev.world, node.kind, node.column
        if kind in world.dated:
            return None
        cell = world.cell
        if isinstance(node.base, c.Subject):
            var = node.base.var
            return lambda env: cell(kind, env.rows[var], column)
        base = self.read(node.base)

        def field(env: Env) -> Any:
            row = base(env)
            return None if row is None else cell(kind, row, column)

        return field

    # --- conditions --------------------------------------------------------------------------------------

    def _compare(self, node: c.Compare) -> Read:
        left, right, in_order = self._side(node.left), self._side(node.right), _ORDER[node.op]

        def compare(env: Env) -> bool:
            one, other = left(env), right(env)
            return False if one is None or other is None else in_order(one, other)

        return compare

    def _same(self, node: c.Same) -> Read:
        left, right, negated = self._side(node.left), self._side(node.right), node.negated

        def same(env: Env) -> bool:
            one, other = left(env), right(env)
            return False if one is None or other is None else (one == other) != negated

        return same

    def _side(self, node: c.Expr) -> Read:
        """One side of a comparison; a whole number is compared as one, which is quicker and the same."""
        if isinstance(node, c.Constant) and isinstance(node.value, Fraction) and node.value.denominator == 1:
            whole = node.value.numerator
            return lambda _: whole
        return self.read(node)

    def _member(self, node: c.Member) -> Read:
        item, group, negated = self.read(node.item), self.read(node.group), node.negated

        def member(env: Env) -> bool:
            one, among = item(env), group(env)
            return False if one is None or among is None else (one in among) != negated

        return member

    def _known(self, node: c.Known) -> Read:
        operand, negated = self.read(node.operand), node.negated
        return lambda env: (operand(env) is None) == negated

    def _not(self, node: c.Not) -> Read:
        operand = self.read(node.operand)
        return lambda env: not operand(env)

    def _all(self, node: c.All) -> Read:
        parts = [self.read(part) for part in node.parts]

        def every(env: Env) -> bool:
            return all(part(env) for part in parts)

        return every

    def _any(self, node: c.AnyOf) -> Read:
        parts = [self.read(part) for part in node.parts]

        def some(env: Env) -> bool:
            return any(part(env) for part in parts)

        return some

    # --- amounts and readings ----------------------------------------------------------------------------

    def _arithmetic(self, node: c.Arithmetic) -> Read | None:
        count = _SUMS.get(node.op)
        if count is None or {node.left.type.name, node.right.type.name} & {"date", "moment"}:
            return None
        left, right = self.read(node.left), self.read(node.right)

        def arithmetic(env: Env) -> Any:
            one, other = left(env), right(env)
            return None if one is None or other is None else count(one, other)

        return arithmetic

    def _let(self, node: c.LetRead) -> Read | None:
        """A let of the rows at hand, so that it is read in their environment or in one with another window."""
        if not node.own:
            return None
        let, ev = self._ev.policy.lets[node.let], self._ev
        value = self.read(let.value)
        if node.window.kind == "scope":
            return value
        window = node.window
        names = [
            (param, arg.var) for param, arg in zip(let.params, node.args, strict=True) if isinstance(arg, c.Subject)
        ]

        def within(env: Env) -> Any:
            start, end = ev.window(window, env.start, env.end)
            return value(Env({param: env.rows[var] for param, var in names}, start, end))

        return within

    def _account(self, node: c.ReadAccount) -> Read:
        ev, name, reading, window = self._ev, node.account, node.reading, node.window
        subject = None if node.subject is None else self.read(node.subject)
        if node.where is not None or reading not in {"sum", "count"}:
            return lambda env: read_account(ev, node, env)
        book, scoped, counts = ev.book, window.kind == "scope", reading == "count"

        def account(env: Env) -> Any:
            recipient = None if subject is None else subject(env)
            if recipient is None and subject is not None:
                return None
            start, end = (env.start, env.end) if scoped else ev.window(window, env.start, env.end)
            postings = book.of(name, recipient)
            return postings.count(start, end) if counts else postings.sum(start, end)

        return account

    # --- credits -----------------------------------------------------------------------------------------

    def poster(self, account: c.Account) -> Callable[[int], Posts]:
        """What gives the postings of a row by one credit: what `Evaluator.posts` gives."""
        return self._poster(account) if _is_plain(account) else partial(self._ev.posts, account)

    def _poster(self, account: c.Account) -> Callable[[int], Posts]:
        """What gives the posting of a row to the one person that it names, or to nobody in particular."""
        kind, nobody = account.kind, not account.receivers
        path = self.read(account.receivers[0].path) if account.receivers else None
        when = None if account.when is None else self.read(account.when)
        value, moment = self.read(account.value), self._moment(account)

        at_once = path is not None and self._is_cell(account.receivers[0].path)

        def posts(row: int) -> Posts:
            env = Env({kind: row})
            if at_once and path is not None and path(env) is None:
                return []
            time = moment(env)
            if time == BEGINNING:
                return []
            env.start = time - time % SECONDS_PER_DAY
            env.end = env.start + SECONDS_PER_DAY
            person = None if path is None else path(env)
            if (person is None and not nobody) or (when is not None and not when(env)):
                return []
            credit = value(env)
            return [] if credit is None else [(person, time, credit)]

        return posts

    def _is_cell(self, node: c.Expr) -> bool:
        """Whether an expression is a cell of a row at hand that says the same on every day."""
        return (
            isinstance(node, c.FieldOf) and isinstance(node.base, c.Subject) and node.kind not in self._ev.world.dated
        )

    def _moment(self, account: c.Account) -> Read:
        """When a row counts, in seconds, read out of any window; `BEGINNING` where that is missing."""
        if account.on is None:
            return lambda _: 0
        on, factor = self.read(account.on), SECONDS_PER_DAY if account.on.type.name == "date" else 1

        def moment(env: Env) -> int:
            found = on(env)
            return BEGINNING if found is None else int(found) * factor

        return moment


def _is_plain(account: c.Account) -> bool:
    """Whether all of a credit goes to one person, or to nobody in particular."""
    receivers = account.receivers
    return not receivers or (len(receivers) == 1 and receivers[0].share == 1 and receivers[0].above is None)
