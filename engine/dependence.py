"""What the value of an expression depends on: which rows, whose cells, the calendar, and what decisions change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields

from ..dsl import checked as c

__all__ = ["Dependence", "Dependences"]

_CONDITIONS = (c.Compare, c.Same, c.Member, c.Known, c.Not, c.All, c.AnyOf)


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an expression reads.

    `rows`: the variables (`rep`, `lead`). `kinds`: kinds of fact whose cells are read. `day`: the day of the
    decision. `fleeting`: accounts, totals over people, or a moment, which may differ at every decision.
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


class Dependences:
    """The dependences of the expressions of a policy, lets looked through."""

    def __init__(self, policy: c.Policy) -> None:
        self._lets = policy.lets
        self._of_let: dict[str, Dependence] = {}

    def of(self, node: c.Node, apart: Collection[c.Node] = ()) -> Dependence:
        """What a node reads, the nodes `apart` left out of account."""
        if node in apart:
            return Dependence()
        found = self._own(node)
        for child in _children(node):
            found |= self.of(child, apart)
        return found

    def _own(self, node: c.Node) -> Dependence:
        match node:
            case c.Subject(var=var):
                return Dependence(rows=frozenset({var}))
            case c.FieldOf(kind=kind):
                return Dependence(kinds=frozenset({kind}))
            case c.Today():
                return Dependence(day=True)
            case c.PeriodEdge(which=which):
                return Dependence(day=which != "start")
            case c.LetRead(let=let, window=window):
                inner = self._let(let)
                elsewhen = inner.day and window.kind not in {"scope", "all"}
                return Dependence(frozenset(), inner.kinds, inner.day, inner.fleeting or elsewhen)
            case c.ReadAccount() | c.AcrossReps() | c.AcrossPeriods() | c.Rank() | c.ShareOf() | c.TestRead():
                return Dependence(fleeting=True)
            case _:
                return Dependence()

    def _let(self, name: str) -> Dependence:
        if name not in self._of_let:
            self._of_let[name] = self.of(self._lets[name].value)
        return self._of_let[name]

    def parts_without(self, node: c.Node, row: str) -> tuple[c.Expr, ...] | None:
        """The largest parts of a node that do not read a row: with the day, their values stand for all that it reads.

        Conditions are looked into, so that what they compare is among the parts. None where such a part is read only
        sometimes (the second side of an `or`): it must not be read before it is due, for it may be missing.
        """
        if isinstance(node, c.Expr) and not isinstance(node, _CONDITIONS):
            reads = self.of(node)
            if row not in reads.rows:
                return (node,) if reads.rows or reads.fleeting else ()
        found: list[c.Expr] = []
        always = _always(node)
        for child in _children(node):
            parts = self.parts_without(child, row)
            if parts is None or (parts and not any(child is read for read in always)):
                return None
            found += parts
        return tuple(dict.fromkeys(found))


def _always(node: c.Node) -> list[c.Node]:
    """The children that are read whenever a node is."""
    match node:
        case c.All(parts=parts) | c.AnyOf(parts=parts):
            return [parts[0]]
        case c.Fallback(value=value) | c.Limits(value=value):
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
