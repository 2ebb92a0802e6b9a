"""The journal of a running service: whatever waits is recorded together, in turn, and answered once it is on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from ...dsl import checked as c
from ...engine.life.events import Event
from ...engine.turns.draws import DrawKeys
from ..clock import Clock
from ..loading import Loaded
from ..observing.tracing import Tracing
from ..store import Store
from .asked import Asked, Result
from .busy import Busy
from .entries import Entry
from .fold import Fold
from .kept import Load
from .rounds import Rounds, unseen
from .rows import entries_at, entry_at, head
from .tidying import Tidying
from .waiting import Mail
from .writing import Writing

__all__ = ["Journal"]

T = TypeVar("T")


class Journal:
    """Records events, one after the other; the same request id gets the same entry, for ever.

    All requests that wait, up to a number, are recorded in one transaction: first what other processes have recorded
    since is folded in, then the requests in their order. They are answered after the commit. `moment` gives the present
    in seconds by the policy's clocks: what is due by then happens, whether anybody asks or not.
    """

    def __init__(
        self, store: Store, load: Load, loaded: Loaded, contents: dict[str, bytes], clock: Clock,
        moment: Callable[[], int], *, most_waiting: int = 10_000, tracing: Tracing | None = None,
    ) -> None:  # fmt: skip
        self.store, self._moment, self._most = store, moment, most_waiting
        self._writing = Writing(store, DrawKeys(store.seed), clock, load, loaded, contents, moment)
        self._writing.start()
        self._rounds = Rounds(self._writing, moment, tracing or Tracing(), store.is_quick)
        self._tidying = Tidying(store, lambda: self._writing.number)

    # --- asking ------------------------------------------------------------------------------------------

    def offer(self, asked: Asked) -> None:
        """Let a request wait to be recorded; it is told what came of it. Raises `Busy`."""
        self._must_take(0)
        self._rounds.put(asked)

    def _must_take(self, more: int) -> None:
        waiting = len(self._rounds) + more
        if waiting >= self._most or self._rounds.is_closed:
            raise Busy(waiting)

    def submit(self, request_id: str, event: Event, body_hash: str = "") -> Result:
        """The entry of a request, once it is on disk: that which was made for it before, or a new one.

        Raises `RequestIdTaken`, the engine's `Refused`, and `StoreUnavailable`, after which the same request may be
        sent again: it is recorded once. Not for the thread of an event loop: that one offers.
        """
        answer: Future[Any] = Future()
        self.offer(Asked(request_id, body_hash, event, answer.set_result))
        return _settled(answer)

    def look(self, at: Callable[[Fold], T]) -> T:
        """What a function sees on the fold, with everything folded in that is recorded. It must change nothing."""
        answer: Future[Any] = Future()
        self.offer(Asked("", "", None, answer.set_result, look=at))
        return _settled(answer)

    def mail(self) -> Mail:
        """The mail of the running event loop: by its `post` results come back to it."""
        return self._rounds.mail()

    def send(self, asked: Asked, mail: Mail) -> None:
        """Let a request wait with all others that its event loop reads in this turn. Raises `Busy`."""
        self._must_take(len(mail))
        mail.send(asked)

    async def answered(self, make: Callable[[Callable[[Any], None]], Asked]) -> Any:
        """The result of a request that is made with whom to tell. Raises `Busy`."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def take(result: Any) -> None:
            if not answer.done():  # whoever asked may have gone meanwhile
                answer.set_result(result)

        mail = self.mail()
        self.send(make(partial(mail.post, take)), mail)
        return await answer

    async def all_answered(self, makes: Sequence[Callable[[Callable[[Any], None]], Asked]]) -> list[Any]:
        """The results of several requests, each as `answered` makes it: in their order, errors among them."""
        all_told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        mail, found, many = self.mail(), dict[int, Any](), len(makes)

        def take(place: int, result: Any) -> None:
            found[place] = result
            if len(found) == many and not all_told.done():
                all_told.set_result(None)

        for place, make in enumerate(makes):
            told = partial(take, place)
            try:
                self.send(make(partial(mail.post, told)), mail)
            except Exception as error:
                told(error)
        if makes:
            await all_told
        return [found[place] for place in range(many)]

    @property
    def policy(self) -> c.Policy:
        """The policy in force, as of the last entry that this process knows."""
        return self._writing.policy

    @property
    def policies(self) -> tuple[c.Policy, ...]:
        """Every policy that was in force."""
        return self._writing.policies

    @property
    def load(self) -> Load:
        """What was loaded last."""
        return self._writing.load

    @property
    def loaded(self) -> Loaded:
        """What was loaded last, as the policy in force reads it."""
        return self._writing.loaded

    @property
    def decisions(self) -> int:
        """How many decisions there are, as far as this process knows."""
        return self._writing.index.decisions

    def entry_of(self, decision_id: str) -> Entry | None:
        """The entry of a decision; None where there is none. Not for the thread of an event loop.

        Waits for the writer only where others have recorded what this process does not know yet.
        """
        for _ in range(2):
            last, number = self._writing.last, self._writing.index.number(decision_id)
            with self.store.reading() as tx:
                found = None if number is None else entry_at(tx, number)
                others = number is None and head(tx).number > last
            if not others:
                return found
            self.look(unseen)
        return None

    def last_about(self, kind: str, key: str, most: int) -> list[Entry]:
        """The last entries about a fact, newest first. Waits as `entry_of` does; not for a thread of an event loop."""
        found: list[Entry] = []
        for _ in range(2):
            last = self._writing.last
            numbers = [number for number in self._writing.index.about(kind, key) if number <= last]
            with self.store.reading() as tx:
                found, others = entries_at(tx, numbers[: -most - 1 : -1]), head(tx).number > last
            if not others:
                return found
            self.look(unseen)
        return found

    @property
    def number(self) -> int:
        """The number of the last entry that this process knows."""
        return self._writing.number

    @property
    def overdue(self) -> int:
        """For how many seconds what is due has not happened."""
        now = self._moment()
        due = self._writing.due(now)
        return 0 if due is None else now - due

    def close(self) -> None:
        """Record what waits, and end."""
        self._tidying.close()
        self._rounds.close()


def _settled(answer: Future[Any]) -> Any:
    found = answer.result()
    if isinstance(found, BaseException):
        raise found
    return found
