"""Why a rule fired: the rule in words, then what it read, as it stood at that moment."""

from __future__ import annotations

from ...dsl import checked as c
from ..life.deadlines import deadline, whole_times
from ..scalars.scalar import Env, Evaluator
from ..scalars.trace import Step
from ..wording.phrases import say, show
from .firing import moment_text

__all__ = ["Because"]

_MOST_READ = 12
_SO_FAR = " over this period"  # what is read without an `over` is read up to the moment


class Because:
    """Derivations of firings by one evaluator."""

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev

    def path(self, node: c.Expr) -> str:
        """A path in words."""
        return say(node, self._ev.policy.currency).replace(_SO_FAR, "")

    def of(self, rule: c.WatchRule, since: int | None, env: Env) -> tuple[str, ...]:
        """A line for the rule, and one for each value read."""
        lines = [self._rule(rule)]
        if rule.word != "when" and since is not None:
            start = self.path(rule.since) if rule.since is not None else "it came"
            lines.append(f"{start}: {moment_text(since)}")
            if rule.working is not None:
                lines.append(self._how(rule.working, since, env, again=rule.word == "every"))
        return (*lines, *(self._read(rule.condition, env) if rule.condition is not None else ()))

    def _how(self, wait: c.Wait, since: int, env: Env, *, again: bool) -> str:
        """How a working time came to be over."""
        at = env.end - 1
        times = max(1, whole_times(self._ev, wait, since, env.rows, at)) if again else 1
        return deadline(self._ev, wait, since, env.rows, at, times).told

    def _rule(self, rule: c.WatchRule) -> str:
        """The rule as its author wrote it, on one line."""
        text = self._ev.policy.source.text[rule.span.start : rule.span.end]
        return " ".join(line.partition("#")[0].strip() for line in text.splitlines()).strip()

    def _read(self, node: c.Expr, env: Env) -> list[str]:
        tracer = self._ev.tracer
        tracer.on = tracer.brief = True
        try:
            self._ev.value(node, env)
            steps = tracer.take()
        finally:
            tracer.on = tracer.brief = False
        read = {self._line(step): None for top in steps for step in top.walk() if _is_read(step)}
        return list(read)[:_MOST_READ]

    def _line(self, step: Step) -> str:
        assert isinstance(step.node, c.Expr)
        currency = self._ev.policy.currency
        return f"{self.path(step.node)} = {show(step.value, step.node.type, currency)}"


def _is_read(step: Step) -> bool:
    """A column, a let or an account as the condition reads it; not what an aggregate of a let is made of."""
    if isinstance(step.node, c.ReadAccount):
        return not step.op and ": " not in step.node.account
    return not step.op and isinstance(step.node, c.FieldOf | c.LetRead | c.Today)
