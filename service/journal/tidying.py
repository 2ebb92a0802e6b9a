"""Tidying: what the store does now and then beside those who write, so that no commit has to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ..store import Store

__all__ = ["Tidying"]

_SECONDS_BETWEEN = 1


class Tidying:
    """A thread that tidies a store once a second, while entries come; `number` gives that of the last one."""

    def __init__(self, store: Store, number: Callable[[], int]) -> None:
        self._store, self._number = store, number
        self._ended = Event()
        self._thread = Thread(target=self._work, name="tidying", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; what is left the database does when it is closed, or opened again."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        last = 0
        while not self._ended.wait(_SECONDS_BETWEEN):
            number = self._number()
            if number != last:
                self._store.tidy()
            last = number
