"""Checking of lots: `lot("pilot")`, a number drawn once for each fact that is assigned, and who may read it.

A lot is drawn with the key of the period in which the fact came, from its kind, key and name alone: so it is the same
at each reading. Every decision records the lots of its own fact, so only those may be read: not the lot of another row,
and none by what is paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from . import checked as c
from . import problems
from . import syntax as s
from .types import RATE, ref
from .workbench import Context, Workbench

__all__ = ["LOT", "lot_of", "with_lots"]

LOT = "lot"
"""The function that draws."""

_PLACES = frozenset({"assign", "let", "watch"})


def lot_of(bench: Workbench, node: s.Call, context: Context) -> c.Expr:
    """The call of `lot`: its name, and the date of the fact at hand, by which the key is found."""
    (said,) = node.args
    if not isinstance(said, s.TextLit) or not said.text.strip():
        return bench.fail(problems.lot_without_name(said.span))
    kinds = [kind for kind in context.vars if kind != "rep" and kind in bench.kinds]
    if len(kinds) != 1 or context.place not in _PLACES or context.other:
        return bench.fail(problems.lot_of_nothing(node.span))
    (kind,) = kinds
    came = bench.kinds[kind].arrives
    if came is None or came.type.optional:
        return bench.fail(problems.lot_without_date(node.span, kind))
    name = bench.check(said, context)
    subject = c.Subject(ref(kind), kind, span=node.span)
    return c.Invoke(RATE, LOT, (name, c.FieldOf(came.type, subject, kind, came.name, span=node.span)), span=node.span)


def with_lots(bench: Workbench, assigns: tuple[c.Assign, ...], others: Iterable[c.Node]) -> tuple[c.Assign, ...]:
    """The assigns with the names of the lots that they read; whatever may not read one is reported.

    `others`: statements that assign nothing.
    """
    named = {name: frozenset(_names(bench, let.value)) for name, let in bench.lets.items()}
    if not any(named.values()) and not any(_is_lot(part) for one in (*assigns, *others) for part in c.walk(one)):
        return assigns
    for one in (*others, *bench.accounts.values(), *bench.checked_targets.values()):
        _report(bench, (part for part in c.walk(one) if _reads(part, named)))
    kinds = {assign.kind for assign in assigns}
    for let in bench.lets.values():
        _report(bench, _elsewhere(let.value, named))
        _report(bench, (part for part in c.walk(let.value) if _is_lot(part) and _kind(part) not in kinds))
    made: list[c.Assign] = []
    for assign in assigns:
        _report(bench, _elsewhere(assign, named))
        for counted in (assign.fair_in, assign.moving):
            _report(bench, (part for part in (() if counted is None else c.walk(counted)) if _reads(part, named)))
        found = {name for part in c.walk(assign) for name in _own_names(part, named)}
        made.append(replace(assign, lots=tuple(sorted(found))))
    return tuple(made)


def _is_lot(node: c.Node) -> bool:
    return isinstance(node, c.Invoke) and node.function == LOT


def _kind(node: c.Node) -> str:
    """Of what kind of fact a lot is."""
    assert isinstance(node, c.Invoke)
    assert isinstance(node.args[1], c.FieldOf)
    return node.args[1].kind


def _reads(node: c.Node, named: dict[str, frozenset[str]]) -> bool:
    """Whether a node is a lot, or reads a let that reads one."""
    return len(_own_names(node, named)) > 0


def _own_names(node: c.Node, named: dict[str, frozenset[str]]) -> frozenset[str]:
    if isinstance(node, c.LetRead):
        return named.get(node.let, frozenset())
    if isinstance(node, c.Invoke) and node.function == LOT:
        name = node.args[0]
        assert isinstance(name, c.Constant)
        return frozenset({str(name.value)})
    return frozenset()


def _names(bench: Workbench, node: c.Node) -> Iterator[str]:
    """The lots that a value reads, lets looked through, each once: one may read itself, which is reported elsewhere."""
    left, seen = [node], set[str]()
    while left:
        for part in c.walk(left.pop()):
            if isinstance(part, c.LetRead) and part.let in bench.lets and part.let not in seen:
                seen.add(part.let)
                left.append(bench.lets[part.let].value)
            yield from _own_names(part, {})


def _elsewhere(node: c.Node, named: dict[str, frozenset[str]]) -> Iterator[c.Node]:
    """What reads the lot of another row than the one at hand."""
    if isinstance(node, c.ReadAccount) and node.where is not None:
        yield from (part for part in c.walk(node.where) if _reads(part, named))
        return
    if isinstance(node, c.LetRead) and not node.own and named.get(node.let):
        yield node
    for child in c.children(node):
        yield from _elsewhere(child, named)


def _report(bench: Workbench, found: Iterable[c.Node]) -> None:
    for part in found:
        bench.report(problems.lot_elsewhere(part.span))
