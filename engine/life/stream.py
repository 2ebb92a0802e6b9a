"""A stream of facts, decided one after the other in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from ...dsl import checked as c
from ..assigning.assignment import DrawKeys
from ..assigning.decisions import Decision
from ..facts import Facts
from ..turns.credit_unit import LEADS, CreditUnit
from ..turns.shares import SCALE, ShareLedger
from ..turns.sharing_terms import SharingTerms, terms_of
from . import Award, Ending, Event, Floor, Notice, Outcome, Posting, Refused, Seen, past_events
from .events import Tick
from .past_events import arrivals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FairnessLine", "Replay", "UnknownStream", "arrivals", "assign_for", "draws_at_random", "replay"]


class UnknownStream(LookupError):
    """The policy assigns no facts of that kind."""


@dataclass(frozen=True, slots=True)
class FairnessLine:
    """A rep in a pool: what was owed, what was received, the credit left, and the bound that is promised.

    `owed`, `credit` and the bounds are exact, in leads, or in what `unit` counts (smallest units of money); `within`
    says whether the promise holds.
    """

    pool: str
    rep: str
    owed: Fraction
    received: Fraction
    credit: Fraction
    most_over: Fraction
    most_under: Fraction
    within: bool
    unit: CreditUnit = LEADS


@dataclass(slots=True, eq=False)
class Replay:
    """Decisions in stream order; `kept` are facts that had an owner already, `undated` those without a date.

    `refused` are moves that could not be made, with the reason, and `lost` those about no fact of the kind.
    """

    kind: str
    decisions: list[Decision] = field(default_factory=list[Decision])
    kept: list[str] = field(default_factory=list[str])
    undated: list[str] = field(default_factory=list[str])
    ledger: ShareLedger = field(default_factory=ShareLedger)
    key_periods: list[str] = field(default_factory=list[str])
    endings: list[Ending] = field(default_factory=list[Ending])
    notices: list[Notice] = field(default_factory=list[Notice])
    awards: list[Award] = field(default_factory=list[Award])
    postings: list[Posting] = field(default_factory=list[Posting])
    refused: list[tuple[Event, Refused]] = field(default_factory=list[tuple[Event, Refused]])
    lost: list[str] = field(default_factory=list[str])
    floor: Floor | None = None
    terms: SharingTerms = field(default_factory=SharingTerms)
    until: int | None = None
    """To when time went on after the last event; None: no farther than to it."""
    _owed: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    _received: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def add(self, outcome: Outcome) -> None:
        """Take in what came of an event, with what it owes and gives."""
        self.decisions += outcome.decisions
        self.endings += outcome.endings
        self.notices += outcome.notices
        self.awards += outcome.awards
        self.postings += outcome.postings
        for posting in outcome.postings:
            sign = -1 if posting.did == "reverse" else 1
            for rep, move in posting.moves.items():
                place = posting.pool, rep
                got = sign if rep == posting.winner and posting.did != "begin" else 0
                self._owed[place] = self._owed.get(place, 0) + move + got * posting.value * SCALE
                self._received[place] = self._received.get(place, 0) + got * posting.value

    def outcome(self) -> Outcome:
        """All that came of it so far."""
        return Outcome(
            tuple(self.decisions), tuple(self.endings), tuple(self.notices), tuple(self.awards), tuple(self.postings)
        )

    def fairness(self) -> list[FairnessLine]:
        """Every rep of every shared pool against the promised bound."""
        made: list[FairnessLine] = []
        for pool, rep in sorted(self._owed):
            credit = self.ledger.credit(pool, rep)
            bound = self.ledger.promise(pool)
            unit = self.terms.unit_of(pool)
            one = SCALE * unit.per
            made.append(
                FairnessLine(
                    pool, rep, Fraction(self._owed[pool, rep], one), Fraction(self._received[pool, rep], unit.per),
                    Fraction(credit, one), bound.over / unit.per, bound.under / unit.per,  # exact: fraction
                    bound.allows(credit), unit,
                )
            )  # fmt: skip
        return made

    def frame(self) -> pd.DataFrame:
        """One row a decision: the fact's kind, rep, rule, strategy, decision id, held; in stream order."""
        import pandas as pd

        columns = [self.kind, "rep", "rule", "strategy", "decision id", "held"]
        rows = [(d.key, d.rep or "", d.rule, d.strategy, d.id, d.held or "") for d in self.decisions]
        return pd.DataFrame(rows, columns=columns)


def assign_for(policy: c.Policy, kind: str = "") -> c.Assign:
    """The `assign` of a kind; of the only one where no kind is named. Raises `UnknownStream`."""
    kinds = [assign.kind for assign in policy.assigns]
    if not kinds:
        raise UnknownStream(f"policy `{policy.name}` assigns nothing: it has no `assign`")
    if not kind and len(kinds) > 1:
        raise UnknownStream(f"policy `{policy.name}` assigns {', '.join(kinds)}: name one of them")
    found = next((assign for assign in policy.assigns if assign.kind == (kind or kinds[0])), None)
    if found is None:
        raise UnknownStream(f"policy `{policy.name}` assigns {', '.join(kinds)}, not `{kind}`")
    return found


def draws_at_random(assign: c.Assign) -> bool:
    """Whether some step or condition of an assign is decided by lot, so that a seed is needed."""
    if assign.lots:
        return True
    drawn = {"random", *(["deck"] if dict(assign.settings).get("cards", "shuffled") == "shuffled" else [])}
    tiers = [tier for rule in (*assign.rules, assign.otherwise) for tier in rule.tiers]
    return any(tier.sharing in drawn or (tier.level is not None and tier.level.sharing in drawn) for tier in tiers)


def replay(
    policy: c.Policy,
    facts: Facts,
    keys: DrawKeys,
    kind: str = "",
    ledger: ShareLedger | None = None,
    before: Callable[[Floor, int], list[Outcome]] | None = None,
    ends: Callable[[int], int] | None = None,
) -> Iterator[tuple[Replay, int]]:
    """Decide every fact of a kind, with the moves that tables have; yields the growing replay, event by event.

    The number is how many events there are. `before` is called before each, with its moment; what comes of what it
    does is part of the replay. `ends` says from the moment of the last event until when time goes on, so that what is
    due by then happens.
    """
    assign = assign_for(policy, kind)
    floor = Floor(policy, facts, keys, {policy.hash: policy}.__getitem__, ledger=ledger)
    past = past_events(policy, assign, facts, floor.watched)
    made = Replay(
        assign.kind, kept=past.kept, undated=past.undated, lost=past.lost, ledger=floor.ledger, floor=floor,
        terms=terms_of(policy, assign.kind),
    )  # fmt: skip
    floor.expect(past.events)
    events = past.events
    if ends is not None and events:
        made.until = max(ends(events[-1].at), events[-1].at)
        events = [*events, Tick(made.until)]
    yield made, len(events)
    for event in events:
        outcomes = [] if before is None else before(floor, event.at)
        try:
            outcomes.append(floor.show(*event) if isinstance(event, Seen) else floor.apply(event))
        except Refused as problem:
            assert not isinstance(event, Seen)
            made.refused.append((event, problem))
        for outcome in outcomes:
            made.add(outcome)
            for decision in outcome.decisions:
                drawn = [decision.at] if decision.tried and decision.tried[-1].is_drawn else []
                for moment in (*drawn, *(lot.drawn.came for lot in decision.lots)):
                    period = floor.key_period(assign.kind, moment)
                    if period not in made.key_periods:
                        made.key_periods.append(period)
        yield made, len(events)
