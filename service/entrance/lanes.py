"""Lanes: how many requests of a kind may be under way, so that a queue never grows without end."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from ..problems import Problem

__all__ = ["Lane"]

_SECOND = 1_000_000_000
_LONGEST_WAIT = 60


class Lane:
    """A bounded queue by count: `most` requests are let in at a time, of one key at most three quarters of them.

    Whoever is not let in is told when to come again: as long as those inside are likely to take, by how long
    requests took of late, from 1 to 60 seconds. Belongs to the event loop; not for other threads.
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most
        self._most_of_one = max(1, most * 3 // 4)
        self._of: dict[str, int] = {}
        self._inside = 0
        self._usual_ns = _SECOND // 1000

    @property
    def inside(self) -> int:
        """How many requests are under way, working or waiting."""
        return self._inside

    @contextmanager
    def place(self, holder: str) -> Generator[None]:
        """Hold a place while a request is answered. Raises `Problem` where there is none."""
        began = time.monotonic_ns()
        self.enter(holder)
        try:
            yield
        finally:
            self.leave(holder, time.monotonic_ns() - began)

    def enter(self, holder: str) -> None:
        """Take a place, to be left again. Raises `Problem` where there is none."""
        if self._inside >= self.most:
            detail = f"{self._inside} requests are under way here, and no more are taken"
            raise Problem("busy", f"{detail}: send it again later, as it was", headers=self._later())
        held = self._of.get(holder, 0)
        if held >= self._most_of_one:
            detail = f"{held} requests of this key are under way, and no more of one key are taken"
            raise Problem("too-many", f"{detail}: send it again later, as it was", headers=self._later())
        self._inside += 1
        self._of[holder] = held + 1

    def leave(self, holder: str, spent_ns: int) -> None:
        """Give a place back that was held for so long."""
        self._usual_ns += (spent_ns - self._usual_ns) // 8
        self._inside -= 1
        held = self._of[holder] - 1
        if held:
            self._of[holder] = held
        else:
            del self._of[holder]

    def _later(self) -> dict[str, str]:
        # `usual` is a time inside, waiting included: whoever waits at the end of the lane waits about that long.
        return {"retry-after": str(min(_LONGEST_WAIT, max(1, -(-self._usual_ns // _SECOND))))}
