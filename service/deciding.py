"""Asking for a decision over HTTP, from head to answer: the one operation that has to be fast.

The framework describes it and is not asked to run it. Everything holds that holds for the other operations: who may
ask, lanes, limits of a body, log line, metrics, span, problems.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

from .access import Access
from .desk import Desk, named_request
from .entrance.operations import OPERATIONS
from .entrance.plain_head import PlainHead
from .exact_request import Entrance, must_be_json, parsed, received, too_large
from .observing.observed import Header, Observed, problem_answer, with_end
from .observing.seen import Seen
from .problems import Problem

__all__ = ["ROUTE", "Answer", "Deciding"]

ROUTE = "/v1/decisions/{name}"
_PREFIX = "/v1/decisions/"
_JSON = (b"content-type", b"application/json")


class Head(NamedTuple):
    """Of the headers of a request those that matter, as texts; empty where there is none."""

    host: str
    authorization: str
    kind: str
    packed: str
    length: str


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Deciding:
    """An ASGI application for `POST /v1/decisions/{name}`; what has arrived whole is answered without one."""

    def __init__(self, desk: Desk, entrance: Entrance, access: Access, observed: Observed, most_bytes: int) -> None:
        self._desk, self._entrance, self._access, self._observed = desk, entrance, access, observed
        self._most = most_bytes
        self._operation = OPERATIONS["decide"]
        self._lane = entrance.lanes[self._operation.lane]

    @property
    def is_traced(self) -> bool:
        """Whether each request has a span."""
        return self._observed.tracing.is_on

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
                said = await self._decided(scope, receive, head, seen)
                made = Answer(200, ((b"content-length", b"%d" % len(said)), _JSON), said)
            except Exception as error:
                made = _problem(error, seen)
            headers = made.headers if seen.body_read else with_end(made.headers, scope["headers"])
            await send({"type": "http.response.start", "status": made.status, "headers": headers})
            await send({"type": "http.response.body", "body": made.body})
            if span is not None:
                self._observed.describe(span, seen, made.status)
        self._observed.say("POST", seen, made.status, time.monotonic_ns() - began)

    def begin(self, head: PlainHead, data: bytes, done: Callable[[Answer], None]) -> bool:
        """Answer a request that has arrived whole, when what came of it is on disk; for the thread of the event loop.

        False where it is not let in: then nothing has happened, and whoever is asked next says why.
        """
        began = time.monotonic_ns()
        seen = Seen()
        try:
            self._let_in(seen, head, len(data))
            self._lane.enter(seen.holder.id)
        except Problem:
            return False
        seen.route, seen.body_read = ROUTE, True

        def take(found: Any) -> None:
            self._lane.leave(seen.holder.id, began)
            try:
                entry, said = self._desk.answer(found)
                seen.entry = entry.number
                made = Answer(200, ((b"content-length", b"%d" % len(said)), _JSON), said)
            except Exception as error:
                made = _problem(error, seen)
            done(made)
            self._observed.say("POST", seen, made.status, time.monotonic_ns() - began)

        body: object = None
        try:
            body = parsed(data)
            asked = self._desk.asked(head.point, body, self._desk.journal.teller(take))
            seen.request_id = asked.request_id
            self._desk.journal.offer(asked)
        except Exception as error:
            seen.request_id = named_request(body)
            take(error)
        return True

    def lets_in(self, head: PlainHead, size: int) -> bool:
        """Whether a request with such a head and so many bytes of body may be asked."""
        try:
            self._let_in(Seen(), head, size)
        except Problem:
            return False
        return True

    def _let_in(self, seen: Seen, head: PlainHead, size: int) -> None:
        self._access.let_in(seen, head.host, head.authorization)
        self._entrance.must_have(seen.holder, self._operation)
        must_be_json(head.kind, "")
        if size > self._most:
            raise too_large(self._most)

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


def _problem(error: Exception, seen: Seen) -> Answer:
    made = problem_answer(error, "POST", seen)
    return Answer(made.status_code, made.raw_headers, bytes(made.body))


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
