"""`meed why-not`: why a rep was passed over, and what would have come if one thing about the rep had been otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ...engine.calendar.days import SECONDS_PER_DAY, DayError, parse_day
from ...engine.life import Refused
from ...engine.life.stream import Replay
from ...engine.what_if.rep_change import ChangeRefused, RepChange, applied, read_change
from ...engine.what_if.replay_comparison import ReplayComparison, compare_replays
from ..fact_files import FactFiles, files_named
from ..recorded_stream import DecidedStream, StreamAsked, end_of, stream_asked
from ..replay_shown import passed_json, refused_json, replay_json, say_refused, show_passed, show_replay
from ..stopped import FINE, WrongUse
from ..terminal import Form, say, say_json, working
from ..verb import FactsCommand
from ..version import meed_version
from .not_installed import not_installed

__all__ = ["COMMAND", "why_not"]

COMMAND = FactsCommand


def why_not(
    rep: str = typer.Argument(metavar="REP", help="The key of a rep."),
    policy: str | None = typer.Argument(None, metavar="POLICY", help="The policy file by which it was decided."),
    facts: list[str] = typer.Option(
        [], "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    run: Path | None = typer.Option(
        None, "--run", metavar="FILE", help="Instead of both: what `--out` of `meed assign` was."
    ),
    changes: list[str] = typer.Option(
        [], "--if", metavar="COLUMN=VALUE", help="Had this been so: on_duty=yes, strength=5, skills+=food."
    ),
    since: str | None = typer.Option(None, "--since", metavar="DAY", help="... from this day on; else all the time."),
    until: str | None = typer.Option(
        None, "--until", metavar="DAY", help="What is due by the end of this day happens; else by that of the last row."
    ),
    db: str | None = typer.Option(
        None, "--db", metavar="FILE|URL", help="Instead of both: the store of a service, and all that it decided."
    ),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What is assigned, where the policy assigns several."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed of random draws."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say why a rep was passed over, and what would change it.

    For every decision that looked at the rep: the first condition that failed, or who was owed more. With `--if` the
    stream is decided again with that one change, and everything that comes of it is said: what the rep would have
    received, which decisions go elsewhere, and why.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    try:
        with stream_asked(StreamAsked(policy, files, run, keys, kind, db, until)) as stream:
            _report(stream, rep, changes, since, end_of(until), form)
    except ModuleNotFoundError as missing:
        raise not_installed("meed why-not --db", missing) from None
    return FINE


def _report(
    stream: DecidedStream, rep: str, changes: list[str], since: str | None, until: int | None, form: Form
) -> None:
    if not stream.knows("rep", rep):
        _refuse(stream, rep, "on_duty=yes")
    made = [_change(stream, rep, text) for text in changes]
    moment = _moment(since, changed=bool(made))
    base = stream.decided(until=until)
    said: dict[str, Any] = {
        "rep": rep,
        "if": changes,
        "since": since,
        **passed_json(rep, base.decisions, stream.policy.currency),
    }
    compared = now = None
    if made:
        now = _decided_with(stream, made, moment, base.until)
        with working("comparing"):
            compared = compare_replays(base.outcome(), now.outcome(), stream.leads, stream.policy.currency)
        said["then"] = passed_json(rep, now.decisions, stream.policy.currency)
        said["compared"] = replay_json(compared, stream.policy.currency) | refused_json(base, now)
    if form == "json":
        policy_said = {"name": stream.policy.name, "version": stream.policy.version, "hash": stream.policy.hash}
        say_json({"meed": meed_version(), "job": "why-not", "policy": policy_said, **said})
        return
    _show(rep, said, compared, stream, changes, since)
    if now is not None:
        say_refused(base, now)


def _decided_with(stream: DecidedStream, changes: list[RepChange], since: int | None, until: int | None) -> Replay:
    try:
        return stream.decided(before=applied(changes, since), until=until)
    except Refused as refused:  # the rep came later than that, or the policy of that day reads no such column
        problem = refused.problems[0] if refused.problems else None
        message = refused.message if problem is None else f"`{problem.column}` {problem.message}"
        advice = (problem.help if problem else refused.help) or "name another value, or a later day by `--since`"
        raise WrongUse(message, advice) from None


def _change(stream: DecidedStream, rep: str, text: str) -> RepChange:
    try:
        return read_change(stream.policy, stream.facts, rep, text, stream.knows)
    except ChangeRefused as problem:
        raise WrongUse(str(problem), problem.help) from None


def _refuse(stream: DecidedStream, rep: str, text: str) -> None:
    """Raise what reading any change of a rep who is not there raises."""
    _change(stream, rep, text)


def _moment(since: str | None, *, changed: bool) -> int | None:
    if since is None:
        return None
    if not changed:
        raise WrongUse("`--since` says from when on something is otherwise", "add `--if COLUMN=VALUE`")
    try:
        return parse_day(since) * SECONDS_PER_DAY
    except DayError:
        raise WrongUse(f"`--since {since}` is not a day", "write it like `--since 2026-04-01`") from None


def _show(
    rep: str, said: dict[str, Any], compared: ReplayComparison | None, stream: DecidedStream, changes: list[str],
    since: str | None,
) -> None:  # fmt: skip
    show_passed(rep, said)
    if compared is None:
        return
    when = f" from {since} on" if since is not None else ""
    say()
    say(f"had {' and '.join(f'`{change}`' for change in changes)} been so{when}:")
    show_passed(rep, said["then"])
    say()
    show_replay(compared, ("as it was", "then"), stream.policy.currency)
