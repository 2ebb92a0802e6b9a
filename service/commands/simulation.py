"""`meed simulate`: what a policy pays over a period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ...dsl import checked as c
from ...engine.calendar.days import format_day
from ...engine.calendar.periods import Period, PeriodError
from ...engine.jobs import report_of
from ...engine.money import format_money
from ...engine.pay.simulation import Run, run
from ..fact_files import FactFiles, files_named
from ..payout_totals import rep_text, rep_totals, statement_totals, type_totals
from ..policy_files import sound_policy
from ..run_files import SimulationFiles
from ..run_index import remember_run
from ..stopped import FINE, WrongUse
from ..tables_shown import say_table
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version

__all__ = ["COMMAND", "simulate"]

COMMAND = FactsCommand
_TOP = 10
_MOST_REMARKS = 20


def simulate(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="2026, 2026-H1, 2026-Q2, 2026-04 or 2026-W07."),
    out: Path = typer.Option(..., "--out", metavar="FOLDER", help="Where the lines and totals are written."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Work out what a policy pays over a period.

    Writes lines.csv, summary.csv, awards.csv and report.json into a folder, payables.csv where anything is paid
    otherwise than with its period, and balances.csv where anything is carried over; the same policy and facts give the
    same bytes, in whatever order the rows stand. `meed explain --line ID` says why a line is what it is.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    made = sound_policy(policy)
    asked = _period(made, period)
    written = SimulationFiles(_folder(out))
    files.must_not_be_among(written.all)
    with working("reading facts"):
        opened, intake = files.open(made, "simulate")
    outcome = _run(made, opened, asked)
    report = {
        "meed": meed_version(),
        "job": "simulate",
        "given": {"policy": policy, **files.as_json(), "period": period},
        **report_of(made, opened, intake, outcome),
    }
    out.mkdir(parents=True, exist_ok=True)
    with working("writing"):
        written.write(outcome, statement_totals(outcome), report)
    remember_run("simulate", written.report)
    if form == "json":
        say_json(report)
    else:
        _show(outcome, intake.lines(_MOST_REMARKS), written)
    return FINE


def _period(policy: c.Policy, text: str) -> Period:
    if not policy.schemes:
        raise WrongUse(f"policy `{policy.name}` pays nothing: it has no `scheme`", "name a policy that has one")
    try:
        return Period.parse(text, policy.calendar)
    except PeriodError as problem:
        raise _bad_period(problem) from None


def _bad_period(problem: PeriodError) -> WrongUse:
    return WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help)


def _folder(out: Path) -> Path:
    if out.exists() and not out.is_dir():
        raise WrongUse(f"{out}: this is a file", "`--out` names a folder")
    return out


def _run(policy: c.Policy, facts: Any, period: Period) -> Run:
    done = -1

    def progress(_: str) -> None:
        nonlocal done
        done += 1
        step(done, None)

    try:
        with working("running schemes", len(policy.schemes), counted=True) as step:
            return run(policy, facts, period, progress)
    except PeriodError as problem:
        raise _bad_period(problem) from None


# --- what is shown -------------------------------------------------------------------------------------------


def _show(outcome: Run, intake: list[str], written: SimulationFiles) -> None:
    policy = outcome.policy
    version = f" {policy.version}" if policy.version else ""
    say(f"{policy.name}{version} pays {_money(outcome, outcome.total)} over {outcome.period}")
    say()
    types = type_totals(outcome)
    say_table(
        ("type of rep", "reps", "total"),
        [(entry.word or "(none)", f"{entry.reps:,}", _money(outcome, entry.total)) for entry in types],
        right=(1, 2),
        total=("all", f"{sum(entry.reps for entry in types):,}", _money(outcome, outcome.total)),
    )
    say()
    _show_top(outcome)
    _show_flow(outcome)
    say_list("remarks", outcome.remarks, _MOST_REMARKS, "report.json")
    say_list("facts", intake)
    _say_where(outcome, written)


def _show_flow(outcome: Run) -> None:
    """When what was earned may be paid, and what draws leave open, where that is not plain."""
    if outcome.releases:
        flow = outcome.money_flow()
        say()
        say_table(
            ("earned", f"payable by {format_day(outcome.period.end - 1)}", "scheduled for later", "held"),
            [tuple(_money(outcome, flow[name]) for name in ("earned", "payable", "scheduled", "held"))],
            right=(0, 1, 2, 3),
        )
    last: dict[tuple[str, str, str], tuple[str, int]] = {}
    for one in outcome.balances:
        last[one.rep, one.scheme, one.component] = one.of, one.after
    rows = [
        (rep, f"{scheme}.{part}", of, _money(outcome, open_))
        for (rep, scheme, part), (of, open_) in last.items()
        if open_
    ]
    if rows:
        say()
        say_table(("open at the end", "component", "of a", "balance"), rows[:_TOP], right=(3,))


def _show_top(outcome: Run) -> None:
    totals = rep_totals(outcome)
    keys = outcome.facts.table("rep").keys
    top = sorted((rep for rep in totals if totals[rep] > 0), key=lambda rep: (-totals[rep], rep))[:_TOP]
    rows = [
        (keys[rep], rep_text(outcome, rep, "name"), rep_text(outcome, rep, "type"), _money(outcome, totals[rep]))
        for rep in top
    ]
    if rows:
        say_table(("top reps", "name", "type", "total"), rows, right=(3,))


def _say_where(outcome: Run, written: SimulationFiles) -> None:
    say()
    lines, awards = len(outcome.lines), len(outcome.awards)
    more = [path.name for path in (written.payables, written.balances) if path.exists()]
    say(
        f"written to {written.folder}: lines.csv ({_count(lines, 'line')}), summary.csv, "
        f"awards.csv ({_count(awards, 'award')}), {''.join(f'{name}, ' for name in more)}report.json"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _money(outcome: Run, amount: int) -> str:
    return format_money(amount, outcome.policy.currency)
