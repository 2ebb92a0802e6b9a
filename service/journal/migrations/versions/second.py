"""What is done with policies: published, to be in force from a moment on, withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LARGE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table, and what guards it."""
    op.create_table(
        "policy_acts",
        sa.Column("number", _LARGE, primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False, index=True),
        sa.Column("at", _LARGE),
        sa.Column("plan", _LARGE, index=True),
        sa.Column("request_id", sa.Text, unique=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("recorded", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for word in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER policy_acts_no_{word} BEFORE {word} ON policy_acts "
                "BEGIN SELECT RAISE(ABORT, 'what was done with policies stays'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER policy_acts_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_acts "
            "FOR EACH STATEMENT EXECUTE FUNCTION meed_append_only()"
        )
