"""What goes over the wire of fairness: a report on what was decided; exact figures are fractions as texts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from .schemas import Shape

__all__ = ["FairnessQuery", "FairnessReport"]

Part = Annotated[str, Field(description="a fraction as text, exact", examples=["-1/2"])]
Count = Annotated[int, Field(examples=[3])]


class FairnessQuery(Shape):
    """Which decisions a report is about."""

    first: str | None = Field(
        default=None, alias="from", max_length=40, description="the first day that is counted; else from the beginning",
        examples=["2026-04-01"],
    )  # fmt: skip
    last: str | None = Field(
        default=None, alias="to", max_length=40, description="the last day that is counted; else up to now",
        examples=["2026-04-30"],
    )  # fmt: skip
    kind: str | None = Field(
        default=None, max_length=200, description="what is assigned, where the policy assigns several",
        examples=["lead"],
    )  # fmt: skip
    by: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], max_length=10, examples=[["team"]],
        description="columns of reps, or `tenure`: who could take a lead, and whose leads are better, by their groups",
    )  # fmt: skip


class RuleCount(Shape):
    """Decisions of a rule: given to somebody, and held."""

    assigned: Count
    held: Count


class Promised(Shape):
    """How far anybody may ever be from what is owed, in the unit of the pool."""

    over: Part
    under: Part


class Breach(Shape):
    """A credit beyond the promise: a defect, never bad luck. `at`: the decision at which it began."""

    at: str
    rep: str
    credit: Part
    promised: Promised


class Evenness(Shape):
    """How even what was received is, per entitlement: Jain's index, Gini, the squared coefficient of variation."""

    jain: Part
    gini: Part
    cv_squared: Part
    reps: int


class RepInPool(Shape):
    """A rep in a pool: owed and received in the period, the credit now, and the farthest it ever was."""

    rep: str = Field(examples=["R007"])
    owed: Part
    received: int
    credit: Part
    most_ahead: Part
    most_behind: Part
    within: bool


class Unit(Shape):
    """What the figures of a pool are in: facts by their number, or value in smallest units."""

    counts: str | None = Field(description="what is shared out by its value; null: facts, by their number")
    currency: str | None = Field(description="of amounts; null where the value is none")
    in_one: int = Field(description="how many of the figures make one: 100 where they are cents", examples=[1])


class PoolReport(Shape):
    """A pool of credits, counted anew from the decisions and held against its promise after every one of them.

    Owed, received, credits and bounds are in its `unit`.
    """

    pool: str = Field(examples=["lead/otherwise/1"])
    of: str | None = Field(description="what reps share, where groups of them contend in the pool; null where reps do")
    unit: Unit
    turns: int
    promised: Promised
    breach: Breach | None
    overrides_outstanding: int = Field(description="given by a person, and not taken back")
    moved_outside_turns: int = Field(description="how often credits were moved otherwise than by a turn")
    evenness: Evenness | None = Field(description="null where nothing was owed to two")
    wrong: int = Field(description="how much of what the log says does not add up")
    reps: list[RepInPool]


class RepByLot(Shape):
    """A rep among the draws of a rule."""

    rep: str
    owed: Part
    received: int


class ChiSquare(Shape):
    """The test of the draws, where every one had the same tickets."""

    statistic: Part
    freedom: int
    p: Annotated[str, Field(description="a decimal as text", examples=["0.8491450360846096"])]


class LotReport(Shape):
    """The draws of a rule against their tickets; `extreme` of `tried` repetitions are as far off or farther."""

    rule: str
    draws: int
    statistic: Part
    p: Part | None
    extreme: int | None
    tried: int
    chi_square: ChiSquare | None
    suspect: bool = Field(description="the counts follow the tickets more closely than chance ever does")
    reps: list[RepByLot]


class GroupAccessReport(Shape):
    """A group of reps: how often it was looked at, could take a lead, was owed and got it; ratios to the highest."""

    group: str
    reps: int
    looked_at: int
    could_take_it: int
    owed: Part
    received: int
    could_to_highest: Part | None
    could_under_four_fifths: bool | None
    received_to_highest: Part | None
    received_under_four_fifths: bool | None


