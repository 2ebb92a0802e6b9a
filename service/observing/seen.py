"""What is known of a request while it is answered, for its log line, its metrics and its span."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, cast

from ..entrance.api_keys import NOBODY, ApiKey

__all__ = ["Seen", "seen_of"]

_PLACE = "meed.seen"


@dataclass(slots=True)
class Seen:
    """`route` is a pattern, never an address: addresses have keys of facts in them. `entry`: its number in the log."""

    holder: ApiKey = NOBODY
    route: str = ""
    request_id: str = ""
    entry: int | None = None
    body_read: bool = False


def seen_of(scope: MutableMapping[str, Any]) -> Seen:
    """What is known of the request with this ASGI scope."""
    found = scope.get(_PLACE)
    if found is None:
        found = scope[_PLACE] = Seen()
    return cast("Seen", found)
