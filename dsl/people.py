"""Typing rules of readings over people, periods and rows: aggregates, ranks, prizes, shares."""

from __future__ import annotations

from dataclasses import replace

from . import checked as c
from . import problems
from . import syntax as s
from .arithmetic import unify
from .expressions import condition, flow, fold, required
from .readings import read_name
from .row_aggregates import aggregate_type, over_rows
from .types import COUNT, MONEY, PLACE, Type
from .windows import window_of
from .words import AGGREGATES, PERIODS, TIES
from .workbench import OTHER, Context, Workbench, rule

__all__ = ["prize"]

_SCOPE = c.Window("scope")


@rule(s.Everybody)
def _everybody(bench: Workbench, node: s.Everybody, context: Context, expect: Type | None) -> c.Expr:
    operand, window = node.operand, None
    if isinstance(operand, s.Scoped):
        operand, window = operand.operand, operand.window
    if not isinstance(operand, s.Path) or len(operand.parts) != 1:
        return bench.fail(problems.total_of_name(node.span))
    word = operand.text
    if word not in bench.credit_decls and word not in bench.let_decls and word not in bench.targets:
        return bench.nothing_called(operand.span, word, bench.names)
    if window is None and context.place == "credit":
        return bench.fail(problems.over_what(node.span, word))
    value = read_name(bench, operand.parts[0], None, None, context.about("rep"))
    if not value.type.is_quantity and value.type.name != "unknown":
        return bench.fail(problems.not_a_quantity(node.span, value.type))
    made_window = window_of(bench, window, context) if window is not None else _SCOPE
    return c.AcrossReps(value.type.required, "sum", value, None, None, made_window, span=node.span)


# --- phrases -------------------------------------------------------------------------------------------------


@rule(s.Phrase)
def _phrase(bench: Workbench, node: s.Phrase, context: Context, expect: Type | None) -> c.Expr:
    word = node.kind.text
    if word == "rank":
        return _rank(bench, node, context)
    if node.filters.ties is not None:
        bench.report(problems.ties_not_here(node.filters.ties.span, word))
    if word in AGGREGATES:
        return _aggregate(bench, node, context)
    if word in bench.credit_decls or word in bench.let_decls or word in bench.targets:
        if node.filters.within or node.filters.where or node.filters.per or node.filters.on:
            return bench.fail(problems.filter_on_value(node.span, word))
        return read_name(bench, node.kind, node.operand, node.filters.over, context)
    return bench.nothing_called(node.kind.span, word, {*bench.names, *AGGREGATES, "rank"})


def _aggregate(bench: Workbench, node: s.Phrase, context: Context) -> c.Expr:
    """`sum of deal.amount where ...` reads rows, `highest of bookings per quarter` periods, else people."""
    head = _head(node.operand)
    if isinstance(node.operand, s.Reading) and _head(node.operand.operand) in _rows_apart(bench, context):
        head = _head(node.operand.operand)  # `sum of (cost of lead)`: rows, with a value of each
    named = head in bench.credit_decls or head in bench.let_decls
    if not named and head in bench.kinds and head != "rep":
        return over_rows(bench, node, head, context)
    if head == OTHER and not named:
        own = [kind for kind in context.vars if kind != "rep"]
        if len(own) != 1:
            return bench.fail(problems.other_than_what(node.span, context.vars))
        return over_rows(bench, node, own[0], context)
    if node.kind.text == "distinct":
        return bench.fail(problems.distinct_of_column(node.span))
    if node.filters.per is not None:
        return _over_periods(bench, node, context)
    if node.filters.within is None and node.filters.where is None and head in bench.credit_decls:
        return _over_postings(bench, node, context)
    return _over_people(bench, node, context)


def _rows_apart(bench: Workbench, context: Context) -> set[str]:
    """The kinds of row that are not at hand."""
    return {*bench.kinds, OTHER} - {"rep", *context.vars}


