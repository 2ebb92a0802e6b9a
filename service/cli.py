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
from .version import is_compiled, meed_version

__all__ = ["VERBS", "app", "main", "run"]


class Verb(NamedTuple):
    """Where a verb is made, and its line in the list of verbs. Without a function it has verbs of its own."""

    module: str
    function: str
    says: str


VERBS: dict[str, Verb] = {
    "check": Verb("check", "check", "Find what is wrong in policies before anybody is paid by them."),
    "fmt": Verb("layout", "fmt", "Write policies in the one layout."),
    "test": Verb("trials", "try_out", "Run the tests that policies hold."),
    "assign": Verb("assignment", "assign", "Decide who gets each lead, in the order in which they came."),
    "allocate": Verb("allocation", "allocate_facts", "Share out many leads at once, fairly and at the best score."),
    "watch": Verb("watching", "watch", "Say what the watches of a policy do, when, and why."),
    "rebalance": Verb("rebalance", "even_out", "Even out what people hold, by the fewest moves."),
    "simulate": Verb("simulation", "simulate", "Work out what a policy pays over a period."),
    "targets": Verb("targets", "targets", "Work out everybody's goals, and whether they can be reached."),
    "explain": Verb("explanation", "explain", "Say why a line is what it is, or why a lead went where it went."),
    "statements": Verb("statements", "statements", "Write the statements of a run: who earned what, and why."),
    "diff": Verb("difference", "diff", "Say what a policy says otherwise, and whom it pays otherwise."),
    "forecast": Verb("forecast", "forecast_cost", "Say what a period may cost, from open deals and their chances."),
    "fairness": Verb("fairness", "fairness", "Say whether leads are shared fairly and results paid alike."),
    "replay": Verb("replaying", "replay", "Say who would get each lead by another policy."),
    "why-not": Verb("why_not", "why_not", "Say why a rep was passed over, and what would change it."),
    "ledger": Verb("ledger", "", "Close the books: post periods, correct them, pay, and export."),
    "serve": Verb("server", "serve", "Answer decisions over HTTP."),
    "audit": Verb("audit", "", "Check what was decided: each entry, each random draw."),
    "copy": Verb("copying", "copy", "Copy a store whole, while it is in use."),
    "keys": Verb("keys", "", "Say which programs may ask the service, and for what."),
}
LEDGER_VERBS: dict[str, Verb] = {
    "init": Verb("ledger.founding", "init", "Begin a ledger, and say by which rules."),
    "close": Verb(
        "ledger.closing", "close", "Close a period: post what it earns, and what earlier ones earn otherwise."
    ),
    "show": Verb("ledger.showing", "show", "Say how everything stands, or the whole life of a line."),
    "pay": Verb("ledger.paying", "pay", "Pay what is due, net of what is owed."),
    "dispute": Verb("ledger.questions", "dispute", "Doubt a line."),
    "answer": Verb("ledger.questions", "answer", "Answer a dispute, by an explanation or by an adjustment."),
    "approve": Verb("ledger.questions", "approve", "Let be paid what waits for an approval."),
    "export": Verb("ledger.exporting", "export", "Write a period for payroll or for accruals."),
    "verify": Verb("ledger.founding", "verify", "Check every entry against the chain and against the others."),
}
KEY_VERBS: dict[str, Verb] = {
    "make": Verb("keys.changing", "make", "Make a key, and print it this once."),
    "list": Verb("keys.showing", "list_keys", "List the keys, without the secrets."),
    "rotate": Verb("keys.changing", "rotate", "Make a successor of a key; both are good for a while."),
    "revoke": Verb("keys.changing", "revoke", "End the keys of a name now."),
}
AUDIT_VERBS: dict[str, Verb] = {
    "log": Verb("audit.log", "log", "Work out every decision of the journal again, and compare byte for byte."),
    "draws": Verb("audit.draws", "draws", "Check every random draw of a file of decisions."),
    "reveal": Verb("audit.draws", "reveal", "Write what may be published of a run's draws."),
}
_EXITS = "Exit codes: 0 fine, 1 findings in a policy or in facts, 2 wrong use. `meed VERB --help` says more."


class _Verbs(TyperGroup):
    """The verbs, each made when it is called."""

    verbs = VERBS
    called = ""

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        take_plainly(params)
        return params

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.verbs)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        verb = self.verbs.get(cmd_name)
        if verb is None:
            return None
        if not verb.function:
            return _group(cmd_name, verb)
        from .verb import VerbCommand

        module = import_module(f".commands.{verb.module}", __package__)
        one = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=_SETTINGS)
        one.command(cmd_name, cls=getattr(module, "COMMAND", VerbCommand))(getattr(module, verb.function))
        return typer.main.get_command(one)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, verb.says) for name, verb in self.verbs.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in self.verbs and not name.startswith("-"):
            from ..dsl.problems.wording import did_you_mean

            advice = did_you_mean(name, self.verbs) or f"use one of {', '.join(f'`{verb}`' for verb in self.verbs)}"
            whose = "there is no verb" if self.verbs is VERBS else f"`meed {self.called}` has no verb"
            raise WrongUse(f"{whose} `{name}`", advice)
        return super().resolve_command(ctx, args)


class _LedgerVerbs(_Verbs):
    """What `meed ledger` does."""

    verbs, called = LEDGER_VERBS, "ledger"


class _KeyVerbs(_Verbs):
    """What `meed keys` does."""

    verbs, called = KEY_VERBS, "keys"


class _AuditVerbs(_Verbs):
    """What `meed audit` does."""

    verbs, called = AUDIT_VERBS, "audit"


_GROUPS: dict[str, tuple[type[_Verbs], str]] = {
    "ledger": (_LedgerVerbs, "A ledger is one file, `ledger.sqlite` unless `--ledger` names another."),
    "keys": (_KeyVerbs, "Keys are kept in one file, `meed-keys.json` unless `--api-keys` names another."),
    "audit": (_AuditVerbs, "Whoever decides can be checked by whoever was decided upon; nothing is changed."),
}


def _group(name: str, verb: Verb) -> Any:
    kind, about = _GROUPS[name]
    group = typer.Typer(
        cls=kind,
        add_completion=False,
        rich_markup_mode=None,
        context_settings=_SETTINGS,
        subcommand_metavar="VERB ... [OPTIONS]",
        options_metavar="",
        epilog=_EXITS.replace("meed VERB", f"meed {name} VERB"),
        help=f"{verb.says}\n\n{about}",
    )
    group.callback(invoke_without_command=True)(_say_verbs)
    return typer.main.get_command(group)


def _say_verbs(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


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
        print(f"meed {meed_version()}{', compiled' if is_compiled() else ''}")
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
