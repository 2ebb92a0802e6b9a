"""The audit: every decision worked out again from the journal alone, and compared byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from ...engine.turns.draws import DrawKeys
from ..settings import CannotStart
from .entries import Entry, Head
from .fold import Broken, Fold
from .kept import digest
from .rows import entries_after, head
from .tables import journal, kept_files, kept_policies

__all__ = ["Audit", "PoolFound", "audited", "missing"]


@dataclass(frozen=True, slots=True)
class PoolFound:
    """A pool after the last entry: how many reps it has, and the largest credit against the promised bound."""

    pool: str
    reps: int
    largest: int
    within: bool


@dataclass(slots=True)
class Audit:
    """What was checked, and the first thing that does not hold (`wrong`, empty where all does)."""

    head: Head
    entries: int = 0
    events: Counter[str] = field(default_factory=Counter[str])
    decisions: int = 0
    policies: int = 0
    files: int = 0
    pools: list[PoolFound] = field(default_factory=list[PoolFound])
    wrong: str = ""


def audited(tx: Connection, seed: bytes, progress: Callable[[int, int | None], None] | None = None) -> Audit:
    """Work out every entry again. Stops at the first that differs: what follows rests on it."""
    found = Audit(head(tx))
    fold = Fold(DrawKeys(seed))
    try:
        _kept(tx, found)
        for entry in entries_after(tx, 0):
            _entry(tx, fold, entry, found)
            if progress is not None:
                progress(found.entries, found.head.number)
        if found.entries:
            _credits(fold, found)
    except (Broken, CannotStart) as problem:
        found.wrong = str(problem)
    return found


def missing(tx: Connection, number: int, hash_: str) -> str:
    """Why an entry that was there at an earlier audit is not there now; empty where it is."""
    if not number:
        return ""
    found = tx.execute(select(journal.c.hash).where(journal.c.number == number)).scalar_one_or_none()
    if found is None:
        return f"entry {number}, which was there before, is gone: the end of the journal was cut off"
    same = str(found).startswith(hash_)
    return "" if same else f"entry {number} is another than before: the journal was written anew"


def _entry(tx: Connection, fold: Fold, entry: Entry, found: Audit) -> None:
    before = {pool: held["credits"] for pool, held in fold.credits().items()}
    outcome = fold.take(tx, entry)
    found.entries += 1
    found.events[entry.said()["event"]] += 1
    found.decisions += len(outcome.decisions)
    for posting in outcome.postings:
        held = before.setdefault(posting.pool, {})
        moves = dict(posting.moves)
        if sum(moves.values()):
            raise Broken(f"entry {entry.number}: what was posted to pool `{posting.pool}` does not add up to 0")
        for rep, move in moves.items():
            held[rep] = held.get(rep, 0) + move
    for pool, after in fold.credits().items():
        if after["credits"] != before.get(pool, {}):
            raise Broken(f"entry {entry.number}: the credits of pool `{pool}` moved by something that was not posted")


def _kept(tx: Connection, found: Audit) -> None:
    """Policies and files are what their hashes say."""
    for row in tx.execute(select(kept_policies)):
        found.policies += 1
        if digest(str(row.source)) != row.text:
            raise Broken(f"policy `{row.name}` {row.version} ({row.hash[:12]}) is not in the store as it was")
    for row in tx.execute(select(kept_files)):
        found.files += 1
        if digest(bytes(row.content)) != row.hash:
            raise Broken(f"file {row.hash[:12]} is not in the store as it was")


def _credits(fold: Fold, found: Audit) -> None:
    """Every credit keeps the bound that is promised."""
    for pool, held in sorted(fold.credits().items()):
        promise = fold.floor.ledger.promise(pool)
        owed = held["credits"].values()
        within = all(promise.allows(credit) for credit in owed) and not sum(owed)
        largest = max((abs(credit) for credit in owed), default=0)
        found.pools.append(PoolFound(pool, len(owed), largest, within))
        if not within:
            raise Broken(f"pool `{pool}`: the credits are beyond the promised bound")