def _head(node: s.Expr) -> str:
    if isinstance(node, s.Path):
        return node.parts[0].text
    if isinstance(node, s.Compare | s.Same):
        return _head(node.left)
    return node.name.text if isinstance(node, s.Reading) else ""


def _over_postings(bench: Workbench, node: s.Phrase, context: Context) -> c.Expr:
    """`highest of bookings`: over what was credited, one posting each."""
    assert isinstance(node.operand, s.Path)
    made = read_name(bench, node.operand.parts[0], None, node.filters.over, context)
    if not isinstance(made, c.ReadAccount):
        return made
    type_ = aggregate_type(node.kind.text, made.type)
    return replace(made, type=type_, reading=node.kind.text, span=node.span)  # pyright: ignore[reportArgumentType]


def _over_periods(bench: Workbench, node: s.Phrase, context: Context) -> c.Expr:
    assert node.filters.per is not None
    per = node.filters.per.text
    if per not in PERIODS:
        return bench.fail(problems.unknown_period(node.filters.per.span, per, PERIODS))
    if node.filters.over is None:
        return bench.fail(problems.per_without_over(node.span, per))
    if node.filters.within is not None or node.filters.where is not None:
        return bench.fail(problems.filter_on_periods(node.span))
    inner = replace(context, per=per, let=None, place="let" if context.place == "credit" else context.place)
    value = bench.check(node.operand, inner)
    if value.type.name == "flag" and node.kind.text in {"streak", "count"}:
        value = required(bench, value, inner)
    elif not value.type.is_quantity:
        if value.type.name == "unknown":
            return value
        return bench.fail(problems.not_a_quantity(node.operand.span, value.type))
    window = window_of(bench, node.filters.over, context)
    made = COUNT if node.kind.text in {"count", "streak"} else value.type
    if node.kind.text in {"average", "highest", "lowest", "latest"} and not _holds_a_period(window, per):
        made = made.maybe()
    return c.AcrossPeriods(made, node.kind.text, value, per, window, span=node.span)  # pyright: ignore[reportArgumentType]


def _holds_a_period(window: c.Window, per: str) -> bool:
    """Whether some period of that kind begins in the window for certain, so that a highest one is never missing."""
    if window.kind not in {"previous", "calendar"} or window.unit not in PERIODS:
        return False
    longer = PERIODS.index(window.unit) >= PERIODS.index(per)
    return longer and (per != "week" or window.unit == "week" or window.kind == "previous")


def _over_people(bench: Workbench, node: s.Phrase, context: Context) -> c.Expr:
    inner = context.about("rep")
    word = node.kind.text
    value: c.Expr | None = None
    if word in {"latest", "streak"}:
        return bench.fail(problems.latest_of_people(node.span, word))
    if not (isinstance(node.operand, s.Path) and node.operand.text == "rep"):
        value = flow(bench, bench.check(node.operand, inner), replace(inner, let=context.let))
        if not value.type.is_quantity and value.type.name != "unknown":
            return bench.fail(problems.not_a_quantity(node.operand.span, value.type))
    elif word != "count":
        return bench.fail(problems.aggregate_of_rows(node.span, word, "rep"))
    group, where = _members(bench, node.filters, context)
    window = window_of(bench, node.filters.over, context) if node.filters.over is not None else _SCOPE
    made = aggregate_type(word, value.type if value is not None else COUNT)
    return c.AcrossReps(made, word, value, group, where, window, span=node.span)  # pyright: ignore[reportArgumentType]


def _members(bench: Workbench, filters: s.Filters, context: Context) -> tuple[c.Expr | None, c.Expr | None]:
    """`within` and `where`, both read for each member."""
    inner = context.about("rep")
    group = None
    if filters.within is not None:
        if "rep" not in context.vars:
            bench.report(problems.whose(filters.within.span, "within", bench.people(context)))
        group = bench.check(filters.within, inner)
        if group.type.name not in {"text", "ref", "unknown", "count", "flag"}:
            bench.report(problems.group_type(filters.within.span, group.type))
    where = condition(bench, filters.where, inner) if filters.where is not None else None
    return group, where


