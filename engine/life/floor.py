"""The floor: who has what, whose turn it is and what is due, as the events so far have left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ...dsl import checked as c
from ..assigning.assignment import Assigner, DrawKeys
from ..facts import Facts
from ..intake.reads import columns_read
from ..scalars.scalar import Evaluator
from ..turns.shares import ShareLedger
from ..wording.spelling import did_you_mean
from .arrival import Arrival, drawn_already
from .deeds import Doer
from .events import Activate, Arrive, Change, Changes, Event, Fire, Move, Tick
from .giving import Giver
from .live_facts import LiveFacts, MakeEvaluator
from .lives import Lives
from .moves import Mover
from .outcome import Outcome
from .past_events import Seen
from .record import Record
from .refused import Refused
from .stay import Holding, Stay
from .timers import Timers
from .undo import Undo

__all__ = ["Floor"]


class Floor:
    """One set of live facts and all decision points of the policy in force.

    `facts` are those that were loaded. `policy_of` finds a policy by its hash, for `Activate`; `facts_of` reads the
    loaded facts as another policy needs them (by default they stay as they are). The same events on the same floor
    give the same outcomes, byte for byte. `evaluator` makes what reads the facts. Nothing happens before the first
    event: what was due before is due with it.
    """

    def __init__(
        self,
        policy: c.Policy,
        facts: Facts,
        keys: DrawKeys,
        policy_of: Callable[[str], c.Policy],
        facts_of: Callable[[c.Policy], Facts] | None = None,
        *,
        ledger: ShareLedger | None = None,
        evaluator: MakeEvaluator = Evaluator,
    ) -> None:
        self.keys, self.ledger = keys, ledger or ShareLedger()
        self.now: int | None = None
        self._policy_of, self._facts_of = policy_of, facts_of
        self._undo = Undo()
        self._lives = Lives(LiveFacts(policy, facts, evaluator, self._undo), self._undo)
        self._stand_on(policy)

    def _stand_on(self, policy: c.Policy) -> None:
        """Put a policy in force."""
        self.policy = policy
        self._assigners: dict[str, Assigner] = {}
        ev = self._live.ev
        for assign in policy.assigns:
            made = Assigner(policy, assign, ev.world.facts, self.keys, self.ledger, ev)
            made.writes = False
            self._assigners[assign.kind] = made
        self._drawn = frozenset(assign.kind for assign in policy.assigns if assign.lots)
        self._giver = Giver(policy, self._lives, self._assigners, self.ledger)
        self._mover, self._doer = Mover(self._giver), Doer(self._giver)
        self._timers = Timers(self._giver, self._undo)

    @property
    def _live(self) -> LiveFacts:
        return self._lives.live

    @property
    def points(self) -> list[str]:
        """The kinds of fact that the policy in force decides."""
        return [assign.kind for assign in self.policy.assigns]

    @property
    def facts(self) -> Facts:
        """The facts that were loaded, as the policy in force reads them."""
        return self._live.loaded

    @property
    def ev(self) -> Evaluator:
        """What reads the facts as they stand."""
        return self._live.ev

    def key_period(self, kind: str, at: int) -> str:
        """The period whose key draws at a decision point at a moment. Raises `Refused` for what is none."""
        return self._assigner(kind).key_period(at)

    def key_of(self, kind: str, fact: Mapping[str, object]) -> str:
        """The key of a fact as it is sent; empty where it has none. Raises `Refused` for a kind that is not known."""
        return self._live.key_of(kind, fact)

    def knows(self, kind: str, key: str) -> bool:
        """Whether there is such a fact."""
        return kind in self.policy.kinds and self._live.find(kind, key) is not None

    def stay(self, kind: str, key: str) -> Stay | None:
        """Where a fact is; None where it was not decided and has no owner."""
        return self._lives.stay(kind, key)

    def past(self, kind: str, key: str) -> tuple[Holding, ...]:
        """Who has had a fact, or an offer of it, the present one last."""
        self._lives.stay(kind, key)
        return self._lives.past(kind, key)

    def owner(self, kind: str, key: str) -> str | None:
        """The key of the rep who has a fact; None where nobody has it, or there is no such fact."""
        stay = self._lives.stay(kind, key) if kind in self.policy.kinds else None
        return stay.rep if stay is not None and stay.state in {"owned", "closed"} and stay.rep else None

    @property
    def due(self) -> int | None:
        """The moment by which something happens by itself next, as far as facts say now; None where nothing will."""
        return self._timers.next_due()

    @property
    def watched(self) -> frozenset[str]:
        """Kinds of which timers of the policy read rows to see what they count from."""
        return self._timers.watched

    def expect(self, events: Iterable[Event | Seen]) -> None:
        """What the loaded tables tell ahead: cells that nobody knows before they are shown, and facts to come.

        Facts that came in one moment see only those that came before them, where a policy compares them.
        """
        compared = _compared(self.policy)
        for event in events:
            if isinstance(event, Seen) and event.column:
                self._live.write(event.kind, event.row, {event.column: None})
            elif isinstance(event, Arrive) and event.kind in compared:
                self._live.await_fact(event.kind, self._live.key_of(event.kind, event.fact))

    def show(self, at: int, kind: str, row: int, column: str = "") -> Outcome:
        """A row of the loaded tables counts from now on, or a cell that was hidden; what was due is done first."""
        outcome = self.apply(Tick(at))
        if column:
            self._live.write(kind, row, {column: self._live.loaded.table(kind).cell(row, column)})
        self._timers.changed(kind, row, at)
        return outcome.then(self.apply(Tick(at))) if self._timers.queues.waits else outcome

    # --- events ------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> Outcome:
        """What comes of an event, all that was due before it first. Raises `Refused`; then nothing has changed."""
        opening = self.now is None
        timers = self._timers
        if not opening and not timers.queues.waits and not timers.is_due(event.at):
            record = Record()
            self._apply(event, record)
            if self._timers.queues.waits:
                self._timers.serve(event.at, record)
        else:
            record = self._guarded(event, opening)
        self.now = event.at if self.now is None else max(self.now, event.at)
        return record.outcome()

    def _guarded(self, event: Event, opening: bool) -> Record:
        """What was due, and the event: both or nothing."""
        record = Record()
        self._undo.begin()
        self.ledger.begin()
        try:
            if opening:
                self._live.opened_at = event.at
                self._timers.open(event.at)
            self._timers.run(event.at, record)
            self._timers.queues.serve_by_time(event.at, record)
            self._apply(event, record)
            self._timers.serve(event.at, record)
        except Refused:
            self._undo.back()
            self.ledger.undo()
            raise
        self._undo.keep()
        self.ledger.keep()
        return record

    def _apply(self, event: Event, record: Record) -> None:
        match event:
            case Arrive():
                self._arrive(event, record)
            case Change():
                self._change(event.kind, {self._key_column(event.kind): event.key, **event.values}, event.at)
            case Changes():
                self._change_all(event)
            case Move():
                self._mover.do(event, record)
            case Fire():
                self._doer.do(event, record)
            case Activate():
                self._activate(event)
            case Tick():
                pass

    def _arrive(self, event: Arrive, record: Record) -> None:
        kind = event.kind
        self._assigner(kind)
        key = self._live.key_of(kind, event.fact)
        stay = self._lives.stay(kind, key) if key else None
        if stay is not None:
            self._decided_already(f"{kind} `{key}`", stay)
        self._live.admit(kind, key, event.fact, event.at)
        self._live.has_come(kind, key)
        self._giver.arrive((kind, key), event.at, record)

    def _decided_already(self, named: str, stay: Stay) -> None:
        if stay.decision:
            message = f"{named} was decided before"
            raise Refused("decided-already", message, "each is decided once", decision_id=stay.decision)
        raise Refused("has-owner", f"{named} has an owner: {stay.rep}")

    def _change(self, kind: str, fact: Mapping[str, object], at: int) -> None:
        arrival = self._read(kind, fact, at)
        row = self._live.find(kind, arrival.key)
        new, before = row is None, self._timers.counting_from(kind, row)
        row = self._live.take(kind, arrival, fact, at)
        if kind == "rep":
            for assigner in self._assigners.values():
                if new or assigner.settings.get("order", "id") in arrival.cells:
                    assigner.renew()
        self._timers.changed(kind, row, at, before)

    def _change_all(self, event: Changes) -> None:
        key_column = self._key_column(event.kind)
        facts = [{key_column: key, **values} for key, values in event.facts.items()]
        for refused in self.objections(event.kind, facts, event.at):
            if refused is not None:
                raise refused
        for fact in facts:
            self._change(event.kind, fact, event.at)

    def objections(self, kind: str, facts: Sequence[Mapping[str, object]], at: int) -> list[Refused | None]:
        """What stands against each of several facts that are new or say something else, each read by itself.

        Raises `Refused` for a kind that the policy does not know.
        """
        self._live.key_of(kind, {})
        return [self._objection(kind, fact, at) for fact in facts]

    def _objection(self, kind: str, fact: Mapping[str, object], at: int) -> Refused | None:
        try:
            self._read(kind, fact, at)
        except Refused as refused:
            return refused
        return None

    def _read(self, kind: str, fact: Mapping[str, object], at: int) -> Arrival:
        """What a fact says. Raises `Refused`, also where it would draw the lots of a decided one by another key."""
        arrival = self._live.read(kind, fact, at)
        came = self.policy.kinds[kind].arrives if kind in self._drawn else None
        row = None if came is None else self._live.find(kind, arrival.key)
        if came is None or row is None or self._lives.stay(kind, arrival.key) is None or came.name not in arrival.cells:
            return arrival
        if arrival.cells[came.name] != self.ev.world.cell(kind, row, came.name):
            raise Refused("bad-fact", f"correct `{came.name}`", problems=(drawn_already(kind, arrival.key, came.name),))
        return arrival

    def open_to_all(self, kind: str) -> list[tuple[str, Stay]]:
        """The facts of a kind in the public pool, those first that have been there longest.

        Raises `Refused` where the policy decides no such facts.
        """
        self._assigner(kind)
        found = [(fact[1], stay) for fact, stay in self._lives.all() if fact[0] == kind and stay.state == "pool"]
        return sorted(found, key=lambda one: (one[1].changed, one[0]))

    def _activate(self, event: Activate) -> None:
        try:
            policy = self._policy_of(event.policy_hash)
        except LookupError:
            raise Refused("unknown-policy", f"no policy has the hash `{event.policy_hash}`") from None
        facts = self._live.loaded if self._facts_of is None else self._facts_of(policy)
        for kind, columns in columns_read(policy, "assign").items():
            lacking = sorted(columns.difference(facts.tables[kind].columns)) if kind in facts.tables else []
            lacking = [name for name in lacking if policy.kinds[kind].columns[name].type.name != "key"]
            if lacking:
                message = f"policy `{policy.name}` reads `{kind}.{lacking[0]}`, which was not read from the files"
                raise Refused("wrong-facts", message, "load the facts for the policy first")
        self._lives.open(self._live.under(policy, facts))
        self._stand_on(policy)
        self._timers.open(event.at)

    # --- look-ups ----------------------------------------------------------------------------------------

    def _assigner(self, kind: str) -> Assigner:
        """The assigner of a decision point. Raises `Refused` where there is none."""
        found = self._assigners.get(kind)
        if found is not None:
            return found
        known = ", ".join(f"`{name}`" for name in self.points)
        there = f"policy `{self.policy.name}` decides {known or 'nothing'}"
        advice = did_you_mean(kind, self.points) or there
        raise Refused("unknown-point", f"there is no decision point `{kind}`", advice)

    def _key_column(self, kind: str) -> str:
        found = self.policy.kinds.get(kind)
        return found.key.name if found is not None and found.key is not None else "id"


def _compared(policy: c.Policy) -> frozenset[str]:
    """The kinds of fact that are compared with others of their kind."""
    read = (node for said in (*policy.lets.values(), *policy.accounts.values()) for node in c.walk(said))
    return frozenset(
        policy.accounts[node.account].kind for node in read if isinstance(node, c.ReadAccount) and node.row
    )
