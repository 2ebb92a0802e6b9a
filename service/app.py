"""The HTTP service: it translates and records, nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from .access import Access
from .api_description import describe
from .clock import Clock, system_clock
from .decision_routes import decision_routes
from .desk import Desk
from .health_routes import health_routes
from .loading import load
from .policy_routes import policy_routes
from .problems import Problem, answer, answer_with_problems
from .settings import Settings
from .simulation_routes import simulation_routes
from .store import Store, StoreUnavailable

__all__ = ["create_app"]

_ABOUT = """Who gets this lead, and what is that win worth: decided and simulated by a policy file.

Every problem is `application/problem+json` (RFC 9457): its `type` names the kind, `detail` says what is wrong and
what to do, `errors` which fields. Amounts of money are texts. See docs/http_api.md."""


def create_app(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """The service over its policy, facts and database. Raises `CannotStart` with everything that is wrong."""
    loaded = load(settings)
    store = Store(settings.database, clock())
    desk = Desk(loaded, store, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        store.close()

    asked = [Depends(HTTPBearer(auto_error=False))] if settings.api_key is not None else []
    app = FastAPI(
        title="meed", version=_version(), description=_ABOUT, lifespan=lifespan, dependencies=asked,
        docs_url=None, redoc_url=None, separate_input_output_schemas=False,
    )  # fmt: skip
    app.add_middleware(Access, api_key=settings.api_key)
    answer_with_problems(app)
    app.add_exception_handler(StoreUnavailable, _on_no_store)
    app.include_router(decision_routes(desk, settings.most_bytes))
    app.include_router(simulation_routes(loaded, settings))
    app.include_router(policy_routes(loaded.policy))
    app.include_router(health_routes(desk))
    describe(app, needs_key=settings.api_key is not None)
    return app


async def _on_no_store(_: Request, error: Exception) -> JSONResponse:
    detail = f"{cast('StoreUnavailable', error)}; send the request again with the same request id"
    return answer(Problem("store-unavailable", detail, headers={"retry-after": "1"}))


def _version() -> str:
    from importlib.metadata import version

    return version("meed-engine")
