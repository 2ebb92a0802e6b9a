"""`meed forecast`: what a period may cost, from won deals and open ones with their chances."""

from __future__ import annotations

import re
from fractions import Fraction

import typer

from ...dsl import checked as c
from ...dsl.types import DATE, RATE, Type
from ...engine.calendar.days import DayError, parse_day
from ...engine.calendar.periods import Period, PeriodError
from ...engine.fairness.rep_groups import with_columns
from ...engine.what_if.forecast import Forecast, forecast
from ...engine.what_if.pipeline import Pipeline, PipelineRefused, pipeline_of
from ..fact_files import FactFiles, files_named
from ..forecast_shown import forecast_json, show_forecast
from ..policy_files import sound_policy
from ..stopped import FINE, Findings, WrongUse
from ..terminal import Form, say_json, say_list, working
from ..verb import FactsCommand
from ..what_if import Opened, asked_period, open_policies

__all__ = ["COMMAND", "forecast_cost"]

COMMAND = FactsCommand
_MOST_REMARKS = 20
_RATE = re.compile(r"(\d+)(?:\.(\d+))?(%?)")


def forecast_cost(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="2026, 2026-H1, 2026-Q2, 2026-04 or 2026-W07."),
    probability: str | None = typer.Option(
        None, "--probability", metavar="COLUMN", help="The column of deal with the chance of an open deal: 30% or 0.3."
    ),
    stage: list[str] = typer.Option(
        [], "--stage", metavar="STAGE=RATE", help="The chance of open deals in a stage, where the column says nothing."
    ),
    closes: str | None = typer.Option(
        None, "--closes", metavar="COLUMN", help="The column of deal with the expected date; else that of won deals."
    ),
    undated: str | None = typer.Option(
        None, "--undated", metavar="DATE", help="The day on which open deals without a date close; else they stay out."
    ),
    runs: int = typer.Option(1000, "--runs", min=1, max=100_000, metavar="N", help="How often to draw."),
    seed: int = typer.Option(
        1, "--seed", min=0, max=2**63, metavar="N", help="The same seed draws the same, to the byte."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say what a period may cost, from open deals and their chances.

    Each run draws which open deals are won, dates them as expected, and runs the whole policy. Quantiles are nearest
    ranks. The same seed draws the same for every policy, so that forecasts of two policies can be compared.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    made = sound_policy(policy)
    asked = asked_period((made,), period)
    chances = _chances(stage)
    if probability is None and not chances:
        raise WrongUse("the chances of open deals are not known", "add `--probability COLUMN` or `--stage open=30%`")
    day = _day(undated)
    opened = _opened(files, made, probability or "", closes or "")
    try:
        pipeline = pipeline_of(opened.policy, opened.facts, asked, probability or "", chances, closes or "", day)
    except PipelineRefused as problem:
        raise Findings(str(problem), problem.help) from None
    outcome = _drawn(opened.policy, pipeline, asked, runs, seed)
    given = {
        "policy": policy, **files.as_json(), "period": period, "probability": probability,
        "stage": {name: str(chance) for name, chance in chances.items()}, "closes": closes, "undated": undated,
    }  # fmt: skip
    if form == "json":
        say_json(forecast_json(outcome, given))
    else:
        show_forecast(outcome)
        say_list("facts", opened.intake.lines(_MOST_REMARKS))
    return FINE


def _chances(values: list[str]) -> dict[str, Fraction]:
    made: dict[str, Fraction] = {}
    for value in values:
        name, _, rate = value.rpartition("=")
        found = _RATE.fullmatch(rate.strip())
        if not name or found is None:
            raise WrongUse(f"`--stage {value}` is not STAGE=RATE", "write it like `--stage open=30%`")
        whole, part, sign = found.groups()
        chance = Fraction(int(whole + (part or "")), 10 ** len(part or "") * (100 if sign else 1))
        if chance > 1:
            raise WrongUse(f"`--stage {value}`: a chance is from 0% to 100%", "write it like `--stage open=30%`")
        if name in made:
            raise WrongUse(f"`--stage` names two chances for `{name}`", "leave one of the two out")
        made[name] = chance
    return made


def _day(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_day(text)
    except DayError:
        raise WrongUse(f"`--undated {text}` is not a date", "write it like `--undated 2026-12-31`") from None


def _opened(files: FactFiles, policy: c.Policy, probability: str, closes: str) -> Opened:
    """The facts with the columns of chances and expected dates."""
    if "deal" not in policy.kinds:
        raise WrongUse(f"policy `{policy.name}` knows no deals", "a forecast wins open deals")
    asked: dict[str, tuple[str, Type]] = {}
    for option, name, wanted in (("--probability", probability, RATE), ("--closes", closes, DATE)):
        if not name:
            continue
        declared = policy.kinds["deal"].columns.get(name)
        if declared is not None and declared.type.name != wanted.name:
            raise WrongUse(
                f"`{option} {name}`: the policy declares `deal.{name}` as {declared.type.name}",
                f"it has to be a {wanted.name}",
            )
        asked[name] = option, wanted
    knowing = with_columns(policy, "deal", {name: wanted for name, (_, wanted) in asked.items()})
    return open_policies(files, [knowing], [], must=False, also={"deal": frozenset(asked)})[0]


def _drawn(policy: c.Policy, pipeline: Pipeline, period: Period, runs: int, seed: int) -> Forecast:
    try:
        with working("drawing", runs, counted=True) as step:
            return forecast(policy, pipeline, period, runs, seed, lambda done: step(done, None))
    except PeriodError as problem:
        raise WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None
