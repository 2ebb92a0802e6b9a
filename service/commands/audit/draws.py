"""`meed audit draws` and `meed audit reveal`: whether every random draw is what it says, for anyone to check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ....engine.calendar.days import DayError, parse_day
from ....engine.turns.draw_audit import DrawAudit, PeriodKey, audit_draws
from ...decision_files import decision_log, read_decisions, run_of_decisions
from ...figures_shown import counted
from ...key_file import read_seed
from ...published_keys import keys_of_seed, read_published, write_published
from ...run_files import SavedRun
from ...stopped import FINDINGS, FINE, WrongUse
from ...tables_shown import say_table
from ...terminal import Form, say, say_json, working

__all__ = ["draws", "reveal"]

_MOST = 5
_HELP_OF_FILE = "What `--out` of `meed assign` was, or a file with one decision a line."


def draws(
    decisions: Path = typer.Argument(metavar="FILE", help=_HELP_OF_FILE),
    published: Path | None = typer.Option(
        None, "--published", metavar="FILE", help="Commitments and revealed keys, as `GET /v1/draws` answers."
    ),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed, before it is published."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Check every random draw of a file of decisions.

    Each key opens its commitment; each record is the very bytes that are hashed and says what the decision says; hash,
    counter and ticket follow from key and record; the holder of the ticket got it; no number of arrival is missing.
    With `--published` from what is public; else with the seed of the run, which `--keys` names or its report does.
    `examples/verify_draws.py` checks the same on one page without this program.
    """
    log = decision_log(decisions)
    with working("checking draws"):
        audit = audit_draws(read_decisions(log), _keys(log, published, keys))
    if form == "json":
        say_json({"decisions_file": str(log), **audit.as_json()})
    else:
        _show(audit)
    return FINE if audit.fine else FINDINGS


def reveal(
    decisions: Path = typer.Argument(metavar="FILE", help="What `--out` of `meed assign` or `allocate` was."),
    until: str = typer.Option(..., "--until", metavar="DAY", help="Keys of periods that are over by this day."),
    out: Path = typer.Option(..., "--out", metavar="FILE.json", help="Where they are written."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed; else that of the run."),
) -> int:
    """Write what may be published of a run's draws: all commitments, and the keys of periods that are over.

    A key must stay secret until its period is over: whoever has it can foresee the draws.
    """
    log = decision_log(decisions)
    run = run_of_decisions(log, "assign", "allocate")
    if run is None:
        raise WrongUse(f"{log}: the report of its run is not beside it", "name what `--out` of `meed assign` was")
    try:
        day = parse_day(until)
    except DayError:
        raise WrongUse(f"`--until {until}` is not a day", "write it like `--until 2026-04-01`") from None
    made = keys_of_seed(_seed(run, keys), dict(run.report.get("draws") or {}), day)
    write_published(out, made)
    known = sum(one.key is not None for one in made)
    say(f"{counted(len(made), 'period')} published in {out}, {known:,} with the key")
    return FINE


def _keys(log: Path, published: Path | None, keys: Path | None) -> list[PeriodKey]:
    if published is not None:
        if keys is not None:
            raise WrongUse("`--published` and `--keys` are two ways to check", "use one of them")
        return read_published(published)
    run = run_of_decisions(log, "assign", "allocate")
    if run is None:
        raise WrongUse(f"{log}: the report of its run is not beside it", "name what is public with `--published FILE`")
    committed = dict(run.report.get("draws") or {})
    return keys_of_seed(_seed(run, keys), committed) if committed else []


def _seed(run: SavedRun, keys: Path | None) -> bytes:
    named = keys or run.report["given"].get("keys")
    if named is None:
        return bytes(32)  # nothing was drawn
    return read_seed(Path(named))


def _show(audit: DrawAudit) -> None:
    made: dict[str, Any] = audit.as_json()
    say(f"{counted(made['decisions'], 'decision')}, {counted(made['draws'], 'draw')}, {made['checked']:,} checked")
    rows = [
        (period, f"{count['draws']:,}", f"{count['checked']:,}", "" if count["checked"] else "key not revealed yet")
        for period, count in made["periods"].items()
    ]
    if rows:
        say()
        say_table(("period", "draws", "checked", ""), rows, right=(1, 2))
    say()
    for line in audit.wrong_keys:
        say(f"WRONG: {line}")
    for one in audit.wrong[:_MOST]:
        for why in one.why:
            say(f"WRONG: decision {one.decision} ({one.key}): {why}")
    if audit.wrong_count > _MOST:
        say(f"and {audit.wrong_count - _MOST:,} more, with `--format json`")
    if audit.fine:
        say("every draw that can be checked is right" if audit.draws else "nothing was drawn at random")
