"""How a value came about: a plain tree, computed with the value, of which every rendering is a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...dsl import checked as c
from ...dsl.types import Type

__all__ = ["Step", "Tracer"]


@dataclass(slots=True)
class Step:
    """One step: the checked node (None for a step of the engine's own), its value, what it rests on.

    `op` names a step of the engine's own; that of a node follows from the node. `told`: what else belongs to the
    arithmetic, such as the key of a row, the bound of a band, the case that was taken.
    """

    node: c.Node | None
    value: Any
    parts: list[Step] = field(default_factory=list[Any])
    op: str = ""
    unit: Type | None = None
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def walk(self) -> Iterator[Step]:
        """The step and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Tracer:
    """Collects steps while an evaluator works; off unless asked for.

    `brief`: readings of accounts are leaves, without the credits behind them.
    """

    def __init__(self) -> None:
        self.on = False
        self.brief = False
        self._stack: list[tuple[list[Step], dict[str, Any]]] = [([], {})]

    def open(self) -> None:
        """Begin the parts of a step."""
        self._stack.append(([], {}))

    def tell(self, **told: Any) -> None:
        """Say more of the step that was opened last."""
        if self.on:
            self._stack[-1][1].update(told)

    def close(self, node: c.Node | None, value: object, op: str = "", unit: Type | None = None, **told: Any) -> None:
        """End a step: what was collected since `open` are its parts."""
        parts, more = self._stack.pop()
        self._stack[-1][0].append(Step(node, value, parts, op, unit, {**more, **told}))

    def drop(self) -> None:
        """Forget what was collected since `open`."""
        self._stack.pop()

    def note(
        self, op: str, value: object, unit: Type | None = None, node: c.Node | None = None, **told: Any
    ) -> None:  # fmt: skip
        """A step without parts."""
        if self.on:
            self._stack[-1][0].append(Step(node, value, [], op, unit, told))

    def take(self) -> list[Step]:
        """The steps collected at the top, handed over."""
        steps, self._stack = self._stack[0][0], [([], {})]
        return steps