class GroupQuality(Shape):
    """The leads of a group: their mean, what is expected among leads like them, and a seeded permutation test."""

    group: str
    leads: int
    got: Part
    expected: Part
    index: Part | None
    p: Part
    p_adjusted: Part
    finding: bool


class MeanOf(Shape):
    """The leads of a group in a segment."""

    leads: int
    mean: Part


class SegmentQuality(Shape):
    """A segment: its leads by group."""

    segment: str
    leads: int
    groups: dict[str, MeanOf]


class QualityReport(Shape):
    """Whether some get better leads than others, by what a lead is worth or by its score."""

    quality: str
    by: str
    leads: int
    compared: int
    finding: bool
    groups: list[GroupQuality]
    segments: list[SegmentQuality]


class WaitReport(Shape):
    """Waits in seconds: the middle one, nine of ten, the longest, the mean."""

    leads: int
    median: int
    nine_of_ten: int
    longest: int
    mean: Part


class WaitsReport(Shape):
    """How long leads waited, as far as their facts say; null where they say nothing."""

    to_decision: WaitReport | None
    to_contact: WaitReport | None
    to_contact_by_rep: dict[str, WaitReport]
    contacted_by_others: int


_PROMISED = {"over": "1/2", "under": "1/2"}
_EXAMPLE: dict[str, Any] = {
    "point": "lead", "first_day": "2026-04-01", "last_day": None, "number": 4,
    "decided": 3, "assigned": 3, "held": 0, "held_at": {}, "rules": {"otherwise": {"assigned": 3, "held": 0}},
    "received": {"R007": 2, "R008": 1}, "within_promise": True, "defects": [],
    "pools": [
        {
            "pool": "lead/otherwise/1", "of": None, "unit": {"counts": None, "currency": None, "in_one": 1}, "turns": 3,
            "promised": _PROMISED, "breach": None, "overrides_outstanding": 0, "moved_outside_turns": 0,
            "evenness": {"jain": "9/10", "gini": "1/6", "cv_squared": "1/9", "reps": 2},
            "wrong": 0,
            "reps": [
                {
                    "rep": rep, "owed": "3/2", "received": received, "credit": credit, "most_ahead": ahead,
                    "most_behind": behind, "within": True,
                }
                for rep, received, credit, ahead, behind in (
                    ("R007", 2, "-1/2", "1/2", "0"), ("R008", 1, "1/2", "0", "1/2"),
                )
            ],
        }
    ],
    "by_lot": [], "access": {}, "quality": [],
    "waits": {"to_decision": None, "to_contact": None, "to_contact_by_rep": {}, "contacted_by_others": 0},
    "stood_in_the_way": {"field_sales.meed:6:9": 3}, "leads_not_known": 0, "finding": False,
}  # fmt: skip


class FairnessReport(Shape):
    """A report on the decisions of a period. Credits are those of all decisions up to entry `number` of the log."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    point: str = Field(examples=["lead"])
    first_day: str | None = Field(description="null: from the first decision on", examples=["2026-04-01"])
    last_day: str | None = Field(description="null: up to the last decision")
    number: int = Field(description="of the last entry of the log that was read")
    decided: int
    assigned: int
    held: int
    held_at: dict[str, int]
    rules: dict[str, RuleCount]
    received: dict[str, int] = Field(description="by rep")
    within_promise: bool = Field(description="whether every credit kept its promise after every decision")
    defects: list[str] = Field(description="what is wrong for certain")
    pools: list[PoolReport]
    by_lot: list[LotReport]
    access: dict[str, list[GroupAccessReport]] = Field(description="by the attributes that `by` names")
    quality: list[QualityReport]
    waits: WaitsReport
    stood_in_the_way: dict[str, int] = Field(
        description="how often a place in the policy refused somebody first, or who had had the fact"
    )
    leads_not_known: int
    finding: bool
