"""Why a policy pays a rep otherwise than another: the first clause, band or rate of the derivation that differs.

Differences of meaning come from the policies; which of them matters for a rep comes from both derivations of the
component, as the scalar evaluator traces them. A band that the rep does not reach is no reason, and neither is a cap
that does not bite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..dsl import checked as c
from ..engine.calendar.periods import Period
from ..engine.derivations.clause_steps import ClauseStep, Derivation, derivation
from ..engine.pay.simulation import Run
from ..engine.scalars.scalar import Evaluator
from ..engine.what_if.comparison import CellChange, Comparison, ComponentChange
from .node_changes import Change, NodeChanges
from .policy_changes import change_words
from .wording import became, place, words

__all__ = ["Reason", "Reasons"]

_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in words, with the places in both policies (empty: there is none)."""

    says: str
    before_place: str = ""
    after_place: str = ""


@dataclass(slots=True)
class _Side:
    """One policy with its run."""

    run: Run
    evaluator: Evaluator = field(init=False)
    earned: dict[tuple[str, str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(self.run.policy, self.run.facts)
        self.earned = {}

    @property
    def policy(self) -> c.Policy:
        return self.run.policy

    def scheme(self, name: str) -> c.Scheme | None:
        return next((scheme for scheme in self.policy.schemes if scheme.name == name), None)

    def pays(self, scheme: str, rep: str, period: str) -> bool:
        """Whether a scheme pays a rep in a period."""
        row = self.run.facts.table("rep").row(rep)
        for cells in self.run.members:
            if cells.scheme.name == scheme and row is not None:
                mine: list[int] = cells.period[cells.frame.rows["rep"] == row].tolist()
                return any(str(cells.periods[index]) == period for index in mine)
        return False

    def derive(self, part: c.Pay | c.Total, cell: CellChange, earned: int | None) -> Derivation:
        row, scheme = self.run.facts.table("rep").row(cell.rep), self.scheme(cell.scheme)
        assert row is not None
        assert scheme is not None
        return derivation(
            self.evaluator, scheme, part, row, Period.parse(cell.period, self.run.policy.calendar), earned
        )


class Reasons:
    """Names the reasons of a comparison."""

    def __init__(self, comparison: Comparison, sharing: Reasons | None = None) -> None:
        """`sharing`: reasons against the same base, whose work on it is not done again."""
        shared = sharing is not None and sharing.before.run is comparison.base
        self.before = sharing.before if sharing is not None and shared else _Side(comparison.base)
        self.after = _Side(comparison.other)
        self._amounts = {
            (cell.rep, cell.period, cell.scheme, part.component): (cell.before, cell.after)
            for part in comparison.components
            for cell in part.cells
        }

    def of_component(self, component: ComponentChange, most: int = _LOOKED_AT) -> list[tuple[Reason, int]]:
        """The reasons of those who gain or lose most, with how many of those looked at have it, commonest first."""
        found = Counter(self.of_cell(cell) for cell in component.cells[:most])
        return sorted(found.items(), key=lambda entry: (-entry[1], entry[0].says))

    def of_cell(self, cell: CellChange) -> Reason:
        """Why a component pays a rep otherwise in a period."""
        structural = self._structural(cell)
        if structural is not None:
            return structural
        parts = [_part_of(side.scheme(cell.scheme), cell.component) for side in (self.before, self.after)]
        assert parts[0] is not None
        assert parts[1] is not None
        return self._of_parts(cell, parts[0], parts[1])

    # --- what is there at all --------------------------------------------------------------------------------

    def _structural(self, cell: CellChange) -> Reason | None:
        one, other = self.before.scheme(cell.scheme), self.after.scheme(cell.scheme)
        if one is None or other is None:
            return self._lone(f"scheme {cell.scheme}", one, other)
        mine, theirs = _part_of(one, cell.component), _part_of(other, cell.component)
        if mine is None or theirs is None:
            return self._lone(cell.component, mine, theirs)
        if one.per != other.per:
            return Reason(f"per {one.per} became per {other.per}", *self._places(one, other))
        pays = [side.pays(cell.scheme, cell.rep, cell.period) for side in (self.before, self.after)]
        if pays[0] == pays[1]:
            return None
        says = "is paid by this scheme now" if pays[1] else "is not paid by this scheme any more"
        found = next(
            NodeChanges(self.before.policy, self.after.policy, follow=True).between(one.group, other.group), None
        )
        if found is not None:
            return self._reason(found, f"{says}: {self._became(found)}")
        if self.before.policy.effective != self.after.policy.effective:
            return Reason(f"{says}: the policies are in force at other times", *self._places(one, other))
        return Reason(says, *self._places(one, other))

    def _lone(self, name: str, one: c.Node | None, other: c.Node | None) -> Reason:
        return Reason(f"`{name}` is {'new' if one is None else 'gone'}", *self._places(one, other))

    def _places(self, one: c.Node | None, other: c.Node | None) -> tuple[str, str]:
        return (
            place(self.before.policy, one) if one is not None else "",
            place(self.after.policy, other) if other is not None else "",
        )

    # --- what differs in the derivation ----------------------------------------------------------------------

    def _of_parts(self, cell: CellChange, one: c.Pay | c.Total, other: c.Pay | c.Total) -> Reason:
        nodes = NodeChanges(self.before.policy, self.after.policy, follow=True)
        changes: list[Change] = []
        if isinstance(one, c.Pay) and isinstance(other, c.Pay):
            if one.over != other.over:
                said = [f"over {part.over}" if part.over else "over its period" for part in (one, other)]
                return Reason(became(said[0], said[1]), *self._places(one, other))
            changes += nodes.between(one.value, other.value)
        changes += nodes.clauses(one.clauses, other.clauses)
        derived = self._derived(cell, one, other)
        strengths = [_strength(change, *derived) for change in changes]
        if any(strengths):
            return self._told(changes[strengths.index(max(strengths))], *derived)
        if isinstance(one, c.Total):
            return Reason("follows from the components on whose sum it acts", *self._places(one, other))
        if changes:
            return self._told(changes[0], *derived)
        for name in ("rounding", "round_to"):
            said = [str(getattr(side.policy, name)) for side in (self.before, self.after)]
            if said[0] != said[1]:
                return Reason(f"{name}: {said[0]} became {said[1]}")
        return Reason("what other reps are credited, or the facts that are read, differ", *self._places(one, other))

    def _derived(self, cell: CellChange, one: c.Pay | c.Total, other: c.Pay | c.Total) -> tuple[Derivation, Derivation]:
        return (
            self.before.derive(one, cell, self._earned(self.before, cell)),
            self.after.derive(other, cell, self._earned(self.after, cell)),
        )

    def _earned(self, side: _Side, cell: CellChange) -> int | None:
        """The sum of the components of the scheme, on which its `total` acts."""
        if cell.component != "total":
            return None
        if not side.earned:
            side.earned = _earned_by_cell(side.run)
        return side.earned.get((cell.rep, cell.period, cell.scheme), 0)

    def _told(self, change: Change, before: Derivation, after: Derivation) -> Reason:
        return self._reason(change, self._words(change, before, after))

    def _reason(self, change: Change, says: str) -> Reason:
        one, other = change.carrier or (change.left, change.right)
        says = f"`{change.inside}`: {says}" if change.inside else says
        return Reason(says, *self._places(one, other))

    def _words(self, change: Change, before: Derivation, after: Derivation) -> str:
        one, other = (_clause_of(change, side) for side in (0, 1))
        steps = _step_of(before, one), _step_of(after, other)
        if isinstance(one or other, c.Gate):
            return self._gate(steps, one, other)
        if one is None or other is None:
            lone = other if one is None else one
            if lone is not None:
                text = words(self.after.policy if one is None else self.before.policy, lone)
                return f"{_VERBS.get(type(lone), ('now', 'no longer'))[one is not None]} `{text}`"
        return self._became(change)

    def _gate(self, steps: tuple[ClauseStep | None, ...], one: c.Clause | None, other: c.Clause | None) -> str:
        stopped = [step is not None and step.acts for step in steps]
        texts = [
            words(side.policy, clause) if clause is not None else ""
            for side, clause in ((self.before, one), (self.after, other))
        ]
        if stopped[1] and not stopped[0]:
            return f"now stopped by `{texts[1]}`" + (f", which was `{texts[0]}`" if texts[0] else "")
        if stopped[0] and not stopped[1]:
            return f"no longer stopped by `{texts[0]}`" + (f", which is now `{texts[1]}`" if texts[1] else "")
        return became(texts[0], texts[1])

    def _became(self, change: Change) -> str:
        before, after = change_words(self.before.policy, self.after.policy, change)
        if change.what == "changed":
            return became(before, after)
        return f"`{after}` is new" if change.what == "added" else f"`{before}` is gone"


_VERBS: dict[type[c.Node], tuple[str, str]] = {
    c.AtMost: ("now limited by", "no longer limited by"),
    c.AtLeast: ("now raised by", "no longer raised by"),
    c.Times: ("now multiplied:", "no longer multiplied:"),
    c.Plus: ("now added:", "no longer added:"),
}


def _part_of(scheme: c.Scheme | None, component: str) -> c.Pay | c.Total | None:
    if scheme is None:
        return None
    return scheme.total if component == "total" else scheme.pay(component)


def _earned_by_cell(run: Run) -> dict[tuple[str, str, str], int]:
    lines, keys = run.lines, run.facts.table("rep").keys
    made: dict[tuple[str, str, str], int] = {}
    reps: list[int] = lines.rep.tolist()
    periods: list[int] = lines.period.tolist()
    schemes: list[int] = lines.scheme.tolist()
    components: list[int] = lines.component.tolist()
    amounts: list[int] = lines.amount.tolist()
    for rep, period, scheme, component, amount in zip(reps, periods, schemes, components, amounts, strict=True):
        if lines.components[component] != "total":
            cell = keys[rep], str(lines.periods[period]), lines.schemes[scheme]
            made[cell] = made.get(cell, 0) + amount
    return made


def _clause_of(change: Change, side: int) -> c.Clause | None:
    """The clause that a change lies in, or is."""
    for node in ((change.carrier or (None, None))[side], (change.left, change.right)[side]):
        if isinstance(node, c.Gate | c.Times | c.Plus | c.AtMost | c.AtLeast | c.Release):
            return node
    return None


def _step_of(derived: Derivation, clause: c.Clause | None) -> ClauseStep | None:
    return next((step for step in derived.clauses if step.clause is clause), None)


def _strength(change: Change, before: Derivation, after: Derivation) -> int:
    """How much a difference shows in the derivation of this very rep: 0 not at all, 1 among other reps, 2 surely."""
    clauses = _clause_of(change, 0), _clause_of(change, 1)
    if not change.inside and clauses != (None, None):
        steps: Sequence[ClauseStep | None] = _step_of(before, clauses[0]), _step_of(after, clauses[1])
        return 2 * any(step is not None and step.acts for step in steps)
    if change.prize is not None:
        prizes, its, number = change.prize
        return 2 * (before.values(prizes.rank) == after.values(its.rank) == [number])
    one, other = change.carrier or (change.left, change.right)
    if isinstance(one, c.Expr) and isinstance(other, c.Expr) and one.type.name == "flag":
        values = before.values(one), after.values(other)
        if all(values):
            return (1 if max(map(len, values)) > 1 else 2) * (values[0] != values[1])
    return 2 * (_is_read(change, before, 0) or _is_read(change, after, 1))


def _is_read(change: Change, derived: Derivation, side: int) -> bool:
    """Whether the smallest node, or the band around it, is on the way."""
    read = derived.reads()
    node, carrier = (change.left, change.right)[side], (change.carrier or (None, None))[side]
    if isinstance(carrier, c.Band):
        return bool({id(carrier), id(carrier.value)} & read)
    if id(node) in read or id(carrier) in read:
        return True
    if change.inside:
        names = {step.node.account for step in derived.counting() if isinstance(step.node, c.ReadAccount)}
        return change.inside in names
    return False
