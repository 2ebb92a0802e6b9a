"""Tidying: what the store does now and then beside those who write, so that no commit has to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from ..store import Store

__all__ = ["Tidying"]

_MOST_ENTRIES = 2_000
"""After so many the store is tidied: a disk that has more to write at once keeps commits waiting."""
_SECONDS_BETWEEN_LOOKS = 1 / 20  # exact: fraction
_MOST_LOOKS = 200


class Tidying:
    """A thread that tidies a store after some thousand entries, or some seconds after any. `number`: the last one's."""

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
        last, looks = self._number(), 0
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            more, looks = self._number() - last, looks + 1
            if more >= _MOST_ENTRIES or (more and looks >= _MOST_LOOKS):
                last, looks = last + more, 0
                self._store.tidy()
