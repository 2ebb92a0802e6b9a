"""Typing rules of literals: a bare number takes the type that its place asks for."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .currency import UnknownCurrency, minor_digits
from .schema import REP_TYPE_WORDS
from .types import COUNT, DATE, DAYS, MONTHS, NUMBER, PERIOD_MONTHS, RATE, TEXT, TIME, Type, set_of
from .workbench import Context, Workbench, rule

__all__ = ["day_of"]

_EPOCH = date(1970, 1, 1).toordinal()
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


def _money(bench: Workbench, node: s.Expr, value: Fraction, currency: str | None) -> c.Expr:
    try:
        minor = value * 10 ** minor_digits(currency or bench.currency)
    except UnknownCurrency as unknown:
        if currency is None:  # the policy's own, reported at its place
            return bench.unknown(node.span)
        return bench.fail(problems.bad_currency(node.span, unknown.code))
    type_ = Type("money", currency=None if currency == bench.currency else currency)
    return c.Constant(type_, minor, span=node.span)


@rule(s.NumberLit)
def _number(bench: Workbench, node: s.NumberLit, context: Context, expect: Type | None) -> c.Expr:
    wanted = expect.required if expect else None
    if wanted is not None:
        if wanted.name == "money":
            return _money(bench, node, node.value, wanted.currency)
        if wanted.name == "rate":
            return bench.fail(problems.number_for_rate(node.span, node.text, node.value))
        if wanted.name in {"days", "months"}:
            return bench.fail(problems.number_for_duration(node.span, node.text, wanted))
        if wanted.name == "number":
            return c.Constant(NUMBER, node.value, span=node.span)
    return c.Constant(COUNT if node.value.denominator == 1 else NUMBER, node.value, span=node.span)


@rule(s.RateLit)
def _rate(bench: Workbench, node: s.RateLit, context: Context, expect: Type | None) -> c.Expr:
    return c.Constant(RATE, node.value, span=node.span)


@rule(s.Quantity)
def _quantity(bench: Workbench, node: s.Quantity, context: Context, expect: Type | None) -> c.Expr:
    if node.unit.isupper():
        return _money(bench, node, node.value, node.unit)
    if node.unit in _SECONDS:
        return c.Constant(DAYS, node.value * _SECONDS[node.unit], span=node.span)
    months = node.value * PERIOD_MONTHS[node.unit]
    if months.denominator != 1:
        return bench.fail(problems.part_of_month(node.span, node.text))
    return c.Constant(MONTHS, months, span=node.span)


@rule(s.DateLit)
def _date(bench: Workbench, node: s.DateLit, context: Context, expect: Type | None) -> c.Expr:
    day = day_of(bench, node)
    return c.Constant(DATE, Fraction(day), span=node.span)


def day_of(bench: Workbench, node: s.DateLit) -> int:
    """Days since 1970-01-01; a date that does not exist is reported."""
    try:
        return date.fromisoformat(node.text).toordinal() - _EPOCH
    except ValueError:
        bench.report(problems.no_such_date(node.span, node.text))
        return 0


@rule(s.TimeLit)
def _time(bench: Workbench, node: s.TimeLit, context: Context, expect: Type | None) -> c.Expr:
    hour, minute = (int(part) for part in node.text.split(":"))
    if hour > 24 or minute > 59:
        return bench.fail(problems.no_such_date(node.span, node.text))
    return c.Constant(TIME, Fraction(hour * 3600 + minute * 60), span=node.span)


@rule(s.TextLit)
def _text(bench: Workbench, node: s.TextLit, context: Context, expect: Type | None) -> c.Expr:
    options = expect.options if expect and expect.name == "text" else ()
    text = node.text
    if options and text not in options:
        text = REP_TYPE_WORDS.get(text, text)
        if text not in options:
            return bench.fail(problems.not_an_option(node.span, node.text, options))
    return c.Constant(Type("text", options=options) if options else TEXT, text, span=node.span)


@rule(s.PeriodLit)
def _period(bench: Workbench, node: s.PeriodLit, context: Context, expect: Type | None) -> c.Expr:
    return bench.fail(problems.period_as_value(node.span, node.text))


@rule(s.SetLit)
def _set(bench: Workbench, node: s.SetLit, context: Context, expect: Type | None) -> c.Expr:
    inner = expect.of if expect and expect.name == "set" else None
    items = [bench.check(item, context, inner) for item in node.items]
    texts = [item.value for item in items if isinstance(item, c.Constant) and isinstance(item.value, str)]
    if len(texts) < len(items):
        if any(item.type.name == "unknown" for item in items):
            return bench.unknown(node.span)
        return bench.fail(problems.set_of_texts(node.span))
    return c.Constant(set_of(inner or TEXT), c.TextSet(texts), span=node.span)
