"""Entries of the journal: each sealed with a hash that covers the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

__all__ = ["BEGINNING", "Entry", "Head", "sealed"]


class Head(NamedTuple):
    """The last entry: its number and its hash."""

    number: int
    hash: str


BEGINNING = Head(0, hashlib.sha256(b"meed journal 1\n").hexdigest())
"""What the first entry follows."""


class Entry(NamedTuple):
    """An event as recorded, with what came of it; `event` and `outcome` are JSON in their canonical form.

    `request_id` and `body_hash`: who asked for it, and the SHA-256 of what was asked. `at`: the moment of the event
    in seconds by the policy's clocks. `recorded`: when it was written (UTC). `policy_hash`, `facts_hash`: the policy in
    force then, and the facts that were loaded.
    """

    number: int
    request_id: str
    body_hash: str
    at: int
    recorded: str
    policy_hash: str
    facts_hash: str
    event: str
    outcome: str
    previous_hash: str
    hash: str

    @property
    def head(self) -> Head:
        """The place of this entry in the chain."""
        return Head(self.number, self.hash)

    def seal(self) -> str:
        """The hash that the entry should have: SHA-256 (hex) of its other columns, a line each, previous hash first."""
        return _seal(self.previous_hash, *self[:9])

    def is_one_line_each(self) -> bool:
        """Whether no column holds a line break, with which text could pass from one column to the next unseen."""
        return not any("\n" in part for part in self if isinstance(part, str))

    def said(self) -> dict[str, Any]:
        """The event as plain values."""
        return json.loads(self.event, parse_float=Decimal)

    def came(self) -> dict[str, Any]:
        """What came of it as plain values."""
        return json.loads(self.outcome, parse_float=Decimal)


def sealed(
    before: Head, request_id: str, body_hash: str, at: int, recorded: str, policy_hash: str, facts_hash: str,
    event: str, outcome: str,
) -> Entry:  # fmt: skip
    """The entry that follows another."""
    number, last = before.number + 1, before.hash
    hash_ = _seal(last, number, request_id, body_hash, at, recorded, policy_hash, facts_hash, event, outcome)
    return _made(
        Entry, (number, request_id, body_hash, at, recorded, policy_hash, facts_hash, event, outcome, last, hash_)
    )  # fmt: skip


def _seal(
    before: str, number: int, request_id: str, body_hash: str, at: int, recorded: str, policy: str, facts: str,
    event: str, outcome: str,
) -> str:  # fmt: skip
    named = f"{number}\n{request_id}\n{body_hash}\n{at}\n{recorded}\n{policy}\n{facts}"
    return hashlib.sha256(f"{before}\n{named}\n{event}\n{outcome}\n".encode()).hexdigest()


_made: Callable[[type[Entry], tuple[int | str, ...]], Entry] = vars(tuple)["__new__"]
"""As the class itself makes one, which does so in Python."""
