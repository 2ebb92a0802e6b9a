"""Following: the watch as the entries of a journal have left it, and what fired in their course."""

from __future__ import annotations

from sqlalchemy import Connection

from ...dsl import checked as c
from ...engine.facts import Facts
from ...engine.life.events import Activate, Event
from ...engine.life.floor import Floor
from ...engine.life.refused import Refused
from ...engine.turns.draws import DrawKeys
from ...engine.watching.firing import Firing
from ...engine.watching.live import LiveWatch
from ...engine.watching.supervisor import Health
from ..journal.entries import BEGINNING, Entry, Head
from ..journal.fold import Broken, said
from ..journal.kept import Load, kept_policy, opened
from ..settings import CannotStart
from ..store import Store

__all__ = ["Following"]


class Following:
    """A watch over a floor of its own, moved on by nothing but entries: the same journal gives the same firings.

    `head` is that of the last entry taken in. Policies and files are read from the store when they are needed.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._keys = store, DrawKeys(store.seed)
        self.head: Head = BEGINNING
        self._live: LiveWatch | None = None
        self._load: Load | None = None
        self._policies: dict[str, c.Policy] = {}

    @property
    def policy(self) -> c.Policy | None:
        """The policy in force; None before the first entry."""
        return None if self._live is None else self._live.floor.policy

    def next_look(self) -> int | None:
        """The next moment at which something is looked at, in seconds by the policy's clocks; None: at nothing."""
        return None if self._live is None else self._live.next_look()

    def health(self) -> Health:
        """How the rules process is."""
        return {"pid": 0, "started": 0, "answered": 0} if self._live is None else self._live.health()

    def close(self) -> None:
        """End the rules process."""
        if self._live is not None:
            self._live.close()

    def take(self, entry: Entry) -> list[Firing]:
        """What fired before an entry, or up to it; then it is taken in.

        Raises `RulesUnavailable`, `RulesFailed` and `StoreUnavailable`: it was not taken in then, and is to be taken
        again. Raises `Broken` for what does not follow, or cannot be worked out again.
        """
        if (entry.number, entry.previous_hash) != (self.head.number + 1, self.head.hash):
            raise Broken(f"entry {entry.number} does not follow entry {self.head.number}")
        event = said(entry)
        try:
            fired = self._loaded(event) if isinstance(event, Load) else self._fed(event)
        except (Refused, CannotStart) as problem:
            raise Broken(f"entry {entry.number} cannot be worked out again: {problem}") from None
        self.head = entry.head
        return fired

    def _loaded(self, load: Load) -> list[Firing]:
        policy = self._kept(text=load.text)
        self._load, self._policies[load.policy] = load, policy
        if self._live is not None:
            return self._live.feed(Activate(load.at, load.policy))
        floor = Floor(policy, self._facts_of(policy), self._keys, self._policy_of, self._facts_of)
        self._live = LiveWatch(floor)
        return []

    def _fed(self, event: Event) -> list[Firing]:
        if self._live is None:
            raise Broken("the journal begins with something else than what was loaded")
        return self._live.feed(event)

    def _policy_of(self, hash_: str) -> c.Policy:
        if hash_ not in self._policies:
            self._policies[hash_] = self._kept(hash_=hash_)
        return self._policies[hash_]

    def _facts_of(self, policy: c.Policy) -> Facts:
        assert self._load is not None
        with self._store.reading() as tx:
            return _opened(tx, self._load, policy)

    def _kept(self, **which: str) -> c.Policy:
        with self._store.reading() as tx:
            return kept_policy(tx, **which)


def _opened(tx: Connection, load: Load, policy: c.Policy) -> Facts:
    try:
        return opened(tx, load, policy).facts
    except CannotStart as problem:
        raise Refused("wrong-facts", problem.lines[0], "load the facts for the policy first") from None
