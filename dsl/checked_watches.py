"""Checked watches: rules over events about a kind of fact, each with what it does and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .checked_hours import Wait
from .checked_values import Constant, Expr, Node

__all__ = ["Deed", "DeedWord", "Watch", "WatchRule", "WatchWord"]

DeedWord = Literal["return", "hold", "next", "notify", "award"]
WatchWord = Literal["after", "every", "when"]


@dataclass(frozen=True, slots=True)
class Deed(Node):
    """What a rule does: gives the fact back, holds it at a desk, or tells or honours `to` (a path to a rep)."""

    word: DeedWord
    text: str = ""
    to: Expr | None = None


@dataclass(frozen=True, slots=True)
class WatchRule(Node):
    """One rule. `after` and `every`: `wait` (days in seconds, or months) from `since`, unless `condition` holds then.

    `since`: a date or moment; None is the row's first day (see `FactKind.arrives`). `when`: `condition` becomes true.
    `working`: the wait is counted in working time, and this says which.
    """

    word: WatchWord
    deed: Deed
    condition: Expr | None = None
    wait: Constant | None = None
    since: Expr | None = None
    working: Wait | None = None


@dataclass(frozen=True, slots=True)
class Watch(Node):
    """The rules over facts of `kind`, in the order written."""

    kind: str
    rules: tuple[WatchRule, ...]
