"""The lots of a fact that is decided: drawn for whoever reads them, recorded with the decision, and said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ...dsl import checked as c
from ...dsl.types import RATE
from ..calendar.days import SECONDS_PER_DAY
from ..scalars.scalar import Evaluator
from ..turns.draws import DrawKeys
from ..turns.lots import LotDrawn, Lots
from ..wording.phrases import show
from .case import Case

__all__ = ["FactLots", "LotTold", "reads_lots"]


@dataclass(frozen=True, slots=True)
class LotTold:
    """A lot, and in words what it drew beside the bounds that the policy compares it with."""

    drawn: LotDrawn
    text: str


class FactLots:
    """The lots that an `assign` reads, by the keys of their periods (`month`, `quarter`, `year`)."""

    def __init__(self, policy: c.Policy, assign: c.Assign, keys: DrawKeys, period: str) -> None:
        self._policy, self._kind, self._names = policy, assign.kind, assign.lots
        self._lots = Lots(keys, assign.kind, period)
        came = policy.kinds[assign.kind].arrives
        self._column = "" if came is None else came.name
        self._unit = SECONDS_PER_DAY if came is not None and came.type.name == "date" else 1
        self._ev: Evaluator | None = None
        self._bounds = {name: sorted(_bounds(policy, assign, name)) for name in assign.lots}

    def serve(self, ev: Evaluator) -> None:
        """Draw for an evaluator from now on."""
        self._ev = ev
        if self._names:
            ev.lots[self._kind] = self._value

    def _value(self, name: str, row: int, came: int) -> Fraction:
        assert self._ev is not None
        return self._lots.drawn(name, self._ev.world.key(self._kind, row), came * self._unit).value

    def of(self, case: Case) -> tuple[LotTold, ...]:
        """All lots of a case, in the order of their names; none where it does not say when it came."""
        assert self._ev is not None
        came = self._ev.world.cell(self._kind, case.row, self._column)
        if not isinstance(came, int):
            return ()
        return tuple([self._told(self._lots.drawn(name, case.key, came * self._unit)) for name in self._names])

    def _told(self, drawn: LotDrawn) -> LotTold:
        """`lot("pilot") drew 7.3154% < 10%`; between two bounds both are said."""
        value, bounds = drawn.value, self._bounds[drawn.name]
        under = [bound for bound in bounds if bound <= value][-1:]
        over = [bound for bound in bounds if bound > value][:1]
        said = [f">= {self._shown(bound)}" for bound in under] + [f"< {self._shown(bound)}" for bound in over]
        text = f'lot("{drawn.name}") drew {self._shown(value)}'
        return LotTold(drawn, f"{text} {' and '.join(said)}".rstrip())

    def _shown(self, value: Fraction) -> str:
        return show(value, RATE, self._policy.currency)


def reads_lots(policy: c.Policy, node: c.Node) -> bool:
    """Whether an expression reads lots, lets looked through."""
    return any(isinstance(part, c.Invoke) and part.function == "lot" for part in _parts(policy, node))


def _parts(policy: c.Policy, node: c.Node) -> Iterator[c.Node]:
    """All nodes of an expression or a statement, and of the lets that it reads."""
    roots, seen = [node], set[str]()
    while roots:
        for part in c.walk(roots.pop()):
            yield part
            if isinstance(part, c.LetRead) and part.let not in seen:
                seen.add(part.let)
                roots.append(policy.lets[part.let])


def _bounds(policy: c.Policy, assign: c.Assign, name: str) -> set[Fraction]:
    """The numbers with which a lot is compared, lets looked through."""
    found = set[Fraction]()
    for node in _parts(policy, assign):
        if isinstance(node, c.Compare):
            found |= _compared(node.left, node.right, name) | _compared(node.right, node.left, name)
    return found


def _compared(lot: c.Expr, other: c.Expr, name: str) -> set[Fraction]:
    named = isinstance(lot, c.Invoke) and lot.function == "lot" and _named(lot.args[0], name)
    if not named or not isinstance(other, c.Constant) or not isinstance(other.value, Fraction | int):
        return set()
    return {Fraction(other.value)}


def _named(node: c.Expr, name: str) -> bool:
    return isinstance(node, c.Constant) and node.value == name
