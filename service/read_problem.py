"""What is wrong with a file that cannot be read."""

from __future__ import annotations

__all__ = ["ReadProblem"]


class ReadProblem(Exception):
    """A file that cannot be read at all: its name, the row where that shows (or None), what to do."""

    def __init__(self, file: str, message: str, advice: str, row: int | None = None) -> None:
        self.file = file
        self.row = row
        self.message = message
        self.help = advice
        place = f"{file} row {row}" if row is not None else file
        super().__init__(f"{place}: {message}; {advice}")
