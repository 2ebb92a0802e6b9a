"""Checked hours: a condition that says when time counts, taken apart so that it can be told in advance.

The clock has been taken out of it: what is left in an `Opening` reads rows, and says which moments it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .checked_values import Expr, Node, ReadAccount

__all__ = [
    "Hours", "Later", "OpenAll", "OpenAny", "OpenClock", "OpenCount", "OpenDuring", "OpenFor", "OpenIf", "OpenMoments",
    "OpenNot", "OpenWeekdays", "Opening", "Wait",
]  # fmt: skip

Op = Literal["<", "<=", ">", ">=", "=", "!"]
"""A comparison; `=` and `!` are `is` and `is not`."""


class Opening(Node):
    """When a condition holds; `zone` is whose clock is read, None the policy's."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OpenIf(Opening):
    """Always or never: a condition that does not read the clock."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class OpenDuring(Opening):
    """`during(now, days, begin, end)`."""

    zone: Expr | None
    days: Expr
    begin: Expr
    end: Expr


@dataclass(frozen=True, slots=True)
class OpenWeekdays(Opening):
    """`weekday(now) in days`, or `is` one day."""

    zone: Expr | None
    days: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class OpenClock(Opening):
    """`time(now) < 09:00`."""

    zone: Expr | None
    op: Op
    time: Expr


@dataclass(frozen=True, slots=True)
class OpenMoments(Opening):
    """`now < rep.until`, or, of days, `today >= leave.starts`; `edge` is a moment or a date."""

    zone: Expr | None
    op: Op
    edge: Expr
    days: bool


@dataclass(frozen=True, slots=True)
class OpenAll(Opening):
    """Where all parts hold."""

    parts: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class OpenAny(Opening):
    """Where some part holds."""

    parts: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class OpenNot(Opening):
    """Where a part does not hold."""

    part: Opening


@dataclass(frozen=True, slots=True)
class OpenCount(Opening):
    """How many rows of a reading are open, compared with a number.

    `rows` reads those that its own condition lets count at all; each of them is open where `part` says so, `dated` ones
    from their own date on.
    """

    rows: ReadAccount
    part: Opening
    op: Op
    number: Expr
    dated: bool


@dataclass(frozen=True, slots=True)
class OpenFor(Opening):
    """A part that is read for other rows than those at hand: of each kind the one that an argument names."""

    kinds: tuple[str, ...]
    args: tuple[Expr, ...]
    part: Opening


@dataclass(frozen=True, slots=True)
class Hours(Expr):
    """The hours that a `let` says: when time counts. Its `name` and of whose rows."""

    name: str
    opening: Opening


@dataclass(frozen=True, slots=True)
class Wait(Node):
    """A stretch of time: seconds, or months of the calendar; or, with `hours`, seconds or `days` of working time."""

    seconds: int
    months: int = 0
    days: int = 0
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Later(Expr):
    """The moment so much working time after `base`; with `back`, before it."""

    base: Expr
    wait: Wait
    back: bool = False
