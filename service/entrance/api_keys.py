"""API keys: a secret that is shown once, and of which only a hash is kept, with a name, scopes and an end."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

__all__ = ["EVERYTHING", "LOCAL", "NOBODY", "SCOPES", "ApiKey", "draw_key", "id_of"]

SCOPES: dict[str, str] = {
    "decide": "ask who gets a fact",
    "move": "report what became of it: accept, decline, release, transfer and the like",
    "facts": "change facts",
    "publish": "publish, activate and roll back policies",
    "simulate": "ask what a policy would do",
    "read": "look at decisions, facts, policies, fairness, metrics",
    "pay": "see what people are paid",
}
"""What a key may be for; each allows what it says and nothing else."""
EVERYTHING = frozenset(SCOPES)

_MARK = "meed"
_ID_BYTES, _SECRET_BYTES = 5, 32


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept. `id` is a part of the key that is no secret; `hash` is SHA-256 (hex) of the whole text.

    A fast hash is right here: the secret has 256 bits drawn at random, which nobody tries out. A slow one
    protects passwords that people choose, and would be a way to keep the service busy.
    """

    id: str
    name: str
    scopes: frozenset[str]
    hash: str
    made: datetime
    not_after: datetime | None = None

    def is_key(self, text: str) -> bool:
        """Whether a text is this key, found out in a time that does not depend on where they differ."""
        return hmac.compare_digest(_hash(text), self.hash)

    def is_open(self, now: datetime) -> bool:
        """Whether the key may be used at a moment."""
        return self.not_after is None or now < self.not_after


def draw_key(name: str, scopes: frozenset[str], now: datetime, not_after: datetime | None) -> tuple[str, ApiKey]:
    """A new key: the text, which exists nowhere else, and what is kept of it."""
    named = secrets.token_hex(_ID_BYTES)
    text = f"{_MARK}_{named}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return text, ApiKey(named, name, scopes, _hash(text), now, not_after)


def id_of(text: str) -> str:
    """The id within the text of a key; empty where it has none."""
    mark, _, rest = text.partition("_")
    return rest.partition("_")[0] if mark == _MARK else ""


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


NOBODY = ApiKey("", "", frozenset(), "", datetime.min)  # noqa: DTZ901 - it has no moment
"""Whoever has not shown a key, and may do nothing."""
LOCAL = ApiKey("", "local", EVERYTHING, "", datetime.min)  # noqa: DTZ901 - it has no moment
"""Whoever asks a service without keys: a program on this machine, which may do everything."""
