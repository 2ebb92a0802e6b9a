"""`meed replay`: a stream that was decided, under another policy."""

from __future__ import annotations

from pathlib import Path

import typer

from ...dsl import checked as c
from ...engine.what_if.replay_comparison import compare_replays
from ..fact_files import FactFiles, files_named
from ..policy_files import sound_policy
from ..recorded_stream import DecidedStream, StreamAsked, end_of, stream_asked
from ..replay_shown import refused_json, replay_json, say_refused, show_replay
from ..stopped import FINE, WrongUse
from ..terminal import Form, say, say_json, working
from ..verb import FactsCommand
from ..version import meed_version
from .not_installed import not_installed

__all__ = ["COMMAND", "replay"]

COMMAND = FactsCommand


def replay(
    policy: str | None = typer.Argument(None, metavar="POLICY", help="The policy file by which it was decided."),
    other: str = typer.Option(..., "--policy", metavar="NEW", help="The policy file that decides it now."),
    facts: list[str] = typer.Option(
        [], "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    run: Path | None = typer.Option(
        None, "--run", metavar="FILE", help="Instead of both: what `--out` of `meed assign` was."
    ),
    db: str | None = typer.Option(
        None,
        "--db",
        metavar="FILE|URL",
        help="Instead of both: the store of a service, which is decided again.",
    ),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What is assigned, where the policy assigns several."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed of random draws."),
    until: str | None = typer.Option(
        None, "--until", metavar="DAY", help="What is due by the end of this day happens; else by that of the last row."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say who would get each lead by another policy.

    The same leads in the same order, decided by both: counts, value and fairness by rep and pool, what is held, what
    stood in the way, and each decision that differs with its cause and because. Draws with the same candidates
    and tickets come out the same, so that chance adds nothing to the comparison.
    """
    made = sound_policy(other)
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    try:
        with stream_asked(StreamAsked(policy, files, run, keys, kind, db, until), made) as stream:
            _report(stream, made, end_of(until), form)
    except ModuleNotFoundError as missing:
        raise not_installed("meed replay --db", missing) from None
    return FINE


def _report(stream: DecidedStream, made: c.Policy, until: int | None, form: Form) -> None:
    if all(assign.kind != stream.kind for assign in made.assigns):
        raise WrongUse(f"policy `{made.name}` does not assign `{stream.kind}`", "name a policy that does")
    base = stream.decided(until=until)
    now = stream.decided(made, until=base.until)
    with working("comparing"):
        compared = compare_replays(base.outcome(), now.outcome(), stream.leads, stream.policy.currency)
    old = stream.policy
    named = (f"{old.name} {old.version}".rstrip(), f"{made.name} {made.version}".rstrip())
    if form == "json":
        policies = [{"name": one.name, "version": one.version, "hash": one.hash} for one in (old, made)]
        head = {"meed": meed_version(), "job": "replay", "policies": policies, "facts": {"hash": stream.facts.hash}}
        say_json(head | replay_json(compared, old.currency) | refused_json(base, now))
    else:
        say(f"{named[0]} against {named[1]}, the same {len(base.decisions):,} {stream.kind}s")
        say()
        show_replay(compared, ("base", "new"), old.currency)
        say_refused(base, now)
