"""Checking of `guarantee`: checked now, and run later."""

from __future__ import annotations

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition
from .workbench import Context, Workbench

__all__ = ["check_guarantee"]

_VERBS = ("falls", "rises")


def check_guarantee(bench: Workbench, node: s.Guarantee) -> None:
    """Names and types of a promise."""
    bench.unsupported.append(c.Unsupported("`guarantee`", span=node.span))
    if node.condition is not None:
        context = Context("guarantee", ("rep",))
        if node.group is not None and node.group.kind is not None and node.group.kind.text in bench.kinds:
            context = Context("guarantee", (node.group.kind.text,))
        if node.group is not None and node.group.where is not None:
            condition(bench, node.group.where, context)
        if not _speaks_of_pay(node.condition, bench):
            condition(bench, node.condition, context)
        return
    assert node.subject is not None
    assert node.cause is not None
    for verb in (node.verb, node.cause_verb):
        if verb not in _VERBS:
            bench.report(problems.unknown_verb(node.span, verb, _VERBS))
    name = node.subject.parts[-1].text
    if name not in {*bench.components, *bench.let_decls, *bench.credit_decls, "total"}:
        known = {*bench.components, *bench.let_decls, *bench.credit_decls}
        bench.report(problems.unknown_name(node.subject.span, node.subject.text, known))
    cause = node.cause.parts
    if cause[0].text not in bench.kinds:
        bench.report(problems.unknown_name(cause[0].span, cause[0].text, bench.kinds))
    elif len(cause) > 1 and cause[1].text not in bench.kinds[cause[0].text].columns:
        columns = bench.kinds[cause[0].text].columns
        bench.report(problems.unknown_column(cause[1].span, cause[1].text, cause[0].text, columns))


def _speaks_of_pay(node: s.Expr, bench: Workbench) -> bool:
    """Whether a promise names what is paid, which is known only once schemes have run."""
    paid = {"paid", "earned", *bench.components}
    return any(isinstance(part, s.Path) and part.text in paid for part in s.walk(node))
