"""The smallest differences between two checked nodes: which rate, band, clause or condition is another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest
from typing import Any, Literal, TypeAlias

from ..dsl import checked as c
from .wording import words

__all__ = ["Change", "NodeChanges", "What"]

What: TypeAlias = Literal["added", "removed", "changed"]
_CARRIERS = (
    c.Band, c.Gate, c.Times, c.Plus, c.AtMost, c.AtLeast, c.Release, c.Receiver, c.Compare, c.Same, c.Member,
)  # fmt: skip
_CLAUSES = (c.Gate, c.Times, c.Plus, c.AtMost, c.AtLeast, c.Release)
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `left` and `right` are the smallest nodes that differ (None: not there).

    `carrier`: the band or clause around them, in whose words the change is said; `said`: the words where no node
    has them. `inside`: the `let` or `credit` in whose definition it lies, where that is not what was compared.
    `prize`: the prizes, and the place of which it is another.
    """

    what: What
    left: c.Node | None
    right: c.Node | None
    carrier: tuple[c.Node | None, c.Node | None] | None = None
    said: tuple[str, str] | None = None
    inside: str = ""
    prize: tuple[c.Prize, c.Prize, int] | None = None


def _changed(left: c.Node, right: c.Node, said: tuple[str, str] | None = None) -> Change:
    return Change("changed", left, right, said=said)


def _lone(left: c.Node | None, right: c.Node | None, said: tuple[str, str] | None = None) -> Change:
    return Change("added" if left is None else "removed", left, right, said=said)


