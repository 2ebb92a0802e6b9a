"""`meed rebalance`: the fewest moves that bring what everybody holds into a band."""

from __future__ import annotations

from pathlib import Path

import typer

from ...engine.allocation.holdings import GroupsFirst, LotsRead, MissingLoad
from ...engine.allocation.network import SolverMissing
from ...engine.allocation.packing import LoadsTooLarge
from ...engine.allocation.rebalance import Rebalancing, rebalance
from ...engine.allocation.scores import ScoresTooLarge
from ...engine.jobs import report_of
from ..credit_file import read_credits, write_credits
from ..fact_files import FactFiles, files_named
from ..moments import moment_named
from ..policy_files import sound_policy
from ..rebalance_shown import band_named, rebalance_json, show_moves, write_moves
from ..stopped import FINDINGS, FINE, Findings, WrongUse
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version
from .assignment import csv_file, stream_of

__all__ = ["COMMAND", "even_out"]

COMMAND = FactsCommand
_MOST_PROBLEMS = 20


def even_out(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    band: str = typer.Option(
        ..., "--band", metavar="BAND", help="`10%` around what is owed, or `40..60` for everybody."
    ),
    at: str = typer.Option(..., "--at", metavar="MOMENT", help="The day or moment as of which all is read."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE.csv", help="Where the moves are written."),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What to even out, where the policy assigns several."),
    by: str = typer.Option("", "--by", metavar="NAME", help="Who says so: written beside each move."),
    why: str = typer.Option("", "--why", metavar="REASON", help="Why, in your words: written beside each move."),
    effort: int = typer.Option(
        10, "--effort", metavar="N", min=1, max=100_000, help="How long to search where loads differ, in steps."
    ),
    credits_: Path | None = typer.Option(
        None, "--credits", metavar="FILE", help="The `.credits.json` of an earlier run, to which the moves are posted."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Even out what people hold, by the fewest moves.

    Facts with an owner stay or go to somebody who may have them by the rules of `assign`, until everybody's load is
    in the band. A load is a number of facts, or what `fair_in` says; `moves` says what a move costs, or that the best
    fit comes first. Each move is named with from, to and why. Where no way leads into the band, it is missed by as
    little as can be, and the condition that stands in the way is named.

    Writes the moves to FILE.csv as facts of kind `move`: transfers. With --credits also FILE.credits.json, so that
    turns do not take back what was moved.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    made = sound_policy(policy)
    stream = stream_of(made, kind)
    moment, asked = moment_named(at), band_named(made, stream, band)
    written = csv_file(out) if out is not None else None
    credited = written.with_name(f"{written.stem}.credits.json") if written is not None and credits_ else None
    files.must_not_be_among([path for path in (written, credited) if path is not None])
    ledger = read_credits(credits_, made) if credits_ is not None else None
    with working("reading facts"):
        opened, intake = files.open(made, "assign")
    if "owner" not in opened.table(stream.kind).columns:
        raise WrongUse(f"the facts of kind `{stream.kind}` have no column `owner`", "add it: it says who holds what")
    try:
        with working("evening out"):
            outcome = rebalance(made, opened, asked, stream.kind, at=moment, effort=effort, ledger=ledger)
    except (GroupsFirst, LotsRead, SolverMissing) as problem:
        raise WrongUse(str(problem), problem.help) from None
    except MissingLoad as problem:
        raise Findings(
            str(problem), "give every fact that somebody holds a value of zero or more, in whole millionths"
        ) from None
    except (LoadsTooLarge, ScoresTooLarge) as problem:
        raise Findings(str(problem), "measure in larger units") from None
    if written is not None:
        written.parent.mkdir(parents=True, exist_ok=True)
        write_moves(written, outcome, by, why)
    if credited is not None and ledger is not None:
        write_credits(credited, made, ledger)
    if form == "json":
        given = {"policy": policy, **files.as_json(), "kind": stream.kind, "band": band, "at": at, "effort": effort}
        report = {"meed": meed_version(), "job": "rebalance", "given": given, **report_of(made, opened, intake)}
        say_json({**report, **rebalance_json(outcome)})
    else:
        show_moves(outcome, band)
        say_list("facts", intake.lines(_MOST_PROBLEMS))
        _say_where(written, credited)
    return FINE if _is_even(outcome) else FINDINGS


def _is_even(outcome: Rebalancing) -> bool:
    return all(line.within for line in outcome.lines)


def _say_where(written: Path | None, credited: Path | None) -> None:
    if written is not None:
        say()
        say(f"written: {', '.join(str(path) for path in (written, credited) if path is not None)}")
