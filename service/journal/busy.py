"""A journal that takes no more for now."""

from __future__ import annotations

from ..database import StoreUnavailable

__all__ = ["Busy"]


class Busy(StoreUnavailable):
    """Too many requests wait already."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} requests wait to be written")
