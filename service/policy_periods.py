"""A period as somebody asks for it, by the calendar of the policy that pays it."""

from __future__ import annotations

from ..dsl import checked as c
from ..engine.calendar.periods import Period, PeriodError
from .stopped import WrongUse

__all__ = ["period_of"]


def period_of(policy: c.Policy, text: str) -> Period:
    """The period of a text. Raises `WrongUse` for a text that is none, and for a policy that pays nothing."""
    if not policy.schemes:
        raise WrongUse(f"policy `{policy.name}` pays nothing: it has no `scheme`", "name a policy that has one")
    try:
        return Period.parse(text, policy.calendar)
    except PeriodError as problem:
        raise WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None
