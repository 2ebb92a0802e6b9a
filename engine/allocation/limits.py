"""Limits: how many facts of a batch somebody can take before a condition says no.

`needs open_leads < rep.capacity` looks at what a rep has been given. One by one that is seen as it happens; in a batch
it is tried out: a rep is given the facts one after the other, in the order of the stream, until a condition that looks
at assignments fails. What was tried is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...dsl import checked as c
from ..assigning.assignment import Assigner
from ..assigning.case import Case, Views
from ..assigning.refusal import conditions_of
from ..facts import Scalar

if TYPE_CHECKING:
    from .claims import Claim, Step

__all__ = ["Limits", "looks_at_assignments"]

_WRITTEN = ("owner", "assigned")


class Limits:
    """Conditions of an `assign` that look at what is assigned, and how far they let a rep go."""

    def __init__(self, assigner: Assigner, at: int) -> None:
        self._assigner = assigner
        self._at = at
        self._kind = assigner.assign.kind
        self._before: dict[int, dict[str, Scalar]] = {}
        self._needs = [node for need in assigner.assign.needs for node in self._looking(need)]
        self._of_step: dict[tuple[str, int], list[c.Expr]] = {
            (rule.name, number): [*self._needs, *(self._looking(tier.where) if tier.where is not None else ())]
            for rule in (*assigner.assign.rules, assigner.assign.otherwise)
            for number, tier in enumerate(rule.tiers, start=1)
        }

    @property
    def any(self) -> bool:
        """Whether some condition looks at what is assigned."""
        return any(self._of_step.values())

    def room(self, rep: int, claims: Iterable[Claim], most: int) -> int:
        """How many of the claims, from the first one, a rep can take; at most `most`."""
        taken: list[Claim] = []
        for claim in claims:
            if len(taken) == most:
                break
            if not self._lets(rep, claim):
                break
            self._give(claim, rep)
            taken.append(claim)
        self.take_back(taken)
        return len(taken)

    def first_refused(self, given: Sequence[tuple[Claim, int]]) -> Mapping[int, int]:
        """Give out claims in order; of each rep to whom one could not be given: how many could. Takes all back."""
        refused: dict[int, int] = {}
        count: dict[int, int] = {}
        done: list[Claim] = []
        for claim, rep in given:
            if rep in refused:
                continue
            if self._lets(rep, claim):
                self._give(claim, rep)
                done.append(claim)
                count[rep] = count.get(rep, 0) + 1
            else:
                refused[rep] = count.get(rep, 0)
        self.take_back(done)
        return refused

    def take_back(self, claims: Iterable[Claim]) -> None:
        """These claims are whose they were before."""
        ev = self._assigner.ev
        for claim in claims:
            for column, value in self._before.pop(claim.row).items():
                ev.world.write(self._kind, claim.row, column, value)
            ev.book.changed(self._kind, claim.row)
        ev.forget()

    def _give(self, claim: Claim, rep: int) -> None:
        world, columns = self._assigner.ev.world, self._assigner.policy.kinds[self._kind].columns
        self._before[claim.row] = {
            column: world.cell(self._kind, claim.row, column) if world.has(self._kind, column) else None
            for column in _WRITTEN
            if column in columns
        }
        self._assigner.take(self._case(claim), rep)
        self._assigner.ev.forget()

    def _case(self, claim: Claim) -> Case:
        return Case(self._kind, claim.row, claim.key, self._at, claim.sequence)

    def _lets(self, rep: int, claim: Claim) -> bool:
        env = Views(self._case(claim)).of(rep)
        return all(self._assigner.ev.holds(node, env) for node in self._conditions(claim.step))

    def _conditions(self, step: Step) -> list[c.Expr]:
        return self._of_step[step.rule, step.number]

    def _looking(self, node: c.Expr) -> Iterator[c.Expr]:
        """The conditions joined in a node that look at what is assigned."""
        for part in conditions_of(node):
            if looks_at_assignments(self._assigner.policy, part, self._kind):
                yield part


def looks_at_assignments(policy: c.Policy, root: c.Node, kind: str) -> bool:
    """Whether a node reads who has facts of a kind, lets and accounts looked through."""
    roots: list[c.Node] = [root]
    seen: set[str] = set()
    while roots:
        for node in c.walk(roots.pop()):
            match node:
                case c.FieldOf(kind=of, column=column) if of == kind and column in _WRITTEN:
                    return True
                case c.ReadAccount(account=name) if kind in policy.accounts[name].kinds:
                    return True
                case c.LetRead(let=name) if name not in seen:
                    seen.add(name)
                    roots.append(policy.lets[name])
                case _:
                    pass
    return False
