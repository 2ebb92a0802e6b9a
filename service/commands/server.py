"""`meed serve`: decisions over HTTP."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import typer

from ...engine.spelling import did_you_mean
from ..fact_files import files_named
from ..policy_files import sound_policy
from ..settings import CannotStart, Settings
from ..stopped import FINE, Findings, Stopped, WrongUse
from ..terminal import note
from ..verb import FactsCommand

__all__ = ["COMMAND", "serve"]

COMMAND = FactsCommand
_KEY = "MEED_API_KEY"
_PARTS = ("fastapi", "sqlalchemy", "starlette", "uvicorn")


def serve(
    policy: Path = typer.Argument(metavar="POLICY_OR_FOLDER", help="A policy file, or a folder with one in it."),
    facts: list[str] = typer.Option([], "--facts", metavar="NAME=FILE...", help="Fact files by kind, reps above all."),
    mapping: Path | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    db: Path = typer.Option(Path("meed.sqlite"), "--db", metavar="FILE", help="Where decisions are recorded."),
    host: str = typer.Option("127.0.0.1", "--host", metavar="HOST", help="Beyond this machine a key is needed."),
    port: int = typer.Option(8750, "--port", min=0, max=65_535, metavar="PORT", help="Where to listen."),
) -> int:
    """Answer decisions over HTTP.

    Every decision is on disk before it is answered. The environment variable MEED_API_KEY holds the key that is
    asked of every request; without one, only this machine is answered.
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
            host, port, os.environ.get(_KEY) or None,
        )  # fmt: skip
    except CannotStart as problem:
        raise WrongUse(problem.lines[0], f"the key is read from the environment variable {_KEY}") from None
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
        raise _not_installed(missing) from None
    try:
        answer(settings)
    except CannotStart as problem:
        raise Findings(
            "the service cannot start", "correct what is said above; `--facts NAME=FILE` adds a file", problem.lines
        ) from None


def _not_installed(missing: ModuleNotFoundError) -> Stopped:
    part = (missing.name or "").partition(".")[0]
    if part not in _PARTS:
        raise missing
    return WrongUse(f"`meed serve` needs `{part}`, which is not installed", "run `pip install 'meed-engine[serve]'`")
