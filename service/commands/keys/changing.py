"""`meed keys make`, `rotate` and `revoke`: who may ask the service, and for what."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import typer

from ....engine.wording.spelling import did_you_mean
from ...clock import system_clock
from ...entrance.api_keys import EVERYTHING, SCOPES, ApiKey, draw_key
from ...entrance.key_ring import KeyFile, KeysUnreadable
from ...stopped import FINE, WrongUse
from ...terminal import Form, note, say, say_json
from .showing import FILE, FORM, keys_in, shown_key

__all__ = ["make", "revoke", "rotate"]

_NAME = re.compile(r"[\w.@-]{1,60}")
_SPAN = re.compile(r"(\d{1,4})([hd])")
_SCOPES = f"{', '.join(SCOPES)}; `all` for every one"


def make(
    name: str = typer.Argument(metavar="NAME", help="Whose key it is: a program or a person."),
    scope: list[str] = typer.Option(..., "--scope", metavar="SCOPE,...", help=f"What it is for: {_SCOPES}."),
    lasts: str | None = typer.Option(None, "--lasts", metavar="SPAN", help="When it ends: 90d, 12h; else never."),
    path: Path = FILE,
    form: Form = FORM,
) -> int:
    """Make a key, and print it this once.

    The file keeps a hash of it, from which nobody gets the key back. A running service takes it within a second.
    """
    if not _NAME.fullmatch(name):
        raise WrongUse(f"`{name}` is not a name for a key", "use up to 60 letters, digits, and . _ - @")
    scopes, now, file = _scopes(scope), system_clock(), KeyFile(path)
    with file.alone():
        keys = keys_in(file) if path.exists() else ()
        if any(key.name == name and key.is_open(now) for key in keys):
            raise WrongUse(f"there is a key `{name}` already", f"`meed keys rotate {name}` gives it a successor")
        text, key = draw_key(name, scopes, now, _end(lasts, "--lasts", now))
        _write(file, (*keys, key))
    _print_once(text, key, form)
    return FINE


def rotate(
    name: str = typer.Argument(metavar="NAME", help="Whose key gets a successor."),
    keep: str = typer.Option("7d", "--keep", metavar="SPAN", help="How long the old key is still good: 7d, 12h, 0h."),
    lasts: str | None = typer.Option(None, "--lasts", metavar="SPAN", help="When the new one ends; else never."),
    path: Path = FILE,
    form: Form = FORM,
) -> int:
    """Make a successor of the same scopes, and print it this once; both keys are good for a while.

    Give the new key to whoever has the old one within that time, and nobody is ever turned away.
    """
    now, file = system_clock(), KeyFile(path)
    until = _end(keep, "--keep", now)
    with file.alone():
        keys = keys_in(file)
        old = _open_keys(keys, name, now)
        text, key = draw_key(name, old[-1].scopes, now, _end(lasts, "--lasts", now))
        _write(file, (*(_ended(one, until) if one in old else one for one in keys), key))
    _print_once(text, key, form)
    return FINE


def revoke(
    name: str = typer.Argument(metavar="NAME", help="Whose keys end now."),
    path: Path = FILE,
    form: Form = FORM,
) -> int:
    """End every key of a name now. A running service turns it away within a second."""
    now, file = system_clock(), KeyFile(path)
    with file.alone():
        keys = keys_in(file)
        old = _open_keys(keys, name, now)
        _write(file, [_ended(one, now) if one in old else one for one in keys])
    if form == "json":
        say_json({"revoked": [one.id for one in old], "name": name})
    else:
        say(f"{len(old)} key{'s' if len(old) > 1 else ''} of `{name}` ended")
    return FINE


def _scopes(given: list[str]) -> frozenset[str]:
    named = [one.strip() for part in given for one in part.split(",") if one.strip()]
    for one in named:
        if one not in SCOPES and one != "all":
            raise WrongUse(f"`--scope`: there is no scope `{one}`", did_you_mean(one, SCOPES) or f"use {_SCOPES}")
    if not named:
        raise WrongUse("`--scope` names none", f"use {_SCOPES}")
    return EVERYTHING if "all" in named else frozenset(named)


def _end(text: str | None, option: str, now: datetime) -> datetime | None:
    if text is None:
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise WrongUse(f"`{option}` cannot be `{text}`", "write days or hours, like `90d` or `12h`")
    many = int(found[1])
    return now + (timedelta(days=many) if found[2] == "d" else timedelta(hours=many))


def _ended(key: ApiKey, end: datetime | None) -> ApiKey:
    """The key with an end, unless it ends earlier anyway."""
    return key if end is None or not key.is_open(end) else replace(key, not_after=end)


def _open_keys(keys: tuple[ApiKey, ...], name: str, now: datetime) -> list[ApiKey]:
    found = [key for key in keys if key.name == name and key.is_open(now)]
    if not found:
        there = sorted({key.name for key in keys if key.is_open(now)})
        advice = did_you_mean(name, there) or (f"there is {', '.join(f'`{one}`' for one in there)}" if there else "")
        raise WrongUse(f"there is no open key `{name}`", advice or "`meed keys make` makes one")
    return found


def _write(file: KeyFile, keys: tuple[ApiKey, ...] | list[ApiKey]) -> None:
    try:
        file.write(keys)
    except OSError as error:
        says = (error.strerror or "unknown").lower()
        raise WrongUse(f"{file.path}: cannot be written ({says})", "check the folder") from None
    try:
        file.read()
    except KeysUnreadable as error:
        raise WrongUse(str(error), "restore the file") from None


def _print_once(text: str, key: ApiKey, form: Form) -> None:
    if form == "json":
        say_json({"key": text, **shown_key(key, system_clock())})
        return
    say(text)
    note(f"this is the key of `{key.name}`, shown once: it is for {', '.join(sorted(key.scopes))}")
