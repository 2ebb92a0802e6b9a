"""Asking for a decision over HTTP, from head to answer: the one operation that has to be fast.

The framework describes it and is not asked to run it. Everything holds that holds for the other operations: who may
ask, lanes, limits of a body, log line, metrics, span, problems.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from .access import Access
from .desk import Desk, named_request
from .entrance.operations import OPERATIONS
from .exact_request import Entrance, parsed, received
from .observing.observed import Observed, problem_answer, with_end
from .observing.seen import Seen

__all__ = ["ROUTE", "Deciding"]

ROUTE = "/v1/decisions/{name}"
_PREFIX = "/v1/decisions/"


class Head(NamedTuple):
    """Of the headers of a request those that matter, as texts; empty where there is none."""

    host: str
    authorization: str
    kind: str
    packed: str
    length: str


class Deciding:
    """An ASGI application for `POST /v1/decisions/{name}`."""

    def __init__(self, desk: Desk, entrance: Entrance, access: Access, observed: Observed, most_bytes: int) -> None:
        self._desk, self._entrance, self._access, self._observed = desk, entrance, access, observed
        self._most = most_bytes
        self._operation = OPERATIONS["decide"]
        self._lane = entrance.lanes[self._operation.lane]

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether this is the operation that a request is for."""
        path: str = scope["path"]
        return path.startswith(_PREFIX) and len(path) > len(_PREFIX) and path.find("/", len(_PREFIX)) < 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic_ns()
        seen, head = Seen(), _head(scope["headers"])
        with self._observed.span(scope) as span:
            try:
                status, body = 200, await self._decided(scope, receive, head, seen)
                headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
            except Exception as error:
                made = problem_answer(error, "POST", seen)
                status, headers, body = made.status_code, made.raw_headers, bytes(made.body)
            if not seen.body_read:
                headers = with_end(headers, scope["headers"])
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            if span is not None:
                self._observed.describe(span, seen, status)
        self._observed.say("POST", seen, status, time.monotonic_ns() - began)

    async def _decided(self, scope: Scope, receive: Receive, head: Head, seen: Seen) -> bytes:
        """The answer to a request that may be asked, and is as it should be. Raises what is answered otherwise."""
        self._access.let_in(seen, head.host, head.authorization)
        seen.route = ROUTE
        self._entrance.must_have(seen.holder, self._operation)
        began = self._lane.enter(seen.holder.id)
        try:
            data = await received(receive, head.kind, head.packed, head.length, self._most, self._entrance.body_seconds)
            seen.body_read = True
            body = parsed(data)
            seen.request_id = named_request(body)
            entry, said = await self._desk.decide(scope["path"][len(_PREFIX) :], body)
            seen.entry = entry.number
            return said
        finally:
            self._lane.leave(seen.holder.id, began)


def _head(headers: Iterable[tuple[bytes, bytes]]) -> Head:
    host = authorization = b""
    kind = packed = length = None
    for name, value in headers:
        if name == b"host":
            host = value
        elif name == b"content-type":
            kind = value if kind is None else kind
        elif name == b"content-length":
            length = value if length is None else length
        elif name == b"authorization":
            authorization = value
        elif name == b"content-encoding":
            packed = value if packed is None else packed
    return Head(*[(part or b"").decode("latin-1") for part in (host, authorization, kind, packed, length)])
