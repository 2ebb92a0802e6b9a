"""How a value came about: a plain tree, computed with the value, of which every rendering is a view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..dsl import checked as c
from ..dsl.types import Type

__all__ = ["Step", "Tracer"]


@dataclass(slots=True)
class Step:
    """One step: the checked node (None for a step of the engine's own), what it says, its value, what it rests on.

    `says` is filled for steps of the engine's own; for nodes it is derived when the step is shown.
    """

    node: c.Node | None
    value: object
    parts: list[Step] = field(default_factory=list["Step"])
    says: str = ""
    unit: Type | None = None

    def walk(self) -> Iterator[Step]:
        """The step and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Tracer:
    """Collects steps while an evaluator works; off unless asked for."""

    def __init__(self) -> None:
        self.on = False
        self._stack: list[list[Step]] = [[]]

    def open(self) -> None:
        """Begin the parts of a step."""
        self._stack.append([])

    def close(self, node: c.Node | None, value: object, says: str = "", unit: Type | None = None) -> None:
        """End a step: what was collected since `open` are its parts."""
        parts = self._stack.pop()
        self._stack[-1].append(Step(node, value, parts, says, unit))

    def drop(self) -> None:
        """Forget what was collected since `open`."""
        self._stack.pop()

    def note(self, says: str, value: object, unit: Type | None = None, node: c.Node | None = None) -> None:
        """A step without parts."""
        if self.on:
            self._stack[-1].append(Step(node, value, [], says, unit))

    def take(self) -> list[Step]:
        """The steps collected at the top, handed over."""
        steps, self._stack = self._stack[0], [[]]
        return steps
