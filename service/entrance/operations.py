"""Every operation of the API: the scopes that it asks for, and the lane in which it waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["LANES", "OPEN", "OPERATIONS", "Operation"]


class Operation(NamedTuple):
    """What a request needs: every one of `scopes`, and a place in `lane`."""

    scopes: tuple[str, ...]
    lane: str


LANES: Mapping[str, str] = {
    "writing": "what is written to the log, in turn",
    "working": "what takes long, one at a time",
    "reading": "what only reads",
}
OPEN = frozenset({"/healthz", "/readyz"})
"""Addresses that answer without a key, with a word: whether to send requests here."""

_READ = Operation(("read",), "reading")

OPERATIONS: Mapping[str, Operation] = {
    "decide": Operation(("decide",), "writing"),
    "read_decision": _READ,
    "read_draws": _READ,
    "simulate": Operation(("simulate", "pay"), "working"),
    "read_policies": _READ,
    "read_health": Operation((), "reading"),
    "read_readiness": Operation((), "reading"),
    "read_metrics": _READ,
}
"""By the `operation_id` of the route. What pays people is all pay: a simulation asks for both scopes."""
