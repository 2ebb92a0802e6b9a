"""Tables in the scalar evaluator.

Bounds are compared exactly: with `against`, the operand is divided by it first, as an exact fraction. A table whose
first bound is 0 goes on below it at its first value, so that refunds reverse at the rate that they were paid at.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..dsl import checked as c
from ..dsl.types import RATE

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["blend", "choose", "grid", "table"]


def table(ev: Evaluator, node: c.Table, env: Env) -> Any:
    """The table's value; None where the operand or a bound is missing, or `against` is missing or not above zero."""
    operand = ev.value(node.operand, env)
    against = ev.value(node.against, env) if node.against is not None else None
    bounds = [ev.quietly(band.bound, env) for band in node.bands]
    if operand is None or None in bounds or (node.against is not None and (against is None or against <= 0)):
        return None
    place = operand if against is None else Fraction(operand) / against  # exact: fraction
    match node.reading:
        case "marginal":
            return _marginal(ev, node, env, place, against, bounds)
        case "retroactive":
            reached = _reached(ev, node, bounds, place, extend=True)
            rate = 0 if reached is None else ev.value(reached.value, env)
            return None if rate is None else operand * rate
        case "step":
            reached = _reached(ev, node, bounds, place)
            if reached is None:
                return 0 if node.type.is_quantity else None
            return ev.value(reached.value, env)
        case "sloped":
            return _sloped(ev, node, env, place, bounds)


def _marginal(ev: Evaluator, node: c.Table, env: Env, place: Any, against: Any, bounds: list[Any]) -> Any:
    """The sum over bands of the part that lies in each, times its value."""
    total: Any = 0
    for index, band in enumerate(node.bands):
        low = bounds[index]
        top = bounds[index + 1] if index + 1 < len(bounds) else None
        part = (place if top is None else min(place, top)) - low
        if part <= 0 and not (index == 0 and low == 0 and part < 0):
            continue
        part = part if against is None else part * against
        rate = ev.quietly(band.value, env)
        if rate is None:
            return None
        worth = part * rate
        ev.tracer.note("part in the band", part, node.operand.type, band)
        ev.tracer.note("this band gives", worth, node.type, band)
        total += worth
    return total


def _reached(ev: Evaluator, node: c.Table, bounds: list[Any], place: Any, *, extend: bool = False) -> c.Band | None:
    """The highest band whose bound is reached; with `extend`, the first one below a bound of 0, too."""
    found: c.Band | None = None
    for band, bound in zip(node.bands, bounds, strict=True):
        below = extend and bound == 0 and place < 0 and band is node.bands[0]
        if below or place > bound or (place == bound and band.edge == "from"):
            found = band
    if found is not None:
        ev.tracer.note("the band reached", place, RATE if node.against is not None else node.operand.type, found)
    return found


def _sloped(ev: Evaluator, node: c.Table, env: Env, place: Any, bounds: list[Any]) -> Any:
    """On the straight line between the points around; flat outside."""
    if place <= bounds[0]:
        return ev.value(node.bands[0].value, env)
    for index in range(1, len(bounds)):
        low, high = bounds[index - 1], bounds[index]
        if place <= high:
            below, above = ev.value(node.bands[index - 1].value, env), ev.value(node.bands[index].value, env)
            if below is None or above is None:
                return None
            return below + (above - below) * Fraction(place - low) / (high - low)  # exact: fraction
    return ev.value(node.bands[-1].value, env)


def grid(ev: Evaluator, node: c.Grid, env: Env) -> Any:
    """The cell of the row and column reached; nothing below the first of either."""
    row, column = ev.value(node.row, env), ev.value(node.column, env)
    bounds = [[ev.quietly(edge.bound, env) for edge in edges] for edges in (node.rows, node.columns)]
    if row is None or column is None or None in bounds[0] or None in bounds[1]:
        return None
    line, cell = _edge_reached(node.rows, bounds[0], row), _edge_reached(node.columns, bounds[1], column)
    if line is None or cell is None:
        return 0 if node.type.is_quantity else None
    return ev.value(node.cells[line][cell], env)


def _edge_reached(edges: tuple[c.Edge, ...], bounds: list[Any], place: Any) -> int | None:
    found: int | None = None
    for index, (edge, bound) in enumerate(zip(edges, bounds, strict=True)):
        if place > bound or (place == bound and edge.edge == "from"):
            found = index
    return found


def choose(ev: Evaluator, node: c.Choose, env: Env) -> Any:
    """The value of the first case that holds."""
    for when, value in node.cases:
        if ev.holds(when, env):
            return ev.value(value, env)
    return ev.value(node.otherwise, env)


def blend(ev: Evaluator, node: c.Blend, env: Env) -> Any:
    """The weighted sum; None where a part is missing."""
    total: Any = 0
    for weight, part in node.parts:
        value = ev.value(part, env)
        if value is None:
            return None
        total += weight * value
    return total
