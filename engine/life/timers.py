"""What time does: offers lapse, steps by claim end, and the timers of an `assign` are due."""

from __future__ import annotations

from dataclasses import replace

from ...dsl import checked as c
from ..dependence import Dependences
from ..scalar import Env
from ..windows import BEGINNING
from .giving import Giver
from .lives import Fact
from .record import Record
from .refused import Refused
from .stay import TAKEN, Stay
from .timetable import LAPSE, Due, Timetable, due, times_until
from .undo import Undo

__all__ = ["Timers"]

_MOST_AT_ONCE = 1_000_000


class Timers:
    """Does what is due, in the order of (moment, kind, key), each at its own moment.

    What was due before the policy came into force is due then.
    """

    def __init__(self, giver: Giver, undo: Undo) -> None:
        self._giver, self._lives, self._undo = giver, giver.lives, undo
        self._in_force: int | None = None
        dependences = Dependences(giver.policy)
        self._timers = {assign.kind: assign.timers for assign in giver.policy.assigns}
        self._read = {kind: _kinds_of_since(giver.policy, dependences, made) for kind, made in self._timers.items()}

    @property
    def watched(self) -> frozenset[str]:
        """Kinds, other than that of its facts, that a timer reads to see what it counts from."""
        return frozenset(kind for decided, kinds in self._read.items() for kind in kinds if kind != decided)

    def open(self, at: int) -> None:
        """The policy comes into force."""
        self._in_force = at
        self._lives.timetable = Timetable()
        self._lives.open_timers(at)

    def is_due(self, moment: int) -> bool:
        """Whether something may be due by a moment."""
        first = self._lives.timetable.first()
        return first is not None and first <= moment

    def run(self, moment: int, record: Record) -> None:
        """Do what is due by a moment. Raises `Refused` where that is too much."""
        for count, found in enumerate(self._lives.timetable.until(moment)):
            if count >= _MOST_AT_ONCE:
                message = f"more than {_MOST_AT_ONCE:,} timers would be due at once"
                raise Refused("too-much-due", message, "let time go on in smaller steps")
            self._undo.note(lambda found=found: self._lives.timetable.add(found))
            self._do(found, record)

    def changed(self, kind: str, row: int, at: int) -> None:
        """A row says something else: timers that count from it may be due at another moment."""
        for decided, kinds in self._read.items():
            if kind not in kinds:
                continue
            for fact in self._touched(decided, kind, row):
                stay = self._lives.stay(*fact)
                if stay is not None:
                    self._lives.arm(fact, stay, at)

    def _touched(self, decided: str, kind: str, row: int) -> list[Fact]:
        """The facts whose timers may read a row: it itself, those it refers to, or else all."""
        world = self._lives.live.ev.world
        if kind == decided:
            return [(decided, world.key(kind, row))]
        columns = [
            column.name
            for column in self._giver.policy.kinds[kind].columns.values()
            if column.type.kind == decided and self._lives.live.reads(kind, column.name)
        ]
        if not columns:
            return [fact for fact, _ in self._lives.all() if fact[0] == decided]
        found = (world.cell(kind, row, column) for column in columns)
        return [(decided, world.key(decided, target)) for target in found if isinstance(target, int)]

    # --- one -------------------------------------------------------------------------------------------

    def _do(self, found: Due, record: Record) -> None:
        fact = found.kind, found.key
        stay = self._lives.stay(*fact)
        if stay is None or stay.version != found.version:
            return
        at = found.at if self._in_force is None else max(found.at, self._in_force)
        if found.number == LAPSE:
            if stay.lapses == found.at:
                self._giver.pass_on(fact, stay, at, "lapsed", record)
            return
        ev, row = self._lives.live.ev, self._lives.row(*fact)
        timer = self._timers[found.kind][found.number]
        ev.forget()
        moment = due(ev, timer, row, found.kind, stay, at)
        if moment is None:
            return
        if moment > found.at:
            self._lives.timetable.add(found._replace(at=moment))
            return
        env = Env({found.kind: row}, BEGINNING, at + 1)
        counted = _counted(stay, timer, times_until(ev, timer, row, found.kind, stay, at))
        if timer.unless is not None and ev.holds(timer.unless, env):
            self._lives.put(fact, counted, at)
            return
        self._act(fact, stay, counted, timer, at, record)

    def _act(self, fact: Fact, stay: Stay, counted: Stay, timer: c.Timer, at: int, record: Record) -> None:
        action, giver = timer.action, self._giver
        if action.word in {"notify", "award"}:
            giver.tell(fact, action, at, record)
        elif action.word == "next":
            if stay.state in TAKEN:
                self._lose(fact, stay, timer, "reassigned", at, record)
                before = stay.passed if stay.state == "offered" else ()
                giver.again(fact, stay, at, (*before, (stay.rep, "reassigned")), record)
                return
            if giver.again(fact, stay, at, stay.passed, record):
                return
        elif action.word == "return" and stay.state != "pool":
            self._lose(fact, stay, timer, "returned", at, record)
            self._lives.put(fact, Stay("pool", at, at), at)
            return
        elif action.word == "hold" and (stay.state, stay.desk) != ("held", action.text):
            self._lose(fact, stay, timer, "held", at, record)
            self._lives.put(fact, Stay("held", at, at, desk=action.text), at)
            return
        self._lives.put(fact, counted, at)

    def _lose(self, fact: Fact, stay: Stay, timer: c.Timer, how: str, at: int, record: Record) -> None:
        """The timer takes the fact away from whoever has it."""
        policy = self._giver.policy
        said = policy.source.text[timer.span.start : timer.span.end]
        because = f"{policy.place(timer.span)}: {' '.join(said.split())}"
        self._giver.end(fact, stay, at, how, record, because=because)
        self._giver.take_back(fact, stay, at, "timeout", because, record)


def _counted(stay: Stay, timer: c.Timer, times: int) -> Stay:
    others = tuple(entry for entry in stay.fired if entry[0] != timer)
    return replace(stay, fired=(*others, (timer, times)))


def _kinds_of_since(policy: c.Policy, dependences: Dependences, timers: tuple[c.Timer, ...]) -> frozenset[str]:
    """The kinds of fact whose rows say when timers are due."""
    found: set[str] = set()
    for timer in timers:
        if timer.since is None:
            continue
        reads = dependences.of(timer.since)
        found |= set(policy.kinds) if reads.fleeting or reads.credits else reads.kinds
        for part in c.walk(timer.since):
            if isinstance(part, c.LetRead):
                found |= set(policy.kinds)
    return frozenset(found)
