"""Settings of `assign` that say how something is shared: how far a measure may go."""

from __future__ import annotations

from . import problems
from . import syntax as s
from .workbench import Workbench

__all__ = ["check_sharing_settings"]


def check_sharing_settings(bench: Workbench, node: s.Assign) -> None:
    """Report settings of the wrong kind."""
    for setting in node.settings:
        is_band = setting.name.text == "band"
        if is_band and (not isinstance(setting.value, s.NumberLit) or setting.value.value < 0):
            bench.report(problems.band_not_a_number(setting.value.span))
