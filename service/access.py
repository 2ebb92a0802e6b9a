"""Who may ask: holders of a key, or without keys only programs on this machine."""

from __future__ import annotations

import logging
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from .entrance.api_keys import LOCAL, NOBODY, ApiKey
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
        is_open = scope["path"] in OPEN and scope["method"] == "GET"
        try:
            seen_of(scope).holder = self.holder(
                host.decode("latin-1"), authorization.decode("latin-1"), is_open=is_open
            )
        except Problem as problem:
            await answer(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def holder(self, host: str, authorization: str, *, is_open: bool = False) -> ApiKey:
        """Whose request it is; `is_open`: it needs no key. Raises `Problem` for whoever may not ask."""
        if self._keys is None:
            if not _is_here(host):
                raise Problem("wrong-host", "without API keys only requests to this machine itself are answered")
            return LOCAL
        if not authorization:
            if is_open:
                return NOBODY
            raise _refused("the request has no key")
        mark, _, text = authorization.partition(" ")
        try:
            holder = self._keys.holder(text.strip()) if mark.lower() == "bearer" else None
        except KeysUnreadable as error:
            _LOG.error("nobody is let in: %s", error)
            raise Problem("keys-unavailable", "the keys cannot be read now", headers={"retry-after": "1"}) from None
        if holder is None:
            raise _refused("the key is not one of this service, or not any more")
        return holder


def _refused(says: str) -> Problem:
    return Problem("key-needed", f"{says}: send `authorization: Bearer KEY`", headers=_CHALLENGE)


@lru_cache(maxsize=64)
def _is_here(host: str) -> bool:
    """Whether a host, with a port or without, means this machine alone."""
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
