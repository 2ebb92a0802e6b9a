"""The service on its address."""

from __future__ import annotations

import uvicorn

from .app import create_app
from .settings import Settings

__all__ = ["serve"]


def serve(settings: Settings) -> None:
    """Answer requests until the process is told to end. Raises `CannotStart`.

    One process: the log has one writer, and more of them would only wait for each other.
    """
    app = create_app(settings)
    uvicorn.run(app, host=settings.host, port=settings.port, workers=1, server_header=False, log_level="warning")
