"""`meed assign`: who gets each lead, in the order in which they came."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from ...dsl import checked as c
from ...engine.assigning.assignment import DrawKeys
from ...engine.facts import Facts
from ...engine.jobs import report_of
from ...engine.life import Event
from ...engine.life.stream import Replay, UnknownStream, assign_for, draws_at_random, replay
from ...engine.turns.shares import ShareLedger
from ...engine.wording.spelling import did_you_mean
from ..credit_file import read_credits, write_credits
from ..fact_files import FactFiles, files_named
from ..fairness_shown import fairness_json, outside, show_fairness
from ..key_file import make_seed, read_seed
from ..policy_files import sound_policy
from ..run_files import AssignmentFiles
from ..run_index import remember_run
from ..stopped import FINDINGS, FINE, WrongUse
from ..terminal import Form, note, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version

__all__ = ["COMMAND", "assign", "csv_file", "key_file_of", "stream_of"]

COMMAND = FactsCommand
_MOST_PROBLEMS = 20
_MOST_SHOWN = 5


def assign(
    policy: str = typer.Argument(metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    out: Path = typer.Option(..., "--out", metavar="FILE.csv", help="Where the decisions are written."),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What to assign, where the policy assigns several."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed of random draws."),
    credits_: Path | None = typer.Option(
        None, "--credits", metavar="FILE", help="Where everybody stood before: the `.credits.json` of an earlier run."
    ),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Decide who gets each lead, in the order in which they came.

    Writes FILE.csv with a row for each decision, and beside it FILE.decisions.jsonl (every decision with its whole
    because), FILE.credits.json (where everybody stands now: give it to the next run by --credits) and
    FILE.report.json. A policy that draws at random makes FILE.keys.json once and uses it again, so that the same run
    gives the same bytes: keep it secret until its periods are over. `meed explain --decision ID` says why a lead went
    where it went. With --facts move=FILE what people did is replayed, too; endings, notices, awards and moves that
    could not be made are in FILE.life.jsonl.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict)
    made = sound_policy(policy)
    stream = stream_of(made, kind)
    written = AssignmentFiles(csv_file(out))
    files.must_not_be_among(written.all)
    ledger = read_credits(credits_, made) if credits_ is not None else ShareLedger()
    with working("reading facts"):
        opened, intake = files.open(made, "assign")
    key_file = key_file_of(stream, keys, written.keys)
    draws = DrawKeys(read_seed(key_file) if key_file is not None else bytes(32))
    outcome = _replayed(made, opened, draws, stream.kind, ledger)
    given = {
        "policy": policy,
        **files.as_json(),
        "kind": stream.kind,
        "keys": key_file and str(key_file),
        "credits": None if credits_ is None else str(credits_),
    }
    report = _report(given, report_of(made, opened, intake), outcome, draws)
    out.parent.mkdir(parents=True, exist_ok=True)
    with working("writing"):
        written.write(outcome, report)
        write_credits(written.credits, made, outcome.ledger)
    remember_run("assign", written.report)
    if form == "json":
        say_json(report)
    else:
        _show(made, outcome, report, intake.lines(_MOST_PROBLEMS))
        _say_where(written, key_file if outcome.key_periods else None)
    return FINDINGS if outside(outcome) else FINE


def stream_of(policy: c.Policy, kind: str) -> c.Assign:
    """The `assign` of a kind, or the only one. Raises `WrongUse`."""
    try:
        return assign_for(policy, kind)
    except UnknownStream as problem:
        kinds = [assign.kind for assign in policy.assigns]
        if not kinds:
            raise WrongUse(str(problem), "name a policy that has one") from None
        advice = (did_you_mean(kind, kinds) if kind else "") or f"use `--kind {kinds[0]}`"
        raise WrongUse(str(problem).partition(": name one")[0], advice) from None


def csv_file(out: Path) -> Path:
    """The CSV file that `--out` names. Raises `WrongUse` for anything else."""
    if out.suffix.lower() != ".csv":
        raise WrongUse(f"`--out` names a CSV file, not `{out}`", f"write it like `--out {out.name or 'decisions'}.csv`")
    if out.is_dir():
        raise WrongUse(f"{out}: this is a folder", "`--out` names a file")
    return out


def key_file_of(stream: c.Assign, given: Path | None, beside: Path) -> Path | None:
    """The file of the seed, made where it is needed and none was given; None where nothing is drawn."""
    if not draws_at_random(stream):
        if given is not None:
            note(f"nothing is drawn at random, so {given} is not used")
        return None
    if given is None and not beside.exists():
        make_seed(beside)
        note(f"the seed of the draws is new, in {beside}: keep it, and keep it secret until they are over")
    return given or beside


def _replayed(policy: c.Policy, facts: Facts, draws: DrawKeys, kind: str, ledger: ShareLedger) -> Replay:
    outcome: Replay | None = None
    with working(f"deciding {kind}s", counted=True) as step:
        for done, (made, there) in enumerate(replay(policy, facts, draws, kind, ledger)):
            outcome = made
            step(done, there)
    assert outcome is not None
    return outcome


def _report(given: dict[str, Any], of_facts: dict[str, Any], outcome: Replay, draws: DrawKeys) -> dict[str, Any]:
    return {
        "meed": meed_version(),
        "job": "assign",
        "given": given,
        **of_facts,
        **_counts(outcome),
        "draws": {period: draws.commitment_of(period) for period in outcome.key_periods},
        "fairness": fairness_json(outcome),
    }


def _counts(outcome: Replay) -> dict[str, Any]:
    """How the facts stand at the end of the stream."""
    floor = outcome.floor
    assert floor is not None
    stays = [floor.stay(outcome.kind, key) for key in dict.fromkeys(decision.key for decision in outcome.decisions)]
    states = Counter(stay.state for stay in stays if stay is not None)
    desks = Counter(stay.desk for stay in stays if stay is not None and stay.state == "held")
    life = {state: states[state] for state in ("offered", "pool", "closed") if states[state]}
    refused = [{**event.as_json(), "reason": why.reason, "message": str(why)} for event, why in outcome.refused]
    made: dict[str, Any] = {
        "decided": len(stays),
        "assigned": states["owned"],
        "held": states["held"],
        "held_at": dict(sorted(desks.items())),
        **life,
        "kept": len(outcome.kept),
        "undated": list(outcome.undated),
    }
    if len(outcome.decisions) > len(stays):
        made["decisions"] = len(outcome.decisions)
    endings = Counter(ending.how for ending in outcome.endings)
    if endings:
        made["ended"] = dict(sorted(endings.items()))
    if refused or outcome.lost:
        made["refused_moves"] = refused
        made["moves_about_nothing"] = list(outcome.lost)
    return made


# --- what is shown -------------------------------------------------------------------------------------------


def _show(policy: c.Policy, outcome: Replay, report: dict[str, Any], intake: list[str]) -> None:
    version = f" {policy.version}" if policy.version else ""
    what = outcome.kind if report["decided"] == 1 else f"{outcome.kind}s"
    say(f"{policy.name}{version} decided {report['decided']:,} {what}: {_parts(report)}")
    for desk, count in report["held_at"].items():
        say(f"  {count:,} held at `{desk}`" if desk else f"  {count:,} given to nobody")
    for event, why in outcome.refused[:_MOST_SHOWN]:
        say(f"  refused: {_said(event)}: {why}")
    if len(outcome.refused) > _MOST_SHOWN:
        say(f"  and {len(outcome.refused) - _MOST_SHOWN:,} moves more, which are in the report")
    if outcome.lost:
        say(f"  {len(outcome.lost):,} moves are about no {outcome.kind}: {', '.join(outcome.lost[:_MOST_SHOWN])}")
    if outcome.undated:
        say(f"  {len(outcome.undated):,} without a date were not decided: {', '.join(outcome.undated[:5])}")
    show_fairness(outcome)
    if report["draws"]:
        say()
        say("commitments of the draws, to be published before their periods, as the keys are after them:")
        for period, commitment in report["draws"].items():
            say(f"  {period}  {commitment}")
    say_list("facts", intake)


def _parts(report: dict[str, Any]) -> str:
    parts = [f"{report['assigned']:,} assigned", f"{report['held']:,} held"]
    words = {"offered": "offered", "pool": "open to all", "closed": "closed"}
    parts += [f"{report[state]:,} {says}" for state, says in words.items() if report.get(state)]
    if report["kept"]:
        parts.append(f"{report['kept']:,} more had an owner and keep it")
    return ", ".join(parts)


def _said(event: Event) -> str:
    """An event in a few words."""
    made = event.as_json()
    words = [str(made[name]) for name in ("word", "kind", "key", "rep") if name in made]
    return " ".join(words)


def _say_where(written: AssignmentFiles, key_file: Path | None) -> None:
    say()
    files = [str(written.decisions), written.log.name, written.credits.name, written.report.name]
    files += [written.life.name] if written.life.exists() else []
    say(f"written: {', '.join(files)}")
    if key_file is not None:
        say(f"drawn with the seed in {key_file}")
