"""`meed watch`: a history run through the watches of a policy, and what fired when, about what, and why."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import typer

from ...dsl import checked as c
from ...engine.facts import Facts
from ...engine.intake.intake_report import IntakeReport
from ...engine.jobs import report_of
from ...engine.watching.firing import Firing, moment_text
from ...engine.watching.history import NothingWatched, Watching, watch_history
from ...engine.watching.supervisor import RulesFailed, RulesUnavailable
from ..fact_files import FactFiles, files_named
from ..policy_files import sound_policy
from ..stopped import FINE, Findings, WrongUse
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version

__all__ = ["COMMAND", "watch"]

COMMAND = FactsCommand
_MOST_LINES = 40
_MOST_PROBLEMS = 20
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by the policy's clocks


def watch(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    until: str = typer.Option("", "--until", metavar="MOMENT", help="To when: a day, or `2026-05-01 09:30`."),
    key: str = typer.Option("", "--key", metavar="KEY", help="Only what fired about one fact, with its whole because."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say what the watches of a policy do, when, and why.

    A history is run through them, from the first moment that the facts record to the last one, or to `--until`.
    Nothing is sent, moved or awarded: the report says what would be. A column that is a moment and may be missing is
    missing until it has come.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    made = sound_policy(policy)
    last = _moment(until) if until else None
    with working("reading facts"):
        opened, intake = files.open(made, "watch")
    found = _watched(made, opened, last)
    if form == "json":
        say_json(
            _report(made, opened, intake, found, {"policy": policy, **files.as_json(), "until": until or None}, key)
        )
    else:
        _show(made, found, key)
        say_list("not done", found.holes, _MOST_PROBLEMS, "the JSON form")
        say_list("facts", intake.lines(_MOST_PROBLEMS))
    return FINE


def _moment(text: str) -> int:
    """The last second that is meant: of a day its last one. Raises `WrongUse`."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            raise ValueError
    except ValueError:
        advice = "write it like `--until 2026-05-01` or `--until '2026-05-01 09:30'`, in the policy's zone"
        raise WrongUse(f"`--until {text}` is not a moment", advice) from None
    since = at - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    return seconds + 86_399 if len(text) <= len("2026-05-01") else seconds


def _watched(policy: c.Policy, facts: Facts, until: int | None) -> Watching:
    try:
        with working("watching"):
            return watch_history(policy, facts, until)
    except NothingWatched as problem:
        raise WrongUse(str(problem), "name a policy that has one, and facts that are dated") from None
    except RulesUnavailable as problem:
        raise Findings(str(problem), problem.help) from None
    except RulesFailed as problem:
        raise Findings(f"the rules engine gave up: {problem}", "tell us which policy this was") from None


# --- what is shown -------------------------------------------------------------------------------------------


def _report(
    policy: c.Policy, facts: Facts, intake: IntakeReport, found: Watching, given: dict[str, Any], key: str
) -> dict[str, Any]:
    return {
        "meed": meed_version(),
        "job": "watch",
        "given": given,
        **report_of(policy, facts, intake),
        "since": moment_text(found.since),
        "until": moment_text(found.until),
        "watched": found.watched,
        "fired": [firing.as_json() for firing in found.firings if not key or firing.key == key],
        "not_done": list(found.holes),
    }


def _show(policy: c.Policy, found: Watching, key: str) -> None:
    version = f" {policy.version}" if policy.version else ""
    watched = ", ".join(f"{count:,} {kind if count == 1 else kind + 's'}" for kind, count in found.watched.items())
    span = f"{moment_text(found.since)} to {moment_text(found.until)}"
    say(f"{policy.name}{version} watched {watched} from {span}: {len(found.firings):,} fired")
    counts = Counter((firing.place, firing.because[0]) for firing in found.firings)
    for (place, rule), count in counts.items():
        say(f"  {count:,} times  {rule}  ({place})")
    lines = [firing for firing in found.firings if not key or firing.key == key]
    say_list(
        "fired", [line for firing in lines for line in _lines(firing, whole=bool(key))], _MOST_LINES, "the JSON form"
    )


def _lines(firing: Firing, *, whole: bool) -> list[str]:
    made = [f"{moment_text(firing.at)}  {firing.kind} {firing.key}  {_deed(firing)}"]
    return made + ([f"    {line}" for line in firing.because] if whole else [])


def _deed(firing: Firing) -> str:
    whom = firing.to or "nobody"
    match firing.word:
        case "notify":
            return f'tells {whom} "{firing.text}"'
        case "award":
            return f'honours {whom} "{firing.text}"'
        case "hold":
            return f'holds it at "{firing.text}"' if firing.text else "holds it"
        case "return":
            return "gives it back"
        case "next":
            return "gives it to the next rule"
