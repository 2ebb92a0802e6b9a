"""Lots: one of a million tickets, drawn once for each fact and name with the key of the period in which the fact came.

What is hashed is the kind, the key and the name, and nothing else: so the ticket is the same at every reading, under
every policy and at every number of arrival, and the tickets of two names are independent. They are drawn as the tickets
of `random` are, see `draws`, and with the same keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import containing
from ..memory import Memory
from .draws import DrawKeys, drawn_ticket

__all__ = ["LOT_TICKETS", "LotDrawn", "Lots", "lot_record", "lot_wrong"]

LOT_TICKETS = 1_000_000
"""So many tickets: a share of whole ten-thousandths of a percent is met exactly."""

_MOST_DRAWN = 1 << 14


@dataclass(frozen=True, slots=True)
class LotDrawn:
    """A lot as it goes into a decision: its name, the ticket (0 to 999,999), when its fact came (seconds).

    record: what was hashed. counter: how many hashes were rejected before. digest: the hash that was used, in hex.
    """

    name: str
    ticket: int
    came: int
    record: str
    counter: int
    digest: str

    @property
    def value(self) -> Fraction:
        """What the policy reads: from 0 to below 1."""
        return Fraction(self.ticket, LOT_TICKETS)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name, "ticket": str(self.ticket), "tickets": str(LOT_TICKETS), "came": self.came,
            "record": self.record, "counter": self.counter, "digest": self.digest,
        }  # fmt: skip


class Lots:
    """Draws the lots of facts of one kind; `period`: how long a key draws (`month`, `quarter`, `year`)."""

    def __init__(self, keys: DrawKeys, kind: str, period: str) -> None:
        self._keys, self._kind, self._period = keys, kind, period
        self._drawn: dict[tuple[str, str, str], LotDrawn] = Memory(_MOST_DRAWN)

    def drawn(self, name: str, key: str, came: int) -> LotDrawn:
        """The lot of a name that a fact has, by its key and the moment at which it came (seconds)."""
        period = str(containing(self._period, came // SECONDS_PER_DAY))
        found = self._drawn.get((name, key, period))
        if found is None or found.came != came:
            record = lot_record(self._kind, key, name)
            ticket, counter, digest = drawn_ticket(self._keys.key_of(period), record, LOT_TICKETS)
            found = self._drawn[name, key, period] = LotDrawn(
                name, ticket, came, record.decode(), counter, digest.hex()
            )
        return found


def lot_record(kind: str, key: str, name: str) -> bytes:
    """The bytes that a lot hashes: JSON in UTF-8, names sorted, no spaces."""
    record = {"key": key, "kind": kind, "lot": name}
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lot_wrong(said: Mapping[str, Any], lot: Mapping[str, Any], key: bytes | None) -> Iterator[str]:
    """What a logged lot says otherwise than its decision, and than the key of its period, where that is revealed."""
    name, record = str(lot["name"]), str(lot["record"])
    if record.encode() != lot_record(str(said["kind"]), str(said["key"]), name):
        yield f"the record of lot `{name}` is of something else"
    if int(lot["tickets"]) != LOT_TICKETS:
        yield f"lot `{name}` has {lot['tickets']} tickets, not {LOT_TICKETS}"
    if key is None:
        return
    ticket, counter, digest = drawn_ticket(key, record.encode(), LOT_TICKETS)
    if (str(ticket), counter, digest.hex()) != (str(lot["ticket"]), int(lot["counter"]), str(lot["digest"])):
        yield f"lot `{name}` is ticket `{ticket}`, the log says `{lot['ticket']}`"
