"""`meed audit log`: every decision of a journal worked out again, from the journal alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer

from ...stopped import FINDINGS, FINE, WrongUse
from ...terminal import Form, say, say_json, working
from ..not_installed import not_installed

if TYPE_CHECKING:
    from ...journal.audit import Audit

__all__ = ["log"]

_PLACE = "MEED_DATABASE"


def log(
    database: str | None = typer.Option(
        None, "--db", metavar="FILE|URL", help=f"The store of the service; else what {_PLACE} says."
    ),
    noted: str | None = typer.Option(
        None, "--noted", metavar="NUMBER:HASH", help="The last entry of an earlier audit, which must be there still."
    ),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How the result is written."),
) -> int:
    """Work out every decision of the journal again, and compare byte for byte.

    Everything needed is in the store: policies, files of facts, events, the key of draws. Checked are the chain of
    hashes, the numbers, every outcome, every credit after every entry, and that each decision can be looked up. The
    first entry that differs is named. Whoever could write to the database could also have cut off its end: note the
    last entry that is printed, and give it to the next audit with `--noted`.
    """
    place = database or os.environ.get(_PLACE)
    if not place:
        raise WrongUse("no store is named", f"name it with `--db`, or in the environment variable {_PLACE}")
    number, hash_ = _noted(noted)
    found, missed = _audited(place, number, hash_)
    if missed and not found.wrong:
        found.wrong = missed
    if form == "json":
        say_json(_json(found))
    else:
        _show(found)
    return FINDINGS if found.wrong else FINE


def _noted(text: str | None) -> tuple[int, str]:
    if text is None:
        return 0, ""
    number, _, hash_ = text.partition(":")
    if not number.isdecimal() or len(hash_) < 8:
        raise WrongUse(f"`--noted` cannot be `{text}`", "write number and hash of an entry, such as `120:9f2c41d0`")
    return int(number), hash_


def _audited(place: str, number: int, hash_: str) -> tuple[Audit, str]:
    try:
        from ...journal.audit import audited, missing
        from ...opened_store import opened_store

        with opened_store(place) as store, store.reading() as tx, working("audit") as progress:
            return audited(tx, store.seed, progress), missing(tx, number, hash_)
    except ModuleNotFoundError as absent:
        raise not_installed("meed audit log", absent) from None


def _json(found: Audit) -> dict[str, Any]:
    return {
        "holds": not found.wrong,
        "wrong": found.wrong or None,
        "entries": found.entries,
        "events": dict(sorted(found.events.items())),
        "decisions": found.decisions,
        "policies": found.policies,
        "files": found.files,
        "pools": [
            {"pool": one.pool, "reps": one.reps, "largest_credit": str(one.largest), "within": one.within}
            for one in found.pools
        ],
        "head": {"number": found.head.number, "hash": found.head.hash},
    }


def _show(found: Audit) -> None:
    events = ", ".join(f"{count} {word}" for word, count in sorted(found.events.items()))
    say(f"{found.entries} of {found.head.number} entries worked out again ({events or 'none'})")
    say(f"{found.decisions} decisions, by {found.policies} policies and {found.files} files that the store keeps")
    for one in found.pools:
        promise = "within the promised bound" if one.within else "beyond the promised bound"
        say(f"pool {one.pool}: {one.reps} reps, credits add up to 0 and are {promise}")
    if found.wrong:
        say(f"it does not hold: {found.wrong}")
    else:
        say("everything holds: chain, numbers, outcomes byte for byte, credits")
        say(f"the last entry is {found.head.number}:{found.head.hash}")
