"""Taking back: what is done while something is tried is noted, and undone where the event is refused after all."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Undo"]


class Undo:
    """Steps back, the last one first. Nothing is noted between `keep` or `back` and the next `begin`."""

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] | None = None

    def begin(self) -> None:
        """Note steps from here on."""
        self._steps = []

    @property
    def noting(self) -> bool:
        """Whether steps are noted."""
        return self._steps is not None

    def note(self, step: Callable[[], None]) -> None:
        """How to take back what is about to be done."""
        if self._steps is not None:
            self._steps.append(step)

    def keep(self) -> None:
        """What was done stays."""
        self._steps = None

    def back(self) -> None:
        """Take everything back."""
        steps, self._steps = self._steps or [], None
        for step in reversed(steps):
            step()
