"""Payout lines of one rep in one period by the scalar evaluator: the same law as in `payouts`, with its derivation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.rounding import round_fraction
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period, containing
from ..calendar.windows import last_day, of_period, scope_start
from ..scalars.book import Posting
from ..scalars.scalar import Env, Evaluator
from .chain import accounts_under, counts_from, earlier_periods
from .clauses import NOTHING_OPEN, Opening, Worth, worth
from .membership import stretches

__all__ = ["Line", "Opened", "Statement", "component", "opened", "scope_of", "statement", "total_of"]


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

    `unpaid`: components that read something missing. `start` and `end` (seconds, not included) bound the days that it
    is about; where those are several stretches of the period, `parts` has a statement for each. `balances`: what each
    clause that carries had open before and has after, by the name of its component (`total`) and its number among
    those that carry.
    """

    scheme: c.Scheme
    rep: int
    period: Period
    amounts: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]
    awards: tuple[tuple[str, int | None], ...]
    unpaid: tuple[str, ...]
    start: int
    end: int
    parts: tuple[Statement, ...] = ()
    balances: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A balance in minor units, before and after a period."""

    component: str
    number: int
    before: int
    after: int


def statement(ev: Evaluator, scheme: c.Scheme, rep: int, period: Period, step: int) -> Statement:
    """All components of a scheme for one rep and period; of a rep whom it does not pay, as if it did."""
    whole = Env({"rep": rep}, *of_period(period), part_of=scheme.per)
    parts = [_stretch(ev, scheme, period, env, step) for env in stretches(ev, scheme, rep, period) or [whole]]
    return parts[0] if len(parts) == 1 else _joined(parts)


def _joined(parts: list[Statement]) -> Statement:
    """Several stretches of one period; what no row carries is one line a component."""
    amounts: dict[str, int] = {}
    bare: dict[str, int] = {}
    lines = [line for part in parts for line in part.lines]
    for name, amount in (pair for part in parts for pair in part.amounts):
        amounts[name] = amounts.get(name, 0) + amount
    for line in lines:
        if line.row < 0:
            bare[line.component] = bare.get(line.component, 0) + line.amount
    kept = [line for line in lines if line.row >= 0]
    kept += [Line(name, "", -1, amount) for name, amount in bare.items() if amount]
    awards = tuple(dict.fromkeys(award for part in parts for award in part.awards))
    unpaid = tuple(dict.fromkeys(name for part in parts for name in part.unpaid))
    first = parts[0]
    return Statement(
        first.scheme, first.rep, first.period, tuple(amounts.items()), tuple(kept), awards, unpaid, first.start,
        parts[-1].end, tuple(parts),
    )  # fmt: skip


def _stretch(ev: Evaluator, scheme: c.Scheme, period: Period, env: Env, step: int) -> Statement:
    """All components for a stretch of days of a period."""
    rep = env.rows["rep"]
    amounts: list[tuple[str, int]] = []
    lines: list[Line] = []
    awards: list[tuple[str, int | None]] = []
    unpaid: list[str] = []
    balances: list[Opened] = []
    for part in scheme.components:
        if isinstance(part, c.Award):
            if ev.quietly(part.when, env):
                awards.append((part.title, ev.quietly(part.to, env) if part.to is not None else rep))
            continue
        amount, made = component(ev, scheme, part, env, step)
        balances += _balances(ev, scheme, part, env, period, step)
        if amount is None:
            unpaid.append(part.name)
        amounts.append((part.name, amount or 0))
        lines += made
    if scheme.total is not None:
        earned = sum(amount for _, amount in amounts)
        final = total_of(ev, scheme, earned, env, period, step).final
        balances += _balances(ev, scheme, scheme.total, env, period, step)
        if final is None:
            unpaid.append("total")
        extra = (0 if final is None else _rounded(ev, final, step)) - earned
        amounts.append(("total", extra))
        if extra:
            lines.append(Line("total", "", -1, extra))
    return Statement(
        scheme, rep, period, tuple(amounts), tuple(lines), tuple(awards), tuple(unpaid), env.start, env.end,
        balances=tuple(balances),
    )  # fmt: skip


def total_of(ev: Evaluator, scheme: c.Scheme, earned: int, env: Env, period: Period, step: int) -> Worth:
    """The sum of the components after the clauses of `total`."""
    assert scheme.total is not None
    open_ = opened(ev, scheme, scheme.total, env.rows["rep"], period, step)
    return worth(ev, earned, scheme.total.clauses, env, step, open_)


def _rounded(ev: Evaluator, value: Any, step: int) -> int:
    return round_fraction(Fraction(value), step, ev.policy.rounding)


def component(ev: Evaluator, scheme: c.Scheme, pay: c.Pay, env: Env, step: int) -> tuple[int | None, list[Line]]:
    """The amount of a component (None: something that it reads is missing) and its lines."""
    scope = scope_of(pay, env, ev.policy.calendar)
    period = containing(scheme.per, last_day(env.end), ev.policy.calendar)
    open_ = opened(ev, scheme, pay, env.rows["rep"], period, step)
    made = worth(ev, ev.value(pay.value, scope), pay.clauses, scope, step, open_)
    final, base = made.final, made.base
    if final is None:
        return None, []
    amount = _rounded(ev, final, step)
    if scope.start < env.start:
        earlier = replace(scope, end=env.start)
        before = _quiet_worth(ev, pay, earlier, step)
        posted = _rounded(ev, before, step) if before is not None else 0
        amount -= posted
    lines: list[Line] = []
    if pay.lines == "in_order":
        lines = _in_order(ev, pay, scope, env, step)
    elif pay.lines == "in_proportion":
        whole = 0 if base is None else _rounded(ev, base, step)
        lines = _in_proportion(ev, pay, env, whole if open_.open or 0 <= whole <= amount else amount, step)
    left = amount - sum(line.amount for line in lines)
    if left:
        lines.append(Line(pay.name, "", -1, left))
    return amount, lines


def _quiet_worth(ev: Evaluator, pay: c.Pay, env: Env, step: int) -> Any:
    """The value after the clauses of a component that carries nothing."""
    was, ev.tracer.on = ev.tracer.on, False
    try:
        return worth(ev, ev.value(pay.value, env), pay.clauses, env, step).final
    finally:
        ev.tracer.on = was


def scope_of(pay: c.Pay, env: Env, calendar: Calendar) -> Env:
    """The scope of a component: the period, or what is longer, up to the period's end."""
    if pay.over is None:
        return env
    return replace(env, start=scope_start(pay.over, env.end, env.part_of == "week", calendar), part_of="")


