"""What a service is told when it starts: policy, facts, database, address, keys, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

__all__ = ["CannotStart", "Settings", "is_loopback"]


class CannotStart(ValueError):
    """Why a service does not start; `lines` say it for people, one finding a line."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one service.

    `facts`: a file for each kind of fact. `mapping`: the mapping file beside them. `empty`: kinds that are meant
    to have no rows. `keys`: the file of API keys; needed unless `host` is this machine alone (loopback).
    `most_bytes`: of a request for a decision; `most_bulk_bytes` of one with many facts, of a policy or of a
    simulation, which has at most `most_rows`. `most_waiting`: requests under way that write; half as many that
    read, a hundredth that take long. `head_seconds`, `body_seconds`: within which a request must have arrived;
    `idle_seconds`: how long a connection is kept without one. At the end the service says for `drain_seconds` that
    it is not ready, and then has `finish_seconds` to answer what is under way. `trace`: spans of OpenTelemetry.
    Raises `CannotStart` for settings that contradict each other.
    """

    policy: Path
    database: Path | str
    facts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    mapping: Path | None = None
    empty: frozenset[str] = frozenset()
    host: str = "127.0.0.1"
    port: int = 8750
    keys: Path | None = None
    most_bytes: int = 64 * 1024
    most_bulk_bytes: int = 32 * 1024 * 1024
    most_rows: int = 100_000
    most_waiting: int = 1_000
    most_connections: int = 4_096
    head_seconds: int = 10
    body_seconds: int = 30
    idle_seconds: int = 30
    drain_seconds: int = 0
    finish_seconds: int = 30
    log_requests: bool = True
    trace: bool = False

    def __post_init__(self) -> None:
        if self.keys is None and not is_loopback(self.host):
            raise CannotStart(
                f"`{self.host}` can be reached from other machines: name a file of API keys, or listen on `127.0.0.1`"
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
