"""Policies over HTTP: which is in force, and how another one is checked, published and put in force."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request

from ..dsl import SourceFile, check
from ..dsl import checked as c
from ..engine.calendar.days import format_day
from ..engine.life.events import Activate
from ..policies.policy_changes import policy_changes, test_changes
from .exact_request import Entrance, exact_route
from .observing.seen import seen_of
from .policy_schemas import (
    ActivateRequest,
    DifferenceRequest,
    PoliciesShown,
    PolicyChecked,
    PolicyDifference,
    PolicyPublished,
    PolicySource,
    PolicyText,
    PublishRequest,
    RollbackRequest,
    Taken,
    WithdrawRequest,
)
from .policy_shelf import PolicyShelf, named
from .problems import Problem, documented
from .recording import Recorder
from .schemas import FieldError
from .service_schemas import PartNotSupported, PointShown, PolicyShown, SchemeShown, SettingShown

__all__ = ["policy_routes", "shown_policy"]

_Hash = Annotated[str, Path(description="the hash of a published policy")]
_BODY = ("not-json", "too-large", "not-json-type", "bad-request", "store-unavailable")
_TAKING = (*_BODY, "unknown-policy", "request-id-taken", "wrong-facts")


def policy_routes(recorder: Recorder, shelf: PolicyShelf, entrance: Entrance, most_bytes: int) -> APIRouter:
    """The routes of policies."""
    router = APIRouter(route_class=exact_route(entrance, most_bytes), tags=["policies"])
    desk = recorder.desk

    @router.get(
        "/v1/policies",
        operation_id="read_policies",
        summary="The policies in use",
        responses=documented("store-unavailable"),
    )
    def read_policies() -> PoliciesShown:
        """What is assigned by which rules, what is paid by which schemes, and every choice with its origin; what was
        published, when which policy was in force, and what is to come."""
        return PoliciesShown(
            policies=[shown_policy(desk.policy)],
            published=shelf.published(),
            history=shelf.history(),
            planned=shelf.planned(),
        )

    @router.get(
        "/v1/policies/{name}",
        operation_id="read_policy",
        summary="The text of a policy",
        responses=documented("unknown-policy", "store-unavailable"),
    )
    def read_policy(name: _Hash) -> PolicySource:
        """A policy as its author wrote it."""
        policy = shelf.policy(name)
        return PolicySource(name=policy.name, version=policy.version, hash=policy.hash, text=policy.source.text)

    @router.post(
        "/v1/policies/check",
        operation_id="check_policy",
        summary="Is this policy sound?",
        responses=documented(*_BODY),
    )
    async def check_policy(body: PolicyText) -> PolicyChecked:
        """What the checker finds, what the policy's own tests say, and what the loaded facts lack for it."""
        load = desk.journal.load
        return await asyncio.to_thread(shelf.checked, body.text, load)

    @router.post(
        "/v1/policies/diff",
        operation_id="diff_policy",
        summary="What does this policy say otherwise?",
        responses=documented("unknown-policy", "bad-policy", *_BODY),
    )
    def diff_policy(body: DifferenceRequest) -> PolicyDifference:
        """Against the policy in force, or against one that was published. Layout and comments say nothing."""
        before = desk.policy if body.against is None else shelf.policy(body.against)
        after = _sound(body.text)
        changes = [*policy_changes(before, after), *test_changes(before, after)]
        lines = [f"{one.statement}{f', {one.part}' if one.part else ''}: {one.line()} ({one.what})" for one in changes]
        return PolicyDifference(before=named(before), after=named(after), lines=lines)

    @router.post(
        "/v1/policies",
        operation_id="publish_policy",
        summary="Keep a policy, so that it can be put in force",
        responses=documented("bad-policy", *_BODY),
    )
    async def publish_policy(body: PublishRequest, request: Request) -> PolicyPublished:
        """Keeps a sound policy whose tests pass, by its hash, with the name of the key as its author. What the loaded
        facts lack for it is told now. Published again it is the same one."""
        by = seen_of(request.scope).holder.name
        load = desk.journal.load
        policy, missing = await asyncio.to_thread(shelf.publish, body.text, body.note, by, load)
        return PolicyPublished(policy=named(policy), missing=missing)

    @router.post(
        "/v1/policies/rollback",
        operation_id="roll_back",
        summary="Put the policy before this one in force again",
        responses=documented("nothing-to-roll-back", *_TAKING),
    )
    async def roll_back(body: RollbackRequest, request: Request) -> Taken:
        """Credits, owners and deadlines go on as they are."""
        return await _rolled_back(recorder, shelf, body, request)

    @router.post(
        "/v1/policies/{name}/activate",
        operation_id="activate_policy",
        summary="Put a policy in force",
        responses=documented(*_TAKING),
    )
    async def activate_policy(name: _Hash, body: ActivateRequest, request: Request) -> Taken:
        """Now, or from a moment to come on: between two decisions, never inside of one, without a restart. Credits,
        owners and deadlines go on. Refused where the loaded facts lack what the policy reads, now and not then."""
        at, now = recorder.moment(body.at), recorder.moment(None)
        if body.at is None or at <= now:
            return await _activated(recorder, shelf, name, body.request_id, body.note, request)
        policy = await asyncio.to_thread(shelf.policy, name)
        load = desk.journal.load
        missing = await asyncio.to_thread(shelf.missing, policy, load)
        if missing:
            raise Problem("wrong-facts", missing[0], missing=missing)
        by = seen_of(request.scope).holder.name
        await asyncio.to_thread(shelf.note, "plan", name, by, body.note, body.request_id, at)
        return Taken(policy=named(policy), at=recorder.shown(at), number=None)

    @router.post(
        "/v1/policies/{name}/withdraw",
        operation_id="withdraw_policy",
        summary="A policy is not to take over after all",
        responses=documented("unknown-policy", *_BODY),
    )
    async def withdraw_policy(name: _Hash, body: WithdrawRequest, request: Request) -> PoliciesShown:
        """Ends every plan of a policy whose moment has not come."""
        by = seen_of(request.scope).holder.name
        await asyncio.to_thread(shelf.withdraw, name, by, body.note)
        return await asyncio.to_thread(read_policies)

    return router


