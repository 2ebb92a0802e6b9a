"""The tables of a store, brought up to date step by step when it is opened; see `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ..settings import CannotStart

__all__ = ["bring_up_to_date", "must_be_up_to_date"]

_TABLE = "meed_schema"


def bring_up_to_date(tx: Connection, *, is_new: bool) -> None:
    """Make the tables, or change them to what this version needs. All in the caller's transaction, which alone writes.

    Raises `CannotStart` for tables of a newer version, and for those of a version before all migrations.
    """
    scripts = _scripts()
    found = _found(tx, scripts, is_new=is_new)
    if found == scripts.get_current_head():
        return

    def steps(revision: str | None, _: MigrationContext) -> object:
        return scripts._upgrade_revs("head", revision or "base")  # pyright: ignore[reportPrivateUsage]

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(connection=tx, version_table=_TABLE)
        environment.run_migrations()


def must_be_up_to_date(tx: Connection) -> None:
    """Raises `CannotStart` for tables of any version but this one."""
    scripts = _scripts()
    found, needed = _found(tx, scripts, is_new=False), scripts.get_current_head()
    if found != needed:
        raise CannotStart(f"this is a store of schema {found}, and {needed} is needed: start `meed serve` on it once")


def _found(tx: Connection, scripts: ScriptDirectory, *, is_new: bool) -> str | None:
    found = MigrationContext.configure(tx, opts={"version_table": _TABLE}).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if found is None and not is_new:
        raise CannotStart("this is a store of an early version, which cannot be brought up to date")
    if found is not None and found not in known:
        newest = scripts.get_current_head()
        raise CannotStart(
            f"this is a store of schema {found}, made by a newer meed, and this one knows up to {newest}: use the newer"
        )
    return found


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent / "migrations"))
