"""Outcomes as text: canonical JSON, with what comes again and again written once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import add
from typing import Any

from ..assigning.decisions import Candidate, Decision, TierTried
from ..memory import Memory
from ..turns.shares import SCALE, Turn
from ..turns.turns import Contenders
from .outcome import Outcome, Posting

__all__ = ["OutcomeText"]

_MOST_CANDIDATES = 1 << 16
_MOST_FIELDS = 1 << 12
_ALWAYS_SAID = 2
"""What `TierTried.rest_as_json` says of every step: its place and its strategy."""
_quoted = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class OutcomeText:
    """Writes outcomes: names in order, no blanks, as `as_json` has them.

    The candidates of a step are most of a decision, and most of them are the same lead after lead: their text is kept
    for as long as they are.
    """

    def __init__(self) -> None:
        self._candidates: dict[int, tuple[Candidate, str]] = Memory(_MOST_CANDIDATES)
        self._fields: dict[int, tuple[tuple[Candidate, ...], str]] = Memory(_MOST_FIELDS)
        self._contenders: dict[int, tuple[Contenders, list[str]]] = Memory(_MOST_FIELDS)
        self._words: dict[str | None, str] = Memory(_MOST_CANDIDATES)

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
        if decision.lapses is not None or decision.came != "assigned" or decision.said_by_hand:
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
        word = self._word
        moves = ",".join(
            [f'{self._words.get(rep) or word(rep)}:"{move}"' for rep, move in sorted(posting.moves.items())]
        )
        return (
            f'{{"at":{posting.at},"did":"{posting.did}","key":{_quoted(posting.key)},"kind":{word(posting.kind)},'
            f'"moves":{{{moves}}},"pool":{word(posting.pool)},"value":"{posting.value}","why":{_quoted(posting.why)},'
            f'"winner":{word(posting.winner)}}}'
        )

    def _tier(self, tier: TierTried) -> str:
        rest, field = tier.rest_as_json(), self._field(tier.candidates)
        turn = "" if tier.turn is None else f',"turn":{self._turn(tier.turn)}'  # a name behind all others
        if len(rest) > _ALWAYS_SAID:
            return f"{_around(rest, 'candidates', field)[:-1]}{turn}}}"
        place, strategy = self._word(tier.place), self._word(tier.strategy)
        return f'{{"candidates":{field},"place":{place},"strategy":{strategy}{turn}}}'

    def _turn(self, turn: Turn) -> str:
        if turn.value != 1 or turn.manual:
            return _encode(turn.as_json())
        word, parts = self._word, turn.among.parts
        after = list(map(add, turn.before, parts))
        left = after.copy()
        left[turn.place] -= SCALE
        lines = ",".join([
            f'{{"credit_after":"{last}","credit_after_share":"{with_share}","credit_before":"{before}",{rest}'
            for last, with_share, before, rest in zip(left, after, turn.before, self._lasting(turn.among), strict=True)
        ])  # fmt: skip
        tie = ",".join([word(key) for key in turn.tie])
        return (
            f'{{"pool":{word(turn.pool)},"runner_up":{word(turn.runner_up)},"scale":"{SCALE}","standings":[{lines}],'
            f'"tie":[{tie}],"winner":{word(turn.winner)}}}'
        )

    def _lasting(self, among: Contenders) -> list[str]:
        """What the lines of those who contend say in every turn."""
        found = self._contenders.get(id(among))  # kept beside its text, so that the id stays its own
        if found is None:
            lines = zip(among.keys, among.parts, among.weights, strict=True)
            made = [f'"rep":{_quoted(key)},"share":"{part}","weight":"{weight}"}}' for key, part, weight in lines]
            found = self._contenders[id(among)] = among, made
        return found[1]

    def _word(self, word: str | None) -> str:
        """A word that comes again and again."""
        found = self._words.get(word)
        if found is None:
            found = self._words[word] = "null" if word is None else _quoted(word)
        return found

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
