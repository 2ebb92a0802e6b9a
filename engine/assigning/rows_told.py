"""The rows behind a count that decided: which of them counted, or why each of them did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from ..scalars.scalar_readings import beside, picked
from ..wording.phrases import say, show

if TYPE_CHECKING:
    from ..scalars.scalar import Env, Evaluator
    from .refusal import Finding

__all__ = ["RowTold", "RowsTold", "row_behind", "rows_behind"]

_MOST_TOLD = 3

Findings = Callable[["Evaluator", c.Expr, "Env"], "tuple[Finding, ...]"]


@dataclass(frozen=True, slots=True)
class RowTold:
    """A row by its key: why it did not count, or the cells by which it did."""

    key: str
    findings: tuple[Finding, ...] = ()
    cells: tuple[tuple[c.FieldOf, object], ...] = ()

    def text(self, words: Callable[[tuple[Finding, ...]], str], currency: str) -> str:
        """In words; `words` are those of findings."""
        if self.findings:
            return f"{self.key}: {words(self.findings)}"
        told = ", ".join(f"{say(cell)} {_shown(value, cell, currency)}" for cell, value in self.cells)
        return f"{self.key}: {told}" if told else self.key


@dataclass(frozen=True, slots=True)
class RowsTold:
    """The first rows of a kind that a count looked at, and how many more there are."""

    kind: str
    rows: tuple[RowTold, ...] = ()
    more: int = 0

    def text(self, words: Callable[[tuple[Finding, ...]], str], currency: str) -> str:
        """In words."""
        if not self.rows:
            return f"there is no {self.kind}"
        told = "; ".join(f"{self.kind} {row.text(words, currency)}" for row in self.rows)
        return f"{told}; and {self.more} more" if self.more else told


def rows_behind(ev: Evaluator, node: c.Expr, env: Env, why: Findings) -> RowsTold | None:
    """The rows of a rep or fact that a condition counts; None where it counts none of its own."""
    if not isinstance(node, c.Compare | c.Same):
        return None
    counted = next((read for side in (node.left, node.right) if (read := _counted(ev, side)) is not None), None)
    if counted is None or counted.where is None:
        return None
    kind = ev.policy.accounts[counted.account].kind
    found = picked(ev, counted, env)
    if found:
        cells = tuple(dict.fromkeys(part for part in c.walk(counted.where) if _is_cell(part, counted.row or kind)))
        told = [
            RowTold(ev.world.key(kind, posting.row), cells=_read(ev, cells, beside(ev, counted, env, posting.row)))
            for posting in found[:_MOST_TOLD]
        ]
    elif counted.subject is None:
        return None
    else:
        found = picked(ev, counted, env, failing=True)
        told = [
            RowTold(ev.world.key(kind, posting.row), why(ev, counted.where, beside(ev, counted, env, posting.row)))
            for posting in found[:_MOST_TOLD]
        ]
    return RowsTold(kind, tuple(told), len(found) - len(told))


def row_behind(ev: Evaluator, node: c.Expr, env: Env) -> str:
    """The row that a let of the rows at hand takes its value from, the latest of some; empty where it is none."""
    read = _counted(ev, node, "latest")
    if read is None or read.where is None:
        return ""
    found = picked(ev, read, env)
    kind = ev.policy.accounts[read.account].kind
    return f"{kind} {ev.world.key(kind, found[-1].row)}" if found else ""


def _counted(ev: Evaluator, node: c.Expr, reading: str = "count") -> c.ReadAccount | None:
    """The count behind a let of the rows at hand."""
    if not isinstance(node, c.LetRead) or node.window.kind != "scope":
        return None
    value = ev.policy.lets[node.let].value
    return value if node.own and isinstance(value, c.ReadAccount) and value.reading == reading else None


def _is_cell(node: c.Node, kind: str) -> bool:
    return isinstance(node, c.FieldOf) and isinstance(node.base, c.Subject) and node.base.var == kind


def _read(ev: Evaluator, cells: tuple[Any, ...], env: Env) -> tuple[tuple[c.FieldOf, object], ...]:
    return tuple((cell, _value(ev, cell, env)) for cell in cells)


def _value(ev: Evaluator, cell: c.FieldOf, env: Env) -> object:
    value = ev.quietly(cell, env)
    if cell.type.name == "ref" and isinstance(value, int):
        return ev.world.key(cell.type.kind or "rep", value)
    return value


def _shown(value: object, cell: c.FieldOf, currency: str) -> str:
    if cell.type.name in {"ref", "key"}:
        return "missing" if value is None else str(value)
    return show(value, cell.type, currency)
