"""Ways to choose: the words behind `by`, and the values by which they weigh or compare reps."""

from __future__ import annotations

from collections.abc import Sequence

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import flow, required
from .words import SHARING
from .workbench import Context, Workbench

__all__ = ["further_of", "weight_of"]


def further_of(bench: Workbench, first: str, measures: Sequence[s.Measure], context: Context) -> tuple[c.Measure, ...]:
    """What decides among those who are alike in what `first` measures."""
    found = (_further(bench, first, measure, context) for measure in measures)
    return tuple(measure for measure in found if measure is not None)


def _further(bench: Workbench, first: str, node: s.Measure, context: Context) -> c.Measure | None:
    """What decides among those who are alike in what stands before it; None where it says no value."""
    word = node.word.text
    if first in SHARING and SHARING[first].takes != "measure":
        bench.report(problems.measure_behind_turns(node.span, first, word if word in SHARING else "fewest"))
    elif word in SHARING and SHARING[word].takes != "measure":
        bench.report(problems.turns_behind_measure(node.span, word))
    elif node.value is None and word in SHARING:
        bench.report(problems.sharing_needs(node.word.span, word))
    elif node.value is None:
        bench.report(problems.measure_undirected(node.word.span, word))
    elif word not in SHARING and isinstance(node.value, s.Path) and node.value.text in SHARING:  # `, then round_robin`
        bench.report(problems.turns_behind_measure(node.span, f"{word} {node.value.text}"))
        return None
    elif word not in SHARING:
        bench.report(problems.unknown_sharing(node.word.span, word, ("fewest", "best")))
    if node.value is None:
        return None
    return c.Measure("fewest" if word == "fewest" else "best", _measured(bench, node.value, context), span=node.span)


def weight_of(bench: Workbench, said: s.Name, weight: s.Expr | None, context: Context) -> c.Expr | None:
    """What a way to choose weighs or compares; None where it says nothing of that."""
    word = said.text
    if word not in SHARING:
        bench.report(problems.unknown_sharing(said.span, word, SHARING))
        return None
    rule = SHARING[word]
    if weight is None:
        if rule.takes in {"weight", "measure"}:
            bench.report(problems.sharing_needs(said.span, word))
        return None
    if rule.takes == "nothing":
        bench.report(problems.sharing_takes_nothing(weight.span, word))
        return None
    return _measured(bench, weight, context)


def _measured(bench: Workbench, node: s.Expr, context: Context) -> c.Expr:
    """A value by which reps are weighed or compared."""
    value = required(bench, flow(bench, bench.check(node, context), context), context)
    if not value.type.is_quantity and value.type.name != "unknown":
        bench.report(problems.not_a_quantity(node.span, value.type))
    return value
