"""`meed keys list`: the keys that there are, without a secret."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from ...clock import system_clock, utc_text
from ...entrance.api_keys import SCOPES, ApiKey
from ...entrance.key_ring import KeyFile, KeysUnreadable
from ...stopped import FINE, WrongUse
from ...tables_shown import say_table
from ...terminal import Form, say, say_json

__all__ = ["FILE", "FORM", "keys_in", "list_keys", "shown_key"]

FILE: Path = typer.Option(Path("meed-keys.json"), "--api-keys", metavar="FILE", help="The file of keys.")
FORM: Form = typer.Option("text", "--format", metavar="text|json", help="How to report.")


def list_keys(path: Path = FILE, form: Form = FORM) -> int:
    """List the keys: whose, for what, since when, and until when. Keys that ended stay in the list."""
    now = system_clock()
    keys = [shown_key(key, now) for key in keys_in(KeyFile(path))]
    if form == "json":
        say_json({"keys": keys})
    elif not keys:
        say("there are no keys")
    else:
        rows = [[one["name"], one["id"], ", ".join(one["scopes"]), one["made"][:10], _until(one)] for one in keys]
        say_table(["name", "id", "scopes", "made", "until"], rows)
    return FINE


def keys_in(file: KeyFile) -> tuple[ApiKey, ...]:
    """The keys of a file. Raises `WrongUse`."""
    try:
        return file.read()
    except KeysUnreadable as error:
        raise WrongUse(str(error), "name another one with `--api-keys`, or restore this one") from None


def shown_key(key: ApiKey, now: datetime) -> dict[str, Any]:
    """A key for people and programs."""
    return {
        "name": key.name, "id": key.id, "scopes": [scope for scope in SCOPES if scope in key.scopes],
        "made": utc_text(key.made), "not_after": None if key.not_after is None else utc_text(key.not_after),
        "open": key.is_open(now),
    }  # fmt: skip


def _until(one: dict[str, Any]) -> str:
    if one["not_after"] is None:
        return "for ever"
    said = one["not_after"][:16].replace("T", " ")
    return said if one["open"] else f"ended {said}"