async def _activated(
    recorder: Recorder, shelf: PolicyShelf, hash_: str, request_id: str, note: str, request: Request
) -> Taken:
    """The policy of a hash takes over now."""
    seen = seen_of(request.scope)
    await asyncio.to_thread(shelf.note, "activate", hash_, seen.holder.name, note, request_id, None)
    event = Activate(recorder.moment(None), hash_)
    entry = await recorder.record(seen, request_id, ["activate", hash_], event)
    policy = await asyncio.to_thread(shelf.policy, hash_)
    return Taken(policy=named(policy), at=recorder.shown(entry.at), number=entry.number)


async def _rolled_back(recorder: Recorder, shelf: PolicyShelf, body: RollbackRequest, request: Request) -> Taken:
    """The same request rolls back to the same policy, whatever was in force since."""
    asked = await asyncio.to_thread(shelf.asked_before, body.request_id)
    hash_ = asked if asked is not None else await asyncio.to_thread(shelf.before)
    return await _activated(recorder, shelf, hash_, body.request_id, body.note, request)


def _sound(text: str) -> c.Policy:
    found = check(SourceFile("policy.meed", text))
    if found.policy is not None:
        return found.policy
    errors: list[FieldError] = []
    for one in found.diagnostics:
        if one.severity == "error":
            line, column = found.source.position(one.span.start)
            says = f"[{one.code}] {one.message}"
            errors.append(FieldError(field=f"text:{line}:{column}", message=says, help=one.help or "correct it"))
    raise Problem("bad-policy", f"{len(errors)} error{'s' if len(errors) > 1 else ''}", errors)


def shown_policy(policy: c.Policy) -> PolicyShown:
    """A policy as programs see it."""
    start, end = policy.effective
    return PolicyShown(
        name=policy.name,
        version=policy.version,
        hash=policy.hash,
        effective_from=None if start is None else format_day(start),
        effective_to=None if end is None else format_day(end - 1),
        currency=policy.currency,
        timezone=policy.timezone,
        assigns=[_point(assign) for assign in policy.assigns],
        schemes=[_scheme(scheme) for scheme in policy.schemes],
        settings=[SettingShown(name=one.name, value=one.value, origin=one.origin) for one in policy.settings],
        unsupported=[PartNotSupported(what=one.what, place=policy.place(one.span)) for one in policy.unsupported],
    )


def _point(assign: c.Assign) -> PointShown:
    rules = [rule.name for rule in (*assign.rules, assign.otherwise)]
    return PointShown(point=assign.kind, rules=rules, settings=dict(assign.settings))


def _scheme(scheme: c.Scheme) -> SchemeShown:
    names = [part.name if isinstance(part, c.Pay) else part.title for part in scheme.components]
    return SchemeShown(name=scheme.name, per=scheme.per, components=names)
