"""Rounds of writing: by the thread of an event loop what waits for nobody, all else by a thread of their own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from threading import Lock, Thread
from typing import Any

from ...engine.life.events import Tick
from ..database import Occupied, StoreUnavailable
from ..observing.tracing import Tracing
from .asked import Asked, Result
from .fold import Fold
from .waiting import Mail, Waiting
from .writing import Round, Writing, ended

__all__ = ["Rounds", "unseen"]

_LOG = logging.getLogger("meed.service")
_MOST_AT_ONCE = 256
_SECONDS_BETWEEN_LOOKS = 1


class Rounds:
    """One round at a time: whoever has the turn. Requests are recorded in the order in which they wait.

    The thread of an event loop works out what it has read by itself, up to the commit, where that is brief and waits
    for nothing: between two threads each request costs as much again. The commit waits for the disk, which is left to
    the other thread; meanwhile the loop reads on. `moment` gives the present in seconds by the policy's clocks: what is
    due by then happens, whether anybody asks or not.
    """

    def __init__(self, writing: Writing, moment: Callable[[], int], tracing: Tracing, is_quick: bool) -> None:
        self._writing, self._moment, self._tracing = writing, moment, tracing
        self._stays = is_quick and not tracing.is_on
        self._waiting, self._turn = Waiting(), Lock()
        self._begun: tuple[Round, Sequence[Asked]] | None = None
        self._closed = False
        self._mail: dict[asyncio.AbstractEventLoop, Mail] = {}
        self._writer = Thread(target=self._work, name="journal", daemon=True)
        self._writer.start()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_closed(self) -> bool:
        """Whether nothing is taken any more."""
        return self._closed

    def put(self, asked: Asked) -> None:
        """Let a request wait for the thread; from any other."""
        self._waiting.put((asked,))

    def mail(self) -> Mail:
        """The mail of the running event loop."""
        loop = asyncio.get_running_loop()
        mail = self._mail.get(loop)
        if mail is None:
            mail = self._mail[loop] = Mail(loop, self._turn, self._begin)
        return mail

    def close(self) -> None:
        """Record what waits, and end."""
        self._closed = True
        for mail in list(self._mail.values()):
            self._waiting.put(mail.taken())
        self._waiting.ring()
        self._writer.join()

    # --- with the turn, in the thread of an event loop ---------------------------------------------------

    def _begin(self, some: Sequence[Asked]) -> None:
        """Begin a round, and leave its commit and the turn to the thread; or all of it."""
        if self._is_brief(some):
            try:
                round_ = self._writing.round(some, waits=False)
                next(round_)
                self._begun = round_, some
                self._waiting.ring()
                return
            except StopIteration as end:
                some = end.value
            except Occupied:
                pass
            except Exception as error:
                _failed(some, error)
                some = ()
        self._waiting.put(some)
        self._give_back()
        self._waiting.ring()  # once more: the thread may have come for what waits while the turn was not free

    def _is_brief(self, some: Sequence[Asked]) -> bool:
        if not self._stays or self._closed or len(self._waiting) or len(some) > _MOST_AT_ONCE:
            return False
        if not self._writing.is_near or self._writing.due(self._moment()) is not None:
            return False
        return all(asked.is_brief for asked in some)

    def _give_back(self) -> None:
        self._turn.release()
        for mail in list(self._mail.values()):
            if mail.waits:
                mail.go_on()

    # --- the thread --------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            heard = self._waiting.heard(_SECONDS_BETWEEN_LOOKS)
            if self._begun is not None:
                self._end(*self._begun)
                if not self._waiting and not self._closed:
                    continue
            # Otherwise a loop has the turn, and rings when it is over.
            if self._turn.acquire(blocking=False):
                try:
                    if self._record_all(heard):
                        return
                finally:
                    self._give_back()

    def _end(self, round_: Round, some: Sequence[Asked]) -> None:
        """Bring to its end what a loop has begun."""
        self._begun = None
        try:
            again = ended(round_)
            if again:
                self._waiting.put(again)
        except Exception as error:
            _failed(some, error)
        finally:
            self._give_back()

    def _record_all(self, heard: bool) -> bool:
        """Record what waits, until nothing does; whether that was the last of it."""
        while True:
            was_closed, some = self._closed, self._waiting.take(_MOST_AT_ONCE)
            is_all = len(some) < _MOST_AT_ONCE
            if not was_closed and is_all:
                if heard and not some:
                    return False
                some = [*self._by_itself(some), *some]
            try:
                with self._tracing.span("meed.commit", requests=len(some)) if some else nullcontext():
                    self._writing.record(some)
            except Exception as error:
                _failed(some, error)
            if was_closed and is_all:
                return True
            heard = True

    def _by_itself(self, some: Sequence[Asked]) -> Iterator[Asked]:
        """What happens whether anybody asks for it or not; where an event is asked for, that brings it about."""
        if any(asked.event is not None for asked in some):
            return
        now = self._moment()
        if self._writing.due(now) is not None:
            # Processes that know the same ask for the same: whichever is first, it is recorded once.
            yield Asked(f"tick {now} {self._writing.number}", "", Tick(now), _noted)
        elif not some and self._writing.has_plan():
            yield Asked("", "", None, _unheard, look=unseen)


def unseen(_: Fold) -> None:
    """Nothing to look at: the round alone is wanted."""


def _failed(some: Sequence[Asked], error: Exception) -> None:
    """A defect outside of any one request: whoever waits is told, and it goes on."""
    _LOG.error("the journal failed", exc_info=error)
    for asked in some:
        asked.told(error)


def _unheard(_: Any) -> None:
    """Nobody waits."""


def _noted(result: Any) -> None:
    """What became of something that nobody asked for."""
    if isinstance(result, StoreUnavailable):
        _LOG.warning("what is due could not be recorded yet: %s", result)
    elif not isinstance(result, Result):
        _LOG.error("what is due could not be worked out", exc_info=result)
