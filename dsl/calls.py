"""Typing rules of calls of builtin functions."""

from __future__ import annotations

from zoneinfo import available_timezones

from . import checked as c
from . import problems
from . import syntax as s
from .diagnostics import Diagnostic
from .expressions import present
from .hours import hours_of
from .lots import LOT, lot_of
from .timezones import is_timezone
from .types import TEXT, WEEKDAY, Type, set_of
from .words import FUNCTIONS
from .workbench import Context, Workbench, rule

__all__: list[str] = []

_WEEKDAYS = set_of(WEEKDAY)
_TEXTS = set_of(TEXT)


@rule(s.Call)
def _call(bench: Workbench, node: s.Call, context: Context, expect: Type | None) -> c.Expr:
    function = FUNCTIONS.get(node.name.text)
    if function is None:
        return bench.fail(problems.unknown_function(node.name.span, node.name.text, FUNCTIONS))
    if len(node.args) != len(function.params):
        return bench.fail(problems.argument_count(node.span, node.name.text, len(function.params), len(node.args)))
    if node.name.text == LOT:
        return lot_of(bench, node, context)
    args: list[c.Expr] = []
    for param, arg in zip(function.params, node.args, strict=True):
        made = present(_argument(bench, param, arg, context), context)
        if made.type.name != "unknown" and not _fits(param, made):
            return bench.fail(_misfit(made, node.name.text, param))
        args.append(made)
    missing = any(arg.type.optional for arg in args) or function.result.endswith("?")
    return c.Invoke(Type(function.result.rstrip("?"), optional=missing), node.name.text, tuple(args), span=node.span)  # pyright: ignore[reportArgumentType]


def _argument(bench: Workbench, param: str, node: s.Expr, context: Context) -> c.Expr:
    """The value of an argument; a bare text takes the type that its place asks for."""
    if param == "zone" and isinstance(node, s.TextLit) and not is_timezone(node.text):
        return bench.fail(problems.unknown_timezone(node.span, node.text, available_timezones()))
    if param == "hours":
        return hours_of(bench, node, context) or bench.unknown(node.span)
    if param == "weekdays":
        return bench.check(node, context, _WEEKDAYS if isinstance(node, s.SetLit) else WEEKDAY)
    if param == "texts" and isinstance(node, s.SetLit):
        return bench.check(node, context, _TEXTS)
    return bench.check(node, context)


def _fits(param: str, made: c.Expr) -> bool:
    match param:
        case "zone":
            return made.type.zone or (isinstance(made, c.Constant) and made.type.name == "text")
        case "hours":
            return isinstance(made, c.Hours)
        case "weekdays":
            return made.type.required in {WEEKDAY, _WEEKDAYS}
        case "texts":
            return made.type.name == "text" or (made.type.name == "set" and made.type.of is not None)
        case _:
            return made.type.name in param.split("|")


def _misfit(made: c.Expr, word: str, param: str) -> Diagnostic:
    match param:
        case "zone":
            return problems.not_a_zone(made.span, word, made.type)
        case "weekdays":
            return problems.not_weekdays(made.span, word, made.type)
        case "texts":
            return problems.wrong_argument(made.span, word, "text|set of text", made.type)
        case _:
            return problems.wrong_argument(made.span, word, param, made.type)
