"""A small sales office for the tests of the HTTP service: a policy, its reps, a database, and clients."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from meed.service.app import create_app
from meed.service.entrance.api_keys import draw_key
from meed.service.entrance.key_ring import KeyFile
from meed.service.journal.audit import audited
from meed.service.journal.rows import entries_after
from meed.service.settings import Settings
from meed.service.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for a package that is to follow the one it works with
    from fastapi.testclient import TestClient

HOST = "http://127.0.0.1:8750"
NOON = datetime(2026, 4, 10, 4, tzinfo=UTC)
"""Noon in Shanghai."""

HEAD = """policy "Rotation" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }
facts standard
facts rep { weight: count }
let strength of rep = rep.weight
let held_leads of rep = count of lead where lead.owner is rep
"""
ROTATION = (
    HEAD
    + """assign lead {
  needs (held_leads over last 30 days) < rep.capacity
  rule returning when lead.account_owner is known
    to lead.account_owner
    if nobody next
  rule big when lead.value >= 100_000
    to any rep where lead.region in rep.skills by random strength
    if nobody hold "enterprise desk"
  otherwise to any rep by capability_weighted strength
  if nobody hold "ops desk"
}
"""
)
REPS = "id,weight,capacity,skills\na,5,1000,East;North\nb,1,1000,East\nc,1,1000,\n"
PATTERN = "aabacaa"
"""Weights 5, 1, 1 in smooth rotation."""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: int) -> None:
        self.now += timedelta(**by)


@dataclass
class Office:
    """Files of a service in a folder; `client` starts the service over them, again and again if need be."""

    folder: Path
    policy: str = ROTATION
    files: Mapping[str, str] = field(default_factory=lambda: {"rep": REPS})
    clock: Clock = field(default_factory=Clock)
    place: str | None = None
    """The URL of the database, where it is not a file of the folder."""

    @property
    def database(self) -> Path:
        return self.folder / "decisions.sqlite"

    def settings(self, **changes: Any) -> Settings:
        policy = self.folder / "rotation.meed"
        policy.write_text(self.policy, encoding="utf-8")
        facts = {kind: self.folder / f"{kind}s.csv" for kind in self.files}
        for kind, path in facts.items():
            path.write_text(self.files[kind], encoding="utf-8")
        return Settings(**{"policy": policy, "database": self.place or self.database, "facts": facts, **changes})

    def client(self, **changes: Any) -> TestClient:
        app = create_app(self.settings(**changes), self.clock)
        return TestClient(app, base_url=HOST, raise_server_exceptions=False)

    def key(self, *scopes: str, name: str = "crm", ends: datetime | None = None) -> str:
        """A new key in the office's file of keys."""
        text, key = draw_key(name, frozenset(scopes), self.clock(), ends)
        file = KeyFile(self.keys)
        file.write([*(file.read() if self.keys.exists() else ()), key])
        return text

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def findings(self) -> list[str]:
        """What does not hold in the journal: the first thing that does not, if any."""
        store = Store(self.place or self.database)
        try:
            with store.reading() as tx:
                wrong = audited(tx, store.seed).wrong
                return [wrong] if wrong else []
        finally:
            store.close()

    def decisions(self) -> int:
        """How many decisions the journal has."""
        store = Store(self.place or self.database)
        try:
            with store.reading() as tx:
                return sum(len(entry.came().get("decisions", [])) for entry in entries_after(tx, 0))
        finally:
            store.close()


def lead(key: str, **columns: Any) -> dict[str, Any]:
    """A small lead from the East."""
    return {"id": key, "value": "1200.50", "region": "East", **columns}


def ask(client: Any, key: str, **columns: Any) -> Any:
    """Asks who gets a lead; the request id is that of the lead."""
    return client.post("/v1/decisions/lead", json={"request_id": f"r-{key}", "fact": lead(key, **columns)})


def reps(client: TestClient, keys: list[str]) -> str:
    """Who gets these leads, in one word."""
    return "".join(str(ask(client, key).json()["rep"]) for key in keys)


def fields(answer: Any) -> list[str]:
    """The fields that a problem finds at fault."""
    return [error["field"] for error in answer.json()["errors"]]
