"""Checking of schemes: groups, components, clauses, and how a component's lines follow its rows."""

from __future__ import annotations

from itertools import pairwise

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition, flow, required, shown_known, typed
from .line_modes import line_mode
from .schema import REP_TYPE_WORDS, REP_TYPES
from .settings import block_settings
from .types import FLAG, MONEY, NUMBER, RATE, Type, ref
from .words import PERIODS, SCHEME_SETTINGS
from .workbench import Context, Workbench

__all__ = ["check_scheme", "group_condition"]

_LONGER = {"day": 0, "week": 1, "month": 2, "quarter": 3, "half": 4, "year": 5}


def check_scheme(bench: Workbench, node: s.Scheme) -> c.Scheme:
    """A scheme with its components typed and their line modes settled."""
    per = node.per.text
    if per not in PERIODS:
        bench.report(problems.unknown_period(node.per.span, per, PERIODS))
        per = "month"
    settings = block_settings(bench, node.settings, SCHEME_SETTINGS, f"scheme {node.name.text}")
    context = Context("scheme", ("rep",), per=per, scheme=node.name.text)
    components: list[c.Component] = []
    total: c.Total | None = None
    seen: dict[str, s.Node] = {}
    for part in node.components:
        if isinstance(part, s.Pay):
            if part.name.text in seen:
                bench.report(problems.component_twice(part.name.span, part.name.text, seen[part.name.text].span))
            seen.setdefault(part.name.text, part.name)
            components.append(_pay(bench, part, context, dict(settings).get("lines", "")))
        elif isinstance(part, s.Award):
            components.append(_award(bench, part, context))
        elif total is not None:
            bench.report(problems.total_twice(part.span, total.span))
        else:
            total = _total(bench, part, context)
    if not components:
        bench.report(problems.empty_scheme(node.name.span, node.name.text))
    group = group_condition(bench, node.group, context)
    return c.Scheme(node.name.text, group, per, tuple(components), total, settings, span=node.span)


def group_condition(bench: Workbench, group: s.Group, context: Context) -> c.Expr | None:
    """`competitive` as a condition on `rep.type`; `every rep where ...` as its condition."""
    if group.name is not None:
        word = REP_TYPE_WORDS.get(group.name.text, group.name.text)
        if word not in REP_TYPES:
            bench.report(problems.unknown_rep_type(group.name.span, group.name.text, REP_TYPES))
            return None
        if "rep" not in bench.kinds:  # reported once for the whole policy
            return None
        column = bench.kinds["rep"].columns.get("type")
        if column is None:
            bench.report(problems.unknown_column(group.span, "type", "rep", bench.kinds["rep"].columns))
            return None
        rep = c.Subject(ref("rep"), "rep", span=group.span)
        left = c.FieldOf(column.type, rep, "rep", "type", span=group.span)
        return c.Same(FLAG, left, c.Constant(Type("text", options=REP_TYPES), word, span=group.span), span=group.span)
    if group.kind is not None and group.kind.text != "rep":
        bench.report(problems.scheme_for_reps(group.kind.span, group.kind.text))
        return None
    return condition(bench, group.where, context.about("rep")) if group.where is not None else None


def _pay(bench: Workbench, node: s.Pay, context: Context, lines: str) -> c.Pay:
    over = node.over.text if node.over is not None else None
    if node.over is not None and over is not None:
        if over not in PERIODS:
            bench.report(problems.unknown_period(node.over.span, over, PERIODS))
            over = None
        elif _LONGER[over] <= _LONGER[context.per or "day"]:
            bench.report(problems.over_not_longer(node.over.span, over, context.per or ""))
            over = None
        else:
            context = Context("scheme", ("rep",), per=over, scheme=context.scheme)
    value = required(bench, flow(bench, bench.check(node.value, context, MONEY), context), context)
    if value.type.name not in {"money", "unknown"}:
        bench.report(problems.pays_not_money(node.value.span, node.name.text, value.type))
    elif value.type.currency is not None:
        bench.report(problems.other_currency(node.value.span, value.type.currency, bench.currency))
    clauses = _clauses(bench, node.clauses, context)
    account, mode = line_mode(bench, value, clauses, over)
    if lines and mode != "period":
        mode = "in_proportion" if lines == "in_proportion" else mode
    if mode == "period" and any(_names_a_row(clause) for clause in clauses):
        bench.report(problems.which_row(node.span))
    return c.Pay(node.name.text, value, clauses, over, account, mode, span=node.span)


