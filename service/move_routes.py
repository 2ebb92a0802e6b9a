"""Moves over HTTP: what people do with facts that were given out, and what lies in the public pool."""

from __future__ import annotations

import asyncio
from json.encoder import encode_basestring
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from ..engine.life.events import Move
from .change_schemas import BatchAnswer, BatchAnswered, BatchRequest, MoveAnswer, MoveRequest, Pool, PoolFact
from .database import StoreUnavailable
from .exact_request import Entrance, exact_route
from .journal.fold import Fold
from .observing.seen import Seen, seen_of
from .problems import Problem, documented, problem_body
from .recording import Recorder
from .schemas import DecisionRequest, ProblemDetails

__all__ = ["move_routes"]

_Word = Annotated[
    Literal["accept", "decline", "confirm", "release", "return", "transfer", "override", "claim", "extend", "close"],
    Path(description="what is done"),
]
_Kind = Annotated[str, Path(description="the kind of fact", examples=["lead"])]
_Key = Annotated[str, Path(description="the key of the fact", examples=["L00001"])]
_Name = Annotated[str, Path(description="the `decision_id` of an answer", examples=["De6da0817f0bd"])]
_REFUSED = (
    "not-json", "unknown-point", "unknown-fact", "move-refused", "superseded", "request-id-taken", "too-large",
    "not-json-type", "bad-request", "store-unavailable",
)  # fmt: skip


def move_routes(recorder: Recorder, entrance: Entrance, most_bytes: int, most_bulk_bytes: int) -> APIRouter:
    """The routes of moves, of the pool, and of many decisions at once."""
    router = APIRouter(route_class=exact_route(entrance, most_bytes), tags=["decisions"])
    bulk = APIRouter(route_class=exact_route(entrance, most_bulk_bytes), tags=["decisions"])
    desk = recorder.desk

    @bulk.post(
        "/v1/decisions/{name}/batch",
        operation_id="decide_batch",
        summary="Who gets each of these facts?",
        responses=documented("not-json", "too-large", "not-json-type", "bad-request"),
        response_model=BatchAnswer,
    )
    async def decide_batch(name: _Kind, body: BatchRequest) -> Response:
        """Decides facts in their order, each with a request id of its own; those that are refused stop no others."""
        found = await desk.decide_all(name, [_asked(one) for one in body.decisions])
        answers = [_answered(one.request_id, made) for one, made in zip(body.decisions, found, strict=True)]
        return Response(b'{"answers":[%s]}' % b",".join(answers), media_type="application/json")

    router.include_router(bulk)

    @router.post(
        "/v1/facts/{kind}/{key:path}/{word}",
        operation_id="move_fact",
        summary="Somebody does something with a fact",
        responses=documented(*_REFUSED),
    )
    async def move_fact(kind: _Kind, key: _Key, word: _Word, body: MoveRequest, request: Request) -> MoveAnswer:
        """Accept or decline an offer; confirm, release, extend or close what one has; transfer it, claim it from the
        pool, or override the rules, with a reason. It is recorded before it is answered, as decisions are."""
        return await _moved(recorder, seen_of(request.scope), kind, key, word, body)

    @router.post(
        "/v1/decisions/{name}/{word}",
        operation_id="move_decision",
        summary="Somebody does something with the fact of a decision",
        responses=documented("unknown-decision", *_REFUSED),
    )
    async def move_decision(name: _Name, word: _Word, body: MoveRequest, request: Request) -> MoveAnswer:
        """As `/v1/facts/{kind}/{key}/{word}`, but only if no later decision was made about the fact."""
        told = await asyncio.to_thread(desk.told, name)
        asked = body.model_copy(update={"decision_id": name})
        return await _moved(recorder, seen_of(request.scope), told.kind, told.key, word, asked)

    @router.get(
        "/v1/pool/{kind}",
        operation_id="read_pool",
        summary="The public pool",
        responses=documented("unknown-point", "store-unavailable"),
    )
    async def read_pool(kind: _Kind) -> Pool:
        """What may be claimed, as of the last entry of the log."""

        facts = await recorder.look(lambda fold: fold.floor.open_to_all(kind))
        return Pool(
            point=kind,
            facts=[
                PoolFact(key=key, since=recorder.shown(stay.changed), passed=[rep for rep, _ in stay.passed])
                for key, stay in facts
            ],
        )

    return router


async def _moved(recorder: Recorder, seen: Seen, kind: str, key: str, word: str, body: MoveRequest) -> MoveAnswer:
    said = {
        name: value for name, value in body.model_dump(exclude={"request_id", "decision_id", "at"}).items() if value
    }
    move = Move(recorder.moment(body.at), kind, key, word, **said)

    def guard(fold: Fold) -> Problem | None:
        objection = recorder.desk.guarded(fold, kind, move.at, body.at) if kind in fold.floor.points else None
        if objection is not None or body.decision_id is None:
            return objection
        stay = fold.floor.stay(kind, key) if kind in fold.floor.policy.kinds else None
        last = stay.decision if stay is not None else ""
        if last == body.decision_id:
            return None
        detail = f"{kind} `{key}` has a later decision than {body.decision_id}: see /v1/decisions/{last}"
        if not last:
            detail = f"{kind} `{key}` has no decision `{body.decision_id}`"
        return Problem("superseded", detail, decision_id=last or None)

    asked = ["move", kind, key, word, body.model_dump(exclude={"request_id"})]
    entry = await recorder.record(seen, body.request_id, asked, move, guard)
    return MoveAnswer.model_validate(
        {"number": entry.number, "point": kind, "key": key, "word": word, **recorder.came(entry)}
    )


def _asked(one: DecisionRequest) -> dict[str, object]:
    """A request of several as it would have come alone."""
    named: dict[str, object] = {"request_id": one.request_id, "fact": one.fact}
    return named if one.at is None else {**named, "at": one.at}


def _answered(request_id: str, found: bytes | Exception) -> bytes:
    """`BatchAnswered` as JSON: the short answer as it would have been given alone, or a problem."""
    match found:
        case bytes():
            return b'{"request_id":%s,"decision":%s,"problem":null}' % (encode_basestring(request_id).encode(), found)
        case Problem():
            problem = ProblemDetails.model_validate(problem_body(found))
        case StoreUnavailable():
            problem = ProblemDetails.model_validate(problem_body(Problem("store-unavailable", str(found))))
        case _:
            raise found
    return BatchAnswered(request_id=request_id, decision=None, problem=problem).model_dump_json().encode()
