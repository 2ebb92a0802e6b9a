"""Firings that wait to be recorded, each under a request id that follows from what fired: so each is recorded once.

Several processes that follow one journal see the same fire and ask for the same entries; whoever is first records them,
and the others find them recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ...engine.life.events import Fire
from ...engine.watching.firing import Firing
from ...engine.watching.live import fires_of
from ..journal.entries import Entry
from ..strict_json import canonical

__all__ = ["WaitingFires", "request_id_of", "tick_id"]

_FIRE, _TICK = "watch ", "watch-tick "  # no request of others has a blank in its id


def request_id_of(policy_hash: str, firing: Firing) -> str:
    """The request id of a firing: at one moment a rule fires at most once for a fact."""
    named = canonical([policy_hash, firing.kind, firing.key, firing.number, firing.at])
    return _FIRE + hashlib.sha256(named.encode()).hexdigest()[:40]


def tick_id(number: int) -> str:
    """The request id of the tick with which a watch goes on that has seen so many entries, and recorded what fired."""
    return f"{_TICK}{number}"


class WaitingFires:
    """What fired in the course of the entries so far and is not recorded yet, in the order in which it fired.

    A watch records a tick only when all is recorded that fired by then. So what waits although a tick says so is of
    another version of the rules or of this program: it is `missed`, and not done long afterwards. `proved`: up to which
    entry ticks say that.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[int, Firing]] = {}
        self.missed = self.proved = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, number: int, policy_hash: str, firings: Iterable[Firing]) -> None:
        """They fired under a policy, with the entry of a number."""
        for firing in firings:
            self._waiting.setdefault(request_id_of(policy_hash, firing), (number, firing))

    def seen(self, entry: Entry) -> None:
        """An entry is recorded."""
        self.settled(entry.request_id)
        if not entry.request_id.startswith(_TICK):
            return
        self.proved = max(self.proved, int(entry.request_id.removeprefix(_TICK)))
        late = [id_ for id_, (number, _) in self._waiting.items() if number <= self.proved]
        for id_ in late:
            del self._waiting[id_]
        self.missed += len(late)

    def settled(self, id_: str) -> None:
        """It is recorded, or cannot be."""
        self._waiting.pop(id_, None)

    def first(self, most: int, at: int) -> list[tuple[str, Fire]]:
        """The first of them, with their ids, as events of a moment."""
        some = [(id_, firing) for id_, (_, firing) in self._waiting.items()][:most]
        return list(zip((id_ for id_, _ in some), fires_of((firing for _, firing in some), at), strict=True))
