"""A floor that remembers nothing: whatever it keeps from one reading to the next is thrown away at each step."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from meed.dsl import checked as c
from meed.engine.life import Event, Floor, Outcome
from meed.engine.life.timetable import QUEUE, Due
from meed.engine.scalars import scalar_readings
from meed.engine.scalars.scalar import Env, Evaluator

__all__ = ["Afresh", "Plain"]


class Plain(Evaluator):
    """Reads every expression node by node: as an evaluator of another make, it has nothing made ready for it."""

    def holds(self, node: c.Expr, env: Env) -> bool:
        return super().holds(node, env)


class Afresh(Floor):
    """Everything is read anew: values, indexes, postings, conditions, deadlines; rows are looked at one by one."""

    def apply(self, event: Event) -> Outcome:
        self._forget(event.at)
        timers, do = self._timers, self._timers._do

        def anew(found: Due, record: Any) -> None:
            if found.number != QUEUE:
                self._forget(found.at)
            do(found, record)

        for queue in timers.queues._queues:
            queue._alike = None
        with patch.object(timers, "_do", anew), patch.object(scalar_readings, "_FEW", 1_000_000_000):
            made = super().apply(event)
        self._forget(event.at)
        return made

    def _forget(self, at: int) -> None:
        self._forget_values()
        for assigner in self._assigners.values():
            assigner.renew()
            assigner._keys_by_day.clear()
        self._timers._stood = None
        if self.now is not None:
            self._arm_all(at)

    def _forget_values(self) -> None:
        ev, live = self._live.ev, self._live
        for memory in (ev.memo, ev.hours, ev.hours_told, ev._windows, ev._found_by):
            memory.clear()
        for memory in (ev.world._finders, ev.world._of_versions, ev.world._days, live._readers):
            memory.clear()
        for memory in (live._followed._rows, live._followed._targets):
            memory.clear()
        ev.world._asked = "", "", -1
        ev.book.settle()
        for name in list(ev.book._posted):
            ev.book.forget(name)
        ev.book._of_rows.clear()
        ev.book._timelines.clear()

    def _arm_all(self, at: int) -> None:
        """Every deadline as facts are now, beside those that were entered before."""
        table = self._lives.timetable
        known, add = set(table._heap), table.add

        def once(due: Due) -> None:
            if due not in known:
                add(due)

        with patch.object(table, "add", once):
            for fact, stay in list(self._lives.all()):
                self._lives.arm(fact, stay, at)
