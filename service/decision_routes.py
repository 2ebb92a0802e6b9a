"""Decisions over HTTP: ask for one, look one up, and the commitments that make draws verifiable."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request

from .clock import shown_moment
from .decision_log import Entry
from .desk import Desk, decision_of
from .exact_request import Entrance, exact_route
from .observing.seen import seen_of
from .problems import documented
from .schemas import DecisionAnswer, DecisionExplained, DecisionRequest
from .service_schemas import Commitments

__all__ = ["decision_routes"]

_SHORT = tuple(DecisionAnswer.model_fields)
# One name for both: to OpenAPI, paths that differ in the name of a parameter only are the same path.
_PointPath = Annotated[str, Path(description="the kind of fact to decide", examples=["lead"])]
_IdPath = Annotated[str, Path(description="the `decision_id` of an answer", examples=["De6da0817f0bd"])]
_Explain = Annotated[Literal["short", "full"], Query(description="`full`: with everything that led to it")]


def decision_routes(desk: Desk, entrance: Entrance, most_bytes: int) -> APIRouter:
    """The routes of a desk."""
    router = APIRouter(route_class=exact_route(entrance, most_bytes), tags=["decisions"])
    in_turn = CapacityLimiter(1)  # requests wait here, first come first served, and hold no thread meanwhile

    @router.post(
        "/v1/decisions/{name}",
        operation_id="decide",
        summary="Who gets this fact?",
        responses=documented(
            "not-json", "unknown-point", "request-id-taken", "decided-already", "fact-loaded", "not-in-force",
            "too-large", "not-json-type", "bad-request", "bad-fact", "not-supported", "store-unavailable",
        ),
    )  # fmt: skip
    async def decide(name: _PointPath, body: DecisionRequest, request: Request) -> DecisionAnswer:
        """Decides a fact, and records it before it answers. The same `request_id` always gets the same answer;
        so send a request that had no answer again with the same id."""
        seen = seen_of(request.scope)
        seen.request_id = body.request_id
        entry = await to_thread.run_sync(desk.decide, name, body, limiter=in_turn)
        seen.entry = entry.number
        return _short(entry)

    @router.get(
        "/v1/decisions/{name}",
        operation_id="read_decision",
        summary="A decision that was made",
        responses=documented("unknown-decision", "bad-request", "store-unavailable"),
        response_model=DecisionExplained | DecisionAnswer,
        response_model_exclude_unset=True,
    )
    def read_decision(name: _IdPath, explain: _Explain = "short") -> DecisionAnswer:
        """The answer as it was given; with `explain=full` its rules, candidates, credits, and place in the log."""
        entry = desk.entry(name)
        return _short(entry) if explain == "short" else _full(entry, desk)

    @router.get("/v1/draws", operation_id="read_draws", summary="Commitments and keys of random draws")
    def read_draws() -> Commitments:
        """For each period the commitment to its key of draws, and the key itself once a day has passed since its
        end: with it, and the record in a decision's explanation, anyone can check a draw."""
        return Commitments(periods=desk.draws.published())

    return router


def _short(entry: Entry) -> DecisionAnswer:
    made = decision_of(entry)
    return DecisionAnswer.model_validate({name: made[name] for name in _SHORT})


def _full(entry: Entry, desk: Desk) -> DecisionExplained:
    made: dict[str, Any] = decision_of(entry)
    kept = (*_SHORT, "sequence", "place", "skipped_rules", "tried")
    about = {
        "request_id": entry.request_id,
        "point": entry.point,
        "key": entry.key,
        "at": shown_moment(entry.at, desk.zone),
        "facts_hash": entry.facts_hash,
        "fact": json.loads(entry.fact, parse_float=Decimal),
        "log": {
            "number": entry.number,
            "recorded": entry.recorded,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
        },
    }
    return DecisionExplained.model_validate({name: made[name] for name in kept} | about)
