"""Explanations of payout lines: the derivation that the scalar evaluator makes, as a tree, as text and as JSON.

The explained amount is the paid amount by construction: both come out of the same evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..dsl import checked as c
from ..dsl.types import Type
from .facts import Facts
from .money import format_money, plain_amount
from .periods import Period
from .phrases import exact_text, say, say_clause, show
from .scalar import Env, Evaluator
from .simulation import step_of
from .statement import Statement, scope_of, statement, worth
from .trace import Step
from .windows import of_period

__all__ = ["Explanation", "UnknownLine", "explain_component", "explain_line"]

_MONEY = Type("money")
_SHOWN = 6


class UnknownLine(LookupError):
    """No such rep, scheme, component or line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A title, the amount in minor units, and the steps that lead to it, outermost first."""

    title: str
    amount: int
    currency: str
    place: str
    policy_hash: str
    facts_hash: str
    steps: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values; amounts as texts."""
        return {
            "title": self.title,
            "amount": plain_amount(self.amount, self.currency),
            "currency": self.currency,
            "place": self.place,
            "policy_hash": self.policy_hash,
            "facts_hash": self.facts_hash,
            "because": list(self.steps),
        }

    def lines(self) -> list[str]:
        """For people: a tree, one step a line; long lists of credits are cut."""
        made = [f"{self.title}: {format_money(self.amount, self.currency)}   ({self.place})"]
        for step in self.steps:
            made += _text(step, 1)
        return made


def _text(step: dict[str, Any], depth: int) -> list[str]:
    place = f"   ({step['place']})" if step.get("place") else ""
    made = [f"{'  ' * depth}{step['says']} = {step['value']}{place if depth <= 1 else ''}"]
    parts: list[dict[str, Any]] = step.get("parts", [])
    credits_ = [part for part in parts if part.get("credit")]
    others = [part for part in parts if not part.get("credit")]
    for part in others:
        made += _text(part, depth + 1)
    for part in credits_[:_SHOWN]:
        made += _text(part, depth + 1)
    if len(credits_) > _SHOWN:
        made.append(f"{'  ' * (depth + 1)}and {len(credits_) - _SHOWN:,} more credits")
    return made


class _Teller:
    """Turns traced steps into plain ones."""

    def __init__(self, ev: Evaluator) -> None:
        self.ev = ev
        self.policy = ev.policy

    def plain(self, step: Step) -> dict[str, Any]:
        """A step and all below it; steps that only repeat a literal or a row are left out."""
        node = step.node
        unit = step.unit
        says = step.says
        if isinstance(node, c.Expr):
            says, unit = says or say(node, self.policy.currency), node.type
        elif isinstance(node, c.Band):
            bound, value = (say(part, self.policy.currency) for part in (node.bound, node.value))
            says = f"{step.says} {node.edge} {bound} at {value}"
        elif isinstance(node, c.AtMost | c.AtLeast | c.Gate | c.Times | c.Plus | c.Release):
            says, unit = f"then {say_clause(node, self.policy.currency)}", _MONEY
        made: dict[str, Any] = {"says": says, "value": self._shown(step.value, unit), "exact": exact_text(step.value)}
        if node is not None and node.span.end:
            made["place"] = self.policy.place(node.span)
        if step.says.startswith("credit "):
            made["credit"] = True
        parts = [self.plain(part) for part in step.parts if not _is_dull(part)]
        if parts:
            made["parts"] = parts
        return made

    def _shown(self, value: object, unit: Type | None) -> str:
        if unit is not None and unit.name == "ref" and isinstance(value, int):
            return self.ev.world.key(unit.kind or "rep", value)
        return show(value, unit, self.policy.currency)

    def collect(self) -> list[dict[str, Any]]:
        """The steps traced so far."""
        return [self.plain(step) for step in self.ev.tracer.take() if not _is_dull(step)]


def _is_dull(step: Step) -> bool:
    return isinstance(step.node, c.Constant | c.Subject)


def _note(says: str, minor: int, currency: str, parts: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"says": says, "value": format_money(minor, currency), "exact": str(minor)}
    if parts:
        made["parts"] = parts
    return made


def _found(ev: Evaluator, rep: str, scheme: str) -> tuple[int, c.Scheme]:
    row = ev.world.facts.table("rep").row(rep)
    if row is None:
        raise UnknownLine(f"there is no rep `{rep}`")
    found = next((made for made in ev.policy.schemes if made.name == scheme), None)
    if found is None:
        raise UnknownLine(f"there is no scheme `{scheme}`")
    return row, found


def explain_component(
    policy: c.Policy, facts: Facts, rep: str, period: str, scheme: str, component: str
) -> Explanation:
    """Why a component earned a rep what it did in a period, be it nothing. Raises `UnknownLine`."""
    ev = Evaluator(policy, facts)
    row, found = _found(ev, rep, scheme)
    made = statement(ev, found, row, Period.parse(period), step_of(policy))
    amount = dict(made.amounts).get(component)
    if amount is None:
        raise UnknownLine(f"scheme `{scheme}` has no component `{component}`")
    steps = _component_steps(ev, found, made, component)
    place = policy.place(_span_of(found, component))
    title = f"{rep}, {period}, {scheme}.{component}"
    return Explanation(title, amount, policy.currency, place, policy.hash, facts.hash, tuple(steps))


