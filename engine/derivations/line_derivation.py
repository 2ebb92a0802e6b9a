"""Derivations of components and of their lines, as plain steps; amounts are minor units.

The steps of a component are a chain: each but the first acts on the value of the one before it, as on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from ...dsl import checked as c
from ..arrays.rounding import round_fraction, step_of
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..calendar.windows import last_day
from ..money import plain_amount
from ..pay.clauses import NOTHING_OPEN, Opening, Worth, worth
from ..pay.statement import Line, Statement, opened, scope_of, total_of
from ..scalars.scalar import Env, Evaluator
from .derivation import Plain, Teller

__all__ = [
    "ComponentRows", "RowCredit", "component_steps", "env_of", "line_step", "rows_of", "stretches_step",
]  # fmt: skip


def env_of(made: Statement) -> Env:
    """What a statement is read for."""
    return Env({"rep": made.rep}, made.start, made.end, part_of=made.scheme.per)


def _traced(teller: Teller, work: Callable[[], object]) -> list[Plain]:
    """The steps of some work."""
    tracer = teller.ev.tracer
    tracer.on = True
    try:
        work()
        return teller.collect()
    finally:
        tracer.on = False


def _rounded(ev: Evaluator, value: Any) -> int:
    return 0 if value is None else round_fraction(Fraction(value), step_of(ev.policy), ev.policy.rounding)


def _rounding(teller: Teller, amount: int) -> Plain:
    policy, voice = teller.ev.policy, teller.voice
    said = voice(
        "rounded",
        mode=voice(f"mode.{policy.rounding}"),
        step=plain_amount(step_of(policy), policy.currency),
    )
    return teller.own("rounded", amount, said=said, **teller.rounding)


def _worth(ev: Evaluator, pay: c.Pay, env: Env, opening: Opening) -> Worth:
    return worth(ev, ev.value(pay.value, env), pay.clauses, env, step_of(ev.policy), opening)


def _chain(teller: Teller, made: Statement, pay: c.Pay, env: Env) -> tuple[list[Plain], Any]:
    """The value of a component, its clauses, and the rounding; and the value before that, None where it is missing."""
    ev = teller.ev
    found: list[Any] = []
    open_ = opened(ev, made.scheme, pay, made.rep, made.period, step_of(ev.policy))
    steps = _traced(teller, lambda: found.append(_worth(ev, pay, env, open_).final))
    final = found[0]
    if final is not None:
        steps.append(_rounding(teller, _rounded(ev, final)))
    return steps, final


# --- components ----------------------------------------------------------------------------------------------


def component_steps(teller: Teller, made: Statement, component: str) -> list[Plain]:
    """Why a component earned what it did."""
    amount = dict(made.amounts)[component]
    if made.parts:
        parts = [
            (number, dict(part.amounts)[component], component_steps(teller, part, component))
            for number, part in enumerate(made.parts)
        ]
        return [stretches_step(teller, made, "stretches", amount, parts)]
    pay = made.scheme.pay(component)
    if pay is None:
        return _total_steps(teller, made, amount)
    env = env_of(made)
    scope = scope_of(pay, env, teller.ev.policy.calendar)
    steps, final = _chain(teller, made, pay, scope)
    if final is None:
        return [*steps, teller.own("unpaid", 0)]
    if scope.start < env.start and pay.over is not None:
        steps.append(_posted(teller, made, pay, replace(scope, end=env.start), amount))
    return steps


def stretches_step(
    teller: Teller, made: Statement, op: str, amount: int, parts: Sequence[tuple[int, int, Sequence[Plain]]]
) -> Plain:  # fmt: skip
    """What several stretches of a period come to: for each its number, an amount, and why it is that."""
    voice = teller.voice
    told: list[Plain] = []
    for number, earned, steps in parts:
        of = made.parts[number]
        days = format_day(of.start // SECONDS_PER_DAY), format_day(last_day(of.end))
        said = voice("stretch", first=days[0], last=days[1])
        told.append(teller.own("stretch", earned, said=said, parts=steps, stretch=number))
    return teller.own(op, amount, said=voice("stretches"), parts=told)


def _posted(teller: Teller, made: Statement, pay: c.Pay, earlier: Env, amount: int) -> Plain:
    """What was earned in the scope before this period is taken off: it has lines of its own."""
    voice = teller.voice
    steps, final = _chain(teller, made, pay, earlier)
    said = voice("posted.before", day=format_day(last_day(earlier.end)))
    before = teller.own("earned", _rounded(teller.ev, final), said=said, parts=steps, folded=True)
    return teller.own("posted", amount, said=voice("posted", unit=voice(f"unit.{pay.over}")), parts=[before])


def _total(ev: Evaluator, made: Statement, whole: int) -> Any:
    return total_of(ev, made.scheme, whole, env_of(made), made.period, step_of(ev.policy)).final


def _total_steps(teller: Teller, made: Statement, amount: int) -> list[Plain]:
    total, ev, voice = made.scheme.total, teller.ev, teller.voice
    assert total is not None
    earned = [(name, value) for name, value in made.amounts if name != "total"]
    whole = sum(value for _, value in earned)
    parts = [
        teller.own("component", value, said=voice("component", component=name), component=name)
        for name, value in earned
    ]
    found: list[Any] = []
    steps = _traced(teller, lambda: found.append(_total(ev, made, whole)))
    if found[0] is None:
        end = [teller.own("unpaid", 0)]
    else:
        end = [_rounding(teller, _rounded(ev, found[0]))]
    return [teller.own("sum", whole, parts=parts), *steps, *end, teller.own("total", amount)]


# --- lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowCredit:
    """What a row credits: the running total before it, its own value, and its time in seconds."""

    before: Any
    own: Any
    time: int


@dataclass(frozen=True, slots=True)
class ComponentRows:
    """The rows behind the lines of a component: what each credits, by kind and row.


    A row that is credited more than once has several. `first` is the running total before the first row of the period,
    `last` the one with the last.
    """

    credits: dict[tuple[str, int], list[RowCredit]]
    first: Any
    last: Any


def rows_of(ev: Evaluator, made: Statement, pay: c.Pay) -> ComponentRows:
    """The rows of a component in the period of a statement, in order of date and key."""
    assert pay.account is not None
    env = env_of(made)
    book = ev.book.of(pay.account, made.rep)
    first: Any = book.sum(scope_of(pay, env, ev.policy.calendar).start, env.start) if pay.lines == "in_order" else 0
    total: Any = first
    kinds = ev.policy.accounts[pay.account].kinds
    credits_: dict[tuple[str, int], list[RowCredit]] = {}
    for posting in book.between(env.start, env.end):
        made_ = RowCredit(total, posting.value, posting.time)
        credits_.setdefault((kinds[posting.kind], posting.row), []).append(made_)
        total += posting.value
    return ComponentRows(credits_, first, total)


def line_step(
    teller: Teller, made: Statement, pay: c.Pay, line: Line, rows: ComponentRows, whole: bool
) -> Plain | None:
    """The part of a component that one line is; None where it is all of it.

    `whole`: with the derivation of what was earned before the row, which is that of the line before.
    """
    if pay.account is None or pay.lines == "period":
        return None
    if line.row < 0:
        return _rest(teller, made, pay, line, rows)
    tell = _in_order if pay.lines == "in_order" else _in_proportion
    found = rows.credits[line.kind, line.row]
    if len(found) == 1:
        return tell(teller, made, pay, line, rows, found[0], whole)
    parts = [
        tell(teller, made, pay, replace(line, amount=_carried(teller.ev, made, pay, rows, one)), rows, one, whole)
        for one in found
    ]
    return teller.own("line_of_credits", line.amount, said=teller.voice("line.of_credits"), parts=parts)


def _carried(ev: Evaluator, made: Statement, pay: c.Pay, rows: ComponentRows, credit: RowCredit) -> int:
    """What one credit of a row carries of its line."""
    before, after = credit.before, credit.before + credit.own
    if pay.lines == "in_proportion":
        whole = _spread(ev, made, pay)
        at = [_rounded(ev, Fraction(whole * total) / rows.last) for total in (before, after)]  # exact: fraction
        return at[1] - at[0]
    scope = scope_of(pay, env_of(made), ev.policy.calendar)
    envs = [replace(scope, running=(cast("str", pay.account), total)) for total in (before, after)]
    low, high = (_rounded(ev, _worth(ev, pay, env, NOTHING_OPEN).final) for env in envs)
    return high - low


def _row_parts(teller: Teller, pay: c.Pay, line: Line, credit: RowCredit) -> tuple[list[Plain], Plain]:
    """The running totals around a row; and what names it."""
    account = teller.ev.policy.accounts[pay.account or ""]
    key, voice = teller.key(line.row, line.kind) or "", teller.voice
    before, own = credit.before, credit.own
    values = (("before", before), ("own", own), ("with", before + own))
    parts = [
        teller.own(name, value, account.type, said=voice(f"line.{name}", account=account.name, key=key))
        for name, value in values
    ]
    return parts, {"account": account.name, "kind": line.kind, "key": key}


def _in_order(
    teller: Teller, made: Statement, pay: c.Pay, line: Line, rows: ComponentRows, credit: RowCredit, whole: bool
) -> Plain:  # fmt: skip
    parts, named = _row_parts(teller, pay, line, credit)
    before, own = credit.before, credit.own
    parts.append(_earned(teller, made, pay, before, "earned_before", whole))
    parts.append(_earned(teller, made, pay, before + own, "earned_with", whole=True))
    return teller.own("line_in_order", line.amount, said=teller.voice("line.in_order"), parts=parts, **named)


def _earned(teller: Teller, made: Statement, pay: c.Pay, total: Any, name: str, whole: bool) -> Plain:
    """F at a running total. Credits are not listed again: they stand in the component's own derivation."""
    ev = teller.ev
    env = replace(scope_of(pay, env_of(made), ev.policy.calendar), running=(cast("str", pay.account), total))
    said = teller.voice(f"line.{name}")
    more: Plain = {"previous": True} if name == "earned_before" else {}
    if not whole:
        final = _worth(ev, pay, env, NOTHING_OPEN).final
        return teller.own("earned", _rounded(ev, final), said=said, **more)
    ev.tracer.brief = True
    try:
        steps, final = _chain(teller, made, pay, env)
    finally:
        ev.tracer.brief = False
    return teller.own("earned", _rounded(ev, final), said=said, parts=steps, folded=True, **more)


