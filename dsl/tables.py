"""Typing rules of tables: bands, grids, choose, blend."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from . import checked as c
from . import problems
from . import syntax as s
from .arithmetic import combine, comparable, unify
from .expressions import condition, flow, fold, present, required, shown_known
from .people import prize
from .types import NUMBER, RATE, Type
from .words import TABLES
from .workbench import Context, Workbench, rule


def _quantity(bench: Workbench, node: s.Expr, context: Context, expect: Type | None = None) -> c.Expr:
    """A value that has an order; where it is missing, so is what the table gives."""
    made = flow(bench, present(bench.check(node, context, expect), context), context)
    if not made.type.is_ordered and made.type.name != "unknown":
        return bench.fail(problems.no_order(made.span, made.type))
    return made


@rule(s.Table)
def _table(bench: Workbench, node: s.Table, context: Context, expect: Type | None) -> c.Expr:
    word = node.kind.text
    if word == "prize":
        return prize(bench, node, context, expect)
    if word not in TABLES:
        return bench.fail(problems.unknown_table(node.kind.span, word, (*TABLES, "prize", "grid")))
    operand_node = s.Scoped(node.operand, node.window, span=node.operand.span) if node.window else node.operand
    operand = _quantity(bench, operand_node, context)
    against = _quantity(bench, node.against, context) if node.against is not None else None
    if against is not None and unify(operand.type, against.type) is None:
        return bench.fail(problems.cannot_compare(node.span, "against", operand, against))
    bound_type = RATE if against is not None else operand.type
    bands = _bands(bench, node, bound_type, context, expect)
    values = _unified(bench, [band.value for band in bands])
    missing = operand.type.optional or (against is not None and against.type.optional)
    made = _table_type(bench, node, operand, values, bands).maybe(missing)
    _check_order(bench, node, bands)
    return c.Table(made, word, operand, against, bands, span=node.span)  # pyright: ignore[reportArgumentType]


def _bands(
    bench: Workbench, node: s.Table, bound_type: Type, context: Context, expect: Type | None
) -> tuple[c.Band, ...]:
    bands: list[c.Band] = []
    wanted = _value_type(bench, node.kind.text, bound_type, expect)
    for row in node.rows:
        if isinstance(row, s.Place):
            bench.report(problems.place_in_table(row.span, node.kind.text))
            continue
        if (row.edge == "at") != (node.kind.text == "sloped"):
            bench.report(problems.wrong_edge(row.span, row.edge, node.kind.text))
        bound = _bound(bench, row.bound, bound_type, context)
        value = flow(bench, required(bench, bench.check(row.value, context, wanted), context), context)
        bands.append(c.Band(row.edge, bound, value, span=row.span))
    return tuple(bands)


def _value_type(bench: Workbench, word: str, bound: Type, expect: Type | None) -> Type | None:
    """The type that the place asks of a band's value, where it can be told."""
    if expect is None or word in {"step", "sloped"}:
        return expect
    return RATE if bound.name == "money" and expect.name == "money" else expect if bound.is_plain else None


def _bound(bench: Workbench, node: s.Expr, wanted: Type, context: Context) -> c.Expr:
    made = flow(bench, required(bench, bench.check(node, context, wanted), context), context)
    if "unknown" in (made.type.name, wanted.name):
        return made
    if not comparable(made.type, wanted):
        return bench.fail(problems.wrong_bound(made.span, made.type, wanted))
    return made


def _unified(bench: Workbench, values: list[c.Expr]) -> Type | None:
    found: Type | None = None
    for value in values:
        if found is None or found.name == "unknown":
            found = value.type
            continue
        joined = unify(found, value.type)
        if joined is None:
            bench.report(problems.parts_differ(value.span, values[0], value))
            return None
        found = joined
    return found


def _from_zero(bands: tuple[c.Band, ...]) -> bool:
    """Whether the first band begins at zero or below, so that no amount lies under it."""
    first = fold(bands[0].bound) if bands else None
    return first is not None and first <= 0


def _table_type(
    bench: Workbench, node: s.Table, operand: c.Expr, values: Type | None, bands: tuple[c.Band, ...]
) -> Type:
    if values is None or "unknown" in (values.name, operand.type.name):
        return Type("unknown")
    if node.kind.text == "sloped" and not values.is_quantity:
        bench.report(problems.sloped_text(node.span, values))
        return Type("unknown")
    if node.kind.text == "sloped":
        return NUMBER if values.name == "count" else values
    if node.kind.text == "step":
        return values.maybe(not values.is_quantity and not _from_zero(bands))
    made = combine("*", operand.type.required, values)
    if made is None or not values.is_quantity:
        bench.report(problems.band_value(node.span, node.kind.text, operand.type, values))
        return Type("unknown")
    return made


