"""What a service says of itself: its policies, the commitments to its draws, its health."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .schemas import PolicyNamed, Shape
from .watching.standing import Standing

__all__ = [
    "Alive",
    "Commitment",
    "Commitments",
    "PartNotSupported",
    "PointShown",
    "PolicyShown",
    "Ready",
    "SchemeShown",
    "SettingShown",
    "WatchShown",
]


class SettingShown(Shape):
    """A choice, and where it comes from: the policy, a block, or the default."""

    name: str
    value: str
    origin: str


class PartNotSupported(Shape):
    """A part of the policy that is checked and not run."""

    what: str
    place: str


class PointShown(Shape):
    """A decision point: the kind of fact, and its rules in order."""

    point: str = Field(examples=["lead"])
    rules: list[str]
    settings: dict[str, str]


class SchemeShown(Shape):
    """A scheme: its period, and its components in order."""

    name: str
    per: str
    components: list[str]


class PolicyShown(PolicyNamed):
    """A policy as the service runs it."""

    effective_from: str | None = Field(description="the first day, null where open", examples=["2026-01-01"])
    effective_to: str | None = Field(description="the last day, null where open")
    currency: str
    timezone: str
    assigns: list[PointShown]
    schemes: list[SchemeShown]
    settings: list[SettingShown]
    unsupported: list[PartNotSupported]


class Commitment(Shape):
    """The SHA-256 of a period's key of draws, published before; the key itself a day after the period's end."""

    period: str = Field(examples=["2026-04"])
    state: Literal["past", "current", "coming"]
    commitment: str
    key: str | None = Field(description="in hexadecimal digits; null until it may be known")


class Commitments(Shape):
    """All periods from the first start of the service to a year from now."""

    periods: list[Commitment]


class Alive(Shape):
    """The service is there; at `/readyz`: and requests may be sent to it."""

    status: Literal["ok"]


class WatchShown(Shape):
    """How the watch of the policy in force stands. While it is `down` nothing fires; it is caught up with later."""

    state: Literal["catching_up", "running", "down"]
    entries_behind: int = Field(description="entries of the log that it has not taken in")
    seconds_behind: int = Field(description="for how long a moment has waited to be looked at")
    waiting: int = Field(description="what fired and is not recorded yet")
    problem: str | None = Field(description="what is wrong, where it is down")

    @classmethod
    def of(cls, standing: Standing) -> WatchShown | None:
        """As it stands; None while it is idle."""
        if standing.state == "idle":
            return None
        return cls(
            state=standing.state, entries_behind=standing.entries_behind, seconds_behind=standing.seconds_behind,
            waiting=standing.waiting, problem=standing.problem or None,
        )  # fmt: skip


class Ready(Alive):
    """The service can decide: its policy is loaded and its log takes entries."""

    policy: PolicyNamed
    points: list[str]
    database: Literal["writable"]
    decisions: int
    watch: WatchShown | None = Field(description="null while no policy so far has a `watch`")
