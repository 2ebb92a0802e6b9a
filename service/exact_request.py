"""Routes that let requests in by scope and lane, and read bodies exactly: JSON only, of a limited size."""

from __future__ import annotations

from asyncio import timeout
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope

from .entrance.api_keys import ApiKey
from .entrance.lanes import Lane
from .entrance.operations import OPERATIONS, Operation
from .observing.seen import seen_of
from .problems import Problem
from .strict_json import NotJson, parse

__all__ = ["Entrance", "exact_route", "must_be_json", "parsed", "read_body", "received", "too_large"]


@dataclass(frozen=True, slots=True)
class Entrance:
    """How requests are let in: `lanes` by name; `body_seconds`: within which a body must have arrived."""

    lanes: Mapping[str, Lane]
    body_seconds: int

    @contextmanager
    def admitted(self, scope: Scope, operation: Operation, route: str) -> Generator[None]:
        """Let a request in for as long as it is answered. Raises `Problem`, before anything of the body is read."""
        seen = seen_of(scope)
        seen.route = route
        self.must_have(seen.holder, operation)
        with self.lanes[operation.lane].place(seen.holder.id):
            yield

    def must_have(self, holder: ApiKey, operation: Operation) -> None:
        """Raises `Problem` for a key without the scopes that an operation needs."""
        for needed in operation.scopes:
            if needed not in holder.scopes:
                who = f"the key `{holder.name}` has no scope `{needed}`"
                raise Problem("scope-needed", f"{who}: ask for a key that has it", scopes=list(operation.scopes))


def exact_route(entrance: Entrance, most_bytes: int) -> type[APIRoute]:
    """A class of routes that take bodies of at most so many bytes, and are `OPERATIONS` by their `operation_id`."""

    class ExactRequest(Request):
        """A request whose body is read once, and no further than it may be."""

        async def body(self) -> bytes:
            if not hasattr(self, "_read"):
                self._read = await read_body(self, most_bytes, entrance.body_seconds)
            return self._read

        async def json(self) -> Any:
            return parsed(await self.body())

    class ExactRoute(APIRoute):
        """A route that hands its endpoint an `ExactRequest`."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()
            operation = OPERATIONS[self.operation_id or ""]

            async def handle_exactly(request: Request) -> Response:
                with entrance.admitted(request.scope, operation, self.path_format):
                    return await handle(ExactRequest(request.scope, request.receive))

            return handle_exactly

    return ExactRoute


async def read_body(request: Request, most: int, seconds: int) -> bytes:
    """The body of a request that has one; empty for `GET`. Raises `Problem` for one that is not as it should be."""
    seen = seen_of(request.scope)
    if request.method in {"GET", "HEAD"}:
        return b""
    said = request.headers
    kind, packed, length = (said.get(name, "") for name in ("content-type", "content-encoding", "content-length"))
    body = await received(request.receive, kind, packed, length, most, seconds)
    seen.body_read = True
    if not body:
        raise Problem("not-json", "the body is empty")
    return body


async def received(receive: Receive, kind: str, packed: str, length: str, most: int, seconds: int) -> bytes:
    """A body of at most so many bytes, by what its headers say of it, that arrives in time. Raises `Problem`."""
    must_be_json(kind, packed)
    if length.isdigit() and (len(length) > 18 or int(length) > most):
        raise too_large(most)
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with timeout(seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Problem("too-slow", "the connection was closed before the body had arrived")
                part, more = message.get("body", b""), message.get("more_body", False)
                size += len(part)
                if size > most:
                    raise too_large(most)
                parts.append(part)
    except TimeoutError:
        raise Problem("too-slow", f"the body did not arrive within {seconds} seconds") from None
    return b"".join(parts)


def parsed(data: bytes) -> object:
    """The value of a JSON body. Raises `Problem`."""
    try:
        return parse(data)
    except NotJson as error:
        raise Problem("not-json", str(error)) from None


def must_be_json(kind: str, packed: str) -> None:
    """Raises `Problem` for a body that is not plain JSON by its headers."""
    if kind == "application/json" and not packed:
        return
    kind = kind.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        says = f"`{kind}` is not JSON" if kind else "the request does not say what its body is"
        raise Problem("not-json-type", f"{says}: send `content-type: application/json`")
    packed = packed.strip().lower() or "identity"
    if packed != "identity":
        raise Problem("not-json-type", f"the body is packed (`{packed}`), and nothing is unpacked here: send it plain")


def too_large(most: int) -> Problem:
    """The problem of a body that has more bytes than are taken."""
    return Problem("too-large", f"the body has more than {most:,} bytes")
