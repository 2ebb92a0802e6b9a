"""Every random draw of a log checked from what is public: commitments from before, keys from after, the records.

A draw is right where the key is the one that was committed to, the record is the very bytes that a draw hashes and says
what the decision says, the hash, the counter and the ticket follow from key and record, and the holder of the ticket
got the lead. Numbers of arrival run on without a gap, or a decision was taken out. Cards are checked alike, see
`card_audit`. See docs/fairness.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import Period
from .card_audit import CardAudit
from .draws import Draw, commitment, holder, recorded_weights, verify
from .lots import lot_wrong

__all__ = ["DrawAudit", "PeriodKey", "WrongDraw", "audit_draws"]

_MOST_WRONG = 100


@dataclass(frozen=True, slots=True)
class PeriodKey:
    """What is published of a period: the commitment, and the key once it is revealed."""

    period: str
    commitment: str
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class WrongDraw:
    """A decision whose draw is not what it should be, or whose number is; `why`: a line each."""

    decision: str
    key: str
    why: tuple[str, ...]


@dataclass(slots=True)
class DrawAudit:
    """What was found. `draws`, `checked`: by period; a draw is not checked where the key is not revealed.

    `unpublished`: draws of moments for which nothing was published. `wrong`: the first ones of `wrong_count`.
    """

    decisions: int = 0
    draws: dict[str, int] = field(default_factory=dict[str, int])
    checked: dict[str, int] = field(default_factory=dict[str, int])
    unpublished: int = 0
    wrong_keys: list[str] = field(default_factory=list[str])
    wrong: list[WrongDraw] = field(default_factory=list[WrongDraw])
    wrong_count: int = 0

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong as far as it can be checked."""
        return not self.wrong_count and not self.wrong_keys and not self.unpublished

    def drawn_at(self, moment: int, keys: _Keys) -> PeriodKey | None:
        """What is published for a draw of a moment, which is counted; None where nothing is."""
        published = keys.of(moment // SECONDS_PER_DAY)
        if published is None:
            self.unpublished += 1
            return None
        self.draws[published.period] = self.draws.get(published.period, 0) + 1
        if published.key is not None:
            self.checked[published.period] = self.checked.get(published.period, 0) + 1
        return published

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "decisions": self.decisions,
            "draws": sum(self.draws.values()) + self.unpublished,
            "checked": sum(self.checked.values()),
            "periods": {
                period: {"draws": count, "checked": self.checked.get(period, 0)} for period, count in self.draws.items()
            },
            "not_published": self.unpublished,
            "wrong_keys": list(self.wrong_keys),
            "wrong": self.wrong_count,
            "first_wrong": [
                {"decision_id": one.decision, "key": one.key, "because": list(one.why)} for one in self.wrong
            ],
            "fine": self.fine,
        }  # fmt: skip


def audit_draws(decisions: Iterable[Mapping[str, Any]], published: Iterable[PeriodKey]) -> DrawAudit:
    """Check decisions in their order, as `Decision.as_json` gave them. Whatever is damaged is found wrong."""
    audit, keys = DrawAudit(), _Keys(published)
    audit.wrong_keys = list(keys.wrong())
    last: dict[str, int] = {}
    cards = CardAudit()
    for said in decisions:
        audit.decisions += 1
        name, key = str(said.get("decision_id", "?")), str(said.get("key", "?"))
        try:
            why = [
                *_number_wrong(said, last),
                *_draws_wrong(said, key, keys, audit, cards),
                *_lots_wrong(said, keys, audit),
            ]
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration):
            why = ["the decision is damaged"]
        if why:
            audit.wrong_count += 1
            if len(audit.wrong) < _MOST_WRONG:
                audit.wrong.append(WrongDraw(name, key, tuple(why)))
    return audit


class _Keys:
    """The published periods, and which of them a day lies in."""

    def __init__(self, published: Iterable[PeriodKey]) -> None:
        self._periods = [(Period.parse(one.period), one) for one in published]
        self._of_day: dict[int, PeriodKey | None] = {}

    def of(self, day: int) -> PeriodKey | None:
        """The shortest period that covers a day."""
        if day not in self._of_day:
            covering = [
                (found.end - found.start, one) for found, one in self._periods if found.start <= day < found.end
            ]
            self._of_day[day] = min(covering, key=lambda pair: pair[0])[1] if covering else None
        return self._of_day[day]

    def wrong(self) -> Iterator[str]:
        """Keys that do not open their commitments."""
        for _, one in self._periods:
            if one.key is not None and not _opens(one):
                yield f"the key of {one.period} is not the key that was committed to"


