"""Watching live: events as a journal gives them, one after the other, and what fires between and at their moments.

A moment is looked at when it is over: when a later event comes, or a `Tick` says that time has come that far. So a
moment is seen with everything that happened in it, in whatever order its events came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...dsl import checked as c
from ..life.events import Event, Fire, Tick
from ..life.floor import Floor
from ..life.outcome import Award, Notice
from .firing import Firing
from .supervisor import Health, RulesProcess
from .watcher import Watcher, rules_of

__all__ = ["LiveWatch", "awards_of", "fires_of", "notices_of"]


class LiveWatch:
    """The watches of the policy in force, over a floor of its own that it moves on.

    The floor is one that no event was applied to. The same events give the same firings, so after a crash of this
    process a new one over a new floor is rebuilt from them. A crash of the rules process changes nothing; `health`
    tells of it. `process` makes a rules process of sets of rules, which is started with the first thing to look at.
    """

    def __init__(self, floor: Floor, process: Callable[[dict[str, Any]], RulesProcess] = RulesProcess) -> None:
        self.floor, self._make_process = floor, process
        self._fed = 0
        self._fired: list[Firing] = []
        self._process: RulesProcess | None = None
        self._policy = floor.policy
        self._watcher = self._stand_on(floor.policy)

    def _stand_on(self, policy: c.Policy) -> Watcher:
        """Watch by a policy."""
        self.close()
        self._policy = policy
        self._process = self._make_process(rules_of(policy))
        watcher = Watcher(self.floor.ev, self._process)
        self.floor.ev.book.heard = watcher
        return watcher

    # --- events ------------------------------------------------------------------------------------------

    def feed(self, event: Event) -> list[Firing]:
        """What fires before an event or, where it is a `Tick`, up to it; then the floor takes it in.

        Raises `RulesUnavailable` or `RulesFailed`: the event was not taken in then, and is to be fed again. Raises
        `Refused` for what the floor refuses.
        """
        self._go_to(event.at if isinstance(event, Tick) else event.at - 1, event.at)
        if not isinstance(event, Tick):
            self.floor.apply(event)
            self._take_over(event.at)
        self._fed += 1
        fired, self._fired = [*self._fired, *self._watcher.taken()], []
        return fired

    def show(self, at: int, kind: str, row: int, column: str = "") -> list[Firing]:
        """As `feed`, of a row or a cell of the loaded tables that counts from now on; see `Floor.show`."""
        self._go_to(at - 1, at)
        self.floor.show(at, kind, row, column)
        self._take_over(at)
        return self._watcher.taken()

    def _go_to(self, until: int, at: int) -> None:
        if self.floor.now is None:
            self._open(at)
        self._run(until)

    def _open(self, at: int) -> None:
        """The floor opens, and everything on it is looked at for the first time, now or when it comes."""
        self.floor.apply(Tick(at))
        self._watcher.watch_all(at)

    def _run(self, until: int) -> None:
        """Let time go on: at each moment first what is due on the floor, then a look at what may have changed."""
        while True:
            now = self.floor.now
            moments = [moment for moment in (self._watcher.next_look(), self._next_due(now)) if moment is not None]
            if not moments or min(moments) > until:
                break
            moment = min(moments)
            self.floor.apply(Tick(max(moment, now or moment)))
            self._watcher.look_at_touched(moment)
            self._watcher.look(moment)
        if self.floor.now is None or self.floor.now < until:
            self.floor.apply(Tick(until))

    def _next_due(self, now: int | None) -> int | None:
        due = self.floor.due
        return due if due is not None and (now is None or due > now) else None

    def _take_over(self, at: int) -> None:
        """What the event touched is looked at in its moment; under another policy, everything is."""
        if self.floor.policy is not self._policy:
            before, old = self._watcher.snapshot(), self._policy
            self._fired += self._watcher.taken()
            self._watcher = self._stand_on(self.floor.policy)
            self._watcher.inherit(before, old)
            self._watcher.watch_all(at)
        self._watcher.look_at_touched(at)

    def next_look(self) -> int | None:
        """The next moment at which something is looked at; None where nothing is."""
        return self._watcher.next_look()

    # --- standing ----------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What is remembered after the events so far, as plain values in one order."""
        return {"fed": self._fed, "policy": self._policy.hash, "watched": self._watcher.snapshot()}

    def rebuild(self, events: Iterable[Event], snapshot: Mapping[str, Any] | None = None) -> list[Firing]:
        """What fires in the course of events; those that a snapshot was taken after are only taken in, which is quick.

        Raises `ValueError` for a snapshot of other events or another policy.
        """
        taken_in = 0 if snapshot is None else int(snapshot["fed"])
        found: list[Firing] = []
        for event in events:
            if self._fed < taken_in:
                self._take_in(event)
            else:
                found += self.feed(event)
            if snapshot is not None and self._fed == taken_in:
                self._restore(snapshot)
        if self._fed < taken_in:
            raise ValueError(f"the snapshot was taken after {taken_in} events, and there are {self._fed}")
        return found

    def _take_in(self, event: Event) -> None:
        self.floor.apply(event)
        if self.floor.policy is not self._policy:
            self._watcher = self._stand_on(self.floor.policy)
        self._fed += 1

    def _restore(self, snapshot: Mapping[str, Any]) -> None:
        if snapshot["policy"] != self._policy.hash:
            raise ValueError("the snapshot was taken under another policy")
        self._watcher.restore(snapshot["watched"])

    def health(self) -> Health:
        """How the rules process is."""
        return self._process.health() if self._process is not None else {"pid": 0, "started": 0, "answered": 0}

    def close(self) -> None:
        """End the rules process; it is started again when it is needed."""
        if self._process is not None:
            self._process.close()


def notices_of(firings: Iterable[Firing]) -> tuple[Notice, ...]:
    """What is to be said to whom."""
    told = (firing for firing in firings if firing.word == "notify" and firing.to)
    return tuple(Notice(one.at, one.kind, one.key, one.to, one.text, one.place) for one in told)


def awards_of(firings: Iterable[Firing]) -> tuple[Award, ...]:
    """Who is to be honoured for what."""
    given = (firing for firing in firings if firing.word == "award" and firing.to)
    return tuple(Award(one.at, one.kind, one.key, one.to, one.text, one.place) for one in given)


def fires_of(firings: Iterable[Firing], at: int) -> tuple[Fire, ...]:
    """The events, at a moment, by which all that fired is done."""
    return tuple(
        Fire(at, one.kind, one.key, one.word, one.at, one.place, one.because, one.text, one.to, one.lacks)
        for one in firings
    )
