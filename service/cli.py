"""The command line: `meed VERB ...`. A verb is loaded when it is called, so that others do not wait for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from .plain_values import take_plainly
from .stopped import DEFECT, FINDINGS, FINE, WRONG_USE, Stopped, WrongUse
from .version import meed_version

__all__ = ["VERBS", "app", "main", "run"]


class Verb(NamedTuple):
    """Where a verb is made, and its line in the list of verbs."""

    module: str
    function: str
    says: str


VERBS: dict[str, Verb] = {
    "check": Verb("check", "check", "Find what is wrong in policies before anybody is paid by them."),
    "fmt": Verb("layout", "fmt", "Write policies in the one layout."),
    "test": Verb("trials", "try_out", "Run the tests that policies hold."),
    "assign": Verb("assignment", "assign", "Decide who gets each lead, in the order in which they came."),
    "simulate": Verb("simulation", "simulate", "Work out what a policy pays over a period."),
    "explain": Verb("explanation", "explain", "Say why a line is what it is, or why a lead went where it went."),
    "statements": Verb("statements", "statements", "Write the statements of a run: who earned what, and why."),
    "diff": Verb("difference", "diff", "Say what a policy says otherwise, and whom it pays otherwise."),
    "forecast": Verb("forecast", "forecast_cost", "Say what a period may cost, from open deals and their chances."),
    "fairness": Verb("fairness", "fairness", "Say whether equal results get equal pay, and what one more pays."),
    "serve": Verb("server", "serve", "Answer decisions over HTTP."),
}
_EXITS = "Exit codes: 0 fine, 1 findings in a policy or in facts, 2 wrong use. `meed VERB --help` says more."


class _Verbs(TyperGroup):
    """The verbs, each made when it is called."""

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        take_plainly(params)
        return params

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        from .verb import VerbCommand

        module = import_module(f".commands.{verb.module}", __package__)
        one = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_SETTINGS)
        one.command(cmd_name, cls=getattr(module, "COMMAND", VerbCommand))(getattr(module, verb.function))
        return typer.main.get_command(one)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.says) for name, verb in VERBS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            from ..dsl.problems.wording import did_you_mean

            advice = did_you_mean(name, VERBS) or f"use one of {', '.join(f'`{verb}`' for verb in VERBS)}"
            raise WrongUse(f"there is no verb `{name}`", advice)
        return super().resolve_command(ctx, args)


_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
app = typer.Typer(
    name="meed",
    cls=_Verbs,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    subcommand_metavar="VERB ...",
    options_metavar="",
    epilog=_EXITS,
)


def _version(asked: bool) -> None:
    if asked:
        print(f"meed {meed_version()}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def meed(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Who gets this lead, and what is that win worth: decided and paid by policies that people can read."""
    del version
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


def run(args: Sequence[str]) -> int:
    """Run a command line; the exit code. Whatever happens is said in a line, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    try:
        made = typer.main.get_command(app).main(list(args), prog_name="meed", standalone_mode=False)
        sys.stdout.flush()
        return made if isinstance(made, int) else FINE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except (KeyboardInterrupt, typer.Abort):
        print("\nstopped", file=sys.stderr)
        return 130
    except Exception as problem:
        if os.environ.get("MEED_DEBUG"):
            raise
        return _said(problem)


def _said(problem: Exception) -> int:
    """Say what stopped a command, in a line and a help."""
    from .terminal import complain
    from .usage import usage_problem

    stopped = problem if isinstance(problem, Stopped) else usage_problem(problem)
    if stopped is not None:
        for line in stopped.details:
            print(line, file=sys.stderr)
        complain(stopped.message, stopped.help)
        return stopped.code
    if isinstance(problem, OSError):
        complain(f"{problem.filename or 'a file'}: {(problem.strerror or 'cannot be used').lower()}", "check the disk")
        return WRONG_USE
    first = " ".join(str(problem).split()) or "no message"
    complain(f"meed failed: {first}", "this is a defect of meed; set MEED_DEBUG=1 to see where, and report it")
    return DEFECT


def main() -> None:
    """The entry of the command `meed`."""
    sys.exit(run(sys.argv[1:]))
