"""Why a component earned nothing: the first reason, told from its derivation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..wording.wording import Voice

__all__ = ["first_reason"]

Plain = dict[str, Any]

_THROUGH = frozenset({"let", "multiply", "negate", "limits", "blend", "add", "else", "times", "at_most"})
"""Operations that are zero because a part of them is."""

_TABLES = frozenset({"marginal", "retroactive", "step", "sloped"})


def first_reason(steps: Sequence[Plain], voice: Voice) -> str:
    """The first step that makes a component nothing, in words; empty where none does.

    `steps` are those of a component's derivation: the value, its clauses, the rounding.
    """
    for place, step in enumerate(steps):
        if step["op"] == "stretches":
            return next((why for part in step["parts"] if (why := first_reason(part["parts"], voice))), "")
        if step["op"] == "gate" and not step["parts"][0]["exact"]:
            return _failed(step["parts"][0], voice)
        if step["op"] == "unpaid":
            return _missing(steps[:place], voice)
        if step["op"] == "posted" and step["exact"] == "0":
            return voice("why.posted")
        if step["op"] != "sum" and step["exact"] == "0":
            return _nothing(step, voice)
    return ""


def _failed(condition: Plain, voice: Voice) -> str:
    """The part of a condition that failed: the first one of an `and`."""
    parts: list[Plain] = condition.get("parts", [])
    if condition["op"] == "and":
        return _failed(next(part for part in parts if not part["exact"]), voice)
    if condition["op"] == "let" and parts:
        return _failed(parts[0], voice)
    if condition["op"] in {"compare", "is", "is_not", "in", "not_in"}:
        read = next((part for part in parts if part["op"] != "literal"), parts[0])
        return voice("why.compare", left=read["says"], value=read["value"], condition=condition["says"])
    return voice("why.is", condition=condition["says"], value=condition["value"])


def _missing(steps: Sequence[Plain], voice: Voice) -> str:
    """What is missing, at the bottom of what is missing because of it."""
    step = next((step for step in steps if step["exact"] is None), None)
    while step is not None:
        below = next((part for part in step.get("parts", ()) if _is_missing(part)), _not_above_zero(step))
        if below is None:
            break
        step = below
    return voice("why.zero", what=step["says"], value=step["value"]) if step is not None else voice("unpaid")


def _not_above_zero(step: Plain) -> Plain | None:
    """What divides, or what a table is read against, where that is why there is no value."""
    heads = [part for part in step.get("parts", ()) if part["op"] != "band"]
    return heads[1] if step["op"] in {*_TABLES, "divide"} and len(heads) > 1 else None


def _is_missing(step: Plain) -> bool:
    return step["exact"] is None and step.get("reached") is not False


def _nothing(step: Plain, voice: Voice) -> str:
    """What is zero, at the bottom of what is zero because of it."""
    while (below := _cause(step)) is not None and below["op"] != "literal":
        step = below
    if step["op"] == "rank" and step["exact"] is None:
        unfit = next((part for part in step.get("parts", ()) if part["op"] != "member" and not part["exact"]), None)
        return voice("why.no_rank", what=step["says"]) if unfit is None else _failed(unfit, voice)
    return voice("why.zero", what=step["says"], value=step["value"])


def _cause(step: Plain) -> Plain | None:
    """The part that explains why a step is nothing; None where it speaks for itself."""
    op, parts = step["op"], [part for part in step.get("parts", ()) if part.get("reached") is not False]
    if not parts or op in {"credits", "rank", "across", "over_periods"}:
        return None
    if op == "prize" or op == "divide":
        return parts[0]
    if op in {"choose", "else"}:
        return parts[-1]
    if op in _TABLES and _is_nothing(parts[0]):
        return parts[0]
    if op in _TABLES or op == "grid":
        return next((part for part in parts if part["op"] in {"band", "cell"} and _is_nothing(part)), None)
    if op in _THROUGH:
        return next((part for part in parts if _is_nothing(part)), None)
    return None


def _is_nothing(step: Plain) -> bool:
    return step["exact"] == "0" and step["op"] != "literal"
