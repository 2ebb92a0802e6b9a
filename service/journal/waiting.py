"""Requests that wait to be written, and results on their way back to the thread of an event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import Any, TypeAlias

from .asked import Asked

__all__ = ["Mail", "Waiting"]

_LOG = logging.getLogger("meed.service")
_Post: TypeAlias = tuple[Callable[[Any], None], Any]


class Waiting:
    """A queue for one thread. Whoever puts in many at once wakes it once, and it takes all that it finds."""

    def __init__(self) -> None:
        self._some: deque[Asked] = deque()
        self._bell = Lock()
        self._bell.acquire()

    def __len__(self) -> int:
        return len(self._some)

    def put(self, some: Iterable[Asked]) -> None:
        """Let requests wait, in their order; from any thread."""
        self._some.extend(some)
        self.ring()

    def ring(self) -> None:
        """Wake the thread."""
        with suppress(RuntimeError):  # it was rung already
            self._bell.release()

    def take(self, most: int) -> list[Asked]:
        """The first requests that wait, without waiting for any."""
        some, found = self._some, list[Asked]()
        while some and len(found) < most:
            found.append(some.popleft())
        return found

    def heard(self, seconds: int) -> bool:
        """Wait until somebody rings, for so long at most; whether somebody did. There may be nothing new even so."""
        return self._bell.acquire(timeout=seconds)


class Mail:
    """Between the thread of an event loop and those who write: each is woken once for all that comes together.

    What the loop reads in one turn leaves at the end of it, as soon as nobody else has `turn`; all results of a commit
    come back at once. `begin` takes what leaves, and gives the turn back, or hands it on.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, turn: Lock, begin: Callable[[list[Asked]], None]) -> None:
        self._loop, self._turn, self._begin = loop, turn, begin
        self._leaving: list[Asked] = []
        self._posted: deque[_Post] = deque()
        self._called = self._has_answered = False
        self.waits = False
        """Whether something is to leave and somebody else has the turn: whoever gives it back calls `go_on`."""

    def __len__(self) -> int:
        return len(self._leaving)

    def send(self, asked: Asked) -> None:
        """Let a request wait, with all others of this turn of the loop."""
        if not self._leaving:
            self._loop.call_soon(self._leave)
        self._leaving.append(asked)

    def go_on(self) -> None:
        """The turn is free; from any thread."""
        with suppress(RuntimeError):  # the loop has ended: nobody waits for an answer
            self._loop.call_soon_threadsafe(self._leave)

    def taken(self) -> list[Asked]:
        """What has not left, for somebody else to do."""
        some, self._leaving = self._leaving, []
        return some

    def _leave(self) -> None:
        if not self._leaving:
            return
        if self._has_answered:  # the loop sends answers when this is over, and whoever gets one may ask for more
            self._has_answered = False
            self._loop.call_soon(self._leave)
            return
        self.waits = True
        if self._turn.acquire(blocking=False):
            self.waits = False
            self._begin(self.taken())

    def post(self, takes: Callable[[Any], None], result: Any) -> None:
        """Hand a result over to a function, which runs on the loop; for the thread that writes."""
        self._posted.append((takes, result))
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._called, self._has_answered = False, True
        while self._posted:
            takes, result = self._posted.popleft()
            try:
                takes(result)
            except Exception as error:  # a defect of one answer: the others are given
                _LOG.error("an answer could not be given", exc_info=error)
