"""Assignment: rules in order, tiers in order, candidates filtered, and one chosen by the declared sharing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import containing
from ..calendar.windows import BEGINNING
from ..facts import Facts
from ..memory import Memory
from ..scalars.scalar import Env, Evaluator
from ..turns.draws import DrawKeys
from ..turns.shares import ShareLedger
from .candidates import Condition, Filter, Judge
from .case import Case, Views
from .decisions import Candidate, Decision, TierTried, decision_id
from .fact_lots import FactLots, LotTold
from .levels import Levels
from .refusal import findings
from .sharing import NextTurn, NextTurns, Sharing

__all__ = ["KEY_PERIODS", "Assigner", "DrawKeys", "ReadyRule", "ReadyTier", "Start"]

_MOST_KEYS = 1_000
KEY_PERIODS = {"monthly": "month", "quarterly": "quarter", "yearly": "year"}


@dataclass(frozen=True, slots=True)
class ReadyTier:
    """A tier, ready to be tried."""

    place: str
    checked: c.Tier
    filter: Filter
    sharing: Sharing


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule, ready to be tried; `nobody` says what if its tiers are empty, None: go on to the next rule."""

    checked: c.Rule
    when: Sequence[Condition]
    tiers: Sequence[ReadyTier]
    nobody: c.Action | None


@dataclass(frozen=True, slots=True)
class Start:
    """Where a decision goes on: at a step of a rule that was taken before, `step` counted from 1."""

    rule: str
    step: int


@dataclass(slots=True)
class _Course:
    """How far a decision has come, and who is left out of it, as refused candidates by row."""

    views: Views
    without: dict[int, Candidate]
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tried: list[TierTried] = field(default_factory=list[TierTried])


