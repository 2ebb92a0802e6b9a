"""The first tables of the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_APPEND_ONLY = ("journal", "journal_subjects", "kept_policies", "kept_files")


def upgrade() -> None:
    """Make the tables, and what guards them."""
    strict = {"sqlite_strict": True}
    op.create_table(
        "service_facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "kept_policies",
        sa.Column("text", sa.Text, primary_key=True),
        sa.Column("number", _LARGE, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "kept_files",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        **strict,
    )
    op.create_table(
        "journal",
        sa.Column("number", _LARGE, primary_key=True, autoincrement=False),
        sa.Column("request_id", sa.Text, nullable=False, unique=True),
        sa.Column("body_hash", sa.Text, nullable=False),
        sa.Column("at", _LARGE, nullable=False),
        sa.Column("recorded", sa.Text, nullable=False),
        sa.Column("policy_hash", sa.Text, nullable=False),
        sa.Column("facts_hash", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        **strict,
    )
    op.create_table(
        "journal_subjects",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("number", _LARGE, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
        **strict,
    )
    _guard()


def _guard() -> None:
    """Rows are added, and never changed or removed."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for word in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{word} BEFORE {word} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION meed_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION meed_append_only()"
        )
