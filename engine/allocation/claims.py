"""Claims: for a fact of a batch, the step that shares it out, who may have it, and what each is owed and worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import Index, IntArray, whole_numbers
from ..assigning.assignment import Assigner, ReadyRule
from ..assigning.case import Case, Views
from ..assigning.fact_lots import reads_lots
from ..assigning.refusal import say_now
from ..calendar.windows import BEGINNING
from ..columns.columnar import Columns
from ..frames import Frame
from ..turns.sharing_terms import terms_of
from .limits import looks_at_assignments

__all__ = ["SHARED_TOGETHER", "Claim", "Claims", "Draft", "Step"]

SHARED_TOGETHER = frozenset({"round_robin", "capability_weighted", "best"})
"""The words that share out a batch; facts of steps with others are decided one after the other."""

_MEASURED = frozenset({"best", "fewest"})
_MOST_PAIRS = 2_000_000
_NO_SCORES = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that shares: its rule, its number there, the pool of its credits, its place, and what it measures.

    `zero_counts`: a weight of zero is the mean of the others'. `band`: how many facts more or fewer than owed somebody
    may have for the sake of what is measured; None: the floor or the ceiling of what is owed.
    """

    rule: str
    number: int
    kind: str
    sharing: str
    place: str
    weight: c.Expr | None
    said: str
    fair_in: str = ""
    zero_counts: bool = False
    band: Fraction | None = None

    @property
    def pool(self) -> str:
        """The pool of credits: that of turns one by one, or where facts are shared out by value, one of that value."""
        return f"{self.kind}/{self.rule}/{self.number}{f'/{self.fair_in}' if self.fair_in else ''}"


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A fact to be shared out: who may have it in the declared order, with what weight, and of which score.

    `weights` are whole, in the proportions of the shares. `scores` are whole numbers over `den`; there are none where
    the step measures nothing.
    """

    row: int
    key: str
    sequence: int
    step: Step
    reps: tuple[int, ...]
    weights: tuple[int, ...]
    scores: IntArray
    den: int = 1

    def score(self, place: int) -> Fraction:
        """The score of an option."""
        return Fraction(int(self.scores[place]), self.den)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A fact and the first step with somebody eligible; what is measured is not read yet."""

    row: int
    key: str
    sequence: int
    step: Step
    reps: tuple[int, ...]


