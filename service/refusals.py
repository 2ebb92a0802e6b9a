"""What the engine refuses, as problems."""

from __future__ import annotations

from typing import Any

from ..engine.life.refused import Refused
from .problem_kinds import KINDS
from .problems import Problem
from .schemas import FieldError

__all__ = ["problem_of"]


def problem_of(refused: Refused, path: str = "fact", **more: Any) -> Problem:
    """The problem of a refusal; `path` leads to the columns in the request, `more` are further members."""
    errors = [FieldError(field=f"{path}.{one.column}", message=one.message, help=one.help) for one in refused.problems]
    if errors:
        return Problem("bad-fact", f"correct {', '.join(f'`{one.field}`' for one in errors)}", errors)
    kind = refused.reason if refused.reason in KINDS else "bad-request"
    if refused.decision_id:
        detail = f"{refused.message}: see /v1/decisions/{refused.decision_id}"
        return Problem(kind, detail, decision_id=refused.decision_id)
    return Problem(kind, f"{refused.message}; {refused.help}" if refused.help else refused.message, **more)
