"""The invented year of `fairness.py` as events on a floor: people change, leads are offered, and much is taken back.

Nothing is loaded but the reps of the first day. Every later day's absences, returns, newcomers and weights come as
changes; each lead arrives by itself. Once nobody declines anything: then every winner has to be the one of the bare
rule. Once people live: some decline, some let the offer lapse, some release a lead a day later, and managers transfer
and override. After every event every credit is held against what is promised at that moment, which reversals and
postings by hand widen by what they have added to it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from heapq import heappop, heappush
from random import Random
from typing import Any

from meed.dsl.checker import check
from meed.dsl.source import SourceFile
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Arrive, Event, Floor, Move, Outcome, Refused, Tick
from meed.engine.life.events import Changes
from meed.engine.turns.shares import SCALE

__all__ = ["POLICY", "lived"]

POLICY = """policy "A year lived" { currency: USD }
facts standard
facts rep { strength: count }
let received of rep = count of assignment where assignment.rep is rep and assignment.came is not "offered"
  and assignment.came is not "manual" and assignment.came is not "transferred"
assign lead {
  needs rep.on_duty and (received over day) < rep.capacity
  otherwise to any rep where lead.industry in rep.skills  by capability_weighted rep.strength ACCEPT
  if nobody hold "desk"
}
"""
_FIRST = 20_454 * 86_400  # 2026-01-01
_POOL = "lead/otherwise/1"


def lived(stream: Any, *, alone: bool) -> dict[str, Any]:
    """What a year comes to. `alone`: everybody takes what comes, and the winners are in the result."""
    text = POLICY.replace("ACCEPT", "" if alone else "accept within 1 hour")
    policy = check(SourceFile("year.meed", text)).policy
    assert policy is not None
    raw = {"rep": RawTable("rep", _first_day(stream))}
    facts, _ = open_facts(policy, raw, "assign", strict=True, empty=frozenset(policy.kinds) - {"rep"})
    floor = Floor(policy, facts, DrawKeys(bytes(32)), {policy.hash: policy}.__getitem__)
    year, began = _Year(floor), time.process_time()
    people = _People(Random(f"{len(stream.trades)} people"), floor)
    for event in _days_and_leads(stream):
        while people.waiting and people.waiting[0][0] <= event.at:
            people.answer(year.apply(people.next()))
        people.answer(year.apply(event))
    while people.waiting:
        people.answer(year.apply(people.next()))
    return {**year.made(), "seconds": round(time.process_time() - began, 1)}


class _Year:
    """The floor, and what is counted after each event."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.winners: list[str | None] = []
        self.done: Counter[str] = Counter()
        self.outside = 0
        self.ahead = self.behind = 0
        self.widest = Fraction(0)

    def apply(self, event: Event) -> Outcome | None:
        try:
            outcome = self.floor.apply(event)
        except Refused as problem:
            self.done[f"refused: {problem.reason}"] += 1
            return None
        self.done["events"] += 1
        if isinstance(event, Move):
            self.done[event.word] += 1
        for ending in outcome.endings:
            self.done[f"ended: {ending.how}"] += 1
        if isinstance(event, Arrive):
            self.winners.append(outcome.decisions[-1].rep)
        if outcome.postings:
            self._measure()
        return outcome

    def _measure(self) -> None:
        credits_ = self.floor.ledger.credits(_POOL).values()
        promise = self.floor.ledger.promise(_POOL)
        least, most = min(credits_), max(credits_)
        self.outside += not (promise.allows(least) and promise.allows(most)) or sum(credits_) != 0
        self.ahead, self.behind = max(self.ahead, -least), max(self.behind, most)
        self.widest = max(self.widest, promise.over, promise.under)

    def made(self) -> dict[str, Any]:
        promise = self.floor.ledger.promise(_POOL)
        return {
            "assigned": sum(winner is not None for winner in self.winners),
            "held": sum(winner is None for winner in self.winners),
            "ahead": _thousandths(self.ahead),
            "behind": _thousandths(self.behind),
            "promised": f"-{_shown(promise.over)} .. +{_shown(promise.under)}, at the widest {_shown(self.widest)}",
            "within": not self.outside,
            "done": dict(sorted(self.done.items())),
            "winners": self.winners,
        }


class _People:
    """What people do with what they are given: chance by a seed, in order of time."""

    def __init__(self, chance: Random, floor: Floor) -> None:
        self._chance, self._floor = chance, floor
        self.waiting: list[tuple[int, int, Move]] = []
        self._count = 0

    def next(self) -> Move:
        """The next thing that somebody does."""
        return heappop(self.waiting)[2]

    def answer(self, outcome: Outcome | None) -> None:
        """Say what becomes of what was offered just now."""
        for decision in outcome.decisions if outcome is not None else ():
            if decision.rep is not None and decision.lapses is not None:
                self._of_an_offer(max(decision.at, self._floor.now or 0), decision.key, decision.rep)

    def _of_an_offer(self, at: int, key: str, rep: str) -> None:
        luck = self._chance.random()
        if luck < 0.06:
            self._plan(at + 60, key, "decline", rep)
        elif luck < 0.97:  # else nobody answers, and the offer lapses
            self._plan(at + 60, key, "accept", rep)
            if luck < 0.09:
                self._plan(at + 86_400, key, "release", rep)
            elif luck < 0.13:
                word = "override" if luck < 0.11 else "transfer"
                other = self._chance.choice(list(self._floor.ledger.credits(_POOL)))
                self._plan(at + 7_200, key, word, rep, to=other, by="manager", reason="knows the customer")

    def _plan(self, at: int, key: str, word: str, rep: str, **more: str) -> None:
        self._count += 1
        heappush(self.waiting, (at, self._count, Move(at, "lead", key, word, rep, **more)))


# --- the stream as events ------------------------------------------------------------------------------------


def _first_day(stream: Any) -> dict[str, list[str]]:
    """Those who are known on the first day; the others come with their first change."""
    here = [rep for rep, weight in enumerate(stream.there[0]) if weight]
    rows = [_columns(stream, rep, stream.there[0][rep]) for rep in here]
    return {"id": [_key(rep) for rep in here]} | {name: [str(row[name]) for row in rows] for name in rows[0]}


def _days_and_leads(stream: Any) -> Iterator[Event]:
    before, today = list(stream.there[0]), 0
    for lead, trade in enumerate(stream.trades):
        day = stream.day(lead)
        while today < day:
            today += 1
            now = stream.there[today]
            changed = {
                _key(rep): _columns(stream, rep, weight) for rep, weight in enumerate(now) if weight != before[rep]
            }
            before = list(now)
            yield Changes(_FIRST + today * 86_400, "rep", changed) if changed else Tick(_FIRST + today * 86_400)
        at = _FIRST + lead * len(stream.there) * 86_400 // len(stream.trades)
        yield Arrive(at, "lead", {"id": f"L{lead:06}", "industry": f"trade {trade}"})


def _key(rep: int) -> str:
    return f"R{rep:03}"


def _columns(stream: Any, rep: int, weight: int) -> dict[str, Any]:
    return {
        "on_duty": "yes" if weight else "no",
        "strength": weight,
        "capacity": stream.capacity[rep],
        "skills": ";".join(f"trade {trade}" for trade in sorted(stream.knows[rep])),
    }


def _thousandths(credit: int) -> str:
    return _shown(Fraction(credit, SCALE))


def _shown(leads: Fraction) -> str:
    whole = -(-leads.numerator * 1000 // leads.denominator)
    return f"{whole // 1000:,}.{whole % 1000:03d}"