class Assigner:
    """Decides facts of one kind, one after the other; remembers credits and what it has assigned.

    `ledger` carries the credits on from earlier decisions. `facts` may hold the facts to decide, or they are
    decided as rows of a table that holds them already. `ev` is an evaluator over these facts and more, which
    several assigners may share; it may be replaced before the first decision.
    """

    def __init__(
        self, policy: c.Policy, assign: c.Assign, facts: Facts, keys: DrawKeys, ledger: ShareLedger | None = None,
        ev: Evaluator | None = None,
    ) -> None:  # fmt: skip
        self.policy, self.assign, self.keys = policy, assign, keys
        self.ledger = ledger or ShareLedger()
        self.ev = ev or Evaluator(policy, facts)
        self.writes = True
        self.settings = dict(assign.settings)
        self._orders: dict[int, list[int]] = Memory(_MOST_KEYS)
        self._judge = Judge(self.ev, policy, assign.kind)
        self._rules: list[ReadyRule] = []
        self._keys_by_day: dict[int, bytes] = Memory(_MOST_KEYS)
        self._lots = FactLots(policy, assign, keys, KEY_PERIODS[self.settings.get("key", "monthly")])
        self._lots.serve(self.ev)

    def decide(
        self, row: int, at: int, sequence: int, start: Start | None = None, without: Mapping[int, str] | None = None
    ) -> Decision:
        """The decision for a row at a moment (seconds); who gets it is written into the row, unless `writes` is off.

        It begins with the first rule, or goes on at `start`. `without` leaves reps out (rows), and says what became
        of the fact with each of them.
        """
        self.ev.forget()
        course = _Course(self._views(row, at, sequence), {})
        rules = self.rules()
        step, first = 0, 0
        if without:
            course.without = {rep: self._judge.passed_over(rep, how) for rep, how in without.items()}
        if start is not None:
            names = [rule.checked.name for rule in rules]
            step, first = (start.step, names.index(start.rule)) if start.rule in names else (0, 0)
        for rule in rules[first:]:
            made = self._follow(rule, course, step)
            if made is not None:
                return made
            step = 0
        return self._held(self.assign.otherwise, self.assign.nobody, course)

    def claim(self, row: int, at: int, sequence: int, rep: int, start: Start | None = None) -> Decision:
        """What becomes of a rep's wish to take a fact: the decision of the first step by claim that lets the rep pass.

        Steps of other rules than that of `start` count where there is no start. Where no step lets the rep pass,
        the decision gives it to nobody, and the steps that were tried say why.
        """
        self.ev.forget()
        course = _Course(self._views(row, at, sequence), {})
        for rule in self.rules():
            if start is None and self._refused(rule, course):
                continue
            if start is not None and rule.checked.name != start.rule:
                continue
            for number, tier in enumerate(rule.tiers, start=1):
                if tier.checked.sharing != "claim" or (start is not None and number != start.step):
                    continue
                field = tier.filter.field(course.views)
                course.tried.append(TierTried(tier.place, "claim", field.candidates, rule=rule.checked.name))
                if rep in field.eligible:
                    return self._decision(course, rep, None, rule.checked.name, "claim", tier.place, number)
        return self._decision(course, None, None, "", "claim", "")

    def fails(self, row: int, at: int, rep: int) -> str:
        """The first of the `needs` that a rep does not meet for a fact; empty where all are met."""
        self.ev.forget()
        views, refused = self._views(row, at, 0), dict[int, Candidate]()
        self.rules()
        for condition in self._judge.conditions(*self.assign.needs):
            if not condition.pass_on([rep], views, refused):
                return refused[rep].reason
        return ""

    def has_room(self, row: int, at: int) -> bool:
        """Whether anybody meets all of the `needs` that ask nothing of the fact; a fact of the kind is at hand."""
        self.ev.forget()
        views, refused = self._views(row, at, 0), dict[int, Candidate]()
        self.rules()
        reps: Sequence[int] = self.order_at(at)
        for condition in self._judge.conditions(*self.assign.needs):
            if reps and not self._judge.reads_case(condition.node):
                reps = condition.pass_on(reps, views, refused)
        return len(reps) > 0

    def turns_now(self, row: int, at: int, to: int) -> NextTurns | None:
        """What the rules would make a rep pay for a fact now, to whom a person gives it; None where they share none."""
        self.ev.forget()
        course = _Course(self._views(row, at, 0), {})
        for rule in self.rules():
            if self._refused(rule, course):
                continue
            for tier in rule.tiers:
                found = tier.sharing.turns_of(tier.filter.field(course.views), course.views, to)
                if found is not None:
                    return found
            return None
        return None

    def group_of(self, row: int, at: int, rule: str, step: int, rep: int) -> str | None:
        """The group of a rep at a step, counted from 1; None where there is no such step, or it chooses no group."""
        self.ev.forget()
        levels = self._levels(rule, step)
        return None if levels is None else levels.group_of(rep, self._views(row, at, 0))

    def own_turn(self, row: int, at: int, rule: str, step: int, to: int) -> NextTurn | None:
        """What a fact costs a rep of a group to which it goes anyway; see `group_of`."""
        self.ev.forget()
        levels, views = self._levels(rule, step), self._views(row, at, 0)
        if levels is None:
            return None
        tier = next(ready for ready in self.rules() if ready.checked.name == rule).tiers[step - 1]
        return levels.own_turn(tier.filter.field(views), views, to)

    def _levels(self, rule: str, step: int) -> Levels | None:
        found = next((ready for ready in self.rules() if ready.checked.name == rule), None)
        sharing = found.tiers[step - 1].sharing if found is not None and 0 < step <= len(found.tiers) else None
        return sharing if isinstance(sharing, Levels) else None

    def _views(self, row: int, at: int, sequence: int) -> Views:
        kind = self.assign.kind
        return Views(Case(kind, row, self.ev.world.key(kind, row), at, sequence))

    def renew(self) -> None:
        """Look at the reps anew: some have come, or the column that breaks ties has changed."""
        self._orders.clear()
        self._rules = []

    def lots_of(self, case: Case) -> tuple[LotTold, ...]:
        """The lots of a case that the policy reads."""
        return self._lots.of(case) if self.assign.lots else ()

    def why_not(self, node: c.Expr, env: Env) -> str:
        """The first part of a condition that fails, with the values that it read."""
        return self._judge.wording.of(findings(self.ev, node, env))

    def key_period(self, at: int) -> str:
        """The period whose key draws at a moment."""
        kind = KEY_PERIODS[self.settings.get("key", "monthly")]
        return str(containing(kind, at // SECONDS_PER_DAY))

    # --- rules -------------------------------------------------------------------------------------------

    def _follow(self, rule: ReadyRule, course: _Course, step: int = 0) -> Decision | None:
        """The decision of a rule, from a step on if it was taken before; None: it does not apply, or says `next`."""
        if not step and self._refused(rule, course):
            return None
        if rule.checked.action is not None:
            return self._held(rule.checked, rule.checked.action, course)
        for number, tier in enumerate(rule.tiers, start=1):
            if number < step:
                continue
            field = tier.filter.field(course.views)
            if course.without:
                field = field.without({rep: course.without[rep] for rep in course.without if rep in field.eligible})
            if tier.checked.sharing == "claim":
                course.tried.append(TierTried(tier.place, "claim", field.candidates, rule=rule.checked.name))
                return self._decision(course, None, None, rule.checked.name, "claim", tier.place, number)
            rep, tried = tier.sharing.choose(field, course.views)
            course.tried.append(tried)
            if rep is not None:
                self.take(course.views.case, rep)
                return self._decision(course, rep, None, rule.checked.name, tried.strategy, tier.place, number)
        if rule.nobody is not None:
            return self._held(rule.checked, rule.nobody, course)
        course.skipped.append((rule.checked.name, "nobody could take it, and the rule says next"))
        return None

    def _refused(self, rule: ReadyRule, course: _Course) -> bool:
        """Whether a rule does not apply; the course then says why."""
        for condition in rule.when:
            objection = condition.objection(course.views)
            if objection:
                course.skipped.append((rule.checked.name, objection))
                return True
        return False

    def rules(self) -> Sequence[ReadyRule]:
        """The rules, made ready for the present evaluator."""
        if self._judge.ev is not self.ev or not self._rules:
            self._judge = Judge(self.ev, self.policy, self.assign.kind)
            self._lots.serve(self.ev)
            self._rules = [self._made_ready(rule) for rule in (*self.assign.rules, self.assign.otherwise)]
        return self._rules

    def _made_ready(self, rule: c.Rule) -> ReadyRule:
        tiers = [
            ReadyTier(
                self.policy.place(tier.span),
                tier,
                Filter(self._judge, self.assign.needs, tier, self.order_at),
                self._shared(rule.name, number, tier),
            )
            for number, tier in enumerate(rule.tiers, start=1)
        ]
        nobody = rule.nobody or self.assign.nobody
        goes_on = nobody.word == "next"
        return ReadyRule(rule, self._judge.conditions(rule.when), tiers, None if goes_on else nobody)

    def _shared(self, rule: str, number: int, tier: c.Tier) -> Sharing:
        if tier.level is not None:
            return Levels(self._judge, rule, number, tier, self.ledger, self._key_at)
        return Sharing(self._judge, rule, number, tier, self.ledger, self._key_at)

    def _key_at(self, at: int) -> bytes:
        day = at // SECONDS_PER_DAY
        if day not in self._keys_by_day:
            self._keys_by_day[day] = self.keys.key_of(self.key_period(at))
        return self._keys_by_day[day]

    def order_at(self, at: int) -> list[int]:
        """Reps in the order that breaks ties; where reps differ from day to day, that of the day."""
        day = at // SECONDS_PER_DAY if "rep" in self.ev.world.dated else 0
        if day not in self._orders:
            self._orders[day] = self._declared_order(at + 1)
        return self._orders[day]

    def _declared_order(self, end: int) -> list[int]:
        """Reps by the column of the `order` setting, then by key."""
        world, column = self.ev.world, self.settings.get("order", "id")
        reps = sorted(range(world.rows("rep")), key=lambda rep: world.key("rep", rep))
        if column in {"id", world.facts.table("rep").key_column} or column not in self.policy.kinds["rep"].columns:
            return reps
        values: dict[int, Any] = {rep: world.as_it_stands("rep", rep, column, BEGINNING, end) for rep in reps}
        present = [rep for rep in reps if values[rep] is not None]
        present.sort(key=values.__getitem__)
        return [*present, *(rep for rep in reps if values[rep] is None)]

    # --- outcomes ----------------------------------------------------------------------------------------

    def take(self, case: Case, rep: int) -> None:
        """Write who got it, and when, where the facts have a place for it."""
        if not self.writes:
            return
        columns = self.policy.kinds[case.kind].columns
        for name, value in (("owner", rep), ("assigned", case.at)):
            if name in columns:
                self.ev.world.write(case.kind, case.row, name, value)
        self.ev.book.changed(case.kind, case.row)

    def _held(self, rule: c.Rule, action: c.Action, course: _Course) -> Decision:
        place = self.policy.place(action.span)
        return self._decision(course, None, action.text, rule.name, action.word, place)

    def _decision(
        self, course: _Course, rep: int | None, held: str | None, rule: str, strategy: str, place: str, step: int = 0
    ) -> Decision:
        case = course.views.case
        return Decision(
            decision_id(self.policy.hash, case.kind, case.key, case.sequence), case.kind, case.key, case.at,
            case.sequence, None if rep is None else self.ev.world.key("rep", rep), held, rule, strategy, place,
            self.policy.hash, tuple(course.skipped), tuple(course.tried), step,
            lots=self.lots_of(case),
        )  # fmt: skip