def _postings(ev: Evaluator, pay: c.Pay, env: Env) -> list[Posting]:
    assert pay.account is not None
    return ev.book.of(pay.account, env.rows["rep"]).between(env.start, env.end)


def _in_order(ev: Evaluator, pay: c.Pay, scope: Env, env: Env, step: int) -> list[Line]:
    """Each row carries what it added to F of the running total."""
    assert pay.account is not None
    kinds = ev.policy.accounts[pay.account].kinds
    total: Any = ev.book.of(pay.account, env.rows["rep"]).sum(scope.start, env.start)
    before = _at(ev, pay, scope, total, step)
    lines: list[Line] = []
    for posting in _postings(ev, pay, env):
        total += posting.value
        after = _at(ev, pay, scope, total, step)
        if after != before:
            lines.append(Line(pay.name, kinds[posting.kind], posting.row, after - before))
        before = after
    return _one_a_row(lines)


def _one_a_row(lines: list[Line]) -> list[Line]:
    """One line a row, where a row is credited more than once: it stands where the first of them stood."""
    sums: dict[tuple[str, int], int] = {}
    for line in lines:
        sums[line.kind, line.row] = sums.get((line.kind, line.row), 0) + line.amount
    if len(sums) == len(lines):
        return lines
    return [Line(lines[0].component, kind, row, amount) for (kind, row), amount in sums.items() if amount]


