"""Several policies run on the same facts: what `meed diff`, `forecast` and `fairness` begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..dsl import checked as c
from ..dsl.types import TEXT
from ..engine.calendar.periods import Period, PeriodError
from ..engine.facts import Facts
from ..engine.fair_pay.bookings import NoBookings, bookings_account, bookings_by_rep
from ..engine.fairness.rep_groups import UnknownAttribute, attribute_columns, group_of_reps, with_columns
from ..engine.intake.intake_report import IntakeReport
from ..engine.pay.simulation import Run, run
from ..engine.wording.spelling import did_you_mean
from .fact_files import FactFiles, ReadFiles
from .stopped import WrongUse
from .terminal import working

__all__ = [
    "Opened",
    "asked_period",
    "attributes_named",
    "bad_period",
    "bookings_of",
    "groups_of",
    "must_pay",
    "open_policies",
    "run_policy",
]


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A policy with its facts typed, the attributes of reps that were asked for (by the column behind each)."""

    policy: c.Policy
    facts: Facts
    intake: IntakeReport
    attributes: dict[str, str]


def attributes_named(text: str | None, usual: Sequence[str]) -> tuple[list[str], bool]:
    """The attributes of `--by`, and whether they were asked for by name."""
    if text is None:
        return list(usual), False
    names = [name.strip() for name in text.split(",") if name.strip()]
    return list(dict.fromkeys(names)), True


def must_pay(policy: c.Policy) -> None:
    """Raises `WrongUse` for a policy that pays nothing."""
    if not policy.schemes:
        raise WrongUse(f"policy `{policy.name}` pays nothing: it has no `scheme`", "name a policy that has one")


def asked_period(policies: Sequence[c.Policy], text: str) -> Period:
    """The period, for policies that pay. Raises `WrongUse`."""
    for policy in policies:
        must_pay(policy)
        if policy.calendar != policies[0].calendar:
            raise WrongUse("these policies follow different calendars", "compare policies that have the same years")
    try:
        return Period.parse(text, policies[0].calendar)
    except PeriodError as problem:
        raise bad_period(problem) from None


def open_policies(
    files: FactFiles, policies: Sequence[c.Policy], attributes: Sequence[str], *, must: bool,
    also: Mapping[str, frozenset[str]] | None = None, where_given: Mapping[str, Sequence[str]] | None = None,
) -> list[Opened]:  # fmt: skip
    """The files read once, and typed for each policy with the columns behind the attributes. Raises as they do.

    `must`: an attribute that the file of reps does not have is an error, else it is left out. `also`: by kind, columns
    to read; `where_given`: those that are read where the file has them.
    """
    with working("reading facts"):
        read = files.read(*policies)
        reps = list(read.raw["rep"].columns) if "rep" in read.raw else []
        for kind, wanted in (also or {}).items():
            _must_have(read, kind, wanted)
        made: list[Opened] = []
        for policy in policies:
            try:
                wanted = [name for name in attributes if must or _has(policy, reps, name)]
                columns = attribute_columns(policy.kinds["rep"], reps, wanted)
            except UnknownAttribute as problem:
                raise WrongUse(str(problem), problem.help) from None
            knowing = with_columns(policy, "rep", dict.fromkeys(columns.values(), TEXT))
            extra: dict[str, frozenset[str]] = {**(also or {})}
            for kind, names in {
                **(where_given or {}),
                "rep": (*columns.values(), *(where_given or {}).get("rep", ())),
            }.items():
                there = read.raw[kind].columns if kind in read.raw else ()
                known = frozenset(name for name in names if name in there and name in knowing.kinds[kind].columns)
                extra[kind] = extra.get(kind, frozenset()) | known
            facts, intake = read.open(knowing, "simulate", extra)
            made.append(Opened(knowing, facts, intake, columns))
    return made


def _must_have(read: ReadFiles, kind: str, wanted: frozenset[str]) -> None:
    """Columns that were asked for by name are there, be they required or not."""
    if kind in read.raw:
        there = list(read.raw[kind].columns)
        for name in sorted(wanted.difference(there)):
            advice = did_you_mean(name, there) or f"it has {', '.join(f'`{one}`' for one in there)}"
            raise WrongUse(f"{read.raw[kind].file}: there is no column `{name}`", advice)


def _has(policy: c.Policy, given: Sequence[str], name: str) -> bool:
    try:
        attribute_columns(policy.kinds["rep"], given, [name])
    except UnknownAttribute:
        return False
    return True


def run_policy(opened: Opened, period: Period) -> Run:
    """Run a policy with a progress bar. Raises `WrongUse` for a period that its schemes do not fit."""
    done = -1

    def progress(_: str) -> None:
        nonlocal done
        done += 1
        step(done, None)

    try:
        with working(f"running {opened.policy.name}", len(opened.policy.schemes), counted=True) as step:
            return run(opened.policy, opened.facts, period, progress)
    except PeriodError as problem:
        raise bad_period(problem) from None


def bookings_of(opened: Opened, period: Period, name: str | None) -> tuple[str, dict[str, Fraction]]:
    """The account that counts as bookings (empty: there is none), and what it credits each rep.

    Raises `WrongUse` where an account was asked for by name and is not there.
    """
    try:
        account = bookings_account(opened.policy, name or "")
    except NoBookings as problem:
        if name:
            raise WrongUse(str(problem), problem.help) from None
        return "", {}
    return account, bookings_by_rep(opened.policy, opened.facts, period, account)


def groups_of(opened: Opened, period: Period) -> dict[str, dict[str, str]]:
    """The group of every rep, by attribute."""
    return {
        name: group_of_reps(opened.facts, name, column, period, opened.policy.currency)
        for name, column in opened.attributes.items()
    }


def bad_period(problem: PeriodError) -> WrongUse:
    return WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help)