def _opens(one: PeriodKey) -> bool:
    try:
        return commitment(one.key or b"") == one.commitment.lower()
    except ValueError:
        return False


def _number_wrong(said: Mapping[str, Any], last: dict[str, int]) -> Iterator[str]:
    """Numbers of arrival, by the kind of what is decided, begin anywhere and run on one by one."""
    kind, number = str(said["kind"]), int(said["sequence"])
    before, last[kind] = last.get(kind), number
    if before is not None and number != before + 1:
        yield f"number {number} follows number {before}: a decision was taken out or put in between"


class _Choice(NamedTuple):
    """A choice that a step made: what it says of it, among whom, and who got it; None where that is not told."""

    says: Mapping[str, Any]
    could: list[str]
    winner: str | None


def _choices(said: Mapping[str, Any]) -> Iterator[_Choice]:
    """The choices of a decision, one a step; two where a group of reps was chosen first."""
    if "tried" not in said and "pool" in said:  # shared out together with others: nothing is drawn there
        return
    for place, step in enumerate(said["tried"], start=1):
        rep, could = said["rep"] if place == len(said["tried"]) else None, list(map(str, step["eligible"]))
        if "group" in step:
            group = step["group"]
            chosen = str(group["chosen"])
            yield _Choice(group, list(map(str, group["eligible"])), chosen)
            own = list(map(str, group["members"][chosen]))
            if not set(own) <= set(could):
                raise ValueError("a group has others than those who could take it")
            could = own
        yield _Choice(step, could, rep)


def _draws_wrong(said: Mapping[str, Any], key: str, keys: _Keys, audit: DrawAudit, cards: CardAudit) -> Iterator[str]:
    for choice in _choices(said):
        step = choice.says
        if "draw" not in step and "card" not in step:
            continue
        if "card" in step and step["card"]["laid"] != "shuffled":
            yield from cards.wrong(said, step, choice.could, choice.winner, "", None)
            continue
        published = audit.drawn_at(int(said["at"]), keys)
        if published is None:
            yield "nothing was published for its moment"
            continue
        if "card" in step:
            yield from cards.wrong(said, step, choice.could, choice.winner, published.period, published.key)
            continue
        yield from _record_wrong(said, key, choice)
        if published.key is not None:
            yield from _draw_wrong(published, step["draw"])


def _lots_wrong(said: Mapping[str, Any], keys: _Keys, audit: DrawAudit) -> Iterator[str]:
    """The lots of a fact, drawn with the key of the period in which it came, whatever the decision made of them."""
    for lot in said.get("lots", ()):
        published = audit.drawn_at(int(lot["came"]), keys)
        if published is None:
            yield f"nothing was published for the moment of lot `{lot['name']}`"
        else:
            yield from lot_wrong(said, lot, published.key)


def _record_wrong(said: Mapping[str, Any], key: str, choice: _Choice) -> Iterator[str]:
    """What the record says otherwise than the decision, and whether the holder of the ticket got it."""
    text, ticket = str(choice.says["draw"]["record"]), int(choice.says["draw"]["ticket"])
    record = json.loads(text, parse_float=Decimal)
    true = {"lead": key, "sequence": said["sequence"], "policy": said["policy_hash"], "of": choice.says.get("of", "")}
    for name, there in true.items():
        if record.get(name, "") != there:
            yield f"{name} is `{there}`, the record of the draw says `{record.get(name, '')}`"
    drawn = [str(name) for name, _ in record["eligible"]]
    if sorted(choice.could) != drawn:
        others = sorted(set(choice.could) ^ set(drawn))
        yield f"those who could take it are not those with tickets: {', '.join(f'`{one}`' for one in others)}"
    place = holder(ticket, recorded_weights(text.encode()))[0]
    if choice.winner is not None and drawn[place] != choice.winner:
        yield f"ticket `{ticket}` is held by `{drawn[place]}`, and `{choice.winner}` got it"


def _draw_wrong(published: PeriodKey, draw: Mapping[str, Any]) -> Iterator[str]:
    record, ticket = str(draw["record"]).encode(), int(draw["ticket"])
    index, low, high = holder(ticket, recorded_weights(record))
    claimed = Draw(ticket, int(draw["tickets"]), index, low, high, int(draw["counter"]), str(draw["digest"]))
    assert published.key is not None
    yield from verify(commitment(published.key), published.key, record, claimed)
