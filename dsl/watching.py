"""Checking of `watch`: timers and conditions over events about a kind of fact, and what they do."""

from __future__ import annotations

from typing import cast

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition
from .hours import working_wait
from .row_aggregates import reads_now
from .settings import block_settings
from .workbench import Context, Workbench

__all__ = ["check_watch"]


def check_watch(bench: Workbench, node: s.Watch) -> c.Watch | None:
    """A watch with every condition typed; None where its kind is unknown."""
    kind = node.kind.text
    if kind not in bench.kinds:
        bench.report(problems.unknown_kind(node.kind.span, kind, bench.kinds))
        return None
    block_settings(bench, node.settings, {}, f"watch {kind}")  # it has none, and says so
    rules = tuple(_rule(bench, timer, kind) for timer in node.timers)
    return c.Watch(kind, rules, span=node.span)


def _rule(bench: Workbench, node: s.Timer, kind: str) -> c.WatchRule:
    context = Context("watch", (kind,))
    wait = _wait(bench, node.wait, context) if isinstance(node.wait, s.Quantity) else None
    working = working_wait(bench, node.wait, context) if isinstance(node.wait, s.Working) else None
    since = bench.check(node.since, context) if node.since is not None else None
    inner = context.knowing(frozenset({since})) if since is not None else context  # no time is up since what is missing
    asked = condition(bench, node.unless, inner) if node.unless is not None else None
    if asked is not None and node.word == "when" and reads_now(bench, asked):
        bench.report(problems.now_in_watch(asked.span))
    if node.since is not None and since is not None and since.type.name not in {"date", "moment", "unknown"}:
        bench.report(problems.on_needs_date(node.since.span, since.type))
    if node.word != "when" and node.since is None and bench.kinds[kind].arrives is None:
        bench.report(problems.start_of_what(node.span, kind, _dates(bench, kind)))
    word = cast("c.WatchWord", node.word)
    return c.WatchRule(word, _deed(bench, node.action, context), asked, wait, since, working, span=node.span)


def _dates(bench: Workbench, kind: str) -> list[str]:
    columns = bench.kinds[kind].columns.values()
    return [column.name for column in columns if column.type.name in {"date", "moment"}]


def _wait(bench: Workbench, node: s.Quantity, context: Context) -> c.Constant | None:
    if node.unit.isupper():
        bench.report(problems.not_a_duration(node.span, node.text))
        return None
    wait = bench.check(node, context)
    if (
        not isinstance(wait, c.Constant)
        or wait.type.name == "unknown"
        or isinstance(wait.value, bool | str | c.TextSet)
    ):
        return None
    if wait.value <= 0:
        bench.report(problems.no_wait(node.span, node.text))
    elif wait.value.denominator != 1:
        bench.report(problems.wait_too_fine(node.span, node.text))
    return wait


def _deed(bench: Workbench, node: s.Action, context: Context) -> c.Deed:
    to = bench.check(node.path, context) if node.path is not None else None
    if node.path is not None and to is not None and to.type.kind != "rep" and to.type.name != "unknown":
        bench.report(problems.tells_no_rep(node.path.span, node.path.text, bench.people(context)))
    text = node.text.text if node.text is not None else ""
    return c.Deed(cast("c.DeedWord", node.word), text, to, span=node.span)
