"""A stream of facts, decided one after the other in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from ..dsl import checked as c
from .assignment import Assigner, DrawKeys
from .days import SECONDS_PER_DAY
from .decisions import Decision
from .facts import Facts
from .shares import SCALE, ShareLedger

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FairnessLine", "Replay", "UnknownStream", "assign_for", "draws_at_random", "replay"]


class UnknownStream(LookupError):
    """The policy assigns no facts of that kind."""


@dataclass(frozen=True, slots=True)
class FairnessLine:
    """A rep in a pool: what was owed, what was received, the credit left, and the bound that is promised.

    `owed`, `credit` and the bounds are exact, in leads; `within` says whether the promise holds.
    """

    pool: str
    rep: str
    owed: Fraction
    received: int
    credit: Fraction
    most_over: Fraction
    most_under: Fraction
    within: bool


@dataclass(slots=True, eq=False)
class Replay:
    """Decisions in stream order; `kept` are facts that had an owner already, `undated` those without a date."""

    kind: str
    decisions: list[Decision] = field(default_factory=list[Decision])
    kept: list[str] = field(default_factory=list[str])
    undated: list[str] = field(default_factory=list[str])
    ledger: ShareLedger = field(default_factory=ShareLedger)
    key_periods: list[str] = field(default_factory=list[str])
    _owed: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    _received: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def add(self, decision: Decision) -> None:
        """Take a decision in, with what it owes and gives."""
        self.decisions.append(decision)
        turn = decision.tried[-1].turn if decision.tried else None
        if turn is None or decision.rep is None:
            return
        for line in turn.standings:
            place = turn.pool, line.key
            self._owed[place] = self._owed.get(place, 0) + line.share
            self._received.setdefault(place, 0)
        self._received[turn.pool, turn.winner] += 1

    def fairness(self) -> list[FairnessLine]:
        """Every rep of every shared pool against the promised bound."""
        made: list[FairnessLine] = []
        for pool, rep in sorted(self._owed):
            credit = self.ledger.credit(pool, rep)
            bound = self.ledger.promise(pool)
            made.append(
                FairnessLine(
                    pool, rep, Fraction(self._owed[pool, rep], SCALE), self._received[pool, rep],
                    Fraction(credit, SCALE), bound.over, bound.under, bound.allows(credit),
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
    """Whether some step of an assign is decided by lot, so that a seed is needed."""
    return any(tier.sharing == "random" for rule in (*assign.rules, assign.otherwise) for tier in rule.tiers)


def arrivals(policy: c.Policy, assign: c.Assign, facts: Facts) -> tuple[list[tuple[int, int]], list[str], list[str]]:
    """Rows to decide as (moment, row) by arrival, then key; keys that have an owner; keys without a date."""
    table = facts.table(assign.kind)
    dated = policy.kinds[assign.kind].arrives
    order: list[tuple[int, int]] = []
    kept: list[str] = []
    undated: list[str] = []
    for row, key in enumerate(table.keys):
        if "owner" in table.columns and table.cell(row, "owner") is not None:
            kept.append(key)
            continue
        when = table.cell(row, dated.name) if dated is not None else 0
        if when is None:
            undated.append(key)
            continue
        assert isinstance(when, int)
        order.append((when * SECONDS_PER_DAY if dated is not None and dated.type.name == "date" else when, row))
    return sorted(order), kept, undated


def replay(
    policy: c.Policy, facts: Facts, keys: DrawKeys, kind: str = "", ledger: ShareLedger | None = None
) -> Iterator[tuple[Replay, int]]:
    """Decide every fact of a kind; yields the growing replay and how many facts there are, decision by decision."""
    assign = assign_for(policy, kind)
    assigner = Assigner(policy, assign, facts, keys, ledger)
    order, kept, undated = arrivals(policy, assign, facts)
    made = Replay(assign.kind, kept=kept, undated=undated, ledger=assigner.ledger)
    yield made, len(order)
    for sequence, (at, row) in enumerate(order, start=1):
        decision = assigner.decide(row, at, sequence)
        made.add(decision)
        if decision.tried and decision.tried[-1].draw is not None:
            period = assigner.key_period(at)
            if period not in made.key_periods:
                made.key_periods.append(period)
        yield made, len(order)
