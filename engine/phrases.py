"""Checked expressions and values in words: always the long form, so that nothing has to be guessed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from ..dsl import checked as c
from ..dsl.types import Type
from .days import SECONDS_PER_DAY, format_day
from .money import format_money, minor_digits

__all__ = ["exact_text", "say", "say_clause", "say_window", "show"]

_SIGNS = {"+": "+", "-": "-", "*": "x", "/": "/"}


def say_window(window: c.Window) -> str:
    """`over this period`, `over last 90 days`, ..."""
    plural = "s" if window.count != 1 else ""
    match window.kind:
        case "scope":
            return "over this period"
        case "calendar":
            return f"over the {window.unit}" + ("" if window.whole else " to date")
        case "previous":
            return f"over the previous {window.count} {window.unit}{plural}"
        case "last":
            return f"over the last {window.count} {window.unit}{plural}"
        case "period":
            return f"over {window.unit}"
        case "all":
            return "over all time to date"


def say(node: c.Expr, currency: str = "") -> str:
    """An expression in words; `currency` is that of the policy, in which bare amounts are (not said: two decimals)."""
    return _SAY[type(node)](node, currency)


def _constant(node: c.Constant, cur: str) -> str:
    if node.type.name == "money" and not node.type.currency and cur and isinstance(node.value, Fraction):
        return _decimal(node.value / 10 ** minor_digits(cur))  # exact: fraction
    return show(node.value, node.type)


def _account(node: c.ReadAccount, cur: str) -> str:
    whose = f" of {say(node.subject, cur)}" if node.subject is not None else ""
    reading = "" if node.reading == "sum" else f"{node.reading} of "
    return f"{reading}{node.account}{whose} {say_window(node.window)}"


def _let(node: c.LetRead, cur: str) -> str:
    whose = f" of {', '.join(say(arg, cur) for arg in node.args)}" if node.args else ""
    return f"{node.let}{whose} {say_window(node.window)}"


def _crowd(group: c.Expr | None, where: c.Expr | None, cur: str, members: str | None = None) -> str:
    text = f" among the reps of {members}" if members else " among every rep"
    text += f" within the same {say(group, cur)}" if group is not None else ""
    return text + (f" where {say(where, cur)}" if where is not None else "")


def _across(node: c.AcrossReps, cur: str) -> str:
    what = say(node.value, cur) if node.value is not None else "reps"
    return f"{node.reading} of {what}{_crowd(node.group, node.where, cur, node.members)}"


def _table(node: c.Table, cur: str) -> str:
    against = f" against {say(node.against, cur)}" if node.against is not None else ""
    bands = "  ".join(f"{band.edge} {say(band.bound, cur)}: {say(band.value, cur)}" for band in node.bands)
    return f"{node.reading} {say(node.operand, cur)}{against} {{ {bands} }}"


def _choose(node: c.Choose, cur: str) -> str:
    cases = "".join(f"when {say(when, cur)}: {say(value, cur)}; " for when, value in node.cases)
    return f"choose {cases}otherwise: {say(node.otherwise, cur)}"


def _prize(node: c.Prize, cur: str) -> str:
    places = "  ".join(f"{place}: {say(value, cur)}" for place, value in node.places)
    return f"prize {say(node.rank, cur)} {{ {places} }}"


def _same(node: c.Same, cur: str) -> str:
    return f"{say(node.left, cur)} {'is not' if node.negated else 'is'} {say(node.right, cur)}"


def _member(node: c.Member, cur: str) -> str:
    return f"{say(node.item, cur)} {'not in' if node.negated else 'in'} {say(node.group, cur)}"


def _bracket(node: c.Expr, cur: str) -> str:
    text = say(node, cur)
    return f"({text})" if isinstance(node, c.Arithmetic | c.All | c.AnyOf | c.Fallback) else text


def _limits(node: c.Limits, cur: str) -> str:
    return " ".join([say(node.value, cur), *(say_clause(limit, cur) for limit in node.limits)])


def _invoke(node: c.Invoke, currency: str) -> str:
    match node.args:
        case (c.FieldOf(base=base, column="hired"), c.PeriodEdge(which="end")) if node.function == "months":
            return f"tenure of {say(base, currency)}"
        case _:
            return f"{node.function}({', '.join(say(arg, currency) for arg in node.args)})"


def say_clause(clause: c.Clause, currency: str = "") -> str:
    """A clause in words."""
    match clause:
        case c.Gate(when=when):
            return f"when {say(when, currency)}"
        case c.Times(factor=factor):
            return f"times {say(factor, currency)}"
        case c.Plus(amount=amount):
            return f"plus {say(amount, currency)}"
        case c.AtMost(limit=limit):
            return f"at most {say(limit, currency)}"
        case c.AtLeast(limit=limit):
            return f"at least {say(limit, currency)}"
        case c.Release():
            return "release"


_EDGES = {
    "start": "period.start", "end": "period.end", "month": "month_of_year", "quarter": "quarter_of_year",
    "year": "period.year",
}  # fmt: skip

_SAY: dict[type[c.Expr], Callable[[Any, str], str]] = {
    c.Constant: _constant,
    c.Subject: lambda n, cur: n.var,
    c.FieldOf: lambda n, cur: f"{say(n.base, cur)}.{n.column}",
    c.ReadAccount: _account,
    c.LetRead: _let,
    c.AcrossReps: _across,
    c.AcrossPeriods: lambda n, cur: f"{n.reading} of {say(n.value, cur)} per {n.per} {say_window(n.window)}",
    c.Rank: lambda n, cur: f"rank of {say(n.value, cur)}{_crowd(n.group, n.where, cur, n.members)} ties {n.ties}",
    c.Prize: _prize,
    c.ShareOf: lambda n, cur: (
        f"share of {_bracket(n.pool, cur)}{_crowd(n.group, n.where, cur)} by {say(n.weight, cur)}"
    ),
    c.Table: _table,
    c.Grid: lambda n, cur: f"grid {say(n.row, cur)} by {say(n.column, cur)}",
    c.Choose: _choose,
    c.Blend: lambda n, cur: "blend " + " + ".join(f"{_percent(w)} of {_bracket(v, cur)}" for w, v in n.parts),
    c.Arithmetic: lambda n, cur: f"{_bracket(n.left, cur)} {_SIGNS[n.op]} {_bracket(n.right, cur)}",
    c.Negate: lambda n, cur: f"-{_bracket(n.operand, cur)}",
    c.Compare: lambda n, cur: f"{say(n.left, cur)} {n.op} {say(n.right, cur)}",
    c.Same: _same,
    c.Member: _member,
    c.Known: lambda n, cur: f"{say(n.operand, cur)} is {'missing' if n.negated else 'known'}",
    c.Not: lambda n, cur: f"not {_bracket(n.operand, cur)}",
    c.All: lambda n, cur: " and ".join(_bracket(part, cur) for part in n.parts),
    c.AnyOf: lambda n, cur: " or ".join(_bracket(part, cur) for part in n.parts),
    c.Fallback: lambda n, cur: f"{say(n.value, cur)} else {say(n.other, cur)}",
    c.Limits: _limits,
    c.Invoke: _invoke,
    c.PeriodEdge: lambda n, cur: _EDGES[n.which],
    c.Today: lambda n, cur: "today",
    c.TestRead: lambda n, cur: f"{n.key}.{n.what}",
}


# --- values --------------------------------------------------------------------------------------------------


def show(value: object, type_: Type | None, currency: str = "") -> str:
    """A value for people: money with its currency, rates in percent, dates as dates."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return f"({', '.join(repr_text(item) for item in sorted(cast('frozenset[str]', value)))})"
    if isinstance(value, str):
        return repr_text(value)
    if not isinstance(value, int | Fraction):
        return str(value)
    number = Fraction(value)
    match type_.name if type_ is not None else "number":
        case "money":
            return _money(number, (type_.currency if type_ else None) or currency)
        case "rate":
            return _percent(number)
        case "date":
            return format_day(int(number))
        case "moment":
            return _moment(int(number))
        case "time":
            return f"{int(number) // 3600:02d}:{int(number) % 3600 // 60:02d}"
        case "days":
            return _seconds(number)
        case "months":
            return f"{_decimal(number)} month{'s' if number != 1 else ''}"
        case _:
            return _decimal(number)


