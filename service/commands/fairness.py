"""`meed fairness`: whether equal results are paid equally, and what one more sale pays. A report in sections."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import typer

from ...engine.marginal_pay import MarginalRefused, Marginals, marginal_pay
from ...engine.money import AmountError, parse_amount
from ...engine.pay_fairness import PayFairness, pay_fairness
from ...engine.periods import Period
from ...engine.rep_pay import rep_pays
from ...engine.simulation import Run
from ...policies.stops import stops
from ..fact_files import FactFiles, files_named
from ..pay_fairness_shown import marginal_json, pay_json, show_marginal, show_pay
from ..policy_files import sound_policy
from ..stopped import FINDINGS, FINE, WrongUse
from ..terminal import Form, note, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version
from ..what_if import Opened, asked_period, attributes_named, bookings_of, groups_of, open_policies, run_policy

__all__ = ["COMMAND", "fairness"]

COMMAND = FactsCommand
SECTIONS = ("pay", "marginal")
_USUAL = ("region", "tenure", "type")
_MOST_REMARKS, _MOST_EXPLAINED = 20, 50
_RATE = re.compile(r"(\d+)(?:\.(\d+))?%")


def fairness(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="2026, 2026-H1, 2026-Q2, 2026-04 or 2026-W07."),
    by: str | None = typer.Option(
        None,
        "--by",
        metavar="NAME,...",
        help="Columns of rep, and `tenure`, by which reps are grouped: region,tenure,type.",
    ),
    only: str | None = typer.Option(None, "--only", metavar="SECTION,...", help="Some of the sections: pay, marginal."),
    bookings: str | None = typer.Option(
        None, "--bookings", metavar="ACCOUNT", help="What counts as the result; else the first money from deals."
    ),
    strata: str = typer.Option(
        "80%,100%,120%", "--strata", metavar="RATE,...", help="Where strata of equal attainment begin."
    ),
    unit: str = typer.Option("1000", "--unit", metavar="AMOUNT", help="The size of one more deal."),
    draws: int = typer.Option(
        9_999, "--draws", min=99, max=1_000_000, metavar="N", help="Arrangements to draw in tests."
    ),
    seed: int = typer.Option(1, "--seed", min=0, max=2**63, metavar="N", help="The same seed draws the same."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say whether equal results get equal pay, and what one more pays.

    Pay per unit of result by group, also at equal attainment, with counts, the four-fifths rule and a permutation
    test. The exit code is 1 where a group is under four fifths at equal attainment and chance would hardly do that.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    made = sound_policy(policy)
    asked = asked_period((made,), period)
    sections, bounds = _sections(only), _bounds(strata)
    size = _unit(unit, made.currency)
    names, must = attributes_named(by, _USUAL)
    opened = open_policies(files, [made], names, must=must, where_given={"rep": ("quota",)})[0]
    outcome = run_policy(opened, asked)
    account, booked = bookings_of(opened, asked, bookings)
    if not account:
        raise WrongUse(f"policy `{made.name}` credits no money from deals to reps", "name an account with `--bookings`")
    said: dict[str, Any] = {}
    paid = marginals = None
    if "pay" in sections:
        with working("testing"):
            paid = pay_fairness(rep_pays(outcome, booked), groups_of(opened, asked), bounds, draws, seed)
        said["pay"] = pay_json(paid, account, made.currency)
    if "marginal" in sections:
        marginals = _marginals(opened, outcome, asked, size, account, must=only is not None)
    stopped = _stopped(marginals) if marginals is not None else {}
    if marginals is not None:
        said["marginal"] = marginal_json(marginals, stopped, made.currency)
    given = {"policy": policy, **files.as_json(), "period": period, "by": names, "strata": strata, "unit": unit,
             "draws": draws, "seed": seed}  # fmt: skip
    if form == "json":
        say_json(_json(opened, outcome, given, said))
    else:
        _show(opened, outcome, account, paid, marginals, stopped, seed)
    return FINDINGS if paid is not None and any(one.finding for one in paid.attributes) else FINE


def _sections(only: str | None) -> tuple[str, ...]:
    if only is None:
        return SECTIONS
    named = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in named:
        if name not in SECTIONS:
            raise WrongUse(f"`--only`: there is no section `{name}`", f"sections are {', '.join(SECTIONS)}")
    return named


def _bounds(text: str) -> list[Fraction]:
    made: list[Fraction] = []
    for part in text.split(","):
        found = _RATE.fullmatch(part.strip())
        if found is None:
            raise WrongUse(f"`--strata {text}` is not a list of rates", "write it like `--strata 80%,100%,120%`")
        made.append(Fraction(int(found[1] + (found[2] or "")), 100 * 10 ** len(found[2] or "")))
    if sorted(set(made)) != made:
        raise WrongUse(f"`--strata {text}` does not rise", "write it like `--strata 80%,100%,120%`")
    return made


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


def _json(opened: Opened, outcome: Run, given: dict[str, Any], sections: dict[str, Any]) -> dict[str, Any]:
    policy = opened.policy
    return {
        "meed": meed_version(), "job": "fairness", "given": given,
        "policy": {"name": policy.name, "version": policy.version, "hash": policy.hash},
        "facts": {"hash": opened.facts.hash}, "period": str(outcome.period), "currency": policy.currency,
        "sections": sections, "remarks": list(outcome.remarks),
    }  # fmt: skip


def _show(
    opened: Opened, outcome: Run, account: str, paid: PayFairness | None, marginals: Marginals | None,
    stopped: dict[str, list[str]], seed: int,
) -> None:  # fmt: skip
    policy, table = opened.policy, opened.facts.table("rep")
    say(f"{policy.name}{f' {policy.version}' if policy.version else ''} over {outcome.period}")
    if paid is not None:
        say()
        show_pay(paid, account, policy.currency, seed)
    if marginals is not None:
        has_name = "name" in table.columns
        names = {key: str(table.cell(row, "name") or "") for row, key in enumerate(table.keys)} if has_name else {}
        say()
        show_marginal(marginals, names, stopped, policy.currency)
    say_list("remarks", list(outcome.remarks), _MOST_REMARKS, "`--format json`")
    say_list("facts", opened.intake.lines(_MOST_REMARKS))
