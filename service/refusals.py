"""What the engine refuses, as problems."""

from __future__ import annotations

from typing import Any

from ..engine.life.refused import Refused
from .problem_kinds import KINDS
from .problems import Problem
from .schemas import FieldError

__all__ = ["field_errors", "problem_of"]


_NOT_NOW = frozenset(
    {
        "beyond-limit", "closed", "no-extension", "not-eligible", "not-offered", "not-open", "not-owned", "not-yours",
        "open-already", "out-of-order", "same-rep",
    }
)  # fmt: skip
"""Reasons that stand against a move as things are; `reason` of the problem says which."""


def problem_of(refused: Refused, **more: Any) -> Problem:
    """The problem of a refusal; `more` are further members."""
    errors = field_errors(refused, "fact")
    if errors:
        return Problem("bad-fact", f"correct {', '.join(f'`{one.field}`' for one in errors)}", errors)
    if refused.decision_id:
        detail = f"{refused.message}: see /v1/decisions/{refused.decision_id}"
        return Problem(refused.reason, detail, decision_id=refused.decision_id)
    detail = f"{refused.message}; {refused.help}" if refused.help else refused.message
    if refused.reason in KINDS:
        return Problem(refused.reason, detail, **more)
    kind = "move-refused" if refused.reason in _NOT_NOW else "bad-request"
    return Problem(kind, detail, reason=refused.reason, **more)


def field_errors(refused: Refused, path: str) -> list[FieldError]:
    """The columns at fault, by their paths in the request."""
    return [FieldError(field=f"{path}.{one.column}", message=one.message, help=one.help) for one in refused.problems]
