"""`meed statements`: a page for each rep and period of a run, and tables for machines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from ...dsl.calendar import Calendar
from ...engine.calendar.periods import Period, PeriodError
from ...engine.money import format_money
from ...engine.pay.simulation import Run, run
from ...engine.wording.spelling import did_you_mean
from ..fact_files import FactFiles
from ..reopened_run import Reopened, runs_to_search
from ..run_files import SavedRun
from ..statement_files import FORMS, StatementFiles, Statements
from ..statement_page import PageMaker
from ..stopped import FINE, WrongUse
from ..terminal import say, working

__all__ = ["statements"]

_LANGUAGES = ("en", "zh")


def statements(
    source: Path | None = typer.Argument(
        None, metavar="RUN_FOLDER", help="What --out of `meed simulate` was; otherwise the last run here."
    ),
    out: Path = typer.Option(..., "--out", metavar="FOLDER", help="Where the statements are written."),
    rep: list[str] = typer.Option([], "--rep", metavar="REP", help="Only this rep; may stand more than once."),
    period: list[str] = typer.Option(
        [], "--period", metavar="PERIOD", help="Only what lies in this period; may stand more than once."
    ),
    forms: str = typer.Option("html", "--as", metavar="FORM,...", help="html, xlsx, csv, parquet."),
    language: str = typer.Option("en", "--language", metavar="en|zh", help="The language of the statements."),
) -> int:
    """Write the statements of a run: who earned what, and why.

    html and xlsx give one file a statement, csv and parquet two tables for all of them. Every amount is worked out
    twice, and must be that of the run; policy and facts must be those of the run.
    """
    wanted = _forms(forms)
    if language not in _LANGUAGES:
        raise WrongUse(f"`--language {language}` is not one of the languages", "use `en` or `zh`")
    if out.exists() and not out.is_dir():
        raise WrongUse(f"{out}: this is a file", "`--out` names a folder")
    saved = _simulation(source)
    with working("reading facts"):
        opened = Reopened.of(saved)
        files = StatementFiles(out)
        FactFiles.from_json(saved.report["given"]).must_not_be_among(files.tables)
        outcome = run(opened.policy, opened.facts, Period.parse(str(saved.report["period"]), opened.policy.calendar))
        opened.must_pay_the_same(outcome)
    maker = PageMaker(outcome, language, whole=bool({"csv", "parquet"} & set(wanted)))
    places = _chosen(maker, rep, period)
    made = Statements(maker, files, wanted)
    with working("writing statements", len(places), counted=True) as step:
        for done, place in enumerate(places, start=1):
            made.add(*place)
            step(done, None)
        made.close(ties=len(places) == len(maker.places))
    _say(made, outcome, out)
    return FINE


def _forms(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(form.strip() for form in text.split(",") if form.strip()))
    for form in wanted:
        if form not in FORMS:
            advice = did_you_mean(form, FORMS) or f"use some of {', '.join(f'`{name}`' for name in FORMS)}"
            raise WrongUse(f"`--as {form}` is no form of a statement", advice)
    if not wanted:
        raise WrongUse("`--as` names no form", f"use some of {', '.join(f'`{name}`' for name in FORMS)}")
    return wanted


def _simulation(source: Path | None) -> SavedRun:
    for saved in runs_to_search(source):
        if saved.job == "simulate":
            return saved
        if source is not None:
            raise WrongUse(f"{source}: this run gave leads, and pays nobody", "name what `meed simulate` wrote")
    raise WrongUse("there is no simulation in the last runs of this folder", "run `meed simulate`, or name its folder")


def _chosen(maker: PageMaker, reps: Sequence[str], periods: Sequence[str]) -> list[tuple[int, Period]]:
    """The statements that were asked for, all of them where nothing was said."""
    keys = maker.run.facts.table("rep").keys
    for rep in reps:
        if rep not in keys:
            raise WrongUse(f"there is no rep `{rep}`", did_you_mean(rep, keys) or "keys of reps stand in summary.csv")
    stretches = [_period(text, maker.policy.calendar) for text in periods]
    chosen = [
        (rep, period)
        for rep, period in maker.places
        if (not reps or keys[rep] in reps)
        and (not stretches or any(one.start <= period.start and period.end <= one.end for one in stretches))
    ]
    if not chosen:
        there = ", ".join(sorted({f"`{period}`" for rep, period in maker.places if not reps or keys[rep] in reps})[:8])
        raise WrongUse("there is no such statement in this run", f"periods with statements: {there}")
    return chosen


def _period(text: str, calendar: Calendar) -> Period:
    try:
        return Period.parse(text, calendar)
    except PeriodError as problem:
        raise WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None


def _say(made: Statements, outcome: Run, out: Path) -> None:
    currency = outcome.policy.currency
    count = f"{made.count:,} statement{'s' if made.count != 1 else ''}"
    say(f"{count} of {format_money(made.total, currency)} in all, written to {out}")
    say(f"  {', '.join(made.written)}")
    if made.complete:
        say("  the statements add up to the run")
    else:
        say(f"  the run pays {format_money(outcome.total, currency)} in all")
