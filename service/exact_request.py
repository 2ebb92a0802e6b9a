"""Routes that let requests in by scope and lane, and read bodies exactly: JSON only, of a limited size."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from anyio import fail_after
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from .entrance.lanes import Lane
from .entrance.operations import OPERATIONS, Operation
from .observing.seen import seen_of
from .problems import Problem
from .strict_json import NotJson, parse

__all__ = ["Entrance", "exact_route", "read_body", "read_exactly"]


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
        held = seen.holder.scopes
        for needed in operation.scopes:
            if needed not in held:
                who = f"the key `{seen.holder.name}` has no scope `{needed}`"
                raise Problem("scope-needed", f"{who}: ask for a key that has it", scopes=list(operation.scopes))
        with self.lanes[operation.lane].place(seen.holder.id):
            yield


def exact_route(entrance: Entrance, most_bytes: int) -> type[APIRoute]:
    """A class of routes that take bodies of at most so many bytes, and are `OPERATIONS` by their `operation_id`."""

    class ExactRequest(Request):
        """A request whose body is read once, and no further than it may be."""

        async def body(self) -> bytes:
            if not hasattr(self, "_read"):
                self._read = await read_body(self, most_bytes, entrance.body_seconds)
            return self._read

        async def json(self) -> Any:
            try:
                return parse(await self.body())
            except NotJson as error:
                raise Problem("not-json", str(error)) from None

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


async def read_exactly(request: Request, most: int, seconds: int) -> object:
    """The value of a JSON body. Raises `Problem`."""
    try:
        return parse(await read_body(request, most, seconds))
    except NotJson as error:
        raise Problem("not-json", str(error)) from None


async def read_body(request: Request, most: int, seconds: int) -> bytes:
    """The body of a request that has one; empty for `GET`. Raises `Problem` for one that is not as it should be."""
    seen = seen_of(request.scope)
    if request.method in {"GET", "HEAD"}:
        return b""
    _must_be_json(request)
    told = request.headers.get("content-length", "")
    if told.isdigit() and (len(told) > 18 or int(told) > most):
        raise _too_large(most)
    parts: list[bytes] = []
    size = 0
    try:
        with fail_after(seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_large(most)
                parts.append(part)
    except TimeoutError:
        raise Problem("too-slow", f"the body did not arrive within {seconds} seconds") from None
    except ClientDisconnect:
        raise Problem("too-slow", "the connection was closed before the body had arrived") from None
    seen.body_read = True
    body = b"".join(parts)
    if not body:
        raise Problem("not-json", "the body is empty")
    return body


def _must_be_json(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        says = f"`{kind}` is not JSON" if kind else "the request does not say what its body is"
        raise Problem("not-json-type", f"{says}: send `content-type: application/json`")
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed != "identity":
        raise Problem("not-json-type", f"the body is packed (`{packed}`), and nothing is unpacked here: send it plain")


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"the body has more than {most:,} bytes")
