"""The tables of the store. All texts are exact; the decision log is append-only, which triggers hold."""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

__all__ = ["SCHEMA", "create_tables", "credit_pools", "decision_log", "policies", "service_facts"]

SCHEMA = "1"
"""The version of these tables; a store of another version is refused."""

_METADATA = MetaData()

service_facts = Table(
    "service_facts",
    _METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)
"""What the service remembers of itself: schema and scale, seed of draws (hexadecimal), moment of the first start."""

policies = Table(
    "policies",
    _METADATA,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("source", Text, nullable=False),
    sqlite_strict=True,
)
"""Every policy that decided anything, with its text: the log can be replayed from the store alone."""

decision_log = Table(
    "decision_log",
    _METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("point", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_id", Text, nullable=False, unique=True),
    Column("body_hash", Text, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("rep", Text),
    Column("at", Integer, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("policy_hash", Text, ForeignKey("policies.hash"), nullable=False),
    Column("facts_hash", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("previous_hash", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    UniqueConstraint("point", "key"),
    UniqueConstraint("point", "sequence"),
    # Not unique: ids are short, and a decision must never be lost because two of them meet.
    Index("decision_log_by_id", "decision_id"),
    sqlite_strict=True,
)
"""One row a decision; `fact` and `decision` are JSON, `hash` seals all other columns (see decision_log.py)."""

credit_pools = Table(
    "credit_pools",
    _METADATA,
    Column("pool", Text, primary_key=True),
    Column("credits", Text, nullable=False),
    Column("number", Integer, ForeignKey("decision_log.number"), nullable=False),
    sqlite_strict=True,
)
"""The credits of each pool (JSON, a snapshot of the share ledger) as of the decision that moved them last."""

_APPEND_ONLY = """
CREATE TRIGGER IF NOT EXISTS decision_log_no_{word} BEFORE {word} ON decision_log
BEGIN SELECT RAISE(ABORT, 'the decision log is append-only'); END
"""


def create_tables(tx: Connection) -> None:
    """Create what is not there yet."""
    _METADATA.create_all(tx)
    for word in ("update", "delete"):
        tx.exec_driver_sql(_APPEND_ONLY.format(word=word))
