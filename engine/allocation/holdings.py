"""Holdings: what everybody holds now, who else may have it, and what each fact counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import whole_numbers
from ..assigning.assignment import Assigner
from ..assigning.case import Case, Views
from ..calendar.windows import BEGINNING
from ..columns.columnar import Columns
from ..frames import Frame
from ..turns.credit_unit import units_in_one
from .claims import SHARED_TOGETHER, Claim, Claims, Draft, Step
from .owed import Owed

__all__ = [
    "EVERY_SHARING", "GroupsFirst", "Holding", "LotsRead", "MissingLoad", "costs_of_moving", "holdings", "loads_of",
    "must_be_evened_out", "owed_by_load",
]  # fmt: skip

EVERY_SHARING = SHARED_TOGETHER | {"fewest", "random", "deck"}
"""The words that share among several reps: whoever is eligible there may be given a fact."""


class MissingLoad(ValueError):
    """A fact whose load is missing, below zero, or too fine."""


class GroupsFirst(ValueError):
    """A step chooses a group before a rep: what each rep is to hold follows from no shares of reps alone."""

    help = "even out each group by itself, by a policy whose steps name one with `where`"

    def __init__(self, rule: str) -> None:
        super().__init__(f"`{rule}` chooses a group first (`within`), and loads are evened out among reps")


class LotsRead(ValueError):
    """Lots decide who may have a fact, and what evens out has no key to draw them with."""

    help = "even out by a policy without them, or with `where` on a column that says the group"

    def __init__(self, name: str) -> None:
        super().__init__(f'`lot("{name}")` decides who may have a fact, and there is no key here to draw it with')


def must_be_evened_out(assign: c.Assign) -> None:
    """That no step chooses a group first, and none reads a lot. Raises `GroupsFirst`, `LotsRead`."""
    if assign.lots:
        raise LotsRead(assign.lots[0])
    for rule in (*assign.rules, assign.otherwise):
        if any(tier.level is not None for tier in rule.tiers):
            raise GroupsFirst(rule.name)


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """A fact with its owner. `claim`: who may have it, the owner too, in the declared order; `owner`: the place there.

    `shared` has the weights of those who may have it by the rules; the owner has none where the rules say no.
    """

    claim: Claim
    owner: int
    load: int
    shared: Mapping[int, int]


def holdings(
    assigner: Assigner, rows: Sequence[tuple[int, int]], at: int, loads: Sequence[int], place_of: Mapping[int, int]
) -> list[Holding]:
    """What is held, in the order of the rows: pairs of row and owner; `loads` of each."""
    reader = Claims(assigner, at, EVERY_SHARING)
    found: dict[int, Claim] = {}
    drafts: list[Claim | Draft] = []
    for number, (row, _) in enumerate(rows):
        one = reader.of(row, number)
        if one is not None:
            drafts.append(one)
    for _, number, claim in reader.completed(drafts):
        if claim is not None:  # moves look at what fits best, not at weights
            found[number] = claim if claim.step.sharing == "best" else replace(claim, scores=claim.scores[:0])
    return [
        _holding(assigner, number, row, owner, at, load, found.get(number), place_of)
        for number, ((row, owner), load) in enumerate(zip(rows, loads, strict=True))
    ]


def _holding(
    assigner: Assigner,
    number: int,
    row: int,
    owner: int,
    at: int,
    load: int,
    claim: Claim | None,
    place_of: Mapping[int, int],
) -> Holding:
    kind = assigner.assign.kind
    key = assigner.ev.world.key(kind, row)
    if claim is None:
        step = Step("", 0, kind, "", "", None, "")
        alone = Claim(row, key, number, step, (owner,), (1,), np.zeros(0, dtype=np.int64))
        return Holding(alone, 0, load, {owner: 1})
    shared = dict(zip(claim.reps, claim.weights, strict=True))
    if owner in shared:
        return Holding(claim, claim.reps.index(owner), load, shared)
    reps = tuple(sorted((*claim.reps, owner), key=place_of.__getitem__))
    own = reps.index(owner)
    scores, den = claim.scores, claim.den
    if len(scores):
        value = _own_score(assigner, claim, owner, at)
        if value is None:
            value = Fraction(int(scores.min()), den)
        whole = lcm(den, value.denominator)
        scores = whole_numbers([score * (whole // den) for score in scores.tolist()])
        scores, den = np.insert(scores, own, value.numerator * (whole // value.denominator)), whole
    weights = tuple(shared.get(rep, 0) for rep in reps)
    return Holding(replace(claim, reps=reps, weights=weights, scores=scores, den=den), own, load, shared)


def _own_score(assigner: Assigner, claim: Claim, owner: int, at: int) -> Fraction | None:
    """What an owner scores whom the rules would not give the fact to."""
    weight = claim.step.weight
    assert weight is not None
    views = Views(Case(claim.step.kind, claim.row, claim.key, at, claim.sequence))
    value = assigner.ev.value(weight, views.of(owner))
    return None if value is None else Fraction(value)


def loads_of(
    policy: c.Policy, assign: c.Assign, assigner: Assigner, rows: Sequence[int], at: int
) -> tuple[list[int], int]:
    """What each row counts, in whole numbers over a denominator of its type; one each where the policy says nothing.

    Raises `MissingLoad`.
    """
    if assign.fair_in is None:
        return [1] * len(rows), 1
    end = np.full(len(rows), at + 1, dtype=np.int64)
    frame = Frame({assign.kind: np.array(rows, dtype=np.int64)}, np.full(len(rows), BEGINNING, dtype=np.int64), end)
    values = Columns(policy, assigner.ev.world.facts).column(assign.fair_in, frame).to_fractions()
    for row, value in zip(rows, values, strict=True):
        if value is None or value < 0:
            what = "is missing" if value is None else "is below zero"
            key = assigner.ev.world.key(assign.kind, row)
            raise MissingLoad(f"what `{key}` counts {what}, and it has to be shared out by that")
    den = units_in_one(assign.fair_in.type)
    for row, value in zip(rows, values, strict=True):
        if value is not None and (value * den).denominator != 1:
            key = assigner.ev.world.key(assign.kind, row)
            raise MissingLoad(f"what `{key}` counts is finer than 1/{den:,} of a unit")
    return [int(value * den) for value in values if value is not None], den


def owed_by_load(held: Sequence[Holding]) -> dict[int, Owed]:
    """What each rep is owed of all loads together: the shares of each fact times its load."""
    owed: dict[int, Owed] = {}
    for one in held:
        total = sum(one.shared.values())
        for rep, weight in one.shared.items():
            owed.setdefault(rep, Owed()).add(weight * one.load, total)
    return owed


def costs_of_moving(assign: c.Assign, assigner: Assigner, held: Sequence[Holding], at: int) -> tuple[list[int], int]:
    """What it costs to take each fact from its owner, in whole numbers over a common denominator."""
    if assign.moving is None:
        return [1] * len(held), 1
    values: list[Fraction] = []
    for one in held:
        views = Views(Case(assign.kind, one.claim.row, one.claim.key, at, one.claim.sequence))
        value = assigner.ev.value(assign.moving, views.of(one.claim.reps[one.owner]))
        if value is None or value < 0:
            what = "is missing" if value is None else "is below zero"
            raise MissingLoad(f"what it costs to move `{one.claim.key}` {what}")
        values.append(Fraction(value))
    den = lcm(*(value.denominator for value in values))
    return [int(value * den) for value in values], den
