"""The builtin functions on whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...dsl import checked as c
from ...dsl.calendar import Calendar
from ..arrays.exact import Column
from ..arrays.integers import Index
from ..calendar.clocks import WEEKDAYS, during, local
from ..calendar.days import SECONDS_PER_DAY, month_of, weekday, whole_months
from ..calendar.periods import month_number, period_end, period_start
from ..calendar.windows import BEGINNING, last_day
from ..facts import SetCells, TextCells
from ..frames import Frame, Values, as_column, known_of
from ..texts import TEXT_FUNCTIONS, of_texts
from .columnar_hours import working_time

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["invoke"]


def invoke(ev: Columns, node: c.Invoke, frame: Frame) -> Values:
    """The value of a function; missing where an argument is."""
    if node.function == "local":
        return _local(ev, node, frame)
    if node.function == "working_time":
        return working_time(ev, node, frame)
    if node.function == "during":
        return _during(ev, node, frame)
    if node.function in TEXT_FUNCTIONS:
        return _of_texts(ev, node, frame)
    args = [ev.column(arg, frame) for arg in node.args]
    known = sum(args[1:], args[0]).known if len(args) > 1 else args[0].known
    days = [
        arg.floor_int() // SECONDS_PER_DAY if part.type.name == "moment" else arg.floor_int()
        for arg, part in zip(args, node.args, strict=True)
    ]
    match node.function:
        case "months":
            made = whole_months(days[0], days[1])
        case "days":
            made = (days[1] - days[0]) * SECONDS_PER_DAY
        case "years":
            made = np.sign(days[0]) * (np.abs(days[0]) // 12)
        case "whole":
            made = np.where(args[0].num < 0, -((-args[0]).floor_int()), args[0].floor_int())
        case "weekday":
            codes = np.where(known, weekday(days[0]), -1) if known is not None else weekday(days[0])
            return TextCells.of(codes, (*WEEKDAYS, None))
        case "time":
            made = args[0].floor_int() % SECONDS_PER_DAY
        case "date":
            made = days[0]
        case "month_of":
            made = month_of(days[0]) % 12 + 1
        case "part_by_days" | "part_by_months":
            return _part(node, frame, days[0], days[1], ev.policy.calendar).with_known(known)
        case _:
            made = month_of(days[0]) // 12 + 1970
    return Column.of(made).with_known(known)


def _local(ev: Columns, node: c.Invoke, frame: Frame) -> Column:
    """Each moment by the clock of a zone: zones have rules, not formulas, so each pair is looked up once."""
    moments, zones = ev.column(node.args[0], frame), ev.value(node.args[1], frame)
    assert isinstance(zones, TextCells)
    words, home = zones.words, ev.policy.timezone
    known = known_of(moments, len(frame)) & (zones.codes >= 0)
    at: list[int] = moments.floor_int().tolist()
    codes: list[int] = zones.codes.tolist()
    pairs = zip(at, codes, known.tolist(), strict=True)
    made = [local(moment, home, words[code]) if there else None for moment, code, there in pairs]
    shown = np.array([0 if moment is None else moment for moment in made], dtype=np.int64)
    return Column.of(shown).with_known(np.array([moment is not None for moment in made], dtype=np.bool_))


def _of_texts(ev: Columns, node: c.Invoke, frame: Frame) -> Values:
    """A function of texts, each combination of them looked at once."""
    args = [_each(ev.value(arg, frame)) for arg in node.args]
    known: dict[tuple[Any, ...], Any] = {}
    made: list[Any] = []
    for row in zip(*args, strict=True):
        if row not in known:
            known[row] = None if None in row else of_texts(node.function, *row)
        made.append(known[row])
    if node.type.name == "flag":
        holds = np.array([found is True for found in made], dtype=np.bool_)
        return as_column(holds).with_known(np.array([found is not None for found in made], dtype=np.bool_))
    words = tuple(dict.fromkeys(found for found in made if found is not None))
    codes = {word: code for code, word in enumerate(words)}
    return TextCells(np.array([codes.get(found, -1) for found in made], dtype=np.int32), words)


def _each(values: Values) -> list[Any]:
    """A text or a set of texts of each row; None where it is missing."""
    if isinstance(values, SetCells):
        return list(values.values)
    assert isinstance(values, TextCells)
    return [values.words[code] if code >= 0 else None for code in values.codes.tolist()]


def _during(ev: Columns, node: c.Invoke, frame: Frame) -> Column:
    """Whether each moment lies in its hours, as 0 and 1."""
    days = ev.value(node.args[1], frame)
    times = [ev.column(node.args[place], frame) for place in (0, 2, 3)]
    known = known_of(days, len(frame))
    for column in times:
        known = known & known_of(column, len(frame))
    at, begins, ends = (column.floor_int().tolist() for column in times)
    rows = zip(at, _weekdays(days), begins, ends, known.tolist(), strict=True)
    made = [there and during(moment, on, begin, end) for moment, on, begin, end, there in rows]
    return as_column(np.array(made, dtype=np.bool_)).with_known(known)


def _weekdays(days: Values) -> list[str | frozenset[str]]:
    """The weekdays of each row; none where they are missing."""
    nothing = frozenset[str]()
    if isinstance(days, SetCells):
        return [found or nothing for found in days.values]
    assert isinstance(days, TextCells)
    return [days.words[code] if code >= 0 else nothing for code in days.codes.tolist()]


def _part(node: c.Invoke, frame: Frame, first: Index, last: Index, calendar: Calendar) -> Column:
    """How much of the period at hand lies in its window between two days, both included; missing without a period."""
    begins, ends = frame.start // SECONDS_PER_DAY, last_day(frame.end)
    low, high = begins, ends
    if frame.part_of:
        low, high = period_start(frame.part_of, ends, calendar), period_end(frame.part_of, ends, calendar) - 1
    first, last = np.maximum(first, begins), np.minimum(last, ends)
    if node.function == "part_by_days":
        part, whole = last - first + 1, high - low + 1
    else:
        ahead = [month_number(days, calendar) for days in (first, last, low, high)]
        part, whole = ahead[1] - ahead[0] + 1, ahead[3] - ahead[2] + 1
    bounded = frame.start != BEGINNING
    part, whole = np.where(first <= last, part, 0), np.where(bounded, whole, 1)
    return Column.of(part).divide(Column.of(whole)).with_known(bounded)