@dataclass(slots=True)
class NodeChanges:
    """Compares nodes of two policies. With `follow`, the definitions of what they read, too, each once."""

    left: c.Policy
    right: c.Policy
    follow: bool = False
    _seen: set[str] = field(default_factory=set[str])

    def between(self, left: c.Node | None, right: c.Node | None) -> Iterator[Change]:
        """The differences, in the order in which the nodes are written."""
        if left is None or right is None:
            if left is not right:
                yield _lone(left, right)
            return
        if type(left) is not type(right):
            if isinstance(left, c.All | c.AnyOf) or isinstance(right, c.All | c.AnyOf):
                yield from self._conditions(left, right)
            else:
                yield _changed(left, right)
            return
        found = _HANDLERS.get(type(left), _fields)(self, left, right)
        yield from (self._carried(change, left, right) for change in found)
        yield from self._definitions(left, right)

    def _conditions(self, left: c.Node, right: c.Node) -> Iterator[Change]:
        """Conditions beside one another, and one alone: `a` and `a and b` differ by `b`."""
        kind = type(left) if isinstance(left, c.All | c.AnyOf) else type(right)
        mine, theirs = (node.parts if isinstance(node, c.All | c.AnyOf) else (node,) for node in (left, right))
        whole = isinstance(left, kind) and isinstance(right, kind)
        shared = any(part in theirs for part in mine)
        if whole or not shared or {type(left), type(right)} == {c.All, c.AnyOf}:
            yield _changed(left, right)
        else:
            yield from self.parts(mine, theirs)

    def _carried(self, change: Change, left: c.Node, right: c.Node) -> Change:
        """A change in the words of the band, clause or short product around it, which say more than a bare `5%`."""
        inner = change.carrier
        if change.inside:
            return change
        if isinstance(left, _CLAUSES) and inner is not None and isinstance(inner[0] or inner[1], c.Compare | c.Same):
            return replace(change, carrier=(left, right))
        if inner is not None or change.said is not None:
            return change
        if isinstance(left, _CARRIERS) or (isinstance(left, c.Arithmetic) and self._are_short(left, right)):
            return replace(change, what="changed", carrier=(left, right))  # what is added to a clause changes it
        return change

    def _are_short(self, left: c.Node, right: c.Node) -> bool:
        return len(words(self.left, left)) <= _SHORT and len(words(self.right, right)) <= _SHORT

    def account(self, left: c.Account, right: c.Account) -> Iterator[Change]:
        """The differences of two credits, whatever they are called."""
        for one, other in zip_longest(left.sources, right.sources):
            if one is None or other is None:
                yield _lone(one, other)
            elif one.kind != other.kind:
                yield _changed(one, other)
            else:
                yield from self.parts(one.receivers, other.receivers)
                yield from self.between(one.on, other.on)
                yield from self.between(one.value, other.value)
                yield from self.between(one.when, other.when)

    def clauses(self, left: Sequence[c.Clause], right: Sequence[c.Clause]) -> Iterator[Change]:
        """The differences of the clauses of a component: of one kind in the order written; then their order."""
        mine, theirs = _numbered(left), _numbered(right)
        for key, clause in mine.items():
            yield from self.between(clause, theirs.get(key))
        for key, clause in theirs.items():
            if key not in mine:
                yield from self.between(None, clause)
        if mine.keys() == theirs.keys() and list(mine) != list(theirs):
            said = [", then ".join(words(policy, clause) for clause in clauses)
                    for policy, clauses in ((self.left, left), (self.right, right))]  # fmt: skip
            yield _changed(left[0], right[0], (said[0], said[1]))

    def parts(self, left: Sequence[c.Node], right: Sequence[c.Node]) -> Iterator[Change]:
        """The differences of two lists: what is not in the other one, in pairs where there are as many of both."""
        mine, theirs = _only_in(left, right), _only_in(right, left)
        if len(mine) == len(theirs):
            for one, other in zip(mine, theirs, strict=True):
                yield from self.between(one, other)
        else:
            yield from (_lone(one, None) for one in mine)
            yield from (_lone(None, other) for other in theirs)
        for one in left:
            if one not in mine:  # equal, and yet what they read may be defined otherwise
                yield from self.between(one, next(other for other in right if other == one))

    def _definitions(self, left: c.Node, right: c.Node) -> Iterator[Change]:
        match left, right:
            case c.ReadAccount(account=name), c.ReadAccount(account=other):
                one, two = self.left.accounts[name], self.right.accounts[other]
                if one.implicit and two.implicit:
                    yield from self.account(one, two)
                elif name == other and self._is_new(f"credit {name}"):
                    yield from self._inside(name, self.account(one, two))
            case c.LetRead(let=name), c.LetRead(let=other) if name == other and self._is_new(f"let {name}"):
                value, its = self.left.lets[name].value, self.right.lets[name].value
                yield from self._inside(name, self.between(value, its))
            case c.AcrossReps(members=name) | c.Rank(members=name), _ if name and self._is_new(f"scheme {name}"):
                groups = [
                    next((made.group for made in policy.schemes if made.name == name), None)
                    for policy in (self.left, self.right)
                ]
                yield from self._inside(name, self.between(groups[0], groups[1]))
            case _:
                pass

    def _is_new(self, name: str) -> bool:
        if not self.follow or name in self._seen:
            return False
        self._seen.add(name)
        return True

    def _inside(self, name: str, found: Iterator[Change]) -> Iterator[Change]:
        return (replace(change, inside=change.inside or name) for change in found)


def _numbered(clauses: Sequence[c.Clause]) -> dict[tuple[str, int], c.Clause]:
    """Clauses by their kind and which of that kind they are."""
    made: dict[tuple[str, int], c.Clause] = {}
    for clause in clauses:
        word = type(clause).__name__
        made[word, sum(1 for kind, _ in made if kind == word)] = clause
    return made


def _only_in(some: Sequence[c.Node], others: Sequence[c.Node]) -> list[c.Node]:
    return [one for one in some if one not in others]


# --- nodes that need more than their fields ------------------------------------------------------------------


