"""What has come of an event so far, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..assigning.decisions import Decision
from ..turns.beginnings import Beginning
from ..turns.credit_unit import CreditUnit, beginning_text
from ..turns.decks import Card
from ..turns.turns import Dealt
from .outcome import Award, Ending, Notice, Outcome, Posting, Undone

__all__ = ["Record"]


@dataclass(slots=True)
class Record:
    """An outcome in the making."""

    decisions: list[Decision] = field(default_factory=list[Decision])
    endings: list[Ending] = field(default_factory=list[Ending])
    notices: list[Notice] = field(default_factory=list[Notice])
    awards: list[Award] = field(default_factory=list[Award])
    postings: list[Posting] = field(default_factory=list[Posting])
    undone: list[Undone] = field(default_factory=list[Undone])

    def posted(
        self, at: int, kind: str, key: str, turn: Dealt, why: str, *, reversed_: bool = False, decision: str = ""
    ) -> None:
        """A turn was posted, or taken back; `decision`: which one tells of it."""
        did = "reverse" if reversed_ else "post_manual" if turn.manual else "post"
        self.postings.append(Posting(at, turn.pool, kind, key, did, turn.value, turn.winner, why, decision, turn))

    def card_back(self, at: int, kind: str, key: str, card: Card, rep: str, why: str) -> None:
        """A card that a deck had dealt was given back."""
        self.postings.append(Posting(at, card.pool, kind, key, "card_back", 1, rep, why))

    def began(self, at: int, kind: str, key: str, begun: Sequence[Beginning], unit: CreditUnit) -> None:
        """Reps came into a pool, or came back, and that moved credits."""
        for one in begun:
            if one.moves:
                why = beginning_text(one, unit)
                self.postings.append(Posting(at, one.pool, kind, key, "begin", 1, one.rep, why, begun=one.moves))

    def outcome(self) -> Outcome:
        """What came of it."""
        return Outcome(
            tuple(self.decisions),
            tuple(self.endings),
            tuple(self.notices),
            tuple(self.awards),
            tuple(self.postings),
            tuple(self.undone),
        )
