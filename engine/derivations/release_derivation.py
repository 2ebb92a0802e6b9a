"""When a line may be paid, as plain steps: each part with its day and, for a rate, how the rate came about."""

from __future__ import annotations

from fractions import Fraction

from ...dsl.types import MONEY, RATE
from ..arrays.rounding import step_of
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..calendar.windows import BEGINNING
from ..pay.payables import HELD
from ..pay.released import Part, parts_of_line
from ..pay.statement import Line, Statement
from ..scalars.scalar import Env
from .derivation import Plain, Teller

__all__ = ["release_steps"]


def release_steps(teller: Teller, made: Statement, line: Line, until: int) -> list[Plain]:
    """The parts of a line, in the order in which they fall due, in a run up to the day `until`.

    None where the line is payable with its period. A part has `day` (None: held), `reach` (what part of the line is
    released by then) and, where that is read from the facts, the derivation of it.
    """
    release = made.scheme.release_of(line.component)
    if release is None:
        return []
    parts = parts_of_line(teller.ev, made.scheme, line, made.rep, made.period, until, step_of(teller.ev.policy))
    return [_part(teller, made, line, part) for part in parts]


def _part(teller: Teller, made: Statement, line: Line, part: Part) -> Plain:
    voice, release = teller.voice, made.scheme.release_of(line.component)
    held = part.day == HELD
    said = voice("due.held") if held else voice("due", day=format_day(part.day))
    inner: list[Plain] = []
    if not held:
        reach = teller.own("reach", part.rate, RATE, said=voice("due.reach"))
        if release is not None and release.rate is not None and line.row >= 0:
            reach["parts"] = _traced_rate(teller, made, line, part)
        inner.append(reach)
    more: Plain = {"day": None if held else format_day(part.day), **teller.rounding}
    return teller.own("due", Fraction(part.amount), MONEY, said=said, parts=inner, **more)


def _traced_rate(teller: Teller, made: Statement, line: Line, part: Part) -> list[Plain]:
    """How the rate came about, as of the day of the part."""
    release, tracer = made.scheme.release_of(line.component), teller.ev.tracer
    assert release is not None
    assert release.rate is not None
    rows = {"rep": made.rep, line.kind: line.row}
    tracer.on = True
    try:
        teller.ev.value(release.rate, Env(rows, BEGINNING, (part.day + 1) * SECONDS_PER_DAY))
        return teller.collect()
    finally:
        tracer.on = False
