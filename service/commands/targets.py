"""`meed targets`: everybody's goals over a period, with totals that add up, and whether they can be reached."""

from __future__ import annotations

from pathlib import Path

import typer

from ...dsl import checked as c
from ...engine.calendar.periods import Period, PeriodError
from ...engine.facts import Facts
from ...engine.intake.intake_report import IntakeReport
from ...engine.targets.reach import reaches
from ...engine.targets.target_measure import NoMeasure
from ...engine.targets.targets import TargetSheet, target_sheets
from ..fact_files import FactFiles, files_named
from ..policy_files import sound_policy
from ..reach_shown import decided_owners, reaches_as_json, say_reaches, thresholds_named
from ..stopped import FINE, WrongUse
from ..targets_shown import say_sheet, sheets_as_json, write_goals
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand

__all__ = ["COMMAND", "targets"]

COMMAND = FactsCommand
_MOST_REMARKS = 20


def targets(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="2026, 2026-H1, 2026-Q2, 2026-04 or 2026-W07."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="A CSV file for the goals, one row each."),
    why: str = typer.Option("", "--why", metavar="KEY", help="Say of each goal of a person why it is what it is."),
    check: bool = typer.Option(False, "--check", help="Judge each goal: by results before, and by the leads received."),
    decisions: Path | None = typer.Option(
        None, "--decisions", metavar="FILE", help="What `meed assign` decided: who was given which lead."
    ),
    limit: list[str] = typer.Option([], "--limit", metavar="NAME=VALUE", help="A threshold of `--check`."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Work out everybody's goals, and whether they can be reached.

    Where a total is split, the goals of each row, of each group and of each month, quarter and year add up to it
    exactly, and none is more than one step away from its exact value.

    `--check` puts each goal beside the rep's own results before, the team's, and what the leads that the rep was given
    can yield, and says by which thresholds it judges.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    made = sound_policy(policy)
    if not made.targets:
        raise WrongUse(f"policy `{made.name}` has no `target`", "name a policy that has one")
    if out is not None:
        files.must_not_be_among([out])
    limits, given = thresholds_named(limit), decided_owners(decisions)
    with working("reading facts"):
        opened, intake = _open(files, made, check=check)
    sheets = _sheets(made, opened, period)
    if why:
        _must_be_there(sheets, why)
    if out is not None:
        write_goals(out, sheets)
    judged = {
        sheet.target.name: reaches(made, opened, sheet, limits, given)
        for sheet in sheets
        if check and sheet.target.kind == "rep"
    }
    if form == "json":
        report = sheets_as_json(made, opened, sheets)
        if check:
            found = [(sheet, judged[sheet.target.name]) for sheet in sheets if sheet.target.name in judged]
            report["check"] = [reaches_as_json(sheet, those, limits) for sheet, those in found]
        say_json(report)
        return FINE
    for sheet in sheets:
        say_sheet(sheet, why)
        if sheet.target.name in judged:
            say_reaches(sheet, judged[sheet.target.name], limits)
        elif check:
            say(f"goals of each {sheet.target.kind} are not judged: only reps are given leads")
    say_list("remarks", [remark for sheet in sheets for remark in sheet.remarks], _MOST_REMARKS, "the JSON form")
    say_list("facts", intake.lines(_MOST_REMARKS))
    if out is not None:
        say()
        say(f"written to {out}")
    return FINE


def _open(files: FactFiles, policy: c.Policy, *, check: bool) -> tuple[Facts, IntakeReport]:
    """The facts; for a check, with what counts toward the goals and the leads, where there are any."""
    try:
        return files.open(policy, "reach" if check else "targets")
    except NoMeasure as problem:
        raise WrongUse(str(problem), problem.help) from None


def _sheets(policy: c.Policy, facts: Facts, text: str) -> list[TargetSheet]:
    try:
        return target_sheets(policy, facts, Period.parse(text, policy.calendar))
    except PeriodError as problem:
        raise WrongUse(f"period {str(problem).removesuffix(f': {problem.help}')}", problem.help) from None


def _must_be_there(sheets: list[TargetSheet], key: str) -> None:
    if not any(row.key == key for sheet in sheets for row in sheet.rows):
        raise WrongUse(f"`--why {key}`: nobody of that key has a goal", "use a key of the first column")
