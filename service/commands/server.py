"""`meed serve`: decisions over HTTP."""

from __future__ import annotations

import socket
from pathlib import Path

import typer

from ...engine.wording.spelling import did_you_mean
from ..fact_files import files_named
from ..policy_files import sound_policy
from ..settings import CannotStart, Settings
from ..stopped import FINE, Findings, WrongUse
from ..terminal import note
from ..verb import FactsCommand
from .not_installed import not_installed

__all__ = ["COMMAND", "serve"]

COMMAND = FactsCommand


def serve(
    policy: Path = typer.Argument(metavar="POLICY_OR_FOLDER", help="A policy file, or a folder with one in it."),
    facts: list[str] = typer.Option([], "--facts", metavar="NAME=FILE...", help="Fact files by kind, reps above all."),
    mapping: Path | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    db: str = typer.Option(
        "meed.sqlite",
        "--db",
        metavar="FILE|URL",
        envvar="MEED_DATABASE",
        show_envvar=False,
        help="Where decisions are recorded: a file, or `postgresql://...`; else what MEED_DATABASE says.",
    ),
    host: str = typer.Option("127.0.0.1", "--host", metavar="HOST", help="Beyond this machine keys are needed."),
    port: int = typer.Option(8750, "--port", min=0, max=65_535, metavar="PORT", help="Where to listen."),
    keys: Path | None = typer.Option(None, "--api-keys", metavar="FILE", help="The keys, as `meed keys` makes them."),
    waiting: int = typer.Option(
        1_000, "--waiting", min=1, max=100_000, metavar="N", help="How many requests may wait; more are sent away."
    ),
    drain: int = typer.Option(
        0, "--drain", min=0, max=600, metavar="SECONDS", help="When told to end: how long to say so before."
    ),
    trace: bool = typer.Option(False, "--trace", help="Send OpenTelemetry spans, as OTEL_* variables say."),
    quiet: bool = typer.Option(False, "--quiet", help="No log line for each request."),
) -> int:
    """Answer decisions over HTTP.

    Every decision is on disk before it is answered. With keys every request needs one; without, only this machine is
    answered. A changed file of keys holds within a second. SIGTERM ends the service in order: what is under way is
    answered, and the store is closed.
    """
    path = _policy_in(policy)
    made = sound_policy(str(path))
    files = files_named(facts)
    for kind in (*files, *without):
        if kind not in made.kinds:
            there = ", ".join(f"`{name}`" for name in made.kinds)
            advice = did_you_mean(kind, made.kinds) or f"it has {there}"
            raise WrongUse(f"policy `{made.name}` has no kind of fact `{kind}`", advice)
    try:
        settings = Settings(
            path, db, {kind: Path(file).expanduser() for kind, file in files.items()}, mapping, frozenset(without),
            host, port, keys, most_waiting=waiting, drain_seconds=drain, trace=trace, log_requests=not quiet,
        )  # fmt: skip
    except CannotStart as problem:
        raise WrongUse(problem.lines[0], "`meed keys make NAME --scope SCOPE` makes a file of keys") from None
    _must_be_free(host, port)
    note(f"`{made.name}` answers at http://{f'[{host}]' if ':' in host else host}:{port} until you press Ctrl-C")
    _serve(settings)
    return FINE


def _policy_in(path: Path) -> Path:
    """The policy, or the only one of a folder."""
    if not path.is_dir():
        return path
    there = sorted(one for one in path.glob("*.meed") if one.is_file())
    if len(there) == 1:
        return there[0]
    if not there:
        raise WrongUse(f"{path}: there is no policy in this folder", "policies are files that end in `.meed`")
    named = ", ".join(f"`{one.name}`" for one in there)
    raise WrongUse(f"{path}: there are {len(there)} policies in this folder", f"name one of {named}")


def _must_be_free(host: str, port: int) -> None:
    """Whether the address can be listened on; otherwise said before anything starts."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError:
        raise WrongUse(f"cannot listen on port {port} of `{host}`", "choose another `--port` or `--host`") from None


def _serve(settings: Settings) -> None:
    try:
        from ..server import serve as answer  # only here: what it needs comes with an extra
    except ModuleNotFoundError as missing:
        raise not_installed("meed serve", missing) from None
    try:
        answer(settings)
    except ModuleNotFoundError as missing:
        raise not_installed("meed serve", missing) from None
    except CannotStart as problem:
        raise Findings(
            "the service cannot start", "correct what is said above; `--facts NAME=FILE` adds a file", problem.lines
        ) from None
