"""How figures went over a long stream, in bounded memory: what a picture needs, not every single step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["MOST_STRETCHES", "Course", "Stretch"]

MOST_STRETCHES = 512
"""So many stretches are kept, more than a picture has columns to tell apart."""


@dataclass(slots=True)
class Stretch:
    """The lowest, the highest and the last figure in a stretch of the stream."""

    low: int
    high: int
    last: int

    def join(self, later: Stretch) -> None:
        """Take in what follows."""
        self.low, self.high, self.last = min(self.low, later.low), max(self.high, later.high), later.last


class Course:
    """Figures by name, step by step; of two neighbouring stretches one is made whenever there are too many.

    `steps`: how many there were. `width`: how many make a stretch.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.width = 1
        self.stretches: list[dict[str, Stretch]] = []

    def add(self, figures: Mapping[str, int]) -> None:
        """The figures that a step changed."""
        place = self.steps // self.width
        self.steps += 1
        if place == MOST_STRETCHES:
            self._halve()
            place = (self.steps - 1) // self.width
        if place == len(self.stretches):
            self.stretches.append({})
        here = self.stretches[place]
        for name, figure in figures.items():
            found = here.get(name)
            if found is None:
                here[name] = Stretch(figure, figure, figure)
            else:
                found.join(Stretch(figure, figure, figure))

    def merged(self, most: int) -> Course:
        """The same in at most so many stretches."""
        made = Course()
        made.steps, made.width = self.steps, self.width
        made.stretches = [
            {name: Stretch(one.low, one.high, one.last) for name, one in here.items()} for here in self.stretches
        ]
        while len(made.stretches) > most:
            made._halve()
        return made

    def _halve(self) -> None:
        joined: list[dict[str, Stretch]] = []
        for place in range(0, len(self.stretches), 2):
            here = self.stretches[place]
            for name, later in self.stretches[place + 1].items() if place + 1 < len(self.stretches) else ():
                if name in here:
                    here[name].join(later)
                else:
                    here[name] = later
            joined.append(here)
        self.stretches, self.width = joined, self.width * 2
