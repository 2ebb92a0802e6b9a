"""Whether the service is there, whether it can do its work, and its metrics."""

from __future__ import annotations

import time
from threading import Lock

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from .desk import Desk
from .exact_request import Entrance, exact_route
from .observing.metrics import MEDIA, Metrics
from .observing.seen import seen_of
from .problems import Problem, documented
from .readiness import Readiness
from .schemas import PolicyNamed
from .service_schemas import Alive, Ready, WatchShown
from .watching.watchkeeper import Watchkeeper

__all__ = ["health_routes"]

_PROBED_NS = 1_000_000_000


def health_routes(
    desk: Desk, watch: Watchkeeper, entrance: Entrance, metrics: Metrics, readiness: Readiness
) -> APIRouter:
    """The routes by which machines look after the service."""
    router = APIRouter(route_class=exact_route(entrance, 0), tags=["service"])
    probe = _Probe(desk)

    @router.get("/healthz", operation_id="read_health", summary="Is the service there?")
    async def read_health() -> Alive:
        """It is, or there is no answer: then start it again. The store is not asked; see `/readyz`."""
        return Alive(status="ok")

    @router.get(
        "/readyz",
        operation_id="read_readiness",
        summary="Should requests be sent here?",
        responses=documented("store-unavailable", "draining"),
        response_model=Ready | Alive,
    )
    def read_readiness(request: Request) -> Ready | Alive:
        """Tries to write to the store, at most once a second, and takes it back. Who has scope `read` sees more."""
        if readiness.drains:
            headers = {"retry-after": "1"}
            raise Problem("draining", "the service is about to stop: ask another one", headers=headers)
        decisions = probe.decisions()
        if not _may_look(request):
            return Alive(status="ok")
        policy = desk.policy
        named = PolicyNamed(name=policy.name, version=policy.version, hash=policy.hash)
        return Ready(
            status="ok", policy=named, points=desk.points, database="writable", decisions=decisions,
            watch=WatchShown.of(watch.standing()),
        )  # fmt: skip

    @router.get(
        "/metrics",
        operation_id="read_metrics",
        summary="Metrics for Prometheus",
        response_class=PlainTextResponse,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def read_metrics() -> PlainTextResponse:
        """Requests by route and status, how long they took, how many wait, and how far the log has come."""
        return PlainTextResponse(metrics.text(), media_type=MEDIA)

    return router


def _may_look(request: Request) -> bool:
    return "read" in seen_of(request.scope).holder.scopes


class _Probe:
    """Finds out whether the store takes entries. Anybody may ask, so it is not asked more than once a second."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._lock = desk, Lock()
        self._decisions = 0
        self._probed: int | None = None

    def decisions(self) -> int:
        """How many decisions the log has, as of a second ago at most. Raises `StoreUnavailable`."""
        with self._lock:
            now = time.monotonic_ns()
            if self._probed is None or now - self._probed > _PROBED_NS:
                self._desk.store.probe()
                self._decisions = self._desk.journal.decisions
                self._probed = now
            return self._decisions
