"""What goes over the wire of "why not me?": what stood against one rep, and what one change would have brought."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from .schemas import Shape

__all__ = ["Elsewhere", "StepLookedAt", "Then", "WentThen", "WhyNotAnswer", "WhyNotQuery"]


class WhyNotQuery(Shape):
    """Which rep, and what had been otherwise."""

    rep: str = Field(min_length=1, max_length=200, description="the key of a rep", examples=["R009"])
    changes: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], alias="if", max_length=10, examples=[["on_duty=yes"]],
        description="had this been so of the rep: `on_duty=yes`, `strength=5`, `skills+=food` (write `+` as `%2B`)",
    )  # fmt: skip
    since: str | None = Field(
        default=None, max_length=40, examples=["2026-04-01"],
        description="from this day or moment on, with all that would have come of it; else for this decision alone",
    )  # fmt: skip


class StepLookedAt(Shape):
    """A step of the policy that looked at the rep: whether the rep could take it, and what decided."""

    strategy: str
    place: str = Field(description="where the policy says so", examples=["field_sales.meed:14:3"])
    eligible: bool
    because: str


class WentThen(Shape):
    """Where the fact would have gone; `why_not`: why not to the rep, empty where the rep gets it."""

    rep: str | None
    held: str | None
    rule: str
    strategy: str
    because: str
    why_not: str


class Elsewhere(Shape):
    """A fact that would be with somebody else after all; a rep, a desk, or null where it is with nobody."""

    point: str
    key: str
    was: str | None
    now: str | None


class Then(Shape):
    """What the change would have brought, up to and with this decision."""

    changes: list[str]
    since: str | None = Field(description="null: for this decision alone")
    decision: WentThen | None = Field(description="null: the fact would not be decided there")
    received: int = Field(description="decisions up to this one by which the rep got something")
    received_then: int
    elsewhere: int = Field(description="facts that would be with somebody else")
    first_elsewhere: list[Elsewhere] = Field(description="the first hundred of them")
    moves_refused: int = Field(description="moves that people made, and could not have made then")


_EXAMPLE: dict[str, Any] = {
    "decision_id": "De6da0817f0bd", "point": "lead", "key": "L00001", "rep": "R009", "received": False,
    "looked_at": True, "could_take_it": False, "because": "rep.on_duty is no",
    "steps": [
        {
            "strategy": "round_robin", "place": "field_sales.meed:14:3", "eligible": False,
            "because": "rep.on_duty is no",
        }
    ],
    "then": {
        "changes": ["on_duty=yes"], "since": None,
        "decision": {
            "rep": "R007", "held": None, "rule": "otherwise", "strategy": "round_robin",
            "because": "otherwise: R007 was owed most of the 3 who could take it (+0.833 of a lead)",
            "why_not": "owed 0.333 of a lead, while R007 is owed 0.833 of a lead",
        },
        "received": 0, "received_then": 0, "elsewhere": 0, "first_elsewhere": [], "moves_refused": 0,
    },
}  # fmt: skip


class WhyNotAnswer(Shape):
    """Why a rep did not get a fact: step by step, and with a change what would have come of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    decision_id: str = Field(examples=["De6da0817f0bd"])
    point: str = Field(examples=["lead"])
    key: str = Field(examples=["L00001"])
    rep: str = Field(examples=["R009"])
    received: bool = Field(description="whether the rep got it")
    looked_at: bool = Field(description="whether any step looked at the rep")
    could_take_it: bool
    because: str = Field(description="in one sentence; where no step looked at the rep, why it went where it went")
    steps: list[StepLookedAt]
    then: Then | None = Field(description="null where no change was named")
