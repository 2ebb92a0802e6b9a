"""Time zones by their names, such as `Asia/Shanghai`."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["is_timezone"]


@lru_cache(maxsize=1024)
def is_timezone(name: str) -> bool:
    """Asked by opening it: the list of all zones is slow to make."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
