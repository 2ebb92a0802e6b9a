"""Balances on whole columns: what limits that carry pay the members of a scheme, period after period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...dsl import checked as c
from ..arrays.exact import Column
from ..arrays.integers import Index, IntArray, narrow
from ..calendar.days import SECONDS_PER_DAY
from ..columns.columnar import Columns
from ..frames import Frame, known_of
from .carry import Steps, settle_columns
from .chain import accounts_under

__all__ = ["Balance", "carried", "first_credit", "turns_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """A balance of each cell in minor units, before and after its period; `number` among those of a component."""

    component: str
    number: int
    clause: c.AtMost | c.AtLeast
    before: IntArray
    after: IntArray


def turns_of(rep: Index) -> list[Index]:
    """The cells (by rep, then period) in waves: the first of each rep, then the second of each, and so on."""
    if not len(rep):
        return []
    fresh = np.r_[True, rep[1:] != rep[:-1]]
    starts = np.flatnonzero(fresh)
    place = np.arange(len(rep)) - np.repeat(starts, np.diff(np.r_[starts, len(rep)]))
    order = np.argsort(place, kind="stable")
    bounds = np.flatnonzero(np.r_[True, np.diff(place[order]) > 0, True])
    return [order[low:high].astype(np.int64) for low, high in pairwise(bounds.tolist())]


def carried(
    ev: Columns, clause: c.AtMost | c.AtLeast, value: Column, frame: Frame, begin: int, steps: Steps
) -> tuple[Column, IntArray, IntArray]:
    """What a limit that carries pays in each cell, and its balance before and after.

    The cells are in order of rep, then time; all of a rep's from the day `begin` of the balance. Nothing moves where
    something is missing, and nothing stays open before `begin`.
    """
    assert clause.carry is not None
    rows = len(frame)
    floor, amount = isinstance(clause, c.AtLeast), clause.carry.type.name == "money"
    reads_balance = any(isinstance(node, c.Owed) for node in c.walk(clause))
    whole = None if reads_balance else (ev.column(clause.limit, frame), ev.column(clause.carry, frame))
    rep = frame.rows["rep"]
    balances = np.zeros(int(rep.max(initial=-1)) + 1, dtype=np.object_)
    paid, before, after = (np.zeros(rows, dtype=np.object_) for _ in range(3))
    known = np.zeros(rows, dtype=np.bool_)
    counts = frame.end // SECONDS_PER_DAY > begin
    for cells in turns_of(rep):
        owed = Column.of(narrow(balances[rep[cells]]))
        if whole is None:
            own = frame.only(cells).owing(owed)
            limit, carry = ev.column(clause.limit, own), ev.column(clause.carry, own)
        else:
            limit, carry = whole[0].take(cells), whole[1].take(cells)
        made, left = settle_columns(
            floor, value.take(cells), limit, carry, amount=amount, before=owed, steps=steps
        )  # fmt: skip
        there = known_of(made, len(cells)) & known_of(left, len(cells))
        before[cells] = owed.num
        after[cells] = np.where(counts[cells], np.where(there, left.num, owed.num), 0)
        paid[cells] = np.where(there, made.num, 0)
        known[cells] = there
        balances[rep[cells]] = after[cells]
    result = Column.of(narrow(paid)) if known.all() else Column.of(narrow(paid)).with_known(known)
    return result, narrow(before), narrow(after)


def first_credit(ev: Columns, scheme: c.Scheme) -> int | None:
    """The day of the first credit to any account that the scheme reads."""
    ledgers = [ev.ledger(name) for name in accounts_under(ev.policy, scheme)]
    firsts = [int(ledger.times.min()) // SECONDS_PER_DAY for ledger in ledgers if len(ledger)]
    return min(firsts, default=None)
