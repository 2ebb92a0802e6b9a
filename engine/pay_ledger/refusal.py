"""What a pay ledger refuses, in a line, and what to do about it."""

from __future__ import annotations

__all__ = ["Refused"]


class Refused(ValueError):
    """Something that the ledger does not do; `help` says what to do instead."""

    def __init__(self, problem: str, advice: str) -> None:
        self.problem = problem
        self.help = advice
        super().__init__(f"{problem}: {advice}")
