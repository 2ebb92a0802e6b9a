"""When a line may be paid, by the scalar evaluator: the same law as in `payables`, with its derivation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period
from ..calendar.windows import BEGINNING, of_period
from ..scalars.scalar import Env, Evaluator
from .carry import Steps
from .payables import HELD, read_at
from .statement import Line

__all__ = ["Part", "parts_of_line"]


@dataclass(frozen=True, slots=True)
class Part:
    """An amount in minor units and the day on which it is payable (`HELD`: none that is known yet).

    `rate`: what part of the line was released by then.
    """

    day: int
    amount: int
    rate: Fraction


def parts_of_line(
    ev: Evaluator, scheme: c.Scheme, line: Line, rep: int, period: Period, until: int, step: int
) -> list[Part]:
    """The parts of a line of a period, in the order in which they fall due, in a run up to the day `until`."""
    release = scheme.release_of(line.component)
    by_row = release is not None and any(isinstance(n, c.Subject) and n.var != "rep" for n in c.walk(release))
    if release is None or (by_row and line.row < 0):
        return [Part(period.end - 1, line.amount, Fraction(1))]
    rows = {"rep": rep, **({line.kind: line.row} if line.row >= 0 else {})}
    steps = Steps(step, ev.policy.rounding)
    if release.rate is None:
        made = _by_dates(ev, release, line.amount, Env(rows, *of_period(period)), steps)
    else:
        made = _by_rate(ev, release.rate, line.amount, rows, (period, until), steps)
    there = [part for part in made if part.amount]
    return sorted(there, key=lambda part: (part.day == HELD, part.day))


def _by_rate(
    ev: Evaluator, rate: c.Expr, amount: int, rows: dict[str, int], span: tuple[Period, int], steps: Steps
) -> list[Part]:
    """Read at the end of each period: everything that is known by then."""
    made: list[Part] = []
    before = 0
    for period in read_at(*span):
        read = ev.value(rate, Env(rows, BEGINNING, period.end * SECONDS_PER_DAY))
        share = max(Fraction(0), min(Fraction(read or 0), Fraction(1)))
        by_now = steps.one(amount * share)
        made.append(Part(period.end - 1, by_now - before, share))
        before = by_now
    return [*made, Part(HELD, amount - before, Fraction(1))]


def _by_dates(ev: Evaluator, release: c.Release, amount: int, env: Env, steps: Steps) -> list[Part]:
    """Each part is what its share adds to what was released before, in the order written."""
    made: list[Part] = []
    before, reached = 0, Fraction(0)
    for share, on in release.parts:
        reached += share
        by_now = steps.one(amount * reached)
        when = ev.value(on, env)
        day = HELD if when is None else int(when) // (1 if on.type.name == "date" else SECONDS_PER_DAY)
        made.append(Part(day, by_now - before, reached))
        before = by_now
    return made
