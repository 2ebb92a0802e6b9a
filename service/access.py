"""Who may ask: holders of a key, or without keys only programs on this machine."""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from .entrance.api_keys import LOCAL
from .entrance.key_ring import KeyRing, KeysUnreadable
from .entrance.operations import OPEN
from .observing.seen import seen_of
from .problems import Problem, answer
from .settings import is_loopback

__all__ = ["Access"]

_LOG = logging.getLogger("meed.service")
_CHALLENGE = {"www-authenticate": 'Bearer realm="meed"'}


class Access:
    """ASGI middleware that turns away whoever may not ask, before anything of the request is read.

    Without keys a request must be addressed to this machine by name or address: a web page that a browser here
    has open can reach loopback under a name of its own. What a key may do is asked by the route.
    """

    def __init__(self, app: ASGIApp, keys: KeyRing | None) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = authorization = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"authorization":
                authorization = value
        problem = self._objection(scope, host, authorization)
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await answer(problem)(scope, receive, send)

    def _objection(self, scope: Scope, host: bytes, authorization: bytes) -> Problem | None:
        if self._keys is None:
            if is_loopback(_without_port(host.decode("latin-1"))):
                seen_of(scope).holder = LOCAL
                return None
            return Problem("wrong-host", "without API keys only requests to this machine itself are answered")
        if not authorization:
            if scope["path"] in OPEN and scope["method"] == "GET":
                return None
            return _refused("the request has no key")
        mark, _, text = authorization.partition(b" ")
        try:
            holder = self._keys.holder(text.strip().decode("latin-1")) if mark.lower() == b"bearer" else None
        except KeysUnreadable as error:
            _LOG.error("nobody is let in: %s", error)
            return Problem("keys-unavailable", "the keys cannot be read now", headers={"retry-after": "1"})
        if holder is None:
            return _refused("the key is not one of this service, or not any more")
        seen_of(scope).holder = holder
        return None


def _refused(says: str) -> Problem:
    return Problem("key-needed", f"{says}: send `authorization: Bearer KEY`", headers=_CHALLENGE)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[")
    return host.partition(":")[0]
