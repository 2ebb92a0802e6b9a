"""Chains of managers on columns: everybody above a person, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...dsl import checked as c
from ..arrays.integers import Index
from ..arrays.ordering import distinct
from ..frames import Frame

if TYPE_CHECKING:
    from .columnar import Columns

__all__ = ["above"]


def above(ev: Columns, next_up: c.Expr, frame: Frame, person: Index, place: Index) -> tuple[Index, Index, Index]:
    """Everybody above each person, and for each of them the place of the reader; last, the places in a circle.

    `person`: one row of `rep` a reader of `frame`, as of whose window `next_up` is read; `place`: what stands for
    the reader. A chain ends with somebody who has no manager, or before it would come to anybody a second time:
    then it runs in a circle. Work is done once for each person and window.
    """
    first, of_reader = distinct(person, frame.start, frame.end)
    starts, ends = frame.start[first], frame.end[first]
    levels = [person[first]]
    live = np.arange(len(first), dtype=np.int64)
    circling = np.zeros(len(first), dtype=np.bool_)
    while True:
        at = Frame({"rep": levels[-1][live]}, starts[live], ends[live])
        found = ev.rows(next_up, at)
        again = np.zeros(len(live), dtype=np.bool_)
        for level in levels:
            again |= (found == level[live]) & (found >= 0)
        circling[live[again]] = True
        kept = (found >= 0) & ~again
        live = live[kept]
        if not len(live):
            break
        level = np.full(len(first), -1, dtype=np.int64)
        level[live] = found[kept]
        levels.append(level)
    people, places = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for level in levels[1:]:
        met = level[of_reader]
        there = np.flatnonzero(met >= 0)
        people.append(met[there])
        places.append(place[there])
    return np.concatenate(people), np.concatenate(places), place[circling[of_reader]]