def repr_text(text: str) -> str:
    """A text in quotes."""
    return f'"{text}"'


def _money(number: Fraction, currency: str) -> str:
    if not currency:
        return _decimal(number / 100)  # exact: fraction
    if number.denominator == 1:
        return format_money(number.numerator, currency)
    return f"{_decimal(number / 10 ** minor_digits(currency))} {currency}"  # exact: fraction


def _percent(number: Fraction) -> str:
    scaled = number * 100
    if (scaled * 10**6).denominator == 1:
        return f"{_decimal(scaled)}%"
    return f"about {_near(scaled)}%"


def _decimal(number: Fraction) -> str:
    """A decimal where it ends within twelve places, else the fraction and its beginning in decimals."""
    if number.denominator == 1:
        return f"{number.numerator:,}"
    scaled = number * 10**12
    if scaled.denominator == 1:
        sign, digits = ("-" if number < 0 else ""), abs(scaled.numerator)
        whole, part = divmod(digits, 10**12)
        return f"{sign}{whole:,}.{part:012d}".rstrip("0")
    return f"about {_near(number)} (exactly {number.numerator}/{number.denominator})"


def _near(number: Fraction) -> str:
    """Four decimals, the rest cut off."""
    digits = abs(number.numerator) * 10**4 // number.denominator
    sign = "-" if number < 0 else ""
    return f"{sign}{digits // 10**4:,}.{digits % 10**4:04d}"


def _moment(seconds: int) -> str:
    clock = seconds % SECONDS_PER_DAY
    return f"{format_day(seconds // SECONDS_PER_DAY)} {clock // 3600:02d}:{clock % 3600 // 60:02d}"


def _seconds(number: Fraction) -> str:
    for size, word in ((SECONDS_PER_DAY, "day"), (3600, "hour"), (60, "minute")):
        if (number / size).denominator == 1:  # exact: fraction
            count = number / size  # exact: fraction
            return f"{_decimal(count)} {word}{'s' if count != 1 else ''}"
    return f"{_decimal(number)} seconds"


def exact_text(value: object) -> str | bool | list[str] | None:
    """A value for programs: whole numbers and fractions as texts (`5/4`), in the unit's run-time form."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
