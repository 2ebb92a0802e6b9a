"""Outcomes as text: canonical JSON, with what comes again and again written once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..assigning.decisions import Candidate, Decision, TierTried
from ..assigning.tier_tried import candidates_as_json
from ..memory import Memory
from ..turns.shares import SCALE, Turn
from ..turns.turns import Contenders
from .outcome import Outcome, Posting

__all__ = ["OutcomeText"]

_MOST_WORDS = 1 << 16
_MOST_FIELDS = 1 << 12
_quoted = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class _Field(NamedTuple):
    """The text of those who were looked at."""

    candidates: tuple[Candidate, ...]
    eligible: str
    refused: str


class OutcomeText:
    """Writes outcomes: names in order, no blanks, as `as_json` has them.

    The candidates of a step are most of a decision, and most of them are the same lead after lead: their text is kept
    for as long as they are.
    """

    def __init__(self) -> None:
        self._fields: dict[int, _Field] = Memory(_MOST_FIELDS)
        self._measures: dict[int, tuple[tuple[tuple[str, str], ...], str]] = Memory(_MOST_FIELDS)
        self._contenders: dict[int, tuple[Contenders, str]] = Memory(_MOST_FIELDS)
        self._words: dict[str | None, str] = Memory(_MOST_WORDS)

    def of(self, outcome: Outcome) -> str:
        """The text of an outcome."""
        decisions, postings = outcome.decisions, outcome.postings
        if not decisions or outcome.awards or outcome.endings or outcome.notices or outcome.undone:
            return self._whole(outcome)
        made = ",".join([self.of_decision(decision) for decision in decisions])
        if not postings:
            return f'{{"decisions":[{made}]}}'
        return f'{{"decisions":[{made}],"postings":[{",".join([self._posting(one) for one in postings])}]}}'

    def _whole(self, outcome: Outcome) -> str:
        if not outcome.decisions:
            return _encode(outcome.as_json())
        made = ",".join([self.of_decision(decision) for decision in outcome.decisions])
        return _around(outcome.rest_as_json(), "decisions", f"[{made}]")

    def of_decision(self, decision: Decision) -> str:
        """The text of a decision."""
        tried = ",".join([self._tier(tier) for tier in decision.tried])
        if decision.lapses is not None or decision.came != "assigned" or decision.is_told_more:
            return _around(decision.rest_as_json(), "tried", f"[{tried}]")
        word = self._word
        skipped = [f'{{"because":{_quoted(why)},"rule":{word(rule)}}}' for rule, why in decision.skipped]
        return (
            f'{{"at":{decision.at},"because":{_quoted(decision.because)},"decision_id":"{decision.id}",'
            f'"held":{word(decision.held)},"key":{_quoted(decision.key)},"kind":{word(decision.kind)},'
            f'"place":{word(decision.place)},"policy_hash":"{decision.policy_hash}","rep":{word(decision.rep)},'
            f'"rule":{word(decision.rule)},"sequence":{decision.sequence},"skipped_rules":[{",".join(skipped)}],'
            f'"strategy":{word(decision.strategy)},"tried":[{tried}]}}'
        )

    def _posting(self, posting: Posting) -> str:
        if not posting.decision:
            return _encode(posting.as_json())
        word = self._word
        return (
            f'{{"at":{posting.at},"decision":"{posting.decision}","did":"{posting.did}","key":{_quoted(posting.key)},'
            f'"kind":{word(posting.kind)},"pool":{word(posting.pool)},"value":"{posting.value}",'
            f'"winner":{word(posting.winner)}}}'
        )

    def _tier(self, tier: TierTried) -> str:
        field = self._field(tier.candidates)
        turn = "" if tier.turn is None else f',"turn":{self._turn(tier.turn)}'  # a name behind all others
        if not tier.is_plain:
            return self._special_tier(tier, field, turn)
        measured = f'"measured":{self._measured(tier.measured)},' if tier.measured else ""
        return (
            f'{{"eligible":{field.eligible},{measured}"place":{self._word(tier.place)},"refused":{field.refused},'
            f'"strategy":{self._word(tier.strategy)}{turn}}}'
        )

    def _special_tier(self, tier: TierTried, field: _Field, turn: str) -> str:
        said = {name: _encode(value) for name, value in tier.rest_as_json().items()}
        said |= {"eligible": field.eligible, "refused": field.refused}
        members = ",".join([f'"{name}":{text}' for name, text in sorted(said.items())])
        return f"{{{members}{turn}}}"

    def _turn(self, turn: Turn) -> str:
        if turn.value != 1 or turn.manual:
            return _encode(turn.as_json())
        word = self._word
        tie = ",".join([word(key) for key in turn.tie])
        before = '","'.join(map(str, turn.before))
        return (
            f'{{"pool":{word(turn.pool)},"runner_up":{word(turn.runner_up)},"scale":"{SCALE}",'
            f'"standings":{{"credits_before":["{before}"],{self._lasting(turn.among)}}},'
            f'"tie":[{tie}],"winner":{word(turn.winner)}}}'
        )

    def _lasting(self, among: Contenders) -> str:
        """What the standings of those who contend say in every turn."""
        found = self._contenders.get(id(among))  # kept beside its text, so that the id stays its own
        if found is None:
            columns = (("reps", among.keys), ("shares", among.parts), ("weights", among.weights))
            made = ",".join([f'"{name}":{_encode(list(map(str, column)))}' for name, column in columns])
            found = self._contenders[id(among)] = among, made
        return found[1]

    def _word(self, word: str | None) -> str:
        """A word that comes again and again."""
        found = self._words.get(word)
        if found is None:
            found = self._words[word] = "null" if word is None else _quoted(word)
        return found

    def _field(self, candidates: tuple[Candidate, ...]) -> _Field:
        found = self._fields.get(id(candidates))  # kept beside its text, so that the id stays its own
        if found is None:
            said = candidates_as_json(candidates)
            made = _Field(candidates, _encode(said["eligible"]), _encode(said["refused"]))
            found = self._fields[id(candidates)] = made
        return found

    def _measured(self, measured: tuple[tuple[str, str], ...]) -> str:
        found = self._measures.get(id(measured))  # as above
        if found is None:
            found = self._measures[id(measured)] = measured, _encode(dict(measured))
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
