"""What every verb of `meed ledger` needs: its options, and the file, whose database is loaded when it is opened."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...stopped import WrongUse

if TYPE_CHECKING:
    from ...pay_ledger.ledger_file import LedgerFile

__all__ = ["BY", "FORM", "LEDGER", "found", "opened"]

LEDGER = typer.Option(Path("ledger.sqlite"), "--ledger", metavar="FILE", help="The file of the ledger.")
FORM = typer.Option("text", "--format", metavar="text|json", help="How to report.")
BY = typer.Option(..., "--by", metavar="WHO", help="Who says so.")


def found(path: Path) -> AbstractContextManager[LedgerFile]:
    """A new ledger. Raises `WrongUse` where there is one, or where the database is not installed."""
    _must_be_installed()
    from ...pay_ledger.ledger_file import found_ledger

    return found_ledger(path)


def opened(path: Path, *, sound: bool = True) -> AbstractContextManager[LedgerFile]:
    """The ledger in a file. Raises `WrongUse` where there is none, `Findings` where it does not hold (if `sound`)."""
    _must_be_installed()
    from ...pay_ledger.ledger_file import open_ledger

    return open_ledger(path, sound=sound)


def _must_be_installed() -> None:
    try:
        import sqlalchemy  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ModuleNotFoundError:
        raise WrongUse(
            "`meed ledger` needs `sqlalchemy`, which is not installed", "run `pip install 'meed-engine[ledger]'`"
        ) from None