def _in_proportion(
    teller: Teller, made: Statement, pay: c.Pay, line: Line, rows: ComponentRows, credit: RowCredit, whole: bool
) -> Plain:  # fmt: skip
    parts, named = _row_parts(teller, pay, line, credit)
    unit = teller.ev.policy.accounts[pay.account or ""].type
    said = teller.voice("line.whole", account=pay.account or "")
    parts.append(teller.own("whole", rows.last, unit, said=said))
    parts.append(teller.own("spread", _spread(teller.ev, made, pay), said=teller.voice("line.spread")))
    said = teller.voice("line.in_proportion")
    return teller.own("line_in_proportion", line.amount, said=said, parts=parts, **named, **teller.rounding)


def _spread(ev: Evaluator, made: Statement, pay: c.Pay) -> int:
    """What the rows share: all, or what was earned before the first clause that adds to it."""
    env = scope_of(pay, env_of(made), ev.policy.calendar)
    amount = dict(made.amounts)[pay.name]
    open_ = opened(ev, made.scheme, pay, made.rep, made.period, step_of(ev.policy))
    whole = _rounded(ev, _worth(ev, pay, env, open_).base)
    return whole if any(c.carrying(pay.clauses)) or 0 <= whole <= amount else amount


def _rest(teller: Teller, made: Statement, pay: c.Pay, line: Line, rows: ComponentRows) -> Plain:
    """The line that no row carries: what was earned less what the rows carry, which telescopes to two values of F."""
    voice = teller.voice
    whole = dict(made.amounts)[pay.name]
    carried = sum(one.amount for one in made.lines if one.component == pay.name and one.row >= 0)
    inner: list[Plain] = []
    if pay.lines == "in_order":
        inner.append(_earned(teller, made, pay, rows.last, "last", whole=True))
        inner.append(_earned(teller, made, pay, rows.first, "first", whole=True))
    elif rows.last:
        inner.append(teller.own("spread", _spread(teller.ev, made, pay), said=voice("line.spread")))
    parts = [
        teller.own("earned", whole, said=voice("line.earned", component=pay.name)),
        teller.own("carried", carried, said=voice("line.carried"), parts=inner, folded=True),
    ]
    return teller.own("line_rest", line.amount, said=voice("line.rest"), parts=parts, **teller.rounding)
