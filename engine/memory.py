"""A memory that does not grow without bound: full, it starts anew. What it forgets is worked out again."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["Memory"]

K = TypeVar("K")
V = TypeVar("V")


class Memory(dict[K, V]):
    """A dict of at most `most` entries."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self._most and key not in self:
            self.clear()
        super().__setitem__(key, value)
