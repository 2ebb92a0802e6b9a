"""Asking for a decision over HTTP, from head to answer: the one operation that has to be fast.

The framework describes it and is not asked to run it. Everything holds that holds for the other operations: who may
ask, lanes, limits of a body, log line, metrics, span, problems.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

from .access import Access
from .desk import Desk, named_request
from .entrance.api_keys import ApiKey
from .entrance.operations import OPERATIONS
from .entrance.plain_head import PlainHead
from .exact_request import Entrance, must_be_json, parsed, received, too_large
from .journal.waiting import Mail
from .observing.observed import Header, Observed, problem_answer, with_end
from .observing.seen import Seen
from .problems import Problem

__all__ = ["ROUTE", "SAID", "Answer", "Deciding"]

ROUTE = "/v1/decisions/{name}"
_PREFIX = "/v1/decisions/"
_JSON = (b"content-type", b"application/json")
SAID: Sequence[Header] = (_JSON,)
"""The headers of an answer that is no problem."""


class Head(NamedTuple):
    """Of the headers of a request those that matter, as texts; empty where there is none."""

    host: str
    authorization: str
    kind: str
    packed: str
    length: str


class Answer:
    """A whole answer; `content-length` is not among its headers."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class _Asking(Seen):
    """A request that has arrived whole, and waits for what comes of it."""

    __slots__ = ("_began", "_deciding", "_done")

    def __init__(self, deciding: Deciding, holder: ApiKey, done: Callable[[Answer], None], began: int) -> None:
        self.holder, self.route, self.request_id, self.entry, self.body_read = holder, ROUTE, "", None, True
        self._deciding, self._done, self._began = deciding, done, began

    def take(self, found: Any) -> None:
        self._deciding.give(self, found, self._done, time.monotonic_ns() - self._began)


class Deciding:
    """An ASGI application for `POST /v1/decisions/{name}`; what has arrived whole is answered without one."""

    def __init__(self, desk: Desk, entrance: Entrance, access: Access, observed: Observed, most_bytes: int) -> None:
        self._desk, self._entrance, self._access, self._observed = desk, entrance, access, observed
        self._most = most_bytes
        self._operation = OPERATIONS["decide"]
        self._lane = entrance.lanes[self._operation.lane]

    def mail(self) -> Mail:
        """By which what came of a request gets back to the running event loop."""
        return self._desk.journal.mail()

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
                made = Answer(200, SAID, await self._decided(scope, receive, head, seen))
            except Exception as error:
                made = _problem(error, seen)
            headers = [(b"content-length", b"%d" % len(made.body)), *made.headers]
            headers = headers if seen.body_read else with_end(headers, scope["headers"])
            await send({"type": "http.response.start", "status": made.status, "headers": headers})
            await send({"type": "http.response.body", "body": made.body})
            if span is not None:
                self._observed.describe(span, seen, made.status)
        self._observed.say("POST", seen, made.status, time.monotonic_ns() - began)

    def begin(self, head: PlainHead, data: bytes, mail: Mail, done: Callable[[Answer], None]) -> bool:
        """Answer a request that has arrived whole, when what came of it is on disk; for the thread of the event loop.

        False where it is not let in: then nothing has happened, and whoever is asked next says why.
        """
        began = time.monotonic_ns()
        try:
            holder = self._holder(head, len(data))
            self._lane.enter(holder.id)
        except Problem:
            return False
        asking, body = _Asking(self, holder, done, began), None
        try:
            body = parsed(data)
            asked = self._desk.asked(head.point, body, partial(mail.post, asking.take))
            asking.request_id = asked.request_id
            self._desk.journal.send(asked, mail)
        except Exception as error:
            asking.request_id = named_request(body)
            asking.take(error)
        return True

    def give(self, seen: Seen, found: Any, done: Callable[[Answer], None], spent_ns: int) -> None:
        """Answer what was begun by what came of it."""
        self._lane.leave(seen.holder.id, spent_ns)
        try:
            entry, said = self._desk.answer(found)
            seen.entry = entry.number
            made = Answer(200, SAID, said)
        except Exception as error:
            made = _problem(error, seen)
            error.__traceback__ = None  # whose frames name the error: nothing may wait for a collector of cycles
        done(made)
        self._observed.say("POST", seen, made.status, spent_ns)

    def lets_in(self, head: PlainHead, size: int) -> bool:
        """Whether a request with such a head and so many bytes of body may be asked."""
        try:
            self._holder(head, size)
        except Problem:
            return False
        return True

    def _holder(self, head: PlainHead, size: int) -> ApiKey:
        """Whose request it is. Raises `Problem` for one that may not be asked."""
        holder = self._access.holder(head.host, head.authorization)
        self._entrance.must_have(holder, self._operation)
        must_be_json(head.kind, "")
        if size > self._most:
            raise too_large(self._most)
        return holder

    async def _decided(self, scope: Scope, receive: Receive, head: Head, seen: Seen) -> bytes:
        """The answer to a request that may be asked, and is as it should be. Raises what is answered otherwise."""
        seen.holder = self._access.holder(head.host, head.authorization)
        seen.route = ROUTE
        self._entrance.must_have(seen.holder, self._operation)
        with self._lane.place(seen.holder.id):
            data = await received(receive, head.kind, head.packed, head.length, self._most, self._entrance.body_seconds)
            seen.body_read = True
            body = parsed(data)
            seen.request_id = named_request(body)
            entry, said = await self._desk.decide(scope["path"][len(_PREFIX) :], body)
            seen.entry = entry.number
            return said


def _problem(error: Exception, seen: Seen) -> Answer:
    made = problem_answer(error, "POST", seen)
    headers = [header for header in made.raw_headers if header[0] != b"content-length"]
    return Answer(made.status_code, headers, bytes(made.body))


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
