"""The invented year of `fairness.py` through a whole policy: reps with histories, leads as facts, caps by the hour."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd

from meed.dsl.checker import check
from meed.dsl.source import SourceFile
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.fairness.assignment_fairness import AssignmentCount
from meed.engine.fairness.decided import Decided
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import frames_in
from meed.engine.life.stream import replay

__all__ = ["POLICY", "through_policy"]

POLICY = """policy "A year" { currency: USD }
facts standard
facts rep { strength: count }
credit received to lead.owner on lead.assigned = 1
assign lead {
  needs rep.on_duty and (received over day) < rep.capacity
  otherwise to any rep where lead.industry in rep.skills  by capability_weighted rep.strength
  if nobody hold "desk"
}
"""
_FIRST = pd.Timestamp("2026-01-01")
_SECONDS = 86_400


def through_policy(stream: Any) -> dict[str, Any]:
    """What it comes to, counted again from the decisions; the stream is one of `fairness.py`."""
    policy = check(SourceFile("year.meed", POLICY)).policy
    assert policy is not None
    frames = {"rep": _reps(stream), "lead": _leads(stream)}
    facts, report = open_facts(policy, frames_in(frames), "assign", strict=True)
    assert not report.problems
    began, counted, done = time.perf_counter(), AssignmentCount(), 0
    for made, _ in replay(policy, facts, DrawKeys(bytes(32))):
        for decision in made.decisions[done:]:
            counted.add(Decided.of(decision))
        done = len(made.decisions)
    fair = counted.made(draws=99)
    pool = fair.pools[0]
    return {
        "assigned": fair.assigned,
        "held": fair.decided - fair.assigned,
        "ahead": _thousandths(max(rep.most_ahead for rep in pool.reps)),
        "behind": _thousandths(max(rep.most_behind for rep in pool.reps)),
        "promised": f"-{_thousandths(pool.promised.over)} .. +{_thousandths(pool.promised.under)}",
        "within": not fair.defects,
        "seconds": round(time.perf_counter() - began, 1),
    }


def _thousandths(value: Any) -> str:
    return f"{-(-value.numerator * 1000 // value.denominator) / 1000:.3f}"


def _reps(stream: Any) -> pd.DataFrame:
    """A row for each stretch of days on which a rep is the same."""
    rows: list[dict[str, Any]] = []
    days = len(stream.there)
    for rep, (capacity, knows) in enumerate(zip(stream.capacity, stream.knows, strict=True)):
        begun = 0
        for day in range(1, days + 1):
            if day < days and stream.there[day][rep] == stream.there[begun][rep]:
                continue
            weight = stream.there[begun][rep]
            rows.append(
                {
                    "id": f"R{rep:03}", "on_duty": "yes" if weight else "no", "strength": weight, "capacity": capacity,
                    "skills": "; ".join(f"trade {trade}" for trade in sorted(knows)),
                    "valid_from": (_FIRST + pd.Timedelta(days=begun)).strftime("%Y-%m-%d"),
                }
            )  # fmt: skip
            begun = day
    return pd.DataFrame(rows)


def _leads(stream: Any) -> pd.DataFrame:
    seconds = [lead * len(stream.there) * _SECONDS // len(stream.trades) for lead in range(len(stream.trades))]
    return pd.DataFrame(
        {
            "id": [f"L{lead:06}" for lead in range(len(stream.trades))],
            "created": [(_FIRST + pd.Timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S") for at in seconds],
            "industry": [f"trade {trade}" for trade in stream.trades],
        }
    )
