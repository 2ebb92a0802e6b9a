"""Checking of schemes: groups, components, and how a component's lines follow its rows."""

from __future__ import annotations

from collections.abc import Iterator

from . import checked as c
from . import problems
from . import syntax as s
from .clauses import clauses_of, released_rows
from .expressions import condition, flow, required, shown_known
from .line_modes import line_mode
from .schema import REP_TYPE_WORDS, REP_TYPES
from .settings import block_settings
from .types import FLAG, MONEY, Type, ref
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
    made = c.Scheme(node.name.text, group, per, tuple(components), total, settings, span=node.span)
    _check_balances(bench, node, made)
    for setting in node.settings:
        if setting.name.text == "changes" and made.setting("changes") == "split":
            _check_split(bench, made.parts, made, setting.span)
    return made


_CONTESTS: dict[type[c.Node], str] = {c.Rank: "a rank", c.Prize: "a prize", c.ShareOf: "a share of a pool"}


def _check_split(bench: Workbench, parts: tuple[c.Pay | c.Total, ...], scheme: c.Scheme, setting: c.Span) -> None:
    """Reps who are paid for days of their own cannot be compared, nor share a pool; and balances run by periods."""
    awards = (part for part in scheme.components if isinstance(part, c.Award))
    for part in (*parts, *awards):
        found = next((read for read in _read_through(bench, part) if type(read) in _CONTESTS), None)
        if found is not None:
            inside = part.span.start <= found.span.start < part.span.end
            span = found.span if inside else part.span
            bench.report(problems.contest_in_split(span, _CONTESTS[type(found)], setting))
    for part in parts:
        account = bench.accounts.get(part.account or "") if isinstance(part, c.Pay) and part.lines != "period" else None
        kinds = [source.kind for source in account.sources] if account is not None else []
        twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
        if account is not None and twice is not None:
            bench.report(problems.rows_in_split(part.span, account.name, twice, setting))
    for clause in (clause for part in parts for clause in part.clauses):
        if isinstance(clause, c.AtMost | c.AtLeast) and clause.carry is not None:
            bench.report(problems.carry_in_split(clause.span, setting))


def _read_through(bench: Workbench, node: c.Node) -> Iterator[c.Node]:
    """A node and all below it, lets looked through."""
    for part in c.walk(node):
        yield part
        if isinstance(part, c.LetRead) and part.let in bench.lets:
            yield from _read_through(bench, bench.lets[part.let].value)


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
    clauses = clauses_of(bench, node.clauses, context)
    account, mode = line_mode(bench, value, clauses, over)
    if lines and mode != "period":
        mode = "in_proportion" if lines == "in_proportion" else mode
    if over is not None:
        for clause in c.carrying(clauses):
            bench.report(problems.carry_over_scope(clause.span, over))
    followed = bench.accounts[account].kinds if account is not None and mode != "period" else ()
    _check_release(bench, node, clauses, followed[0] if len(followed) == 1 else None)
    return c.Pay(node.name.text, value, clauses, over, account, mode, span=node.span)


def _award(bench: Workbench, node: s.Award, context: Context) -> c.Award:
    when = condition(bench, node.when, context)
    to: c.Expr | None = None
    if node.to is not None:
        to = bench.check(node.to, context.knowing(shown_known(when, holds=True)))
        if to.type.kind != "rep" and to.type.name != "unknown":
            bench.report(problems.award_to(node.to.span, to.type))
    return c.Award(node.title.text, to, when, span=node.span)


def _total(bench: Workbench, node: s.Total, context: Context) -> c.Total:
    clauses = clauses_of(bench, node.clauses, context)
    for kind, span in released_rows(clauses):
        bench.report(problems.release_of_other_rows(span, kind, ()))
    return c.Total(clauses, span=node.span)


def _check_release(bench: Workbench, node: s.Pay, clauses: tuple[c.Clause, ...], kind: str | None) -> None:
    """A release may name the rows that the lines follow, and no others."""
    for named, span in released_rows(clauses):
        if kind is None:
            bench.report(problems.which_row(node.span))
            return
        if named != kind:
            bench.report(problems.release_of_other_rows(span, named, (kind,)))


def _check_balances(bench: Workbench, node: s.Scheme, made: c.Scheme) -> None:
    """What is carried over says what becomes of it at the end; and a total does not release what was released."""
    carried = [clause for part in made.parts for clause in c.carrying(part.clauses)]
    floors = [clause for clause in carried if isinstance(clause, c.AtLeast)]
    if carried and not made.setting("balance"):
        bench.report(problems.balance_not_said(carried[0].span, made.name))
    if floors and not made.setting("leaver"):
        bench.report(problems.leaver_not_said(floors[0].span, made.name))
    for setting in node.settings:
        if (setting.name.text == "balance" and not carried) or (setting.name.text == "leaver" and not floors):
            bench.report(problems.idle_setting(setting.span, setting.name.text))
    of_total = [one for one in made.total.clauses if isinstance(one, c.Release)] if made.total is not None else []
    for part in made.components:
        for clause in part.clauses if isinstance(part, c.Pay) and of_total else ():
            if isinstance(clause, c.Release):
                bench.report(problems.release_twice(clause.span, of_total[0].span))
