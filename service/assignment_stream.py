"""The decisions that a fairness report is about: from a file, or made now from facts; and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..dsl.calendar import GREGORIAN
from ..dsl.types import TEXT
from ..engine.assigning.assignment import DrawKeys
from ..engine.assigning.decisions import Decision
from ..engine.calendar.days import SECONDS_PER_DAY
from ..engine.calendar.periods import Period, containing
from ..engine.facts import Facts
from ..engine.fairness.assignment_fairness import AssignmentCount
from ..engine.fairness.decided import Decided, NoDecision
from ..engine.fairness.lead_facts import QUALITIES, LeadFact, lead_facts
from ..engine.fairness.rep_groups import UnknownAttribute, attribute_columns, group_of_reps, with_columns
from ..engine.intake.intake_report import IntakeReport
from ..engine.life import Outcome
from ..engine.life.stream import assign_for, draws_at_random, replay
from .decision_files import decision_log, read_decisions
from .fact_files import FactFiles, ReadFiles
from .key_file import read_seed
from .stopped import WrongUse
from .terminal import note, working

__all__ = ["AssignmentStream", "Known", "known_beside", "stream_of_facts", "stream_of_file"]

_OF_LEADS = (*QUALITIES, "segment", "created", "first_contact", "owner")


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What facts say beside the decisions: of leads by their keys, and the attributes by which reps are grouped."""

    leads: Mapping[str, LeadFact] = field(default_factory=dict[str, LeadFact])
    facts: Facts | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    currency: str = ""

    def groups(self, within: Period) -> dict[str, dict[str, str]]:
        """The group of every rep, by attribute, as of the last day of a period."""
        if self.facts is None:
            return {}
        found = self.facts
        return {
            name: group_of_reps(found, name, column, within, self.currency) for name, column in self.columns.items()
        }


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentStream:
    """Decisions in their order, how many there are (None: not known yet), and where they are from, as plain values."""

    decisions: Iterator[Decision | Outcome | Mapping[str, Any]]
    total: int | None
    source: Mapping[str, Any]
    intake: IntakeReport | None = None

    def counted(self, known: Known, period: Period | None) -> tuple[AssignmentCount, Period | None]:
        """All decisions counted (with a period: those of its days, the others move credits only), and the last day.

        Raises `WrongUse` for a file with something else in it.
        """
        made, last = AssignmentCount(), None
        try:
            with working("counting decisions", self.total, counted=True) as step:
                for number, one in enumerate(self.decisions, start=1):
                    if isinstance(one, Decision) or (not isinstance(one, Outcome) and "decision_id" in one):
                        decided = Decided.of(one) if isinstance(one, Decision) else Decided.read(one)
                        last = decided.at // SECONDS_PER_DAY
                        made.add(decided, known.leads.get(decided.key), counted=_within(period, last))
                    else:
                        last = _moment_of(one) // SECONDS_PER_DAY
                        made.add_outcome(one, known.leads, counted=_within(period, last))
                    if number % 256 == 0:
                        step(number, None)
        except NoDecision as problem:
            raise WrongUse(f"{self.source.get('decisions')}: {problem}", "name a file of decisions") from None
        return made, None if last is None else containing("day", last, GREGORIAN)


def _within(period: Period | None, day: int) -> bool:
    return period is None or period.start <= day < period.end


def _moment_of(outcome: Outcome | Mapping[str, Any]) -> int:
    """When what came of an event happened: the moment of the last thing in it."""
    if isinstance(outcome, Outcome):
        return max((one.at for one in (*outcome.decisions, *outcome.postings)), default=0)
    moments = [int(one["at"]) for listed in outcome.values() if isinstance(listed, list) for one in listed]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return max(moments, default=0)


def stream_of_file(file: Path) -> AssignmentStream:
    """The decisions in a file. Raises `WrongUse` where it is not there."""
    log = decision_log(file)
    return AssignmentStream(iter(read_decisions(log)), None, {"decisions": str(log)})


def stream_of_facts(policy: c.Policy, read: ReadFiles, kind: str, keys: Path | None) -> AssignmentStream:
    """The decisions that a policy makes on facts now. Raises `WrongUse` and `Findings`."""
    stream = assign_for(policy, kind)
    facts, intake = read.open(policy, "assign")
    seed = bytes(32)
    if keys is not None:
        seed = read_seed(keys)
    elif draws_at_random(stream):
        note(
            "drawn with a seed that everybody knows: `--keys` names the real one, `--decisions` what was really decided"
        )

    def made() -> Iterator[Decision | Outcome]:
        done = posted = 0
        for so_far, _ in replay(policy, facts, DrawKeys(seed), stream.kind):
            fresh, moved = so_far.decisions[done:], so_far.postings[posted:]
            done, posted = len(so_far.decisions), len(so_far.postings)
            turns = sum(one.rep is not None and one.tried[-1].turn is not None for one in fresh if one.tried)
            if len(moved) == turns and all(one.did == "post" for one in moved):
                yield from fresh
            else:
                yield Outcome(tuple(fresh), postings=tuple(moved))

    source = {"kind": stream.kind, "facts": facts.hash, "keys": None if keys is None else str(keys)}
    return AssignmentStream(made(), len(facts.table(stream.kind)), source, intake)


def known_beside(
    policy: c.Policy, files: FactFiles, read: ReadFiles, kind: str, attributes: Sequence[str], *, must: bool
) -> Known:
    """What the files know of leads and reps, read as far as they have it.

    `must`: an attribute that the file of reps does not have is an error, else it is left out. Raises `WrongUse`.
    """
    columns = _columns_of_reps(policy, read, attributes, must=must)
    knowing = with_columns(policy, "rep", dict.fromkeys(columns.values(), TEXT)) if columns else policy
    there = {name: set(table.columns) for name, table in read.raw.items()}
    also: dict[str, frozenset[str]] = {}
    if "rep" in there:
        also["rep"] = frozenset(columns.values()) & there["rep"]
    if kind in there:
        also[kind] = frozenset(_OF_LEADS) & there[kind] & knowing.kinds[kind].columns.keys()
    if kind not in there and not files.without:
        return Known()
    facts, _ = read.open(knowing, "assign", also)
    leads = lead_facts(facts, kind) if kind in facts.tables else {}
    return Known(leads, facts, columns, policy.currency)


def _columns_of_reps(policy: c.Policy, read: ReadFiles, attributes: Sequence[str], *, must: bool) -> dict[str, str]:
    if "rep" not in read.raw:
        return {}
    given = list(read.raw["rep"].columns)
    made: dict[str, str] = {}
    for name in attributes:
        try:
            made |= attribute_columns(policy.kinds["rep"], given, [name])
        except UnknownAttribute as problem:
            if must:
                raise WrongUse(str(problem), problem.help) from None
    return made