def _at(ev: Evaluator, pay: c.Pay, scope: Env, total: Any, step: int) -> int:
    """F, rounded, with the running total at `total`."""
    assert pay.account is not None
    final = _quiet_worth(ev, pay, replace(scope, running=(pay.account, total)), step)
    return 0 if final is None else _rounded(ev, final, step)


def _in_proportion(ev: Evaluator, pay: c.Pay, env: Env, whole: int, step: int) -> list[Line]:
    """Each row carries its part of the whole by its value."""
    assert pay.account is not None
    postings = _postings(ev, pay, env)
    total = sum(posting.value for posting in postings)
    if not total:
        return []
    kinds = ev.policy.accounts[pay.account].kinds
    lines: list[Line] = []
    so_far: Any = 0
    before = 0
    for posting in postings:
        so_far += posting.value
        after = _rounded(ev, Fraction(whole * so_far) / total, step)  # exact: fraction
        if after != before:
            lines.append(Line(pay.name, kinds[posting.kind], posting.row, after - before))
        before = after
    return _one_a_row(lines)


# --- balances ------------------------------------------------------------------------------------------------


def opened(ev: Evaluator, scheme: c.Scheme, part: c.Pay | c.Total, rep: int, period: Period, step: int) -> Opening:
    """What each clause of a part that carries has open when a period begins."""
    count = sum(1 for _ in c.carrying(part.clauses))
    if not count:
        return NOTHING_OPEN
    was, ev.tracer.on = ev.tracer.on, False
    try:
        begin, state = _begin(ev, scheme), (0,) * count
        for earlier in earlier_periods(ev.policy, scheme, period, begin):
            for env in stretches(ev, scheme, rep, earlier):
                state = _left(ev, scheme, part, env, earlier, step, Opening(state, earlier.end > begin))
        return Opening(state, period.end > begin)
    finally:
        ev.tracer.on = was


def _left(
    ev: Evaluator, scheme: c.Scheme, part: c.Pay | c.Total, env: Env, period: Period, step: int, state: Opening
) -> tuple[int, ...]:
    """The balances after a period that began with `state`; each is worked out once."""
    key = "left", scheme.name, id(part), env.rows["rep"], period, state
    found = ev.memo.get(key)
    if found is None:
        value = _sum_of_parts(ev, scheme, env, step) if isinstance(part, c.Total) else ev.value(part.value, env)
        found = ev.memo[key] = worth(ev, value, part.clauses, env, step, state).left
    return found


def _sum_of_parts(ev: Evaluator, scheme: c.Scheme, env: Env, step: int) -> int:
    return sum(component(ev, scheme, pay, env, step)[0] or 0 for pay in scheme.pays)


def _begin(ev: Evaluator, scheme: c.Scheme) -> int:
    """The day on which the scheme's balances begin; the first credit is to any account that it reads."""
    key = "begin", scheme.name
    if key not in ev.memo:
        firsts = (ev.book.first(name) for name in accounts_under(ev.policy, scheme))
        first = min((time // SECONDS_PER_DAY for time in firsts if time is not None), default=None)
        ev.memo[key] = counts_from(ev.policy, scheme, first)
    return ev.memo[key]


def _balances(
    ev: Evaluator, scheme: c.Scheme, part: c.Pay | c.Total, env: Env, period: Period, step: int
) -> list[Opened]:
    name = part.name if isinstance(part, c.Pay) else "total"
    before = opened(ev, scheme, part, env.rows["rep"], period, step)
    if not before.open:
        return []
    was, ev.tracer.on = ev.tracer.on, False
    after = _left(ev, scheme, part, env, period, step, before)
    ev.tracer.on = was
    return [Opened(name, number, *pair) for number, pair in enumerate(zip(before.open, after, strict=True))]