def _names_a_row(clause: c.Clause) -> bool:
    return isinstance(clause, c.Release) and any(
        isinstance(node, c.Subject) and node.var != "rep" for node in c.walk(clause)
    )


def _award(bench: Workbench, node: s.Award, context: Context) -> c.Award:
    when = condition(bench, node.when, context)
    to: c.Expr | None = None
    if node.to is not None:
        to = bench.check(node.to, context.knowing(shown_known(when, holds=True)))
        if to.type.kind != "rep" and to.type.name != "unknown":
            bench.report(problems.award_to(node.to.span, to.type))
    return c.Award(node.title.text, to, when, span=node.span)


def _total(bench: Workbench, node: s.Total, context: Context) -> c.Total:
    return c.Total(_clauses(bench, node.clauses, context), span=node.span)


def _clauses(bench: Workbench, nodes: tuple[s.Clause, ...], context: Context) -> tuple[c.Clause, ...]:
    made: list[c.Clause] = []
    seen: dict[str, s.Clause] = {}
    for node, after in pairwise((*nodes, None)):
        assert node is not None
        if _is_floor_in_gate(node):
            bench.report(problems.floor_or_comparison(node.span))
            continue
        if node.word == "when" and after is not None and _is_floor_in_gate(after):
            continue
        word = "release" if node.word.startswith("release") else node.word
        if word in seen and word not in {"times", "plus"}:
            bench.report(problems.clause_twice(node.span, word.replace("_", " "), seen[word].span))
            continue
        if word == "at_least" and "when" in seen:
            bench.report(problems.floor_after_gate(node.span, seen["when"].span))
        seen[word] = node
        made.append(_clause(bench, node, context))
    return tuple(made)


def _is_floor_in_gate(node: s.Clause) -> bool:
    """`when attainment` with `at least 80%` behind it: a comparison that was meant otherwise."""
    return node.word == "at_least" and isinstance(node.value, s.RateLit)


def _clause(bench: Workbench, node: s.Clause, context: Context) -> c.Clause:
    match node.word:
        case "at_most" | "at_least":
            assert node.value is not None
            limit = typed(bench, node.value, context, MONEY)
            carry = typed(bench, node.carry, context, RATE) if node.carry is not None else None
            if carry is not None:
                bench.unsupported.append(c.Unsupported(f"`{node.word.replace('_', ' ')} ... carry`", span=node.span))
            return (c.AtMost if node.word == "at_most" else c.AtLeast)(limit, carry, span=node.span)
        case "when":
            assert node.value is not None
            return c.Gate(condition(bench, node.value, context), span=node.span)
        case "times":
            assert node.value is not None
            factor = required(bench, flow(bench, bench.check(node.value, context, None), context), context)
            if not factor.type.is_plain and factor.type.name != "unknown":
                bench.report(problems.factor_not_plain(node.value.span, factor.type))
            return c.Times(factor, span=node.span)
        case "plus":
            assert node.value is not None
            return c.Plus(typed(bench, node.value, context, MONEY), span=node.span)
        case _:
            return _release(bench, node, context)


def _release(bench: Workbench, node: s.Clause, context: Context) -> c.Clause:
    """Checked against the row of any kind that it names; money is earned now and released as it says."""
    rows = sorted({part.parts[0].text for part in s.walk(node) if isinstance(part, s.Path)} & set(bench.kinds))
    inner = Context("scheme", tuple(dict.fromkeys(("rep", *rows))), per=context.per, scheme=context.scheme)
    bench.unsupported.append(c.Unsupported("`release`", span=node.span))
    if node.value is not None:
        rate = flow(bench, bench.check(node.value, inner, NUMBER), inner)
        if rate.type.name not in {"rate", "number", "unknown"}:
            bench.report(problems.release_rate(node.value.span, rate.type))
        return c.Release(rate, span=node.span)
    parts = tuple((part.share.value, bench.check(part.on, inner)) for part in node.parts)
    total = sum(share for share, _ in parts)
    if total != 1:
        bench.report(problems.release_total(node.span, total))
    for share, on in parts:
        if on.type.name not in {"date", "moment", "unknown"}:
            bench.report(problems.on_needs_date(on.span, on.type))
        del share
    return c.Release(None, parts, span=node.span)
