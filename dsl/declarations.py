"""First pass of the checker: which kinds, accounts, lets and components a policy declares."""

from __future__ import annotations

from fractions import Fraction

from . import problems
from . import syntax as s
from .currency import CURRENCIES, minor_digits
from .schema import STANDARD, VERSION_COLUMNS, Column, FactKind
from .types import TEXT, WEEKDAY, ZONE, Type, ref, set_of
from .workbench import OTHER, Workbench

__all__ = ["declare_facts", "declare_names"]

_PLAIN = (
    "money",
    "rate",
    "number",
    "count",
    "text",
    "flag",
    "date",
    "moment",
    "time",
    "days",
    "months",
    "key",
    "zone",
    "weekday",
)
_TEXTS = {"zone": ZONE, "weekday": WEEKDAY}
_RESERVED = ("rep", "period", "today", "now", "tenure", "owed", "known", "missing", "yes", "no", OTHER)


def declare_facts(bench: Workbench, nodes: list[s.Facts]) -> None:
    """The kinds of fact: the standard ones where asked for, then the policy's own columns over them."""
    if any(node.name.text == "standard" and not node.block for node in nodes):
        bench.kinds.update(STANDARD)
    declared = [node for node in nodes if node.block]
    for node in nodes:
        if not node.block and node.name.text != "standard":
            bench.report(problems.facts_without_columns(node.span, node.name.text))
    for node in declared:
        bench.kinds.setdefault(node.name.text, FactKind(node.name.text, {}))
    places: dict[tuple[str, str], s.Name] = {}
    for node in declared:
        kind = bench.kinds[node.name.text]
        columns = dict(kind.columns)
        for decl in node.columns:
            before = places.get((kind.name, decl.name.text))
            if before is not None:
                bench.report(problems.column_twice(decl.name.span, decl.name.text, before.span))
            places[kind.name, decl.name.text] = decl.name
            columns[decl.name.text] = _column(bench, decl)
        bench.kinds[kind.name] = FactKind(kind.name, columns)
    for node in declared:
        keys = [column for column in bench.kinds[node.name.text].columns.values() if column.type.name == "key"]
        if not keys:
            bench.report(problems.no_key(node.name.span, node.name.text))
        elif len(keys) > 1:
            bench.report(problems.two_keys(keys[1].span, keys[0].name, keys[1].name))


def _column(bench: Workbench, node: s.ColumnDecl) -> Column:
    type_ = _type(bench, node.type)
    reserved = VERSION_COLUMNS.get(node.name.text)
    if reserved is not None and type_.name not in {reserved.type.name, "date", "unknown"}:
        bench.report(problems.version_column(node.span, node.name.text, reserved.type.required))
    if node.bound is None:
        return Column(node.name.text, type_, span=node.span)
    if not type_.is_quantity or node.compare not in {">", ">="}:
        bench.report(problems.column_bound(node.span, node.compare))
        return Column(node.name.text, type_, span=node.span)
    least = node.bound.value
    currency = type_.currency or bench.currency
    if type_.name == "money" and currency in CURRENCIES:
        least *= 10 ** minor_digits(currency)
    return Column(node.name.text, type_, Fraction(least), node.compare == ">=", span=node.span)


def _type(bench: Workbench, node: s.TypeExpr) -> Type:
    made = _plain_type(bench, node)
    return made.maybe(node.optional)


def _plain_type(bench: Workbench, node: s.TypeExpr) -> Type:
    if node.options:
        return Type("text", options=node.options)
    if node.name == "set" and node.of:
        if node.of not in {"text", "weekday"}:
            bench.report(problems.unknown_type(node.span, f"set of {node.of}", ("set of text", "set of weekday")))
        return set_of(WEEKDAY if node.of == "weekday" else TEXT)
    if node.per and (node.name != "money" or node.per not in {"month", "quarter", "half", "year"}):
        bench.report(problems.unknown_type(node.span, f"{node.name} per {node.per}", ("money per quarter",)))
        return Type("unknown")
    if node.name == "money":
        currency = None if node.currency in {"", bench.currency} else node.currency
        if currency is not None and currency not in CURRENCIES:
            bench.report(problems.bad_currency(node.span, currency))
        return Type("money", currency=currency, per=node.per or None)
    if node.name in _TEXTS and not node.currency and not node.of:
        return _TEXTS[node.name]
    if node.name in _PLAIN and not node.currency and not node.of:
        return Type(node.name)  # pyright: ignore[reportArgumentType]
    if node.name in bench.kinds or node.name in STANDARD:
        if node.name not in bench.kinds:
            bench.report(problems.unknown_kind(node.span, node.name, bench.kinds))
        return ref(node.name)
    bench.report(problems.unknown_type(node.span, node.name, (*_PLAIN, *bench.kinds)))
    return Type("unknown")


def declare_names(bench: Workbench, statements: tuple[s.Statement, ...]) -> None:
    """Names of credits, lets, targets and components; a name means one thing."""
    places: dict[str, s.Name] = {}
    for node in statements:
        match node:
            case s.Credit(name=name) if name.text in bench.credit_decls:
                bench.more_credits.setdefault(name.text, []).append(node)
            case s.Credit(name=name):
                if _is_new(bench, name, places):
                    bench.credit_decls[name.text] = node
            case s.Let(name=name):
                if _is_new(bench, name, places):
                    bench.let_decls[name.text] = node
            case s.Target(name=name):
                if _is_new(bench, name, places):
                    bench.targets[name.text] = node
            case s.Scheme(components=components):
                for part in components:
                    if isinstance(part, s.Pay):
                        bench.components.setdefault(part.name.text, part.name.span)
                        if part.name.text == "total":
                            bench.report(problems.name_taken(part.name.span, part.name.text))
            case _:
                pass


def _is_new(bench: Workbench, name: s.Name, places: dict[str, s.Name]) -> bool:
    if name.text in bench.kinds or name.text in _RESERVED:
        bench.report(problems.name_taken(name.span, name.text))
        return False
    if name.text in places:
        bench.report(problems.name_twice(name.span, name.text, places[name.text].span))
        return False
    places[name.text] = name
    return True
