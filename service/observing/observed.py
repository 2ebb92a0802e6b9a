"""Around every request: a log line, metrics, a span, and a problem where the service itself failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems import Problem, answer
from .metrics import Metrics
from .request_log import RequestLog
from .seen import Seen, seen_of
from .tracing import Tracing

__all__ = ["Observed"]

_LOG = logging.getLogger("meed.service")
_NOWHERE = "-"
_DEFECT = "this is a defect; send the request again with the same request id, and look into the service's own log"


class Observed:
    """ASGI middleware, the outermost: whatever happens inside is answered, counted and said once."""

    def __init__(self, app: ASGIApp, log: RequestLog | None, metrics: Metrics, tracing: Tracing) -> None:
        self._app, self._log, self._metrics, self._tracing = app, log, metrics, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic_ns()
        seen = seen_of(scope)
        around = self._tracing.request(_texts(scope), scope["method"]) if self._tracing.is_on else nullcontext()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if not seen.body_read and _has_body(scope):
                    # What is left of the body is not read: the connection can serve no other request.
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        with around as span:
            try:
                await self._app(scope, receive, send_on)
            except Exception as error:
                _LOG.error("%s %s failed", scope["method"], seen.route or _NOWHERE, exc_info=error)
                if not status:
                    await answer(Problem("internal", _DEFECT))(scope, receive, send_on)
            if span is not None:
                _describe(span, seen, status)
        self._say(scope["method"], seen, status, time.monotonic_ns() - began)

    def _say(self, method: str, seen: Seen, status: int, spent_ns: int) -> None:
        route = seen.route or _NOWHERE
        self._metrics.requests.add(method if route != _NOWHERE else _NOWHERE, route, str(status))
        self._metrics.times.add(spent_ns, route)
        if self._log is not None:
            self._log.add(
                method, route, status, spent_ns, key=seen.holder.name, request_id=seen.request_id, entry=seen.entry
            )


def _describe(span: Any, seen: Seen, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if seen.route:
        span.update_name(seen.route)
        span.set_attribute("http.route", seen.route)
    if seen.entry is not None:
        span.set_attribute("meed.entry", seen.entry)


def _has_body(scope: Mapping[str, Any]) -> bool:
    return any(
        (name == b"content-length" and value != b"0") or name == b"transfer-encoding"
        for name, value in scope["headers"]
    )


def _texts(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
