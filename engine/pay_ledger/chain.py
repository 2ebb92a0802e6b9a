"""The chain of a pay ledger: each entry is sealed with a hash that covers the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .entries import Record, body_of, kind_of

__all__ = ["BEGINNING", "Entry", "Head", "broken_links", "sealed"]


_WRITER = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number and its hash."""

    number: int
    hash: str


BEGINNING = Head(0, hashlib.sha256(b"meed pay ledger 1\n").hexdigest())
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was written: `recorded` is the moment (ISO 8601, UTC), `body` its one text."""

    number: int
    recorded: str
    kind: str
    body: str
    previous: str
    hash: str = ""

    @property
    def head(self) -> Head:
        """What the next entry follows."""
        return Head(self.number, self.hash)

    def seal(self) -> str:
        """SHA-256 (hex) of all other fields, as a JSON list: every byte of them counts."""
        parts = [self.number, self.recorded, self.kind, self.body, self.previous]
        return hashlib.sha256(_WRITER.encode(parts).encode()).hexdigest()


def sealed(records: Sequence[Record], after: Head, recorded: str) -> list[Entry]:
    """Records as the entries that follow an entry."""
    made: list[Entry] = []
    for record in records:
        entry = Entry(after.number + 1, recorded, kind_of(record), body_of(record), after.hash)
        entry = replace(entry, hash=entry.seal())
        made.append(entry)
        after = entry.head
    return made


def broken_links(entries: Iterable[Entry]) -> list[str]:
    """What does not hold in the chain, a line each; empty where all does."""
    found: list[str] = []
    before = BEGINNING
    for entry in entries:
        if entry.number != before.number + 1:
            found.append(f"entry {entry.number} follows entry {before.number}: entries are missing between")
        if entry.previous != before.hash:
            found.append(f"entry {entry.number} does not name the hash of the entry before it")
        if entry.seal() != entry.hash:
            found.append(f"entry {entry.number} was changed: its hash is not that of its content")
        before = entry.head
    return found