def _fields(changes: NodeChanges, left: Any, right: Any) -> Iterator[Change]:
    """The differences of the parts; the whole where something differs that is no node."""
    found: list[Change] = []
    for spec in fields(left):
        mine, theirs = getattr(left, spec.name), getattr(right, spec.name)
        if not spec.compare or spec.name == "type":
            continue
        if isinstance(mine, c.Node) or isinstance(theirs, c.Node):
            found += changes.between(mine, theirs)
        elif _are_nodes(mine) and _are_nodes(theirs):
            found += changes.parts(mine, theirs)
        elif mine != theirs:
            found = [_changed(left, right)]
            break
    if not found and getattr(left, "type", None) != getattr(right, "type", None):
        found = [_changed(left, right)] if isinstance(left, c.Constant | c.FieldOf) else []
    yield from found


def _are_nodes(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, c.Node) for item in value)  # pyright: ignore[reportUnknownVariableType]


def _account_read(changes: NodeChanges, left: c.ReadAccount, right: c.ReadAccount) -> Iterator[Change]:
    implicit = [
        policy.accounts[node.account].implicit for policy, node in ((changes.left, left), (changes.right, right))
    ]
    if left.reading != right.reading or (left.account != right.account and not all(implicit)):
        yield _changed(left, right)
        return
    yield from changes.between(left.subject, right.subject)
    yield from changes.between(left.window, right.window)
    if left.where is not None and right.where is not None:
        yield from changes.between(left.where, right.where)
    elif left.where is not right.where:
        yield _changed(left, right)


def _table(changes: NodeChanges, left: c.Table, right: c.Table) -> Iterator[Change]:
    if left.reading != right.reading:
        yield _changed(left, right, (left.reading, right.reading))
    yield from changes.between(left.operand, right.operand)
    if left.against is not None and right.against is not None:
        yield from changes.between(left.against, right.against)
    elif left.against is not right.against:
        said = [
            f"against {words(policy, node)}" if node is not None else ""
            for policy, node in ((changes.left, left.against), (changes.right, right.against))
        ]
        yield _lone(left.against, right.against, (said[0], said[1]))
    yield from _bands(changes, left.bands, right.bands)


def _bands(changes: NodeChanges, left: Sequence[c.Band], right: Sequence[c.Band]) -> Iterator[Change]:
    """Bands are the same where they begin at the same place; others go in pairs where there are as many of both."""
    mine = {(band.edge, band.bound): band for band in left}
    theirs = {(band.edge, band.bound): band for band in right}
    rest = [key for key in mine if key not in theirs], [key for key in theirs if key not in mine]
    pairs = dict(zip(*rest, strict=True)) if len(rest[0]) == len(rest[1]) else {}
    for key, band in mine.items():
        yield from changes.between(band, theirs.get(pairs.get(key, key)))
    for key in rest[1]:
        if key not in pairs.values():
            yield from changes.between(None, theirs[key])


def _grid(changes: NodeChanges, left: c.Grid, right: c.Grid) -> Iterator[Change]:
    yield from changes.between(left.row, right.row)
    yield from changes.between(left.column, right.column)
    if (left.rows, left.columns) != (right.rows, right.columns):
        yield _changed(left, right)
        return
    for edge, mine, theirs in zip(left.rows, left.cells, right.cells, strict=True):
        for by, one, other in zip(left.columns, mine, theirs, strict=True):
            at = f"{edge.edge} {words(changes.left, edge.bound)} by {words(changes.left, by.bound)}:"
            said = f"{at} {words(changes.left, one)}", f"{at} {words(changes.right, other)}"
            yield from (replace(change, said=said) for change in changes.between(one, other))


def _choose(changes: NodeChanges, left: c.Choose, right: c.Choose) -> Iterator[Change]:
    theirs = dict(right.cases)
    if [when for when, _ in left.cases] == [when for when, _ in right.cases]:
        for when, value in left.cases:
            at = f"when {words(changes.left, when)}:"
            said = f"{at} {words(changes.left, value)}", f"{at} {words(changes.right, theirs[when])}"
            found = changes.between(value, theirs[when])
            yield from (change if change.carrier else replace(change, said=said) for change in found)
    else:
        mine = dict(left.cases)
        for when in [*mine, *(when for when in theirs if when not in mine)]:
            if mine.get(when) != theirs.get(when):
                yield _lone_case(changes, when, mine.get(when), theirs.get(when))
    yield from changes.between(left.otherwise, right.otherwise)


