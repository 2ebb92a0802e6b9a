"""Typing rules of literals, arithmetic, comparisons and logic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .arithmetic import combine, comparable, unify
from .missing import why_missing
from .source import Span
from .types import (
    FLAG,
    RATE,
    Type,
    set_of,
)  # fmt: skip
from .words import PERIODS
from .workbench import Context, Workbench, rule

__all__ = ["condition", "flow", "fold", "present", "required", "shown_known", "typed"]


# --- shared steps --------------------------------------------------------------------------------------------


def flow(bench: Workbench, made: c.Expr, context: Context) -> c.Expr:
    """An amount per period as the amount of this scope, where the periods agree."""
    per = made.type.per
    if made.type.name != "money" or per is None:
        return made
    if context.let is not None:
        bench.needs.setdefault(context.let, []).append(c.Need(per, made.span))
    elif context.goal and context.per is not None and context.per != per:
        return bench.fail(problems.goal_of_other_period(made.span, per, context.per))
    elif context.per is None or context.per != per:
        return bench.fail(problems.wrong_period(made.span, per, context.per))
    return replace(made, type=replace(made.type, per=None))


def _part(bench: Workbench, made: c.Expr, context: Context) -> c.Expr:
    """A factor: in a target, that of an amount for a longer period is a goal for this one (`25% of rep.yearly`)."""
    per = made.type.per
    if context.goal and per is not None and context.per is not None and PERIODS.index(per) > PERIODS.index(context.per):
        return replace(made, type=replace(made.type, per=None))
    return flow(bench, made, context)


def required(bench: Workbench, made: c.Expr, context: Context, *, unlike: bool = False) -> c.Expr:
    """The value where it must not be missing: reported unless a condition has shown it to be there.

    `unlike`: in a condition that would hold of a missing one, too, such as `rep is not lead.last_owner`.
    """
    if not made.type.optional:
        return made
    if made in context.known or isinstance(made, c.TestRead):  # a result that is missing fails the expectation
        return replace(made, type=made.type.required)
    return bench.fail(
        problems.may_be_missing(made.span, _divisor(made), made.type, why_missing(bench, made), unlike=unlike)
    )


def present(made: c.Expr, context: Context) -> c.Expr:
    """The value, never missing where a condition has shown it to be there."""
    return replace(made, type=made.type.required) if made.type.optional and made in context.known else made


def _divisor(made: c.Expr) -> str | None:
    """What is divided by, where it is a column by name; None where nothing is divided."""
    if not isinstance(made, c.Arithmetic) or made.op != "/":
        return None
    return made.right.column if isinstance(made.right, c.FieldOf) else ""


def typed(bench: Workbench, node: s.Expr, context: Context, expect: Type) -> c.Expr:
    """A present value of the type that its place asks for."""
    made = required(bench, flow(bench, bench.check(node, context, expect), context), context)
    fitting = unify(made.type, expect.required)
    if fitting is None:
        return bench.fail(problems.wrong_type(made.span, made.type, expect))
    return made


def condition(bench: Workbench, node: s.Expr, context: Context) -> c.Expr:
    """A present yes or no."""
    if isinstance(node, s.TextLit):
        return bench.fail(problems.bare_text(node.span, node.text))
    made = required(bench, bench.check(node, context, FLAG), context)
    if made.type.name not in {"flag", "unknown"}:
        return bench.fail(problems.not_a_condition(made.span, made.type))
    return made


def shown_known(made: c.Expr, *, holds: bool) -> frozenset[c.Expr]:
    """The optional values that are there when a condition holds (or, with `holds=False`, fails)."""
    match made:
        case c.Known(operand=operand, negated=negated) if negated != holds:
            return frozenset({operand})
        case c.Not(operand=operand):
            return shown_known(operand, holds=not holds)
        case c.All(parts=parts) if holds:
            return _union(shown_known(part, holds=True) for part in parts)
        case c.AnyOf(parts=parts) if not holds:
            return _union(shown_known(part, holds=False) for part in parts)
        case _:
            return frozenset()


def _union(found: Iterable[frozenset[c.Expr]]) -> frozenset[c.Expr]:
    return frozenset(node for each in found for node in each)


def _is_bare(node: s.Expr) -> bool:
    """Whether a number takes its unit from its place."""
    return isinstance(node, s.NumberLit) or (isinstance(node, s.Negate) and _is_bare(node.operand))


def _pair(bench: Workbench, left: s.Expr, right: s.Expr, context: Context) -> tuple[c.Expr, c.Expr]:
    """Both sides of a comparison or sum: a bare literal takes the type of the other side."""
    if _is_bare(left) or isinstance(left, s.TextLit | s.SetLit):
        other = bench.check(right, context)
        return bench.check(left, context, other.type), other
    first = bench.check(left, context)
    return first, bench.check(right, context, first.type)


def fold(made: c.Expr) -> Fraction | None:
    """The value of a constant number, or None."""
    if isinstance(made, c.Constant) and isinstance(made.value, Fraction) and made.type.name != "unknown":
        return made.value
    if isinstance(made, c.Negate):
        inner = fold(made.operand)
        return None if inner is None else -inner
    return None


# --- arithmetic ----------------------------------------------------------------------------------------------


@rule(s.Arithmetic)
def _arithmetic(bench: Workbench, node: s.Arithmetic, context: Context, expect: Type | None) -> c.Expr:
    if node.op in "+-":
        left, right = _sides_of_sum(bench, node, context, expect)
    else:
        left, right = _factors(bench, node, context, expect)
    left, right = present(left, context), present(right, context)
    per_months = node.op == "*" and {left.type.name, right.type.name} == {"money", "months"}
    if not per_months:
        read = _part if node.op in {"*", "/"} else flow
        left, right = read(bench, left, context), read(bench, right, context)
    made = combine(node.op, left.type.required, right.type.required)
    if made is None:
        return bench.fail(problems.cannot_combine(node.span, node.op, left, right))
    made = made.maybe(left.type.optional or right.type.optional)
    if node.op == "/" and not _never_zero(bench, right):
        if fold(right) == 0:
            return bench.fail(problems.divides_by_zero(node.span))
        made = made.maybe()
    return c.Arithmetic(made, node.op, left, right, span=node.span)


def _sides_of_sum(bench: Workbench, node: s.Arithmetic, context: Context, expect: Type | None) -> tuple[c.Expr, c.Expr]:
    wanted = expect if expect and expect.is_quantity else None
    if _is_bare(node.left) and not _is_bare(node.right):
        right = bench.check(node.right, context, wanted)
        return bench.check(node.left, context, right.type), right
    left = bench.check(node.left, context, wanted)
    return left, bench.check(node.right, context, left.type if left.type.is_quantity else None)


def _factors(bench: Workbench, node: s.Arithmetic, context: Context, expect: Type | None) -> tuple[c.Expr, c.Expr]:
    """The sides of a product. Where money is asked for and no factor is money, a bare number takes the unit."""
    money = expect.required if expect and expect.name == "money" else None
    if node.op == "/":
        return bench.check(node.left, context, money if _is_bare(node.left) else expect), bench.check(
            node.right, context
        )
    if money is not None and _is_bare(node.left):
        right = bench.check(node.right, context)
        return bench.check(node.left, context, None if right.type.name == "money" else money), right
    left = bench.check(node.left, context, money if isinstance(node.left, s.Arithmetic) else None)
    if money is not None and _is_bare(node.right):
        return left, bench.check(node.right, context, None if left.type.name == "money" else money)
    return left, bench.check(node.right, context)


def _never_zero(bench: Workbench, divisor: c.Expr) -> bool:
    value = fold(divisor)
    if value is not None:
        return value != 0
    if isinstance(divisor, c.FieldOf):
        column = bench.kinds[divisor.kind].columns[divisor.column]
        return column.least is not None and (column.least > 0 or (column.least == 0 and not column.least_included))
    if isinstance(divisor, c.Arithmetic) and divisor.op == "*":
        return _never_zero(bench, divisor.left) and _never_zero(bench, divisor.right)
    return False


@rule(s.Negate)
def _negate(bench: Workbench, node: s.Negate, context: Context, expect: Type | None) -> c.Expr:
    made = flow(bench, present(bench.check(node.operand, context, expect), context), context)
    if not made.type.is_quantity and made.type.name != "unknown":
        return bench.fail(problems.not_a_quantity(node.span, made.type))
    return c.Negate(made.type, made, span=node.span)


@rule(s.PartOf)
def _fraction(bench: Workbench, node: s.PartOf, context: Context, expect: Type | None) -> c.Expr:
    money = expect if expect and expect.name == "money" else None
    made = _part(bench, present(bench.check(node.operand, context, money), context), context)
    if not made.type.is_quantity and made.type.name != "unknown":
        return bench.fail(problems.rate_of_what(node.span, made.type))
    result = combine("*", RATE, made.type.required)
    if result is None:
        return bench.fail(problems.rate_of_what(node.span, made.type))
    result = result.maybe(made.type.optional)
    rate = c.Constant(RATE, node.rate.value, span=node.rate.span)
    return c.Arithmetic(result, "*", rate, made, span=node.span)


# --- comparisons and logic -----------------------------------------------------------------------------------


@rule(s.Compare)
def _compare(bench: Workbench, node: s.Compare, context: Context, expect: Type | None) -> c.Expr:
    left, right = _pair(bench, node.left, node.right, context)
    left, right = required(bench, left, context), required(bench, right, context)
    left, right = flow(bench, left, context), flow(bench, right, context)
    if "unknown" not in (left.type.name, right.type.name):
        if not comparable(left.type, right.type):
            return bench.fail(problems.cannot_compare(node.span, node.op, left, right))
        if not left.type.is_ordered:
            return bench.fail(problems.no_order(node.span, left.type))
    _not_with_itself(bench, node.span, left, right, holds=node.op in {"<=", ">="})
    return c.Compare(FLAG, node.op, left, right, span=node.span)


@rule(s.Same)
def _same(bench: Workbench, node: s.Same, context: Context, expect: Type | None) -> c.Expr:
    word = node.right.text if isinstance(node.right, s.Path) else ""
    if word in {"known", "missing"} and word not in bench.names:
        operand = bench.check(node.left, context)
        if not operand.type.optional and operand.type.name != "unknown":
            bench.report(problems.never_missing(node.span, operand.span))
        present = replace(operand, type=operand.type.maybe())
        return c.Known(FLAG, present, (word == "missing") != node.negated, span=node.span)
    left, right = _pair(bench, node.left, node.right, context)
    left, right = (required(bench, side, context, unlike=node.negated) for side in (left, right))
    left, right = flow(bench, left, context), flow(bench, right, context)
    if not comparable(left.type, right.type):
        return bench.fail(problems.cannot_compare(node.span, "is", left, right))
    _not_with_itself(bench, node.span, left, right, holds=not node.negated)
    return c.Same(FLAG, left, right, node.negated, span=node.span)


def _not_with_itself(bench: Workbench, span: Span, left: c.Expr, right: c.Expr, *, holds: bool) -> None:
    """That something is read on one of two sides that are alike."""
    if left == right and not isinstance(left, c.Constant) and left.type.name != "unknown":
        bench.report(problems.compared_with_itself(span, holds))


@rule(s.Member)
def _member(bench: Workbench, node: s.Member, context: Context, expect: Type | None) -> c.Expr:
    if isinstance(node.group, s.SetLit):
        item = required(bench, bench.check(node.item, context), context)
        group = bench.check(node.group, context, set_of(item.type))
    else:
        group = required(bench, bench.check(node.group, context), context)
        item = required(bench, bench.check(node.item, context, group.type.of), context)
    if "unknown" in (item.type.name, group.type.name):
        return c.Member(FLAG, item, group, node.negated, span=node.span)
    if group.type.name != "set":
        return bench.fail(problems.not_a_set(node.group.span, group.type))
    if group.type.of is None or not comparable(item.type, group.type.of):
        return bench.fail(problems.cannot_compare(node.span, "in", item, group))
    return c.Member(FLAG, item, group, node.negated, span=node.span)


@rule(s.Not)
def _not(bench: Workbench, node: s.Not, context: Context, expect: Type | None) -> c.Expr:
    return c.Not(FLAG, condition(bench, node.operand, context), span=node.span)


@rule(s.AllOf)
def _all(bench: Workbench, node: s.AllOf, context: Context, expect: Type | None) -> c.Expr:
    parts: list[c.Expr] = []
    for part in node.parts:
        parts.append(condition(bench, part, context))
        context = context.knowing(shown_known(parts[-1], holds=True))
    return c.All(FLAG, tuple(parts), span=node.span)


@rule(s.AnyOf)
def _any(bench: Workbench, node: s.AnyOf, context: Context, expect: Type | None) -> c.Expr:
    parts: list[c.Expr] = []
    for part in node.parts:
        if isinstance(part, s.TextLit):
            return bench.fail(problems.or_text(part.span, part.text))
        parts.append(condition(bench, part, context))
        context = context.knowing(shown_known(parts[-1], holds=False))
    return c.AnyOf(FLAG, tuple(parts), span=node.span)


@rule(s.Fallback)
def _fallback(bench: Workbench, node: s.Fallback, context: Context, expect: Type | None) -> c.Expr:
    value = bench.check(node.value, context, expect)
    if not value.type.optional and value.type.name != "unknown":
        bench.report(problems.else_without_need(node.span, value.span))
    value = flow(bench, value, context)
    other = flow(bench, bench.check(node.other, context, value.type.required), context)
    made = unify(value.type.required, other.type)
    if made is None:
        return bench.fail(problems.parts_differ(node.span, value, other))
    return c.Fallback(made, value, other, span=node.span)
