"""A step of a rule as it was tried: who could take it, who was chosen, and why, in words and as plain values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..turns.band import Band
from ..turns.beginnings import Beginning
from ..turns.credit_unit import LEADS, CreditUnit, beginning_text
from ..turns.decks import Card
from ..turns.draws import Draw
from ..turns.shares import SCALE, Turn
from .compared import EXTREMES, Compared
from .refusal import Refusal

__all__ = ["Candidate", "TierTried", "candidates_as_json"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep as seen by a tier: eligible, or the first condition that failed, with the values that it read."""

    rep: str
    refusal: Refusal | None = None

    @property
    def eligible(self) -> bool:
        """Whether the rep could take it."""
        return self.refusal is None

    @property
    def reason(self) -> str:
        """The condition that failed, in words; empty for the eligible."""
        return "" if self.refusal is None else self.refusal.text

    @property
    def place(self) -> str:
        """Where the policy says so; empty for the eligible."""
        return "" if self.refusal is None else self.refusal.place


_REPS, _GROUPS = "who could take it", "with somebody who could take it"
_COULD = {_REPS: "could take it", _GROUPS: "had somebody who could take it"}


def candidates_as_json(candidates: Sequence[Candidate]) -> dict[str, Any]:
    """As plain values: the eligible in the declared order, and the others by what stood against them."""
    refused: dict[tuple[str, str], list[str]] = {}
    for one in candidates:
        if one.refusal is not None:
            refused.setdefault((one.reason, one.place), []).append(one.rep)
    return {
        "eligible": [one.rep for one in candidates if one.eligible],
        "refused": [{"because": why, "place": place, "reps": reps} for (why, place), reps in refused.items()],
    }


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class GroupTried:
    """The group of reps that was chosen before a rep was: by what they share (`of`), as it was `tried`.

    `members`: of each group that contended, the reps who could take it. The candidates of `tried` are groups.
    """

    of: str
    chosen: str
    members: tuple[tuple[str, tuple[str, ...]], ...]
    tried: TierTried

    @property
    def own(self) -> tuple[str, ...]:
        """Those of the group that was chosen who could take it."""
        return next((reps for key, reps in self.members if key == self.chosen), ())

    def group_of(self, rep: str) -> str:
        """The group of a rep who could take it; empty for others."""
        return next((key for key, reps in self.members if rep in reps), "")

    def chose(self) -> str:
        """Why it went to the group, in a sentence."""
        return self.tried.chose(self.chosen, _GROUPS)

    def passed_over(self, rep: str) -> str:
        """Why it did not go to the group of a rep of another one; empty for those of the chosen one."""
        key = self.group_of(rep)
        return "" if key in {"", self.chosen} else f"{self.of} is {key}: {self.tried.passed_over(key, self.chosen)}"

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        members = {key: list(reps) for key, reps in self.members}
        return {"of": self.of, "chosen": self.chosen, "members": members, **self.tried.as_json()}


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class TierTried:
    """A tier that was tried: its rule, its place in the policy, its candidates, and how the choice was made.

    `said` is, in words, the person that the tier names, or what it measures; `measured` has the value of each, and
    `further` what was compared among those who were alike in it. `unit` is what its pool counts. A `band` says
    among whom a measure chose, a `card` what was dealt by a deck. `begun`: who began with this one. `group`: which
    group of reps was chosen first; all else then tells of the choice among its reps.
    """

    place: str
    strategy: str
    candidates: tuple[Candidate, ...]
    turn: Turn | None = None
    draw: Draw | None = None
    record: str = ""
    measured: tuple[tuple[str, str], ...] = ()
    said: str = ""
    rule: str = ""
    further: tuple[Compared, ...] = ()
    unit: CreditUnit = LEADS
    band: Band | None = None
    card: Card | None = None
    begun: tuple[Beginning, ...] = ()
    group: GroupTried | None = None

    @property
    def free(self) -> int:
        """How many could take it; of the chosen group, where one was."""
        if self.group is not None:
            return len(self.group.own)
        return len([None for candidate in self.candidates if candidate.refusal is None])

    @property
    def is_plain(self) -> bool:
        """Whether its place, strategy, candidates, turn and first measure are all that there is to say."""
        special = self.draw or self.card or self.band or self.begun or self.further or self.unit.said or self.group
        return not special

    @property
    def is_drawn(self) -> bool:
        """Whether a secret key decided."""
        if self.draw is not None or (self.card is not None and self.card.laid == "shuffled"):
            return True
        return self.group is not None and self.group.tried.is_drawn

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        rest = self.rest_as_json()
        made = {"place": rest.pop("place"), "strategy": rest.pop("strategy")}
        made |= candidates_as_json(self.candidates)
        draw = {"draw": rest.pop("draw")} if "draw" in rest else {}
        turn = {} if self.turn is None else {"turn": self.turn.as_json()}
        return {**made, **rest, **turn, **draw}

    def rest_as_json(self) -> dict[str, Any]:
        """Everything but the candidates and the turn."""
        made: dict[str, Any] = {"place": self.place, "strategy": self.strategy}
        if self.measured:
            made["measured"] = dict(self.measured)
        if self.further:
            made["further"] = [compared.as_json() for compared in self.further]
        if self.draw is not None:
            draw = self.draw
            made["draw"] = {
                "record": self.record, "ticket": str(draw.ticket), "tickets": str(draw.tickets),
                "counter": draw.counter, "digest": draw.digest,
            }  # fmt: skip
        if self.card is not None:
            card = self.card
            made["card"] = {
                "record": card.record, "laid": card.laid, "deck": card.number, "card": card.position,
                "cards": card.cards, **({"again": True} if card.again else {}),
            }  # fmt: skip
        if self.band is not None:
            band = self.band
            made["band"] = {"size": str(band.size), "inside": list(band.inside), "overdue": list(band.overdue)}
        if self.begun:
            made["began"] = [
                {"rep": one.rep, "at": one.at, "back": one.back, "credit": str(one.credit)} for one in self.begun
            ]
        if self.unit.said:
            made["counts"] = {"what": self.unit.said, "value": self.unit.lead, **self.unit.as_json()}
        if self.group is not None:
            made["group"] = self.group.as_json()
        return made

    def chose(self, rep: str, who: str = _REPS) -> str:
        """Why it went to a rep, in a sentence; `who`: those among whom."""
        own = "; ".join((self._chose(rep, who), *(beginning_text(one, self.unit) for one in self.begun)))
        return own if self.group is None else f"{self.group.chose()}; there {own}"

    @property
    def _counts(self) -> str:
        """What this one counts, as the end of a sentence; said once where a group was chosen by it, too."""
        told = self.group is not None and self.group.tried.turn is not None and len(self.group.members) > 1
        return "" if told else self.unit.counts

    def _chose(self, rep: str, who: str) -> str:
        if self.strategy == "claim":
            return f"{rep} took it first"
        if self.strategy == "direct":
            return f"{rep} is {self.said}, and could take it"
        free = self.free
        if free == 1:
            return f"{rep} was the only one {who}"
        if self.draw is not None:
            drawn, last = self.draw.ticket, self.draw.tickets - 1
            return f"of the tickets 0 to {last} number {drawn} was drawn, which is {rep}'s; {free} {_COULD[who]}"
        if self.card is not None:
            return f"{self._card()} is {rep}'s; {free} {_COULD[who]}"
        assert self.turn is not None
        if self.band is not None:
            return f"{self._within(rep, self.turn, self.band)}{self._counts}"
        if self.strategy not in EXTREMES:
            return f"{self._owed_most(self.turn, f'of the {free} {who}')}{self._counts}"
        measure = self._first(rep)
        alike = len(self.turn.among.keys)
        if alike == 1:
            return f"{rep} had {measure} of the {free} {who}"
        most = self._owed_most(self.turn, "of these")
        return f"{alike} of the {free} {who} had {measure}; {most}{self._counts}"

    def passed_over(self, rep: str, winner: str) -> str:
        """Why a rep who could take it did not get it."""
        if self.strategy == "claim":
            return f"{winner} took it first"
        if self.strategy == "direct":
            return f"{self.said} is {winner}"
        if self.group is not None and (elsewhere := self.group.passed_over(rep)):
            return elsewhere
        if self.draw is not None:
            low, high = _tickets_of(rep, self.record)
            held = f"ticket is {low}" if high == low + 1 else f"tickets are {low} to {high - 1}"
            return f"{rep}'s {held}, and {self.draw.ticket} was drawn"
        if self.card is not None:
            return f"{self._card()} is {winner}'s"
        assert self.turn is not None
        if self.band is not None and self.band.free and rep not in self.band.inside:
            ahead = self._credit(self.turn, rep) - SCALE * self.turn.value
            size = self.unit.amount(self.band.size)
            return f"with this one {rep} would be ahead by {self.unit.amount(ahead)}, beyond the band of {size}"
        measured = dict(self.measured)
        measures = self.strategy in EXTREMES and (self.band is None or self.band.free)
        if measures and measured[rep] != measured[winner]:
            return f"{self.said} is {measured[rep]}; the {EXTREMES[self.strategy]} is {measured[winner]}, {winner}'s"
        for compared in self.further:
            values = dict(compared.measured)
            if values.get(rep, values[winner]) != values[winner]:
                extreme = f"the {EXTREMES[compared.strategy]} is {values[winner]}, {winner}'s"
                return f"{self.said} is {measured[rep]}, too, and {compared.said} is {values[rep]}; {extreme}"
        own, first = (self._credit(self.turn, key) for key in (rep, winner))
        if own == first:
            return f"{self._standing(own)}, as is {winner}, who is earlier in the declared order"
        return f"{self._standing(own)}, while {winner} is {self._standing(first)}"

    def _owed_most(self, turn: Turn, among: str) -> str:
        """Who was owed most, or was first among equals."""
        amount = self.unit.signed(self._credit(turn, turn.winner))
        if not turn.tie:
            return f"{turn.winner} was owed most {among} ({amount})"
        tied = f"{len(turn.tie)} {among} were owed most ({amount})"
        return f"{tied}, and {turn.winner} is first of them in the declared order"

    def _within(self, rep: str, turn: Turn, band: Band) -> str:
        """How a band let the measure decide, or did not."""
        size = self.unit.amount(band.size)
        if band.overdue:
            most = self._owed_most(turn, f"of the {self.free} who could take it")
            return f"{most}; that is more than the band of {size}, so {self.said} did not decide"
        if not band.inside:
            most = self._owed_most(turn, f"of the {self.free} who could take it")
            return f"{most}; it would take everybody beyond the band of {size}, so {self.said} did not decide"
        measure = self._first(rep)
        near = f"{len(band.inside)} whom it leaves within {size} of what they are owed"
        return f"{rep} had {measure} of the {near}; {self.free} could take it"

    def _first(self, rep: str) -> str:
        """What a rep was first in, measure by measure."""
        own = Compared(self.strategy, self.said, self.measured)
        return ", then ".join(compared.first(rep) for compared in (own, *self.further))

    def _card(self) -> str:
        assert self.card is not None
        again = ", which had been given back," if self.card.again else ""
        return f"card {self.card.position} of {self.card.cards} in deck {self.card.number} of this group{again}"

    def _credit(self, turn: Turn, rep: str) -> int:
        return turn.credit_of(rep)

    def _standing(self, credit: int) -> str:
        """How a rep stands: `owed 0.714 of a lead`."""
        return "even" if credit == 0 else f"{'owed' if credit > 0 else 'ahead by'} {self.unit.amount(credit)}"


def _tickets_of(rep: str, record: str) -> tuple[int, int]:
    """The first ticket of a rep, and the first of the next one, by the record of a draw."""
    low = 0
    for key, weight in json.loads(record, parse_float=str)["eligible"]:
        if key == rep:
            return low, low + weight
        low += weight
    return low, low
