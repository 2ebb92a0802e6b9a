"""Conditions of rules as a rules engine takes them: alternatives, each a list of tests that hold together.

Our own evaluator computes what is exact and hard: values, and which rows count. What sets times, counts and the order
of rows against the clock is left to the rules engine: a count in a window, a streak, one thing before another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias

from ...dsl import checked as c

__all__ = ["MOST_ROWS", "Asked", "Before", "Lacks", "Literal", "Rows", "Truth", "Unbroken", "alternatives"]

MOST_ROWS = 64
"""The largest count or streak that the rules engine itself counts; a larger one is a value."""

_MOST_ALTERNATIVES, _MOST_TESTS = 8, 6
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition that our evaluator reads: yes or no."""

    node: c.Expr


@dataclass(frozen=True, slots=True)
class Rows:
    """At least `least` rows that count for the subject lie in the last `within` seconds (None: ever)."""

    account: str
    within: int | None
    least: int


@dataclass(frozen=True, slots=True)
class Unbroken:
    """The last `least` rows that count for the subject are not zero, or hold; rows before the first do not."""

    account: str
    least: int


@dataclass(frozen=True, slots=True)
class Before:
    """One time lies before another: `left` + `later` < `right`, with `or_equal` <=; no where either is missing.

    `later` is in days for dates, in seconds for moments.
    """

    left: c.Expr
    later: int
    right: c.Expr
    or_equal: bool


@dataclass(frozen=True, slots=True)
class Lacks:
    """A time is missing."""

    node: c.Expr


Asked: TypeAlias = Truth | Rows | Unbroken | Before | Lacks


@dataclass(frozen=True, slots=True)
class Literal:
    """A test, and whether it has to hold or to fail."""

    asked: Asked
    holds: bool


@dataclass(frozen=True, slots=True)
class _Node:
    """A condition as a tree: a literal, or parts of which all or any have to hold."""

    literal: Literal | None
    parts: tuple[_Node, ...] = ()
    every: bool = False


class _TooMany(Exception):
    """More alternatives, or more tests in one, than the rules engine is given."""


def alternatives(
    policy: c.Policy, kind: str, node: c.Expr, *, whole: bool = False
) -> tuple[list[list[Literal]], list[list[Literal]]]:
    """When a condition on a row of `kind` holds, and when it does not: any of the lists, all of a list.

    Our evaluator reads a condition as a `whole` where that is asked for, or where it has more alternatives than the
    rules engine is given.
    """
    try:
        if not whole:
            tree = _tree(policy, kind, node)
            return _spread(tree, holds=True), _spread(tree, holds=False)
    except _TooMany:
        pass
    return [[Literal(Truth(node), holds=True)]], [[Literal(Truth(node), holds=False)]]


def _spread(node: _Node, *, holds: bool) -> list[list[Literal]]:
    """The alternatives of a tree, each test once; a list that contradicts itself is left out."""
    if node.literal is not None:
        return _spread_one(node.literal.asked, holds=node.literal.holds == holds)
    spread = [_spread(part, holds=holds) for part in node.parts]
    if node.every != holds:
        made = list(_unique(one for lists in spread for one in lists))
    elif prod(len(lists) for lists in spread) > _MOST_ALTERNATIVES**2:
        raise _TooMany
    else:
        made = list(_unique([literal for one in chosen for literal in one] for chosen in product(*spread)))
    if len(made) > _MOST_ALTERNATIVES or any(len(one) > _MOST_TESTS for one in made):
        raise _TooMany
    return made


def _spread_one(asked: Asked, *, holds: bool) -> list[list[Literal]]:
    if isinstance(asked, Before) and not holds:  # the other way round, or one of them is missing
        turned = Before(asked.right, -asked.later, asked.left, not asked.or_equal)
        return [[Literal(other, holds=True)] for other in (turned, Lacks(asked.left), Lacks(asked.right))]
    return [[Literal(asked, holds)]]


def _unique(lists: Iterable[list[Literal]]) -> Iterator[list[Literal]]:
    seen: set[frozenset[Literal]] = set()
    for one in lists:
        tests = frozenset(one)
        if tests in seen or any(replace(literal, holds=not literal.holds) in tests for literal in tests):
            continue
        seen.add(tests)
        yield list(dict.fromkeys(one))


# --- trees ---------------------------------------------------------------------------------------------------


def _tree(policy: c.Policy, kind: str, node: c.Expr) -> _Node:
    match node:
        case c.All(parts=parts) | c.AnyOf(parts=parts):
            return _Node(None, tuple(_tree(policy, kind, part) for part in parts), isinstance(node, c.All))
        case c.Not(operand=operand):
            return _turned(_tree(policy, kind, operand))
        case c.LetRead() if (inner := _looked_through(policy, kind, node)) is not None:
            return _tree(policy, kind, inner)
        case c.Compare():
            made = _of_count(policy, kind, node.left, node.op, node.right) or _of_times(node)
        case c.Same() if not node.negated:
            made = _of_count(policy, kind, node.left, "is", node.right)
        case c.Same():
            is_so = _of_count(policy, kind, node.left, "is", node.right)
            made = _turned(is_so) if is_so is not None else None
        case _:
            made = None
    return made or _Node(Literal(Truth(node), holds=True))


