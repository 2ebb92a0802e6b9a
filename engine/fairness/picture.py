"""A picture of a pool: the credit of every rep, lead by lead, inside what is promised. An SVG.

With many reps those who were ever farthest are drawn loud and named; the others are a quiet crowd, each with its name
where a pointer rests. Over many leads the crowd becomes a band, from whoever is most ahead to whoever is most behind,
and two are drawn: who was ever farthest on either side. The promise is shaded where it is near enough to be seen; else
the title says how far it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from ..turns.credit_unit import CreditUnit
from ..turns.shares import SCALE
from .course import Course
from .turn_pools import PoolFairness

__all__ = ["credit_picture"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 960, 400, 56, 150, 62, 40
_LOUD = ("#c8442d", "#1f6fb4", "#2e8b57", "#b8860b", "#7a4fa3")
_QUIET = "#8a97a6"
_FONT = 'font-family="system-ui, sans-serif" font-size="13"'
_APART = 16
_MOST_STEPS, _STRETCHES = 800, 128
_SIZES = ((10**9, "G"), (10**6, "M"), (10**3, "k"))
_FAR = 3
"""The promise is drawn where it is at most so many times as far as anybody went."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand: `steps` turns across, credits from `-span` to `span` up, in whole numbers of the pool."""

    steps: int
    span: int
    unit: CreditUnit

    def x(self, step: int) -> int:
        """In hundredths of a pixel."""
        return _LEFT * 100 + step * (_WIDTH - _LEFT - _RIGHT) * 100 // max(1, self.steps)

    def y(self, credit: int) -> int:
        """In hundredths of a pixel, for 1/SCALE of a lead, or of a unit of value."""
        half = (_HEIGHT - _TOP - _BOTTOM) * 50
        return _TOP * 100 + half - credit * half // (self.span * SCALE)


