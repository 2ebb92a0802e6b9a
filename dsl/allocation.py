"""Checking of `assign`: rules, candidates, sharing, timers."""

from __future__ import annotations

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition, required, shown_known
from .levels import level_tier
from .readings import read_name
from .schema import Column
from .settings import block_settings
from .sharing_settings import check_sharing_settings, forgets_of
from .types import ref
from .waits import extension_of, timer_of, wait_of
from .ways import further_of, weight_of
from .words import ASSIGN_SETTINGS, IMPLIED_SETTINGS, MOVES_BY, ORDERS, QUEUES, SHARING
from .workbench import Context, Workbench

__all__ = ["check_assign"]


def check_assign(bench: Workbench, node: s.Assign) -> c.Assign | None:
    """An assign with every condition typed; None where its kind is unknown."""
    kind = node.kind.text
    if kind not in bench.kinds:
        bench.report(problems.unknown_kind(node.kind.span, kind, bench.kinds))
        return None
    settings = block_settings(bench, node.settings, ASSIGN_SETTINGS, f"assign {kind}")
    _check_order(bench, node)
    check_sharing_settings(bench, node)
    fair_in = _named_value(bench, node, "fair_in", kind, (kind,))
    moving = _named_value(bench, node, "moves", kind, (kind, "rep"), words=MOVES_BY)
    queued_by = _named_value(bench, node, "queue", kind, (kind,), words=QUEUES, columns_too=True)
    context = Context("assign", (kind, "rep") if kind != "rep" else ("rep",))
    needs = tuple(condition(bench, need, context) for need in node.needs)
    names: dict[str, s.Name] = {}
    rules: list[c.Rule] = []
    for rule in node.rules:
        assert rule.name is not None
        if rule.name.text in names:
            bench.report(problems.rule_twice(rule.name.span, rule.name.text, names[rule.name.text].span))
        names.setdefault(rule.name.text, rule.name)
        rules.append(_rule(bench, rule, kind, rule.name.text))
    otherwise = _rule(bench, node.otherwise, kind, "otherwise")
    if node.nobody.word == "next":
        bench.report(problems.next_at_end(node.nobody.span))
    found = (timer_of(bench, timer, kind, _action(bench, timer.action, kind)) for timer in node.timers)
    timers = tuple(timer for timer in found if timer is not None)
    nobody = _action(bench, node.nobody, kind)
    said = tuple(
        each for each in settings if each[0] not in IMPLIED_SETTINGS or ASSIGN_SETTINGS[each[0]].default != each[1]
    )
    extension = extension_of(bench, node.settings, kind)
    return c.Assign(
        kind,
        needs,
        tuple(rules),
        otherwise,
        nobody,
        said,
        timers,
        extension,
        fair_in,
        moving,
        forgets_of(bench, node),
        queued_by,
        span=node.span,
    )


def _named_value(
    bench: Workbench, node: s.Assign, name: str, kind: str, of: tuple[str, ...], words: tuple[str, ...] = (),
    columns_too: bool = False,
) -> c.Expr | None:  # fmt: skip
    """What a setting names: a column of the kind that is assigned, or a `let`; None where it is not said, or a word.

    Where it may be a word, it may name a column only with `columns_too`.
    """
    setting = next((setting for setting in node.settings if setting.name.text == name), None)
    if setting is None or getattr(setting.value, "text", "") in words:
        return None
    value, columns = setting.value, bench.kinds[kind].columns
    if words and not columns_too:
        columns = dict[str, Column]()
    if not isinstance(value, s.Name):
        said = "".join(f"`{word}`, " for word in words) if columns_too else ""
        bench.report(problems.setting_kind(value.span, name, f"{said}the name of a column of `{kind}`, or of a `let`"))
        return None
    context = Context("assign", of)
    if value.text in columns:
        subject = c.Subject(ref(kind), kind, span=value.span)
        made: c.Expr = c.FieldOf(columns[value.text].type, subject, kind, value.text, span=value.span)
    elif value.text in bench.let_decls:
        made = read_name(bench, value, None, None, context)
    elif words and not problems.did_you_mean(value.text, columns):
        bench.report(problems.setting_word(value.span, name, value.text, (*words, *bench.let_decls)))
        return None
    else:
        bench.report(problems.unknown_column(value.span, value.text, kind, (*words, *columns, *bench.let_decls)))
        return None
    made = required(bench, made, context)
    if not made.type.is_quantity and made.type.name != "unknown":
        bench.report(problems.not_a_quantity(value.span, made.type))
    return made


