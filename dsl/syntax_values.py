"""The syntax tree of values: what was written, with places, before anything is known about meaning.

Nodes are frozen; `span` takes no part in equality, so trees can be built by hand in tests and compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Literal

from .source import NOWHERE, Span

__all__ = [
    "AllOf", "AnyOf", "Arithmetic", "Band", "Blend", "BlendPart", "Call", "Case", "Choose", "Compare", "DateLit",
    "Everybody", "Expr", "Fallback", "Filters", "Grid", "GridRow", "Group", "Member", "Moved", "Name", "Negate", "Node",
    "Not", "NumberLit", "PartOf", "Path", "PeriodLit", "Phrase", "Place", "Quantity", "RateLit", "Reading", "Same",
    "Scoped", "SetLit", "ShareOf", "Table", "TextLit", "TimeLit", "Window", "Working", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """Anything written; `span` is where."""

    span: Span = field(default=NOWHERE, compare=False, kw_only=True)


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, in the order written."""
    yield node
    for spec in fields(node):
        value: object = getattr(node, spec.name)
        for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(item, Node):
                yield from walk(item)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One word of the author's."""

    text: str


class Expr(Node):
    """A value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NumberLit(Expr):
    """`1_000.50`: an exact number; `text` as written."""

    value: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class RateLit(Expr):
    """`5%`: the value is 1/20."""

    value: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Quantity(Expr):
    """`24 months`, `100 USD`: a number with a unit."""

    value: Fraction
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Working(Expr):
    """`4 hours of office`, `2 days of at_work of lead.owner`: time that counts only while `hours` hold."""

    quantity: Quantity
    hours: Path | Reading

    @property
    def text(self) -> str:
        """As it is written."""
        hours = self.hours
        if isinstance(hours, Path):
            return f"{self.quantity.text} of {hours.text}"
        whose = hours.operand.text if isinstance(hours.operand, Path) else ""
        return f"{self.quantity.text} of {hours.name.text} of {whose}"


@dataclass(frozen=True, slots=True)
class Moved(Expr):
    """`lead.created + 4 hours of office`."""

    op: Literal["+", "-"]
    moment: Expr
    by: Working


@dataclass(frozen=True, slots=True)
class DateLit(Expr):
    """`2026-04-01`."""

    text: str


@dataclass(frozen=True, slots=True)
class TimeLit(Expr):
    """`09:00`."""

    text: str


@dataclass(frozen=True, slots=True)
class PeriodLit(Expr):
    """`2026-Q2`, `2026-04`: one period by name."""

    text: str


@dataclass(frozen=True, slots=True)
class TextLit(Expr):
    """`"won"`."""

    text: str


@dataclass(frozen=True, slots=True)
class SetLit(Expr):
    """`("a", "b")`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Path(Expr):
    """`deal.owner.region`."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The path as written, without blanks."""
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`months(a, b)`."""

    name: Name
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Reading(Expr):
    """`bookings of deal.owner`, `rank of bookings`, `sum of deal.amount`."""

    name: Name
    operand: Expr


@dataclass(frozen=True, slots=True)
class PartOf(Expr):
    """`5% of bookings`."""

    rate: RateLit
    operand: Expr


@dataclass(frozen=True, slots=True)
class Window(Node):
    """`year`, `last 90 days`, `previous 4 quarters`, `2026-Q1`."""

    word: str
    quantity: Quantity | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Scoped(Expr):
    """`bookings over year`."""

    operand: Expr
    window: Window


@dataclass(frozen=True, slots=True)
class Everybody(Expr):
    """`total bookings`: of all reps."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic(Expr):
    """`a + b`."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negate(Expr):
    """`-a`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """`a >= b`."""

    op: Literal["<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Same(Expr):
    """`a is b`, `a is not b`; also `a is known`."""

    left: Expr
    right: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Member(Expr):
    """`a in b`, `a not in b`."""

    item: Expr
    group: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """`not a`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class AllOf(Expr):
    """`a and b and c`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Expr):
    """`a or b or c`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Fallback(Expr):
    """`a else b`: b where a is missing or divides by zero."""

    value: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Filters(Node):
    """What narrows a phrase; each part at most once."""

    over: Window | None = None
    within: Expr | None = None
    per: Name | None = None
    on: Expr | None = None
    where: Expr | None = None
    ties: Name | None = None


@dataclass(frozen=True, slots=True)
class Phrase(Expr):
    """`rank of bookings within rep.region where ... ties share`: a reading with filters."""

    kind: Name
    operand: Expr
    filters: Filters


@dataclass(frozen=True, slots=True)
class Group(Node):
    """`competitive`, or `every rep where ...`; exactly one of `name` (of a type) and `kind`."""

    name: Name | None = None
    kind: Name | None = None
    where: Expr | None = None


@dataclass(frozen=True, slots=True)
class ShareOf(Expr):
    """`share POOL among every rep within ... where ... by WEIGHT`."""

    kind: Name
    pool: Expr
    group: Group
    filters: Filters
    weight: Expr


@dataclass(frozen=True, slots=True)
class Band(Node):
    """`from 100%: 8%`; `edge` says who owns the bound."""

    edge: Literal["from", "above", "at"]
    bound: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Place(Node):
    """`1: 20_000`: the prize of a place."""

    number: NumberLit
    value: Expr


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """`marginal bookings against rep.quota { ... }` or `prize rank of ... { 1: ... }`."""

    kind: Name
    operand: Expr
    rows: tuple[Band | Place, ...]
    against: Expr | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class GridRow(Node):
    """`from 20: 2_000, 1_950`."""

    edge: Literal["from", "above", "at"]
    bound: Expr
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Grid(Expr):
    """`grid units by rep.declared_goal { by 20, 21  from 20: ... }`."""

    kind: Name
    operand: Expr
    by: Expr
    columns: tuple[Expr, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """`when COND: VALUE`."""

    when: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Choose(Expr):
    """The first case that holds."""

    cases: tuple[Case, ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class BlendPart(Node):
    """`60%: booking_score`."""

    weight: RateLit
    value: Expr


@dataclass(frozen=True, slots=True)
class Blend(Expr):
    """Weighted parts; the weights total 100%."""

    parts: tuple[BlendPart, ...]