def _check_order(bench: Workbench, node: s.Table, bands: tuple[c.Band, ...]) -> None:
    """Bounds rise; what lies below the first one is said."""
    for before, after in pairwise(bands):
        low, high = fold(before.bound), fold(after.bound)
        if low is None or high is None:
            continue
        if (high, after.edge == "above") <= (low, before.edge == "above"):
            bench.report(problems.bounds_not_rising(after.bound.span, before.bound.span))
    first = fold(bands[0].bound) if bands else None
    pays_below = node.kind.text in {"step", "retroactive", "marginal"} and first is not None and first > 0
    if pays_below and fold(bands[0].value) != 0:
        bench.report(problems.nothing_below(bands[0].bound.span, node.kind.text))


@rule(s.Grid)
def _grid(bench: Workbench, node: s.Grid, context: Context, expect: Type | None) -> c.Expr:
    if node.kind.text != "grid":
        return bench.fail(problems.unknown_table(node.kind.span, node.kind.text, (*TABLES, "grid")))
    row = _quantity(bench, node.operand, context)
    column = _quantity(bench, node.by, context)
    columns = tuple(
        c.Edge("from", _bound(bench, bound, column.type, context), span=bound.span) for bound in node.columns
    )
    rows: list[c.Edge] = []
    cells: list[tuple[c.Expr, ...]] = []
    for line in node.rows:
        if line.edge == "at":
            bench.report(problems.wrong_edge(line.span, "at", "grid"))
        if len(line.values) != len(columns):
            bench.report(problems.grid_width(line.span, len(columns), len(line.values)))
        edge = "above" if line.edge == "above" else "from"
        rows.append(c.Edge(edge, _bound(bench, line.bound, row.type, context), span=line.bound.span))
        cells.append(
            tuple(flow(bench, required(bench, bench.check(v, context, expect), context), context) for v in line.values)
        )
    made = (_unified(bench, [cell for line in cells for cell in line]) or Type("unknown")).maybe(
        row.type.optional or column.type.optional
    )
    made = made.maybe(not made.is_quantity and made.name != "unknown")
    _rising(bench, tuple(rows))
    _rising(bench, columns)
    if any((first := fold(edge.bound)) is None or first > 0 for edge in (rows[0], columns[0])):
        bench.report(problems.grid_below(node.span, node.rows[0].bound.span, node.columns[0].span))
    return c.Grid(made, row, column, tuple(rows), columns, tuple(cells), span=node.span)


def _rising(bench: Workbench, edges: tuple[c.Edge, ...]) -> None:
    for before, after in pairwise(edges):
        low, high = fold(before.bound), fold(after.bound)
        if low is not None and high is not None and high <= low:
            bench.report(problems.bounds_not_rising(after.bound.span, before.bound.span))


@rule(s.Choose)
def _choose(bench: Workbench, node: s.Choose, context: Context, expect: Type | None) -> c.Expr:
    cases: list[tuple[c.Expr, c.Expr]] = []
    inner = context
    if expect is None:
        expect = _asked_by_parts(bench, [*(case.value for case in node.cases), node.otherwise], context)
    for case in node.cases:
        when = condition(bench, case.when, inner)
        if any(when == seen for seen, _ in cases):
            bench.report(problems.case_never(case.span))
        holding = inner.knowing(shown_known(when, holds=True))
        cases.append((when, flow(bench, _maybe_known(bench, case.value, holding, expect), holding)))
        inner = inner.knowing(shown_known(when, holds=False))
    otherwise = flow(bench, _maybe_known(bench, node.otherwise, inner, expect), inner)
    made = _unified(bench, [*(value for _, value in cases), otherwise]) or Type("unknown")
    return c.Choose(made, tuple(cases), otherwise, span=node.span)


def _asked_by_parts(bench: Workbench, nodes: list[s.Expr], context: Context) -> Type | None:
    """Where the place asks for nothing, one part in money makes bare numbers of the others money, too."""
    return next((type_ for node in nodes if (type_ := bench.peek(node, context)).name == "money"), None)


def _maybe_known(bench: Workbench, node: s.Expr, context: Context, expect: Type | None) -> c.Expr:
    """A value that may stay missing, unless a condition has shown it to be there."""
    made = bench.check(node, context, expect)
    return required(bench, made, context) if made in context.known else made


@rule(s.Blend)
def _blend(bench: Workbench, node: s.Blend, context: Context, expect: Type | None) -> c.Expr:
    parts: list[tuple[Fraction, c.Expr]] = []
    for part in node.parts:
        value = required(bench, _quantity(bench, part.value, context, expect), context)
        if not value.type.is_quantity and value.type.name != "unknown":
            bench.report(problems.not_a_quantity(value.span, value.type))
        parts.append((part.weight.value, value))
    total = sum((weight for weight, _ in parts), Fraction(0))
    if total != 1:
        bench.report(problems.blend_total(node.span, total))
    made = _unified(bench, [value for _, value in parts]) or Type("unknown")
    made = combine("*", RATE, made) or Type("unknown")
    return c.Blend(NUMBER if made.name == "count" else made, tuple(parts), span=node.span)
