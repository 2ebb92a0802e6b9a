"""The stays of all facts and who has had them, written into the facts so that policies read them like any others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from ...dsl.schema import WRITTEN
from ..calendar.days import SECONDS_PER_DAY
from ..facts import MissingFacts, Scalar
from .live_facts import LiveFacts
from .stay import Holding, Stay
from .timetable import Timetable, due
from .undo import Undo

__all__ = ["ASSIGNMENT", "Fact", "Lives"]

Fact = tuple[str, str]
"""The kind and the key of a fact."""

ASSIGNMENT = "assignment"
"""The kind of fact that says who has had what."""
_AT_FIRST = frozenset({"owner", "assigned"})
"""Columns of a fact that was given to somebody for the first time, where a policy reads no others."""


class Lives:
    """Who has which fact now, and who had it before.

    Rows of the standard kind `assignment` and the columns in `schema.WRITTEN` are written as far as the policy reads
    them. A fact that was loaded with an owner is owned from the start.
    """

    def __init__(self, live: LiveFacts, undo: Undo) -> None:
        self._undo = undo
        self._stays: dict[Fact, Stay] = {}
        self._past: dict[Fact, tuple[Holding, ...]] = {}
        self._sequences: dict[str, int] = {}
        self._waiting: dict[str, dict[str, None]] = {}
        self.timetable = Timetable()
        self._opened = False
        self._armed: dict[Fact, tuple[int, list[int | None]]] = {}
        self._moves_others = False
        self._moved_at: int | None = None
        self.open(live)

    def open(self, live: LiveFacts) -> None:
        """Go on with the facts as a policy reads them."""
        self.live = live
        self._timers = {assign.kind: assign.timers for assign in live.policy.assigns}
        self._written = {kind: [name for name in WRITTEN if live.reads(kind, name)] for kind in self._timers}
        self._loaded = {kind: live.has_owners(kind) for kind in self._timers}
        self._told = live.reads_kind(ASSIGNMENT)
        for fact, stay in self._stays.items():
            if stay.decision or stay.version:
                self._write(fact, stay)
        for fact, holdings in self._past.items():
            for holding in holdings:
                self._write_holding(fact, holding, later=_later(holdings, holding))

    def open_timers(self, at: int) -> None:
        """Enter what is due of every fact that has a stay, or was loaded with an owner.

        Who has what was loaded is a row of `assignment` from here on, whether or not anybody asks for it.
        """
        self._opened, self._armed = True, {}
        for kind, timers in self._timers.items():
            if self._loaded[kind] and (timers or self._told):
                for key in self.live.keys(kind):
                    self.stay(kind, key)
        for fact, stay in self._stays.items():
            self.arm(fact, stay, at)

    # --- look-ups ----------------------------------------------------------------------------------------

    def stay(self, kind: str, key: str) -> Stay | None:
        """Where a fact is; None where it was not decided and has no owner."""
        found = self._stays.get((kind, key))
        if found is None and self._loaded.get(kind):
            found = self._loaded_stay(kind, key)
            if found is not None and self._opened:
                self._undo.note(lambda: self._forget((kind, key)))
                self._given(kind, key, found)
        return found

    def _given(self, kind: str, key: str, stay: Stay) -> None:
        """Somebody has had a fact since before it was loaded; files may bring who had it earlier."""
        self._stays[kind, key] = stay
        number = 1 + (self.live.holdings_loaded(kind, key) if self._told else 0)
        self._past[kind, key] = (Holding(number, stay.rep, stay.since, "given", owned=True),)
        self._write_holding((kind, key), self._past[kind, key][0], later=0)

    def queue(self, kinds: Iterable[str]) -> None:
        """Keep in mind from now on what waits of some kinds."""
        self._waiting = {kind: {} for kind in kinds}
        for fact, stay in self._stays.items():
            self._wait(fact, stay)

    def waiting(self, kind: str) -> Collection[str]:
        """The keys of what waits of a kind with a queue, in no order."""
        return self._waiting[kind]

    def _wait(self, fact: Fact, stay: Stay | None) -> None:
        keys = self._waiting.get(fact[0])
        if keys is None:
            return
        if stay is not None and stay.waits:
            keys[fact[1]] = None
        else:
            keys.pop(fact[1], None)

    def _forget(self, fact: Fact) -> None:
        self._stays.pop(fact, None)
        self._past.pop(fact, None)

    def past(self, kind: str, key: str) -> tuple[Holding, ...]:
        """Who has had a fact, or an offer of it, the present one last."""
        return self._past.get((kind, key), ())

    def all(self) -> Iterator[tuple[Fact, Stay]]:
        """Every fact that has a stay."""
        yield from self._stays.items()

    def row(self, kind: str, key: str) -> int:
        """The row of a fact that is there."""
        found = self.live.find(kind, key)
        assert found is not None
        return found

    def rep(self, key: str) -> int | None:
        """The row of a rep; None where there is none of that key."""
        return self.live.find("rep", key) if key else None

    def sequence(self, kind: str) -> int:
        """The number of the next decision about facts of a kind."""
        return self._sequences.get(kind, 0) + 1

    def count_decision(self, kind: str) -> None:
        """The next number is used."""
        before = self._sequences.get(kind, 0)
        if self._undo.noting:
            self._undo.note(lambda: self._sequences.__setitem__(kind, before))
        self._sequences[kind] = before + 1

    def _loaded_stay(self, kind: str, key: str) -> Stay | None:
        row = self.live.find(kind, key)
        owner = self._cell(kind, row, "owner") if row is not None else None
        if row is None or not isinstance(owner, int):
            return None
        since = self._cell(kind, row, "assigned")
        if not isinstance(since, int):
            since = self.came(kind, row)
        began = since if since is not None else self.live.opened_at
        return Stay("owned", began, began, self.live.ev.world.key("rep", owner))

    def came(self, kind: str, row: int) -> int | None:
        """When a fact came, in seconds; None where it does not say."""
        dated = self.live.policy.kinds[kind].arrives
        moment = self._cell(kind, row, dated.name) if dated is not None else None
        if dated is None or not isinstance(moment, int):
            return None
        return moment * SECONDS_PER_DAY if dated.type.name == "date" else moment

    def _cell(self, kind: str, row: int, column: str) -> Scalar:
        try:
            return self.live.ev.world.cell(kind, row, column)
        except MissingFacts:
            return None

    # --- changes -----------------------------------------------------------------------------------------

    def put(self, fact: Fact, stay: Stay, now: int) -> None:
        """A fact is somewhere else now, or otherwise."""
        before = self._stays.get(fact)
        if before is not None:
            stay = replace(stay, version=before.version + 1)
        if self._undo.noting:
            self._undo.note(lambda: self._put_back(fact, before))
        self._stays[fact] = stay
        if self._waiting:
            self._wait(fact, stay)
        if self._moves_others:
            self._moved_at = now
        if before is None or stay != replace(before, fired=stay.fired, version=stay.version):
            self._write(fact, stay)
        self.arm(fact, stay, now)

    def _put_back(self, fact: Fact, stay: Stay | None) -> None:
        self._wait(fact, stay)
        if stay is None:
            self._stays.pop(fact, None)
        else:
            self._stays[fact] = stay

    def arm(self, fact: Fact, stay: Stay, now: int) -> None:
        """Enter what is due of a fact; what a change makes overdue is due now, for nothing happens in the past."""
        dues = self._dues(fact, stay, now)
        if dues is not None:
            self.timetable.arm(fact, self.came(fact[0], self.row(*fact)) or 0, stay, dues)

    def arm_again(self, fact: Fact, stay: Stay, now: int) -> None:
        """The same after something has changed; what was entered so before is not entered once more."""
        dues = self._dues(fact, stay, now)
        if dues is not None and self._armed.get(fact) != (stay.version, dues):
            self._armed[fact] = stay.version, dues
            self.timetable.arm(fact, self.came(fact[0], self.row(*fact)) or 0, stay, dues)

    def _dues(self, fact: Fact, stay: Stay, now: int) -> list[int | None] | None:
        """When each timer of a fact is due; None where nothing may be."""
        timers = self._timers.get(fact[0], ())
        if stay.lapses is None and (not timers or stay.state == "closed"):
            return None
        row = self.live.find(*fact) if fact[0] in self._timers else None
        if row is None:
            return None
        self.live.ev.forget()
        dues = [due(self.live.ev, timer, row, fact[0], stay, now) for timer in timers]
        return [None if moment is None else max(moment, now) for moment in dues]

    def moves_others(self, told: bool) -> None:
        """Whether timers of other facts may count from what becomes of one."""
        self._moves_others = told

    def others_moved(self) -> int | None:
        """When something became of a fact since this was asked last; None where nothing did."""
        at, self._moved_at = self._moved_at, None
        return at

    def begin(self, fact: Fact, rep: str, at: int, came: str, *, owned: bool, by: str = "", reason: str = "") -> None:
        """A rep has a fact, or is offered it."""
        before = self._past.get(fact, ())
        number = len(before) + 1
        if self._told:
            number += self.live.holdings_loaded(*fact)
        made = Holding(number, rep, at, came, owned, by=by, reason=reason)
        self._keep_past(fact, (*before, made))
        if owned and self._told:
            self._count_later(fact)
        self._write_holding(fact, made, later=0)

    def accept(self, fact: Fact, at: int) -> None:
        """The offer that stands is taken."""
        *before, last = self._past[fact]
        made = replace(last, owned=True, accepted=at)
        self._keep_past(fact, (*before, made))
        self._count_later(fact)
        self._write_holding(fact, made, later=0)

    def end(self, fact: Fact, at: int, how: str, by: str = "", reason: str = "") -> None:
        """The rep who has a fact, or is offered it, has it no more."""
        before = self._past.get(fact, ())
        if before and before[-1].ended is None:
            made = replace(before[-1], ended=at, how=how, by=by or before[-1].by, reason=reason or before[-1].reason)
            self._keep_past(fact, (*before[:-1], made))
            self._write_holding(fact, made, later=0)

    def _keep_past(self, fact: Fact, holdings: tuple[Holding, ...]) -> None:
        if self._undo.noting:
            before = self._past.get(fact, ())
            self._undo.note(lambda: self._past.__setitem__(fact, before))
        self._past[fact] = holdings

    # --- what policies read ------------------------------------------------------------------------------

    def _write(self, fact: Fact, stay: Stay) -> None:
        """The columns of a fact that say where it is."""
        kind, key = fact
        columns = self._written.get(kind)
        if not columns:
            return
        row = self.live.find(kind, key)
        if row is None:
            return
        holdings = self._past.get(fact, ())
        if stay.state == "owned" and len(holdings) == 1 and _AT_FIRST.issuperset(columns):
            first = {"owner": self.rep(stay.rep), "assigned": holdings[0].accepted or holdings[0].began}
            self.live.write(kind, row, {name: first[name] for name in columns})
            return
        said = self._said(fact, stay)
        self.live.write(kind, row, {name: said[name] for name in columns})

    def _said(self, fact: Fact, stay: Stay) -> dict[str, Scalar]:
        held = [holding for holding in self._past.get(fact, ()) if holding.owned]
        own = stay.state == "owned" or (stay.state == "closed" and stay.rep != "")
        last = held[-2] if own and len(held) > 1 else held[-1] if held and not own else None
        claims = [holding.began for holding in held if holding.came == "claimed"]
        ends = [holding.ended for holding in held if holding.ended is not None]
        return {
            "owner": self.rep(stay.rep) if own else None,
            "assigned": (held[-1].accepted or held[-1].began) if own and held else None,
            "offered": self.rep(stay.rep) if stay.state == "offered" else None,
            "last_owner": self.rep(last.rep) if last is not None else None,
            "claimed": claims[-1] if claims else None,
            "confirmed": stay.confirmed,
            "returned": max(ends) if ends and not own else None,
            "extended": stay.until,
            "desk": stay.desk if stay.state == "held" and stay.desk else None,
        }

    def _count_later(self, fact: Fact) -> None:
        """Earlier assignments of the fact have one more behind them."""
        holdings = self._past[fact]
        if self.live.reads(ASSIGNMENT, "later"):
            for holding in holdings[:-1]:
                self._write_holding(fact, holding, later=_later(holdings, holding))

    def _write_holding(self, fact: Fact, holding: Holding, later: int) -> None:
        if not self._told:
            return
        kind, key = fact
        row = self.live.find(kind, key) if kind in self.live.policy.kinds else None
        cells: dict[str, Scalar] = {
            "rep": self.rep(holding.rep), "began": holding.began, "came": holding.came, "accepted": holding.accepted,
            "ended": holding.ended, "how": holding.how or None, "by": holding.by or None,
            "reason": holding.reason or None, "number": holding.number, "later": later, kind: row,
        }  # fmt: skip
        self.live.write_row(ASSIGNMENT, f"{kind} {key} {holding.number}", cells)


def _later(holdings: Sequence[Holding], holding: Holding) -> int:
    """How many came to own a fact after a holding."""
    return sum(1 for other in holdings if other.owned and other.number > holding.number)