def explain_line(
    policy: c.Policy, facts: Facts, rep: str, period: str, scheme: str, component: str, key: str = ""
) -> Explanation:
    """Why a line is what it is: the component's derivation, and the part of it that this row carries.

    `key` names the row that carries the line; empty for the line that no row carries. Raises `UnknownLine`.
    """
    whole = explain_component(policy, facts, rep, period, scheme, component)
    ev = Evaluator(policy, facts)
    row, found = _found(ev, rep, scheme)
    made = statement(ev, found, row, Period.parse(period), step_of(policy))
    pay = next((part for part in found.components if isinstance(part, c.Pay) and part.name == component), None)
    for line in made.lines:
        if line.component != component or _key(ev, line.kind, line.row) != key:
            continue
        steps = list(whole.steps)
        if pay is not None and key:
            steps = [*_row_steps(ev, pay, made, line.row, line.amount), *steps]
        elif pay is not None and pay.account is not None:
            steps = [_rest_step(ev, made, component, line.amount), *steps]
        title = f"{rep}, {period}, {scheme}.{component}" + (f", {line.kind} {key}" if key else "")
        return replace(whole, title=title, amount=line.amount, steps=tuple(steps))
    raise UnknownLine(f"{rep} has no line of `{component}`{f' for `{key}`' if key else ''} in {period}")


def _key(ev: Evaluator, kind: str, row: int) -> str:
    return ev.world.key(kind, row) if row >= 0 else ""


def _span_of(scheme: c.Scheme, component: str) -> c.Span:
    for part in scheme.components:
        if isinstance(part, c.Pay) and part.name == component:
            return part.span
    return scheme.total.span if scheme.total is not None else scheme.span


def _env(made: Statement) -> Env:
    start, end = of_period(made.period)
    return Env({"rep": made.rep}, start, end)


def _component_steps(ev: Evaluator, scheme: c.Scheme, made: Statement, component: str) -> list[dict[str, Any]]:
    currency = ev.policy.currency
    amount = dict(made.amounts)[component]
    teller = _Teller(ev)
    if component == "total" and scheme.total is not None:
        earned = [(name, value) for name, value in made.amounts if name != "total"]
        total = sum(value for _, value in earned)
        ev.tracer.on = True
        worth(ev, total, scheme.total.clauses, _env(made))
        parts = [_note(f"component {name}", value, currency) for name, value in earned]
        steps = [_note("sum of the components", total, currency, parts), *teller.collect()]
        return [*steps, _note("what `total` adds or takes", amount, currency)]
    pay = next(part for part in scheme.components if isinstance(part, c.Pay) and part.name == component)
    scope = scope_of(pay, _env(made))
    ev.tracer.on = True
    worth(ev, ev.value(pay.value, scope), pay.clauses, scope)
    steps = teller.collect()
    ev.tracer.on = False
    if component in made.unpaid:
        return [*steps, _note("something above is missing or zero, so nothing is paid", 0, currency)]
    rounding = f"rounded {ev.policy.rounding} to {plain_amount(step_of(ev.policy), currency)}"
    if pay.over is not None and scope.start < _env(made).start:
        rounding += f", less what was posted before in this {pay.over}"
    return [*steps, _note(rounding, amount, currency)]


def _row_steps(ev: Evaluator, pay: c.Pay, made: Statement, row: int, amount: int) -> list[dict[str, Any]]:
    """The part of a component that one row carries."""
    assert pay.account is not None
    env = _env(made)
    scope = scope_of(pay, env)
    book = ev.book.of(pay.account, made.rep)
    account = ev.policy.accounts[pay.account]
    begin = scope.start if pay.lines == "in_order" else env.start
    before: Any = 0
    for posting in book.between(begin, env.end):
        if posting.row == row and posting.time >= env.start:
            break
        before += posting.value
    own = next(posting.value for posting in book.between(env.start, env.end) if posting.row == row)
    unit, key = account.type, ev.world.key(account.kind, row)
    says = "what it adds to the running total" if pay.lines == "in_order" else "its part of the whole, by value"
    parts = [
        _value(f"{pay.account} before {key}, in order of date and key", before, unit, ev),
        _value(f"{pay.account} credited by {key}", own, unit, ev),
        _value(f"{pay.account} with {key}", before + own, unit, ev),
    ]
    if pay.lines == "in_order":
        parts += _worth_steps(ev, pay, scope, before, "earned before, rounded")
        parts += _worth_steps(ev, pay, scope, before + own, "earned with it, rounded")
    else:
        whole = sum(posting.value for posting in book.between(env.start, env.end))
        parts.append(_value(f"{pay.account} of the whole period", whole, unit, ev))
    return [_note(f"this line: {says}", amount, ev.policy.currency, parts)]


def _worth_steps(ev: Evaluator, pay: c.Pay, scope: Env, total: Any, says: str) -> list[dict[str, Any]]:
    from .rounding import round_fraction

    assert pay.account is not None
    at = replace(scope, running=(pay.account, total))
    final, _ = worth(ev, ev.value(pay.value, at), pay.clauses, at)
    rounded = 0 if final is None else round_fraction(final, step_of(ev.policy), ev.policy.rounding)
    return [_note(says, rounded, ev.policy.currency)]


def _value(says: str, value: Any, unit: Type, ev: Evaluator) -> dict[str, Any]:
    return {"says": says, "value": show(value, unit, ev.policy.currency), "exact": exact_text(value)}


def _rest_step(ev: Evaluator, made: Statement, component: str, amount: int) -> dict[str, Any]:
    """The line that no row carries."""
    currency = ev.policy.currency
    whole = dict(made.amounts)[component]
    carried = sum(line.amount for line in made.lines if line.component == component and line.row >= 0)
    parts = [
        _note(f"earned by `{component}`", whole, currency),
        _note("carried by lines of its rows", carried, currency),
    ]
    return _note("this line: what no row carries (floors, bonuses, catch-up)", amount, currency, parts)
