"""Several measures: what decides among those who are alike in the first one, before they take turns.

`by best skill, fewest open_leads` compares skill; of those who share the highest it keeps those with the fewest leads.
Whoever has no value in a later measure stands behind everybody who has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...dsl import checked as c
from ..wording.phrases import show
from .candidates import Judge
from .case import Views
from .compared import Compared
from .refusal import say_now
from .remembered import UNREAD, Remembered

__all__ = ["FurtherMeasures"]


class FurtherMeasures:
    """The measures of a tier behind its first one."""

    def __init__(self, judge: Judge, measures: Sequence[c.Measure]) -> None:
        self._judge = judge
        self._measures = [
            (measure, Remembered(judge.ev, judge.dependences, judge.kind, measure.value)) for measure in measures
        ]

    def __bool__(self) -> bool:
        return bool(self._measures)

    def narrow(self, alike: Mapping[int, str], views: Views) -> tuple[list[int], tuple[Compared, ...]]:
        """Of reps (rows, with their keys) those who are first in every measure, and what was compared to find them."""
        reps, compared = list(alike), list[Compared]()
        for measure, remembered in self._measures:
            if len(reps) < 2:
                break
            values = self._values(measure.value, remembered, reps, views)
            shown = [(alike[rep], self._shown(value, measure)) for rep, value in zip(reps, values, strict=True)]
            compared.append(Compared(measure.word, say_now(measure.value, self._judge.policy.currency), tuple(shown)))
            known = [value for value in values if value is not None]
            if known:
                first: Callable[[Sequence[Any]], Any] = min if measure.word == "fewest" else max
                wanted = first(known)
                reps = [rep for rep, value in zip(reps, values, strict=True) if value == wanted]
        return reps, tuple(compared)

    def _values(self, node: c.Expr, remembered: Remembered, reps: Sequence[int], views: Views) -> list[Any]:
        found = remembered.of(views)
        found.forgotten.clear()
        measured = found.of
        for rep in reps:
            if measured[rep] is UNREAD:
                measured[rep] = self._judge.ev.value(node, views.of(rep))
        return [measured[rep] for rep in reps]

    def _shown(self, value: Any, measure: c.Measure) -> str:
        return "missing" if value is None else show(value, measure.value.type, self._judge.policy.currency)
