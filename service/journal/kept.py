"""What the store keeps beside the journal: the policies and the files by which it decided, by their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ...dsl import SourceFile, check
from ...dsl import checked as c
from ..loading import Loaded, load_facts
from ..settings import CannotStart, Settings
from ..version import meed_version
from .tables import kept_files, kept_policies

__all__ = ["KeptFile", "Load", "digest", "given", "keep", "keep_policy", "kept_policy", "opened"]


def digest(content: bytes | str) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file by its name and the hash of its content."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class Load:
    """The first event of a journal, and one whenever a service starts with something else than the one before it.

    `policy`: the hash of its meaning; `text`: that of its source, for places in explanations are those of the text.
    `files`: the files of facts by kind; `mapping`: the mapping file; `empty`: kinds without facts. `version`: of meed.
    """

    at: int
    policy: str
    text: str
    files: Mapping[str, KeptFile]
    mapping: KeptFile | None = None
    empty: tuple[str, ...] = ()
    version: str = field(default_factory=meed_version)

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `of` gives it back."""
        return {
            "event": "load", "at": self.at, "policy": self.policy, "text": self.text,
            "files": {kind: [one.name, one.hash] for kind, one in sorted(self.files.items())},
            "mapping": None if self.mapping is None else [self.mapping.name, self.mapping.hash],
            "empty": sorted(self.empty), "version": self.version,
        }  # fmt: skip

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Load:
        """The event of its plain values."""
        files = {kind: KeptFile(*one) for kind, one in said["files"].items()}
        mapping = None if said["mapping"] is None else KeptFile(*said["mapping"])
        return cls(
            said["at"], said["policy"], said["text"], files, mapping, tuple(said["empty"]), said["version"]
        )  # fmt: skip

    def is_like(self, other: Load) -> bool:
        """Whether the same is loaded, at whatever moment."""
        return {**self.as_json(), "at": 0} == {**other.as_json(), "at": 0}


def given(settings: Settings, policy: c.Policy, at: int) -> tuple[Load, dict[str, bytes]]:
    """What a service is started with, and the files' contents by their hashes. Raises `CannotStart`."""
    contents: dict[str, bytes] = {}

    def read(path: Path) -> KeptFile:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CannotStart(f"{path}: cannot be read ({(error.strerror or 'unknown').lower()})") from None
        contents[digest(content)] = content
        return KeptFile(path.name, digest(content))

    files = {kind: read(path) for kind, path in settings.facts.items()}
    mapping = None if settings.mapping is None else read(settings.mapping)
    load = Load(at, policy.hash, digest(policy.source.text), files, mapping, tuple(sorted(settings.empty)))
    return load, contents


def opened(tx: Connection, load: Load, policy: c.Policy) -> Loaded:
    """The kept files of a load, read as a policy needs them. Raises `CannotStart`."""
    with TemporaryDirectory(prefix="meed-") as folder:
        mapping = None if load.mapping is None else _written(tx, load.mapping, Path(folder, "mapping"))
        files = {kind: _written(tx, one, Path(folder, "facts", kind)) for kind, one in load.files.items()}
        return load_facts(policy, files, mapping, frozenset(load.empty))


def _written(tx: Connection, file: KeptFile, folder: Path) -> Path:
    """A kept file in a folder, under its own name: it says what the file is, and messages tell it."""
    content = tx.execute(select(kept_files.c.content).where(kept_files.c.hash == file.hash)).scalar_one_or_none()
    if content is None or digest(bytes(content)) != file.hash:
        raise CannotStart(f"the file `{file.name}` ({file.hash[:12]}) is not in the store as it was")
    folder.mkdir(parents=True)
    path = Path(folder, Path(file.name).name)
    path.write_bytes(bytes(content))
    return path


def keep(tx: Connection, contents: Mapping[str, bytes]) -> None:
    """Keep files that are not kept yet, by the hashes of their contents."""
    for hash_, content in contents.items():
        if tx.execute(select(kept_files.c.hash).where(kept_files.c.hash == hash_)).first() is None:
            tx.execute(insert(kept_files), {"hash": hash_, "content": content})


def keep_policy(tx: Connection, policy: c.Policy) -> None:
    """Keep the text of a policy that may decide."""
    text = digest(policy.source.text)
    if tx.execute(select(kept_policies.c.text).where(kept_policies.c.text == text)).first() is not None:
        return
    number = tx.execute(select(func.coalesce(func.max(kept_policies.c.number), 0))).scalar_one() + 1
    row = {
        "text": text, "number": number, "hash": policy.hash, "name": policy.name, "version": policy.version,
        "file": policy.source.name, "source": policy.source.text,
    }  # fmt: skip
    tx.execute(insert(kept_policies), row)


def kept_policy(tx: Connection, *, text: str = "", hash_: str = "") -> c.Policy:
    """A policy by the hash of its text, or the first that was kept of a meaning.

    Raises `LookupError` where there is none, `CannotStart` for one that is not what it was.
    """
    which = kept_policies.c.text == text if text else kept_policies.c.hash == hash_
    row = tx.execute(select(kept_policies).where(which).order_by(kept_policies.c.number).limit(1)).first()
    if row is None:
        raise LookupError(text or hash_)
    named = f"policy `{row.name}` {row.version}".rstrip()
    if digest(str(row.source)) != row.text:
        raise CannotStart(f"{named} ({row.hash[:12]}) is not in the store as it was")
    found = check(SourceFile(str(row.file), str(row.source))).policy
    if found is None:
        raise CannotStart(f"{named} ({row.hash[:12]}) of the store has errors for this version of meed")
    return found
