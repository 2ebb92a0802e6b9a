"""Typing rules of names: columns, accounts, lets, and whose value over what time a short form means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from . import checked as c
from . import problems
from . import syntax as s
from .accounts import account_of, let_of
from .diagnostics import Diagnostic
from .schema import REP_TYPES, Column
from .targets import check_reading, reads_whole, target_of
from .types import COUNT, DATE, FLAG, MOMENT, MONEY, MONTHS, Type, ref
from .windows import window_of
from .words import AGGREGATES, PARTS, TABLES
from .workbench import OTHER, Context, Workbench, rule

__all__ = ["params_of", "read_name"]

_SCOPE = c.Window("scope")
_TOLD = frozenset({"notices", "awards"})
_PAID_OUT = ("payable", "held", "owed")
_ENDS_WITH_A_DAY = {"period", "last", "previous", "all"}
"""Windows that mean the same for a day as for the period that ends with it: a row has a day."""


# --- paths ---------------------------------------------------------------------------------------------------


@rule(s.Path)
def _path(bench: Workbench, node: s.Path, context: Context, expect: Type | None) -> c.Expr:
    head = node.parts[0]
    if context.place == "test":
        found = _test_path(bench, node, context)
        if found is not None:
            return found
    subject = _row_at_hand(head, context)
    if subject is not None:
        made: c.Expr = subject
        for part in node.parts[1:]:
            made = _column(bench, made, part, context)
        return made
    if head.text == "period" and len(node.parts) == 2:
        return _period_edge(bench, node, context)
    if head.text == OTHER:
        return bench.fail(problems.other_alone(node.span))
    if len(node.parts) > 1:
        if head.text not in bench.let_decls:
            return _no_such_row(bench, node, context)
        made = read_name(bench, head, None, None, context)
        for part in node.parts[1:]:
            made = _column(bench, made, part, context)
        return made
    return _bare_name(bench, node, context, expect)


def _row_at_hand(head: s.Name, context: Context) -> c.Subject | None:
    """The row that a name is bound to; `other` alone is the row that an aggregate looks at."""
    if head.text == OTHER and context.other:
        return c.Subject(ref(context.other), OTHER if OTHER in context.vars else context.other, span=head.span)
    return c.Subject(ref(head.text), head.text, span=head.span) if head.text in context.vars else None


def _column(bench: Workbench, base: c.Expr, part: s.Name, context: Context) -> c.Expr:
    if base.type.name == "unknown":
        return base
    kind = base.type.kind
    if kind is None:
        return bench.fail(problems.no_columns(part.span, part.text, base.type))
    columns: Mapping[str, Column] = bench.kinds[kind].columns if kind in bench.kinds else {}
    column = columns.get(part.text)
    if column is None:
        if part.text in bench.let_decls or part.text in bench.credit_decls:
            return bench.fail(problems.not_a_column(part.span, part.text, kind))
        return bench.fail(problems.unknown_column(part.span, part.text, kind, columns))
    missing = base.type.optional and base not in context.known
    type_ = column.type.maybe(column.type.optional or missing)
    return c.FieldOf(type_, base, kind, part.text, span=base.span.to(part.span))


def _period_edge(bench: Workbench, node: s.Path, context: Context) -> c.Expr:
    which = node.parts[1].text
    if which not in {"start", "end", "month", "quarter", "year"}:
        return bench.fail(problems.unknown_period_part(node.parts[1].span, which))
    type_ = DATE if which in {"start", "end"} else COUNT
    return c.PeriodEdge(type_, which, span=node.span)  # pyright: ignore[reportArgumentType]


def _no_such_row(bench: Workbench, node: s.Path, context: Context) -> c.Expr:
    head = node.parts[0]
    if head.text in bench.kinds:
        return bench.fail(
            problems.row_not_here(
                head.span, head.text, context.vars, bench.people(context), assigns=context.place == "assign"
            )
        )
    return bench.nothing_called(head.span, head.text, {*context.vars, *bench.names})


def _bare_name(bench: Workbench, node: s.Path, context: Context, expect: Type | None) -> c.Expr:
    word = node.text
    if word in bench.credit_decls or word in bench.let_decls or word in bench.targets:
        return read_name(bench, node.parts[0], None, None, context)
    match word:
        case "yes" | "no" | "true" | "false":
            return c.Constant(FLAG, word in {"yes", "true"}, span=node.span)
        case "owed" if context.owes:
            return c.Owed(MONEY, span=node.span)
        case "today":
            return c.Today(DATE, span=node.span)
        case "now":
            if context.place == "credit":
                return bench.fail(problems.now_in_credit(node.span, context.vars))
            return c.Now(MOMENT, span=node.span)
        case "tenure":
            return _tenure(bench, node, context)
        case "quarter_of_year" | "month_of_year":
            which = "quarter" if word.startswith("quarter") else "month"
            return c.PeriodEdge(COUNT, which, span=node.span)
        case _:
            pass
    if expect and expect.options and word in expect.options:
        return bench.fail(problems.quote_the_text(node.span, word))
    column = next((kind for kind in context.vars if kind in bench.kinds and word in bench.kinds[kind].columns), None)
    if column is not None:
        return bench.fail(problems.column_without_row(node.span, word, column))
    if word in bench.kinds:
        return bench.fail(
            problems.row_not_here(
                node.span, word, context.vars, bench.people(context), assigns=context.place == "assign"
            )
        )
    if word in TABLES or word in AGGREGATES or word == "rank":
        return bench.fail(problems.kind_alone(node.span, word))
    if word in REP_TYPES:
        return bench.fail(problems.quote_the_text(node.span, word))
    return bench.nothing_called(node.span, word, bench.names)


def _tenure(bench: Workbench, node: s.Path, context: Context) -> c.Expr:
    """Completed months from the day hired to the last day of the reader's window."""
    if "rep" not in context.vars:
        return bench.fail(problems.whose(node.span, "tenure", bench.people(context)))
    rep = c.Subject(ref("rep"), "rep", span=node.span)
    hired = _column(bench, rep, s.Name("hired", span=node.span), context)
    if hired.type.name not in {"date", "moment"}:
        return bench.nothing_called(node.span, "tenure", bench.names)
    made = c.Invoke(MONTHS, "months", (hired, c.PeriodEdge(DATE, "end", span=node.span)), span=node.span)
    return replace(made, type=MONTHS.maybe(hired.type.optional))


