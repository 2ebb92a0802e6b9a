"""Every card of a log checked: it lies where the deck says, and the cards of a group come one after the other.

A shuffled deck is laid out again with the revealed key of its period; others are laid openly and need none. A card that
had been given back comes again, any other is the next one: else somebody has passed over cards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..memory import Memory
from .decks import lay_out, recorded_cards

__all__ = ["CardAudit"]

_MOST_DECKS = 64


class CardAudit:
    """Cards in the order of their decisions."""

    def __init__(self) -> None:
        self._next: dict[tuple[str, str, str, str], int] = {}
        self._decks: dict[tuple[str, bytes | None], list[int]] = Memory(_MOST_DECKS)

    def wrong(
        self, said: Mapping[str, Any], choice: Mapping[str, Any], eligible: Sequence[str], rep: str | None, period: str,
        key: bytes | None,
    ) -> Iterator[str]:  # fmt: skip
        """What is wrong with the card of a choice among those `eligible`; `key` is None where it is not revealed.

        Raises ValueError.
        """
        card = choice["card"]
        text, number, position, laid = str(card["record"]), int(card["deck"]), int(card["card"]), str(card["laid"])
        reps, tickets = recorded_cards(text.encode())
        record = json.loads(text, parse_float=Decimal)
        if (record["deck"], record["policy"]) != (number, said["policy_hash"]):
            yield "the record of the deck is of another deck or policy"
        could = sorted(eligible)
        if could != sorted(reps):
            others = sorted(set(could) ^ set(reps))
            yield f"those who could take it are not those of the deck: {', '.join(f'`{one}`' for one in others)}"
        if sum(tickets) != int(card["cards"]) or not 0 < position <= sum(tickets):
            yield f"the deck has {sum(tickets)} cards, the log says card `{position}` of {card['cards']}"
            return
        yield from self._out_of_turn(
            record, (number - 1) * sum(tickets) + position - 1, bool(card.get("again")), period
        )
        if rep is not None and (key is not None or laid != "shuffled"):
            true = reps[self._laid(laid, tickets, key, text)[position - 1]]
            if true != rep:
                yield f"card {position} of deck {number} is `{true}`'s, and `{rep}` got it"

    def _laid(self, laid: str, tickets: list[int], key: bytes | None, record: str) -> list[int]:
        place = f"{laid} {record}", key
        if place not in self._decks:
            self._decks[place] = lay_out(laid, tickets, key, record.encode())
        return self._decks[place]

    def _out_of_turn(self, record: Mapping[str, Any], place: int, again: bool, period: str) -> Iterator[str]:
        """Places of a group begin anywhere, for a log may, and run on one by one."""
        group = str(record["pool"]), str(record["policy"]), period, json.dumps(record["eligible"], default=str)
        before = self._next.get(group)
        if again:
            if before is not None and place >= before:
                yield "a card is said to have been given back that was not dealt before"
            return
        self._next[group] = place + 1
        if before is not None and place != before:
            yield f"card {place + 1} of its group follows card {before}: a card was passed over or dealt twice"
