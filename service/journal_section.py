"""The section of `meed fairness` on assignment, from the journal of a service: the very decisions that were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..dsl import checked as c
from ..engine.calendar.days import SECONDS_PER_DAY
from ..engine.calendar.periods import Period, PeriodError, containing
from ..engine.fairness.rep_groups import UnknownAttribute, attribute_columns, group_of_reps
from .assignment_fairness_shown import Manner
from .assignment_section import AssignmentAsked, AssignmentSection, line_of
from .journal.fold import Fold
from .journal_fairness import Days, counted
from .journal_stream import decided_kind, folded
from .stopped import WrongUse
from .store import Store
from .terminal import working
from .what_if import bad_period

__all__ = ["JournalSection", "journal_section"]


@dataclass(frozen=True, slots=True, eq=False)
class JournalSection:
    """The section, with the policy in force after the last entry and the period by its calendar."""

    section: AssignmentSection
    policy: c.Policy
    period: Period | None


def journal_section(store: Store, asked: AssignmentAsked, period: str | None) -> JournalSection:
    """Work the journal out again, count its decisions, and test. `asked` names no policy, files, or decisions.

    Raises `WrongUse`, and `Broken` for a journal that does not hold.
    """
    fold = folded(store)
    policy, kind = fold.floor.policy, decided_kind(fold, asked.kind)
    within = _period(policy, period)
    days = Days(None, None) if within is None else Days(within.start, within.end - 1)
    assert fold.loaded is not None
    assert fold.load is not None
    latest = fold.load.at if fold.floor.now is None else fold.floor.now
    found = counted(store, fold.loaded, kind, days, last=fold.head.number)
    groups = _groups(fold, asked, within or containing("day", latest // SECONDS_PER_DAY, policy.calendar))
    with working("testing"):
        made = found.made.made(
            groups, alike=asked.alike, draws=asked.draws, seed=asked.seed, calendar=policy.calendar
        )  # fmt: skip
    source = {"kind": kind, "store": store.name, "entries": fold.head.number, "hash": fold.head.hash}
    how = Manner(policy.currency, asked.alike, asked.seed, line_of(policy))
    return JournalSection(AssignmentSection(made, how, source, ()), policy, within)


def _period(policy: c.Policy, text: str | None) -> Period | None:
    try:
        return None if text is None else Period.parse(text, policy.calendar)
    except PeriodError as problem:
        raise bad_period(problem) from None


def _groups(fold: Fold, asked: AssignmentAsked, within: Period) -> Mapping[str, Mapping[str, str]]:
    """The group of every rep by attribute, as reps stand after the last entry."""
    facts, policy = fold.floor.facts, fold.floor.policy
    columns: dict[str, str] = {}
    for name in asked.attributes:
        try:
            columns |= attribute_columns(policy.kinds["rep"], facts.table("rep").columns, [name])
        except UnknownAttribute as problem:
            if asked.must:
                raise WrongUse(f"{problem}, or the policy decides without it", problem.help) from None
    world = fold.floor.ev.world
    return {
        name: group_of_reps(facts, name, column, within, policy.currency, world) for name, column in columns.items()
    }
