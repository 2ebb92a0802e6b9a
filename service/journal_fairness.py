"""What a journal decided, counted for the report on its fairness, with what is known of the leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..engine.calendar.days import SECONDS_PER_DAY
from ..engine.fairness.assignment_fairness import AssignmentCount
from ..engine.fairness.lead_facts import QUALITIES, LeadFact, lead_facts
from ..engine.intake.cells import Formats, Reading, Value, reader_of
from ..engine.intake.unreadable import Unreadable
from ..engine.life.events import Arrive, Change, Changes, Event
from .journal.entries import Entry
from .journal.fold import said
from .journal.kept import Load
from .journal.rows import entries_after, head
from .loading import Loaded
from .problems import Problem
from .store import Store

__all__ = ["Days", "JournalCount", "counted", "entries_up_to", "leads_said", "must_be_few"]

_AT_ONCE = 500
_SAID = (*QUALITIES, "segment", "created", "first_contact")


class Days(NamedTuple):
    """Days by the policy's calendar, both included; None: open."""

    first: int | None
    last: int | None

    def have(self, day: int) -> bool:
        """Whether a day is among them."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class JournalCount(NamedTuple):
    """The decisions as they were counted, and the number of the last entry that was read."""

    made: AssignmentCount
    number: int


def counted(
    store: Store, loaded: Loaded, kind: str, days: Days, most_entries: int | None = None, last: int | None = None
) -> JournalCount:
    """The decisions about facts of a kind: those of the days are counted, the others move credits only.

    `last`: the number of the last entry that is read; None: of all there are. Raises `Problem` for a journal with more
    entries than may be read.
    """
    if last is None:
        with store.reading() as tx:
            last = head(tx).number
    if most_entries is not None:
        must_be_few(last, most_entries)
    facts, made = leads_said(store, loaded, kind, last), AssignmentCount()
    for _, entry in entries_up_to(store, last):
        for day, outcome in _by_day(entry.came(), kind):
            made.add_outcome(outcome, facts, counted=days.have(day))
    return JournalCount(made, last)


def leads_said(store: Store, loaded: Loaded, kind: str, last: int) -> dict[str, LeadFact]:
    """What was loaded and said of the facts of a kind, up to an entry."""
    known = _Known(loaded, kind)
    for _, entry in entries_up_to(store, last):
        known.take(said(entry))
    return known.facts()


def must_be_few(entries: int, most: int) -> None:
    """Raises `Problem` for more entries than may be read for one request."""
    if entries > most:
        detail = f"the log has {entries:,} entries up to there, at most {most:,} are read for one answer"
        raise Problem("too-large", detail, entries=entries, most_entries=most)


def entries_up_to(store: Store, last: int) -> Iterator[tuple[Connection, Entry]]:
    """The entries of a journal up to a number, each with the transaction that read it: none is held open for long."""
    number = 0
    while number < last:
        with store.reading() as tx:
            for entry in islice(entries_after(tx, number), _AT_ONCE):
                number = entry.number
                if number > last:
                    return
                yield tx, entry


def _by_day(outcome: Mapping[str, Any], kind: str) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """The decisions and postings about facts of a kind, by day: what was due long ago happens with a later event."""
    days: dict[int, dict[str, list[Any]]] = {}
    for name in ("decisions", "postings"):
        for one in outcome.get(name, ()):
            if one["kind"] == kind:
                days.setdefault(one["at"] // SECONDS_PER_DAY, {}).setdefault(name, []).append(one)
    yield from sorted(days.items())


class _Known:
    """What was loaded and said of the facts of a kind, the last of each column."""

    def __init__(self, loaded: Loaded, kind: str) -> None:
        self._kind = kind
        self._loaded = lead_facts(loaded.facts, kind) if kind in loaded.facts.tables else {}
        self._said: dict[str, dict[str, Value | None]] = {}
        declared = loaded.policy.kinds.get(kind)
        reading = Reading(loaded.policy.currency, ZoneInfo(loaded.policy.timezone), Formats())
        found = [] if declared is None else [declared.columns[name] for name in _SAID if name in declared.columns]
        self._readers = {column.name: reader_of(column, reading) for column in found}
        self._key = declared.key.name if declared is not None and declared.key is not None else "id"

    def take(self, event: Event | Load) -> None:
        """Take in what an event says."""
        match event:
            case Arrive(kind=self._kind, fact=fact):
                self._take(str(fact.get(self._key, "")), fact)
            case Change(kind=self._kind, key=key, values=values):
                self._take(key, values)
            case Changes(kind=self._kind, facts=facts):
                for key, values in facts.items():
                    self._take(key, values)
            case _:
                pass

    def _take(self, key: str, values: Mapping[str, object]) -> None:
        for name, reader in self._readers.items():
            if name not in values:
                continue
            word = values[name]
            try:
                cell = None if word is None else reader.one(word if isinstance(word, str) else str(word))
            except Unreadable:  # as a policy read it that declared the column otherwise
                continue
            is_date = reader.column.type.name == "date"
            self._said.setdefault(key, {})[name] = cell * SECONDS_PER_DAY if is_date and isinstance(cell, int) else cell

    def facts(self) -> dict[str, LeadFact]:
        """By key, all that is known."""
        return {**self._loaded, **{key: _fact(self._loaded.get(key), cells) for key, cells in self._said.items()}}


def _fact(loaded: LeadFact | None, cells: Mapping[str, Value | None]) -> LeadFact:
    """What was loaded, with what was said since in its place."""
    before = loaded or LeadFact()
    qualities = {
        name: Fraction(value)
        for name in QUALITIES
        if isinstance(value := cells.get(name, before.qualities.get(name)), int | Fraction)
    }
    created, contact = (
        value if isinstance(value := cells.get(name, there), int) else None
        for name, there in (("created", before.created), ("first_contact", before.first_contact))
    )
    segment = cells.get("segment", before.segment)
    return LeadFact(segment if isinstance(segment, str) else "", qualities, created, contact)
