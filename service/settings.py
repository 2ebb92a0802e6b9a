"""What a service is told when it starts: policy, facts, database, address, key, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

__all__ = ["CannotStart", "Settings", "is_loopback"]

_SHORTEST_KEY = 16


class CannotStart(ValueError):
    """Why a service does not start; `lines` say it for people, one finding a line."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one service.

    `facts`: a file for each kind of fact. `mapping`: the mapping file beside them. `empty`: kinds that are meant
    to have no rows. `api_key`: asked of every request; needed unless `host` is this machine alone (loopback).
    `most_bytes`: of a request for a decision; `most_simulation_bytes` and `most_rows`: of one for a simulation.
    Raises `CannotStart` for settings that contradict each other.
    """

    policy: Path
    database: Path
    facts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    mapping: Path | None = None
    empty: frozenset[str] = frozenset()
    host: str = "127.0.0.1"
    port: int = 8750
    api_key: str | None = field(default=None, repr=False)
    most_bytes: int = 64 * 1024
    most_simulation_bytes: int = 32 * 1024 * 1024
    most_rows: int = 100_000

    def __post_init__(self) -> None:
        if self.api_key is None and not is_loopback(self.host):
            raise CannotStart(
                f"`{self.host}` can be reached from other machines: set an API key, or listen on `127.0.0.1`"
            )
        if self.api_key is not None and not _is_key(self.api_key):
            raise CannotStart(
                f"an API key has at least {_SHORTEST_KEY} characters, ASCII and no blanks: draw one at random"
            )
        if not 0 <= self.port <= 65_535:
            raise CannotStart(f"`{self.port}` is not a port: use one from 0 to 65535 (0: any that is free)")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_key(key: str) -> bool:
    return len(key) >= _SHORTEST_KEY and all("!" <= char <= "~" for char in key)
