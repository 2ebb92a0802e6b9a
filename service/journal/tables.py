"""The tables of the journal, for statements; `migrations/versions` makes them. All texts are exact."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

__all__ = [
    "TABLES",
    "journal",
    "kept_files",
    "kept_policies",
    "policy_acts",
    "service_facts",
]

_METADATA = MetaData()

service_facts = Table("service_facts", _METADATA, Column("name", Text, primary_key=True), Column("value", Text))
"""What the service remembers of itself: scale of credits, seed of draws (hexadecimal), moment of the first start."""

kept_policies = Table(
    "kept_policies",
    _METADATA,
    Column("text", Text, primary_key=True),
    Column("number", Integer),
    Column("hash", Text),
    Column("name", Text),
    Column("version", Text),
    Column("file", Text),
    Column("source", Text),
)
"""Every policy that decided anything or may: `text` is the SHA-256 of `source`, `hash` that of its meaning."""

kept_files = Table("kept_files", _METADATA, Column("hash", Text, primary_key=True), Column("content", LargeBinary))
"""Every file of facts, and every mapping, by which anything was decided, by the SHA-256 of its bytes."""

journal = Table(
    "journal",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("request_id", Text),
    Column("body_hash", Text),
    Column("at", Integer),
    Column("recorded", Text),
    Column("policy_hash", Text),
    Column("facts_hash", Text),
    Column("event", Text),
    Column("outcome", Text),
    Column("previous_hash", Text),
    Column("hash", Text),
)
"""One row an event; `event` and `outcome` are JSON, `hash` seals all other columns (see entries.py)."""

policy_acts = Table(
    "policy_acts",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("act", Text),
    Column("hash", Text),
    Column("at", Integer),
    Column("plan", Integer),
    Column("request_id", Text),
    Column("by", Text),
    Column("note", Text),
    Column("recorded", Text),
)
"""What was done with policies, by whom and why: see policy_acts.py. When which was in force is in the journal."""

TABLES = tuple(_METADATA.tables.values())
"""All of them."""
