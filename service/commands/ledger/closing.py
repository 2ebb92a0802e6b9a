"""`meed ledger close`: a period and what earlier ones earn otherwise by now, posted once."""

from __future__ import annotations

from pathlib import Path

import typer

from ....dsl import checked as c
from ...fact_files import FactFiles, files_named
from ...policy_files import sound_policy
from ...stopped import FINE
from ...terminal import Form, note, say_json, working
from ...verb import FactsCommand
from .needed import FORM, LEDGER, opened

__all__ = ["COMMAND", "close"]

COMMAND = FactsCommand


def close(
    policy: str = typer.Argument(metavar="POLICY", help="The policy that pays this period."),
    facts: list[str] = typer.Option(
        ..., "--facts", metavar="NAME=FILE...", help="Fact files by kind, as of today: CSV, XLSX, Parquet, JSON Lines."
    ),
    period: str = typer.Option(..., "--period", metavar="PERIOD", help="The period that is open."),
    restate: list[str] = typer.Option(
        [], "--restate", metavar="PERIOD", help="A closed period to work out under this policy from now on."
    ),
    preview: bool = typer.Option(False, "--preview", help="Say what would be posted, and post nothing."),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    ledger: Path = LEDGER,
    form: Form = FORM,
) -> int:
    """Close a period: post what it earns, and what earlier ones earn otherwise by now.

    Periods closed before are worked out again, each under its own policy, with the facts of today. What differs is
    posted in the period being closed, linked to what it corrects; a closed period is never rewritten. Closing a
    period again changes nothing and says what has changed since.
    """
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    made = sound_policy(policy)
    with opened(ledger) as book:
        from ...pay_ledger.closing_files import Unchanged, closing
        from ...pay_ledger.closing_shown import closed_as_json, say_closed, say_unchanged, unchanged_as_json

        with working("working out what was earned"):
            found = closing(book, made, files, period, restate)
        if isinstance(found, Unchanged):
            _note_other_policy(book.standing.periods[found.period].policy, made)
            say_json(unchanged_as_json(book.standing, found)) if form == "json" else say_unchanged(book.standing, found)
            return FINE
        if not preview:
            with working("posting"):
                book.add(found.closing.records, made)
        if form == "json":
            say_json({**closed_as_json(book.standing, found, preview=preview), "head": book.head.hash})
        else:
            say_closed(book.standing, found, ledger, preview=preview)
    return FINE


def _note_other_policy(closed_under: str, policy: c.Policy) -> None:
    if closed_under != policy.hash:
        note(f"it was closed under policy {closed_under[:12]}, not {policy.hash[:12]}; its own was used")
