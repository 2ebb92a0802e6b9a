"""Tables in the scalar evaluator.

Bounds are compared exactly: with `against`, the operand is divided by it first, as an exact fraction. A table whose
first bound is 0 goes on below it at its first value, so that refunds reverse at the rate that they were paid at.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ...dsl.types import RATE, Type

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["blend", "choose", "grid", "table"]


def table(ev: Evaluator, node: c.Table, env: Env) -> Any:
    """The table's value; None where the operand or a bound is missing, or `against` is missing or not above zero."""
    operand = ev.value(node.operand, env)
    against = ev.value(node.against, env) if node.against is not None else None
    bounds = [ev.quietly(band.bound, env) for band in node.bands]
    if None in bounds:
        return _value_at(ev, node, env, bounds, ())[0]
    if operand is None or (node.against is not None and (against is None or against <= 0)):
        return None
    place = operand if against is None else Fraction(operand) / against  # exact: fraction
    if against is not None:
        ev.tracer.note("ratio", place, RATE, node.against)
    match node.reading:
        case "marginal":
            return _marginal(ev, node, env, place, against, bounds)
        case "retroactive":
            rate = _reached(ev, node, env, bounds, place, 0, extend=True)
            return None if rate is None else operand * rate
        case "step":
            return _reached(ev, node, env, bounds, place, 0 if node.type.is_quantity else None)
        case "sloped":
            return _sloped(ev, node, env, place, bounds)


def _open_band(ev: Evaluator, band: c.Band, env: Env) -> None:
    """Begin a band's step with its bound, where that is no literal."""
    if ev.tracer.on:
        ev.tracer.open()
        if not isinstance(band.bound, c.Constant):
            ev.value(band.bound, env)


def _close_band(ev: Evaluator, band: c.Band, bound: Any, value: Any, unit: Type | None = None, **told: Any) -> None:
    if ev.tracer.on:
        ev.tracer.close(band, value, "band", unit or band.value.type, bound=bound, **told)


def _marginal(ev: Evaluator, node: c.Table, env: Env, place: Any, against: Any, bounds: list[Any]) -> Any:
    """The sum over bands of the part that lies in each, times its value."""
    total: Any = 0
    for index, band in enumerate(node.bands):
        low = bounds[index]
        top = bounds[index + 1] if index + 1 < len(bounds) else None
        part = (place if top is None else min(place, top)) - low
        _open_band(ev, band, env)
        if total is None or (part <= 0 and not (index == 0 and low == 0 and part < 0)):
            _close_band(ev, band, low, None, reached=False)
            continue
        part = part if against is None else part * against
        rate = ev.value(band.value, env)
        worth = None if rate is None else part * rate
        _close_band(ev, band, low, worth, node.type, part=part, part_unit=node.operand.type, rate=rate)
        total = None if worth is None else total + worth
        if total is None and not ev.tracer.on:
            return None
    return total


def _reached(
    ev: Evaluator, node: c.Table, env: Env, bounds: list[Any], place: Any, nothing: Any, *, extend: bool = False
) -> Any:  # fmt: skip
    """The value of the highest band whose bound is reached; with `extend`, the first one below a bound of 0, too.

    `nothing` where no band is reached.
    """
    found: c.Band | None = None
    for band, bound in zip(node.bands, bounds, strict=True):
        below = extend and bound == 0 and place < 0 and band is node.bands[0]
        if below or place > bound or (place == bound and band.edge == "from"):
            found = band
    return _value_at(ev, node, env, bounds, () if found is None else (found,), nothing)[0]


def _value_at(
    ev: Evaluator, node: c.Table, env: Env, bounds: list[Any], taken: tuple[c.Band, ...], nothing: Any = None
) -> tuple[Any, ...]:  # fmt: skip
    """The values of the bands that count, and all the others told as bounds that were compared."""
    made: list[Any] = []
    for band, bound in zip(node.bands, bounds, strict=True):
        counts = any(band is one for one in taken)
        if not counts and not ev.tracer.on:
            continue
        _open_band(ev, band, env)
        value = ev.value(band.value, env) if counts else None
        made += [value] if counts else []
        _close_band(ev, band, bound, value, reached=counts)
    return tuple(made) if taken else (nothing,)


def _sloped(ev: Evaluator, node: c.Table, env: Env, place: Any, bounds: list[Any]) -> Any:
    """On the straight line between the points around; flat outside."""
    if place <= bounds[0]:
        return _value_at(ev, node, env, bounds, node.bands[:1])[0]
    for index in range(1, len(bounds)):
        low, high = bounds[index - 1], bounds[index]
        if place <= high:
            below, above = _value_at(ev, node, env, bounds, node.bands[index - 1 : index + 1])
            if below is None or above is None:
                return None
            return below + (above - below) * Fraction(place - low) / (high - low)  # exact: fraction
    return _value_at(ev, node, env, bounds, node.bands[-1:])[0]


def grid(ev: Evaluator, node: c.Grid, env: Env) -> Any:
    """The cell of the row and column reached; nothing below the first of either."""
    row, column = ev.value(node.row, env), ev.value(node.column, env)
    bounds = [[ev.quietly(edge.bound, env) for edge in edges] for edges in (node.rows, node.columns)]
    ev.tracer.tell(bounds=bounds)
    if row is None or column is None or None in bounds[0] or None in bounds[1]:
        return None
    line, cell = _edge_reached(node.rows, bounds[0], row), _edge_reached(node.columns, bounds[1], column)
    if line is None or cell is None:
        return 0 if node.type.is_quantity else None
    if not ev.tracer.on:
        return ev.value(node.cells[line][cell], env)
    ev.tracer.open()
    value = ev.value(node.cells[line][cell], env)
    ev.tracer.close(node, value, "cell", node.type, row=line, column=cell)
    return value


def _edge_reached(edges: tuple[c.Edge, ...], bounds: list[Any], place: Any) -> int | None:
    found: int | None = None
    for index, (edge, bound) in enumerate(zip(edges, bounds, strict=True)):
        if place > bound or (place == bound and edge.edge == "from"):
            found = index
    return found


def choose(ev: Evaluator, node: c.Choose, env: Env) -> Any:
    """The value of the first case that holds."""
    for case, (when, value) in enumerate(node.cases):
        if ev.holds(when, env):
            ev.tracer.tell(case=case)
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
