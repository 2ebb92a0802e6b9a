"""The HTTP service: it translates and records, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import cast

from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from .access import Access
from .api_description import describe
from .clock import Clock, local_seconds, system_clock
from .deciding import Deciding
from .decision_routes import decision_routes
from .desk import Desk, opened_desk
from .entrance.key_ring import KeyFile, KeyRing, KeysUnreadable
from .entrance.lanes import Lane
from .exact_request import Entrance
from .fact_routes import fact_routes
from .fairness_routes import fairness_routes
from .health_routes import health_routes
from .loading import load
from .move_routes import move_routes
from .observing.metrics import Metrics
from .observing.observed import Observed
from .observing.request_log import RequestLog
from .observing.tracing import Tracing, exporting
from .policy_routes import policy_routes
from .policy_shelf import PolicyShelf
from .problems import answer, answer_with_problems, store_problem
from .readiness import Readiness
from .recording import Recorder
from .settings import CannotStart, Settings
from .simulation_routes import simulation_routes
from .store import StoreUnavailable
from .telling_routes import telling_routes
from .watching.standing import add_watch_metrics
from .watching.watchkeeper import Watchkeeper
from .why_not_routes import why_not_routes

__all__ = ["Service", "create_app"]

_ABOUT = """Who gets this lead, and what is that win worth: decided and simulated by a policy file.

Every problem is `application/problem+json` (RFC 9457): its `type` names the kind, `detail` says what is wrong and
what to do, `errors` which fields. Amounts of money are texts. See docs/http_api.md."""
_FLUSH_SECONDS = 1


def create_app(
    settings: Settings,
    clock: Clock = system_clock,
    *,
    readiness: Readiness | None = None,
    tracing: Tracing | None = None,
) -> Service:
    """The service over its policy, facts and database. Raises `CannotStart` with everything that is wrong."""
    keys = _keys(settings, clock)
    loaded = load(settings)
    tracing = tracing or _tracing(settings)
    desk = opened_desk(settings, loaded, clock, tracing)
    entrance = Entrance(_lanes(settings), settings.body_seconds)
    watch = Watchkeeper(desk.store, desk.journal, lambda: local_seconds(clock(), desk.zone))
    metrics = _metrics(entrance.lanes, desk, watch)
    log = RequestLog(clock) if settings.log_requests else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        flushing = asyncio.create_task(_flush(log)) if log is not None else None
        watch.start()
        yield
        if flushing is not None and log is not None:
            flushing.cancel()
            with suppress(asyncio.CancelledError):
                await flushing
            log.flush()
        await asyncio.to_thread(watch.close)
        desk.close()

    app = Service(
        title="meed", version=_version(), description=_ABOUT, lifespan=lifespan,
        docs_url=None, redoc_url=None, separate_input_output_schemas=False,
    )  # fmt: skip
    # The last that is added is the outermost.
    app.add_middleware(Access, keys=keys)
    app.add_middleware(Observed, log=log, metrics=metrics, tracing=tracing)
    answer_with_problems(app)
    app.add_exception_handler(StoreUnavailable, _on_no_store)
    app.state.desk, app.state.watch = desk, watch
    observed = Observed(app, log, metrics, tracing)
    app.deciding = Deciding(desk, entrance, Access(app, keys), observed, settings.most_bytes)
    app.include_router(decision_routes(desk, entrance, settings.most_bytes))
    recorder = Recorder(desk, clock)
    shelf = PolicyShelf(desk.store, recorder, clock)
    app.include_router(move_routes(recorder, entrance, settings.most_bytes, settings.most_bulk_bytes))
    app.include_router(telling_routes(recorder, entrance))
    app.include_router(fact_routes(recorder, entrance, settings.most_bulk_bytes, settings.most_rows))
    app.include_router(policy_routes(recorder, shelf, entrance, settings.most_bulk_bytes))
    in_turn = CapacityLimiter(1)  # what takes long: one at a time, so that decisions keep their share of the machine
    app.include_router(simulation_routes(desk.loaded_now, settings, entrance, in_turn))
    app.include_router(fairness_routes(desk, clock, settings, entrance, in_turn))
    app.include_router(why_not_routes(desk, settings, entrance, in_turn))
    app.include_router(health_routes(desk, watch, entrance, metrics, readiness or Readiness()))
    describe(app, needs_key=keys is not None)
    return app


class Service(FastAPI):
    """The framework's application, past which requests for a decision go."""

    deciding: Deciding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and Deciding.takes(scope):
            await self.deciding(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _keys(settings: Settings, clock: Clock) -> KeyRing | None:
    try:
        return None if settings.keys is None else KeyRing(KeyFile(settings.keys), clock)
    except KeysUnreadable as error:
        raise CannotStart(f"{error}; `meed keys make` makes a file of keys") from None


def _lanes(settings: Settings) -> dict[str, Lane]:
    most = {
        "writing": settings.most_waiting,
        "reading": max(1, settings.most_waiting // 2),
        "working": max(2, settings.most_waiting // 100),
    }
    return {name: Lane(name, many) for name, many in most.items()}


def _metrics(lanes: Mapping[str, Lane], desk: Desk, watch: Watchkeeper) -> Metrics:
    metrics = Metrics()
    metrics.gauge(
        "meed_requests_under_way", "Requests that are answered now or wait for it.",
        lambda: {(name,): lane.inside for name, lane in lanes.items()}, ("lane",),
    )  # fmt: skip
    metrics.gauge("meed_journal_entries", "The number of the last entry.", lambda: {(): desk.journal.number})
    metrics.gauge("meed_overdue_seconds", "For how long what is due has waited.", lambda: {(): desk.journal.overdue})
    add_watch_metrics(metrics, watch.standing)
    return metrics


def _tracing(settings: Settings) -> Tracing:
    return Tracing(exporting() if settings.trace else None)


async def _flush(log: RequestLog) -> None:
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        log.flush()


async def _on_no_store(_: Request, error: Exception) -> JSONResponse:
    return answer(store_problem(cast("StoreUnavailable", error)))


def _version() -> str:
    from importlib.metadata import version

    return version("meed-engine")
