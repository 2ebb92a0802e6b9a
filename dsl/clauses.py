"""Checking of the clauses of `pay` and `total`: gates, multipliers, limits, balances, release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition, flow, required, typed
from .types import MONEY, NUMBER, RATE
from .workbench import Context, Workbench

__all__ = ["clauses_of", "released_rows"]


def released_rows(clauses: tuple[c.Clause, ...]) -> Iterator[tuple[str, c.Span]]:
    """The kinds of row other than `rep` that releases name, and where."""
    for clause in clauses:
        if isinstance(clause, c.Release):
            for node in c.walk(clause):
                if isinstance(node, c.Subject) and node.var != "rep":
                    yield node.var, node.span


def clauses_of(bench: Workbench, nodes: tuple[s.Clause, ...], context: Context) -> tuple[c.Clause, ...]:
    """The clauses in the order written."""
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
            inner = replace(context, owes=node.word == "at_least" and node.carry is not None)
            limit = typed(bench, node.value, inner, MONEY)
            carry = _carry(bench, node.carry, inner) if node.carry is not None else None
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


def _carry(bench: Workbench, node: s.Expr, context: Context) -> c.Expr:
    """A rate of what is cut off or exceeds the floor; or, of a floor, the most that a period gives back."""
    if bench.peek(node, context).name != "money":
        return typed(bench, node, context, RATE)
    made = typed(bench, node, context, MONEY)
    if not context.owes:
        bench.report(problems.carry_type(node.span, made.type))
    return made


def _release(bench: Workbench, node: s.Clause, context: Context) -> c.Clause:
    """Read as of a day: a reading without `over` is of everything up to it."""
    rows = sorted({part.parts[0].text for part in s.walk(node) if isinstance(part, s.Path)} & set(bench.kinds))
    inner = Context("scheme", tuple(dict.fromkeys(("rep", *rows))), scheme=context.scheme)
    if node.value is not None:
        made = bench.check(node.value, inner, NUMBER)
        if made.type.name in {"date", "moment"}:
            bench.report(problems.release_rate(node.value.span, made.type))
            return c.Release(bench.unknown(node.value.span), span=node.span)
        rate = required(bench, flow(bench, made, inner), inner)
        if rate.type.name not in {"rate", "number", "unknown"}:
            bench.report(problems.release_rate(node.value.span, rate.type))
        return c.Release(rate, span=node.span)
    parts = tuple((part.share.value, bench.check(part.on, inner)) for part in node.parts)
    total = sum(share for share, _ in parts)
    if total != 1:
        bench.report(problems.release_total(node.span, total))
    for _, on in parts:
        if on.type.name not in {"date", "moment", "unknown"}:
            bench.report(problems.on_needs_date(on.span, on.type))
    return c.Release(None, parts, span=node.span)
