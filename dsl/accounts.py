"""Checking of `credit` and `let`: each once, when it is first read; a circle is a finding."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from . import checked as c
from . import problems
from . import syntax as s
from .arithmetic import unify
from .expressions import condition, flow, required, shown_known, typed
from .types import NUMBER, UNKNOWN, Type, ref
from .workbench import Context, Workbench

__all__ = ["account_of", "let_of"]


def account_of(bench: Workbench, name: str) -> c.Account | None:
    """The checked credit of a name; None while it is being checked (a circle)."""
    return bench.once(name, bench.accounts, lambda: _all_credits(bench, name))


def _all_credits(bench: Workbench, name: str) -> c.Account:
    account = _check_credit(bench, bench.credit_decls[name])
    for node in bench.more_credits.get(name, []):
        account = _joined(bench, account, _check_credit(bench, node), node)
    return account


def _joined(bench: Workbench, account: c.Account, another: c.Account, node: s.Credit) -> c.Account:
    """The account with one more credit of its name: of the same unit, to the same kind of row, from other rows."""
    type_ = unify(account.type, another.type)
    if type_ is None:
        bench.report(problems.credits_of_two_units(node.value.span, account.name, account.type, another.type))
    if account.recipient != another.recipient and another.type.name != "unknown":
        bench.report(problems.credits_to_two_kinds(node.span, account.name, account.recipient, another.recipient))
    for before in account.sources:
        if _place(before) == _place(another) and before.kind in bench.kinds:
            bench.report(problems.credited_twice(node.name.span, account.name, before.kind, before.span))
    return replace(account, type=type_ or account.type, more=(*account.more, another))


def _place(account: c.Account) -> object:
    """Which rows are credited, to whom and when: where that is the same, one row would count twice."""
    return account.kind, tuple((part.path, part.above) for part in account.receivers), account.on, account.when


def let_of(bench: Workbench, name: str) -> c.Let | None:
    """The checked let of a name; None while it is being checked (a circle)."""
    return bench.once(name, bench.lets, lambda: _check_let(bench, bench.let_decls[name]))


def _check_credit(bench: Workbench, node: s.Credit) -> c.Account:
    kind = node.receivers[0].path.parts[0].text
    if kind not in bench.kinds:
        bench.report(problems.unknown_kind(node.receivers[0].path.parts[0].span, kind, bench.kinds))
        return c.Account(node.name.text, kind, (), None, _nothing(node), None, UNKNOWN, span=node.span)
    context = Context("credit", (kind,))
    when = condition(bench, node.when, context) if node.when is not None else None
    after = context.knowing(shown_known(when, holds=True)) if when is not None else context
    receivers = _receivers(bench, node, after)
    on = bench.check(node.on, after)
    if on.type.name not in {"date", "moment", "unknown"}:
        bench.report(problems.on_needs_date(node.on.span, on.type))
    value = flow(bench, bench.check(node.value, after), after)
    if not value.type.is_quantity and value.type.name != "unknown":
        bench.report(problems.not_a_quantity(node.value.span, value.type))
    recipient = next((r.path.type.kind for r in receivers if r.path.type.kind), None) or "rep"
    return c.Account(node.name.text, kind, receivers, on, value, when, value.type.required, recipient, span=node.span)


def _nothing(node: s.Credit) -> c.Expr:
    return c.Constant(UNKNOWN, Fraction(0), span=node.span)


def _receivers(bench: Workbench, node: s.Credit, context: Context) -> tuple[c.Receiver, ...]:
    made: list[c.Receiver] = []
    shares = [receiver.share for receiver in node.receivers]
    if len(node.receivers) > 1 and any(share is None for share in shares):
        lone = next(receiver for receiver in node.receivers if receiver.share is None)
        bench.report(problems.split_without_rate(lone.span))
    total = sum((share.value for share in shares if share is not None), Fraction(0))
    if any(share is not None for share in shares) and None not in shares and total != 1:
        bench.report(problems.split_total(_span_of(node.receivers), total))
    for receiver in node.receivers:
        path = bench.check(receiver.path, context)
        if path.type.name not in {"ref", "unknown"}:
            bench.report(problems.receiver_not_a_row(receiver.path.span, path.type))
        elif isinstance(path, c.Subject):
            bench.report(problems.receiver_is_row(receiver.path.span, path.var))
        share = receiver.share.value if receiver.share else Fraction(1)
        above = _next_up(bench, receiver, path)
        if receiver.above is not None and above is None:
            path = bench.unknown(receiver.span)
        made.append(c.Receiver(path, share, above, span=receiver.span))
    kinds = {receiver.path.type.kind for receiver in made if receiver.path.type.kind}
    if len(kinds) > 1:
        bench.report(problems.receivers_differ(node.span, sorted(str(kind) for kind in kinds)))
    return tuple(made)


def _next_up(bench: Workbench, node: s.Receiver, path: c.Expr) -> c.Expr | None:
    """The manager of a rep, where everybody above a person is credited."""
    if node.above is None:
        return None
    if node.above.text != "rep" or path.type.kind not in {"rep", None}:
        bench.report(problems.above_a_rep(node.span, node.above.text, path.type))
        return None
    column = bench.kinds["rep"].columns.get("manager") if "rep" in bench.kinds else None
    if column is None or column.type.kind != "rep":
        bench.report(problems.above_without_manager(node.span))
        return None
    rep = c.Subject(ref("rep"), "rep", span=node.above.span)
    return c.FieldOf(column.type, rep, "rep", "manager", span=node.span)


def _span_of(receivers: tuple[s.Receiver, ...]) -> c.Span:
    spans = [receiver.span for receiver in receivers]
    return spans[0].to(spans[-1])


def _check_let(bench: Workbench, node: s.Let) -> c.Let:
    params = tuple(param.text for param in node.params)
    for param in node.params:
        if param.text not in bench.kinds:
            bench.report(problems.unknown_kind(param.span, param.text, bench.kinds))
            return c.Let(node.name.text, (), c.Constant(UNKNOWN, Fraction(0)), span=node.span)
    context = Context("let", params, let=node.name.text)
    value = flow(bench, bench.check(node.value, context), context)
    if value in context.known:
        value = required(bench, value, context)
    if node.limits:
        value = _limited(bench, node, value, context)
    needs = tuple(dict.fromkeys(bench.needs.get(node.name.text, [])))
    return c.Let(node.name.text, params, value, needs, span=node.span)


def _limited(bench: Workbench, node: s.Let, value: c.Expr, context: Context) -> c.Expr:
    limits: list[c.AtMost | c.AtLeast] = []
    fits = value.type.is_ordered and value.type.name != "place"
    wanted: Type = value.type.required if fits else NUMBER
    for clause in node.limits:
        assert clause.value is not None
        if clause.carry is not None:
            bench.report(problems.carry_in_let(clause.span))
        limit = typed(bench, clause.value, context, wanted)
        made = c.AtMost if clause.word == "at_most" else c.AtLeast
        limits.append(made(limit, span=clause.span))
    if not fits and value.type.name != "unknown":
        return bench.fail(problems.not_a_quantity(node.value.span, value.type))
    return c.Limits(value.type, value, tuple(limits), span=node.span)
