""" "Why not me?" over HTTP: what stood against a rep at a decision, and what one change would have brought."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request

from ..engine.assigning.decisions import Decision
from ..engine.intake.unreadable import Unreadable
from ..engine.life.floor import Floor
from ..engine.life.outcome import Outcome
from ..engine.life.refused import Refused
from ..engine.what_if.rep_change import ChangeRefused, RepChange, read_change
from ..engine.wording.spelling import did_you_mean
from .clock import read_moment, shown_moment
from .desk import Desk
from .exact_request import Entrance, exact_route
from .journal.fold import Fold
from .journal_fairness import must_be_few
from .journal_replayed import Replayed, replayed
from .observing.seen import seen_of
from .problems import Problem, documented
from .schemas import FieldError
from .settings import Settings
from .told import Told
from .why_not_schemas import Elsewhere, StepLookedAt, Then, WentThen, WhyNotAnswer, WhyNotQuery
from .why_not_steps import why_not_steps

__all__ = ["why_not_routes"]

_MOST_ELSEWHERE = 100
_LOST_PLUS = re.compile(r"\w+ =")
_Id = Annotated[str, Path(description="the `decision_id` of an answer", examples=["De6da0817f0bd"])]


def why_not_routes(desk: Desk, settings: Settings, entrance: Entrance, in_turn: CapacityLimiter) -> APIRouter:
    """The routes of "why not me?". `in_turn`: what takes long happens one after the other."""
    router = APIRouter(route_class=exact_route(entrance, 0), tags=["decisions"])

    @router.get(
        "/v1/decisions/{name}/why-not",
        operation_id="why_not",
        summary="Why not this rep?",
        responses=documented("unknown-decision", "unknown-fact", "too-large", "bad-request", "store-unavailable"),
    )
    async def why_not(name: _Id, asked: Annotated[WhyNotQuery, Query()], request: Request) -> WhyNotAnswer:
        """Each step that looked at the rep, with the first condition that failed or how the rep stood. With `if` the
        log is decided once more with that change, up to this decision: where the fact would have gone, what the rep
        would have received, which facts would be with somebody else. Draws come out as they did. Nothing is
        recorded."""
        if asked.since is not None and not asked.changes:
            raise _wrong("since", "says from when on something is otherwise", "add `if=COLUMN=VALUE`")
        if not asked.changes:
            return await to_thread.run_sync(_told, desk, name, asked.rep)
        with entrance.lanes["working"].place(seen_of(request.scope).holder.id):
            return await to_thread.run_sync(_with_change, desk, settings, name, asked, limiter=in_turn)

    return router


def _told(desk: Desk, name: str, rep: str) -> WhyNotAnswer:
    told = desk.told(name)
    answer = _answer(told, rep, None)
    if not answer.looked_at and not answer.received:
        desk.journal.look(lambda fold: _must_know(fold.floor, rep))
    return answer


def _with_change(desk: Desk, settings: Settings, name: str, asked: WhyNotQuery) -> WhyNotAnswer:
    told, moment, rep = desk.told(name), _moment(desk, asked.since), asked.rep
    if moment is not None and moment > told.decision["at"]:
        at = shown_moment(told.decision["at"], desk.zone)
        raise _wrong(
            "since", f"`{asked.since}` is after the decision, which was made at {at}", "name an earlier moment"
        )

    def sound(fold: Fold) -> None:
        _must_know(fold.floor, rep)
        _changes(fold.floor, rep, asked.changes)

    desk.journal.look(sound)
    must_be_few(told.entry.number, settings.most_rows)
    return _answer(told, rep, _then(replayed(desk.store, told, rep, _made(rep, asked.changes), moment), asked))


def _made(rep: str, texts: Sequence[str]) -> Callable[[Floor, int], list[Outcome]]:
    """What makes the changes on a floor at a moment."""

    def change(floor: Floor, at: int) -> list[Outcome]:
        _must_know(floor, rep)
        try:
            return [floor.apply(one.event(floor, at)) for one in _changes(floor, rep, texts)]
        except Refused as refused:
            problem = refused.problems[0] if refused.problems else None
            message = refused.message if problem is None else f"`{problem.column}` {problem.message}"
            raise _wrong("if", message, (problem.help if problem else refused.help) or "name another value") from None

    return change


def _changes(floor: Floor, rep: str, texts: Sequence[str]) -> list[RepChange]:
    made: list[RepChange] = []
    for text in texts:
        if _LOST_PLUS.match(text):
            raise _wrong("if", f"`{text}` has a blank before `=`", "write `+=` as `%2B=` in an address")
        try:
            made.append(read_change(floor.policy, floor.facts, rep, text, floor.knows))
        except ChangeRefused as problem:
            raise _wrong("if", str(problem), problem.help) from None
    return made


def _must_know(floor: Floor, rep: str) -> None:
    if not floor.knows("rep", rep):
        advice = did_you_mean(rep, floor.facts.table("rep").keys)
        raise Problem("unknown-fact", f"there is no rep `{rep}`" + (f"; {advice}" if advice else ""))


def _moment(desk: Desk, text: str | None) -> int | None:
    try:
        return None if text is None else read_moment(text, desk.zone)
    except Unreadable as error:
        raise _wrong("since", f"`{text}` {error.message}", error.help) from None


def _answer(told: Told, rep: str, then: Then | None) -> WhyNotAnswer:
    made, steps = told.decision, why_not_steps(told.decision, rep)
    received = made["rep"] == rep
    return WhyNotAnswer(
        decision_id=made["decision_id"],
        point=told.kind,
        key=told.key,
        rep=rep,
        received=received,
        looked_at=bool(steps),
        could_take_it=any(step.eligible for step in steps),
        because=steps[-1].because if steps and not received else str(made["because"]),
        steps=[StepLookedAt(**asdict(step)) for step in steps],
        then=then,
    )


def _then(made: Replayed, asked: WhyNotQuery) -> Then:
    elsewhere = list(made.elsewhere())
    return Then(
        changes=asked.changes,
        since=asked.since,
        decision=None if made.decision is None else _went(made.decision, asked.rep),
        received=made.was.received,
        received_then=made.now.received,
        elsewhere=len(elsewhere),
        first_elsewhere=[
            Elsewhere(point=fact[0], key=fact[1], was=was, now=now) for fact, was, now in elsewhere[:_MOST_ELSEWHERE]
        ],
        moves_refused=made.refused,
    )


def _went(decision: Decision, rep: str) -> WentThen:
    return WentThen(
        rep=decision.rep, held=decision.held, rule=decision.rule, strategy=decision.strategy, because=decision.because,
        why_not=decision.why_not(rep),
    )  # fmt: skip


def _wrong(field: str, message: str, advice: str) -> Problem:
    return Problem("bad-request", f"correct `{field}`", [FieldError(field=field, message=message, help=advice)])
