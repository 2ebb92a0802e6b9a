"""Checked values: expressions whose every name is resolved, typed, and written out long.

Nodes are frozen and hashable; `span` takes no part in equality or `repr`, so the hash of a policy is that of its
meaning, not of its layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Literal

from .source import NOWHERE, Span
from .types import Type

__all__ = [
    "AcrossPeriods", "AcrossReps", "All", "AnyOf", "Arithmetic", "AtLeast", "AtMost", "Band", "Blend", "Choose",
    "Compare", "Constant", "Edge", "Expr", "Fallback", "FieldOf", "Grid", "Invoke", "Known", "LetRead", "Limits",
    "Member", "Negate", "Node", "Not", "Now", "Owed", "PeriodEdge", "Prize", "Rank", "ReadAccount", "Same", "ShareOf",
    "Subject", "Table", "TestRead", "TextSet", "Today", "Value", "Window", "children", "walk",
]  # fmt: skip


class TextSet(frozenset[str]):
    """A set of texts that is written in one order: the hash of a policy must not hang on that of its process."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"TextSet({sorted(self)!r})"


Value = Fraction | str | bool | TextSet


@dataclass(frozen=True, slots=True)
class Node:
    """Anything checked; `span` is its place in the policy text."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node."""
    for spec in fields(node):
        yield from _nodes_in(getattr(node, spec.name))


def _nodes_in(value: object) -> Iterator[Node]:
    """The nodes in a field: one, or tuples of them (of tuples, in cases and grids)."""
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _nodes_in(item)  # pyright: ignore[reportUnknownArgumentType]


@dataclass(frozen=True, slots=True)
class Window(Node):
    """Which stretch of time a reading covers, relative to the window of its reader.

    `scope`: the reader's own. `calendar`: the calendar `unit` that holds the last day of the reader's window, up to
    its end (`whole`: all of it). `previous`: the `count` units before that one. `last`: the `count` `unit`s
    (`second` to `year`) that end with the reader's window. `period`: the named period.
    `all`: everything up to the end of the reader's window (`whole`: and after it).
    """

    kind: Literal["scope", "calendar", "previous", "last", "period", "all"]
    unit: str = ""
    count: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Expr(Node):
    """A value of a type; `type.optional` says that it may be missing."""

    type: Type


@dataclass(frozen=True, slots=True)
class Constant(Expr):
    """A literal, in the run-time form of its type (see `types.Type`)."""

    value: Value


@dataclass(frozen=True, slots=True)
class Subject(Expr):
    """The row that a variable (named like its kind) is bound to."""

    var: str


@dataclass(frozen=True, slots=True)
class FieldOf(Expr):
    """A column of a row; `base` is a row or a reference."""

    base: Expr
    kind: str
    column: str


@dataclass(frozen=True, slots=True)
class ReadAccount(Expr):
    """The sum of what was credited to `subject` (None: of an account without recipient) within `window`.

    With `where` only the rows count for which it holds: it is read for the reader, in the reader's window, with the
    row bound to its kind, or to the name `row` where the reader is of that kind, too.
    """

    account: str
    subject: Expr | None
    window: Window
    reading: Literal["sum", "count", "average", "highest", "lowest", "latest", "streak", "distinct"] = "sum"
    where: Expr | None = None
    row: str = ""


@dataclass(frozen=True, slots=True)
class LetRead(Expr):
    """The value of a `let` for its subjects, within `window`."""

    let: str
    args: tuple[Expr, ...]
    window: Window

    @property
    def own(self) -> bool:
        """Whether it is that of the rows at hand, each under the name of its kind."""
        return all(isinstance(arg, Subject) and arg.var == arg.type.kind for arg in self.args)


@dataclass(frozen=True, slots=True)
class AcrossReps(Expr):
    """A reading of `value` (with `rep` bound to each member) over members that share `group` and satisfy `where`."""

    reading: Literal["sum", "average", "highest", "lowest", "count"]
    value: Expr | None
    group: Expr | None
    where: Expr | None
    window: Window
    members: str | None = None


@dataclass(frozen=True, slots=True)
class AcrossPeriods(Expr):
    """A reading of `value` over the periods of kind `per` in `window`.

    `streak`: how many of the latest periods in a row have a value that is not zero, or a condition that holds.
    """

    reading: Literal["sum", "average", "highest", "lowest", "latest", "count", "streak"]
    value: Expr
    per: str
    window: Window


