"""What the value of an expression depends on: which rows, whose cells, the calendar, and what decisions change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

from ..dsl import checked as c

__all__ = ["Dependence", "dependence", "distinct", "parts_without"]


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an expression reads.

    `rows`: the variables (`rep`, `lead`). `kinds`: kinds of fact whose cells are read. `day`: the day of the
    decision. `fleeting`: accounts, totals of people, or a moment, which may differ at every decision.
    """

    rows: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    day: bool = False
    fleeting: bool = False

    def __or__(self, other: Dependence) -> Dependence:
        return Dependence(
            self.rows | other.rows,
            self.kinds | other.kinds,
            self.day or other.day,
            self.fleeting or other.fleeting,
        )


def dependence(policy: c.Policy, node: c.Node) -> Dependence:
    """What a node reads, lets looked through."""
    found = Dependence()
    for child in _children(node):
        found |= dependence(policy, child)
    match node:
        case c.Subject(var=var):
            return found | Dependence(rows=frozenset({var}))
        case c.FieldOf(kind=kind):
            return found | Dependence(kinds=frozenset({kind}))
        case c.Today():
            return found | Dependence(day=True)
        case c.PeriodEdge(which=which):
            return found | Dependence(day=which != "start")
        case c.LetRead(let=let, window=window):
            inner = dependence(policy, policy.lets[let].value)
            elsewhen = inner.day and window.kind not in {"scope", "all"}
            return found | Dependence(frozenset(), inner.kinds, inner.day, inner.fleeting or elsewhen)
        case c.ReadAccount() | c.AcrossReps() | c.AcrossPeriods() | c.Rank() | c.ShareOf() | c.TestRead():
            return found | Dependence(fleeting=True)
        case _:
            return found


def parts_without(policy: c.Policy, node: c.Node, row: str) -> list[c.Expr] | None:
    """The largest parts of a node that do not read a row and are no constants: their values stand for all of it.

    None where such a part is read only sometimes (the second side of an `or`): it must not be read ahead of need.
    """
    if isinstance(node, c.Expr) and row not in dependence(policy, node).rows:
        return [] if isinstance(node, c.Constant) else [node]
    found: list[c.Expr] = []
    always = _always(node)
    for child in _children(node):
        parts = parts_without(policy, child, row)
        if parts is None or (parts and not any(child is read for read in always)):
            return None
        found += parts
    return distinct(found)


def _always(node: c.Node) -> list[c.Node]:
    """The children that are read whenever a node is."""
    match node:
        case c.All(parts=parts) | c.AnyOf(parts=parts):
            return [parts[0]]
        case c.Fallback(value=value):
            return [value]
        case c.Choose(cases=cases):
            return [cases[0][0]]
        case c.Table(operand=operand, against=against):
            return [operand, *([against] if against is not None else [])]
        case c.Grid(row=row, column=column):
            return [row, column]
        case c.Blend(parts=parts):
            return [parts[0][1]]
        case _:
            return list(_children(node))


def _children(node: c.Node) -> Iterator[c.Node]:
    for spec in fields(node):
        yield from _nodes(getattr(node, spec.name))


def _nodes(value: object) -> Iterator[c.Node]:
    if isinstance(value, c.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _nodes(item)  # pyright: ignore[reportUnknownArgumentType]


T = TypeVar("T")


def distinct(found: list[T]) -> list[T]:
    """Each once, in order."""
    return list(dict.fromkeys(found))
