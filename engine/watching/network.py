"""Networks: the rules over a kind of fact as durable_rules takes them, and the facts that a session of them holds.

Facts are small: texts that name their sort, and whole numbers.

    clock at              the moment; there only while rules may fire
    state r v             whether the condition of rule r held when it was last looked at
    due r at              when a timer's time is up
    is a v                what our evaluator says of condition a
    top a n               how many rows of a there are
    row a n at            when row n of a was; rows before the first are long ago
    broke a n             the last row of a that broke the streak; 0: none did
    time a v, lack a      a time, or that it is missing

Every rule waits for the clock, so that nothing fires while the facts of a moment are being brought in; none asserts
anything, so that no rule can set off itself. All tests are for facts that are there: the engine is never asked whether
a fact is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...dsl import checked as c
from .conditions import Before, Lacks, Literal, Rows, Truth, Unbroken, alternatives

__all__ = ["LONG_AGO", "MOST_RULES", "Fact", "Network", "Watched", "networks_of"]

MOST_RULES, MOST_JOINS = 32, 40
"""The most rules in one set, and the most tests in it that compare facts: a fact that meets 65 overflows a stack."""

LONG_AGO = -(1 << 42)
"""Before every moment of a fact, and before every window that ends with one."""

_EVER = 1 << 40

Fact = tuple[str, tuple[tuple[str, int], ...]]
"""A fact: its sort, and its whole numbers by name."""

Pattern = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule of a watch, and its number among those of its kind."""

    number: int
    rule: c.WatchRule


@dataclass(slots=True)
class Network:
    """A set of rules in the engine's form (`definition`), and what its facts are made of.

    `truths` and `times` are read by our evaluator; `rows` are accounts, each with the most rows that are counted.
    `streaks` are the accounts of which it matters where a streak broke; `lacks` the times of which it matters that
    they are missing, `asked` the facts, yes or no, that some rule looks at: the engine refuses others.
    All by the numbers that stand in the facts.
    """

    name: str
    watched: list[Watched] = field(default_factory=list[Watched])
    definition: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    truths: list[c.Expr] = field(default_factory=list[c.Expr])
    times: list[c.Expr] = field(default_factory=list[c.Expr])
    rows: dict[str, int] = field(default_factory=dict[str, int])
    streaks: set[str] = field(default_factory=set[str])
    lacks: set[int] = field(default_factory=set[int])
    joins: int = 0
    asked: set[tuple[str, int, int]] = field(default_factory=set[tuple[str, int, int]])

    def add(self, watched: Watched, rules: list[tuple[str, list[Literal]]]) -> None:
        """Take a rule in: what it means (`rise`, `fall`, `due`, `pass`) that the tests of each list hold."""
        self.watched.append(watched)
        self.joins += _joins(rules)
        for number, (meaning, tests) in enumerate(rules):
            joined = self._head(meaning, watched.number)
            for place, test in enumerate(tests):
                joined += self._test(f"x{place}", test)
            self.definition[f"{meaning}_{watched.number}_{number}"] = {
                "all": joined,
                "dist": 0,
            }  # one fact may answer several tests

    def _head(self, meaning: str, r: int) -> list[Pattern]:
        """What every rule waits for: its own state or timer, and the clock."""
        if meaning in {"rise", "fall"}:
            return [{"f": self._yes_or_no("state", "r", r, meaning == "fall")}, {"c": {"t": "clock"}}]
        return [{"f": _all({"t": "due"}, {"r": r})}, {"c": _joined({"t": "clock"}, {"$gte": {"at": {"f": "at"}}})}]

    def _test(self, name: str, test: Literal) -> list[Pattern]:
        match test.asked:
            case Truth(node=node):
                return [{name: self._yes_or_no("is", "a", _number(self.truths, node), test.holds)}]
            case Rows() as rows:
                return self._rows_test(name, rows, test.holds)
            case Unbroken(account=account, least=least):
                a = self._account(account, least)
                self.streaks.add(account)
                since = {"$lte" if test.holds else "$gt": {"n": _sum(f"{name}t", "n", -least)}}
                return [{f"{name}t": _all({"t": "top"}, {"a": a})}, {name: _joined({"t": "broke"}, {"a": a}, since)}]
            case Before() as before:
                edge = _sum(f"{name}l", "v", before.later)
                later = {"$gte" if before.or_equal else "$gt": {"v": edge}}
                left, right = _number(self.times, before.left), _number(self.times, before.right)
                first = {f"{name}l": _all({"t": "time"}, {"a": left})}
                return [first, {name: _joined({"t": "time"}, {"a": right}, later)}]
            case Lacks(node=node):
                a = _number(self.times, node)
                self.lacks.add(a)
                return [{name: _all({"t": "lack"}, {"a": a})}]

    def _yes_or_no(self, sort: str, column: str, number: int, holds: bool) -> Pattern:
        value = int(holds)
        self.asked.add((sort, number, value))
        return _all({"t": sort}, {column: number}, {"v": value})

    def _rows_test(self, name: str, rows: Rows, holds: bool) -> list[Pattern]:
        """The row that is `least` from the last one: whether it lies in the window."""
        a = self._account(rows.account, rows.least)
        edge = _sum("c", "at", -(_EVER if rows.within is None else rows.within))
        row = _joined({"t": "row"}, {"a": a}, {"n": _sum(f"{name}t", "n", 1 - rows.least)}, _than(edge, holds))
        return [{f"{name}t": _all({"t": "top"}, {"a": a})}, {name: row}]

    def _account(self, account: str, least: int) -> int:
        self.rows[account] = max(least, self.rows.get(account, 0))
        return list(self.rows).index(account)


