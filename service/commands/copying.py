"""`meed copy`: a store copied whole, while it is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ..settings import CannotStart
from ..stopped import FINE, Findings, WrongUse
from ..terminal import Form, say, say_json, working
from .not_installed import not_installed

if TYPE_CHECKING:
    from ..journal.copying import Copied

__all__ = ["copy"]


def copy(
    source: str = typer.Argument(..., metavar="SOURCE", help="The store: its file, or its URL."),
    target: str = typer.Argument(..., metavar="TARGET", help="A new file, or the URL of an empty database."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How the result is written."),
) -> int:
    """Copy a store whole, while it is in use.

    From a file or a PostgreSQL into another one. The copy is the store as it was at one moment, whoever writes
    meanwhile: journal, policies, files of facts, the secret of the draws. It is a backup, or the way from SQLite to
    PostgreSQL and back. `meed audit log` on the copy proves that it is whole. The keys of programs are no part of it:
    they are a file of their own.
    """
    made = _copied(source, target)
    if form == "json":
        say_json({"rows": made.rows, "head": {"number": made.head.number, "hash": made.head.hash}})
    else:
        say(f"{made.head.number:,} entries copied, {made.rows:,} rows in all")
        say(f"the last entry is {made.head.number}:{made.head.hash}")
    return FINE


def _copied(source: str, target: str) -> Copied:
    try:
        from ..store import Store, StoreUnavailable
    except ModuleNotFoundError as missing:
        raise not_installed("meed copy", missing) from None
    try:
        store = Store(source)
    except CannotStart as problem:
        raise WrongUse(problem.lines[0], "name the store of a service first, then where the copy goes") from None
    try:
        with working("copy") as progress:
            return store.copy_to(target, progress)
    except CannotStart as problem:
        raise WrongUse(f"the copy cannot be written: {problem.lines[0]}", "nothing was changed") from None
    except StoreUnavailable as problem:
        raise Findings(f"the copy was not made: {problem}", "nothing is left of it: run the command again") from None
    finally:
        store.close()
