"""A period closed from files: every policy that has closed periods is run again over today's facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...dsl import checked as c
from ...engine.intake.intake_report import IntakeReport
from ...engine.pay_ledger.closing import Closing, Difference, close, differences, period_to_close, spans_by_policy
from ...engine.pay_ledger.outcome import Outcome, Span, outcome, span_of
from ...engine.pay_ledger.standing import PeriodState
from ..fact_files import FactFiles
from ..policy_periods import period_of
from ..stopped import WrongUse
from .ledger_file import LedgerFile

__all__ = ["Closed", "Unchanged", "closing"]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """What closing the open period adds, what was read for it, and every remark of the runs."""

    closing: Closing
    intake: IntakeReport
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unchanged:
    """A period that is closed already stays as it is; `differences` are posted when `open` is closed."""

    period: str
    open: str
    differences: list[Difference]
    remarks: tuple[str, ...]


def closing(
    ledger: LedgerFile,
    policy: c.Policy,
    files: FactFiles,
    period: str,
    restated: Sequence[str],
) -> Closed | Unchanged:
    """What closing a period comes to; nothing is added yet.

    Raises `Refused` for a period out of order, `WrongUse` for a policy that does not fit the ledger, and what
    opening facts raises.
    """
    standing = ledger.standing
    _must_fit(policy, ledger)
    named = period_of(policy, period)
    name = str(named)
    asked = period_to_close(standing, name)
    _must_be_the_same_days(policy, span_of(named), asked)
    until = standing.closed[-1].name if asked.closed else name
    outcomes, intake = _outcomes(ledger, policy, files, until, restated)
    # What there was to say of the runs of other policies was said when they closed their periods.
    remarks = tuple(remark for one in outcomes if one.policy == policy.hash for remark in one.run.remarks)
    if asked.closed:
        return Unchanged(name, standing.open.name, differences(standing, outcomes), remarks)
    facts = next(one.facts for one in outcomes if one.policy == policy.hash)
    following = span_of(named.next())
    made = close(standing, name, policy, facts, outcomes, following, restated=restated)
    return Closed(made, intake, remarks)


def _must_fit(policy: c.Policy, ledger: LedgerFile) -> None:
    currency = ledger.standing.rules.currency
    if policy.currency != currency:
        raise WrongUse(
            f"policy `{policy.name}` pays in {policy.currency}, and the ledger is in {currency}",
            "keep a ledger for each currency; `meed ledger pay --currencies` pays reps in another one",
        )


def _must_be_the_same_days(policy: c.Policy, span: Span, there: PeriodState) -> None:
    if (span.first, span.last) != (there.first, there.last):
        raise WrongUse(
            f"{span.name} of policy `{policy.name}` is {span.first} to {span.last}, and that of the ledger is "
            f"{there.first} to {there.last}",
            "close it with a policy of the same calendar",
        )


def _must_name_its_own_periods(policy: c.Policy, other: c.Policy) -> None:
    """A quarter of one calendar may have the name of another quarter of the other: their lines must differ in more."""
    shared = sorted({scheme.name for scheme in policy.schemes} & {scheme.name for scheme in other.schemes})
    if policy.calendar != other.calendar and shared:
        raise WrongUse(
            f"policy `{policy.name}` has another calendar than `{other.name}`, which closed periods of this ledger, "
            f"and both have a scheme `{shared[0]}`",
            f"give it another name where the calendar changes, such as `{shared[0]}_2`: 2026-Q1 is not the same days "
            f"in both",
        )


def _outcomes(
    ledger: LedgerFile, policy: c.Policy, files: FactFiles, until: str, restated: Sequence[str]
) -> tuple[list[Outcome], IntakeReport]:
    """The runs of every policy over its periods up to one, and the report of the facts of the policy that closes."""
    made: list[Outcome] = []
    report = IntakeReport()
    last = ledger.standing.periods[until].last
    for hash_, spans in spans_by_policy(ledger.standing, until, policy.hash, restated).items():
        own = policy if hash_ == policy.hash else ledger.policy(hash_)
        _must_name_its_own_periods(policy, own)
        kinds = {kind: file for kind, file in files.files.items() if own is policy or kind in own.kinds}
        without = tuple(kind for kind in files.without if own is policy or kind in own.kinds)
        facts, intake = replace(files, files=kinds, without=without).open(own, "simulate")
        made.append(outcome(own, facts, spans, last))
        if own is policy or not report.counts:
            report = intake
    return made, report
