"""What was compared to choose among reps: the lowest or the highest value, and who had which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["EXTREMES", "Compared"]

EXTREMES = {"fewest": "lowest", "best": "highest"}
"""What each measuring word wants of a value."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A further measure: its word, what it reads in words, and the value of each rep who was alike in all before it."""

    strategy: str
    said: str
    measured: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"strategy": self.strategy, "what": self.said, "measured": dict(self.measured)}

    def first(self, rep: str) -> str:
        """What a rep is first in, such as `the lowest open leads of rep so far (2)`."""
        return f"the {EXTREMES[self.strategy]} {self.said} ({dict(self.measured)[rep]})"
