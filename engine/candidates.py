"""Candidates: who may have a case under a step of a rule, and for everybody else the first reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..dsl import checked as c
from ..dsl.types import FLAG
from .case import Views
from .days import SECONDS_PER_DAY
from .decisions import Candidate
from .dependence import Dependences
from .refusal import NotThere, Refusal, Wording, conditions_of, findings
from .remembered import UNREAD, Remembered
from .scalar import Evaluator

__all__ = ["Condition", "Field", "Filter", "Judge"]


class Judge:
    """Says of conditions whether they hold, and why not."""

    def __init__(self, ev: Evaluator, policy: c.Policy, kind: str) -> None:
        self.ev = ev
        self.policy = policy
        self.kind = kind
        self.dependences = Dependences(policy, ev.world.dated)
        self.wording = Wording(policy.currency)

    def conditions(self, *nodes: c.Expr | None) -> list[Condition]:
        """What several conditions ask together, one after the other."""
        return [Condition(self, part) for node in nodes for part in conditions_of(node)]

    def refusal(self, node: c.Expr, views: Views, rep: int | None = None) -> Refusal | None:
        """Why a condition fails for the case alone or with a rep; None where it holds."""
        env = views.alone if rep is None else views.of(rep)
        if self.ev.holds(node, env):
            return None
        return Refusal(findings(self.ev, node, env), self.policy.place(node.span), self.wording)


class Condition:
    """One condition of those joined by `and`: read once a case where it does not read the rep, else once a rep."""

    def __init__(self, judge: Judge, node: c.Expr) -> None:
        self.node = node
        self.reads_rep = "rep" in judge.dependences.of(node).rows
        self._judge = judge
        self._remembered = Remembered(judge.ev, judge.dependences, judge.kind, node)

    def refusal(self, views: Views) -> Refusal | None:
        """Why it fails for the case alone; None where it holds."""
        return self._judge.refusal(self.node, views)

    def pass_on(self, reps: Sequence[int], views: Views, refused: dict[int, Candidate]) -> list[int]:
        """Those for whom it holds; the others are added to the refused."""
        key_of = self._judge.ev.world.key
        if not self.reads_rep:
            refusal = self.refusal(views)
            if refusal is None:
                return list(reps)
            refused.update((rep, Candidate(key_of("rep", rep), refusal)) for rep in reps)
            return []
        known = self._remembered.of(views)
        passed: list[int] = []
        for rep in reps:
            found = known[rep]
            if found is UNREAD:
                refusal = self._judge.refusal(self.node, views, rep)
                found = known[rep] = Candidate(key_of("rep", rep), refusal) if refusal is not None else None
            if found is None:
                passed.append(rep)
            else:
                refused[rep] = found
        return passed


@dataclass(frozen=True, slots=True)
class Field:
    """Who was looked at: all candidates in the declared order, and the rows of those who are eligible."""

    candidates: tuple[Candidate, ...]
    eligible: tuple[int, ...]

    def without(self, refused: dict[int, Candidate]) -> Field:
        """The same with some of the eligible refused after all."""
        if not refused:
            return self
        keys = {candidate.rep: candidate for candidate in refused.values()}
        told = tuple(keys.get(candidate.rep, candidate) for candidate in self.candidates)
        return Field(told, tuple(rep for rep in self.eligible if rep not in refused))


class Filter:
    """The candidates of a tier: one person, or every rep, as far as `needs` and `where` let them pass.

    `order` gives the reps at a moment, in the order that breaks ties.
    """

    def __init__(
        self, judge: Judge, needs: tuple[c.Expr, ...], tier: c.Tier, order: Callable[[int], Sequence[int]]
    ) -> None:
        self._judge = judge
        self._person = tier.person
        self._missing = c.Known(FLAG, tier.person) if tier.person is not None else None
        self._order = order
        self._conditions = judge.conditions(*needs, tier.where)
        key_of = judge.ev.world.key
        self._free = {rep: Candidate(key_of("rep", rep)) for rep in range(judge.ev.world.rows("rep"))}
        self._place = judge.policy.place(tier.span)

    def field(self, views: Views) -> Field:
        """Everybody for a case."""
        reps = self._order(views.case.at) if self._person is None else self._named(self._person, views)
        if self._missing is not None and not reps:
            found = findings(self._judge.ev, self._missing, views.alone)
            return Field((Candidate("", Refusal(found, self._place, self._judge.wording)),), ())
        refused: dict[int, Candidate] = {}
        passed = self._there(reps, views, refused)
        for condition in self._conditions:
            if not passed:
                break
            passed = condition.pass_on(passed, views, refused)
        return Field(tuple(map({**self._free, **refused}.__getitem__, reps)), tuple(passed))

    def _there(self, reps: Sequence[int], views: Views, refused: dict[int, Candidate]) -> Sequence[int]:
        """Those of whom a row holds on the day; the others are added to the refused."""
        world, env = self._judge.ev.world, views.alone
        if "rep" not in world.dated:
            return reps
        gone = [rep for rep in reps if not world.holds("rep", rep, env.start, env.end)]
        day = views.case.at // SECONDS_PER_DAY
        for rep in gone:
            refused[rep] = Candidate(world.key("rep", rep), NotThere((), self._place, self._judge.wording, day))
        return [rep for rep in reps if rep not in refused]

    def _named(self, person: c.Expr, views: Views) -> list[int]:
        rep = self._judge.ev.value(person, views.alone)
        if rep is None:
            return []
        if rep not in self._free:
            self._free[rep] = Candidate(self._judge.ev.world.key("rep", rep))
        return [rep]
