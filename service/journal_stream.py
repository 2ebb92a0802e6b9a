"""A journal as a stream that was decided, and may be decided otherwise: by another policy, or with a change of a rep.

What was recorded is worked out again and must come out the same; another course draws with the same keys and records,
so that chance adds nothing to the comparison (decision 0073).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..dsl import checked as c
from ..engine.facts import Facts
from ..engine.fairness.lead_facts import LeadFact
from ..engine.life import Floor, Outcome, Refused
from ..engine.life.stream import Replay
from ..engine.turns.draws import DrawKeys
from ..engine.wording.spelling import did_you_mean
from .journal.fold import Fold, said
from .journal.kept import Load
from .journal.rows import head
from .journal_fairness import entries_up_to, leads_said
from .settings import CannotStart
from .stopped import Findings, WrongUse
from .store import Store
from .terminal import working

__all__ = ["JournalStream", "decided_kind", "folded"]


def folded(store: Store, take: Callable[[Outcome], None] = lambda outcome: None) -> Fold:
    """The floor as a journal has left it, every entry worked out again; `take` is told what came of each.

    Raises `Broken`, and `WrongUse` for a journal without entries.
    """
    with store.reading() as tx:
        last = head(tx)
    if not last.number:
        raise WrongUse(f"{store.name}: nothing was decided yet", "name the store of a service that has decided")
    fold = Fold(DrawKeys(store.seed))
    with working("reading the journal", last.number, counted=True) as step:
        for tx, entry in entries_up_to(store, last.number):
            take(fold.take(tx, entry))
            step(entry.number, None)
    return fold


def decided_kind(fold: Fold, kind: str) -> str:
    """The kind that is asked about, or the only one that any policy of the journal assigns. Raises `WrongUse`."""
    policies = (fold.floor.policy, *fold.policies.values())
    points = list(dict.fromkeys(assign.kind for one in policies for assign in one.assigns))
    named = ", ".join(f"`{one}`" for one in points)
    if kind and kind not in points:
        advice = did_you_mean(kind, points) or f"decided are {named or 'none'}"
        raise WrongUse(f"the journal decides no facts of kind `{kind}`", advice)
    if not kind and len(points) != 1:
        what = f"several kinds of facts are decided there: {named}" if points else "nothing is decided there"
        raise WrongUse(what, "`--kind` names what is assigned")
    return kind or points[0]


class JournalStream:
    """What a journal decided about facts of a kind. `facts` are those that were loaded last."""

    def __init__(self, store: Store, kind: str) -> None:
        """Reads the journal. Raises `Broken` for one that does not hold, `WrongUse`."""
        self._store, outcomes = store, list[Outcome]()
        fold = folded(store, outcomes.append)
        self._last = fold.head
        self.kind = decided_kind(fold, kind)
        self._floor = fold.floor
        self._base = Replay(self.kind, ledger=fold.floor.ledger)
        for outcome in outcomes:
            self._base.add(_about(outcome, self.kind))
        assert fold.loaded is not None
        self.leads: Mapping[str, LeadFact] = leads_said(store, fold.loaded, self.kind, self._last.number)

    @property
    def policy(self) -> c.Policy:
        """The policy in force after the last entry."""
        return self._floor.policy

    @property
    def facts(self) -> Facts:
        """The facts by which it decides."""
        return self._floor.facts

    @property
    def source(self) -> dict[str, Any]:
        """Where it is from, as plain values without any secret."""
        return {"store": self._store.name, "entries": self._last.number, "hash": self._last.hash}

    def knows(self, kind: str, key: str) -> bool:
        """Whether there is a fact of a kind by its key."""
        return self._floor.knows(kind, key)

    def decided(
        self, policy: c.Policy | None = None, before: Callable[[Floor, int], list[Outcome]] | None = None,
        until: int | None = None,
    ) -> Replay:  # fmt: skip
        """All that was decided; or, by another policy, or with what `before` does, what would have been.

        A journal ends with its last entry, and time goes no farther (`until` is for streams of files). Raises
        `Findings` where the policy cannot decide on what the store has.
        """
        if policy is None and before is None:
            return self._base
        keys = DrawKeys(self._store.seed)
        fold = Fold(keys) if policy is None else _ByAnother(keys, policy)
        made, floor = Replay(self.kind), None
        with working(f"deciding {self.kind}s", self._last.number, counted=True) as step:
            for tx, entry in entries_up_to(self._store, self._last.number):
                event = said(entry)
                if before is not None and floor is not None and not isinstance(event, Load):
                    for outcome in before(floor, event.at):
                        made.add(_about(outcome, self.kind))
                try:
                    made.add(_about(fold.apply(tx, event).outcome, self.kind))
                except Refused as refused:
                    if not isinstance(event, Load):
                        made.refused.append((event, refused))
                except CannotStart as problem:
                    if policy is None:
                        raise
                    raise Findings(
                        f"policy `{policy.name}` cannot decide on the facts of the store: {problem.lines[0]}",
                        "name a policy that reads the kinds and columns that were loaded",
                    ) from None
                floor = fold.floor
                step(entry.number, None)
        made.ledger = fold.floor.ledger
        return made


class _ByAnother(Fold):
    """A journal folded by one other policy, whichever was in force; it draws with the records of that one."""

    def __init__(self, keys: DrawKeys, policy: c.Policy) -> None:
        super().__init__(keys)
        self._other = policy

    def _kept(self, **which: str) -> c.Policy:
        return replace(self._other, hash=super()._kept(**which).hash)


def _about(outcome: Outcome, kind: str) -> Outcome:
    """What of an outcome is about facts of a kind."""
    return Outcome(
        tuple([one for one in outcome.decisions if one.kind == kind]),
        tuple([one for one in outcome.endings if one.kind == kind]),
        postings=tuple([one for one in outcome.postings if one.kind == kind]),
    )  # fmt: skip
