"""Tables in the columnar evaluator; the same readings as in `scalar_tables`, band by band over whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column, alike, where
from ..arrays.integers import Mask
from ..frames import Frame, Values, known_of, only_where, pick

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["blend", "choose", "grid", "table"]


def table(ev: Columns, node: c.Table, frame: Frame) -> Values:
    """The table's values; missing where the operand or a bound is, or `against` is missing or not above zero."""
    operand = ev.column(node.operand, frame)
    against = ev.column(node.against, frame) if node.against is not None else None
    bounds = [ev.column(band.bound, frame) for band in node.bands]
    there = _known_in(frame, operand, *bounds)
    if against is not None:
        bounds = [bound * against for bound in bounds]
        there = there & against.gt(_nothing(frame))
    match node.reading:
        case "marginal":
            made: Values = _marginal(ev, node, frame, operand, bounds)
        case "retroactive":
            reached = _reached(ev, node, frame, operand, bounds, extend=True)
            assert isinstance(reached, Column)
            made = operand * reached
        case "step":
            made = _reached(ev, node, frame, operand, bounds)
        case "sloped":
            made = _sloped(ev, node, frame, operand, bounds)
    return only_where(there, made)


def _known_in(frame: Frame, *columns: Column) -> Mask:
    """Where all of the columns are known."""
    made = np.ones(len(frame), dtype=np.bool_)
    for column in columns:
        made &= known_of(column, len(frame))
    return made


def _nothing(frame: Frame) -> Column:
    return Column.constant(0, len(frame))


def _marginal(ev: Columns, node: c.Table, frame: Frame, operand: Column, bounds: list[Column]) -> Column:
    """Over the bands, the part of the operand that lies in each times the band's value."""
    total, zero = _nothing(frame), _nothing(frame)
    below = bounds[0].eq(zero)
    for index, value in enumerate(alike([ev.column(band.value, frame) for band in node.bands])):
        upper = operand if index + 1 == len(bounds) else operand.minimum(bounds[index + 1])
        part = upper - bounds[index]
        if part.known is None and value.known is None and (index or below.all()):
            total = total + (part.maximum(zero) if index else part) * value
            continue
        inside = part.gt(zero)
        if index == 0:
            inside = inside | (below & part.lt(zero))
        total = total + where(inside, part * value, zero)
    return total


def _at(operand: Column, bound: Column, edge: str) -> Mask:
    return operand.gt(bound) if edge == "above" else operand.ge(bound)


def _reached(
    ev: Columns, node: c.Table, frame: Frame, operand: Column, bounds: list[Column], *, extend: bool = False
) -> Values:
    """The value of the highest band reached; with `extend`, the first one's below a bound of 0, too."""
    made = _below(ev, node.bands[0].value, frame)
    for index, (band, bound) in enumerate(zip(node.bands, bounds, strict=True)):
        mask = _at(operand, bound, band.edge)
        if extend and index == 0:
            zero = _nothing(frame)
            mask = mask | (bound.eq(zero) & operand.lt(zero))
        made = pick(mask, ev.value(band.value, frame), made)
    return made


def _below(ev: Columns, first: c.Expr, frame: Frame) -> Values:
    """What a table gives below its first bound: nothing, which of quantities is zero."""
    if first.type.is_quantity:
        return _nothing(frame)
    return only_where(np.zeros(len(frame), dtype=np.bool_), ev.value(first, frame))


def _sloped(ev: Columns, node: c.Table, frame: Frame, operand: Column, bounds: list[Column]) -> Column:
    """On the straight line between the points around; flat outside."""
    values = [ev.column(band.value, frame) for band in node.bands]
    made = values[-1]
    for index in range(len(bounds) - 1, 0, -1):
        low, high = bounds[index - 1], bounds[index]
        slope = (values[index] - values[index - 1]) * (operand - low)
        line = values[index - 1] + slope.divide(high - low)
        made = where(operand.le(high), line, made)
    return where(operand.le(bounds[0]), values[0], made)


def grid(ev: Columns, node: c.Grid, frame: Frame) -> Values:
    """The cell of the row and column reached."""
    row, column = ev.column(node.row, frame), ev.column(node.column, frame)
    below = made = _below(ev, node.cells[0][0], frame)
    bounds = [ev.column(edge.bound, frame) for edge in (*node.rows, *node.columns)]
    there = _known_in(frame, row, column, *bounds)
    across = zip(node.columns, bounds[len(node.rows) :], strict=True)
    columns = [_at(column, bound, edge.edge) for edge, bound in across]
    for edge, bound, cells in zip(node.rows, bounds, node.cells, strict=False):
        reached = _at(row, bound, edge.edge)
        line = below
        for mask, cell in zip(columns, cells, strict=True):
            line = pick(mask, ev.value(cell, frame), line)
        made = pick(reached, line, made)
    return only_where(there, made)


def choose(ev: Columns, node: c.Choose, frame: Frame) -> Values:
    """The value of the first case that holds."""
    made = ev.value(node.otherwise, frame)
    for when, value in reversed(node.cases):
        made = pick(ev.mask(when, frame), ev.value(value, frame), made)
    return made


def blend(ev: Columns, node: c.Blend, frame: Frame) -> Values:
    """The weighted sum."""
    total = _nothing(frame)
    for weight, part in node.parts:
        total = total + ev.column(part, frame).scale(weight)
    return total
