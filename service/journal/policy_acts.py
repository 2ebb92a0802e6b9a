"""What is done with policies: who published which and why, and which are to take over.

An act is one of `publish`; `activate` and `plan` (now, or from `at` on); `withdraw` and `refused` (of a plan, by its
number). Policies take over by entries of the journal alone: that of an `activate` has its request id, that of a plan
the id `entry_id` of its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from .rows import PLANNED, driver
from .tables import policy_acts

__all__ = ["Act", "act_of_request", "acts", "add_act", "due_plans", "entry_id", "plan_of"]

_FIELDS = ("number", "act", "hash", "at", "plan", "request_id", "by", "note", "recorded")
_COLUMNS = [policy_acts.c[name] for name in _FIELDS]
_PREFIX = "activate "
_OPEN = """
SELECT p.number, p.act, p.hash, p.at, p.plan, p.request_id, p."by", p.note, p.recorded FROM policy_acts p
WHERE p.act = 'plan' AND p.at <= {mark}
AND NOT EXISTS (SELECT 1 FROM policy_acts o WHERE o.plan = p.number)
AND NOT EXISTS (SELECT 1 FROM journal j WHERE {planned} AND j.request_id = '{prefix}' || p.number)
ORDER BY p.at, p.number
"""
_STATEMENTS = {
    "sqlite": _OPEN.format(mark="?", prefix=_PREFIX, planned=PLANNED.format("j.request_id")),
    "postgresql": _OPEN.format(mark="%s", prefix=_PREFIX, planned=PLANNED.format("j.request_id")),
}


class Act(NamedTuple):
    """An act: `at` in seconds by the policy's clocks, `plan` the number of the plan that it ends, `by` whose key."""

    number: int
    act: str
    hash: str
    at: int | None
    plan: int | None
    request_id: str | None
    by: str
    note: str
    recorded: str


def entry_id(plan: int) -> str:
    """The request id of the entry by which a planned policy takes over; no request of others has a blank in its id."""
    return f"{_PREFIX}{plan}"


def plan_of(request_id: str) -> int | None:
    """The number of the plan whose entry has a request id; None where it is no such id."""
    number = request_id.removeprefix(_PREFIX)
    return int(number) if number != request_id and number.isdigit() else None


def add_act(
    tx: Connection, act: str, hash_: str, by: str, note: str, recorded: str, *, at: int | None = None,
    plan: int | None = None, request_id: str | None = None,
) -> Act:  # fmt: skip
    """Write an act; for a transaction that alone writes."""
    number = tx.execute(select(func.coalesce(func.max(policy_acts.c.number), 0))).scalar_one() + 1
    made = Act(number, act, hash_, at, plan, request_id, by, note, recorded)
    tx.execute(insert(policy_acts), made._asdict())
    return made


def acts(tx: Connection) -> list[Act]:
    """All acts, in their order."""
    return [Act(*row) for row in tx.execute(select(*_COLUMNS).order_by(policy_acts.c.number))]


def act_of_request(tx: Connection, request_id: str) -> Act | None:
    """The act of a request; None where there is none."""
    row = tx.execute(select(*_COLUMNS).where(policy_acts.c.request_id == request_id)).first()
    return None if row is None else Act(*row)


def due_plans(tx: Connection, now: int) -> Sequence[Act]:
    """The plans whose moment has come and of which nothing has become yet, in the order of their moments."""
    return [Act(*row) for row in driver(tx).execute(_STATEMENTS[tx.dialect.name], (now,)).fetchall()]