def _check_order(bench: Workbench, node: s.Assign) -> None:
    """The column that breaks ties is one of `rep`, unless it is who has waited longest."""
    columns = set(bench.kinds["rep"].columns) if "rep" in bench.kinds else set[str]()
    for setting in node.settings:
        if setting.name.text != "order":
            continue
        word = setting.value.text if isinstance(setting.value, s.Name) else ""
        if word not in {"id", *ORDERS} and word not in columns:
            bench.report(problems.unknown_column(setting.value.span, word, "rep", {*columns, *ORDERS}))


def _rule(bench: Workbench, node: s.Rule, kind: str, name: str) -> c.Rule:
    context = Context("assign", (kind,))
    when = condition(bench, node.when, context) if node.when is not None else None
    known = shown_known(when, holds=True) if when is not None else frozenset[c.Expr]()
    tiers = tuple(_tier(bench, tier, kind, known) for tier in node.tiers)
    nobody = _action(bench, node.nobody, kind) if node.nobody is not None else None
    action = _action(bench, node.action, kind) if node.action is not None else None
    if node.name is None and node.action is not None and node.action.word == "next":
        bench.report(problems.next_at_end(node.action.span))
    elif node.name is not None and node.action is not None and node.action.word not in {"hold", "return"}:
        bench.report(problems.rule_action(node.action.span, node.action.word))
    return c.Rule(name, when, tiers, nobody, action, span=node.span)


def _tier(bench: Workbench, node: s.Tier, kind: str, known: frozenset[c.Expr]) -> c.Tier:
    accept = _accept(bench, node, kind, known) if node.accept is not None else None
    if node.path is not None:
        context = Context("assign", (kind,), known=known)
        person = bench.check(node.path, context)
        if person.type.kind != "rep" and person.type.name != "unknown":
            bench.report(problems.tier_not_a_rep(node.path.span, person.type))
        if node.sharing is not None:
            bench.report(problems.sharing_of_one(node.sharing.span, node.sharing.text))
        return c.Tier(person, None, "direct", None, accept, span=node.span)
    assert node.kind is not None
    if node.kind.text != "rep":
        bench.report(problems.any_rep(node.kind.span, node.kind.text))
    context = Context("assign", (kind, "rep"), known=known)
    where = condition(bench, node.where, context) if node.where is not None else None
    after = context.knowing(shown_known(where, holds=True)) if where is not None else context
    if node.sharing is None:
        bench.report(problems.no_sharing(node.span, tuple(SHARING)))
        return c.Tier(None, where, "round_robin", None, accept, span=node.span)
    if node.within is not None:
        return level_tier(bench, node, where, accept, after)
    weight = weight_of(bench, node.sharing, node.weight, after)
    further = further_of(bench, node.sharing.text, node.further, after)
    return c.Tier(None, where, node.sharing.text, weight, accept, further, span=node.span)


def _accept(bench: Workbench, node: s.Tier, kind: str, known: frozenset[c.Expr]) -> c.Wait | None:
    """How long an offer stands, by the hours of whoever has it; a step by claim is open to all, so nobody has."""
    assert node.accept is not None
    open_to_all = node.sharing is not None and node.sharing.text == "claim"
    return wait_of(bench, node.accept, Context("assign", (kind,) if open_to_all else (kind, "rep"), known=known))


def _action(bench: Workbench, node: s.Action, kind: str) -> c.Action:
    person: c.Expr | None = None
    if node.path is not None:
        person = bench.check(node.path, Context("assign", (kind,)))
        if person.type.kind != "rep" and person.type.name != "unknown":
            bench.report(problems.tier_not_a_rep(node.path.span, person.type))
    text = node.text.text if node.text is not None else ""
    return c.Action(node.word, text, person, span=node.span)  # pyright: ignore[reportArgumentType]