# --- accounts and lets ---------------------------------------------------------------------------------------


def read_name(
    bench: Workbench, name: s.Name, operand: s.Expr | None, window: s.Window | None, context: Context
) -> c.Expr:
    """The value of an account or let: of `operand` (None: of the row at hand), over `window` (None: the scope)."""
    bench.used.add(name.text)
    span = name.span.to(operand.span) if operand is not None else name.span
    params = params_of(bench, name.text)
    if params is None:
        return bench.fail(problems.circular(name.span, name.text, bench.open_names))
    args = _arguments(bench, name, params, operand, context)
    if args is None:
        return bench.unknown(span)
    if window is None and context.place == "credit" and _needs_window(bench, name.text):
        return bench.fail(problems.over_what(span, name.text))
    made_window = window_of(bench, window, context) if window is not None else _SCOPE
    return _reading(bench, name, args, made_window, span, context)


def params_of(bench: Workbench, name: str) -> tuple[str, ...] | None:
    """The kinds of row that a name is of; None where its meaning is being worked out just now."""
    if name in bench.credit_decls:
        account = account_of(bench, name)
        return None if account is None else (account.recipient,)
    if name in bench.targets:
        target = target_of(bench, name)
        return None if target is None else (target.kind,)
    let = let_of(bench, name)
    return None if let is None else let.params


