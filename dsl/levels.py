"""Checking of a choice at two levels: a group of reps first (a team, an office, a dealer), then a rep of it.

`to any rep within rep.team by capability_weighted rep.team_weight, round_robin`: what stands before the comma chooses
the group, what stands behind it a rep.
"""

from __future__ import annotations

from dataclasses import replace

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import required
from .ways import further_of, weight_of
from .words import SHARING
from .workbench import Context, Workbench

__all__ = ["level_tier"]

_GROUPS = frozenset({"text", "ref", "count", "flag", "unknown"})


def level_tier(bench: Workbench, node: s.Tier, where: c.Expr | None, accept: c.Wait | None, context: Context) -> c.Tier:
    """The step of a choice at two levels; `context` has the fact and the rep, and knows what `where` has shown."""
    assert node.within is not None
    assert node.sharing is not None
    value = _group(bench, node.within, context)
    weight = weight_of(bench, node.sharing, node.weight, context)
    word = node.sharing.text
    if word in SHARING and SHARING[word].takes == "measure":
        bench.report(problems.group_by_measure(node.sharing.span, word))
    elif word == "claim":
        bench.report(problems.claim_at_two_levels(node.sharing.span))
    elif weight is not None and value.type.name != "unknown" and _beyond(bench, weight, value):
        bench.report(problems.weight_beyond_group(weight.span))
    end = (node.weight or node.sharing).span.end
    level = c.Level(value, word, weight, span=c.Span(node.within.span.start, end))
    if not node.further:
        bench.report(problems.no_second_level(node.sharing.span, word))
        return c.Tier(None, where, "round_robin", None, accept, level=level, span=node.span)
    second, *rest = node.further
    if second.word.text == "claim":
        bench.report(problems.claim_at_two_levels(second.word.span))
    own = weight_of(bench, second.word, second.value, context)
    further = further_of(bench, second.word.text, rest, context)
    return c.Tier(None, where, second.word.text, own, accept, further, level, span=node.span)


def _group(bench: Workbench, node: s.Expr, context: Context) -> c.Expr:
    """What the reps of a group share: it is read of the rep alone, so that groups are the same for every fact."""
    made = required(bench, bench.check(node, replace(context, vars=("rep",))), context)
    if made.type.name not in _GROUPS:
        bench.report(problems.group_type(node.span, made.type))
    return made


def _beyond(bench: Workbench, node: c.Node, group: c.Expr) -> bool:
    """Whether a value reads more of a rep than what the group shares, so that two of a group might differ in it."""
    if isinstance(node, c.Expr) and _plain(node) == _plain(group):
        return False
    if isinstance(node, c.AcrossReps) and (node.group is None or _plain(node.group) == _plain(group)):
        return False  # of all reps, or of those of the group
    if isinstance(node, c.Subject):
        return node.var == "rep"
    if isinstance(node, c.LetRead):
        if node.own and node.let in bench.lets:
            return _beyond(bench, bench.lets[node.let].value, group)
        return any(_beyond(bench, arg, group) for arg in node.args)
    return any(_beyond(bench, child, group) for child in c.children(node))


def _plain(node: c.Expr) -> c.Expr:
    """A value without what has been shown of it."""
    return replace(node, type=node.type.required)
