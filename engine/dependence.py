"""What the value of an expression depends on: which rows, whose cells, the calendar, and what decisions change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..dsl import checked as c
from ..dsl.words import PARTS

__all__ = ["Credits", "Dependence", "Dependences", "fields_at_hand"]

_CONDITIONS = (c.Compare, c.Same, c.Member, c.Known, c.Not, c.All, c.AnyOf)


Credits: TypeAlias = tuple[str, tuple[c.Window, ...]]
"""An account of the rep, and the windows in which it is read: each within the one before."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an expression reads.

    `rows`: the variables (`rep`, `lead`). `kinds`: kinds of fact whose cells are read. `day`: the day of the
    decision. `credits`: accounts of the rep. `fleeting`: whatever else may differ at every decision, such as
    totals over people, and accounts of others.
    """

    rows: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    day: bool = False
    credits: frozenset[Credits] = frozenset()
    fleeting: bool = False

    def __or__(self, other: Dependence) -> Dependence:
        return Dependence(
            self.rows | other.rows,
            self.kinds | other.kinds,
            self.day or other.day,
            self.credits | other.credits,
            self.fleeting or other.fleeting,
        )


class Dependences:
    """The dependences of the expressions of a policy, lets looked through.

    `dated`: kinds of which a cell may say something else on another day.
    """

    def __init__(self, policy: c.Policy, dated: Collection[str] = ()) -> None:
        self._lets, self._accounts = policy.lets, policy.accounts
        self._dated = dated
        self._known: dict[str, Dependence] = {}

    def of(self, node: c.Node, apart: Collection[c.Node] = ()) -> Dependence:
        """What a node reads, the nodes `apart` left out of account."""
        if node in apart:
            return Dependence()
        if isinstance(node, c.Hours):
            return self._of_hours(node)
        found = self._own(node)
        for child in c.children(node):
            found |= self.of(child, apart)
        if isinstance(node, c.ReadAccount) and node.where is not None:
            found = replace(found, rows=found.rows - {node.row or self._accounts[node.account].kind})
        return found

    def _own(self, node: c.Node) -> Dependence:
        match node:
            case c.Subject(var=var):
                return Dependence(rows=frozenset({var}))
            case c.FieldOf(kind=kind):
                return Dependence(kinds=frozenset({kind}), day=kind in self._dated)
            case c.Today():
                return Dependence(day=True)
            case c.Now() | c.ReadAccount(where=c.Expr()):
                return Dependence(fleeting=True)
            case c.Invoke(function=function) if function in PARTS:
                return Dependence(day=True)
            case c.PeriodEdge(which=which):
                return Dependence(day=which != "start")
            case c.LetRead():
                return self._of_let_read(node)
            case c.ReadAccount(account=account, subject=c.Subject(var="rep"), window=window):
                return Dependence(credits=frozenset({(account, (window,))}))
            case (
                c.ReadTarget()
                | c.ReadAccount()
                | c.AcrossReps()
                | c.AcrossPeriods()
                | c.Rank()
                | c.ShareOf()
                | c.TestRead()
            ):
                return Dependence(fleeting=True)
            case _:
                return Dependence()

    def _of_let_read(self, node: c.LetRead) -> Dependence:
        """What the value of a let reads, in the window of the reading; its arguments are children of the node."""
        inner = self._let(node.let)
        params = self._lets[node.let].params
        reps = [arg for param, arg in zip(params, node.args, strict=True) if param == "rep"]
        own = all(isinstance(arg, c.Subject) and arg.var == "rep" for arg in reps)
        elsewhen = inner.day and node.window.kind not in {"scope", "all"}
        within = frozenset((account, (node.window, *windows)) for account, windows in inner.credits)
        fleeting = inner.fleeting or elsewhen or (bool(within) and not own)
        return Dependence(kinds=inner.kinds, day=inner.day, credits=within, fleeting=fleeting)

    def _of_hours(self, node: c.Hours) -> Dependence:
        """Hours of literals say the same at every decision; others are told anew, by rows of their own."""
        cells = [part for part in c.walk(node) if isinstance(part, c.FieldOf)]
        if not cells and not any(isinstance(part, c.OpenIf | c.OpenCount | c.OpenFor) for part in c.walk(node)):
            return Dependence()
        counted = {
            part.rows.row or self._accounts[part.rows.account].kind
            for part in c.walk(node)
            if isinstance(part, c.OpenCount)
        }
        rows = frozenset(part.var for part in c.walk(node) if isinstance(part, c.Subject)) - counted
        return Dependence(rows, frozenset(cell.kind for cell in cells), fleeting=True)

    def _let(self, name: str) -> Dependence:
        if name not in self._known:
            self._known[name] = self.of(self._lets[name].value)
        return self._known[name]

    def parts_without(self, node: c.Node, row: str) -> tuple[c.Expr, ...] | None:
        """The largest parts of a node that do not read a row: with the day, their values stand for all that it reads.

        Conditions are looked into, so that what they compare is among the parts. None where such a part is read only
        sometimes (the second side of an `or`): it must not be read before it is due, for it may be missing. None, too,
        where more than its value is told of it when a condition fails.
        """
        if isinstance(node, c.Expr) and not isinstance(node, _CONDITIONS):
            reads = self.of(node)
            if row not in reads.rows:
                if not (reads.rows or reads.credits or reads.fleeting):
                    return ()
                return None if self._is_told_at_length(node) else (node,)
        if isinstance(node, c.ReadAccount) and node.where is not None:
            return None  # what is read for each row of an account is no part of its own
        found: list[c.Expr] = []
        always = _always(node)
        for child in c.children(node):
            parts = self.parts_without(child, row)
            if parts is None or (parts and not any(child is read for read in always)):
                return None
            found += parts
        return tuple(dict.fromkeys(found))

    def _is_told_at_length(self, node: c.Expr) -> bool:
        """Whether a reason tells of hours by the clock and the zone, or of the rows behind a count."""
        if isinstance(node, c.Invoke):
            return node.function == "during"
        value = self._lets[node.let].value if isinstance(node, c.LetRead) else None
        return isinstance(value, c.ReadAccount) and value.where is not None


def fields_at_hand(policy: c.Policy, node: c.Node) -> Iterator[c.FieldOf]:
    """The columns that a node reads in its reader's own time, lets looked through.

    Not those that are read period by period (an average per day sees every change), nor those of single credits
    (which are read on their own days).
    """
    match node:
        case c.ReadAccount(where=c.Expr() as where):
            yield from fields_at_hand(policy, where)
            return
        case c.AcrossPeriods() | c.ReadAccount():
            return
        case c.LetRead(let=let, window=window) if window.kind == "scope":
            if node.own:
                yield from fields_at_hand(policy, policy.lets[let].value)
                return
        case c.FieldOf():
            yield node
        case _:
            pass
    for child in c.children(node):
        yield from fields_at_hand(policy, child)


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
            return list(c.children(node))
