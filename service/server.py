"""The service on its address: how it starts, and how it ends without losing an answer."""

from __future__ import annotations

import asyncio
from types import FrameType

import uvicorn

from .app import create_app
from .clock import system_clock
from .collector import settle
from .connection import MOST_HEAD_BYTES, connections
from .observing.request_log import log_to
from .readiness import Readiness
from .settings import Settings

__all__ = ["Server", "serve"]

_BACKLOG = 2048


def serve(settings: Settings) -> None:
    """Answer requests until the process is told to end. Raises `CannotStart`."""
    log_to(system_clock)
    readiness = Readiness()
    app = create_app(settings, readiness=readiness)
    settle()
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, workers=1, server_header=False, log_config=None, access_log=False,
        http=connections(settings.head_seconds, app.deciding), ws="none", h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        limit_concurrency=settings.most_connections, backlog=_BACKLOG, timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.finish_seconds, proxy_headers=False,
    )  # fmt: skip
    Server(config, readiness, settings.drain_seconds).run()


class Server(uvicorn.Server):
    """Ends in order: it says that it is not ready, so that nobody sends requests any more; after a while it listens
    no more, answers what is under way, and closes the store. A second signal ends it at once."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness, drain_seconds: int) -> None:
        super().__init__(config)
        self._readiness, self._drain_seconds = readiness, drain_seconds
        self._told = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second stops at once."""
        self._told += 1
        self._readiness.drains = True
        if self._told > 1:
            self.force_exit = self.should_exit = True
        elif self._drain_seconds and self.started:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        self.should_exit = True
