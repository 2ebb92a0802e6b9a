"""All statements of a policy by the scalar evaluator: slow, simple, and the yardstick of the columnar run."""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl import checked as c
from ..calendar.periods import Period
from ..facts import Facts
from ..scalars.scalar import Evaluator
from .membership import is_member
from .simulation import periods_in_force, step_of
from .statement import Statement, statement

__all__ = ["statements"]


def statements(policy: c.Policy, facts: Facts, period: Period) -> Iterator[Statement]:
    """The statement of every member of every scheme for each of its periods that end in `period`."""
    ev = Evaluator(policy, facts)
    step = step_of(policy)
    for scheme in policy.schemes:
        for inner in periods_in_force(policy, scheme, period, []):
            for rep in range(ev.world.rows("rep")):
                if is_member(ev, scheme, rep, inner):
                    yield statement(ev, scheme, rep, inner, step)