def _lone_case(changes: NodeChanges, when: c.Expr, mine: c.Expr | None, theirs: c.Expr | None) -> Change:
    policies = (changes.left, changes.right)
    said = tuple(
        f"when {words(policy, when)}: {words(policy, value)}" if value is not None else ""
        for policy, value in zip(policies, (mine, theirs), strict=True)
    )
    what: What = "changed" if mine is not None and theirs is not None else "added" if mine is None else "removed"
    return Change(what, mine, theirs, said=(said[0], said[1]))


def _weights(changes: NodeChanges, left: c.Blend, right: c.Blend) -> Iterator[Change]:
    if [value for _, value in left.parts] != [value for _, value in right.parts]:
        yield _changed(left, right)
        return
    for (weight, value), (other, its) in zip(left.parts, right.parts, strict=True):
        if weight != other:
            said = tuple(f"{_percent(part)}: {_begin(words(changes.left, value))}" for part in (weight, other))
            yield _changed(value, its, (said[0], said[1]))
        yield from changes.between(value, its)


def _begin(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rstrip()} ..."


def _percent(weight: Any) -> str:
    from ..dsl.types import RATE
    from ..engine.wording.phrases import show

    return show(weight, RATE)


def _tier(changes: NodeChanges, left: c.Tier, right: c.Tier) -> Iterator[Change]:
    yield from changes.between(left.person, right.person)
    yield from changes.between(left.where, right.where)
    yield from changes.between(left.level, right.level)
    if left.sharing != right.sharing:
        yield _changed(left, right, (f"by {left.sharing}", f"by {right.sharing}"))
    yield from changes.between(left.weight, right.weight)
    if [one.word for one in left.further] != [one.word for one in right.further]:
        yield _changed(left, right)
    else:
        for mine, theirs in zip(left.further, right.further, strict=True):
            yield from changes.between(mine.value, theirs.value)
    if any(changes.between(left.accept, right.accept)):
        yield _changed(left, right)


def _level(changes: NodeChanges, left: c.Level, right: c.Level) -> Iterator[Change]:
    yield from changes.between(left.value, right.value)
    if left.sharing != right.sharing:
        yield _changed(left, right, (f"by {left.sharing}", f"by {right.sharing}"))
    yield from changes.between(left.weight, right.weight)


def _wait(changes: NodeChanges, left: c.Wait, right: c.Wait) -> Iterator[Change]:
    """What its hours are is said where they are: here they have a name only."""
    if (left.seconds, left.months, left.days) != (right.seconds, right.months, right.days):
        yield _changed(left, right)
    elif left.hours is None or right.hours is None or any(_hours(changes, left.hours, right.hours)):
        if left.hours is not right.hours:
            yield _changed(left, right)


def _hours(changes: NodeChanges, left: c.Hours, right: c.Hours) -> Iterator[Change]:
    if words(changes.left, left) != words(changes.right, right):
        yield _changed(left, right)


def _prizes(changes: NodeChanges, left: c.Prize, right: c.Prize) -> Iterator[Change]:
    yield from changes.between(left.rank, right.rank)
    mine, theirs = dict(left.places), dict(right.places)
    for number in sorted({*mine, *theirs}):
        one, other = mine.get(number), theirs.get(number)
        said = tuple(
            f"place {number}: {words(policy, value)}" if value is not None else ""
            for policy, value in ((changes.left, one), (changes.right, other))
        )
        found = changes.between(one, other)
        yield from (replace(change, said=(said[0], said[1]), prize=(left, right, number)) for change in found)


_HANDLERS: dict[type[c.Node], Callable[[NodeChanges, Any, Any], Iterator[Change]]] = {
    c.ReadAccount: _account_read, c.Table: _table, c.Grid: _grid, c.Choose: _choose, c.Blend: _weights,
    c.Prize: _prizes, c.Tier: _tier, c.Level: _level, c.Wait: _wait, c.Hours: _hours,
}  # fmt: skip
