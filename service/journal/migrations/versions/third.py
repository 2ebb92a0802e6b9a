"""What is where in the journal is known in memory: no index of facts and requests, but for planned policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = (
    "number", "request_id", "body_hash", "at", "recorded", "policy_hash", "facts_hash", "event", "outcome",
    "previous_hash", "hash",
)  # fmt: skip
_NUMBERS = ("number", "at")


def upgrade() -> None:
    """Drop what is not needed any more; SQLite makes the table anew for that."""
    op.drop_table("journal_subjects")
    if op.get_bind().dialect.name == "sqlite":
        _made_anew()
    else:
        op.drop_constraint("journal_request_id_key", "journal")
    op.execute("CREATE UNIQUE INDEX journal_plans ON journal (request_id) WHERE substr(request_id, 1, 9) = 'activate '")


def _made_anew() -> None:
    columns = [
        sa.Column(name, sa.Integer if name in _NUMBERS else sa.Text, primary_key=name == "number", nullable=False)
        for name in _COLUMNS
    ]
    op.create_table("journal_as_now", *columns, sqlite_strict=True)
    names = ", ".join(_COLUMNS)
    op.execute(f"INSERT INTO journal_as_now ({names}) SELECT {names} FROM journal ORDER BY number")
    op.drop_table("journal")
    op.rename_table("journal_as_now", "journal")
    for word in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER journal_no_{word} BEFORE {word} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
