"""Why a command stops before its job is done: a line for people, what to do, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["DEFECT", "FINDINGS", "FINE", "WRONG_USE", "Findings", "Stopped", "WrongUse"]

FINE, FINDINGS, WRONG_USE, DEFECT = 0, 1, 2, 3
"""Exit codes. 3 is a defect of meed itself."""


class Stopped(Exception):
    """A command that cannot go on: one line, what to do, and lines that go before (findings, say)."""

    code = FINDINGS

    def __init__(self, message: str, advice: str = "", details: Sequence[str] = ()) -> None:
        self.message = message
        self.help = advice
        self.details = tuple(details)
        super().__init__(message)


class Findings(Stopped):
    """What was given was read, and is not sound."""


class WrongUse(Stopped):
    """What was asked for does not make sense, or is not there."""

    code = WRONG_USE
