"""The store of a service, opened by a command that reads it and changes nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .settings import CannotStart
from .stopped import Findings, WrongUse

if TYPE_CHECKING:
    from .store import Store

__all__ = ["opened_store"]


@contextmanager
def opened_store(place: str) -> Generator[Store]:
    """A store by its file or URL, while the block lasts. `not_installed` says what a `ModuleNotFoundError` needs.

    Raises `WrongUse` for what is no store, `Findings` for one that cannot be read or is not what it was.
    """
    from .journal.fold import Broken
    from .store import Store, StoreUnavailable

    try:
        store = Store(place)
    except CannotStart as problem:
        raise WrongUse(problem.lines[0], "name the store of a service with `--db`") from None
    try:
        yield store
    except StoreUnavailable as problem:
        raise Findings(f"the store cannot be read: {problem}", "run the command again") from None
    except Broken as problem:
        raise Findings(f"the journal does not hold: {problem}", "`meed audit log --db` says more") from None
    except CannotStart as problem:
        raise Findings(problem.lines[0], "read it with the version of meed that wrote it") from None
    finally:
        store.close()
