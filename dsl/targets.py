"""Checking of `target`: each once, when it is first read; and of the places that read one."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .currency import CURRENCIES, minor_digits
from .expressions import condition, flow, required, typed
from .settings import block_settings
from .types import MONEY, UNKNOWN, Type, ref
from .words import METHODS, PERIODS, TARGET_SETTINGS
from .workbench import Context, Workbench

__all__ = ["check_reading", "reads_whole", "target_of"]

_LENGTH = {per: length for length, per in enumerate(PERIODS)}
_NAMED = {"Q": "quarter", "H": "half", "W": "week", "M": "month"}
_PERIOD = re.compile(r"\d{4}(?:-([QHWM]?)\d+)?")


def target_of(bench: Workbench, name: str) -> c.Target | None:
    """The checked target of a name; None while it is being checked (a circle)."""
    return bench.once(name, bench.checked_targets, lambda: _check(bench, bench.targets[name]))


def _check(bench: Workbench, node: s.Target) -> c.Target:
    head, per, name = node.receiver.parts[0], node.per.text, node.name.text
    if per not in PERIODS:
        bench.report(problems.unknown_period(node.per.span, per, PERIODS))
        per = "month"
    if head.text not in bench.kinds or len(node.receiver.parts) > 1:
        bench.report(problems.unknown_kind(node.receiver.span, node.receiver.text, bench.kinds))
        return c.Target(name, "rep", per, bench.unknown(node.span), UNKNOWN, span=node.span)
    _settings(bench, node)
    said = {setting.name.text: setting for setting in node.settings}
    context = Context("let", (head.text,), per=per, goal=True)
    measure = _measure(bench, said.get("measure"), head.text)
    expect = measure.type.required if measure is not None else MONEY
    value: c.Expr | c.Split
    if isinstance(node.value, s.ShareOf):
        value = _split(bench, node, node.value, context, expect)
        type_ = value.pool.type.required
    else:
        for word in ("subtotals", "method"):
            if word in said:
                bench.report(problems.target_setting_of_split(said[word].span, word))
        value = _formula(bench, node, context, expect)
        type_ = value.type.required
    if not type_.is_quantity and type_.name != "unknown":
        bench.report(problems.target_not_a_quantity(node.value.span, type_))
    elif measure is not None and type_.name not in {"unknown", expect.name}:
        bench.report(problems.target_unit(node.value.span, type_, measure.name, expect))
    unit = _unit(bench, said.get("round_to"), type_)
    return c.Target(
        name, head.text, per, value, type_, unit, measure.name if measure is not None else None, span=node.span
    )


def _settings(bench: Workbench, node: s.Target) -> None:
    """The settings; `over` is a guess for which the place is another one."""
    misplaced = [setting for setting in node.settings if setting.name.text == "over"]
    for setting in misplaced:
        bench.report(problems.over_as_setting(setting.span, str(getattr(setting.value, "text", "year"))))
    rest = tuple(setting for setting in node.settings if setting not in misplaced)
    block_settings(bench, rest, TARGET_SETTINGS, f"target {node.name.text}")


def _measure(bench: Workbench, setting: s.Setting | None, kind: str) -> c.Account | None:
    """The account that counts toward the goal."""
    from .accounts import account_of

    if setting is None:
        return None
    word = str(getattr(setting.value, "text", ""))
    account = account_of(bench, word) if word in bench.credit_decls else None
    if account is not None and account.recipient == kind:
        bench.used.add(word)
        return account
    made = (account_of(bench, name) for name in bench.credit_decls)
    known = [one.name for one in made if one is not None and one.recipient == kind]
    bench.report(problems.target_measure(setting.value.span, word, kind, known))
    return None


def _unit(bench: Workbench, setting: s.Setting | None, type_: Type) -> Fraction:
    """The step of goals in run-time units."""
    if setting is None:
        return Fraction(0)
    if not isinstance(setting.value, s.NumberLit) or setting.value.value <= 0:
        bench.report(problems.setting_kind(setting.value.span, "round_to", "a number above zero, like `100`"))
        return Fraction(0)
    unit = setting.value.value
    if type_.name == "money":
        currency = type_.currency or bench.currency
        unit *= 10 ** minor_digits(currency if currency in CURRENCIES else "USD")
    if type_.name in {"money", "count"} and unit.denominator != 1:
        least = f"a multiple of the smallest unit of {bench.currency}" if type_.name == "money" else "a whole number"
        bench.report(problems.setting_word(setting.value.span, "round_to", setting.value.text, (least,)))
    return unit


# --- formulas ------------------------------------------------------------------------------------------------


def _formula(bench: Workbench, node: s.Target, context: Context, expect: Type) -> c.Expr:
    value = required(bench, flow(bench, bench.check(node.value, context, expect), context), context)
    for clause in node.clauses:
        value = _after(bench, clause, value, context)
    return value


def _after(bench: Workbench, clause: s.Clause, value: c.Expr, context: Context) -> c.Expr:
    """The value with a clause behind it."""
    word, type_ = clause.word, value.type
    if clause.carry is not None or clause.value is None or word.startswith("release"):
        bench.report(problems.target_clause(clause.span, "carry" if clause.carry is not None else "release"))
        return value
    match word:
        case "when":
            when = condition(bench, clause.value, context)
            nothing = c.Constant(type_, Fraction(0), span=clause.span)
            return c.Choose(type_, ((when, value),), nothing, span=clause.span)
        case "times":
            factor = required(bench, flow(bench, bench.check(clause.value, context), context), context)
            if not factor.type.is_plain and factor.type.name != "unknown":
                bench.report(problems.factor_not_plain(clause.value.span, factor.type))
            return c.Arithmetic(type_, "*", value, factor, span=clause.span)
        case "plus":
            more = typed(bench, clause.value, context, type_)
            return c.Arithmetic(type_, "+", value, more, span=clause.span)
        case _:
            limit = typed(bench, clause.value, context, type_)
            made = c.AtMost(limit, span=clause.span) if word == "at_most" else c.AtLeast(limit, span=clause.span)
            return c.Limits(type_, value, (made,), span=clause.span)


# --- splits --------------------------------------------------------------------------------------------------


def _split(bench: Workbench, target: s.Target, node: s.ShareOf, context: Context, expect: Type) -> c.Split:
    kind = context.vars[0]
    if node.kind.text != "share":
        bench.report(problems.share_word(node.kind.span, node.kind.text))
    if node.group.kind is None or node.group.kind.text != kind:
        other = node.group.kind.text if node.group.kind is not None else ""
        bench.report(problems.split_among_other(node.group.span, kind, other))
    for clause in target.clauses:
        bench.report(problems.split_with_clause(clause.span, clause.word.replace("_", " ")))
    over = _over(bench, node.filters.over, context.per or "month")
    if node.filters.per is not None:
        bench.report(problems.filter_on_value(node.span, "share"))
    whole = replace(context, per=over or context.per, goal=False)
    pool = required(bench, flow(bench, bench.check(node.pool, whole, expect), whole), whole)
    group = _group(bench, node.filters.within, context)
    where = condition(bench, node.filters.where, context) if node.filters.where is not None else None
    weight = required(bench, flow(bench, bench.check(node.weight, context), context), context)
    if not (weight.type.is_plain or weight.type.name in {"money", "unknown", "months", "days"}):
        bench.report(problems.weight_type(node.weight.span, weight.type))
    said = {setting.name.text: setting for setting in target.settings}
    subtotals = _subtotals(bench, said.get("subtotals"), kind)
    word = str(getattr(said["method"].value, "text", "")) if "method" in said else ""
    method: c.SplitMethod = word if word in METHODS else "hamilton"
    if method != "hamilton" and (over is not None or subtotals is not None):
        bench.report(problems.method_one_way(said["method"].span, method))
    return c.Split(pool, over, group, where, weight, subtotals, method, span=node.span)


def _over(bench: Workbench, window: s.Window | None, per: str) -> str | None:
    if window is None:
        return None
    if window.quantity is not None or window.unit or window.word not in PERIODS:
        bench.report(problems.split_within_name(window.span, window.word or window.unit))
        return None
    if _LENGTH[window.word] <= _LENGTH[per]:
        bench.report(problems.split_not_longer(window.span, window.word, per))
        return None
    return window.word


def _group(bench: Workbench, node: s.Expr | None, context: Context) -> c.Expr | None:
    if node is None:
        return None
    group = bench.check(node, context)
    if group.type.name not in {"text", "ref", "unknown", "count", "flag"}:
        bench.report(problems.group_type(node.span, group.type))
    return group


def _subtotals(bench: Workbench, setting: s.Setting | None, kind: str) -> c.Expr | None:
    """The column whose groups have totals of their own."""
    if setting is None:
        return None
    word = str(getattr(setting.value, "text", ""))
    columns = bench.kinds[kind].columns
    groups = [name for name, column in columns.items() if column.type.name in {"text", "ref"}]
    if word not in groups:
        bench.report(problems.subtotals_column(setting.value.span, word, kind, groups))
        return None
    span = setting.value.span
    return c.FieldOf(columns[word].type, c.Subject(ref(kind), kind, span=span), kind, word, span=span)


# --- readings ------------------------------------------------------------------------------------------------


def check_reading(bench: Workbench, target: c.Target, window: c.Window, span: c.Span, context: Context) -> None:
    """That a goal is read over whole periods of its own, or over what is longer."""
    if window.kind == "scope" and context.let is not None:
        bench.needs.setdefault(context.let, []).append(c.Need(target.per, span, longer=True))
        return
    found = _kind_of(window, context.per)
    if found is None:
        bench.report(problems.target_has_no_part(span, target.name, target.per))
    elif not reads_whole(window, target.per, context.per):
        bench.report(problems.target_wrong_period(span, target.name, target.per, found))


def reads_whole(window: c.Window, per: str, scope: str | None = None) -> bool:
    """Whether a window is made of whole periods of a kind; `scope` is the reader's own, where known."""
    found = _kind_of(window, scope)
    return found is not None and _LENGTH[found] >= _LENGTH[per]


def _kind_of(window: c.Window, scope: str | None) -> str | None:
    """The kind of period that a window is one or more of; None where it is not made of periods."""
    match window.kind:
        case "scope":
            return scope
        case "calendar" | "previous":
            return window.unit
        case "period":
            match = _PERIOD.fullmatch(window.unit)
            return "year" if match is None or match[1] is None else _NAMED.get(match[1], "month")
        case _:
            return None
