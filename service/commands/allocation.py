"""`meed allocate`: many facts at once, fair to everybody and at the best total score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ...dsl import checked as c
from ...engine.allocation.allocation import Allocation, BandByValue, LimitsByValue, NoMoment, allocate
from ...engine.allocation.holdings import MissingLoad
from ...engine.allocation.network import SolverMissing
from ...engine.allocation.scores import ScoresTooLarge
from ...engine.assigning.assignment import DrawKeys
from ...engine.facts import Facts
from ...engine.jobs import report_of
from ...engine.turns.shares import ShareLedger
from ..allocation_files import AllocationFiles
from ..allocation_shown import allocation_json, show_allocation
from ..credit_file import read_credits
from ..fact_files import FactFiles, files_named
from ..key_file import read_seed
from ..moments import moment_named
from ..policy_files import sound_policy
from ..run_index import remember_run
from ..stopped import FINDINGS, FINE, Findings, WrongUse
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version
from .assignment import csv_file, key_file_of, stream_of

__all__ = ["COMMAND", "allocate_facts"]

COMMAND = FactsCommand
_MOST_PROBLEMS = 20


def allocate_facts(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    out: Path = typer.Option(..., "--out", metavar="FILE.csv", help="Where it is written who has what."),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What to allocate, where the policy assigns several."),
    at: str = typer.Option("", "--at", metavar="MOMENT", help="The day or moment as of which all is read."),
    credits_: Path | None = typer.Option(
        None, "--credits", metavar="FILE", help="Where everybody stood before: the `.credits.json` of an earlier run."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed of random draws."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Share out many leads at once, fairly and at the best score.

    Every fact without an owner goes to somebody who may have it by the rules of `assign`. Each rep gets the floor or
    the ceiling of what the rep's shares add up to, in every step and in all. Of all such ways, one with the best total
    of what `best` or `capability_weighted` measures is taken. The report says what fairness costs: the best total
    without it, with it, and the difference.

    Writes FILE.csv, and beside it FILE.decisions.jsonl (each fact with its because), FILE.credits.json (where everybody
    stands now: give it to the next run by --credits) and FILE.report.json.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    made = sound_policy(policy)
    stream = stream_of(made, kind)
    written = AllocationFiles(csv_file(out))
    files.must_not_be_among(written.all)
    moment = moment_named(at) if at else None
    ledger = read_credits(credits_, made) if credits_ is not None else ShareLedger()
    with working("reading facts"):
        opened, intake = files.open(made, "assign")
    key_file = key_file_of(stream, keys, written.keys)
    draws = DrawKeys(read_seed(key_file) if key_file is not None else bytes(32))
    outcome = _allocated(made, opened, draws, stream, ledger, moment)
    given = {
        "policy": policy, **files.as_json(), "kind": stream.kind, "at": at or None,
        "credits": None if credits_ is None else str(credits_), "keys": key_file and str(key_file),
    }  # fmt: skip
    report = {
        "meed": meed_version(),
        "job": "allocate",
        "given": given,
        **report_of(made, opened, intake),
        **allocation_json(outcome),
        "draws": {period: draws.commitment_of(period) for period in outcome.key_periods},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with working("writing"):
        written.write(made, outcome, report)
    remember_run("allocate", written.report)
    if form == "json":
        say_json(report)
    else:
        show_allocation(outcome, made, report)
        _say_rest(report, intake.lines(_MOST_PROBLEMS), written)
    return FINDINGS if report["outside"] else FINE


def _allocated(
    policy: c.Policy, facts: Facts, draws: DrawKeys, stream: c.Assign, ledger: ShareLedger, at: int | None
) -> Allocation:
    try:
        with working(f"allocating {stream.kind}s", counted=True) as step:
            return allocate(policy, facts, draws, stream.kind, ledger=ledger, at=at, progress=step)
    except (BandByValue, LimitsByValue) as problem:
        raise Findings(str(problem), problem.help) from None
    except SolverMissing as problem:
        raise WrongUse(str(problem), problem.help) from None
    except ScoresTooLarge as problem:
        raise Findings(str(problem), "measure in larger units") from None
    except MissingLoad as problem:
        raise Findings(str(problem), "give every fact a value of zero or more, in whole millionths") from None
    except NoMoment as problem:
        raise WrongUse(str(problem), "say as of when they are allocated, like `--at 2026-04-01`") from None


def _say_rest(report: dict[str, Any], intake: list[str], written: AllocationFiles) -> None:
    if report["draws"]:
        say()
        say("commitments of the draws, to be published before their periods, as the keys are after them:")
        for period, commitment in report["draws"].items():
            say(f"  {period}  {commitment}")
    say_list("facts", intake)
    say()
    names = (written.log.name, written.credits.name, written.report.name)
    say(f"written: {', '.join([str(written.decisions), *names])}")
