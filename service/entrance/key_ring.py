"""The file of API keys: hashes only, replaced whole, and read again by a running service when it changes."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..clock import Clock
from .api_keys import EVERYTHING, ApiKey, id_of

__all__ = ["KeyFile", "KeyRing", "KeysUnreadable"]

_FORM = 1
_HASH = re.compile(r"[0-9a-f]{64}")
_LOOKS_AGAIN_NS = 1_000_000_000


class KeysUnreadable(ValueError):
    """A file of keys that cannot be used, in a line for people."""


class KeyFile:
    """The file of keys as commands and the service read and write it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[ApiKey, ...]:
        """The keys in the order of their making. Raises `KeysUnreadable`."""
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read()
        except FileNotFoundError:
            raise KeysUnreadable(f"{self.path}: there is no such file") from None
        except OSError as error:
            raise KeysUnreadable(f"{self.path}: cannot be read ({(error.strerror or 'unknown').lower()})") from None
        if mode & stat.S_IWOTH:
            raise KeysUnreadable(f"{self.path}: everybody may write to it, so anybody could let themselves in")
        try:
            made: Any = json.loads(text, parse_float=Decimal)
            if made["form"] != _FORM:
                raise ValueError
            keys = tuple(_key(one) for one in made["keys"])
        except (ValueError, KeyError, TypeError):
            raise KeysUnreadable(f"{self.path}: this is not a file of keys of this version") from None
        if len({key.id for key in keys}) < len(keys):
            raise KeysUnreadable(f"{self.path}: two keys have one id")
        return keys

    def write(self, keys: Iterable[ApiKey]) -> None:
        """Replace the file, so that whoever reads finds the old keys or the new ones. Its owner alone may read it."""
        text = json.dumps({"form": _FORM, "keys": [_plain(key) for key in keys]}, ensure_ascii=False, indent=1) + "\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self.path)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep other commands out meanwhile: of two that read and then write, one would lose what it did."""
        try:
            import fcntl
        except ImportError:  # where there are no such locks the commands rely on being one at a time
            yield
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


class KeyRing:
    """The keys of a running service. A change of the file holds within a second; an unreadable file lets nobody in."""

    def __init__(self, file: KeyFile, clock: Clock) -> None:
        self._file, self._clock = file, clock
        self._keys = {key.id: key for key in file.read()}
        self._seen = _state(file.path)
        self._looked = time.monotonic_ns()

    def holder(self, text: str) -> ApiKey | None:
        """The key that a text is; None where it is none, or none any more. Raises `KeysUnreadable`."""
        self._look()
        key = self._keys.get(id_of(text))
        return key if key is not None and key.is_key(text) and key.is_open(self._clock()) else None

    def _look(self) -> None:
        now = time.monotonic_ns()
        if now - self._looked < _LOOKS_AGAIN_NS:
            return
        state = _state(self._file.path)
        if state is None or state != self._seen:
            self._keys = {key.id: key for key in self._file.read()}
            self._seen = state
        self._looked = now


def _state(path: Path) -> Sequence[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _plain(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id, "name": key.name, "scopes": sorted(key.scopes), "sha256": key.hash, "made": key.made.isoformat(),
        "not_after": None if key.not_after is None else key.not_after.isoformat(),
    }  # fmt: skip


def _key(plain: Any) -> ApiKey:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is no key."""
    scopes, end = frozenset(plain["scopes"]), plain["not_after"]
    if scopes - EVERYTHING or not _HASH.fullmatch(plain["sha256"]):
        raise ValueError
    return ApiKey(
        str(plain["id"]), str(plain["name"]), scopes, plain["sha256"], _moment(plain["made"]),
        None if end is None else _moment(end),
    )  # fmt: skip


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found
