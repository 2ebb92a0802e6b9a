"""`meed explain`: why a line is what it is, and why a lead went where it went."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from ...policies.bundle import PolicyUnreadable, read_policy
from ..allocation_shown import show_allocated
from ..decision_shown import draws_checked, show_decision
from ..reopened_run import Reopened, runs_to_search
from ..run_files import SavedRun
from ..stopped import FINDINGS, FINE, WrongUse
from ..terminal import Form, note, say_json, say_lines, working
from ..why_not_steps import why_not_steps

__all__ = ["explain"]

_LINE, _DECISION = re.compile("L[0-9a-f]{12,}"), re.compile("D[0-9a-f]{12,}")
_FOUR = ("--rep", "--period", "--scheme", "--component")
_WAYS = "use `--line ID`, `--decision ID`, or `--rep R --period P --scheme S --component C`"


def explain(
    line: str | None = typer.Option(None, "--line", metavar="ID", help="A line id from lines.csv."),
    decision: str | None = typer.Option(None, "--decision", metavar="ID", help="A decision id, or the id of a lead."),
    rep: str | None = typer.Option(
        None,
        "--rep",
        metavar="REP",
        help="With the next three: a component of a rep. With `--decision`: why not this one.",
    ),
    period: str | None = typer.Option(None, "--period", metavar="PERIOD", help="A period of the scheme."),
    scheme: str | None = typer.Option(None, "--scheme", metavar="NAME", help="A scheme of the policy."),
    component: str | None = typer.Option(None, "--component", metavar="NAME", help="A component, or `total`."),
    source: Path | None = typer.Option(
        None, "--from", metavar="FOLDER_OR_FILE", help="What --out of the run was; otherwise the last runs here."
    ),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to explain."),
) -> int:
    """Say why a line is what it is, or why a lead went where it went.

    A line, or what a component earned a rep, is worked out anew from the policy and the facts of its run, and only
    if neither has changed since. A decision is told from the log of its run.
    """
    alone = decision is not None and not (period or scheme or component)  # then `--rep` asks about one candidate
    four: dict[str, str | None] = dict(zip(_FOUR, (None if alone else rep, period, scheme, component), strict=True))
    _must_be_one_way(line, decision, four)
    if decision is not None:
        return _decision(decision, source, form, rep)
    if line is not None:
        run, row = _found_line(line, source)
        with working("working it out"):
            made = Reopened.of(run).line(row)
    else:
        run = _newest_simulation(source)
        with working("working it out"):
            made = Reopened.of(run).component(*(word or "" for word in four.values()))
    if form == "json":
        say_json({"line": line, **made.as_json()} if line is not None else made.as_json())
    else:
        say_lines(made.lines())
    return FINE


def _must_be_one_way(line: str | None, decision: str | None, four: Mapping[str, str | None]) -> None:
    ways = [line is not None, decision is not None, any(word is not None for word in four.values())]
    if sum(ways) != 1:
        problem = "does not know what to explain" if not any(ways) else "explains one thing at a time"
        raise WrongUse(f"`meed explain` {problem}", _WAYS)
    missing = [f"`{option}`" for option, word in four.items() if word is None]
    if ways[2] and missing:
        given = next(option for option, word in four.items() if word is not None)
        raise WrongUse(f"`{given}` needs {', '.join(missing)} too", _WAYS)


def _found_line(line: str, source: Path | None) -> tuple[SavedRun, dict[str, str]]:
    for run in runs_to_search(source):
        row = run.line(line)
        if row is not None:
            return run, row
    advice = "line ids stand in the first column of lines.csv; `--from` names another run"
    if _DECISION.fullmatch(line):
        advice = f"ids of decisions begin with D: use `--decision {line}`"
    raise WrongUse(f"there is no line `{line}` in {_where(source)}", advice)


def _newest_simulation(source: Path | None) -> SavedRun:
    for run in runs_to_search(source):
        if run.job == "simulate":
            return run
    raise WrongUse(f"there is no simulation in {_where(source)}", "run `meed simulate`, or name one with `--from`")


def _where(source: Path | None) -> str:
    return str(source) if source is not None else "the last runs of this folder"


def _decision(decision: str, source: Path | None, form: Form, rep: str | None) -> int:
    for run in runs_to_search(source):
        record = run.decision(decision)
        if record is not None:
            return _say_decision(run, record, form) if rep is None else _say_why_not(record, rep, form)
    advice = "ids stand in the CSV file of `meed assign`; `--from` names another run"
    if _LINE.fullmatch(decision):
        advice = f"ids of lines begin with L: use `--line {decision}`"
    raise WrongUse(f"there is no decision `{decision}` in {_where(source)}", advice)


def _say_decision(run: SavedRun, record: dict[str, Any], form: Form) -> int:
    if "tried" not in record:  # shared out together with others
        _say_if_changed(str(run.report["given"]["policy"]), str(record["policy_hash"]))
        if form == "json":
            say_json(record)
        else:
            show_allocated(record)
        return FINE
    checked = draws_checked(run, record)
    _say_if_changed(str(run.report["given"]["policy"]), str(record["policy_hash"]))
    if form == "json":
        say_json({**record, "draws": [asdict(one) for one in checked]})
    else:
        show_decision(record, checked)
    return FINDINGS if any(one.wrong for one in checked) else FINE


def _say_why_not(record: dict[str, Any], rep: str, form: Form) -> int:
    """Step by step, what stood against one rep."""
    steps = why_not_steps(record, rep)
    if not steps:
        raise WrongUse(
            f"decision `{record['decision_id']}` did not look at `{rep}`", "no step that was tried names this rep"
        )
    if form == "json":
        say_json({"decision_id": record["decision_id"], "rep": rep, "steps": [asdict(step) for step in steps]})
    else:
        say_lines(f"{step.strategy} ({step.place}): {step.because}" for step in steps)
    return FINE


def _say_if_changed(path: str, before: str) -> None:
    """A decision stands as it was made; the reader should know when the policy reads otherwise now."""
    try:
        found = read_policy(path).policy
    except PolicyUnreadable:
        found = None
    if found is None or found.hash != before:
        note(f"policy {path} is not there any more as it was: places are those of that time")
