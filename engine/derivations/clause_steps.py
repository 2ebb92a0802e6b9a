"""How a component's value came about, as traced steps: what an explanation shows, for programs that compare two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...dsl import checked as c
from ..arrays.rounding import step_of
from ..calendar.periods import Period
from ..calendar.windows import of_period
from ..pay.clauses import worth
from ..pay.membership import stretches
from ..pay.statement import opened, scope_of
from ..scalars.scalar import Env, Evaluator
from ..scalars.trace import Step

__all__ = ["ClauseStep", "Derivation", "derivation"]


@dataclass(frozen=True, slots=True)
class ClauseStep:
    """A clause with the value before and after it, in exact minor units (None: missing)."""

    clause: c.Clause
    before: object
    after: object

    @property
    def acts(self) -> bool:
        """Whether it made another value of it."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Derivation:
    """The steps of a value, and then each clause in the order written."""

    steps: tuple[Step, ...]
    clauses: tuple[ClauseStep, ...]

    def counting(self) -> Iterator[Step]:
        """All steps that count: not bands that were passed by."""
        waiting = list(self.steps)
        while waiting:
            step = waiting.pop()
            if step.told.get("reached") is not False:
                yield step
                waiting += step.parts

    def values(self, node: c.Node) -> list[object]:
        """The values that a node had on the way, latest first; empty where it was not read."""
        return [step.value for step in self.counting() if step.node is node]

    def reads(self) -> set[int]:
        """The identities of all nodes on the way."""
        return {id(step.node) for step in self.counting() if step.node is not None}


def derivation(
    ev: Evaluator, scheme: c.Scheme, part: c.Pay | c.Total, rep: int, period: Period, earned: int | None = None
) -> Derivation:
    """Trace a component of a rep in a period; `earned` is the sum of the components on which a `total` acts.

    Of several stretches of the period for which the scheme pays the rep, the last one.
    """
    paid = stretches(ev, scheme, rep, period)
    env = paid[-1] if paid else Env({"rep": rep}, *of_period(period), part_of=scheme.per)
    scope = scope_of(part, env, ev.policy.calendar) if isinstance(part, c.Pay) else env
    step = step_of(ev.policy)
    open_ = opened(ev, scheme, part, rep, period, step)
    ev.tracer.take()
    ev.tracer.on = ev.tracer.brief = True
    try:
        value = ev.value(part.value, scope) if isinstance(part, c.Pay) else earned
        worth(ev, value, part.clauses, scope, step, open_)
    finally:
        ev.tracer.on = ev.tracer.brief = False
    steps = tuple(ev.tracer.take())
    acting = {id(clause): clause for clause in part.clauses}
    clauses: list[ClauseStep] = []
    for step in steps:
        clause = acting.get(id(step.node))
        if clause is not None:
            clauses.append(ClauseStep(clause, value, step.value))
            value = step.value
    return Derivation(steps, tuple(clauses))
