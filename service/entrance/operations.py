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
    "decide_batch": Operation(("decide",), "writing"),
    "move_decision": Operation(("move",), "writing"),
    "move_fact": Operation(("move",), "writing"),
    "read_decision": _READ,
    "read_pool": _READ,
    "read_draws": _READ,
    "read_told": _READ,
    "why_not": _READ,
    "read_fairness": Operation(("read",), "working"),
    "put_facts": Operation(("facts",), "writing"),
    "read_fact": _READ,
    "check_policy": Operation(("publish",), "working"),
    "diff_policy": Operation(("publish",), "working"),
    "publish_policy": Operation(("publish",), "working"),
    "activate_policy": Operation(("publish",), "writing"),
    "roll_back": Operation(("publish",), "writing"),
    "withdraw_policy": Operation(("publish",), "writing"),
    "read_policy": _READ,
    "simulate": Operation(("simulate", "pay"), "working"),
    "read_policies": _READ,
    "read_health": Operation((), "reading"),
    "read_readiness": Operation((), "reading"),
    "read_metrics": _READ,
}
"""By the `operation_id` of the route. What pays people is all pay: a simulation asks for both scopes."""
