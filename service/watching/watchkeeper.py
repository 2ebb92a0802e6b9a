"""The watchkeeper: a thread that follows the journal with the watches in force, and records what they do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from itertools import islice
from threading import Event as Flag
from threading import Thread
from typing import Any

from ...engine.life.events import Event, Tick
from ...engine.watching.supervisor import RulesFailed, RulesUnavailable, must_be_there
from ..database import StoreUnavailable
from ..journal.asked import Asked, Result
from ..journal.entries import Entry
from ..journal.fold import Broken
from ..journal.journal import Journal
from ..journal.rows import entries_after
from ..store import Store
from .following import Following
from .standing import Standing, State
from .waiting_fires import WaitingFires, tick_id

__all__ = ["Watchkeeper"]

_LOG = logging.getLogger("meed.service")
_READ_AT_ONCE = 200
_RECORDED_AT_ONCE = 200
_MS_BETWEEN_LOOKS = 250
_LONGEST_PAUSE_MS = 30_000
_MOST_SECONDS_TO_END = 10
_MOST_UNPROVED = 1_000


class Watchkeeper:
    """Runs the watches of the policy in force over the entries of a journal; what they do becomes entries of it.

    It reads what is recorded and asks the journal like anybody else: whatever happens to it, to its rules process or to
    the service, it begins again from the entries, and what was recorded once is not recorded again. `moment` gives the
    present in seconds by the policy's clocks. A moment is looked at once it is over: by an entry of a later moment, or,
    where none comes, by a tick that the watchkeeper records.
    """

    def __init__(self, store: Store, journal: Journal, moment: Callable[[], int]) -> None:
        self._store, self._journal, self._moment = store, journal, moment
        self._ends, self._following, self._waiting = Flag(), Following(store), WaitingFires()
        self._again, self._pause, self._engine_is_there = store.again, 0, False
        self._state: State = "idle"
        self._problem, self._look, self._pid, self._started = "", None, 0, 0
        self._thread = Thread(target=self._work, name="watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and the rules process; what is under way is begun again by whoever comes next."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join(_MOST_SECONDS_TO_END)
        self._following.close()

    def standing(self) -> Standing:
        """How it stands, as of its last round. May be asked by any thread."""
        if self._state == "idle":
            return Standing()
        look, entries = self._look, self._journal.number - self._following.head.number
        behind = 0 if look is None else max(0, self._moment() - 1 - look)
        return Standing(
            self._state, max(0, entries), behind, len(self._waiting), self._waiting.missed, self._pid, self._started,
            self._problem,
        )  # fmt: skip

    # --- rounds ------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._ends.is_set():
            try:
                busy = self._round()
                self._pause, self._problem = 0, ""
            except StoreUnavailable as problem:
                self._is_down(f"the store cannot be used: {problem}")
            except (RulesUnavailable, RulesFailed) as problem:
                advice = f"; {problem.help}" if isinstance(problem, RulesUnavailable) else ""
                self._is_down(f"{problem}{advice}")
            except Exception as error:  # a defect, or a journal that was put in another's place: begin again
                _LOG.error("the watch failed, and begins again from the journal", exc_info=error)
                self._start_over()
                self._is_down(str(error) if isinstance(error, Broken) else "it failed: see the log of the service")
            else:
                if busy:
                    continue
            finally:
                self._look_at_itself()
            self._ends.wait(max(self._pause, _MS_BETWEEN_LOOKS) / 1000)  # exact: fraction

    def _round(self) -> bool:
        """One step; whether there may be more to do at once."""
        if not any(policy.watches for policy in self._journal.policies):
            self._state = "idle"
            return False
        if not self._engine_is_there:
            must_be_there()
            self._engine_is_there = True
        if self._again != self._store.again:
            self._start_over()
        some = self._some()
        for entry in some:
            if self._ends.is_set():
                return False
            self._take(entry)
        if len(some) == _READ_AT_ONCE:
            self._state = "catching_up"
            return True
        if len(self._waiting):
            return self._record_waiting()
        self._state = "running"
        return self._go_on()

    def _some(self) -> list[Entry]:
        with self._store.reading() as tx:
            return list(islice(entries_after(tx, self._following.head.number), _READ_AT_ONCE))

    def _take(self, entry: Entry) -> None:
        policy, missed = self._following.policy, self._waiting.missed
        self._waiting.seen(entry)
        if self._waiting.missed != missed:
            _LOG.warning("what fired before entry %d was not recorded then, and is not done now", entry.number)
        fired = self._following.take(entry)
        if policy is not None:
            self._waiting.add(entry.number, policy.hash, fired)

    def _record_waiting(self) -> bool:
        """Record what fired, in its order; whether it can go on at once."""
        some = self._waiting.first(_RECORDED_AT_ONCE, self._moment())
        for (id_, _), found in zip(some, self._recorded(some), strict=True):
            if isinstance(found, StoreUnavailable):
                raise found
            if not isinstance(found, Result):
                _LOG.error("what a watch was to do cannot be recorded", exc_info=found)
                self._waiting.settled(id_)
            elif found.entry.number <= self._following.head.number:
                self._waiting.settled(id_)
        return True

    def _go_on(self) -> bool:
        """Let time go on, where a moment that is over was not looked at and nothing else is recorded.

        Now and then also without such a moment, to say that up to here everything is recorded that fired.
        """
        over, look, number = self._moment() - 1, self._following.next_look(), self._following.head.number
        if (look is None or look > over) and number < self._waiting.proved + _MOST_UNPROVED:
            return False
        (found,) = self._recorded([(tick_id(number), Tick(over))])
        if not isinstance(found, Result):
            raise found
        return True

    def _recorded(self, some: list[tuple[str, Any]]) -> list[Any]:
        """What became of events, each once it is on disk or cannot be."""
        answers: list[Future[Any]] = []
        for id_, event in some:
            answers.append(Future())
            self._offer(id_, event, answers[-1])
        wait(answers)
        return [answer.result() for answer in answers]

    def _offer(self, id_: str, event: Event, answer: Future[Any]) -> None:
        try:
            self._journal.offer(Asked(id_, "", event, answer.set_result))
        except StoreUnavailable as busy:
            answer.set_result(busy)

    # --- failures ----------------------------------------------------------------------------------------

    def _is_down(self, problem: str) -> None:
        if problem != self._problem:
            _LOG.error("the watch is down: %s", problem)
        self._state, self._problem = "down", problem
        self._pause = min(_LONGEST_PAUSE_MS, max(_MS_BETWEEN_LOOKS, 2 * self._pause))

    def _look_at_itself(self) -> None:
        health = self._following.health()
        self._look, self._pid, self._started = self._following.next_look(), health["pid"], health["started"]

    def _start_over(self) -> None:
        self._following.close()
        self._again, self._following, self._waiting = self._store.again, Following(self._store), WaitingFires()
