"""The tables of a pay ledger's file. Entries are append-only, which triggers hold too."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text

__all__ = ["APPLICATION", "SCHEMA", "create_tables", "entries", "policies"]

APPLICATION = int.from_bytes(b"mled", "big")
SCHEMA = 1
"""The version of these tables; a ledger of another version is refused."""

_METADATA = MetaData()

entries = Table(
    "entries",
    _METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("recorded", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    sqlite_strict=True,
)
"""One row an entry; `body` is JSON, `hash` seals all other columns (see engine/pay_ledger/chain.py)."""

policies = Table(
    "policies",
    _METADATA,
    Column("text", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("source", Text, nullable=False),
    sqlite_strict=True,
)
"""Every policy that closed a period: a closed period is worked out again under its own policy.

`text` is the SHA-256 of `source`, which the entry that closed the period names too; `hash` is that of its meaning.
"""

_APPEND_ONLY = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{word} BEFORE {word} ON {table}
BEGIN SELECT RAISE(ABORT, 'the pay ledger is append-only'); END
"""


def create_tables(tx: Connection) -> None:
    """Create the tables and what guards them."""
    _METADATA.create_all(tx)
    tx.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    for table in ("entries", "policies"):
        for word in ("update", "delete"):
            tx.exec_driver_sql(_APPEND_ONLY.format(table=table, word=word))
