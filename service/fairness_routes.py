"""Fairness over HTTP: what was decided in a period, counted anew and held against what is promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query

from ..dsl.calendar import GREGORIAN
from ..engine.calendar.days import SECONDS_PER_DAY, DayError, format_day, parse_day
from ..engine.calendar.periods import containing
from ..engine.fairness.rep_groups import UnknownAttribute, attribute_columns, group_of_reps
from ..engine.wording.spelling import did_you_mean
from .clock import Clock, local_seconds
from .desk import Desk
from .exact_request import Entrance, exact_route
from .fairness_schemas import FairnessQuery, FairnessReport
from .journal.fold import Fold
from .journal_fairness import Days, counted
from .problems import Problem, documented
from .schemas import FieldError
from .settings import Settings

__all__ = ["fairness_routes"]

_DRAWS = 999


def fairness_routes(
    desk: Desk, clock: Clock, settings: Settings, entrance: Entrance, in_turn: CapacityLimiter
) -> APIRouter:
    """The routes of fairness. `in_turn`: what takes long happens one after the other."""
    router = APIRouter(route_class=exact_route(entrance, 0), tags=["decisions"])

    @router.get(
        "/v1/fairness",
        operation_id="read_fairness",
        summary="Was it fair?",
        responses=documented("unknown-point", "too-large", "bad-request", "store-unavailable"),
    )
    async def read_fairness(asked: Annotated[FairnessQuery, Query()]) -> FairnessReport:
        """The decisions of a period counted anew from the log: every credit against the promised bound after every
        decision, draws against their tickets, evenness, waits, what stood in the way. Credits are those of all
        decisions. Nothing of what people are paid is in it."""
        days = Days(_day(asked.first, "from"), _day(asked.last, "to"))
        if days.first is not None and days.last is not None and days.last < days.first:
            raise _wrong("to", f"`{asked.last}` is before `{asked.first}`", "end a period after it begins")
        point = _point(desk, asked.kind)
        return await to_thread.run_sync(_report, desk, clock, settings, point, days, asked.by, limiter=in_turn)

    return router


def _report(desk: Desk, clock: Clock, settings: Settings, point: str, days: Days, by: Sequence[str]) -> FairnessReport:
    groups = _groups(desk, clock, days, by) if by else None
    found = counted(desk.store, desk.loaded_now(), point, days, settings.most_rows)
    made = found.made.made(groups, draws=_DRAWS, calendar=desk.policy.calendar)
    said = {
        "point": point,
        "first_day": None if days.first is None else format_day(days.first),
        "last_day": None if days.last is None else format_day(days.last),
        "number": found.number,
    }
    return FairnessReport.model_validate(said | made.as_json())


def _groups(desk: Desk, clock: Clock, days: Days, by: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """The group of every rep by attribute, as reps stand now, on the last day that is counted."""
    today = local_seconds(clock(), desk.zone) // SECONDS_PER_DAY
    day = containing("day", today if days.last is None else min(days.last, today), GREGORIAN)

    def look(fold: Fold) -> dict[str, dict[str, str]]:
        floor = fold.floor
        facts, currency = floor.facts, floor.policy.currency
        columns = attribute_columns(floor.policy.kinds["rep"], facts.table("rep").columns, by)
        return {
            name: group_of_reps(facts, name, column, day, currency, floor.ev.world) for name, column in columns.items()
        }

    try:
        return desk.journal.look(look)
    except UnknownAttribute as problem:
        raise _wrong("by", f"{problem}, or the policy decides without it", problem.help) from None


def _point(desk: Desk, kind: str | None) -> str:
    """The kind that is asked about: one that is decided here, or was by an earlier policy."""
    points = list(dict.fromkeys(assign.kind for one in (desk.policy, *desk.journal.policies) for assign in one.assigns))
    if kind is None and len(points) == 1:
        return points[0]
    named = ", ".join(f"`{one}`" for one in points)
    if kind is None:
        raise _wrong(
            "kind",
            f"several kinds of facts are decided here: {named}" if points else "nothing is decided here",
            "name one",
        )
    if kind not in points:
        advice = did_you_mean(kind, points) or f"decided are {named or 'none'}"
        raise Problem("unknown-point", f"there is no decision point `{kind}`; {advice}", points=points)
    return kind


def _day(text: str | None, field: str) -> int | None:
    try:
        return None if text is None else parse_day(text)
    except DayError as error:
        message = str(error).removesuffix(f": {error.help}")
        raise _wrong(field, message, f"write it like `{field}=2026-04-01`") from None


def _wrong(field: str, message: str, advice: str) -> Problem:
    return Problem("bad-request", f"correct `{field}`", [FieldError(field=field, message=message, help=advice)])
