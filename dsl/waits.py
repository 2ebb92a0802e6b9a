"""Checking of stretches of time that something waits: how long an offer stands, when a timer is due."""

from __future__ import annotations

from . import checked as c
from . import problems
from . import syntax as s
from .expressions import condition
from .hours import working_wait
from .workbench import Context, Workbench

__all__ = ["extension_of", "timer_of", "wait_of"]

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def wait_of(bench: Workbench, node: s.Quantity | s.Working, context: Context) -> c.Wait:
    """A stretch of time above zero, in whole seconds or whole months, or of working time."""
    if isinstance(node, s.Working):
        return working_wait(bench, node, context)
    unit = node.unit.rstrip("s")
    if unit not in _SECONDS and unit not in _MONTHS:
        bench.report(problems.not_a_duration(node.span, node.text))
        return c.Wait(60, span=node.span)
    length = node.value * (_SECONDS.get(unit) or _MONTHS[unit])
    if length <= 0 or length.denominator != 1:
        bench.report(problems.no_such_wait(node.span, node.text))
        return c.Wait(60, span=node.span)
    return c.Wait(int(length), span=node.span) if unit in _SECONDS else c.Wait(0, int(length), span=node.span)


def timer_of(bench: Workbench, node: s.Timer, kind: str, action: c.Action) -> c.Timer | None:
    """A timer of an assignment; None for an event rule, which a `watch` has."""
    context = Context("watch", (kind,))
    unless = condition(bench, node.unless, context) if node.unless is not None else None
    if node.wait is None:
        bench.report(problems.event_in_assign(node.span))
        return None
    wait = wait_of(bench, node.wait, context)
    since: c.Expr | None = None
    if node.since is not None:
        since = bench.check(node.since, context)
        if since.type.name not in {"date", "moment", "unknown"}:
            bench.report(problems.on_needs_date(node.since.span, since.type))
    return c.Timer(node.word, wait, since, unless, action, span=node.span)  # pyright: ignore[reportArgumentType]


def extension_of(bench: Workbench, settings: tuple[s.Setting, ...], kind: str) -> c.Wait | None:
    """How long a holding may last with extensions, as the setting `extend` says."""
    for setting in settings:
        if setting.name.text == "extend":
            if isinstance(setting.value, s.Quantity | s.Working):
                return wait_of(bench, setting.value, Context("assign", (kind,)))
            bench.report(problems.setting_kind(setting.value.span, "extend", "a stretch of time, like `30 days`"))
    return None
