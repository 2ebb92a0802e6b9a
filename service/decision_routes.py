"""Decisions over HTTP: ask for one, look one up, and the commitments that make draws verifiable."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from .clock import shown_moment
from .deciding import ROUTE
from .desk import Desk
from .exact_request import Entrance, exact_route
from .problems import documented
from .schemas import DecisionAnswer, DecisionExplained, DecisionRequest
from .service_schemas import Commitments
from .told import SHORT, Told, short_json

__all__ = ["decision_routes"]

# One name for both: to OpenAPI, paths that differ in the name of a parameter only are the same path.
_PointPath = Annotated[str, Path(description="the kind of fact to decide", examples=["lead"])]
_IdPath = Annotated[str, Path(description="the `decision_id` of an answer", examples=["De6da0817f0bd"])]
_Explain = Annotated[Literal["short", "full"], Query(description="`full`: with everything that led to it")]


def decision_routes(desk: Desk, entrance: Entrance, most_bytes: int) -> APIRouter:
    """The routes of a desk."""
    router = APIRouter(route_class=exact_route(entrance, most_bytes), tags=["decisions"])

    async def decide(name: _PointPath, body: DecisionRequest) -> DecisionAnswer:
        """Decides a fact, and records it before it answers. The same `request_id` always gets the same answer;
        so send a request that had no answer again with the same id."""
        raise NotImplementedError  # described here; requests go to `Deciding`

    router.add_api_route(
        ROUTE,
        decide,
        methods=["POST"],
        operation_id="decide",
        summary="Who gets this fact?",
        responses=documented(
            "not-json", "unknown-point", "request-id-taken", "decided-already", "has-owner", "not-in-force",
            "too-large", "not-json-type", "bad-request", "bad-fact", "store-unavailable",
        ),
    )  # fmt: skip

    @router.get(
        "/v1/decisions/{name}",
        operation_id="read_decision",
        summary="A decision that was made",
        responses=documented("unknown-decision", "bad-request", "store-unavailable"),
        response_model=DecisionExplained | DecisionAnswer,
        response_model_exclude_unset=True,
    )
    def read_decision(name: _IdPath, explain: _Explain = "short") -> Any:
        """The answer as it was given; with `explain=full` its rules, candidates, credits, and place in the log."""
        told = desk.told(name)
        if explain == "short":
            return Response(short_json({part: told.decision[part] for part in SHORT}), media_type="application/json")
        return _full(told, desk)

    @router.get("/v1/draws", operation_id="read_draws", summary="Commitments and keys of random draws")
    def read_draws() -> Commitments:
        """For each period the commitment to its key of draws, and the key itself once a day has passed since its
        end: with it, and the record in a decision's explanation, anyone can check a draw."""
        return Commitments(periods=desk.draws.published())

    return router


def _full(told: Told, desk: Desk) -> DecisionExplained:
    made, entry = told.decision, told.entry
    kept = [name for name in (*SHORT, "sequence", "place", "skipped_rules", "lots", "tried") if name in made]
    about: dict[str, Any] = {
        "request_id": entry.request_id,
        "point": told.kind,
        "key": told.key,
        "at": shown_moment(made["at"], desk.zone),
        "facts_hash": entry.facts_hash,
        "fact": entry.said().get("fact", {}),
        "log": {
            "number": entry.number,
            "recorded": entry.recorded,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
        },
    }
    if "lapses" in made:
        about["lapses"] = shown_moment(made["lapses"], desk.zone)
    if "lapses_because" in made:
        about["lapses_because"] = made["lapses_because"]
    return DecisionExplained.model_validate({name: made[name] for name in kept} | about)
