"""Payout lines of one rep in one period by the scalar evaluator: the same law as in `payouts`, with its derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..dsl import checked as c
from ..dsl.types import MONEY
from .book import Posting
from .days import SECONDS_PER_DAY
from .periods import Period
from .rounding import round_fraction
from .scalar import Env, Evaluator
from .windows import WEEK, last_day, of_period, scope_start

__all__ = ["Line", "Statement", "is_member", "scope_of", "statement", "worth"]


@dataclass(frozen=True, slots=True)
class Line:
    """An amount in minor units, and the row that carries it (-1: none)."""

    component: str
    kind: str
    row: int
    amount: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a scheme earns a rep in a period: amounts by component, lines, awards.

    `unpaid`: components that read something missing.
    """

    scheme: c.Scheme
    rep: int
    period: Period
    amounts: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]
    awards: tuple[tuple[str, int | None], ...]
    unpaid: tuple[str, ...]


def is_member(ev: Evaluator, scheme: c.Scheme, rep: int, period: Period) -> bool:
    """Whether a scheme pays a rep in a period."""
    start, end = of_period(period)
    if not ev.world.employed(rep, start // SECONDS_PER_DAY, last_day(end)):
        return False
    return scheme.group is None or ev.quietly(scheme.group, Env({"rep": rep}, start, end)) is True


def statement(ev: Evaluator, scheme: c.Scheme, rep: int, period: Period, step: int) -> Statement:
    """All components of a scheme for one rep and period."""
    start, end = of_period(period)
    env = Env({"rep": rep}, start, end)
    amounts: list[tuple[str, int]] = []
    lines: list[Line] = []
    awards: list[tuple[str, int | None]] = []
    unpaid: list[str] = []
    for part in scheme.components:
        if isinstance(part, c.Award):
            if ev.quietly(part.when, env):
                awards.append((part.title, ev.quietly(part.to, env) if part.to is not None else rep))
            continue
        amount, made = component(ev, part, env, step)
        if amount is None:
            unpaid.append(part.name)
        amounts.append((part.name, amount or 0))
        lines += made
    if scheme.total is not None:
        earned = sum(amount for _, amount in amounts)
        final, _ = worth(ev, earned, scheme.total.clauses, env)
        if final is None:
            unpaid.append("total")
        extra = (0 if final is None else _rounded(ev, final, step)) - earned
        amounts.append(("total", extra))
        if extra:
            lines.append(Line("total", "", -1, extra))
    return Statement(scheme, rep, period, tuple(amounts), tuple(lines), tuple(awards), tuple(unpaid))


def worth(ev: Evaluator, value: Any, clauses: tuple[c.Clause, ...], env: Env) -> tuple[Any, Any]:
    """The value after the clauses in order, and what it was before the first that adds to it."""
    base: Any = None
    adds = False
    for clause in clauses:
        if isinstance(clause, c.Plus | c.AtLeast) and not adds:
            base, adds = value, True
        value = _clause(ev, clause, value, env)
    return value, base if adds else value


def _clause(ev: Evaluator, clause: c.Clause, value: Any, env: Env) -> Any:
    if value is None and not isinstance(clause, c.Gate):
        return None
    if ev.tracer.on:
        ev.tracer.open()
    match clause:
        case c.Gate(when=when):
            value = value if ev.value(when, env) else 0
        case c.Times(factor=factor):
            value = _with(ev.value(factor, env), lambda by: value * by)
        case c.Plus(amount=amount):
            value = _with(ev.value(amount, env), lambda more: value + more)
        case c.AtMost(limit=limit):
            value = _with(ev.value(limit, env), lambda most: min(value, most))
        case c.AtLeast(limit=limit):
            value = _with(ev.value(limit, env), lambda least: max(value, least))
        case c.Release():
            pass
    if ev.tracer.on:
        ev.tracer.close(clause, value, unit=MONEY)
    return value


def _with(other: Any, made: Callable[[Any], Any]) -> Any:
    """What is made with another value; missing where that is."""
    return None if other is None else made(other)


def _rounded(ev: Evaluator, value: Any, step: int) -> int:
    return round_fraction(Fraction(value), step, ev.policy.rounding)


def component(ev: Evaluator, pay: c.Pay, env: Env, step: int) -> tuple[int | None, list[Line]]:
    """The amount of a component (None: something that it reads is missing) and its lines."""
    scope = scope_of(pay, env)
    final, base = worth(ev, ev.value(pay.value, scope), pay.clauses, scope)
    if final is None:
        return None, []
    amount = _rounded(ev, final, step)
    if scope.start < env.start:
        earlier = replace(scope, end=env.start)
        before, _ = _quiet_worth(ev, pay, earlier)
        posted = _rounded(ev, before, step) if before is not None else 0
        amount -= posted
    lines: list[Line] = []
    if pay.lines == "in_order":
        lines = _in_order(ev, pay, scope, env, step)
    elif pay.lines == "in_proportion":
        whole = 0 if base is None else _rounded(ev, base, step)
        lines = _in_proportion(ev, pay, env, whole if 0 <= whole <= amount else amount, step)
    left = amount - sum(line.amount for line in lines)
    if left:
        lines.append(Line(pay.name, "", -1, left))
    return amount, lines


def _quiet_worth(ev: Evaluator, pay: c.Pay, env: Env) -> tuple[Any, Any]:
    was, ev.tracer.on = ev.tracer.on, False
    try:
        return worth(ev, ev.value(pay.value, env), pay.clauses, env)
    finally:
        ev.tracer.on = was


def scope_of(pay: c.Pay, env: Env) -> Env:
    """The scope of a component: the period, or what is longer, up to the period's end."""
    if pay.over is None:
        return env
    weekly = env.end - env.start == WEEK
    return replace(env, start=scope_start(pay.over, env.start, env.end, weekly))


def _postings(ev: Evaluator, pay: c.Pay, env: Env) -> list[Posting]:
    assert pay.account is not None
    return ev.book.of(pay.account, env.rows["rep"]).between(env.start, env.end)


def _in_order(ev: Evaluator, pay: c.Pay, scope: Env, env: Env, step: int) -> list[Line]:
    """Each row carries what it added to F of the running total."""
    assert pay.account is not None
    kind = ev.policy.accounts[pay.account].kind
    total: Any = ev.book.of(pay.account, env.rows["rep"]).sum(scope.start, env.start)
    before = _at(ev, pay, scope, total, step)
    lines: list[Line] = []
    for posting in _postings(ev, pay, env):
        total += posting.value
        after = _at(ev, pay, scope, total, step)
        if after != before:
            lines.append(Line(pay.name, kind, posting.row, after - before))
        before = after
    return lines


def _at(ev: Evaluator, pay: c.Pay, scope: Env, total: Any, step: int) -> int:
    """F, rounded, with the running total at `total`."""
    assert pay.account is not None
    final, _ = _quiet_worth(ev, pay, replace(scope, running=(pay.account, total)))
    return 0 if final is None else _rounded(ev, final, step)


def _in_proportion(ev: Evaluator, pay: c.Pay, env: Env, whole: int, step: int) -> list[Line]:
    """Each row carries its part of the whole by its value."""
    assert pay.account is not None
    postings = _postings(ev, pay, env)
    total = sum(posting.value for posting in postings)
    if not total:
        return []
    kind = ev.policy.accounts[pay.account].kind
    lines: list[Line] = []
    so_far: Any = 0
    before = 0
    for posting in postings:
        so_far += posting.value
        after = _rounded(ev, Fraction(whole * so_far) / total, step)  # exact: fraction
        if after != before:
            lines.append(Line(pay.name, kind, posting.row, after - before))
        before = after
    return lines
