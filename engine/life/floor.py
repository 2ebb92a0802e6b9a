"""The floor: who has what, whose turn it is and what is due, as the events so far have left it."""

from __future__ import annotations

from collections.abc import Callable

from ...dsl import checked as c
from ..assignment import Assigner, DrawKeys, NotSupported
from ..decisions import Decision
from ..facts import Facts, MissingFacts
from ..reads import columns_read
from ..scalar import Evaluator
from ..shares import ShareLedger
from ..spelling import did_you_mean
from .events import Activate, Arrive, Change, Event, Move, Tick
from .live_facts import LiveFacts, MakeEvaluator
from .outcome import Outcome, Posting
from .refused import Refused

__all__ = ["Floor"]


class Floor:
    """One set of live facts and all decision points of the policy in force.

    `facts` are those that were loaded. `policy_of` finds a policy by its hash, for `Activate`; `facts_of` reads the
    loaded facts as another policy needs them (by default they stay as they are). The same events on the same floor
    give the same outcomes, byte for byte. `evaluator` makes what reads the facts.
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
        self._sequences: dict[str, int] = {}
        self._decided: dict[tuple[str, str], Decision] = {}
        self._stand_on(policy, LiveFacts(policy, facts, evaluator))

    def _stand_on(self, policy: c.Policy, live: LiveFacts) -> None:
        """Put a policy in force."""
        self.policy, self._live = policy, live
        self._assigners: dict[str, Assigner] = {}
        self.unsupported: dict[str, str] = {}
        for assign in policy.assigns:
            facts = live.ev.world.facts
            try:
                self._assigners[assign.kind] = Assigner(policy, assign, facts, self.keys, self.ledger, live.ev)
            except NotSupported as problem:
                self.unsupported[assign.kind] = str(problem)

    @property
    def points(self) -> list[str]:
        """The kinds of fact that the policy in force decides."""
        return [assign.kind for assign in self.policy.assigns]

    @property
    def facts(self) -> Facts:
        """The facts that were loaded, as the policy in force reads them."""
        return self._live.loaded

    def key_period(self, kind: str, at: int) -> str:
        """The period whose key draws at a decision point at a moment. Raises `Refused` for what is none."""
        return self._assigner(kind).key_period(at)

    def decision(self, kind: str, key: str) -> Decision | None:
        """The last decision about a fact; None where it was not decided."""
        return self._decided.get((kind, key))

    def owner(self, kind: str, key: str) -> str | None:
        """The key of the rep who has a fact; None where nobody has it, or there is no such fact."""
        row = self._find(kind, key)
        owner = self._owner(kind, row) if row is not None else None
        return None if owner is None else self._live.ev.world.key("rep", owner)

    # --- events ------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> Outcome:
        """What comes of an event, all that was due before it first. Raises `Refused`; then nothing has changed."""
        match event:
            case Arrive():
                outcome = self._arrive(event)
            case Change():
                outcome = self._change(event)
            case Activate():
                outcome = self._activate(event)
            case Tick():
                outcome = Outcome()
            case Move():
                raise Refused("not-supported", "nothing but arrivals and changes of facts can be applied yet")
        self.now = event.at if self.now is None else max(self.now, event.at)
        return outcome

    def _arrive(self, event: Arrive) -> Outcome:
        kind, assigner = event.kind, self._assigner(event.kind)
        arrival = self._live.read(kind, event.fact, event.at)
        named = f"{kind} `{arrival.key}`"
        before = self._decided.get((kind, arrival.key))
        if before is not None:
            message = f"{named} was decided before"
            raise Refused("decided-already", message, "each is decided once", decision_id=before.id)
        found = self._find(kind, arrival.key)
        owner = self._owner(kind, found) if found is not None else None
        if owner is not None:
            raise Refused("has-owner", f"{named} has an owner: {self._live.ev.world.key('rep', owner)}")
        row = self._live.take(kind, arrival, event.fact, event.at)
        sequence = self._sequences[kind] = self._sequences.get(kind, 0) + 1
        decision = assigner.decide(row, event.at, sequence)
        self._decided[kind, arrival.key] = decision
        return Outcome(decisions=(decision,), postings=_posted(decision))

    def _change(self, event: Change) -> Outcome:
        fact = {self._key_column(event.kind): event.key, **event.values}
        arrival = self._live.read(event.kind, fact, event.at)
        new = self._find(event.kind, arrival.key) is None
        self._live.take(event.kind, arrival, fact, event.at)
        if event.kind == "rep":
            for assigner in self._assigners.values():
                if new or assigner.settings.get("order", "id") in arrival.cells:
                    assigner.renew()
        return Outcome()

    def _activate(self, event: Activate) -> Outcome:
        try:
            policy = self._policy_of(event.policy_hash)
        except LookupError:
            raise Refused("unknown-policy", f"no policy has the hash `{event.policy_hash}`") from None
        facts = self._live.loaded if self._facts_of is None else self._facts_of(policy)
        for kind, columns in columns_read(policy, "assign").items():
            lacking = sorted(columns - facts.tables[kind].columns.keys()) if kind in facts.tables else []
            lacking = [name for name in lacking if policy.kinds[kind].columns[name].type.name != "key"]
            if lacking:
                message = f"policy `{policy.name}` reads `{kind}.{lacking[0]}`, which was not read from the files"
                raise Refused("wrong-facts", message, "load the facts for the policy first")
        live = self._live.under(policy, facts)
        for (kind, key), decision in self._decided.items():
            row = live.find(kind, key) if kind in policy.kinds else None
            rep = None if decision.rep is None else live.find("rep", decision.rep)
            if row is not None and rep is not None:
                live.own(kind, row, rep, decision.at)
        self._stand_on(policy, live)
        return Outcome()

    # --- look-ups ----------------------------------------------------------------------------------------

    def _assigner(self, kind: str) -> Assigner:
        """The assigner of a decision point. Raises `Refused` where there is none."""
        found = self._assigners.get(kind)
        if found is not None:
            return found
        if kind in self.unsupported:
            raise Refused("not-supported", self.unsupported[kind])
        known = ", ".join(f"`{name}`" for name in self.points)
        there = f"policy `{self.policy.name}` decides {known or 'nothing'}"
        advice = did_you_mean(kind, self.points) or there
        raise Refused("unknown-point", f"there is no decision point `{kind}`", advice)

    def _key_column(self, kind: str) -> str:
        found = self.policy.kinds.get(kind)
        return found.key.name if found is not None and found.key is not None else "id"

    def _find(self, kind: str, key: str) -> int | None:
        """The row of a fact; None where there is none, or the policy knows no such kind."""
        return self._live.find(kind, key) if kind in self.policy.kinds else None

    def _owner(self, kind: str, row: int) -> int | None:
        """The rep (a row) who has a fact."""
        try:
            found = self._live.ev.world.cell(kind, row, "owner")
        except MissingFacts:  # nobody has said who
            return None
        return found if isinstance(found, int) else None


def _posted(decision: Decision) -> tuple[Posting, ...]:
    """What a decision did to the credits."""
    return tuple(
        Posting(
            decision.at, step.turn.pool, decision.kind, decision.key, "post", tuple(step.turn.moves().items()),
            step.turn.value, decision.because,
        )
        for step in decision.tried
        if step.turn is not None
    )  # fmt: skip
