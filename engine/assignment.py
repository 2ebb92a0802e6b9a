"""Assignment: rules in order, tiers in order, candidates filtered, and one chosen by the declared sharing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..dsl import checked as c
from .candidates import Condition, Filter, Judge
from .case import Case, Views
from .days import SECONDS_PER_DAY
from .decisions import Decision, TierTried, decision_id
from .draws import DrawKeys
from .facts import Facts
from .memory import Memory
from .periods import containing
from .refusal import findings
from .scalar import Env, Evaluator
from .shares import ShareLedger
from .sharing import Sharing
from .windows import BEGINNING

__all__ = ["Assigner", "DrawKeys", "NotSupported", "ReadyRule", "ReadyTier"]

_MOST_KEYS = 1_000
_KEY_PERIODS = {"monthly": "month", "quarterly": "quarter", "yearly": "year"}


class NotSupported(ValueError):
    """A policy part that is checked and cannot be run yet."""


@dataclass(frozen=True, slots=True)
class ReadyTier:
    """A tier, ready to be tried."""

    place: str
    filter: Filter
    sharing: Sharing


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule, ready to be tried; `nobody` says what if its tiers are empty, None: go on to the next rule."""

    checked: c.Rule
    when: Sequence[Condition]
    tiers: Sequence[ReadyTier]
    nobody: c.Action | None


@dataclass(slots=True)
class _Course:
    """How far a decision has come."""

    views: Views
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
        for part in policy.unsupported:
            if "sharing by" in part.what and assign.span.start <= part.span.start < assign.span.end:
                raise NotSupported(f"{part.what} at {policy.place(part.span)} is not supported yet")
        self.policy, self.assign, self.keys = policy, assign, keys
        self.ledger = ledger or ShareLedger()
        self.ev = ev or Evaluator(policy, facts)
        self.settings = dict(assign.settings)
        self._orders: dict[int, list[int]] = Memory(_MOST_KEYS)
        self._judge = Judge(self.ev, policy, assign.kind)
        self._rules: list[ReadyRule] = []
        self._keys_by_day: dict[int, bytes] = Memory(_MOST_KEYS)

    def decide(self, row: int, at: int, sequence: int) -> Decision:
        """The decision for a row at a moment (seconds); who gets it is written into the row."""
        self.ev.forget()
        kind = self.assign.kind
        course = _Course(Views(Case(kind, row, self.ev.world.key(kind, row), at, sequence)))
        for rule in self.rules():
            made = self._follow(rule, course)
            if made is not None:
                return made
        return self._held(self.assign.otherwise, self.assign.nobody, course)

    def renew(self) -> None:
        """Look at the reps anew: some have come, or the column that breaks ties has changed."""
        self._orders.clear()
        self._rules = []

    def why_not(self, node: c.Expr, env: Env) -> str:
        """The first part of a condition that fails, with the values that it read."""
        return self._judge.wording.of(findings(self.ev, node, env))

    def key_period(self, at: int) -> str:
        """The period whose key draws at a moment."""
        kind = _KEY_PERIODS[self.settings.get("key", "monthly")]
        return str(containing(kind, at // SECONDS_PER_DAY))

    # --- rules -------------------------------------------------------------------------------------------

    def _follow(self, rule: ReadyRule, course: _Course) -> Decision | None:
        """The decision of a rule; None where it does not apply, or says `next`."""
        for condition in rule.when:
            refusal = condition.refusal(course.views)
            if refusal is not None:
                course.skipped.append((rule.checked.name, refusal.text))
                return None
        if rule.checked.action is not None:
            return self._held(rule.checked, rule.checked.action, course)
        for tier in rule.tiers:
            rep, tried = tier.sharing.choose(tier.filter.field(course.views), course.views)
            course.tried.append(tried)
            if rep is not None:
                self.take(course.views.case, rep)
                return self._decision(course, rep, None, rule.checked.name, tried.strategy, tier.place)
        if rule.nobody is not None:
            return self._held(rule.checked, rule.nobody, course)
        course.skipped.append((rule.checked.name, "nobody could take it, and the rule says next"))
        return None

    def rules(self) -> Sequence[ReadyRule]:
        """The rules, made ready for the present evaluator."""
        if self._judge.ev is not self.ev or not self._rules:
            self._judge = Judge(self.ev, self.policy, self.assign.kind)
            self._rules = [self._made_ready(rule) for rule in (*self.assign.rules, self.assign.otherwise)]
        return self._rules

    def _made_ready(self, rule: c.Rule) -> ReadyRule:
        tiers = [
            ReadyTier(
                self.policy.place(tier.span),
                Filter(self._judge, self.assign.needs, tier, self.order_at),
                Sharing(self._judge, rule.name, number, tier, self.ledger, self._key_at),
            )
            for number, tier in enumerate(rule.tiers, start=1)
        ]
        nobody = rule.nobody or self.assign.nobody
        goes_on = nobody.word == "next"
        return ReadyRule(rule, self._judge.conditions(rule.when), tiers, None if goes_on else nobody)

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
        if column in {"id", world.facts.table("rep").key_column}:
            return reps
        values = {rep: world.as_it_stands("rep", rep, column, BEGINNING, end) for rep in reps}
        present = [rep for rep in reps if values[rep] is not None]
        present.sort(key=values.__getitem__)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return [*present, *(rep for rep in reps if values[rep] is None)]

    # --- outcomes ----------------------------------------------------------------------------------------

    def take(self, case: Case, rep: int) -> None:
        """Write who got it, and when, where the facts have a place for it."""
        columns = self.policy.kinds[case.kind].columns
        for name, value in (("owner", rep), ("assigned", case.at)):
            if name in columns:
                self.ev.world.write(case.kind, case.row, name, value)
        self.ev.book.changed(case.kind, case.row)

    def _held(self, rule: c.Rule, action: c.Action, course: _Course) -> Decision:
        place = self.policy.place(action.span)
        return self._decision(course, None, action.text, rule.name, action.word, place)

    def _decision(
        self, course: _Course, rep: int | None, held: str | None, rule: str, strategy: str, place: str
    ) -> Decision:
        case = course.views.case
        return Decision(
            decision_id(self.policy.hash, case.kind, case.key, case.sequence), case.kind, case.key, case.at,
            case.sequence, None if rep is None else self.ev.world.key("rep", rep), held, rule, strategy, place,
            self.policy.hash, tuple(course.skipped), tuple(course.tried),
        )  # fmt: skip
