"""The section of `meed fairness` on assignment, from what was asked to what is shown, written, and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..dsl.calendar import GREGORIAN
from ..engine.calendar.periods import Period, containing
from ..engine.fairness.assignment_fairness import AssignmentFairness
from ..engine.fairness.lead_quality import ALIKE
from ..engine.life.stream import UnknownStream, assign_for
from .assignment_fairness_shown import Manner, show_assignment
from .assignment_stream import Known, known_beside, stream_of_facts, stream_of_file
from .fact_files import FactFiles
from .fairness_page import fairness_page
from .stopped import WrongUse
from .terminal import say, say_list, working
from .written import written_whole

__all__ = ["AssignmentAsked", "AssignmentSection", "assigned_kind", "assignment_section", "line_of"]

_MOST_REMARKS = 20


@dataclass(frozen=True, slots=True)
class AssignmentAsked:
    """What was asked of the section; `policy` may be None where decisions are in a file."""

    policy: c.Policy | None
    files: FactFiles | None
    decisions: Path | None
    keys: Path | None
    kind: str
    period: Period | None
    attributes: Sequence[str]
    must: bool
    alike: str
    draws: int
    seed: int

    def __post_init__(self) -> None:
        if self.alike not in ALIKE:
            raise WrongUse(f"`--alike {self.alike}` is no span of time", f"use one of {', '.join(ALIKE)}")
        if self.decisions is not None and self.keys is not None:
            raise WrongUse("`--keys` is for decisions that are made now", "leave it out, or `--decisions`")


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentSection:
    """The section as it was found."""

    made: AssignmentFairness
    how: Manner
    source: dict[str, Any]
    intake: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"from": self.source, **self.made.as_json()}

    def show(self) -> None:
        """As people read it."""
        show_assignment(self.made, self.how)
        say_list("facts of the assignment", self.intake, _MOST_REMARKS)

    def write_page(self, path: Path, title: str) -> None:
        """As a page with pictures."""
        with written_whole(path) as out:
            out.write(fairness_page(self.made, self.how, title))
        say()
        say(f"page written: {path}")


def assigned_kind(policy: c.Policy, kind: str) -> str:
    """The kind whose assignment is looked at. Raises `WrongUse`."""
    try:
        return assign_for(policy, kind).kind
    except UnknownStream as problem:
        raise WrongUse(str(problem), "`--kind` names what is assigned") from None


def assignment_section(asked: AssignmentAsked) -> AssignmentSection:
    """Count the decisions, and test. Raises `WrongUse` and `Findings`."""
    policy, known = asked.policy, Known()
    if policy is not None and asked.files is not None and asked.files.files:
        kind = assigned_kind(policy, asked.kind)
        with working("reading facts"):
            read = asked.files.read(policy)
            known = known_beside(policy, asked.files, read, kind, asked.attributes, must=asked.must)
        if asked.decisions is None:
            stream = stream_of_facts(policy, read, kind, asked.keys)
        else:
            stream = stream_of_file(asked.decisions)
    else:
        if asked.decisions is None:
            raise WrongUse(
                "there are no decisions to look at", "add `--facts rep=FILE lead=FILE`, or `--decisions FILE`"
            )
        stream = stream_of_file(asked.decisions)
    counted, last = stream.counted(known, asked.period)
    calendar = GREGORIAN if policy is None else policy.calendar
    groups = known.groups(asked.period or last or containing("day", 0, GREGORIAN))
    with working("testing"):
        made = counted.made(groups, alike=asked.alike, draws=asked.draws, seed=asked.seed, calendar=calendar)
    how = Manner(known.currency, asked.alike, asked.seed, line_of(policy))
    return AssignmentSection(
        made, how, dict(stream.source), stream.intake.lines(_MOST_REMARKS) if stream.intake else ()
    )


def line_of(policy: c.Policy | None) -> Callable[[str], str]:
    """What stands at a place of a policy; empty where it is not that policy's."""
    if policy is None:
        return lambda _: ""
    name, lines = policy.source.name, policy.source.text.splitlines()

    def line(place: str) -> str:
        of, _, position = place.partition(f"{name}:")
        number = position.partition(":")[0]
        return lines[int(number) - 1].strip() if not of and number.isdigit() and int(number) <= len(lines) else ""

    return line
