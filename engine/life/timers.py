"""What time does: offers lapse, steps by claim end, and the timers of an `assign` are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.windows import BEGINNING
from ..dependence import Dependences
from ..scalars.scalar import Env
from .counted_rows import counts_only_own
from .deadlines import read_by
from .giving import Giver
from .lives import ASSIGNMENT, Fact
from .queue import Queues
from .record import Record
from .refused import Refused
from .stay import Stay
from .taking import Taker, Why
from .timetable import LAPSE, LOOK, QUEUE, Due, Timetable, due, how, times_until
from .undo import Undo

__all__ = ["Timers"]

_MOST_AT_ONCE = 1_000_000


class Timers:
    """Does what is due, in the order of (moment, kind, key), each at its own moment.

    What was due before the policy came into force is due then.
    """

    def __init__(self, giver: Giver, undo: Undo) -> None:
        self._giver, self._lives, self._undo = giver, giver.lives, undo
        self._taker = Taker(giver)
        self.queues = Queues(giver)
        self._looks_at: int | None = None
        self._in_force: int | None = None
        self._stood: Due | None = None
        dependences = Dependences(giver.policy)
        self._timers = {assign.kind: assign.timers for assign in giver.policy.assigns}
        self._read = {kind: _kinds_of_since(giver.policy, dependences, made) for kind, made in self._timers.items()}
        self._hours = {
            kind: frozenset[str]().union(*(read_by(giver.policy, timer.wait) for timer in made))
            for kind, made in self._timers.items()
        }
        self._only_own: dict[tuple[str, str], bool] = {}
        self._of_others = [kind for kind in self._timers if not (self._own(kind, kind) and self._own(kind, ASSIGNMENT))]
        """The kinds of which timers count from what becomes of other facts."""
        self._lives.moves_others(bool(self._of_others))

    def _own(self, decided: str, kind: str) -> bool:
        """Whether timers count from rows of a kind only where these name their fact."""
        key = decided, kind
        if key not in self._only_own:
            self._only_own[key] = counts_only_own(self._giver.policy, self._timers[decided], decided, kind)
        return self._only_own[key]

    @property
    def watched(self) -> frozenset[str]:
        """Kinds, other than that of its facts, that a timer reads to see what it counts from."""
        return frozenset(kind for decided, kinds in self._read.items() for kind in kinds if kind != decided)

    def open(self, at: int) -> None:
        """The policy comes into force."""
        self._in_force, self._stood, self._looks_at = at, None, None
        self._lives.timetable = Timetable()
        self._lives.open_timers(at)
        world = self._lives.live.ev.world
        for kind in sorted(self.watched.intersection(world.facts.tables)):
            for row in range(world.rows(kind)):
                if self._dated_later(kind, row, at):
                    self.changed(kind, row, at)

    def is_due(self, moment: int) -> bool:
        """Whether something may be due by a moment."""
        if self._of_others:
            self._arm_others()
        first = self._lives.timetable.first()
        return first is not None and first <= moment

    def next_due(self) -> int | None:
        """The moment by which something is due next, as facts say now; None where nothing is."""
        if self._of_others:
            self._arm_others()
        return self._lives.timetable.first_standing(self._stands_at)

    def _stands_at(self, found: Due) -> int | None:
        """As `_moment_of`; what its timer counts from is not read again while nothing of it has changed."""
        if found is self._stood:
            stay = self._lives.stay(found.kind, found.key)
            if stay is not None and stay.version == found.version:
                return found.at
        moment = self._moment_of(found)
        self._stood = found if moment == found.at and found.number >= 0 else None
        return moment

    def _arm_others(self) -> None:
        """Enter what is due of everybody who counts from what became of others since this was done last."""
        at = self._lives.others_moved()
        if at is None:
            return
        self._stood = None
        for fact, stay in list(self._lives.all()):
            if fact[0] in self._of_others:
                self._lives.arm_again(fact, stay, at)

    def run(self, moment: int, record: Record) -> None:
        """Do what is due by a moment. Raises `Refused` where that is too much."""
        if self._of_others:
            self._arm_others()
        for count, found in enumerate(self._lives.timetable.until(moment)):
            if count >= _MOST_AT_ONCE:
                message = f"more than {_MOST_AT_ONCE:,} timers would be due at once"
                raise Refused("too-much-due", message, "let time go on in smaller steps")
            self._undo.note(partial(self._lives.timetable.add, found))
            self._do(found, record)
            if self.queues.waits:
                self.serve(self._happens(found), record)
            if self._of_others:
                self._arm_others()

    def serve(self, at: int, record: Record) -> None:
        """Give out what waits and can be given out; the next look is entered, where time alone may make room."""
        self.queues.serve(at, record)
        moment, before = self.queues.next_look(at), self._looks_at
        if moment is None or (before is not None and at < before <= moment):
            return
        self._undo.note(lambda: setattr(self, "_looks_at", before))
        self._looks_at = moment
        self._lives.timetable.add(Due(moment, 0, "", "", QUEUE, 0))

    def counting_from(self, kind: str, row: int | None) -> list[Fact]:
        """The facts whose timers may count from a row, as it is, or by hours that it says."""
        if row is None:
            return []
        return [
            fact
            for decided, kinds in self._read.items()
            if kind in kinds or kind in self._hours[decided]
            for fact in self._touched(decided, kind, row)
        ]

    def changed(self, kind: str, row: int, at: int, before: Sequence[Fact] = ()) -> None:
        """A row says something else: timers that count from it may be due at another moment.

        `before`: those that counted from what it said until now. What is dated ahead does not count before its time, so
        they are looked at then again.
        """
        self._stood = None
        found = dict.fromkeys((*self.counting_from(kind, row), *before))
        later = (
            self._dated_later(kind, row, at) if found and any(kind in kinds for kinds in self._read.values()) else ()
        )
        for fact in found:
            stay = self._lives.stay(*fact)
            if stay is not None:
                self._lives.arm_again(fact, stay, at)
            for moment in later:
                self._lives.timetable.add(Due(moment, 0, *fact, LOOK, 0))

    def _dated_later(self, kind: str, row: int, at: int) -> set[int]:
        """The moments that a row tells of and that are still to come."""
        live, found = self._lives.live, set[int]()
        for column in self._giver.policy.kinds[kind].columns.values():
            if column.type.name not in {"date", "moment"} or not live.reads(kind, column.name):
                continue
            value = live.ev.world.as_it_stands(kind, row, column.name, BEGINNING, at + 1)
            if isinstance(value, int):
                found.add(value * SECONDS_PER_DAY if column.type.name == "date" else value)
        return {moment for moment in found if moment > at}

    def _touched(self, decided: str, kind: str, row: int) -> list[Fact]:
        """The facts whose timers may read a row: it itself, those it refers to, or else all."""
        world = self._lives.live.ev.world
        if not self._own(decided, kind):
            return [fact for fact, _ in self._lives.all() if fact[0] == decided]
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
        if found.number == QUEUE:
            return  # what waits is tried again after whatever is due
        fact = found.kind, found.key
        moment, stay = self._moment_of(found), self._lives.stay(*fact)
        if moment is None or stay is None:
            return
        if moment > found.at:
            self._lives.timetable.add(found._replace(at=moment))
            return
        at = self._happens(found)
        if found.number == LAPSE:
            self._giver.pass_on(fact, stay, at, "lapsed", record)
            return
        if found.number == LOOK:
            self._lives.arm(fact, stay, at)
            return
        ev, row = self._lives.live.ev, self._lives.row(*fact)
        timer = self._timers[found.kind][found.number]
        env = Env({found.kind: row}, BEGINNING, at + 1)
        counted = _counted(stay, timer, times_until(ev, timer, row, found.kind, stay, at))
        if timer.unless is not None and ev.holds(timer.unless, env):
            self._lives.put(fact, counted, at)
            return
        self._act(fact, stay, counted, timer, at, record)

    def _happens(self, found: Due) -> int:
        return found.at if self._in_force is None else max(found.at, self._in_force)

    def _moment_of(self, found: Due) -> int | None:
        """When an entry is due, as things stand at its time: then, or later; None where it is not any more."""
        if found.number == QUEUE:
            return found.at if self.queues.waits and found.at == self._looks_at else None
        stay = self._lives.stay(found.kind, found.key)
        if found.number == LOOK:
            return None if stay is None or stay.state == "closed" else found.at
        if stay is None or stay.version != found.version:
            return None
        if found.number == LAPSE:
            return found.at if stay.lapses == found.at else None
        ev, timer = self._lives.live.ev, self._timers[found.kind][found.number]
        ev.forget()
        moment = due(ev, timer, self._lives.row(found.kind, found.key), found.kind, stay, self._happens(found))
        return None if moment is None else max(moment, found.at)

    def _act(self, fact: Fact, stay: Stay, counted: Stay, timer: c.Timer, at: int, record: Record) -> None:
        action, gone = timer.action, False
        why = self._why(timer, how(self._lives.live.ev, timer, self._lives.row(*fact), fact[0], stay, at))
        if action.word in {"notify", "award"}:
            self._giver.tell(fact, action, at, record)
        elif action.word == "next":
            gone = self._taker.to_next(fact, stay, at, why, record)
        elif action.word == "return":
            gone = self._taker.to_pool(fact, stay, at, why, record)
        elif action.word == "hold":
            gone = self._taker.to_desk(fact, stay, at, action.text, why, record)
        if not gone:
            self._lives.put(fact, counted, at)

    def _why(self, timer: c.Timer, how_due: str) -> Why:
        """What is told of a fact that a timer takes away."""
        policy = self._giver.policy
        said = policy.source.text[timer.span.start : timer.span.end]
        because = f"{policy.place(timer.span)}: {' '.join(said.split())}{f' ({how_due})' if how_due else ''}"
        return Why(because, because=because)


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