def _arguments(
    bench: Workbench, name: s.Name, params: tuple[str, ...], operand: s.Expr | None, context: Context
) -> tuple[c.Expr, ...] | None:
    if operand is None:
        for kind in params:
            if kind not in context.vars:
                bench.report(_not_at_hand(bench, name, kind, context))
                return None
        return tuple(c.Subject(ref(kind), kind, span=name.span) for kind in params)
    if len(params) != 1:
        bench.report(problems.of_too_many(name.span, name.text, params))
        return None
    made = bench.check(operand, context)
    if made.type.name == "unknown":
        return None
    if made.type.kind != params[0]:
        bench.report(problems.of_wrong_kind(operand.span, name.text, params[0], made.type))
        return None
    return (made,)


def _not_at_hand(bench: Workbench, name: s.Name, kind: str, context: Context) -> Diagnostic:
    """An account or let of a row that is not there."""
    if kind == "rep":
        return problems.whose(name.span, name.text, bench.people(context))
    return problems.value_of_no_row(name.span, name.text, kind, context.vars)


def _reading(
    bench: Workbench, name: s.Name, args: tuple[c.Expr, ...], window: c.Window, span: c.Span, context: Context
) -> c.Expr:
    missing = any(arg.type.optional and arg not in context.known for arg in args)
    if name.text in bench.credit_decls:
        account = account_of(bench, name.text)
        assert account is not None
        return c.ReadAccount(account.type.required.maybe(missing), name.text, args[0], window, span=span)
    if name.text in bench.targets:
        target = target_of(bench, name.text)
        assert target is not None
        check_reading(bench, target, window, span, context)
        return c.ReadTarget(target.type.maybe(missing), name.text, args[0], window, span=span)
    let = let_of(bench, name.text)
    assert let is not None
    _pass_needs(bench, let, window, span, context)
    return c.LetRead(let.value.type.maybe(let.value.type.optional or missing), name.text, args, window, span=span)


def _pass_needs(bench: Workbench, let: c.Let, window: c.Window, span: c.Span, context: Context) -> None:
    """A let that reads an amount per quarter is read over a quarter, or over a scope that is one."""
    for need in let.needs:
        per, place, longer = need
        if window.kind == "scope" and context.let is not None:
            bench.needs.setdefault(context.let, []).append(need)
            fits = True
        elif longer:
            fits = reads_whole(window, per, context.per)
        elif window.kind in {"calendar", "previous"} and window.count == 1:
            fits = window.unit == per
        else:
            fits = window.kind == "scope" and context.per == per
        if not fits:
            found = window.unit if window.kind == "calendar" else context.per if window.kind == "scope" else None
            bench.report(problems.let_wrong_period(span, let.name, per, found, place))


def _needs_window(bench: Workbench, name: str) -> bool:
    """Whether a value depends on the reader's window."""
    if name in bench.credit_decls or name in bench.targets:
        return True
    let = let_of(bench, name)
    if let is None:
        return False
    for node in c.walk(let.value):
        if isinstance(node, c.PeriodEdge | c.Today | c.Now) or (isinstance(node, c.Invoke) and node.function in PARTS):
            return True
        window = getattr(node, "window", None)
        if isinstance(window, c.Window) and window.kind not in _ENDS_WITH_A_DAY:
            if not isinstance(node, c.LetRead) or window.kind != "scope" or _needs_window(bench, node.let):
                return True
    return False


@rule(s.Scoped)
def _scoped(bench: Workbench, node: s.Scoped, context: Context, expect: Type | None) -> c.Expr:
    operand = node.operand
    if context.place == "test" and isinstance(operand, s.Path):
        found = _test_path(bench, operand, context, node.window)
        if found is not None:
            return found
    if isinstance(operand, s.Path) and len(operand.parts) == 1 and _is_value(bench, operand.text):
        return read_name(bench, operand.parts[0], None, node.window, context)
    if isinstance(operand, s.Reading) and _is_value(bench, operand.name.text):
        return read_name(bench, operand.name, operand.operand, node.window, context)
    if isinstance(operand, s.Path) and len(operand.parts) == 1:
        return bench.nothing_called(operand.span, operand.text, bench.names)
    return bench.fail(problems.over_needs_name(node.span))