class Claims:
    """Reads facts by the rules of an `assign` at a moment, as decisions one by one do.

    `shared`: the words whose steps are read; others decide one by one. What a step measures is read for all facts and
    reps at once, by the columnar evaluator, unless it looks at what is assigned: the columns do not see that.
    """

    def __init__(self, assigner: Assigner, at: int, shared: frozenset[str] = SHARED_TOGETHER) -> None:
        self._shared = shared
        self._assigner = assigner
        self._at = at
        self._steps: dict[tuple[str, int], Step] = {}
        self._at_once: dict[str, bool] = {}
        self._columns: Columns | None = None
        self._terms = terms_of(assigner.policy, assigner.assign.kind)

    def of(self, row: int, sequence: int, *, at_once: bool = True) -> Claim | Draft | None:
        """The claim of a row; a draft where what is measured can be read `at_once` for many.

        None where one rep, a lot or a desk decides, and no share does.
        """
        made, kind = self._assigner, self._assigner.assign.kind
        made.ev.forget()
        views = Views(Case(kind, row, made.ev.world.key(kind, row), self._at, sequence))
        for rule in made.rules():
            if any(condition.refusal(views) is not None for condition in rule.when):
                continue
            if rule.checked.action is not None:
                return None
            for number in range(len(rule.tiers)):
                found = self._tried(rule, number, views, at_once=at_once)
                if found is not None:
                    return None if found == "alone" else found
            if rule.nobody is not None:
                return None
        return None

    def completed(self, found: Sequence[Claim | Draft]) -> Iterator[tuple[int, int, Claim | None]]:
        """Row, number of arrival and claim of each, drafts completed; None as in `of`."""
        drafts: dict[str, list[Draft]] = {}
        for one in found:
            if isinstance(one, Draft):
                drafts.setdefault(one.step.pool, []).append(one)
        claims = {claim.sequence: claim for own in drafts.values() for claim in self._measured(own)}
        for one in found:
            if isinstance(one, Claim):
                yield one.row, one.sequence, one
            elif one.sequence in claims:
                yield one.row, one.sequence, claims[one.sequence]
            else:  # nobody has a weight above zero: the next step, or another rule
                again = self.of(one.row, one.sequence, at_once=False)
                yield one.row, one.sequence, again if isinstance(again, Claim) else None

    def _tried(
        self, rule: ReadyRule, number: int, views: Views, *, at_once: bool
    ) -> Claim | Draft | Literal["alone"] | None:
        """What a step makes of a fact; None where nobody is there, `alone` where the step decides one by one."""
        eligible = rule.tiers[number].filter.field(views).eligible
        if not eligible:
            return None
        step, case = self._step(rule, number), views.case
        tier = rule.checked.tiers[number]
        alone = self._shared is SHARED_TOGETHER and (tier.further or tier.level is not None)
        if alone or step.sharing not in self._shared:
            return "alone"
        if step.weight is None:
            return Claim(case.row, case.key, case.sequence, step, eligible, (1,) * len(eligible), _NO_SCORES)
        draft = Draft(case.row, case.key, case.sequence, step, eligible)
        if at_once and self._can_be_read_at_once(step):
            return draft
        ev = self._assigner.ev
        values = [ev.value(step.weight, views.of(rep)) for rep in eligible]
        den = lcm(*(value.denominator for value in values if value is not None))
        whole = [0 if value is None else value.numerator * (den // value.denominator) for value in values]
        known = np.array([value is not None for value in values], dtype=np.bool_)
        return _claim(draft, whole_numbers(whole), den, known)

    def _step(self, rule: ReadyRule, number: int) -> Step:
        place = rule.checked.name, number
        if place not in self._steps:
            made, tier, terms = self._assigner, rule.checked.tiers[number], self._terms
            said = "" if tier.weight is None else say_now(tier.weight, made.policy.currency)
            self._steps[place] = Step(
                rule.checked.name, number + 1, made.assign.kind, tier.sharing, rule.tiers[number].place, tier.weight,
                said, terms.named, terms.zero_counts, terms.band if tier.sharing == "best" else None,
            )  # fmt: skip
        return self._steps[place]

    # --- at once -----------------------------------------------------------------------------------------

    def _can_be_read_at_once(self, step: Step) -> bool:
        if step.pool not in self._at_once:
            assert step.weight is not None
            policy = self._assigner.policy
            looks = looks_at_assignments(policy, step.weight, step.kind) or reads_lots(policy, step.weight)
            self._at_once[step.pool] = not looks
        return self._at_once[step.pool]

    def _measured(self, drafts: Sequence[Draft]) -> Iterator[Claim]:
        """The claims of the drafts of one step, without those where nobody has a weight."""
        begin, pairs = 0, 0
        for end, draft in enumerate(drafts, start=1):
            pairs += len(draft.reps)
            if pairs >= _MOST_PAIRS or end == len(drafts):
                yield from self._read(drafts[begin:end], pairs)
                begin, pairs = end, 0

    def _read(self, drafts: Sequence[Draft], pairs: int) -> Iterator[Claim]:
        step = drafts[0].step
        assert step.weight is not None
        if self._columns is None:
            self._columns = Columns(self._assigner.policy, self._assigner.ev.world.facts)
        counts = [len(draft.reps) for draft in drafts]
        rows = np.repeat(np.array([draft.row for draft in drafts], dtype=np.int64), counts)
        reps = np.fromiter((rep for draft in drafts for rep in draft.reps), dtype=np.int64, count=pairs)
        start = np.full(pairs, BEGINNING, dtype=np.int64)
        frame = Frame({step.kind: rows, "rep": reps}, start, np.full(pairs, self._at + 1, dtype=np.int64))
        column = self._columns.column(step.weight, frame)
        shared = column.unified() or column
        known = np.ones(pairs, dtype=np.bool_) if shared.known is None else shared.known
        begin = 0
        for draft, count in zip(drafts, counts, strict=True):
            end = begin + count
            num, den = shared.num[begin:end], shared.den
            if not isinstance(den, int):
                own: Index = den[begin:end]
                whole = lcm(*own.tolist())
                num = whole_numbers([n * (whole // d) for n, d in zip(num.tolist(), own.tolist(), strict=True)])
                den = whole
            claim = _claim(draft, num, den, known[begin:end])
            if claim is not None:
                yield claim
            begin = end


def _claim(draft: Draft, scores: IntArray, den: int, known: IntArray) -> Claim | None:
    """The claim of those who take part: with a measure, and for shares by weight one above zero; None: nobody."""
    best = draft.step.sharing in _MEASURED
    least = 0 if draft.step.zero_counts else 1
    kept = known if best else known & np.asarray(scores >= least, dtype=np.bool_)
    reps = draft.reps
    if not kept.all():
        places: list[int] = np.flatnonzero(kept).tolist()
        reps, scores = tuple(reps[place] for place in places), scores[kept]
    if not reps:
        return None
    weights = (1,) * len(reps) if best else _weights(scores.tolist())
    if draft.step.sharing not in SHARED_TOGETHER:  # a load, or tickets: not what fits best
        scores, den = _NO_SCORES, 1
    return Claim(draft.row, draft.key, draft.sequence, draft.step, reps, weights, scores, den)


def _weights(scores: Sequence[int]) -> tuple[int, ...]:
    """Whole weights in these proportions; zeros, which are there where they count, are the mean of the others."""
    weighing = [score for score in scores if score]
    if len(weighing) == len(scores):
        return tuple(scores)
    total, count = sum(weighing), len(weighing)
    return tuple(score * count or total for score in scores) if weighing else (1,) * len(scores)
