"""The clauses of a component or total in the scalar evaluator: the value after each, with its derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...dsl import checked as c
from ...dsl.types import MONEY
from ..scalars.scalar import Env, Evaluator
from .carry import Settled, Steps, settle

__all__ = ["NOTHING_OPEN", "Opening", "Worth", "worth"]


@dataclass(frozen=True, slots=True)
class Worth:
    """A value after its clauses (None: something is missing).

    `base`: what it was before the first clause that adds to it. `left`: what each clause that carries leaves open,
    in minor units.
    """

    final: Any
    base: Any
    left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """The balances, in minor units, with which the clauses that carry begin a period.

    `begun`: whether balances have begun by the period's end; until then nothing is carried on from it.
    """

    open: tuple[int, ...] = ()
    begun: bool = True


NOTHING_OPEN = Opening()


def worth(
    ev: Evaluator, value: Any, clauses: tuple[c.Clause, ...], env: Env, step: int, opening: Opening = NOTHING_OPEN
) -> Worth:
    """The clauses in the order written; `opening`: with what those that carry begin."""
    base: Any = None
    adds = False
    left: list[int] = []
    for clause in clauses:
        carrying = isinstance(clause, c.AtMost | c.AtLeast) and clause.carry is not None
        if (carrying or isinstance(clause, c.Plus | c.AtLeast)) and not adds:
            base, adds = value, True
        if isinstance(clause, c.AtMost | c.AtLeast) and clause.carry is not None:
            before = opening.open[len(left)]
            value, after = _carried(ev, clause, value, env, before, step, begun=opening.begun)
            left.append(after)
        else:
            value = _clause(ev, clause, value, env)
    return Worth(value, base if adds else value, tuple(left))


def _clause(ev: Evaluator, clause: c.Clause, value: Any, env: Env) -> Any:
    if value is None and not isinstance(clause, c.Gate):
        return None
    if isinstance(clause, c.Release):  # says when, not how much
        return value
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
    if ev.tracer.on:
        ev.tracer.close(clause, value, unit=MONEY)
    return value


def _with(other: Any, made: Callable[[Any], Any]) -> Any:
    """What is made with another value; missing where that is."""
    return None if other is None else made(other)


def _carried(
    ev: Evaluator, clause: c.AtMost | c.AtLeast, value: Any, env: Env, before: int, step: int, *, begun: bool
) -> tuple[Any, int]:
    """What a limit that carries pays, and what it leaves open; nothing moves where something is missing.

    Nothing stays open where balances have not `begun`.
    """
    assert clause.carry is not None
    if value is None:
        return None, before
    tracing = ev.tracer.on
    if tracing:
        ev.tracer.open()
    inner = replace(env, owed=before)
    limit, carry = ev.value(clause.limit, inner), ev.value(clause.carry, inner)
    if limit is None or carry is None:
        if tracing:
            ev.tracer.close(clause, None, unit=MONEY)
        return None, before
    floor, steps = isinstance(clause, c.AtLeast), Steps(step, ev.policy.rounding)
    is_amount = clause.carry.type.name == "money"
    made = settle(floor, value, limit, carry, amount=is_amount, before=before, steps=steps)
    if tracing:
        _note(ev, floor, steps.one(value), before, made, begun=begun)
        ev.tracer.close(clause, made.paid, unit=MONEY)
    return Fraction(made.paid), made.open if begun else 0


def _note(ev: Evaluator, floor: bool, value: int, before: int, made: Settled, *, begun: bool) -> None:
    """The movement of a balance, so that it can be followed from period to period."""
    note = ev.tracer.note
    if not begun and made.open:
        note("not_owed" if floor else "not_kept", made.open, MONEY)
    if not begun:
        return
    if floor:
        moved = made.paid - value
        note("owed_before", before, MONEY)
        if moved:
            note("topped_up" if moved > 0 else "taken_back", abs(moved), MONEY)
        note("owed_after", made.open, MONEY)
        return
    note("kept_before", before, MONEY)
    note("kept_after", made.open, MONEY)
