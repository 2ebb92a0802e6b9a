"""The log of decisions: append-only, each entry sealed with a hash that covers the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ..dsl import checked as c
from ..engine.shares import PoolSnapshot
from .store_tables import credit_pools, decision_log, policies
from .strict_json import canonical

__all__ = [
    "BEGINNING",
    "Entry",
    "Head",
    "Past",
    "append",
    "count",
    "entry_of_decision",
    "entry_of_fact",
    "entry_of_request",
    "head",
    "last_sequences",
    "past",
    "remember_policy",
    "stored_credits",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry: its number and its hash."""

    number: int
    hash: str


BEGINNING = Head(0, hashlib.sha256(b"meed decision log 1\n").hexdigest())
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as recorded; see `store_tables.decision_log`. `at` is in seconds by the policy's clocks."""

    number: int
    point: str
    sequence: int
    key: str
    request_id: str
    body_hash: str
    decision_id: str
    rep: str | None
    at: int
    recorded: str
    policy_hash: str
    facts_hash: str
    fact: str
    decision: str
    previous_hash: str
    hash: str = ""

    def sealed(self) -> Entry:
        """The entry with its hash."""
        return replace(self, hash=self.seal())

    def seal(self) -> str:
        """SHA-256 (hex) of all other columns, as canonical JSON of an object."""
        parts = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(canonical(parts).encode()).hexdigest()


_COLUMNS = [decision_log.c[field.name] for field in fields(Entry)]
_ENTRIES = select(*_COLUMNS).order_by(decision_log.c.number)
_HEAD = select(decision_log.c.number, decision_log.c.hash).order_by(decision_log.c.number.desc()).limit(1)
_COUNT = select(func.count()).select_from(decision_log)
_OF_REQUEST = _ENTRIES.where(decision_log.c.request_id == bindparam("request_id"))
_OF_DECISION = _ENTRIES.where(decision_log.c.decision_id == bindparam("decision_id")).limit(1)
_OF_FACT = _ENTRIES.where(decision_log.c.point == bindparam("point"), decision_log.c.key == bindparam("key"))
_APPEND = insert(decision_log)


def head(tx: Connection) -> Head:
    """The last entry of the log."""
    found = tx.execute(_HEAD).first()
    return BEGINNING if found is None else Head(found[0], found[1])


def count(tx: Connection) -> int:
    """How many decisions there are."""
    return tx.execute(_COUNT).scalar_one()


def entry_of_request(tx: Connection, request_id: str) -> Entry | None:
    """The entry that answered a request; None where it was not answered."""
    return _entry(tx.execute(_OF_REQUEST, {"request_id": request_id}).first())


def entry_of_decision(tx: Connection, decision_id: str) -> Entry | None:
    """The entry of a decision; the first, should two ids meet."""
    return _entry(tx.execute(_OF_DECISION, {"decision_id": decision_id}).first())


def entry_of_fact(tx: Connection, point: str, key: str) -> Entry | None:
    """The entry that decided a fact; None where it was not decided."""
    return _entry(tx.execute(_OF_FACT, {"point": point, "key": key}).first())


def _entry(row: Row[Any] | None) -> Entry | None:
    return None if row is None else Entry(*row)


def append(tx: Connection, entry: Entry, credits_moved: dict[str, PoolSnapshot]) -> None:
    """Add an entry, and the credits of the pools that it moved."""
    tx.execute(_APPEND, asdict(entry))
    for pool, snapshot in credits_moved.items():
        row = {"pool": pool, "credits": canonical(snapshot), "number": entry.number}
        statement = upsert(credit_pools).values(row)
        tx.execute(statement.on_conflict_do_update(index_elements=["pool"], set_=row))


def remember_policy(tx: Connection, policy: c.Policy) -> None:
    """Keep the text of a policy that decides."""
    row = {"hash": policy.hash, "name": policy.name, "version": policy.version, "source": policy.source.text}
    tx.execute(upsert(policies).values(row).on_conflict_do_nothing())


def stored_credits(tx: Connection) -> dict[str, PoolSnapshot]:
    """The credits of all pools, as `ShareLedger.restore` takes them."""
    rows = tx.execute(select(credit_pools.c.pool, credit_pools.c.credits))
    return {pool: cast("PoolSnapshot", json.loads(text, parse_float=Decimal)) for pool, text in rows}


def last_sequences(tx: Connection) -> dict[str, int]:
    """The number of the last decision at each point."""
    point, sequence = decision_log.c.point, decision_log.c.sequence
    return {row[0]: row[1] for row in tx.execute(select(point, func.max(sequence)).group_by(point))}


@dataclass(frozen=True, slots=True)
class Past:
    """What a restart needs to know of a decision."""

    point: str
    key: str
    fact: dict[str, object]
    at: int
    rep: str | None


def past(tx: Connection) -> Iterator[Past]:
    """All decisions in order."""
    names = ("point", "key", "fact", "at", "rep")
    rows = tx.execute(select(*(decision_log.c[name] for name in names)).order_by(decision_log.c.number))
    for row in rows:
        point, key, fact, at, rep = tuple(row)
        yield Past(point, key, json.loads(fact, parse_float=Decimal), at, rep)


def verify(tx: Connection) -> list[str]:
    """What does not hold in the log, one line a finding, empty where all does: numbers, hashes, chain, credits."""
    found: list[str] = []
    before = BEGINNING
    owed: dict[str, dict[str, int]] = {}
    for row in tx.execute(_ENTRIES):
        entry = Entry(*row)
        if entry.number != before.number + 1:
            found.append(f"entry {entry.number} follows entry {before.number}: entries are missing between")
        if entry.previous_hash != before.hash:
            found.append(f"entry {entry.number} does not name the hash of the entry before it")
        if entry.seal() != entry.hash:
            found.append(f"entry {entry.number} was changed: its hash is not that of its content")
        _post(owed, json.loads(entry.decision, parse_float=Decimal))
        before = Head(entry.number, entry.hash)
    return [*found, *_wrong_credits(owed, stored_credits(tx))]


def _post(owed: dict[str, dict[str, int]], decision: dict[str, Any]) -> None:
    """The credits after a decision, as its own turn has them."""
    for step in decision["tried"]:
        if "turn" in step:
            pool = owed.setdefault(step["turn"]["pool"], {})
            pool.update({line["rep"]: int(line["credit_after"]) for line in step["turn"]["standings"]})


def _wrong_credits(owed: dict[str, dict[str, int]], stored: dict[str, PoolSnapshot]) -> Iterator[str]:
    for pool in sorted(owed.keys() | stored.keys()):
        held = stored[pool]["credits"] if pool in stored else {}
        for rep in sorted(owed.get(pool, {}).keys() | held.keys()):
            says, is_stored = owed.get(pool, {}).get(rep, 0), held.get(rep, 0)
            if says != is_stored:
                yield f"pool `{pool}`: the log leaves `{rep}` a credit of {says}, the store has {is_stored}"
