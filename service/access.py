"""Who may ask: holders of the API key, or without one only programs on this machine."""

from __future__ import annotations

import hmac
from hashlib import sha256

from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import Problem, answer
from .settings import is_loopback

__all__ = ["Access"]


class Access:
    """ASGI middleware that turns away whoever may not ask, before anything of the request is read.

    Without a key a request must be addressed to this machine by name or address: a web page that a browser here
    has open can reach loopback under a name of its own.
    """

    def __init__(self, app: ASGIApp, api_key: str | None) -> None:
        self._app = app
        self._digest = sha256(api_key.encode()).digest() if api_key is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        problem = self._objection(headers.get(b"host", b""), headers.get(b"authorization", b""))
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await answer(problem)(scope, receive, send)

    def _objection(self, host: bytes, authorization: bytes) -> Problem | None:
        if self._digest is None:
            name = _without_port(host.decode("latin-1"))
            if is_loopback(name):
                return None
            return Problem("wrong-host", "without an API key only requests to this machine itself are answered")
        scheme, _, key = authorization.partition(b" ")
        given = sha256(key.strip()).digest()
        if hmac.compare_digest(given, self._digest) and scheme.lower() == b"bearer":
            return None
        said = "the key is not the one of this service" if authorization else "the request has no key"
        detail = f"{said}: send `authorization: Bearer KEY`"
        return Problem("key-needed", detail, headers={"www-authenticate": 'Bearer realm="meed"'})


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[")
    return host.partition(":")[0]
