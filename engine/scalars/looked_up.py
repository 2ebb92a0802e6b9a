"""Rows that a reading looks up, instead of reading all of them: by what has to equal what the reader says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...dsl import checked as c
from ..finders import Finder
from ..texts import TEXT_FUNCTIONS
from ..world import World

if TYPE_CHECKING:
    from .scalar import Evaluator

__all__ = ["found_by"]


def found_by(ev: Evaluator, node: c.ReadAccount) -> tuple[Finder, c.Expr] | None:
    """What finds the rows of a reading, and what says by which value; None where they have to be read one by one."""
    kind = ev.policy.accounts[node.account].kind
    row = node.row or kind
    if node.where is None or kind in ev.world.dated or type(ev.world) is not World:
        return None
    for part in node.where.parts if isinstance(node.where, c.All) else (node.where,):
        if not isinstance(part, c.Same) or part.negated:
            continue
        for own, side in ((part.left, part.right), (part.right, part.left)):
            columns = _columns(ev, own, row, kind)
            reads = [one.var for one in c.walk(side) if isinstance(one, c.Subject)]
            if columns and row not in reads:
                return ev.world.finder(kind, (own, row), columns, lambda at, own=own: ev.of_row(own, row, at)), side
    return None


def _columns(ev: Evaluator, node: c.Expr, row: str, kind: str) -> frozenset[str]:
    """The columns of the row of which alone a value is made; none where it is made of anything else."""
    try:
        return frozenset(_cells(ev, node, row, kind))
    except _Otherwise:
        return frozenset()


class _Otherwise(Exception):
    """A value depends on something else than cells of its own row."""


def _cells(ev: Evaluator, node: c.Node, row: str, kind: str) -> Iterator[str]:
    match node:
        case c.FieldOf(base=c.Subject(var=var), column=column) if var == row and node.kind == kind:
            yield column
        case c.LetRead(let=let, args=(c.Subject(var=var),), window=window) if var == row and window.kind == "scope":
            yield from _cells(ev, ev.policy.lets[let].value, kind, kind)
        case c.Invoke(function=function) if function in TEXT_FUNCTIONS:
            for arg in node.args:
                yield from _cells(ev, arg, row, kind)
        case c.Fallback(value=value, other=other):
            yield from _cells(ev, value, row, kind)
            yield from _cells(ev, other, row, kind)
        case c.Constant():
            return
        case _:
            raise _Otherwise
