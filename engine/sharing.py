"""Sharing: how a step of a rule chooses among those who can take a case.

`round_robin` and `capability_weighted` give it to the eligible rep with the largest credit after adding this
case's share; ties go to the declared order. `fewest` and `best` do the same among those with the lowest or highest
measure. `random` draws a ticket. See docs/fairness.md for what each promises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..dsl import checked as c
from ..dsl.types import FLAG
from .candidates import Field, Judge
from .case import Case, Views
from .decisions import Candidate, TierTried
from .draws import canonical_record, draw
from .memory import Memory
from .phrases import show
from .refusal import Refusal, findings, say_now
from .remembered import UNREAD, Remembered
from .shares import Candidate as Contender
from .shares import ShareLedger
from .weights import Weight, integer_weights

__all__ = ["KeyOf", "Sharing"]

KeyOf = Callable[[int], bytes]
"""The key that draws at a moment."""

_MOST_GROUPS = 4_096
_MEASURED = frozenset({"fewest", "best"})
_WITHOUT_TURNS = frozenset({"direct", "claim", "random"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """An eligible rep with what was measured: a weight above zero or not, or a measure to be lowest or highest."""

    rep: int
    value: Any
    shown: str
    counts: bool
    contender: Contender


class Sharing:
    """The choice of one tier, the `number`th of its rule; each tier has its own pool of credits."""

    def __init__(self, judge: Judge, rule: str, number: int, tier: c.Tier, ledger: ShareLedger, key_at: KeyOf) -> None:
        self._judge = judge
        self._word = tier.sharing
        self._weight = tier.weight
        self._rule = rule
        self._pool = f"{judge.kind}/{rule}/{number}"
        self._ledger = ledger
        self._key_at = key_at
        self._place = judge.policy.place(tier.span)
        said = tier.person or tier.weight
        self._said = "" if said is None else say_now(said, judge.policy.currency)
        self._latest: dict[int, _Entry] = {}
        self._equals: dict[int, tuple[Sequence[int], list[_Entry]]] = Memory(_MOST_GROUPS)
        if tier.weight is not None:
            zero = c.Constant(tier.weight.type, Fraction(0), span=tier.weight.span)
            self._weighs = c.Compare(FLAG, ">", tier.weight, zero, span=tier.weight.span)
            self._remembered = Remembered(judge.ev, judge.dependences, judge.kind, tier.weight)

    def choose(self, field: Field, views: Views) -> tuple[int | None, TierTried]:
        """The rep chosen (None: nobody), and how."""
        if not field.eligible:
            return None, self._tried(field)
        if self._word == "direct":
            return field.eligible[0], self._tried(field)
        entries = self._entries(field.eligible, views)
        measured = tuple((entry.contender.key, entry.shown) for entry in entries) if self._weight is not None else ()
        kept, refused = self._weighed(entries, views)
        field = field.without(refused)
        if not kept:
            return None, self._tried(field, measured=measured)
        if self._word == "random":
            return self._drawn(kept, field, views.case, measured)
        turn = self._ledger.post(self._pool, [entry.contender for entry in kept])
        winner = next(entry.rep for entry in kept if entry.contender.key == turn.winner)
        return winner, self._tried(field, turn=turn, measured=measured)

    def turn_of(self, field: Field, views: Views) -> tuple[str, list[Contender], int] | None:
        """The turn that would be dealt: pool, contenders, value; None where nobody is eligible or none is dealt."""
        if not field.eligible or self._word in _WITHOUT_TURNS:
            return None
        kept, _ = self._weighed(self._entries(field.eligible, views), views)
        return (self._pool, [entry.contender for entry in kept], 1) if kept else None

    def _tried(self, field: Field, **how: Any) -> TierTried:
        return TierTried(self._place, self._word, field.candidates, said=self._said, rule=self._rule, **how)

    # --- weights and measures ----------------------------------------------------------------------------

    def _entries(self, reps: Sequence[int], views: Views) -> list[_Entry]:
        """Each with what was measured, all alike where nothing is."""
        if self._weight is None:
            known = self._equals.get(id(reps))  # the reps are kept beside their entries, so that the id stays theirs
            if known is None:
                known = self._equals[id(reps)] = reps, [self._alike(rep) for rep in reps]
            return known[1]
        measured = self._remembered.of(views)
        measured.forgotten.clear()
        for rep in reps:
            if measured[rep] is UNREAD:
                measured[rep] = self._entry(rep, self._weight, views)
        return [measured[rep] for rep in reps]

    def _entry(self, rep: int, node: c.Expr, views: Views) -> _Entry:
        ev = self._judge.ev
        value = ev.value(node, views.of(rep))
        found = self._latest.get(rep)
        if found is None or found.value is not value:
            shown = show(value, node.type, self._judge.policy.currency)
            counts = self._counts(value)
            weight: Weight = 1 if self._word in _MEASURED or not counts else value
            contender = Contender(ev.world.key("rep", rep), weight)
            found = self._latest[rep] = _Entry(rep, value, shown, counts, contender)
        return found

    def _counts(self, value: Any) -> bool:
        """Whether somebody of this weight or measure takes part."""
        return value is not None and (self._word in _MEASURED or value > 0)

    def _alike(self, rep: int) -> _Entry:
        found = self._latest.get(rep)
        if found is None:
            contender = Contender(self._judge.ev.world.key("rep", rep))
            found = self._latest[rep] = _Entry(rep, 1, "", True, contender)
        return found

    def _weighed(self, entries: list[_Entry], views: Views) -> tuple[list[_Entry], dict[int, Candidate]]:
        """Those among whom the choice is made; and the others, of weight zero or less, or whose measure is missing."""
        if self._weight is None:
            return entries, {}
        kept = [entry for entry in entries if entry.counts]
        refused: dict[int, Candidate] = {}
        if len(kept) < len(entries):
            refused = {entry.rep: self._refused(entry, views) for entry in entries if not entry.counts}
        if kept and self._word in _MEASURED:
            wanted = (min if self._word == "fewest" else max)(entry.value for entry in kept)
            kept = [entry for entry in kept if entry.value == wanted]
        return kept, refused

    def _refused(self, entry: _Entry, views: Views) -> Candidate:
        found = findings(self._judge.ev, self._weighs, views.of(entry.rep))
        place = self._judge.policy.place(self._weighs.span)
        return Candidate(entry.contender.key, Refusal(found, place, self._judge.wording))

    # --- draws -------------------------------------------------------------------------------------------

    def _drawn(
        self, kept: list[_Entry], field: Field, case: Case, measured: tuple[tuple[str, str], ...]
    ) -> tuple[int, TierTried]:
        """A keyed draw of whole tickets, in the order of rep keys."""
        kept = sorted(kept, key=lambda entry: entry.contender.key)
        tickets = integer_weights([entry.contender.weight for entry in kept])
        listed = [(entry.contender.key, count) for entry, count in zip(kept, tickets, strict=True)]
        record = canonical_record(case.key, case.sequence, listed, self._judge.policy.hash)
        drawn = draw(self._key_at(case.at), record, tickets)
        return kept[drawn.index].rep, self._tried(field, draw=drawn, record=record.decode(), measured=measured)