@dataclass(frozen=True, slots=True)
class Rank(Expr):
    """The place of the subject by `value`, highest first, among the members that share `group` and satisfy `where`.

    `members` names the scheme whose reps compete (None: every rep). Missing for those who do not compete.
    """

    value: Expr
    group: Expr | None
    where: Expr | None
    ties: Literal["share", "same", "first"]
    members: str | None = None


@dataclass(frozen=True, slots=True)
class Prize(Expr):
    """The prize of the place reached; with `ties: share`, tied reps divide the prizes of the places they occupy."""

    rank: Rank
    places: tuple[tuple[int, Expr], ...]


@dataclass(frozen=True, slots=True)
class ShareOf(Expr):
    """The subject's part of `pool` among the members, by `weight`; largest remainder, ties to the lower key."""

    pool: Expr
    group: Expr | None
    where: Expr | None
    weight: Expr


@dataclass(frozen=True, slots=True)
class Band(Node):
    """A band: its lower bound, whether the bound belongs to it (`from`) or not (`above`), and its value."""

    edge: Literal["from", "above", "at"]
    bound: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """A value mapped by bands.

    With `against`, bounds are parts of `against` and amounts stay amounts of `operand`.
    """

    reading: Literal["marginal", "retroactive", "step", "sloped"]
    operand: Expr
    against: Expr | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Edge(Node):
    """A bound of a grid."""

    edge: Literal["from", "above"]
    bound: Expr


@dataclass(frozen=True, slots=True)
class Grid(Expr):
    """The cell of the highest row bound and column bound reached; below the first of either: zero."""

    row: Expr
    column: Expr
    rows: tuple[Edge, ...]
    columns: tuple[Edge, ...]
    cells: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True)
class Choose(Expr):
    """The value of the first case that holds."""

    cases: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Blend(Expr):
    """The sum of weight times value; the weights total 1."""

    parts: tuple[tuple[Fraction, Expr], ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Expr):
    """Exact arithmetic; a division by zero gives a missing value."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negate(Expr):
    """The value with the other sign."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """An ordering."""

    op: Literal["<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Same(Expr):
    """Equality; with `negated`, difference."""

    left: Expr
    right: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Member(Expr):
    """Membership of a set."""

    item: Expr
    group: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Known(Expr):
    """Whether a value is there; with `negated`, whether it is missing."""

    operand: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """The opposite."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class All(Expr):
    """Whether every part holds, in order; later parts are not read once one fails."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Expr):
    """Whether some part holds, in order."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Fallback(Expr):
    """`value`, or `other` where it is missing."""

    value: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Invoke(Expr):
    """A builtin function."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class PeriodEdge(Expr):
    """The first or last day of the reader's window, or a calendar number of it (`month`, `quarter`, `year`)."""

    which: Literal["start", "end", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Today(Expr):
    """The day on which a decision is made: the last of the reader's window."""


@dataclass(frozen=True, slots=True)
class Now(Expr):
    """The moment at which a decision is made: the last second of the reader's window."""


@dataclass(frozen=True, slots=True)
class AtMost(Node):
    """A cap."""

    limit: Expr
    carry: Expr | None = None


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """A floor. With `carry` what it tops up is owed; `carry` of what exceeds it later, a rate or amount, is taken."""

    limit: Expr
    carry: Expr | None = None


@dataclass(frozen=True, slots=True)
class Owed(Expr):
    """In a floor that carries: the balance that was open when the period began."""


@dataclass(frozen=True, slots=True)
class Limits(Expr):
    """`value` kept between its `at least` and `at most` clauses, applied in the order written."""

    value: Expr
    limits: tuple[AtMost | AtLeast, ...]


@dataclass(frozen=True, slots=True)
class TestRead(Expr):
    """A result in a test: `what` of the given row `key` of `kind`.

    `what`: a component, `total`, `awards`, an account or let; `payable` and `held` (of everything, or of a component:
    `commission.payable`), `owed` of draws; or owner, rule, held of an assigned fact; `notices` and `awards` of a fact.
    """

    kind: str
    key: str
    what: str
    window: Window