def networks_of(policy: c.Policy, kind: str) -> list[Network]:
    """The networks of the rules over a kind of fact, each of at most `MOST_RULES` of the engine's rules."""
    made: list[Network] = []
    rules = [rule for watch in policy.watches if watch.kind == kind for rule in watch.rules]
    for number, rule in enumerate(rules, start=1):
        needed = _rules_of(policy, kind, rule)
        if (
            not made
            or len(made[-1].definition) + len(needed) > MOST_RULES
            or made[-1].joins + _joins(needed) > MOST_JOINS
        ):
            made.append(Network(f"{kind} {len(made) + 1}"))
        made[-1].add(Watched(number, rule), needed)
    return made


def _rules_of(policy: c.Policy, kind: str, rule: c.WatchRule) -> list[tuple[str, list[Literal]]]:
    if rule.condition is None:
        return [("due", [])]
    yes, no = ("rise", "fall") if rule.word == "when" else ("pass", "due")
    for whole in (False, True):
        holds, fails = alternatives(policy, kind, rule.condition, whole=whole)
        made = [(yes, tests) for tests in holds] + [(no, tests) for tests in fails]
        if _joins(made) <= MOST_JOINS:
            break
    return made


def _joins(rules: list[tuple[str, list[Literal]]]) -> int:
    """How many tests compare one fact with another: the engine looks at all of them for each such fact."""
    timers = sum(1 for meaning, _ in rules if meaning in {"due", "pass"})
    return timers + sum(1 for _, tests in rules for test in tests if not isinstance(test.asked, Truth | Lacks))


def _all(*tests: Pattern) -> Pattern:
    return {"$and": list(tests)}


def _joined(*tests: Pattern) -> Pattern:
    """Tests of which the last compare the fact with others, and one more that always holds.

    Where the last of such tests fails, durable_rules 2.0.28 reads on behind the end of its list (`++*i` is done twice
    in `reduceExpressionSequence`), which crashes now and then. No fact is of the sort of the first one of its rule.
    """
    return _all(*tests, {"$neq": {"t": {"f": "t"}}})


def _sum(name: str, column: str, more: int) -> Pattern:
    """A column of a fact that is joined already, and so much more."""
    return {"$add": {"$l": {name: column}, "$r": more}}


def _than(edge: Pattern, later: bool) -> Pattern:
    return {"$gt" if later else "$lte": {"at": edge}}


def _number(among: list[c.Expr], node: c.Expr) -> int:
    if node not in among:
        among.append(node)
    return among.index(node)
