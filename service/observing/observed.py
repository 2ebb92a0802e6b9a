"""Around every request: a log line, metrics, a span, and a problem where the service itself failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any, TypeAlias

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..database import StoreUnavailable
from ..problems import Problem, answer, store_problem
from .metrics import Metrics
from .request_log import RequestLog
from .seen import Seen, seen_of
from .tracing import Tracing

__all__ = ["Header", "Observed", "problem_answer", "with_end"]

Header: TypeAlias = tuple[bytes, bytes]

_LOG = logging.getLogger("meed.service")
_NOWHERE = "-"
_NOTHING: AbstractContextManager[Any] = nullcontext()
_DEFECT = "this is a defect; send the request again with the same request id, and look into the service's own log"


class Observed:
    """ASGI middleware, the outermost: whatever happens inside is answered, counted and said once."""

    def __init__(self, app: ASGIApp, log: RequestLog | None, metrics: Metrics, tracing: Tracing) -> None:
        self._app, self._log, self._metrics, self.tracing = app, log, metrics, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic_ns()
        seen = seen_of(scope)
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if not seen.body_read:
                    message["headers"] = with_end(message["headers"], scope["headers"])
            await send(message)

        with self.span(scope) as span:
            try:
                await self._app(scope, receive, send_on)
            except Exception as error:
                made = problem_answer(error, scope["method"], seen)
                if not status:
                    await made(scope, receive, send_on)
            if span is not None:
                self.describe(span, seen, status)
        self.say(scope["method"], seen, status, time.monotonic_ns() - began)

    def span(self, scope: Scope) -> AbstractContextManager[Any]:
        """A span around a request; nothing where nobody looks."""
        return self.tracing.request(_texts(scope), scope["method"]) if self.tracing.is_on else _NOTHING

    def describe(self, span: Any, seen: Seen, status: int) -> None:
        """Say in a span what is known of its request in the end."""
        span.set_attribute("http.response.status_code", status)
        if seen.route:
            span.update_name(seen.route)
            span.set_attribute("http.route", seen.route)
        if seen.entry is not None:
            span.set_attribute("meed.entry", seen.entry)

    def say(self, method: str, seen: Seen, status: int, spent_ns: int) -> None:
        """Count a request that was answered, and write it down."""
        of_request, of_time = _labels(method, seen.route, status)
        self._metrics.requests.add_to(of_request)
        self._metrics.times.add_to(of_time, spent_ns)
        if self._log is not None:
            self._log.add(
                method, of_time[0], status, spent_ns, key=seen.holder.name, request_id=seen.request_id, entry=seen.entry
            )


@lru_cache(maxsize=1_000)
def _labels(method: str, route: str, status: int) -> tuple[tuple[str, str, str], tuple[str]]:
    """Of a request and of its time."""
    return (method if route else _NOWHERE, route or _NOWHERE, str(status)), (route or _NOWHERE,)


def problem_answer(error: Exception, method: str, seen: Seen) -> Response:
    """What is answered where an error got through; what is a defect is written down."""
    match error:
        case Problem():
            return answer(error)
        case StoreUnavailable():
            return answer(store_problem(error))
        case _:
            _LOG.error("%s %s failed", method, seen.route or _NOWHERE, exc_info=error)
            return answer(Problem("internal", _DEFECT))


def with_end(headers: Iterable[Header], asked: Iterable[Header]) -> list[Header]:
    """The headers of an answer to a request of whose body something was not read, if it has one: the connection can
    serve no other request."""
    made = list(headers)
    has_body = any(
        (name == b"content-length" and value != b"0") or name == b"transfer-encoding" for name, value in asked
    )
    return [*made, (b"connection", b"close")] if has_body else made


def _texts(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