# --- rank, prize, share --------------------------------------------------------------------------------------


def _rank(bench: Workbench, node: s.Phrase, context: Context) -> c.Expr:
    ties = node.filters.ties
    if ties is None:
        return bench.fail(problems.rank_without_ties(node.span))
    if ties.text not in TIES:
        return bench.fail(problems.unknown_ties(ties.span, ties.text, TIES))
    if "rep" not in context.vars:
        return bench.fail(problems.whose(node.span, "rank", bench.people(context)))
    inner = context.about("rep")
    if node.filters.over is not None:
        value = bench.check(s.Scoped(node.operand, node.filters.over, span=node.operand.span), inner)
    else:
        value = bench.check(node.operand, inner)
    value = flow(bench, required(bench, value, inner), inner)
    if not value.type.is_quantity and value.type.name != "unknown":
        return bench.fail(problems.not_a_quantity(node.operand.span, value.type))
    group, where = _members(bench, node.filters, context)
    type_ = PLACE.maybe(where is not None)
    return c.Rank(type_, value, group, where, ties.text, context.scheme, span=node.span)  # pyright: ignore[reportArgumentType]


def prize(bench: Workbench, node: s.Table, context: Context, expect: Type | None) -> c.Expr:
    """`prize rank of ... ties share { 1: 20_000 }`."""
    if not isinstance(node.operand, s.Phrase) or node.operand.kind.text != "rank":
        return bench.fail(problems.prize_of_rank(node.span))
    rank = _rank(bench, node.operand, context)
    if not isinstance(rank, c.Rank):
        return rank
    places: list[tuple[int, c.Expr]] = []
    for row in node.rows:
        if not isinstance(row, s.Place):
            bench.report(problems.band_in_prize(row.span))
            continue
        number = row.number.value
        if number.denominator != 1 or number < 1 or any(place == number for place, _ in places):
            bench.report(problems.bad_place(row.number.span, row.number.text))
            continue
        value = flow(bench, required(bench, bench.check(row.value, context, expect or MONEY), context), context)
        places.append((int(number), value))
    types = [value.type for _, value in places]
    made = types[0] if types else MONEY
    for type_ in types[1:]:
        made = unify(made, type_) or made
    return c.Prize(made, rank, tuple(places), span=node.span)


@rule(s.ShareOf)
def _share(bench: Workbench, node: s.ShareOf, context: Context, expect: Type | None) -> c.Expr:
    if node.kind.text != "share":
        return bench.fail(problems.unknown_table(node.kind.span, node.kind.text, ("share",)))
    if node.group.kind is None or node.group.kind.text != "rep":
        span = node.group.span
        return bench.fail(problems.share_among_reps(span))
    if "rep" not in context.vars:
        return bench.fail(problems.whose(node.span, "share", bench.people(context)))
    pool = flow(bench, required(bench, bench.check(node.pool, context, expect or MONEY), context), context)
    if pool.type.name not in {"money", "unknown"}:
        return bench.fail(problems.pool_not_money(node.pool.span, pool.type))
    if node.filters.over is not None or node.filters.per is not None:
        bench.report(problems.filter_on_value(node.span, "share"))
    group, where = _members(bench, node.filters, context)
    inner = context.about("rep")
    weight = flow(bench, required(bench, bench.check(node.weight, inner), inner), inner)
    if not (weight.type.is_plain or weight.type.name in {"money", "unknown", "months", "days"}):
        bench.report(problems.weight_type(node.weight.span, weight.type))
    constant = fold(weight)
    if constant is not None and constant <= 0:
        bench.report(problems.weight_not_positive(node.weight.span))
    return c.ShareOf(pool.type, pool, group, where, weight, span=node.span)
