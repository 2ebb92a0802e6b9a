"""Checked targets: goals of a person for a period, by a formula or as parts of a total that is split."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from .checked_values import Expr, Node, Window
from .types import Type

__all__ = ["ReadTarget", "Split", "SplitMethod", "Target"]

SplitMethod: TypeAlias = Literal[
    "hamilton", "webster", "jefferson", "adams", "huntington_hill", "dean", "modified_sainte_lague"
]


@dataclass(frozen=True, slots=True)
class Split(Node):
    """A total among the rows of a kind, and with `over` among a target's periods in a longer one.

    `pool` is read over that longer period (or the target's own), for each `group`; `weight` and `where` are read for
    each row in each of the target's periods. `subtotals` are groups of rows whose totals are exact, too. With
    another `method` than Hamilton's the total goes by a divisor method: one way only, so without `over`.
    """

    pool: Expr
    over: str | None
    group: Expr | None
    where: Expr | None
    weight: Expr
    subtotals: Expr | None = None
    method: SplitMethod = "hamilton"


@dataclass(frozen=True, slots=True)
class Target(Node):
    """A goal of each row of `kind` for each period `per`: the value of a formula, or a part of a split.

    `unit`: the step to which goals are rounded, in run-time units of `type` (0: as `engine.target_units` says).
    `measure`: the account that counts toward it, where the policy says so.
    """

    name: str
    kind: str
    per: str
    value: Expr | Split
    type: Type
    unit: Fraction = Fraction(0)
    measure: str | None = field(default=None)


@dataclass(frozen=True, slots=True)
class ReadTarget(Expr):
    """The goal of `subject` over `window`: the sum of those of its periods."""

    target: str
    subject: Expr
    window: Window