def _is_value(bench: Workbench, name: str) -> bool:
    return name in bench.credit_decls or name in bench.let_decls or name in bench.targets


@rule(s.Reading)
def _of(bench: Workbench, node: s.Reading, context: Context, expect: Type | None) -> c.Expr:
    word = node.name.text
    if _is_value(bench, word):
        return read_name(bench, node.name, node.operand, None, context)
    if word in AGGREGATES or word == "rank":
        return bench.check(
            s.Phrase(node.name, node.operand, s.Filters(span=node.span), span=node.span), context, expect
        )
    if word in TABLES:
        return bench.fail(problems.table_without_rows(node.span, word))
    if isinstance(node.operand, s.Path) and node.operand.text in bench.kinds:
        columns = bench.kinds[node.operand.text].columns
        if word in columns:
            return bench.fail(problems.column_with_of(node.span, word, node.operand.text))
    return bench.nothing_called(node.name.span, word, {*bench.names, *AGGREGATES, "rank"})


# --- results in tests ----------------------------------------------------------------------------------------


def _test_path(bench: Workbench, node: s.Path, context: Context, window: s.Window | None = None) -> c.Expr | None:
    """`Li`, `Li.commission`, `L1.owner` in an expectation; None for anything else."""
    given = dict(context.given)
    head = node.parts[0]
    kind = given.get(head.text)
    if kind is None:
        if len(node.parts) > 1:
            return bench.fail(problems.unknown_given(head.span, head.text, given))
        return None
    if len(node.parts) == 1:
        return c.Constant(ref(kind), head.text, span=node.span)
    what, *more = list(node.parts)[1:]
    paid_out = len(more) == 1 and what.text in bench.components and more[0].text in {"payable", "held"}
    if more and not paid_out:
        return bench.fail(problems.test_path_too_long(node.span))
    if paid_out:
        what = s.Name(f"{what.text}.{more[0].text}", span=node.span)
    if what.text in _TOLD and kind not in {"rep", "move"} and kind not in bench.told:
        return bench.fail(problems.nothing_is_told(what.span, what.text, kind))
    type_ = Type("money") if paid_out else _test_type(bench, kind, what.text)
    if type_ is None and what.text in bench.lost:
        return bench.unknown(node.span)
    if type_ is None:
        return bench.fail(problems.unknown_result(what.span, what.text, kind, _results(bench, kind)))
    made_window = window_of(bench, window, context) if window is not None else c.Window("all")
    return c.TestRead(type_, kind, head.text, what.text, made_window, span=node.span)


def _results(bench: Workbench, kind: str) -> set[str]:
    if kind == "rep":
        named = {*bench.components, *bench.credit_decls, *bench.let_decls, *bench.targets}
        return {*named, *_PAID_OUT, *_TOLD, "total", "credit"}
    return {*bench.components, *_TOLD, "owner", "offered", "state", "rule", "held"} if kind != "move" else {"refused"}


def _test_type(bench: Workbench, kind: str, what: str) -> Type | None:
    if what in bench.components or (kind == "rep" and what == "total"):
        return Type("money")
    if kind == "rep":
        if what in _PAID_OUT and what not in bench.names:
            return Type("money")
        if what == "awards" or (what == "notices" and what not in bench.names):
            return Type("set", of=Type("text"))
        if what in bench.credit_decls:
            account = account_of(bench, what)
            return account.type.required if account else Type("unknown")
        if what in bench.targets:
            target = target_of(bench, what)
            return target.type if target else Type("unknown")
        if what in bench.let_decls:
            let = let_of(bench, what)
            return let.value.type if let else Type("unknown")
        return None
    if kind == "move":
        return Type("text", optional=True) if what == "refused" else None
    if what in _TOLD:
        return Type("set", of=Type("text"))
    if what in {"owner", "offered"}:
        return ref("rep", optional=True)
    return Type("text", optional=True) if what in {"rule", "held", "state"} else None
