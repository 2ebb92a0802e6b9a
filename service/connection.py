"""Connections: how long a head may take and how large it may be, and a gentle end for whoever still sends."""

from __future__ import annotations

import asyncio
import json
import time
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .deciding import SAID
from .entrance.plain_head import PlainHeads
from .problem_kinds import KINDS

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol

    from .deciding import Answer, Deciding
else:
    Protocol = AutoHTTPProtocol

__all__ = ["MOST_HEAD_BYTES", "connections"]

MOST_HEAD_BYTES = 64 * 1024
_DECIDES = b"POST /v1/decisions/"
_LINGER_SECONDS = 2
_REST_SECONDS = 1 / 100  # exact: fraction
_MOST_DISCARDED = 64 * 1024 * 1024
_SECOND = 1_000_000_000


def connections(head_seconds: int, deciding: Deciding | None = None) -> type[asyncio.Protocol]:
    """A class of connections that wait at most so long for the head of a request, each and every one of them.

    With `deciding` plain requests for a decision that arrive whole are handed to it past the server's parser. Many
    clients send the body right behind the head: where only that has come, the rest is waited for, for a moment.
    """
    heads = PlainHeads()
    may_be_direct = deciding is not None and not deciding.is_traced and hasattr(Protocol, "on_message_begin")

    class Connection(Protocol):
        """The server's own connection with a clock: it has none, and would wait for a head for ever."""

        _deadline: asyncio.TimerHandle | None = None
        _head_bytes = 0
        _in_message = False
        _part = b""
        _goes_on: asyncio.TimerHandle | None = None
        _rests_from = 0
        _mail: Any = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            if deciding is not None:
                self._mail = deciding.mail()
            super().connection_made(Lingering(transport, self.loop, self._sends))  # pyright: ignore[reportArgumentType]
            self._deadline = self.loop.call_later(head_seconds, self._is_late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._in_time()
            self._taken_back()
            super().connection_lost(exc)
            # What is left of a connection must not hold itself: whatever has ended is given back without a collector.
            self.cycle = None  # pyright: ignore[reportAttributeAccessIssue]
            cast("Lingering", self.transport).forget()

        def data_received(self, data: bytes) -> None:
            if may_be_direct:
                part = self._part and self._taken_back()
                data = part + data if part else data
                if data.startswith(_DECIDES) and (self._is_direct(data) or (not part and self._may_wait(data))):
                    return
            self._parse(data)

        def _parse(self, data: bytes) -> None:
            waited = not self._is_busy()
            super().data_received(data)
            if self._is_busy():
                self._in_time()
            elif waited:
                self._head_bytes += len(data)
                if self._head_bytes > MOST_HEAD_BYTES:
                    self._refuse("headers-too-large")
                elif self._deadline is None:
                    self._deadline = self.loop.call_later(head_seconds, self._is_late)

        def on_message_begin(self) -> None:
            self._in_message = True
            super().on_message_begin()  # pyright: ignore

        def on_message_complete(self) -> None:
            self._in_message = False
            super().on_message_complete()  # pyright: ignore

        def _is_direct(self, data: bytes) -> bool:
            """Whether this was a request that is answered past the parser, which is between two requests."""
            found = heads.split(data) if self._is_free() else None
            if found is None:
                return False
            if self._deadline is not None:
                self._in_time()
            request, before = Direct(self), self.cycle
            self.cycle = request  # pyright: ignore[reportAttributeAccessIssue]
            if deciding is None or not deciding.begin(*found, self._mail, request.answer):
                self.cycle = before
                return False
            return True

        def on_direct_complete(self) -> None:
            """A request was answered past the parser. The clock of a connection at rest is not stopped and set again
            for each: when it rings, it is set for what is left."""
            if self.flow.read_paused:  # for another request came before this one was answered
                self.on_response_complete()
                return
            self.server_state.total_requests += 1
            self._rests_from = time.monotonic_ns()
            if self.timeout_keep_alive_task is None:
                self._rest_for(self.timeout_keep_alive)

        def timeout_keep_alive_handler(self) -> None:
            self.timeout_keep_alive_task = None
            left = self.timeout_keep_alive - (time.monotonic_ns() - self._rests_from) // _SECOND
            if self._is_busy() or self._part:
                return  # it is set when that is answered
            if left > 0:
                self._rest_for(left)
            else:
                super().timeout_keep_alive_handler()

        def _rest_for(self, seconds: int) -> None:
            self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

        def _is_free(self) -> bool:
            if self._in_message or self._is_busy() or self.flow.write_paused or self.transport.is_closing():
                return False
            limit = self.limit_concurrency
            return limit is None or (len(self.connections) < limit and len(self.tasks) < limit)

        def _may_wait(self, data: bytes) -> bool:
            """Whether this was the beginning of such a request, which is kept for the rest of it; only for a moment,
            then the server's parser gets it, which has patience and its own limits."""
            begun = heads.begun(data) if self._is_free() else None
            if begun is None or deciding is None or not deciding.lets_in(*begun):
                return False
            self._in_time()
            self._part, self._goes_on = data, self.loop.call_later(_REST_SECONDS, self._is_waited_for)
            return True

        def shutdown(self) -> None:
            if self._part:
                self._is_waited_for()
            super().shutdown()

        def _is_waited_for(self) -> None:
            self._parse(self._taken_back())

        def _taken_back(self) -> bytes:
            """What was kept of a request."""
            if self._goes_on is not None:
                self._goes_on.cancel()
                self._goes_on = None
            part, self._part = self._part, b""
            return part

        def _is_busy(self) -> bool:
            """Whether there is a request that was begun and not answered yet."""
            return self.cycle is not None and not self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

        def _sends(self) -> bool:
            """Whether a body is on its way that nobody wants any more."""
            return self.cycle is not None and self.cycle.more_body  # pyright: ignore[reportUnnecessaryComparison]

        def _in_time(self) -> None:
            self._head_bytes = 0
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _is_late(self) -> None:
            self._deadline = None
            if not self._is_busy():
                self._refuse("too-slow")

        def _refuse(self, kind: str) -> None:
            if not self.transport.is_closing():
                self.transport.write(_plain_problem(kind, head_seconds))
                self.transport.close()

    return Connection


class Direct:
    """A request that is answered without a task of its own; to its connection it is what the server's own are."""

    __slots__ = ("_connection", "disconnected", "keep_alive", "response_complete")
    more_body = False

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.disconnected = self.response_complete = False
        self.keep_alive = True

    @property
    def message_event(self) -> Direct:
        """What the connection sets when the client is gone."""
        return self

    def set(self) -> None:
        """Nobody waits for it."""

    def answer(self, made: Answer) -> None:
        """Give the answer, unless the client is gone."""
        self.response_complete = True
        connection = self._connection
        if self.disconnected or connection.transport.is_closing():
            return
        defaults = connection.server_state.default_headers
        if made.headers is SAID and self.keep_alive:
            connection.transport.write(_SAID_HEAD.of(defaults, len(made.body)) + made.body)
            connection.on_direct_complete()
            return
        lines = [b"HTTP/1.1 %d %s\r\n" % (made.status, _phrase(made.status))]
        length = b"content-length", b"%d" % len(made.body)
        for name, value in (*defaults, length, *made.headers):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        lines.append(made.body)
        connection.transport.write(b"".join(lines))
        if not self.keep_alive:
            connection.transport.close()
        connection.on_response_complete()


class Lingering:
    """A transport whose `close` lets a client that still sends finish, for a moment: a connection that is closed on
    it at once is reset, and the answer is lost. What comes is thrown away. (As web servers do: `lingering_close`.)"""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop, sends: Any) -> None:
        self._transport, self._loop, self._sends = transport, loop, sends
        self._lingers = False
        self.write = transport.write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def forget(self) -> None:
        """The connection has ended."""
        self._sends = _nothing

    def is_closing(self) -> bool:
        """Whether nothing more is to be written."""
        return self._lingers or self._transport.is_closing()

    def close(self) -> None:
        """Close it, now or when the client is done."""
        if self._lingers:
            return
        if not self._sends() or not self._transport.can_write_eof() or self._transport.is_closing():
            self._transport.close()
            return
        self._lingers = True
        before = self._transport.get_protocol()
        self._transport.set_protocol(_Discarding(self._transport, before, self._loop))
        self._transport.resume_reading()
        self._transport.write_eof()


