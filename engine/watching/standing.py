"""What is remembered of a subject, and what its sessions hold at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING
from ..life.deadlines import over, whole_times
from ..scalars.scalar import Env, Evaluator
from .as_of import HistoryWorld
from .network import LONG_AGO, Fact, Network
from .timers import Timer

__all__ = ["Memory", "Reader"]


@dataclass(slots=True)
class Memory:
    """What a subject's past means for its rules, by their numbers.

    `holds`: rules whose condition held when last looked at. `passed`: the starts of an `after` that are over, and the
    last turn of an `every`. `fired`: when a rule fired last. `seen`: the moment of the first look.
    """

    seen: int | None = None
    holds: set[int] = field(default_factory=set[int])
    passed: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    fired: dict[int, int] = field(default_factory=dict[int, int])

    def as_json(self) -> dict[str, Any]:
        """As plain values, in one order."""
        return {
            "seen": self.seen,
            "holds": sorted(self.holds),
            "passed": {str(number): sorted(self.passed[number]) for number in sorted(self.passed)},
            "fired": {str(number): self.fired[number] for number in sorted(self.fired)},
        }

    def renumbered(self, numbers: Mapping[int, int]) -> Memory:
        """What is remembered of the rules that have a new number."""
        return Memory(
            self.seen,
            {numbers[one] for one in self.holds if one in numbers},
            {numbers[one]: starts for one, starts in self.passed.items() if one in numbers},
            {numbers[one]: at for one, at in self.fired.items() if one in numbers},
        )

    @classmethod
    def of(cls, value: dict[str, Any]) -> Memory:
        """The memory of its plain values."""
        passed = {int(number): set(starts) for number, starts in value["passed"].items()}
        fired = {int(number): at for number, at in value["fired"].items()}
        return cls(value["seen"], set(value["holds"]), passed, fired)


class Reader:
    """Reads facts about subjects of a kind: what of them a network's session holds at a moment."""

    def __init__(self, ev: Evaluator, kind: str, networks: list[Network]) -> None:
        self._ev, self.kind, self.networks = ev, kind, networks
        self._came = ev.policy.kinds[kind].arrives
        self._rules = [watched for network in networks for watched in network.watched]
        self._timers = {one.number: Timer.of(one.rule) for one in self._rules if one.rule.word != "when"}

    def start(self, row: int) -> int | None:
        """When a row came; None where nothing says so."""
        column = self._came
        if column is None or not self._ev.world.has(self.kind, column.name):
            return None
        self._be_at(None)
        value = self._ev.world.cell(self.kind, row, column.name)
        return _seconds(value, column.type.name) if isinstance(value, int) else None

    def env(self, row: int, at: int) -> Env:
        """Everything up to a moment, that moment included."""
        self._be_at(at)
        return Env({self.kind: row}, BEGINNING, at + 1)

    def _be_at(self, at: int | None) -> None:
        """Facts that are read as of a moment are read as of this one."""
        world = self._ev.world
        if isinstance(world, HistoryWorld) and world.now != at:
            world.now = at
            self._ev.forget()

    def there(self, row: int, at: int) -> bool:
        """Whether a row holds at a moment."""
        return self._ev.world.holds(self.kind, row, at, at + 1)

    def since(self, rule: c.WatchRule, row: int, at: int) -> int | None:
        """From when a timer's time runs; None where that is missing, or the row is not there."""
        if not self.there(row, at):
            return None
        if rule.since is None:
            return self.start(row)
        value = self._ev.value(rule.since, self.env(row, at))
        return None if value is None else _seconds(int(value), rule.since.type.name)

    def due(self, number: int, rule: c.WatchRule, memory: Memory, row: int, at: int) -> tuple[int, int] | None:
        """The start of a timer and the moment that is next, as of a moment; None where none is to come."""
        since = self.since(rule, row, at)
        passed = memory.passed.get(number, ())
        if since is None or (since in passed and not self._timers[number].again):
            return None
        timer = self._timers[number]
        moment = self._from_moment(timer, since, row, at)
        if timer.again and moment in passed:
            moment = self._from_moment(timer, since, row, at + 1)
        return None if moment is None else (since, moment)

    def _from_moment(self, timer: Timer, since: int, row: int, at: int) -> int | None:
        """The first due moment that is not before a moment; None where its hours never come."""
        wait = timer.working
        if wait is None:
            return timer.from_moment(since, at)
        rows, now = self.env(row, at).rows, at
        times = max(1, whole_times(self._ev, wait, since, rows, at)) if timer.again else 1
        moment = over(self._ev, wait, since, rows, now, times)
        while timer.again and moment is not None and moment < at:
            times += 1
            moment = over(self._ev, wait, since, rows, now, times)
        return moment

    def next_due(self, memory: Memory, row: int, at: int) -> int | None:
        """The first moment after one at which the time of some rule is up."""
        found = (self.due(one.number, one.rule, memory, row, at) for one in self._rules if one.number in self._timers)
        return min((due[1] for due in found if due is not None and due[1] > at), default=None)

    # --- facts -------------------------------------------------------------------------------------------

    def facts(self, network: Network, memory: Memory, row: int, at: int) -> frozenset[Fact]:
        """What the session of a network holds for a row that is there at a moment, the clock apart."""
        made: list[Fact] = []
        env = self.env(row, at)
        for one in network.watched:
            if one.rule.word == "when":
                made += _answer(network, "state", "r", one.number, one.number in memory.holds)
                continue
            due = self.due(one.number, one.rule, memory, row, at)
            env = self.env(row, at)  # a start that is read may lie at another moment
            if due is not None:
                made.append(_fact("due", r=one.number, at=due[1]))
        for a, node in enumerate(network.truths):
            made += _answer(network, "is", "a", a, self._ev.holds(node, env))
        for a, node in enumerate(network.times):
            value = self._ev.value(node, env)
            if value is not None:
                made.append(_fact("time", a=a, v=int(value)))
            elif a in network.lacks:
                made.append(_fact("lack", a=a))
        for a, (account, most) in enumerate(network.rows.items()):
            made += self._rows(a, account, most, row, at, account in network.streaks)
        return frozenset(made)

    def _rows(self, a: int, account: str, most: int, row: int, at: int, streak: bool) -> list[Fact]:
        """The last rows of an account up to a moment, numbered from the first one that there ever was."""
        found = self._ev.book.of(account, row).between(BEGINNING, at + 1)
        made = [_fact("top", a=a, n=len(found))]
        for n in range(len(found) - most + 1, len(found) + 1):
            made.append(_fact("row", a=a, n=n, at=found[n - 1].time if n > 0 else LONG_AGO))
        if streak:
            broke = next((n for n in range(len(found), 0, -1) if not found[n - 1].value), 0)
            made.append(_fact("broke", a=a, n=broke))
        return made


def _seconds(value: int, sort: str) -> int:
    return value * SECONDS_PER_DAY if sort == "date" else value


def _answer(network: Network, sort: str, column: str, number: int, holds: bool) -> list[Fact]:
    """A fact that is yes or no, where some rule asks for it."""
    asked = (sort, number, int(holds)) in network.asked
    return [_fact(sort, **{column: number, "v": int(holds)})] if asked else []


def _fact(sort: str, **values: int) -> Fact:
    return sort, tuple(values.items())
