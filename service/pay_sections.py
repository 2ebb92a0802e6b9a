"""The sections of `meed fairness` on pay: equal results, and what one more deal pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..dsl import checked as c
from ..engine.calendar.periods import Period
from ..engine.fair_pay.marginal_pay import MarginalRefused, Marginals, marginal_pay
from ..engine.fair_pay.pay_fairness import PayFairness, pay_fairness
from ..engine.fair_pay.rep_pay import rep_pays
from ..engine.money import AmountError, parse_amount
from ..engine.pay.simulation import Run
from ..policies.stops import stops
from .fact_files import FactFiles
from .pay_fairness_shown import marginal_json, pay_json, show_marginal, show_pay
from .stopped import WrongUse
from .terminal import note, say, say_list, working
from .what_if import Opened, bookings_of, groups_of, must_pay, open_policies, run_policy

__all__ = ["PayAsked", "PaySections", "pay_sections"]

_MOST_REMARKS, _MOST_EXPLAINED = 20, 50


@dataclass(frozen=True, slots=True)
class PayAsked:
    """What was asked. `named`: the sections were asked for by name."""

    files: FactFiles
    period: Period
    sections: Sequence[str]
    named: bool
    bounds: Sequence[Fraction]
    attributes: Sequence[str]
    must: bool
    unit: str
    bookings: str | None
    draws: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class PaySections:
    """The sections as they were found; None where one was not asked for, or cannot be."""

    opened: Opened
    outcome: Run
    account: str
    paid: PayFairness | None
    marginals: Marginals | None
    stopped: dict[str, list[str]]
    seed: int

    @property
    def finding(self) -> bool:
        """Whether a group is behind, and chance would hardly do that."""
        return self.paid is not None and any(one.finding for one in self.paid.attributes)

    @property
    def facts_hash(self) -> str:
        """Of the facts by which it was paid."""
        return self.opened.facts.hash

    @property
    def remarks(self) -> Sequence[str]:
        """Those of the run."""
        return self.outcome.remarks

    def as_json(self) -> dict[str, Any]:
        """Plain values by section."""
        currency = self.opened.policy.currency
        said: dict[str, Any] = {}
        if self.paid is not None:
            said["pay"] = pay_json(self.paid, self.account, currency)
        if self.marginals is not None:
            said["marginal"] = marginal_json(self.marginals, self.stopped, currency)
        return said

    def show(self) -> None:
        """As people read it."""
        policy, table = self.opened.policy, self.opened.facts.table("rep")
        if self.paid is not None:
            say()
            show_pay(self.paid, self.account, policy.currency, self.seed)
        if self.marginals is not None:
            has_name = "name" in table.columns
            names = {key: str(table.cell(row, "name") or "") for row, key in enumerate(table.keys)} if has_name else {}
            say()
            show_marginal(self.marginals, names, self.stopped, policy.currency)
        say_list("remarks", list(self.remarks), _MOST_REMARKS, "`--format json`")
        say_list("facts", self.opened.intake.lines(_MOST_REMARKS))


def pay_sections(policy: c.Policy, asked: PayAsked) -> PaySections:
    """Pay the period, and look at it. Raises `WrongUse` and `Findings`."""
    must_pay(policy)
    unit = _unit(asked.unit, policy.currency)
    where_given = {"rep": ("quota",)}
    opened = open_policies(asked.files, [policy], asked.attributes, must=asked.must, where_given=where_given)[0]
    outcome = run_policy(opened, asked.period)
    account, booked = bookings_of(opened, asked.period, asked.bookings)
    if not account:
        raise WrongUse(
            f"policy `{policy.name}` credits no money from deals to reps", "name an account with `--bookings`"
        )
    paid = marginals = None
    if "pay" in asked.sections:
        with working("testing"):
            groups = groups_of(opened, asked.period)
            paid = pay_fairness(rep_pays(outcome, booked), groups, asked.bounds, asked.draws, asked.seed)
    if "marginal" in asked.sections:
        marginals = _marginals(opened, outcome, asked.period, unit, account, must=asked.named)
    stopped = _stopped(marginals) if marginals is not None else {}
    return PaySections(opened, outcome, account, paid, marginals, stopped, asked.seed)


def _unit(text: str, currency: str) -> int:
    try:
        minor = parse_amount(text, currency)
    except AmountError as problem:
        raise WrongUse(f"`--unit`: {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None
    if minor <= 0:
        raise WrongUse(f"`--unit {text}` is not above zero", "write it like `--unit 1000`")
    return minor


def _marginals(
    opened: Opened, outcome: Run, period: Period, unit: int, account: str, *, must: bool
) -> Marginals | None:
    try:
        with working("one more deal", counted=True) as step:
            return marginal_pay(opened.policy, opened.facts, outcome, period, unit, account, step)
    except MarginalRefused as problem:
        if must:
            raise WrongUse(str(problem), problem.help) from None
        note(f"no section on one more deal: {problem}")
        return None


def _stopped(made: Marginals) -> dict[str, list[str]]:
    """Why one more deal pays nothing, for those whom it does."""
    with working("finding reasons"):
        return {rep.rep: stops(made.after[rep.rep], rep.rep, made.day) for rep in made.nothing()[:_MOST_EXPLAINED]}