def credit_picture(pool: PoolFairness, title: str = "") -> str:
    """The picture as the text of an SVG file; the same pool gives the same bytes."""
    dense = pool.course.steps > _MOST_STEPS
    course = pool.course.merged(_STRETCHES) if dense else pool.course
    farthest = {rep.rep: max(rep.most_ahead, rep.most_behind) for rep in pool.reps}
    reach = max((int(far * SCALE) for far in farthest.values()), default=0)
    over, under = (int(limit * SCALE) for limit in (pool.promised.over, pool.promised.under))
    near = max(over, under) <= _FAR * max(reach, SCALE)
    span = max(1, -(-(max(over, under) if near else reach) // SCALE))
    frame = _Frame(course.steps, span, pool.unit)
    loud = _both_sides(pool) if dense else sorted(farthest, key=lambda rep: (-farthest[rep], rep))[: len(_LOUD)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {_FONT}>',
        f"<title>{escape(title or pool.pool)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" fill="#222">{escape(title or _title(pool))}</text>',
        f'<text x="{_LEFT}" y="44" fill="#666">{escape(_subtitle(pool, near=near))}</text>',
        *(_promise(frame, over, under) if near else []),
        *_lines(frame),
    ]
    if dense:
        parts.append(_band(frame, course))
    for rep in sorted(set(farthest) - set(loud)) if not dense else ():
        parts.append(_path(frame, course, rep, _QUIET, 'stroke-width="0.8" stroke-opacity="0.5"'))
    for rep, colour in reversed(list(zip(loud, _LOUD, strict=False))):
        parts.append(_path(frame, course, rep, colour, 'stroke-width="1.5"'))
    parts += _names(frame, course, loud)
    middle = (_LEFT + _WIDTH - _RIGHT) // 2
    below = f'x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle" fill="#555"'
    parts.append(f"<text {below}>leads of the pool, in order</text>")
    return "\n".join([*parts, "</svg>", ""])


def _both_sides(pool: PoolFairness) -> list[str]:
    """Who was ever farthest ahead, and who farthest behind."""
    ahead = min(pool.reps, key=lambda rep: (-rep.most_ahead, rep.rep))
    behind = min(pool.reps, key=lambda rep: (-rep.most_behind, rep.rep))
    return list(dict.fromkeys([ahead.rep, behind.rep]))


def _band(frame: _Frame, course: Course) -> str:
    """From the lowest to the highest credit of anybody; a credit stays as it is where no turn changes it."""
    upper: list[str] = []
    lower: list[str] = []
    last: dict[str, int] = {}
    for place, stretch in enumerate(course.stretches):
        held = [credit for rep, credit in last.items() if rep not in stretch] or [0]
        high = max([*held, *(one.high for one in stretch.values())])
        low = min([*held, *(one.low for one in stretch.values())])
        last.update({rep: one.last for rep, one in stretch.items()})
        ends = (min(course.steps, at * course.width) for at in (place, place + 1))
        for step in ends:
            upper.append(f"{_pixels(frame.x(step))} {_pixels(frame.y(high))}")
            lower.append(f"{_pixels(frame.x(step))} {_pixels(frame.y(low))}")
    around = "L".join([*upper, *reversed(lower)])
    return f'<path fill="{_QUIET}" fill-opacity="0.25" d="M{around}Z"><title>everybody</title></path>'


def _title(pool: PoolFairness) -> str:
    what = pool.unit.said or "leads"
    return f"{pool.pool}: {what} owed less {what} received, rep by rep"


def _subtitle(pool: PoolFairness, *, near: bool) -> str:
    said = f"{len(pool.reps):,} reps over {pool.course.steps:,} leads; above 0: owed, below 0: ahead"
    said += f"; in {pool.unit.currency}" if pool.unit.currency else ""
    if near:
        return f"{said}; the promise is shaded"
    over, under = (_amount(pool, limit) for limit in (pool.promised.over, pool.promised.under))
    return f"{said}; the promise, -{over} .. +{under}, lies outside"


def _amount(pool: PoolFairness, value: Fraction) -> str:
    return pool.unit.figure(value) if pool.unit.said else _leads(value)


def _leads(value: Fraction) -> str:
    tenths = (value * 10).__floor__()
    return f"{tenths // 10:,}.{tenths % 10}"


def _promise(frame: _Frame, over: int, under: int) -> list[str]:
    top, bottom = frame.y(under), frame.y(-over)
    size = f'x="{_LEFT}" y="{_pixels(top)}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_pixels(bottom - top)}"'
    return [f'<rect {size} fill="#2e8b57" fill-opacity="0.08"/>']


def _lines(frame: _Frame) -> list[str]:
    made: list[str] = []
    step = max(1, -(-frame.span // 5))
    if frame.unit.said:
        step = _round_step(step)
    for line in range(-(frame.span // step) * step, frame.span + 1, step):
        at = _pixels(frame.y(line * SCALE))
        dash = "" if line == 0 else ' stroke-dasharray="2 4"'
        made.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at}" y2="{at}" stroke="#bbb"{dash}/>')
        sign = f"{'-' if line < 0 else '+'}{_short(Fraction(abs(line), frame.unit.in_one))}" if line else "0"
        made.append(f'<text x="{_LEFT - 8}" y="{at}" dy="4" text-anchor="end" fill="#555">{sign}</text>')
    return made


def _round_step(least: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, ... that is not below a number."""
    power = 10 ** (len(str(least)) - 1)
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= least)


def _short(value: Fraction) -> str:
    """A figure at a line, where there is little room: `12`, `0.5`, `20k`, `1.5M`."""
    for size, mark in _SIZES:
        if value >= size:
            return f"{_decimal(value / size)}{mark}"  # exact: fraction
    return _decimal(value)


def _decimal(value: Fraction) -> str:
    whole, rest = divmod((value * 10**6).__floor__(), 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _path(frame: _Frame, course: Course, rep: str, colour: str, style: str) -> str:
    """A credit stays as it is until the rep's next turn: steps, not slopes. A stretch of turns shows its extremes."""
    drawn = [f"M{_pixels(frame.x(0))} {_pixels(frame.y(0))}"]
    for place, stretch in enumerate(course.stretches):
        there = stretch.get(rep)
        if there is None:
            continue
        drawn.append(f"H{_pixels(frame.x(min(course.steps, place * course.width + 1)))}")
        ends = [there.last] if there.low == there.high or course.width == 1 else [there.low, there.high, there.last]
        drawn += [f"V{_pixels(frame.y(credit))}" for credit in ends]
    drawn.append(f"H{_pixels(frame.x(course.steps))}")
    name = f"<title>{escape(rep)}</title>"
    return f'<path fill="none" stroke="{colour}" {style} d="{"".join(drawn)}">{name}</path>'


def _names(frame: _Frame, course: Course, loud: Sequence[str]) -> list[str]:
    """The names beside the ends of their lines, moved apart so that each can be read."""
    ends = {rep: _last(course, rep) for rep in loud}
    ordered = sorted(loud, key=lambda rep: (-ends[rep], rep))
    made: list[str] = []
    lowest = _TOP
    for rep in ordered:
        at = max(frame.y(ends[rep]) // 100 + 4, lowest)
        lowest = at + _APART
        colour = _LOUD[loud.index(rep)]
        shown = rep if len(rep) <= 18 else f"{rep[:17]}…"
        made.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{at}" fill="{colour}">{escape(shown)}</text>')
    return made


def _last(course: Course, rep: str) -> int:
    return next((stretch[rep].last for stretch in reversed(course.stretches) if rep in stretch), 0)


def _pixels(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"
