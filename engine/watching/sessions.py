"""Sessions: one for each subject and network, told to the rules process as changes, and told again after a crash.

What a session holds is known here at any time, so the process can die at any moment: the steps that it did not answer
are asked again of a new one, which is first told what it needs. Nothing of an answer counts before all of it came.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .network import Fact
from .supervisor import ProcessDied, RulesProcess, RulesUnavailable

__all__ = ["Session", "Sessions", "Step"]

Name = tuple[str, str]
"""A network and a subject."""

MOST_OPEN = 128
"""Sessions open between batches, a megabyte or less each; the engine has room for 1,024 in a set of rules."""

MOST_TOLD = 20_000
"""Facts told to a session before it is begun anew: after some 46,000 the engine takes new facts for old ones."""

_MOST_TRIES = 6


@dataclass(frozen=True, slots=True)
class Step:
    """What a session holds at a moment (seconds)."""

    network: str
    subject: str
    at: int
    facts: frozenset[Fact]


@dataclass(slots=True)
class Session:
    """A session that the process has open: its facts, and how many it was told since it began."""

    facts: frozenset[Fact] = frozenset()
    told: int = 0


@dataclass(slots=True)
class _Plan:
    """Steps as messages, and what will be open once they are answered."""

    steps: list[list[object]] = field(default_factory=list[list[object]])
    drop: list[list[str]] = field(default_factory=list[list[str]])
    after: OrderedDict[Name, Session] = field(default_factory=OrderedDict[Name, Session])


class Sessions:
    """The sessions of a rules process."""

    def __init__(self, process: RulesProcess) -> None:
        self._process = process
        self._open: OrderedDict[Name, Session] = OrderedDict()
        self._incarnation = -1

    def run(self, steps: Sequence[Step]) -> list[list[str]]:
        """The names of the rules that hold at each step, in order of name; each step is of another session.

        Raises `RulesUnavailable` where the process does not stay up, and `RulesFailed`: ask again then.
        """
        parts = [steps[start : start + MOST_OPEN] for start in range(0, len(steps), MOST_OPEN)]
        return [answer for part in parts for answer in self._run(part)]

    def _run(self, steps: Sequence[Step]) -> list[list[str]]:
        """The answers to no more steps than sessions stay open, so that none of them is forgotten on the way."""
        for _ in range(_MOST_TRIES):
            try:
                self._process.start()
                if self._process.incarnation != self._incarnation:
                    self._open = OrderedDict()
                    self._incarnation = self._process.incarnation
                plan = self._plan(steps)
                answer = self._process.ask(plan.steps, plan.drop)
            except ProcessDied:
                continue
            for step, fired in zip(steps, answer, strict=True):
                if fired:  # the process forgets a session in which something fired
                    plan.after.pop((step.network, step.subject), None)
            self._open = plan.after
            return answer
        raise RulesUnavailable(
            f"the rules process died {_MOST_TRIES} times in a row over the same facts",
            "nothing was lost: look whether the machine is out of memory, then try again",
        )

    def _plan(self, steps: Sequence[Step]) -> _Plan:
        plan = _Plan(after=OrderedDict(self._open))
        for step in steps:
            name = step.network, step.subject
            session = plan.after.get(name)
            if session is None or session.told >= MOST_TOLD:
                plan.drop.append(list(name))  # whatever the process may still have of it
                session = Session()
            out, new = session.facts - step.facts, step.facts - session.facts
            plan.steps.append([*name, step.at, _lines(out), _lines(new)])
            plan.after[name] = Session(step.facts, session.told + len(new) + 1)
            plan.after.move_to_end(name)
        while len(plan.after) > MOST_OPEN:
            name, _ = plan.after.popitem(last=False)
            if name in self._open:
                plan.drop.append(list(name))
        return plan


def _lines(facts: frozenset[Fact]) -> list[Mapping[str, str | int]]:
    """Facts as the process takes them, in one order."""
    return [{"t": sort, **dict(values)} for sort, values in sorted(facts)]
