"""Whether the service can do its work."""

from __future__ import annotations

from fastapi import APIRouter

from .decision_log import count
from .desk import Desk
from .exact_request import exact_route
from .problems import documented
from .schemas import PolicyNamed
from .service_schemas import Health

__all__ = ["health_routes"]


def health_routes(desk: Desk) -> APIRouter:
    """The routes by which a machine looks after the service."""
    router = APIRouter(route_class=exact_route(0), tags=["service"])

    @router.get(
        "/healthz",
        operation_id="read_health",
        summary="Can the service decide?",
        responses=documented("store-unavailable"),
    )
    def read_health() -> Health:
        """Tries to write to the decision log, and takes it back."""
        desk.store.probe()
        with desk.store.reading() as tx:
            decisions = count(tx)
        policy = desk.loaded.policy
        named = PolicyNamed(name=policy.name, version=policy.version, hash=policy.hash)
        return Health(status="ok", policy=named, points=desk.points, database="writable", decisions=decisions)

    return router