def _turned(node: _Node) -> _Node:
    if node.literal is not None:
        return _Node(replace(node.literal, holds=not node.literal.holds))
    return _Node(None, tuple(_turned(part) for part in node.parts), not node.every)


def _looked_through(policy: c.Policy, kind: str, node: c.LetRead) -> c.Expr | None:
    """What a let says that is read for the subject at hand, in its reader's own time."""
    own = node.window.kind == "scope" and all(isinstance(arg, c.Subject) and arg.var == kind for arg in node.args)
    return policy.lets[node.let].value if own else None


# --- rows in a window ----------------------------------------------------------------------------------------

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "is": "is"}


def _of_count(policy: c.Policy, kind: str, left: c.Expr, op: str, right: c.Expr) -> _Node | None:
    """`(visits over last 7 days) >= 3`, for any comparison of a count or a streak of own rows with a whole number."""
    if isinstance(left, c.Constant):
        left, op, right = right, _MIRRORED[op], left
    if not isinstance(right, c.Constant) or not isinstance(right.value, Fraction) or right.value.denominator != 1:
        return None
    read = _own_rows(policy, kind, left, None)
    if read is None:
        return None
    number = right.value.numerator
    if not 0 <= number < MOST_ROWS:
        return None
    reached, passed = _at_least(*read, number), _at_least(*read, number + 1)
    match op:
        case ">=":
            return reached
        case ">":
            return passed
        case "<":
            return _turned(reached)
        case "<=":
            return _turned(passed)
        case _:
            return _Node(None, (reached, _turned(passed)), every=True)


def _at_least(rows: Rows, streak: bool, number: int) -> _Node:
    if number == 0:
        return _Node(None, (), every=True)  # there are always none or more
    enough = _Node(Literal(replace(rows, least=number), holds=True))
    return _Node(None, (enough, _Node(Literal(Unbroken(rows.account, number), True))), True) if streak else enough


def _own_rows(policy: c.Policy, kind: str, node: c.Expr, window: c.Window | None) -> tuple[Rows, bool] | None:
    """The rows that a count reads of the subject itself, and how far back; and whether it is a streak."""
    match node:
        case c.LetRead(let=let, args=args, window=own):
            if not all(isinstance(arg, c.Subject) and arg.var == kind for arg in args):
                return None
            chosen = _narrowed(window, own)
            return _own_rows(policy, kind, policy.lets[let].value, chosen) if chosen is not None else None
        case c.ReadAccount(account=account, subject=c.Subject(var=var), window=own, reading="count" | "streak") if (
            var == kind and node.where is None
        ):
            chosen = _narrowed(window, own)
            if chosen is None or chosen.kind not in {"all", "scope", "last"}:
                return None
            if chosen.kind == "last" and chosen.unit not in _SECONDS:
                return None
            within = chosen.count * _SECONDS[chosen.unit] if chosen.kind == "last" else None
            return Rows(account, within, 1), node.reading == "streak"
        case _:
            return None


def _narrowed(outer: c.Window | None, inner: c.Window) -> c.Window | None:
    """The one window of a reading within a reading; None where both say one."""
    if outer is None or outer.kind == "scope":
        return inner
    return outer if inner.kind == "scope" else None


# --- times ---------------------------------------------------------------------------------------------------


def _of_times(node: c.Compare) -> _Node | None:
    """`answered <= quoted + 2 days`: two times, a stretch of time between them."""
    if node.left.type.name not in {"date", "moment"} or node.left.type.name != node.right.type.name:
        return None
    (left, after_left), (right, after_right) = _shifted(node.left), _shifted(node.right)
    if isinstance(left, c.Constant) or isinstance(right, c.Constant):
        return None
    if node.op in {">", ">="}:
        left, after_left, right, after_right = right, after_right, left, after_left
    return _Node(Literal(Before(left, after_left - after_right, right, node.op in {"<=", ">="}), holds=True))


def _shifted(node: c.Expr) -> tuple[c.Expr, int]:
    """A time, and the whole stretch (in the unit of its type: days of a date, else seconds) that is added to it."""
    match node:
        case c.Arithmetic(op="+" | "-" as op, left=left, right=c.Constant(value=Fraction() as value)):
            if node.right.type.name == "days" and left.type.name == node.type.name:
                length = value // 86_400 if node.type.name == "date" else value
                if length == length // 1:
                    return left, int(length) if op == "+" else -int(length)
        case _:
            pass
    return node, 0