def _nothing() -> bool:
    return False


class _Head:
    """The head of an answer that is no problem, but for the length: written once a second, when the date changes."""

    def __init__(self) -> None:
        self._defaults: Any = None
        self._before = self._after = b""

    def of(self, defaults: Any, size: int) -> bytes:
        """The head with the server's headers of this second."""
        if defaults is not self._defaults:
            self._defaults = defaults
            self._before = b"HTTP/1.1 200 OK\r\n%scontent-length: " % b"".join(map(_line, defaults))
            self._after = b"\r\n%s\r\n" % b"".join(map(_line, SAID))
        return b"%s%d%s" % (self._before, size, self._after)


_SAID_HEAD = _Head()


def _line(header: tuple[bytes, bytes]) -> bytes:
    return b"%s: %s\r\n" % header


@cache
def _phrase(status: int) -> bytes:
    return HTTPStatus(status).phrase.encode()


class _Discarding(asyncio.Protocol):
    """Reads and throws away, until the client is done, or for long enough."""

    def __init__(self, transport: Any, before: asyncio.Protocol, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._before = transport, before
        self._left = _MOST_DISCARDED
        self._end = loop.call_later(_LINGER_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end.cancel()
        self._before.connection_lost(exc)


def _plain_problem(name: str, seconds: int) -> bytes:
    """A problem for a request that never became one."""
    kind = KINDS[name]
    detail = f"address and headers did not arrive within {seconds} seconds" if name == "too-slow" else kind.example
    body = json.dumps({"type": kind.type, "title": kind.title, "status": kind.status, "detail": detail}).encode()
    head = (
        f"HTTP/1.1 {kind.status} {kind.title}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
