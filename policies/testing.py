"""The `test` blocks of a policy, run: what was expected, what came out, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..dsl import checked as c
from ..dsl.types import Type
from ..engine.calendar.days import format_day
from ..engine.life import Notice
from ..engine.pay.clauses import worth
from ..engine.pay.membership import stretches
from ..engine.pay.statement import component, opened, scope_of
from ..engine.scalars.scalar import Env
from ..engine.scalars.trace import Step
from ..engine.wording.phrases import say, say_clause, say_window, show
from .trial_facts import NotGiven, TrialFacts, trial_facts
from .trial_money import is_paid_out, told
from .trial_results import Earned, TrialResults, shown_moment

__all__ = ["TestResult", "run_tests"]

_MOST_LINES = 3
_MONEY = Type("money")


@dataclass(frozen=True, slots=True)
class TestResult:
    """The outcome of a test: its title, whether all held, its place in the policy, and what did not hold.

    A failure is a sentence with the place of its `expect`, then up to three lines that say why.
    """

    __test__: ClassVar[bool] = False

    title: str
    passed: bool
    place: str
    failures: tuple[str, ...]


def run_tests(policy: c.Policy) -> list[TestResult]:
    """Run every test of a policy, in order, by the scalar evaluator. Never raises for what a test says."""
    return [_run(policy, test) for test in policy.tests]


def _run(policy: c.Policy, test: c.Test) -> TestResult:
    place = policy.place(test.span)
    try:
        failures = tuple(_failures(policy, test))
    except NotGiven as problem:
        failures = (f"{place}: {problem}",)
    except Exception as problem:  # a test is a user's text: whatever it does to the engine is a finding
        failures = (f"{place}: cannot be worked out: {problem}",)
    return TestResult(test.title, not failures, place, failures)


def _failures(policy: c.Policy, test: c.Test) -> Iterator[str]:
    built = trial_facts(policy, test)
    results: dict[tuple[int | None, int | None], TrialResults] = {}
    watched = any(_asks_what_was_told(read) for expect in test.expects for read in _reads(expect.condition))
    yield from _refused_moves(policy, test, built)
    for expect in test.expects:
        when = expect.on, expect.until
        if when not in results:
            results[when] = TrialResults(policy, built, *when, watched=watched)
        said = _Verdict(policy, results[when]).of(expect)
        if said:
            as_of = results[when].as_of
            yield "\n".join([f"{policy.place(expect.span)}: {said[0]}{as_of and f' (as of {as_of})'}", *said[1:]])


def _refused_moves(policy: c.Policy, test: c.Test, built: TrialFacts) -> Iterator[str]:
    """Moves that could not be made, and of which no expectation speaks."""
    moves = {row.key: row for row in test.rows if row.kind == "move"}
    if not moves:
        return
    asked = {read.key for expect in test.expects for read in _reads(expect.condition) if read.kind == "move"}
    for life in TrialResults(policy, built, None).lives():
        for key in sorted(life.refused.keys() - asked):
            place = policy.place(moves[key].span) if key in moves else policy.place(test.span)
            yield f"{place}: this move cannot be made: {life.refused[key]}"


class _Verdict:
    """An expectation against results, in words."""

    def __init__(self, policy: c.Policy, results: TrialResults) -> None:
        self.policy = policy
        self.results = results

    def of(self, expect: c.Expect) -> list[str]:
        """Nothing where it holds; else what was got instead, and why."""
        try:
            if self.results.ev.holds(expect.condition, Env()):
                return []
            node = self._failing(expect.condition)
            return [self._said(node), *self._because(node)]
        except NotGiven as problem:
            return [str(problem)]
        except Exception as problem:  # likewise
            return [f"cannot be worked out: {problem}"]

    def _failing(self, node: c.Expr) -> c.Expr:
        """The first part that fails."""
        if not isinstance(node, c.All):
            return node
        return self._failing(next(part for part in node.parts if not self.results.ev.holds(part, Env())))

    def _said(self, node: c.Expr) -> str:
        match node:
            case c.Compare(op=op, left=left, right=right):
                return f"{self._named(left)} {op} {self._named(right)}: got {self._got(left, right)}"
            case c.Same(left=left, right=right, negated=negated):
                word = "is not" if negated else "is"
                return f"{self._named(left)} {word} {self._named(right)}: got {self._got(left, right)}"
            case c.Member(item=item, group=group, negated=negated):
                word = "not in" if negated else "in"
                return f"{self._named(item)} {word} {self._named(group)}: got {self._got(item, group)}"
            case c.Known(operand=operand, negated=negated):
                word = "is missing" if negated else "is known"
                return f"{self._named(operand)} {word}: got {self._shown(operand)}"
            case _:
                reads = _reads(node)
                got = ", ".join(f"{self._named(read)} = {self._shown(read)}" for read in reads)
                return f"{say(node, self.policy.currency)}: does not hold{f'; got {got}' if got else ''}"

    def _got(self, *sides: c.Expr) -> str:
        shown = [self._shown(side) for side in sides if not _is_literal(side)]
        return " and ".join(shown) or "something else"

    def _named(self, node: c.Expr) -> str:
        """A side of a comparison: literals with their unit, results by name."""
        if _is_literal(node):
            return self._shown(node)
        if isinstance(node, c.TestRead):
            over = "" if node.window.kind == "all" else f" {say_window(node.window)}"
            return f"{node.key}.{node.what}{over}"
        return say(node, self.policy.currency)

    def _shown(self, node: c.Expr) -> str:
        if node.type.name == "ref" and isinstance(node, c.Constant):
            return str(node.value)
        value = self.results.ev.value(node, Env())
        if node.type.name == "ref" and isinstance(value, int):
            return self.results.ev.world.key(node.type.kind or "rep", value)
        if node.type.name == "set" and not value:
            return "none"
        if isinstance(node, c.TestRead) and _asks_what_was_told(node):
            return ", ".join(f'"{line}"' for line in sorted(value) if line[:4].isdigit())
        return show(value, node.type, self.policy.currency)

    # --- why ---------------------------------------------------------------------------------------------

    def _because(self, node: c.Expr) -> list[str]:
        """Up to three lines on the first result that an expectation reads."""
        found = next(iter(_reads(node)), None)
        if found is None:
            return []
        asked = {str(part.value) for part in c.walk(node) if isinstance(part, c.Constant)}
        return [f"  {line}" for line in list(self._why(found, asked))[:_MOST_LINES]]

    def _why(self, node: c.TestRead, asked: set[str]) -> Iterator[str]:
        if node.kind == "move":
            yield from self._moved(node)
        elif _asks_what_was_told(node):
            yield from self._told(node)
        elif node.kind != "rep" and node.what in {"owner", "rule", "held", "offered", "state"}:
            yield from self._assigned(node, asked)
        elif is_paid_out(self.policy, node):
            yield from told(self.results, node)
        elif node.kind != "rep":
            for entry, amount in self.results.carried(node):
                yield f"{self._entry(entry, node.what)}: {node.key} carries {self._money(amount)}"
        elif node.what in self.policy.accounts:
            yield from self._credits(node)
        elif node.what in self.policy.lets:
            yield from self._told_let(node)
        elif node.what == "awards":
            for scheme in self.policy.schemes:
                for part in scheme.components:
                    if isinstance(part, c.Award):
                        yield f'scheme {scheme.name} awards "{part.title}" when {say(part.when, self.policy.currency)}'
        else:
            yield from self._earned(node)

    def _assigned(self, node: c.TestRead, asked: set[str]) -> Iterator[str]:
        """The decision; then whoever or whatever was asked for and not chosen, then everything else."""
        decision = self.results.decision(node.kind, self.results.row(node))
        if decision is None:
            yield self.results.absence(node.kind)
            return
        yield decision.because
        skipped = [(rule, f"rule {rule} was not taken: {why}") for rule, why in decision.skipped]
        refused = [
            (candidate.rep, f"{candidate.rep or 'nobody'}: {candidate.reason}")
            for tier in decision.tried
            for candidate in tier.candidates
            if candidate.reason
        ]
        told = [*skipped, *refused]
        yield from dict.fromkeys(line for _, line in sorted(told, key=lambda entry: entry[0] not in asked))

    def _told(self, node: c.TestRead) -> Iterator[str]:
        """What was told, and by which place of the policy."""
        found = self.results.told(node)
        if not found:
            whose = f"to {node.key}" if node.kind == "rep" else f"about {node.kind} {node.key}"
            yield f"no {node.what} {whose} by then"
        for one in found[-_MOST_LINES:]:
            said = one.text if isinstance(one, Notice) else one.title
            yield f'{shown_moment(one.at)}, about {one.kind} {one.key} to {one.to}: "{said}" ({one.place})'

    def _moved(self, node: c.TestRead) -> Iterator[str]:
        """Why a move could not be made."""
        for life in self.results.lives():
            if node.key in life.refused:
                yield str(life.refused[node.key])

    def _earned(self, node: c.TestRead) -> Iterator[str]:
        entries = list(self.results.paid(node))
        if not entries:
            yield f"no scheme that pays `{node.what}` has {node.key} as a member then"
        if len(entries) > 1 or node.what == "total":
            for entry, amount in sorted(entries, key=lambda made: not made[1]):
                yield f"{self._entry(entry, node.what)} is {self._money(amount)}"
            return
        for entry, amount in entries:
            yield from self._derived(entry, node.what, amount)

    def _derived(self, entry: Earned, name: str, amount: int) -> Iterator[str]:
        """The value of a component, its clauses, and what it read."""
        scheme, rep, period = entry
        pay = scheme.pay(name)
        assert pay is not None
        env = stretches(self.results.ev, scheme, rep, period)[-1]
        if component(self.results.ev, scheme, pay, env, self.results.step)[0] is None:
            yield f"{self._entry(entry, name)}: something that it reads is missing or zero, so nothing is paid"
        steps = self._traced(entry, pay, env)
        yield f"{self._entry(entry, name)} is {self._money(amount)}"
        yield "; ".join(self._step(step) for step in steps)
        read = {self._step(step): None for top in steps for step in top.walk() if _is_read(step)}
        if read:
            yield f"with {', '.join(list(read)[:6])}"

    def _traced(self, entry: Earned, pay: c.Pay, env: Env) -> list[Step]:
        ev, step = self.results.ev, self.results.step
        scheme, rep, period = entry
        open_ = opened(ev, scheme, pay, rep, period, step)
        ev.tracer.on = True
        try:
            scope = scope_of(pay, env, ev.policy.calendar)
            worth(ev, ev.value(pay.value, scope), pay.clauses, scope, step, open_)
            return ev.tracer.take()
        finally:
            ev.tracer.on = False

    def _step(self, step: Step) -> str:
        node = step.node
        if isinstance(node, c.Expr):
            return f"{say(node, self.policy.currency)} = {show(step.value, node.type, self.policy.currency)}"
        if isinstance(node, c.AtMost | c.AtLeast | c.Gate | c.Times | c.Plus | c.Release):
            return f"then {say_clause(node, self.policy.currency)} = {show(step.value, _MONEY, self.policy.currency)}"
        return show(step.value, step.unit, self.policy.currency)

    def _told_let(self, node: c.TestRead) -> Iterator[str]:
        let = self.policy.lets[node.what]
        self.results.ev.tracer.on = True
        try:
            self.results.read(node)
            steps = self.results.ev.tracer.take()
        finally:
            self.results.ev.tracer.on = False
        yield f"{let.name} = {say(let.value, self.policy.currency)}"
        read = {self._step(step): None for top in steps for step in top.walk() if _is_read(step)}
        if read:
            yield f"with {', '.join(list(read)[:6])}"

    def _credits(self, node: c.TestRead) -> Iterator[str]:
        account = self.policy.accounts[node.what]
        for day, key, value in self.results.credited(node):
            shown = show(value, account.type, self.policy.currency)
            yield f"{key} credits {shown} on {format_day(day)}"

    def _entry(self, entry: Earned, name: str) -> str:
        scheme, rep, period = entry
        return f"{scheme.name}.{name} of {self.results.ev.world.key('rep', rep)} in {period}"

    def _money(self, amount: int) -> str:
        return show(amount, _MONEY, self.policy.currency)


def _is_literal(node: c.Expr) -> bool:
    return isinstance(node.operand if isinstance(node, c.Negate) else node, c.Constant)


def _reads(node: c.Expr) -> list[c.TestRead]:
    return [part for part in c.walk(node) if isinstance(part, c.TestRead)]


def _asks_what_was_told(node: c.TestRead) -> bool:
    """Notices, or awards other than those of schemes: watches are run where a test asks for them."""
    return node.type.name == "set" and (node.what == "notices" or (node.what == "awards" and node.kind != "rep"))


def _is_read(step: Step) -> bool:
    return not step.op and isinstance(step.node, c.ReadAccount | c.FieldOf) and step.value is not None
