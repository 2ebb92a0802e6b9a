"""Routes whose bodies are read exactly: JSON only, of a limited size, no number turned into a binary one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from .problems import Problem
from .strict_json import NotJson, parse

__all__ = ["exact_route"]


def exact_route(most_bytes: int) -> type[APIRoute]:
    """A class of routes that take bodies of at most so many bytes."""

    class ExactRequest(Request):
        """A request whose body is read once, and no further than it may be."""

        async def body(self) -> bytes:
            if not hasattr(self, "_read"):
                self._read = await _body(self, most_bytes)
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

            async def handle_exactly(request: Request) -> Response:
                return await handle(ExactRequest(request.scope, request.receive))

            return handle_exactly

    return ExactRoute


async def _body(request: Request, most: int) -> bytes:
    if request.method in {"GET", "HEAD"}:
        return b""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        says = f"`{kind}` is not JSON" if kind else "the request does not say what its body is"
        raise Problem("not-json-type", f"{says}: send `content-type: application/json`")
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        raise _too_large(most)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    body = b"".join(parts)
    if not body:
        raise Problem("not-json", "the body is empty")
    return body


def _too_large(most: int) -> Problem:
    # What is left of the body is not read: the connection cannot serve another request.
    return Problem("too-large", f"the body has more than {most:,} bytes", headers={"connection": "close"})
