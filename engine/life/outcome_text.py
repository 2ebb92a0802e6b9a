"""Outcomes as text: canonical JSON, with what comes again and again written once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..decisions import Candidate, Decision, TierTried
from ..memory import Memory
from ..shares import Standing, Turn
from .outcome import Outcome

__all__ = ["OutcomeText"]

_MOST_CANDIDATES = 1 << 16
_MOST_FIELDS = 1 << 12
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class OutcomeText:
    """Writes outcomes: names in order, no blanks, as `as_json` has them.

    The candidates of a step are most of a decision, and most of them are the same lead after lead: their text is kept
    for as long as they are.
    """

    def __init__(self) -> None:
        self._candidates: dict[int, tuple[Candidate, str]] = Memory(_MOST_CANDIDATES)
        self._fields: dict[int, tuple[tuple[Candidate, ...], str]] = Memory(_MOST_FIELDS)
        self._reps: dict[str, str] = Memory(_MOST_CANDIDATES)

    def of(self, outcome: Outcome) -> str:
        """The text of an outcome."""
        if not outcome.decisions:
            return _encode(outcome.as_json())
        made = ",".join([self.of_decision(decision) for decision in outcome.decisions])
        return _around(outcome.rest_as_json(), "decisions", f"[{made}]")

    def of_decision(self, decision: Decision) -> str:
        """The text of a decision."""
        tried = ",".join([self._tier(tier) for tier in decision.tried])
        return _around(decision.rest_as_json(), "tried", f"[{tried}]")

    def _tier(self, tier: TierTried) -> str:
        rest = tier.rest_as_json()
        if tier.turn is None:
            return _around(rest, "candidates", self._field(tier.candidates))
        turn = self._turn(tier.turn)
        before = {name: value for name, value in rest.items() if name < "turn"}
        after = {name: value for name, value in rest.items() if name > "turn"}
        return _joined(_around(before, "candidates", self._field(tier.candidates)), f'"turn":{turn}', _encode(after))

    def _turn(self, turn: Turn) -> str:
        lines = ",".join([self._standing(line) for line in turn.standings])
        return _around(turn.rest_as_json(), "standings", f"[{lines}]")

    def _standing(self, line: Standing) -> str:
        key, weight, share, before, with_share, after = line
        rep = self._reps.get(key)
        if rep is None:
            rep = self._reps[key] = _encode(key)
        return (
            f'{{"credit_after":"{after}","credit_after_share":"{with_share}","credit_before":"{before}",'
            f'"rep":{rep},"share":"{share}","weight":"{weight}"}}'
        )

    def _field(self, candidates: tuple[Candidate, ...]) -> str:
        found = self._fields.get(id(candidates))  # kept beside its text, so that the id stays its own
        if found is None:
            text = f"[{','.join([self._candidate(one) for one in candidates])}]"
            found = self._fields[id(candidates)] = candidates, text
        return found[1]

    def _candidate(self, candidate: Candidate) -> str:
        found = self._candidates.get(id(candidate))
        if found is None:
            found = self._candidates[id(candidate)] = candidate, _encode(candidate.as_json())
        return found[1]


def _around(rest: Mapping[str, Any], name: str, text: str) -> str:
    """An object of these values and, in its place among them, one that is text already."""
    before = {key: value for key, value in rest.items() if key < name}
    after = {key: value for key, value in rest.items() if key > name}
    return _joined(_encode(before), f'"{name}":{text}', _encode(after))


def _joined(before: str, between: str, after: str) -> str:
    """Two objects and a member between them as one object."""
    first = f"{before[:-1]}," if before != "{}" else "{"
    last = f",{after[1:]}" if after != "{}" else "}"
    return f"{first}{between}{last}"
