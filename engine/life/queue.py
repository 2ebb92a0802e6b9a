"""Queues: what nobody could take waits at a desk, and is given out in the very moment in which somebody can.

Nothing tells which change makes room, so whatever waits is tried again after every event, in the order that the
policy says. Facts that say the same in all that the rules read are tried once; where nobody meets the needs that ask
nothing of the fact, none is. What may change with the time alone is tried at each full minute, or each midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...dsl import checked as c
from ...dsl.words import PARTS
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING
from ..intake.reads import columns_read
from ..scalars.scalar import Env
from .giving import Giver
from .lives import Fact
from .record import Record

__all__ = ["Queues"]

_MINUTE = 60
_ENGINE_KEPT = frozenset({"assignment"})
"""Kinds whose rows the engine writes: they count from the moment in which that is done, never ahead."""


class Queues:
    """The queues of the decision points whose policy has one (setting `queue`)."""

    def __init__(self, giver: Giver) -> None:
        self._queues = [_Queue(giver, one.assign) for one in giver.assigners.values() if _of(one.assign)]
        giver.lives.queue([queue.kind for queue in self._queues])

    @property
    def waits(self) -> bool:
        """Whether anything waits."""
        for queue in self._queues:  # noqa: SIM110 - asked of every event, and there are seldom any
            if queue.waits:
                return True
        return False

    def serve(self, at: int, record: Record) -> None:
        """Give out what can be given out."""
        while True in [queue.serve(at, record) for queue in self._queues if queue.waits]:
            pass  # what one gives out may make room in another

    def serve_by_time(self, at: int, record: Record) -> None:
        """The same, where time alone may have made room since the event before."""
        for queue in self._queues:
            if queue.waits and queue.every:
                queue.serve(at, record)

    def next_look(self, at: int) -> int | None:
        """When time alone may make room next; None where it cannot, or nothing waits."""
        steps = [queue.every for queue in self._queues if queue.waits and queue.every]
        return min(((at // step + 1) * step for step in steps), default=None)


class _Queue:
    """The facts of one kind that wait."""

    def __init__(self, giver: Giver, assign: c.Assign) -> None:
        self._giver, self._lives, self._assign = giver, giver.lives, assign
        self.kind = assign.kind
        self._newest_first = _of(assign) == "newest_first"
        self.every = _step_of_time(giver, assign)
        """After how many seconds time alone may have made room; 0: never."""
        self._alike = _cells_that_decide(giver.policy, assign)

    @property
    def waits(self) -> bool:
        """Whether anything waits."""
        return bool(self._lives.waiting(self.kind))

    def serve(self, at: int, record: Record) -> bool:
        """Give out what can be given out now; whether anything was."""
        given = False
        while self._pass(at, record):
            given = True
        return given

    def _pass(self, at: int, record: Record) -> bool:
        """Try everything that waits once, in order; whether somebody took something."""
        waiting, taken = self._lives.waiting(self.kind), False
        first = next(iter(waiting), None)
        if first is None or not self._giver.assigners[self.kind].has_room(self._row(first), at):
            return False
        tried: set[object] = set()
        for key in self._in_order(at):
            alike = self._like(key)
            if alike is not None and alike in tried:
                continue
            fact: Fact = (self.kind, key)
            stay = self._lives.stay(*fact)
            if stay is None or not self._giver.again(fact, stay, at, stay.passed, record, queued=True):
                tried.add(alike)
                continue
            taken |= key not in waiting
        return taken

    def _in_order(self, at: int) -> list[str]:
        """The keys of what waits: by what the policy names, largest first, then the oldest; or simply by age."""
        came = {key: self._lives.came(self.kind, self._row(key)) or 0 for key in self._lives.waiting(self.kind)}
        keys = sorted(came, key=lambda key: (came[key], key), reverse=self._newest_first)
        if self._assign.queued_by is None:
            return keys
        ev, node = self._lives.live.ev, self._assign.queued_by
        ev.forget()
        worth = {key: ev.value(node, Env({self.kind: self._row(key)}, BEGINNING, at + 1)) for key in keys}
        known = [key for key in keys if worth[key] is not None]
        known.sort(key=lambda key: -worth[key])  # stable: equals stay in the order of age
        return [*known, *(key for key in keys if worth[key] is None)]

    def _like(self, key: str) -> object:
        """What stands for a fact and all that are alike to the rules; None where each is for itself."""
        if self._alike is None:
            return None
        row, cell = self._row(key), self._lives.live.ev.world.cell
        stay = self._lives.stay(self.kind, key)
        return (stay.passed if stay is not None else (), *(cell(self.kind, row, column) for column in self._alike))

    def _row(self, key: str) -> int:
        return self._lives.row(self.kind, key)


def _of(assign: c.Assign) -> str:
    return dict(assign.settings).get("queue", "")


def _cells_that_decide(policy: c.Policy, assign: c.Assign) -> tuple[str, ...] | None:
    """The columns of a fact by which alone rules choose; None where they read more of it: rows that name it, lots."""
    if assign.lots:
        return None
    for node in _all_read(policy, assign):
        if isinstance(node, c.ReadAccount) and (node.row or _speaks_of(node.subject, assign.kind)):
            return None
        if isinstance(node, c.ReadAccount) and node.where is not None and _speaks_of(node.where, assign.kind):
            return None
    return tuple(sorted(columns_read(policy, "assign").get(assign.kind, ())))


def _speaks_of(node: c.Node | None, kind: str) -> bool:
    return node is not None and any(isinstance(part, c.Subject) and part.var == kind for part in c.walk(node))


def _step_of_time(giver: Giver, assign: c.Assign) -> int:
    """A minute where what is read may change within a day, a day where it may from day to day, 0 where it cannot."""
    policy, dated = giver.policy, giver.lives.live.ev.world.dated
    own = _ENGINE_KEPT | {assign.kind}
    steps = {_step(policy, node, dated, own) for node in _all_read(policy, assign)} - {0}
    return min(steps, default=0)


def _step(policy: c.Policy, node: c.Node, dated: frozenset[str], own: frozenset[str]) -> int:
    match node:
        case c.Now():
            return _MINUTE
        case c.Window(kind="last"):
            return _MINUTE
        case c.Window(kind="calendar" | "previous") | c.Today() | c.PeriodEdge() | c.Rank() | c.ShareOf():
            return SECONDS_PER_DAY
        case c.AcrossReps() | c.AcrossPeriods() | c.ReadTarget():
            return SECONDS_PER_DAY
        case c.Invoke(function=function) if function in PARTS:
            return SECONDS_PER_DAY
        case c.FieldOf(kind=kind) if kind in dated:
            return SECONDS_PER_DAY
        case c.ReadAccount(account=name):
            sources = policy.accounts[name].sources  # rows that are dated ahead count from their moment on
            ahead = [one.on.type.name for one in sources if one.on is not None and one.kind not in own]
            return _MINUTE if "moment" in ahead else SECONDS_PER_DAY if ahead else 0
        case _:
            return 0


def _all_read(policy: c.Policy, assign: c.Assign) -> Iterator[c.Node]:
    """Everything by which the rules choose, lets looked through."""
    seen: set[str] = set()
    left: list[Any] = [*assign.needs, *assign.rules, assign.otherwise]
    while left:
        for node in c.walk(left.pop()):
            yield node
            name = node.let if isinstance(node, c.LetRead) else ""
            if name and name not in seen:
                seen.add(name)
                left.append(policy.lets[name].value)
