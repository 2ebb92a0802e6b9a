"""Verifiable random draws: whole tickets, a keyed hash, nothing that anyone cannot recompute.

Before a period the commitment to its key is published, after it the key. A draw hashes the canonical
record of the lead with the key, turns the hash into a ticket by rejection sampling (so every ticket is
equally likely to the last bit) and walks the weights in the order of the record. docs/fairness.md says
what this proves and what it does not.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from ..numbers.weights import NothingToShare, sharing_weights

__all__ = [
    "DECK_LIMIT",
    "KEY_BYTES",
    "Draw",
    "DrawKeys",
    "NothingToShare",
    "canonical_record",
    "commitment",
    "deck",
    "draw",
    "drawn_ticket",
    "holder",
    "recorded_weights",
    "ticket",
    "verify",
]

KEY_BYTES = 16
"""Shortest key accepted: a shorter one could be guessed from its commitment."""

DECK_LIMIT = 100_000
"""Most tickets in one deck."""

_SPACE = 2**256


class DrawKeys:
    """The secret keys of random draws, one a period, derived from one seed of at least 16 bytes.

    Publish `commitment_of` a period before it begins and `key_of` after it ends: anyone can then verify its draws.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) < 16:
            raise ValueError("a seed of draws has at least 16 bytes")
        self._seed = seed

    def key_of(self, period: str) -> bytes:
        """The key of a period: HMAC-SHA256(seed, "meed draws " + period)."""
        return hmac.digest(self._seed, f"meed draws {period}".encode(), "sha256")

    def commitment_of(self, period: str) -> str:
        """What is published before the period: the SHA-256 of its key, in hexadecimal digits."""
        return commitment(self.key_of(period))


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw as it goes into the log.

    ticket: the number drawn, 0..tickets - 1. tickets: the sum of the weights.
    index: the winner's place in the weights; low, high: the winner's tickets are low..high - 1.
    counter: how many hashes were rejected before this one. digest: the hash that was used, in hex.
    """

    ticket: int
    tickets: int
    index: int
    low: int
    high: int
    counter: int
    digest: str


def commitment(key: bytes) -> str:
    """What is published before the period: SHA-256 of the key, in hex."""
    return hashlib.sha256(_usable(key)).hexdigest()


def canonical_record(lead: str, sequence: int, eligible: Sequence[tuple[str, int]], policy: str, of: str = "") -> bytes:
    """The bytes that a draw hashes: JSON in UTF-8, keys sorted, no spaces.

    lead: lead id. sequence: its number of arrival. eligible: rep id and whole weight, sorted by rep id
    (by code point), each once; ValueError otherwise. policy: the hash of the policy. of: where a group of reps is drawn
    and not a rep, what they share (`rep.team`): so the two draws of one lead are never the same.
    """
    for (earlier, _), (later, _) in pairwise(eligible):
        if earlier >= later:
            raise ValueError(f"`{later}` comes after `{earlier}`: sort the eligible by rep id and name each once")
    record = {
        "eligible": [list(pair) for pair in eligible],
        "lead": lead,
        "policy": policy,
        "sequence": sequence,
        **({"of": of} if of else {}),
    }
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def ticket(digest: bytes, tickets: int) -> int | None:
    """The ticket of one 256-bit hash, or None where the hash must be rejected.

    The hash is read as a big-endian number r; r >= floor(2^256 / tickets) x tickets is rejected, for those
    are the numbers that would make the first tickets likelier. Otherwise r mod tickets.
    """
    if not 0 < tickets <= _SPACE:
        raise ValueError(f"`{tickets}` tickets: there must be at least 1 and at most 2^256")
    number = int.from_bytes(digest, "big")
    return None if number >= _SPACE // tickets * tickets else number % tickets


def holder(drawn: int, weights: Sequence[int]) -> tuple[int, int, int]:
    """Who holds a ticket: place in the weights, first ticket held, first ticket of the next holder."""
    low = 0
    for place, weight in enumerate(weights):
        if low <= drawn < low + weight:
            return place, low, low + weight
        low += weight
    raise ValueError(f"ticket `{drawn}` was not issued: there are {low}, numbered from 0")


def draw(key: bytes, record: bytes, weights: Sequence[int]) -> Draw:
    """Draw one place with a chance of exactly weight / sum of weights.

    The hashes are HMAC-SHA256(key, record + counter) for counter = 0, 1, ... as 8 bytes, big-endian; the
    first that is not rejected counts. Raises NothingToShare where no weight is above zero, ValueError for
    a negative weight or a key under KEY_BYTES.
    """
    tickets = sum(sharing_weights(weights))
    drawn, counter, digest = drawn_ticket(key, record, tickets)
    place, low, high = holder(drawn, weights)
    return Draw(drawn, tickets, place, low, high, counter, digest.hex())


def drawn_ticket(key: bytes, record: bytes, tickets: int) -> tuple[int, int, bytes]:
    """One of so many tickets, each as likely: its number, the counter of the hash that was used, and the hash."""
    return _drawn(_usable(key), record, 0, tickets)


def deck(key: bytes, record: bytes, weights: Sequence[int]) -> list[int]:
    """A shuffled block of tickets: each place as often as its weight, in an order nobody could choose.

    Each position has a chance of exactly weight / sum, and at the end of the block everybody has exactly
    the share. Fisher-Yates from the last position down, position i swapped with a ticket out of i + 1
    drawn as in `draw`, the counter running on. Raises as `draw` does, and ValueError over DECK_LIMIT.
    """
    tickets = sum(sharing_weights(weights))
    if tickets > DECK_LIMIT:
        raise ValueError(f"a deck of `{tickets}` tickets is over the limit of {DECK_LIMIT}: use smaller weights")
    cards = [place for place, weight in enumerate(weights) for _ in range(weight)]
    counter = 0
    for last in range(tickets - 1, 0, -1):
        other, used, _ = _drawn(_usable(key), record, counter, last + 1)
        cards[last], cards[other] = cards[other], cards[last]
        counter = used + 1
    return cards


def recorded_weights(record: bytes) -> list[int]:
    """The weights of a canonical record, in its order; ValueError where the bytes are not canonical."""
    try:
        held = json.loads(record, parse_float=str)
        pairs = [(rep, weight) for rep, weight in held["eligible"]]
        again = canonical_record(held["lead"], held["sequence"], pairs, held["policy"], held.get("of", ""))
    except (ValueError, KeyError, TypeError):
        again = None
        pairs = []
    if again != record or not all(type(weight) is int for _, weight in pairs):
        raise ValueError("the record is not in canonical form: give the very bytes that were logged")
    return [weight for _, weight in pairs]


def verify(published: str, key: bytes, record: bytes, claimed: Draw) -> list[str]:
    """Check a logged draw from what is public: empty where all is as claimed, else one line per difference.

    published: the commitment from before the period. key: as revealed after it. record: the logged bytes,
    which carry the weights.
    """
    found: list[str] = []
    try:
        if not hmac.compare_digest(commitment(key), published.lower()):
            found.append("the key revealed is not the key that was committed to")
        true = draw(key, record, recorded_weights(record))
    except ValueError as problem:
        return [*found, str(problem)]
    for name in (part.name for part in fields(Draw)):
        claim, fact = getattr(claimed, name), getattr(true, name)
        if claim != fact:
            found.append(f"{name} is `{fact}`, the log says `{claim}`")
    return found


def _drawn(key: bytes, record: bytes, counter: int, tickets: int) -> tuple[int, int, bytes]:
    while True:
        digest = hmac.digest(key, record + counter.to_bytes(8, "big"), "sha256")
        drawn = ticket(digest, tickets)
        if drawn is not None:
            return drawn, counter, digest
        counter += 1


def _usable(key: bytes) -> bytes:
    if len(key) < KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes: give at least {KEY_BYTES}, drawn at random")
    return key
