"""The fold: the floor as the entries of a journal have left it, up to a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from ...dsl import checked as c
from ...engine.facts import Facts
from ...engine.life.events import Activate, Arrive, Change, Changes, Event, Fire, Move, event_of
from ...engine.life.floor import Floor
from ...engine.life.outcome import Outcome
from ...engine.life.outcome_text import OutcomeText
from ...engine.life.refused import Refused
from ...engine.turns.draws import DrawKeys
from ...engine.turns.shares import PoolSnapshot
from ..loading import Loaded
from ..settings import CannotStart
from ..strict_json import canonical
from .entries import BEGINNING, Entry, Head, sealed
from .entry_index import EntryIndex, Subject
from .kept import Load, kept_policy, opened
from .rows import entries_after, head

__all__ = ["POLICY", "Broken", "Fold", "Step", "said", "subjects_of"]

POLICY = ("", "policy")
"""By what the entries are found by which policies take over; no kind of fact has an empty name."""


class Broken(Exception):
    """What the journal has is not what comes of its events here: a defect, or a journal that somebody changed."""


class Step:
    """What came of an event, before it is recorded."""

    __slots__ = ("event", "outcome", "text")

    def __init__(self, event: Event | Load, outcome: Outcome, text: str) -> None:
        self.event, self.outcome, self.text = event, outcome, text


class Fold:
    """A floor, and the place of the journal up to which it is folded.

    `head` is that of the last entry folded in; `load` and `loaded` what was loaded last; `index` says what is in
    which entry. Policies and files are read from the store when they are needed.
    """

    def __init__(self, keys: DrawKeys) -> None:
        self.keys = keys
        self.head = BEGINNING
        self.index = EntryIndex()
        self.load: Load | None = None
        self.loaded: Loaded | None = None
        self._floor: Floor | None = None
        self._tx: Connection | None = None
        self._policies: dict[str, c.Policy] = {}
        self._at_hand: tuple[Load, Loaded] | None = None
        self._texts = OutcomeText()
        self._in_force = "", ""

    @property
    def floor(self) -> Floor:
        """The floor. There is none before the first entry."""
        assert self._floor is not None
        return self._floor

    @property
    def policies(self) -> Mapping[str, c.Policy]:
        """Every policy that was in force, by its hash."""
        return self._policies

    def credits(self) -> dict[str, PoolSnapshot]:
        """The credits of all pools."""
        return {} if self._floor is None else self._floor.ledger.snapshot()

    @property
    def due(self) -> int | None:
        """The moment at which something happens by itself next; None where nothing does."""
        return None if self._floor is None else self._floor.due

    def at_hand(self, load: Load, loaded: Loaded) -> None:
        """What was read already; it is not read again from the store."""
        self._at_hand = load, loaded

    # --- going on ----------------------------------------------------------------------------------------

    def catch_up(self, tx: Connection) -> int:
        """Fold in the entries that are new; how many. Raises `Broken` for what comes out otherwise than recorded."""
        last = head(tx)
        if last == self.head:
            return 0
        if last.number <= self.head.number:
            raise Broken(f"the journal ends at entry {last.number}, and entry {self.head.number} was there before")
        taken = 0
        for entry in entries_after(tx, self.head.number):
            self.take(tx, entry)
            taken += 1
        return taken

    def take(self, tx: Connection, entry: Entry) -> Outcome:
        """Fold in an entry. Raises `Broken`; the fold is of no use then."""
        wrong = self.objection(entry)
        if wrong:
            raise Broken(wrong)
        event = said(entry)
        if self._floor is None and not isinstance(event, Load):
            raise Broken(f"entry {entry.number} comes before anything is loaded")
        try:
            step = self.apply(tx, event)
        except (Refused, CannotStart) as problem:
            raise Broken(f"entry {entry.number} cannot be worked out again: {problem}") from None
        if step.text != entry.outcome:
            raise Broken(f"entry {entry.number} comes out otherwise: {_difference(entry.outcome, step.text)}")
        if self._in_force != (entry.policy_hash, entry.facts_hash):
            raise Broken(f"entry {entry.number} names a policy or facts that were not in force")
        self.head = entry.head
        self._add(entry, step)
        return step.outcome

    def objection(self, entry: Entry) -> str:
        """Why an entry is not the next one of the chain; empty where it is."""
        if entry.number != self.head.number + 1:
            return f"entry {entry.number} follows entry {self.head.number}: entries are missing, or out of order"
        if entry.previous_hash != self.head.hash:
            return f"entry {entry.number} does not name the hash of the entry before it"
        if entry.seal() != entry.hash or not entry.is_one_line_each():
            return f"entry {entry.number} was changed: its hash is not that of its content"
        before = self.index.of_request(entry.request_id)
        return "" if before is None else f"entry {entry.number} has the request id of entry {before}"

    def apply(self, tx: Connection, event: Event | Load) -> Step:
        """What comes of an event. Raises `Refused`; then nothing has changed. `Load` raises `CannotStart`, too."""
        self._tx = tx
        try:
            outcome = self._loaded(event) if isinstance(event, Load) else self.floor.apply(event)
        finally:
            self._tx = None
        if isinstance(event, (Load, Activate)):
            self._in_force = self.floor.policy.hash, self.floor.facts.hash
        return Step(event, outcome, self._texts.of(outcome))

    def recorded(self, step: Step, request_id: str, body_hash: str, moment: str, event: str) -> Entry:
        """The entry of a step, sealed, and behind it the fold."""
        entry = sealed(self.head, request_id, body_hash, step.event.at, moment, *self._in_force, event, step.text)
        self.head = Head(entry.number, entry.hash)
        self._add(entry, step)
        return entry

    def _add(self, entry: Entry, step: Step) -> None:
        about = subjects_of(step.event, step.outcome)
        self.index.add(entry.number, entry.request_id, step.outcome.decisions, about)

    # --- what is loaded ----------------------------------------------------------------------------------

    def _loaded(self, load: Load) -> Outcome:
        if self._at_hand is not None and self._at_hand[0].is_like(load):
            loaded = self._at_hand[1]
        else:
            loaded = self._read(load, self._kept(text=load.text))
        before = self.load, self.loaded, dict(self._policies)
        self.load, self.loaded = load, loaded
        self._policies[load.policy] = loaded.policy
        if self._floor is None:
            self._floor = Floor(loaded.policy, loaded.facts, self.keys, self._policy_of, self._facts_of)
            return Outcome()
        try:
            return self._floor.apply(Activate(load.at, load.policy))
        except Refused:
            self.load, self.loaded, self._policies = before
            raise

    def _policy_of(self, hash_: str) -> c.Policy:
        if hash_ not in self._policies:
            self._policies[hash_] = self._kept(hash_=hash_)
        return self._policies[hash_]

    def _facts_of(self, policy: c.Policy) -> Facts:
        assert self.load is not None
        assert self.loaded is not None
        if policy is not self.loaded.policy:
            try:
                self.loaded = self._read(self.load, policy)
            except CannotStart as problem:
                raise Refused("wrong-facts", problem.lines[0], "load the facts for the policy first") from None
        return self.loaded.facts

    def _kept(self, **which: str) -> c.Policy:
        assert self._tx is not None
        return kept_policy(self._tx, **which)

    def _read(self, load: Load, policy: c.Policy) -> Loaded:
        assert self._tx is not None
        return opened(self._tx, load, policy)


def said(entry: Entry) -> Event | Load:
    """The event of an entry. Raises `Broken` for what is none."""
    try:
        values: Mapping[str, Any] = entry.said()
        event = Load.of(values) if values.get("event") == "load" else event_of(values)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Broken(f"the event of entry {entry.number} cannot be read") from None
    if event.at != entry.at or canonical(event.as_json()) != entry.event:
        raise Broken(f"the event of entry {entry.number} is not in its one form")
    return event


def subjects_of(event: Event | Load, outcome: Outcome) -> Iterable[Subject]:
    """The facts that an event and its outcome are about, each once; `POLICY` for a policy that takes over."""
    if isinstance(event, Arrive) and len(outcome.decisions) == 1 and not outcome.endings:
        return ((event.kind, outcome.decisions[0].key),)
    about: list[Subject] = []
    if isinstance(event, (Load, Activate)):
        about.append(POLICY)
    for told in (outcome.decisions, outcome.endings, outcome.notices, outcome.awards):
        about += [(one.kind, one.key) for one in told]
    if isinstance(event, (Move, Change, Fire)):
        about.insert(0, (event.kind, event.key))
    if isinstance(event, Changes):
        about[:0] = [(event.kind, key) for key in event.facts]
    return dict.fromkeys(about)


def _difference(recorded: str, found: str) -> str:
    """Where two outcomes part."""
    at = next((place for place, (one, other) in enumerate(zip(recorded, found, strict=False)) if one != other), None)
    at = min(len(recorded), len(found)) if at is None else at
    start = max(0, at - 30)
    return f"recorded `{recorded[start : at + 40]}`, found `{found[start : at + 40]}`"
