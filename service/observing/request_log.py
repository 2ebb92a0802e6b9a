"""The log of the service: JSON, one line each, on standard error. No facts, no secrets, no addresses."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from typing import Any, TextIO

from ..clock import Clock, utc_text

__all__ = ["JsonLines", "RequestLog", "log_to"]

_MOST_KEPT = 500
_MILLION = 1_000_000
_encode = json.JSONEncoder(ensure_ascii=False).encode


class RequestLog:
    """A line for each request. Lines are kept for a moment and written together: see `flush`."""

    def __init__(self, clock: Clock, out: TextIO | None = None) -> None:
        self._clock, self._out = clock, out
        self._lines: list[str] = []

    def add(self, method: str, route: str, status: int, spent_ns: int, **known: Any) -> None:
        """A request that was answered; what of `known` is None or empty is left out."""
        line: dict[str, Any] = {
            "time": utc_text(self._clock()), "level": "info", "event": "request", "method": method, "route": route,
            "status": status, "ms": f"{spent_ns // _MILLION}.{spent_ns % _MILLION // 1000:03d}",
        }  # fmt: skip
        line.update({name: value for name, value in known.items() if value not in (None, "")})
        self._lines.append(_encode(line))
        if len(self._lines) >= _MOST_KEPT:
            self.flush()

    def flush(self) -> None:
        """Write what is kept. A log that nobody can take any more stops no request."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        out = self._out if self._out is not None else sys.stderr
        try:
            out.write("\n".join(lines) + "\n")
            out.flush()
        except (OSError, ValueError):
            pass


class JsonLines(logging.Formatter):
    """Records of the library `logging` in the same form. Of an error its kind and the places, but not its words:
    they may quote facts. With MEED_DEBUG set the words are there, too."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": utc_text(self._clock()), "level": record.levelname.lower(), "event": record.name,
            "message": record.getMessage(),
        }  # fmt: skip
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = type(error).__name__
            line["at"] = [
                f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}"  # noqa: PTH119 - no file is touched
                for frame in traceback.extract_tb(error.__traceback__)
            ]
            if os.environ.get("MEED_DEBUG"):
                line["says"] = str(error)
        return json.dumps(line, ensure_ascii=False)


def log_to(clock: Clock) -> None:
    """Send all records of this process, the server's own among them, to standard error in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(clock))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("meed").setLevel(logging.INFO)
