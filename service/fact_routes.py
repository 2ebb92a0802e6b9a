"""Facts over HTTP: what is new or changed of reps, deals, leads and the rest, and what was said of a fact so far."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from ..engine.life.events import Arrive, Change, Changes, Fire, Move
from ..engine.life.refused import Refused
from ..engine.life.stay import Holding, Stay
from .change_schemas import FactRefused, FactShown, FactsRequest, FactsTaken, FactVersion, HoldingShown
from .exact_request import Entrance, exact_route
from .journal.entries import Entry
from .journal.fold import Fold, said
from .observing.seen import seen_of
from .problems import Problem, documented, problem_body
from .recording import Recorder
from .refusals import field_errors
from .schemas import FieldError, ProblemDetails

__all__ = ["fact_routes"]

_MOST_VERSIONS = 100
_Kind = Annotated[str, Path(description="the kind of fact", examples=["rep"])]
_Key = Annotated[str, Path(description="the key of the fact", examples=["R007"])]


def fact_routes(recorder: Recorder, entrance: Entrance, most_bytes: int, most_rows: int) -> APIRouter:
    """The routes of facts."""
    router = APIRouter(route_class=exact_route(entrance, most_bytes), tags=["facts"])

    @router.post(
        "/v1/facts/{kind}",
        operation_id="put_facts",
        summary="Facts that are new or changed",
        responses=documented(
            "not-json", "unknown-kind", "request-id-taken", "too-large", "not-json-type", "bad-request", "bad-facts",
            "store-unavailable",
        ),
    )  # fmt: skip
    async def put_facts(kind: _Kind, body: FactsRequest, request: Request) -> FactsTaken:
        """Facts whose key is known are changed in the columns given; others are new, and need every column that the
        policy reads. All of them are taken or none, with every column at fault named; `each` takes those that can
        be used. A fact that is to be given out is not put here but asked about: `POST /v1/decisions/{kind}`."""
        if len(body.facts) > most_rows:
            detail = f"the request has {len(body.facts):,} facts, at most {most_rows:,} are taken"
            raise Problem("too-large", detail)
        return await _put(recorder, request, kind, body)

    @router.get(
        "/v1/facts/{kind}/{key:path}",
        operation_id="read_fact",
        summary="A fact with its versions",
        responses=documented("unknown-kind", "unknown-fact", "store-unavailable"),
    )
    async def read_fact(kind: _Kind, key: _Key) -> FactShown:
        """What was said of a fact since it was loaded, by which entries of the log, and who has had it."""
        found = await recorder.look(lambda fold: _found(fold, kind, key))
        entries = await asyncio.to_thread(_entries, recorder, kind, key)
        versions = [version for entry in entries if (version := _version(recorder, entry, kind, key)) is not None]
        stay = found.stay
        return FactShown(
            kind=kind,
            key=key,
            loaded=found.loaded,
            state=None if stay is None else stay.state,
            owner=found.owner,
            decision_id=None if stay is None else stay.decision or None,
            holdings=[_holding(recorder, one) for one in found.past],
            values=_latest(versions),
            versions=versions,
        )

    return router


# --- putting -------------------------------------------------------------------------------------------------


async def _put(recorder: Recorder, request: Request, kind: str, body: FactsRequest) -> FactsTaken:
    at = recorder.moment(body.at)

    def objections(fold: Fold) -> list[list[FieldError]]:
        return _objections(fold, kind, body.facts, at)

    keys = await recorder.look(lambda fold: [fold.floor.key_of(kind, fact) for fact in body.facts])
    wrong: list[list[FieldError]] = []
    if body.each or not all(keys) or len(set(keys)) < len(keys):
        wrong = await recorder.look(objections)
        if not body.each or all(wrong):
            raise _problem(wrong)
    taken = {key: fact for place, (key, fact) in enumerate(zip(keys, body.facts, strict=True))
             if not body.each or not wrong[place]}  # fmt: skip

    def guard(fold: Fold) -> Problem | None:
        found = [] if body.each else objections(fold)
        return _problem(found) if any(found) else None

    asked = ["facts", kind, body.model_dump(exclude={"request_id"})]
    entry = await recorder.record(seen_of(request.scope), body.request_id, asked, Changes(at, kind, taken), guard)
    return _taken(entry, keys, wrong)


def _taken(entry: Entry, keys: Sequence[str], wrong: Sequence[Sequence[FieldError]]) -> FactsTaken:
    """What was taken when it was asked first: the same for ever, whatever could be used by now."""
    facts = entry.said()["facts"]
    refused: list[FactRefused] = []
    for place, key in enumerate(keys):
        first = keys.index(key) == place
        if key not in facts or not first:
            errors = wrong[place] if place < len(wrong) else ()
            detail = "it could not be used when it was sent first" if not errors else f"correct `{errors[0].field}`"
            body = problem_body(Problem("bad-fact", detail, errors))
            refused.append(FactRefused(place=place, problem=ProblemDetails.model_validate(body)))
    return FactsTaken(number=entry.number, taken=len(facts), refused=refused)


def _objections(fold: Fold, kind: str, facts: Sequence[dict[str, Any]], at: int) -> list[list[FieldError]]:
    """What is wrong with each fact, in the words of the importer."""
    found: list[list[FieldError]] = []
    seen: dict[str, int] = {}
    for place, refused in enumerate(fold.floor.objections(kind, facts, at)):
        errors = [] if refused is None else _errors(refused, place)
        key = fold.floor.key_of(kind, facts[place])
        if key and (first := seen.setdefault(key, place)) != place:
            says = f"`{key}` is the key of `facts[{first}]`, too"
            errors.append(FieldError(field=f"facts[{place}]", message=says, help="say everything of a fact at once"))
        found.append(errors)
    return found


def _errors(refused: Refused, place: int) -> list[FieldError]:
    made = field_errors(refused, f"facts[{place}]")
    return made or [FieldError(field=f"facts[{place}]", message=refused.message, help=refused.help or "correct it")]


def _problem(wrong: Iterable[list[FieldError]]) -> Problem:
    errors = [error for some in wrong for error in some]
    named = ", ".join(f"`{one.field}`" for one in errors[:5])
    more = f" and {len(errors) - 5} more" if len(errors) > 5 else ""
    return Problem("bad-facts", f"correct {named}{more}", errors)


# --- reading -------------------------------------------------------------------------------------------------


class _Found:
    """What the floor knows of a fact."""

    def __init__(self, loaded: str | None, stay: Stay | None, owner: str | None, past: Sequence[Holding]) -> None:
        self.loaded, self.stay, self.owner, self.past = loaded, stay, owner, past


def _found(fold: Fold, kind: str, key: str) -> _Found:
    floor = fold.floor
    floor.key_of(kind, {})
    if not floor.knows(kind, key):
        raise Refused("unknown-fact", f"there is no {kind} `{key}`")
    table = floor.facts.tables.get(kind)
    row = table.row(key) if table is not None else None
    loaded = table.place(row) if table is not None and row is not None else None
    return _Found(loaded, floor.stay(kind, key), floor.owner(kind, key), floor.past(kind, key))


def _entries(recorder: Recorder, kind: str, key: str) -> list[Entry]:
    return recorder.desk.journal.last_about(kind, key, _MOST_VERSIONS)


def _version(recorder: Recorder, entry: Entry, kind: str, key: str) -> FactVersion | None:
    """What an entry says of a fact; None where it says nothing itself."""
    values: dict[str, Any]
    match said(entry):
        case Arrive(kind=found, fact=fact) if found == kind:
            word, values = "arrive", dict(fact)
        case Change(kind=found, key=of, values=some) if (found, of) == (kind, key):
            word, values = "change", dict(some)
        case Changes(kind=found, facts=facts) if found == kind and key in facts:
            word, values = "change", dict(facts[key])
        case Move(kind=found, key=of, word=moved) as move if (found, of) == (kind, key):
            parts = {"rep": move.rep, "to": move.to, "by": move.by, "reason": move.reason, "until": move.until}
            word, values = moved, {name: value for name, value in parts.items() if value}
        case Fire(kind=found, key=of, does=does) as fire if (found, of) == (kind, key):
            parts = {"by": "watch", "to": fire.to, "text": fire.text, "because": list(fire.because)}
            word, values = does, {name: value for name, value in parts.items() if value}
        case _:
            return None
    at = recorder.shown(entry.at)
    return FactVersion(number=entry.number, at=at, recorded=entry.recorded, event=word, values=values)


def _latest(versions: Sequence[FactVersion]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for version in reversed(versions):
        if version.event in {"arrive", "change"}:
            found.update(version.values)
    return found


def _holding(recorder: Recorder, one: Holding) -> HoldingShown:
    ended = None if one.ended is None else recorder.shown(one.ended)
    return HoldingShown(
        rep=one.rep, began=recorder.shown(one.began), came=one.came, owned=one.owned, ended=ended, how=one.how or None
    )
