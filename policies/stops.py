"""Why one more sale pays a rep nothing: the gate that is shut, the cap that is reached, the floor that pays anyway."""

from __future__ import annotations

from fractions import Fraction

from ..dsl import checked as c
from ..engine.calendar.periods import Period
from ..engine.derivations.clause_steps import ClauseStep, derivation
from ..engine.pay.simulation import Run
from ..engine.scalars.scalar import Evaluator
from .wording import words

__all__ = ["stops"]

_VERBS: dict[type[c.Node], tuple[str, str]] = {
    c.Gate: ("stopped by", "stopped by"),
    c.AtMost: ("limited by", "paid from what was cut off before, by"),
    c.AtLeast: ("taken back by", "raised by"),
}
"""By what a clause does: what it takes away, what it adds (a `carry` does the other of the two in later periods)."""
NOTHING = "no component counts such a deal"


def stops(run: Run, rep: str, day: int) -> list[str]:
    """The clauses that make what the rep is paid in the periods of a day; `NOTHING` where there are none.

    Where a clause of `total` decides, those of the components do not matter and are left out.
    """
    ev = Evaluator(run.policy, run.facts)
    row = run.facts.table("rep").row(rep)
    assert row is not None
    found: list[str] = []
    for cells in run.members:
        mine: list[int] = cells.period[cells.frame.rows["rep"] == row].tolist()
        for period in (cells.periods[index] for index in mine):
            if period.start <= day < period.end:
                found += _of_scheme(run, ev, cells.scheme, row, period)
    return list(dict.fromkeys(found)) or [NOTHING]


def _of_scheme(run: Run, ev: Evaluator, scheme: c.Scheme, row: int, period: Period) -> list[str]:
    if scheme.total is not None:
        made = derivation(ev, scheme, scheme.total, row, period, _earned(run, scheme.name, row, period))
        found = [_said(run, "total", step) for step in made.clauses if step.acts and type(step.clause) in _VERBS]
        if found:
            return found
    pays = scheme.pays
    derived = [(part, derivation(ev, scheme, part, row, period)) for part in pays if part.account is not None]
    return [
        _said(run, part.name, step)
        for part, made in derived
        for step in made.clauses
        if step.acts and type(step.clause) in _VERBS
    ]


def _said(run: Run, name: str, step: ClauseStep) -> str:
    adds = (
        isinstance(step.before, int | Fraction) and isinstance(step.after, int | Fraction) and step.after > step.before
    )
    return f"`{name}` {_VERBS[type(step.clause)][adds]} `{words(run.policy, step.clause)}`"


def _earned(run: Run, scheme: str, row: int, period: Period) -> int:
    lines = run.lines
    if scheme not in lines.schemes or period not in lines.periods:
        return 0
    total = lines.components.index("total") if "total" in lines.components else -1
    mine = (
        (lines.rep == row)
        & (lines.scheme == lines.schemes.index(scheme))
        & (lines.period == lines.periods.index(period))
        & (lines.component != total)
    )
    return sum(lines.amount[mine].tolist())
