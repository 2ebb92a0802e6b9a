"""What is wrong with a cell that cannot be read."""

from __future__ import annotations

__all__ = ["Unreadable"]


class Unreadable(ValueError):
    """A cell that is not what its column holds.

    `message` continues after the value (`is not a whole number`), `help` says what to do.
    """

    def __init__(self, message: str, advice: str) -> None:
        self.message = message
        self.help = advice
        super().__init__(f"{message}: {advice}")
