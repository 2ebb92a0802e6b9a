"""Candidates: who may have a case under a step of a rule, and for everybody else the first reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import is_

from ...dsl import checked as c
from ...dsl.types import FLAG
from ..calendar.days import SECONDS_PER_DAY
from ..dependence import Dependences
from ..memory import Memory
from ..scalars.compiled import Compiled, Read
from ..scalars.scalar import Env, Evaluator
from .case import Views
from .decisions import Candidate
from .refusal import NotThere, PassedOver, Refusal, Wording, conditions_of, findings, sides
from .remembered import UNREAD, Known, Remembered

__all__ = ["Condition", "Field", "Filter", "Judge", "Screen"]

_MOST_SCREENS = 4_096


class Judge:
    """Says of conditions whether they hold, and why not."""

    def __init__(self, ev: Evaluator, policy: c.Policy, kind: str) -> None:
        self.ev = ev
        self.policy = policy
        self.kind = kind
        self.dependences = Dependences(policy, ev.world.dated)
        self.wording = Wording(policy.currency)
        # An evaluator that minds what it is asked is asked.
        self._compiled = Compiled(ev) if type(ev).holds is Evaluator.holds else None
        self._conditions: dict[int, list[Condition]] = {}
        self._places: dict[int, str] = {}

    def conditions(self, *nodes: c.Expr | None) -> list[Condition]:
        """What several conditions ask together, one after the other; what all steps need is one for all of them."""
        return [condition for node in nodes if node is not None for condition in self._parts(node)]

    def _parts(self, node: c.Expr) -> list[Condition]:
        found = self._conditions.get(id(node))  # nodes live as long as their policy
        if found is None:
            found = self._conditions[id(node)] = [Condition(self, part) for part in conditions_of(node)]
        return found

    def why(self, node: c.Expr, env: Env) -> Refusal:
        """Why a condition fails that does."""
        place = self._places.get(id(node))  # nodes live as long as their policy
        if place is None:
            place = self._places[id(node)] = self.policy.place(node.span)
        return Refusal(findings(self.ev, node, env), place, self.wording)

    def reads_case(self, node: c.Expr) -> bool:
        """Whether a condition asks something of the fact that is decided."""
        return self.kind in self.dependences.of(node).rows

    def ready(self, node: c.Expr) -> Read | None:
        """What reads a node quickly, while no derivation is kept; None where the evaluator is to be asked."""
        return None if self._compiled is None else self._compiled.read(node)

    def passed_over(self, rep: int, how: str) -> Candidate:
        """A rep who is left out because of what became of the fact before."""
        return Candidate(self.ev.world.key("rep", rep), PassedOver((), "", self.wording, how))


class Condition:
    """One condition of those joined by `and`: read once a case where it does not read the rep, else once a rep."""

    def __init__(self, judge: Judge, node: c.Expr) -> None:
        self.node = node
        self.reads_rep = "rep" in judge.dependences.of(node).rows
        self._judge = judge
        self.remembered = Remembered(judge.ev, judge.dependences, judge.kind, node)
        self._holds = judge.ready(node)
        self._cell = self._only_cell()
        self._says: Callable[[object], str] | None = None
        self._says_absent: Callable[[object], str] | None = None

    def _only_cell(self) -> Callable[[Views], object] | None:
        """What reads the one cell of the case on which it depends; None where it reads something else, too."""
        found = {part for side in sides(self.node) for part in c.walk(side) if not isinstance(part, c.Constant)}
        cells = [part for part in found if isinstance(part, c.FieldOf)]
        alone = len(found) == len(cells) + 1 and len(cells) == 1 and isinstance(cells[0].base, c.Subject)
        simple = isinstance(self.node, c.Compare | c.Same | c.Known)
        ev, kind = self._judge.ev, self._judge.kind
        if not alone or not simple or self.reads_rep or cells[0].kind != kind or kind in ev.world.dated:
            return None
        world, column = ev.world, cells[0].column
        return lambda views: world.cell(kind, views.case.row, column)

    def refusal(self, views: Views) -> Refusal | None:
        """Why it fails for the case alone; None where it holds."""
        return None if self._passes(views.alone) else self._judge.why(self.node, views.alone)

    def objection(self, views: Views) -> str:
        """The same in words; empty where it holds."""
        if self._passes(views.alone):
            return ""
        if self._cell is None:
            return self._judge.why(self.node, views.alone).text
        cell = self._cell(views)
        says = self._says if cell is not None else self._says_absent
        if says is not None:
            return says(cell)
        refusal = self._judge.why(self.node, views.alone)
        if cell is None:
            self._says_absent = lambda _: refusal.text
        else:
            self._says = self._judge.wording.around_value(refusal.findings)
        return refusal.text

    def _passes(self, env: Env) -> bool:
        if self._holds is None or self._judge.ev.tracer.on:
            return self._judge.ev.holds(self.node, env)
        return self._holds(env) is True

    @property
    def lasts(self) -> bool:
        """Whether what it says of a rep outlives the decision."""
        return self.reads_rep and not self.remembered.fleeting

    @property
    def moves(self) -> bool:
        """Whether it may say something else of somebody at every decision."""
        return self.remembered.moves

    def known(self, views: Views) -> Known:
        """What it said of each rep in cases like this one; who has to be read again was."""
        known = self.remembered.of(views)
        if known.forgotten:
            for rep, before in known.forgotten:
                now = self.verdict(rep, views, known)
                if now is not before and now != before:
                    known.changed.append(rep)
            known.forgotten.clear()
        return known

    def verdict(self, rep: int, views: Views, known: Known) -> Candidate | None:
        """The rep as refused; None where it holds."""
        found = known.of[rep]
        if found is UNREAD:
            env, found = views.of(rep), None
            if not self._passes(env):
                found = Candidate(self._judge.ev.world.key("rep", rep), self._judge.why(self.node, env))
            known.of[rep] = found
        return found

    def pass_on(self, reps: Sequence[int], views: Views, refused: dict[int, Candidate]) -> list[int]:
        """Those for whom it holds; the others are added to the refused."""
        if not self.reads_rep:
            refusal = self.refusal(views)
            if refusal is None:
                return list(reps)
            key_of = self._judge.ev.world.key
            refused.update((rep, Candidate(key_of("rep", rep), refusal)) for rep in reps)
            return []
        known = self.known(views)
        passed: list[int] = []
        for rep in reps:
            found = known.of[rep]
            if found is UNREAD:
                found = self.verdict(rep, views, known)
            if found is None:
                passed.append(rep)
            else:
                refused[rep] = found
        return passed


@dataclass(slots=True)  # a value that nobody changes; see `Env`
class Field:
    """Who was looked at: all candidates in the declared order, and the rows of those who are eligible."""

    candidates: tuple[Candidate, ...]
    eligible: tuple[int, ...]

    def without(self, refused: dict[int, Candidate]) -> Field:
        """The same with some of the eligible refused after all."""
        if not refused:
            return self
        keys = {candidate.rep: candidate for candidate in refused.values()}
        told = tuple(keys.get(candidate.rep, candidate) for candidate in self.candidates)
        return Field(told, tuple(rep for rep in self.eligible if rep not in refused))


class Screen:
    """What several conditions say together of every rep, kept up where they have to be read again for somebody."""

    __slots__ = ("_conditions", "_field", "_free", "_heard", "_knowns", "_refused", "moving", "reps")

    def __init__(
        self, conditions: Sequence[Condition], reps: Sequence[int], free: dict[int, Candidate], views: Views
    ) -> None:
        self.reps = reps
        self._conditions, self._free = conditions, free
        self._knowns = [condition.known(views) for condition in conditions]
        self.moving = [known for condition, known in zip(conditions, self._knowns, strict=True) if condition.moves]
        """What is known of those conditions that may say something else at every decision."""
        self._heard = [len(known.changed) for known in self.moving]
        self._refused: dict[int, Candidate] = {}
        for rep in reps:
            self._read(rep, views)
        self._field = self._made()

    def field(self, views: Views) -> Field:
        """The field now: the very same one where nothing is different."""
        different = False
        for place, known in enumerate(self.moving):
            if len(known.changed) > self._heard[place]:
                for rep in known.changed[self._heard[place] :]:
                    different |= self._read(rep, views)
                self._heard[place] = len(known.changed)
        if different:
            self._field = self._made()
        return self._field

    def _read(self, rep: int, views: Views) -> bool:
        """Read what stands against a rep first; whether that is different from before."""
        before, now = self._refused.get(rep), None
        for condition, known in zip(self._conditions, self._knowns, strict=True):
            now = condition.verdict(rep, views, known)
            if now is not None:
                break
        if now is before or now == before:
            return False
        if now is None:
            del self._refused[rep]
        else:
            self._refused[rep] = now
        return True

    def _made(self) -> Field:
        refused, free = self._refused, self._free
        told = tuple([refused[rep] if rep in refused else free[rep] for rep in self.reps])
        return Field(told, tuple([rep for rep in self.reps if rep not in refused]))


class Screens:
    """The screens of one step, found by the values that stand for the cases that they serve."""

    def __init__(self, judge: Judge, conditions: Sequence[Condition], free: dict[int, Candidate]) -> None:
        self._world, self._conditions, self._free = judge.ev.world, conditions, free
        self._moving = [condition for condition in conditions if condition.moves]
        remembered = [condition.remembered for condition in conditions]
        self._parts = [part for one in remembered for part in one.parts]
        self._day = any(one.day for one in remembered)
        self._kinds = tuple(sorted({kind for one in remembered for kind in one.kinds}))
        self._as_of = -1
        self._made: dict[object, Screen] = Memory(_MOST_SCREENS)

    def field(self, reps: Sequence[int], views: Views) -> Field:
        """Everybody for a case, as far as the conditions say."""
        as_of = self._world.changes_of(self._kinds)
        if as_of != self._as_of:
            self._as_of = as_of
            self._made.clear()
        read = [part(views) for part in self._parts]
        key = views.case.at // SECONDS_PER_DAY if self._day else 0, *read
        moving = [condition.known(views) for condition in self._moving]
        screen = self._made.get(key)
        if screen is None or screen.reps is not reps or not all(map(is_, screen.moving, moving)):
            screen = self._made[key] = Screen(self._conditions, reps, self._free, views)
        return screen.field(views)


class Filter:
    """The candidates of a tier: one person, or every rep, as far as `needs` and `where` let them pass.

    `order` gives the reps at a moment, in the order that breaks ties.
    """

    def __init__(
        self, judge: Judge, needs: tuple[c.Expr, ...], tier: c.Tier, order: Callable[[int], Sequence[int]]
    ) -> None:
        self._judge = judge
        self._person = tier.person
        self._missing = c.Known(FLAG, tier.person) if tier.person is not None else None
        self._order = order
        self._conditions = judge.conditions(*needs, tier.where)
        # The first condition that fails is told, so only those before the first fleeting one can be taken together.
        lasting = list(takewhile(lambda one: one.lasts, self._conditions)) if "rep" not in judge.ev.world.dated else []
        self._fleeting = self._conditions[len(lasting) :]
        key_of = judge.ev.world.key
        self._free = {rep: Candidate(key_of("rep", rep)) for rep in range(judge.ev.world.rows("rep"))}
        self._screens = Screens(judge, lasting, self._free) if lasting and tier.person is None else None
        self._place = judge.policy.place(tier.span)

    def field(self, views: Views) -> Field:
        """Everybody for a case."""
        reps = self._order(views.case.at) if self._person is None else self._named(self._person, views)
        if self._missing is not None and not reps:
            found = findings(self._judge.ev, self._missing, views.alone)
            return Field((Candidate("", Refusal(found, self._place, self._judge.wording)),), ())
        if self._screens is None:
            return self._looked_at(reps, views)
        field = self._screens.field(reps, views)
        return self._looked_at(field.eligible, views, self._fleeting, field) if self._fleeting else field

    def _looked_at(
        self,
        reps: Sequence[int],
        views: Views,
        conditions: Sequence[Condition] | None = None,
        so_far: Field | None = None,
    ) -> Field:
        """The field by conditions (all of them), read rep by rep; `so_far`: what others before them have said."""
        refused: dict[int, Candidate] = {}
        passed = self._there(reps, views, refused)
        for condition in self._conditions if conditions is None else conditions:
            if not passed:
                break
            passed = condition.pass_on(passed, views, refused)
        if so_far is not None:
            return so_far.without(refused)
        return Field(tuple(map({**self._free, **refused}.__getitem__, reps)), tuple(passed))

    def _there(self, reps: Sequence[int], views: Views, refused: dict[int, Candidate]) -> Sequence[int]:
        """Those of whom a row holds on the day; the others are added to the refused."""
        world, env = self._judge.ev.world, views.alone
        if "rep" not in world.dated:
            return reps
        gone = [rep for rep in reps if not world.holds("rep", rep, env.start, env.end)]
        day = views.case.at // SECONDS_PER_DAY
        for rep in gone:
            refused[rep] = Candidate(world.key("rep", rep), NotThere((), self._place, self._judge.wording, day))
        return [rep for rep in reps if rep not in refused]

    def _named(self, person: c.Expr, views: Views) -> list[int]:
        rep = self._judge.ev.value(person, views.alone)
        if rep is None:
            return []
        if rep not in self._free:
            self._free[rep] = Candidate(self._judge.ev.world.key("rep", rep))
        return [rep]
