"""Settings of `assign` that say how something is shared: how far a measure may go, who begins anew."""

from __future__ import annotations

from . import checked as c
from . import problems
from . import syntax as s
from .waits import wait_of
from .words import ASSIGN_SETTINGS
from .workbench import Context, Workbench

__all__ = ["check_sharing_settings", "forgets_of"]


def check_sharing_settings(bench: Workbench, node: s.Assign) -> None:
    """Report settings of the wrong kind."""
    for setting in node.settings:
        is_band = setting.name.text == "band"
        if is_band and (not isinstance(setting.value, s.NumberLit) or setting.value.value < 0):
            bench.report(problems.band_not_a_number(setting.value.span))


def forgets_of(bench: Workbench, node: s.Assign) -> c.Wait | None:
    """After how long away a rep begins anew, as the setting `leave` says; None: never."""
    for setting in node.settings:
        if setting.name.text != "leave":
            continue
        if isinstance(setting.value, s.Quantity):
            return wait_of(bench, setting.value, Context("assign", ("rep",)))
        word = ASSIGN_SETTINGS["leave"].default
        if not isinstance(setting.value, s.Name) or setting.value.text != word:
            shape = f"`{word}`, or a stretch of time, like `90 days`"
            bench.report(problems.setting_kind(setting.value.span, "leave", shape))
    return None
