"""Typing rules of aggregates over rows: `count of lead where lead.owner is rep`.

A condition that speaks of the row alone is read on the row's own day, once for all readers. One that speaks of the
reader (another row, `now`, `today`) is read anew at each reading. `count of other` looks at the other rows of the
reader's own kind: there `lead` is the reader and `other` the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition, shown_known
from .readings import params_of
from .types import COUNT, FLAG, NUMBER, Type, ref
from .windows import window_of
from .workbench import OTHER, Context, Workbench

__all__ = ["aggregate_type", "over_rows", "reads_now"]

_SCOPE = c.Window("scope")
_EVER = c.Window("all", whole=True)


def aggregate_type(word: str, of: Type) -> Type:
    """Sum and count of nothing are zero; of the others nothing is known."""
    if word in {"count", "streak", "distinct"}:
        return COUNT
    if word == "sum":
        return of.required
    if word == "average" and of.name == "count":
        return NUMBER.maybe()
    return of.maybe()


def over_rows(bench: Workbench, node: s.Phrase, kind: str, context: Context) -> c.Expr:
    """An aggregate over facts: an account of its own, read at once."""
    if context.place not in {"let", "credit"}:
        return bench.fail(problems.aggregate_needs_name(node.span))
    row = OTHER if _head(node.operand) == OTHER else kind
    inner = Context("credit", (kind,), other=kind if row == OTHER else "")
    link, parts = _link(node.filters.where, row, context)
    readers = [part for part in parts if _speaks_of_reader(bench, part, row, context)]
    when, after = _own(bench, [part for part in parts if part not in readers], inner)
    where = _for_reader(bench, node, readers, (kind, row), context, after)
    value = _row_value(bench, node, kind, after)
    timeless = _has_no_date(bench, node, kind, where)
    on = None if timeless else _row_date(bench, node, kind, after)
    receivers: tuple[c.Receiver, ...] = ()
    if link is not None:
        path = bench.check(link, after)
        receivers = (c.Receiver(path, Fraction(1), span=link.span),)
    recipient = receivers[0].path.type.kind if receivers else None
    name = _name(bench, node, kind, context)
    bench.accounts[name] = c.Account(
        name, kind, receivers, on, value, when, value.type.required, recipient or "", implicit=True, span=node.span
    )
    subject = None
    if link is not None:
        subject = c.Subject(ref(recipient or "rep"), recipient or "rep", span=node.span)
    window = _window(bench, node.filters.over, kind, where, timeless, context)
    made = aggregate_type(node.kind.text, value.type)
    reading = node.kind.text
    return c.ReadAccount(made, name, subject, window, reading, where, row if row == OTHER else "", span=node.span)  # pyright: ignore[reportArgumentType]


def _name(bench: Workbench, node: s.Phrase, kind: str, context: Context) -> str:
    owner = f"{context.let or 'credit'}: {node.kind.text} of {kind} "
    return f"{owner}{1 + sum(1 for known in bench.accounts if known.startswith(owner))}"


def _joined(parts: list[c.Expr]) -> c.Expr | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return c.All(FLAG, tuple(parts), span=parts[0].span.to(parts[-1].span))


# --- what narrows them ---------------------------------------------------------------------------------------


def _head(node: s.Expr) -> str:
    return node.parts[0].text if isinstance(node, s.Path) else ""


def _link(where: s.Expr | None, row: str, context: Context) -> tuple[s.Path | None, list[s.Expr]]:
    """The part of a filter that ties rows to the subject (`deal.owner is rep`), and the other parts."""
    parts = list(where.parts) if isinstance(where, s.AllOf) else [where] if where is not None else []
    link: s.Path | None = None
    rest: list[s.Expr] = []
    for part in parts:
        found = _link_of(part, row, context)
        if found is not None and link is None:
            link = found
        else:
            rest.append(part)
    return link, rest


def _link_of(part: s.Expr, row: str, context: Context) -> s.Path | None:
    if not isinstance(part, s.Same) or part.negated:
        return None
    sides = [side for side in (part.left, part.right) if isinstance(side, s.Path)]
    if len(sides) != 2:
        return None
    left, right = sides
    if right.text in context.vars and left.parts[0].text == row and right.text != row:
        return left
    if left.text in context.vars and right.parts[0].text == row and left.text != row:
        return right
    return None


def _own(bench: Workbench, parts: list[s.Expr], inner: Context) -> tuple[c.Expr | None, Context]:
    """What the row alone has to fulfil, and the place behind it, where that has shown values to be there."""
    made: list[c.Expr] = []
    for part in parts:
        made.append(condition(bench, part, inner))
        inner = inner.knowing(shown_known(made[-1], holds=True))
    return _joined(made), inner


def _for_reader(
    bench: Workbench, node: s.Phrase, parts: list[s.Expr], bound: tuple[str, str], context: Context, after: Context
) -> c.Expr | None:
    """What a row has to fulfil for the reader: both are at hand, and the moment is the reader's.

    `bound`: the kind of the row, and the name that it has here. `other` is never the reader itself.
    """
    kind, row = bound
    readers = tuple(var for var in context.vars if var != row)
    both = replace(context, vars=(*readers, row))
    if row != OTHER:
        return _own(bench, parts, both.knowing(after.known))[0]
    both = replace(both, other=kind).knowing(frozenset(filter(None, map(_of_other, after.known))))
    sides = (c.Subject(ref(kind), name, span=node.operand.span) for name in (OTHER, kind))
    another = c.Same(FLAG, *sides, negated=True, span=node.operand.span)
    where = _own(bench, parts, both)[0]
    found = where.parts if isinstance(where, c.All) else () if where is None else (where,)
    return _joined([another, *found])


def _of_other(node: c.Expr) -> c.Expr | None:
    """A cell of the row that is read alone, as it is called beside the reader; None for what is no cell."""
    if isinstance(node, c.Subject):
        return replace(node, var=OTHER)
    base = _of_other(node.base) if isinstance(node, c.FieldOf) else None
    return replace(node, base=base) if isinstance(node, c.FieldOf) and base is not None else None


def _speaks_of_reader(bench: Workbench, part: s.Expr, row: str, context: Context) -> bool:
    """Whether a condition reads another row of the reader, or the moment of the reading, itself or through a let.

    Beside `other`, a let without `of` is that of the reader.
    """
    for node in _paths(part):
        head = node.parts[0].text if isinstance(node, s.Path) else node.name.text
        if head in {"now", "today", "tenure", "period"} or (head in context.vars and head != row):
            return True
        if isinstance(node, s.Path) and len(node.parts) > 1:
            continue
        params = params_of(bench, head) if _is_value(bench, head) else None
        if params is None:
            continue
        if isinstance(node, s.Path) and not set(params) <= {row}:
            return True
        if head in bench.lets and reads_clock(bench, bench.lets[head].value):
            return True
    return False


def _is_value(bench: Workbench, name: str) -> bool:
    return name in bench.credit_decls or name in bench.let_decls or name in bench.targets


def _paths(node: object) -> Iterator[s.Path | s.Reading]:
    """Every name that an expression reads."""
    if isinstance(node, s.Path | s.Reading):
        yield node
    if isinstance(node, s.Path):
        return
    if isinstance(node, tuple):
        for item in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _paths(item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(node, s.Node):
        for spec in fields(node):
            yield from _paths(getattr(node, spec.name))


def reads_clock(bench: Workbench, node: c.Node) -> bool:
    """Whether a value depends on the moment of its reading, itself or through a let."""
    for part in c.walk(node):
        if isinstance(part, c.Now | c.Today | c.PeriodEdge):
            return True
        if isinstance(part, c.LetRead) and part.let in bench.lets and reads_clock(bench, bench.lets[part.let].value):
            return True
    return False


def reads_now(bench: Workbench, node: c.Node) -> bool:
    """Whether a value may differ from one second to the next, itself or through a let."""
    return any(
        isinstance(part, c.Now)
        or (isinstance(part, c.LetRead) and part.let in bench.lets and reads_now(bench, bench.lets[part.let].value))
        for part in c.walk(node)
    )


# --- what is read --------------------------------------------------------------------------------------------


def _row_value(bench: Workbench, node: s.Phrase, kind: str, context: Context) -> c.Expr:
    if isinstance(node.operand, s.Path) and node.operand.text in {kind, OTHER}:
        if node.kind.text != "count":
            return bench.fail(problems.aggregate_of_rows(node.span, node.kind.text, node.operand.text))
        return c.Constant(COUNT, Fraction(1), span=node.operand.span)
    value = bench.check(node.operand, context)
    if node.kind.text == "distinct" and isinstance(value, c.Subject):
        return bench.fail(problems.distinct_of_column(node.span))
    word = node.kind.text
    fits = word in {"count", "distinct"} or (word == "streak" and value.type.name == "flag")
    fits = fits or (word in {"highest", "lowest"} and value.type.name in {"date", "moment"})
    fits = fits or (word == "latest" and value.type.name != "set" and not isinstance(value, c.Subject))
    if not value.type.is_quantity and not fits and value.type.name != "unknown":
        return bench.fail(problems.not_a_quantity(node.operand.span, value.type))
    return value


def _row_date(bench: Workbench, node: s.Phrase, kind: str, context: Context) -> c.Expr | None:
    if node.filters.on is not None:
        on = bench.check(node.filters.on, context)
        if on.type.name not in {"date", "moment", "unknown"}:
            bench.report(problems.on_needs_date(node.filters.on.span, on.type))
        return on
    dated = bench.kinds[kind].dated
    if dated is None:
        bench.report(problems.which_date(node.span, kind))
        return None
    row = c.Subject(ref(kind), kind, span=node.span)
    return c.FieldOf(dated.type, row, kind, dated.name, span=node.span)


def _has_no_date(bench: Workbench, node: s.Phrase, kind: str, where: c.Expr | None) -> bool:
    """Whether rows count whatever the time: they have no date, or none of their own and a condition that says when."""
    if node.filters.on is not None:
        return False
    columns = bench.kinds[kind].columns.values()
    if all(column.type.name not in {"date", "moment"} for column in columns):
        return True
    return bench.kinds[kind].dated is None and where is not None and reads_clock(bench, where)


def _window(
    bench: Workbench, over: s.Window | None, kind: str, where: c.Expr | None, timeless: bool, context: Context
) -> c.Window:
    """Which rows count by their dates."""
    if over is None:
        return _EVER if timeless else _SCOPE
    if timeless:
        bench.report(problems.no_date_to_pick(over.span, kind))
        return _EVER
    if over.word == "ever" and where is not None and reads_clock(bench, where):
        return c.Window("all", whole=True, span=over.span)
    return window_of(bench, over, context)
