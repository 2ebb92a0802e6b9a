"""The policy over HTTP: what the service runs, and what of it it cannot run yet."""

from __future__ import annotations

from fastapi import APIRouter

from ..dsl import checked as c
from ..engine.days import format_day
from .exact_request import Entrance, exact_route
from .service_schemas import PartNotSupported, PointShown, PolicyList, PolicyShown, SchemeShown, SettingShown

__all__ = ["policy_routes", "shown_policy"]


def policy_routes(policy: c.Policy, entrance: Entrance) -> APIRouter:
    """The routes that show a policy."""
    router = APIRouter(route_class=exact_route(entrance, 0), tags=["policies"])
    shown = PolicyList(policies=[shown_policy(policy)])

    @router.get("/v1/policies", operation_id="read_policies", summary="The policies in use")
    def read_policies() -> PolicyList:
        """What is assigned by which rules, what is paid by which schemes, and every choice with its origin."""
        return shown

    return router


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
