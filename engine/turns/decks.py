"""Decks: turns laid out ahead in blocks of tickets, one deck for each group of reps who could take something.

A deck holds each rep of its group as often as the weight says. It is dealt from the top; at its end everybody in it
has exactly the share, and the next one is laid out. Whoever is away is in no card of the group that is there:
nobody's cards wait, and none are lost. A card that is given back is the next one of its group. Shuffled decks are drawn
with the key of their period, as random draws are, and end with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from ..numbers.apportionment import largest_remainder
from ..numbers.weights import Weight, integer_weights
from .draws import commitment, deck

__all__ = ["MOST_TICKETS", "Card", "deck_record", "group_of", "lay_out", "recorded_cards", "tickets_of", "verify_card"]

MOST_TICKETS = 10_000
"""Most tickets of a deck: weights with more are rounded by largest remainder to this sum."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was dealt.

    record: what the deck was laid out from. laid: `shuffled`, `levels` or `blocks`. number: the deck of its group,
    from 1. position: the place of the card in it, from 1, out of `cards`. group: the period and the short name of the
    group. again: it had been dealt before, and was given back.
    """

    record: str
    laid: str
    number: int
    position: int
    cards: int
    pool: str = ""
    group: tuple[str, str] = "", ""
    again: bool = False

    @property
    def place(self) -> int:
        """The number of cards of the group before it."""
        return (self.number - 1) * self.cards + self.position - 1


def tickets_of(weights: Sequence[Weight]) -> list[int]:
    """The tickets of each: the weights in lowest terms, at most MOST_TICKETS together."""
    whole = integer_weights(weights)
    least = gcd(*whole)
    tickets = [weight // least for weight in whole] if least else whole
    return tickets if sum(tickets) <= MOST_TICKETS else largest_remainder(MOST_TICKETS, tickets)


def deck_record(pool: str, number: int, eligible: Sequence[tuple[str, int]], policy: str) -> bytes:
    """The bytes that a deck is laid out from: JSON in UTF-8, keys sorted, no spaces; reps with their tickets."""
    record = {"deck": number, "eligible": [list(pair) for pair in eligible], "policy": policy, "pool": pool}
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def group_of(eligible: Sequence[tuple[str, int]], policy: str, key: bytes | None) -> tuple[str, str]:
    """The period of a group's decks (that of the key, empty where none is needed), and a short name of the group."""
    said = json.dumps([policy, *map(list, eligible)], separators=(",", ":"), ensure_ascii=False).encode()
    period = commitment(key)[:16] if key is not None else ""
    return period, hashlib.sha256(said).hexdigest()[:16]


def lay_out(laid: str, tickets: Sequence[int], key: bytes | None, record: bytes) -> list[int]:
    """The cards of a deck from the top, each as a place in `tickets`.

    `shuffled`: by `draws.deck`. `levels`: as an interleaved weighted rotation, the highest weights first: at each
    level from the largest number of tickets down to 1, everybody with at least so many. `blocks`: one after the other.
    """
    if laid == "shuffled":
        assert key is not None
        return deck(key, record, tickets)
    if laid == "levels":
        levels = range(max(tickets), 0, -1)
        return [place for level in levels for place, held in enumerate(tickets) if held >= level]
    return [place for place, held in enumerate(tickets) for _ in range(held)]


def recorded_cards(record: bytes) -> tuple[list[str], list[int]]:
    """The reps and the tickets of a deck's record; ValueError where the bytes are not canonical."""
    try:
        held = json.loads(record, parse_float=str)
        pairs = [(rep, tickets) for rep, tickets in held["eligible"]]
        again = deck_record(held["pool"], held["deck"], pairs, held["policy"])
    except (ValueError, KeyError, TypeError):
        again, pairs = None, []
    if again != record or not all(type(tickets) is int for _, tickets in pairs):
        raise ValueError("the record is not in canonical form: give the very bytes that were logged")
    return [rep for rep, _ in pairs], [tickets for _, tickets in pairs]


def verify_card(published: str, key: bytes, record: bytes, position: int, rep: str) -> list[str]:
    """Check a logged card of a shuffled deck: empty where all is as claimed, else one line per difference.

    published: the commitment from before the period. key: as revealed after it. position: from 1.
    """
    found: list[str] = []
    try:
        if commitment(key) != published.lower():
            found.append("the key revealed is not the key that was committed to")
        reps, tickets = recorded_cards(record)
        cards = lay_out("shuffled", tickets, key, record)
    except ValueError as problem:
        return [*found, str(problem)]
    if not 1 <= position <= len(cards):
        return [*found, f"the deck has {len(cards)} cards, the log says card `{position}`"]
    true = reps[cards[position - 1]]
    if true != rep:
        found.append(f"card {position} is `{true}`'s, the log says `{rep}`'s")
    return found
