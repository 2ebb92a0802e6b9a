"""What goes over the wire of changes: what becomes of facts that were given out, and what is new of facts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from .schemas import DecisionAnswer, DecisionRequest, Derived, ProblemDetails, RequestId, Shape

__all__ = [
    "MOST_IN_BATCH",
    "AwardTold",
    "BatchAnswer",
    "BatchAnswered",
    "BatchRequest",
    "DecisionTold",
    "EndingTold",
    "EntryTold",
    "FactRefused",
    "FactShown",
    "FactVersion",
    "FactsRequest",
    "FactsTaken",
    "HoldingShown",
    "MoveAnswer",
    "MoveRequest",
    "NoticeTold",
    "Pool",
    "PoolFact",
    "TellingAnswer",
]

MOST_IN_BATCH = 1_000
_Text = Annotated[str, Field(max_length=1_000)]
_At = Annotated[
    str | None,
    Field(
        max_length=40,
        description="the moment of it, ISO 8601; without an offset by the clocks of the policy's time zone; now where "
        "it is left out",
    ),
]


# --- many decisions ------------------------------------------------------------------------------------------


class BatchRequest(Shape):
    """Facts to decide, each with a request id of its own, in their order."""

    decisions: list[DecisionRequest] = Field(min_length=1, max_length=MOST_IN_BATCH)


class BatchAnswered(Shape):
    """The answer to one of them: a decision or a problem; the other is null."""

    request_id: str
    decision: DecisionAnswer | None
    problem: ProblemDetails | None


class BatchAnswer(Shape):
    """Answers in the order of the requests; one that is refused stops no other."""

    answers: list[BatchAnswered]


# --- moves ---------------------------------------------------------------------------------------------------


class MoveRequest(Shape):
    """What somebody does with a fact. Which of these a move needs, the policy and the move say."""

    request_id: RequestId
    rep: _Text | None = Field(default=None, description="who does it, or whose it is")
    to: _Text | None = Field(default=None, description="to whom a transfer or an override gives it")
    by: _Text | None = Field(default=None, description="who said so, where that is somebody else")
    reason: _Text | None = None
    until: _Text | None = Field(default=None, description="until when an extension asks: a date or a moment")
    decision_id: _Text | None = Field(default=None, description="only if this is still the last decision about it")
    at: _At = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"request_id": "crm-90012", "rep": "R007", "reason": "on leave next week"}]}
    )


class EndingTold(Derived):
    """An assignment or an offer that ended: how, and why."""

    point: str
    key: str
    rep: str
    how: str
    at: str
    because: str | None = None


class NoticeTold(Derived):
    """A message that the policy sends."""

    point: str
    key: str
    to: str
    text: str
    at: str


class AwardTold(Derived):
    """Recognition that the policy gives."""

    point: str
    key: str
    to: str
    title: str
    at: str


class DecisionTold(DecisionAnswer):
    """A decision that a move brought about, or that was due before it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decision_id": "D3880e4089b54", "rep": "R008", "held": None, "rule": "otherwise",
                    "strategy": "round_robin", "policy_hash": "c1bd3fdd6b03", "because": "R007 declined it",
                    "point": "lead", "key": "L00001",
                }
            ]
        }
    )  # fmt: skip

    point: str = Field(examples=["lead"])
    key: str = Field(examples=["L00001"])


class MoveAnswer(Shape):
    """What came of a move, in the order in which things happened, what was due before among it."""

    number: int = Field(description="of the entry in the log", examples=[42])
    point: str
    key: str
    word: str
    decisions: list[DecisionTold]
    endings: list[EndingTold]
    notices: list[NoticeTold]
    awards: list[AwardTold]


class EntryTold(Shape):
    """What an entry of the log told: to whom, about which fact."""

    number: int = Field(description="of the entry in the log", examples=[42])
    notices: list[NoticeTold]
    awards: list[AwardTold]


class TellingAnswer(Shape):
    """What was told, in the order of the log; ask again with `after` set to `up_to`."""

    up_to: int = Field(description="the number of the last entry that was looked at")
    entries: list[EntryTold]


class PoolFact(Shape):
    """A fact in the public pool, since when, and who was passed over on the way there."""

    key: str
    since: str
    passed: list[str]


class Pool(Shape):
    """The facts of a kind that whoever may claim may claim, those first that have waited longest."""

    point: str
    facts: list[PoolFact]


# --- facts ---------------------------------------------------------------------------------------------------


class FactsRequest(Shape):
    """What is new of facts of a kind: those whose key is known are changed in the columns given, others are new."""

    request_id: RequestId
    facts: list[dict[str, Any]] = Field(min_length=1, description="each with its key; amounts as texts")
    each: bool = Field(default=False, description="take those that can be used, instead of all or none")
    at: _At = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"request_id": "hr-17", "facts": [{"id": "R007", "on_duty": "no"}]}]}
    )


class FactRefused(Shape):
    """A fact that was not taken, by its place in the request, and why."""

    place: int
    problem: ProblemDetails


class FactsTaken(Shape):
    """What was taken. Each version of a fact is named by the number of its entry in the log."""

    number: int | None = Field(description="of the entry in the log; null where nothing was taken")
    taken: int
    refused: list[FactRefused]


class FactVersion(Shape):
    """What was said of a fact, when, and by which entry of the log."""

    number: int
    at: str
    recorded: str
    event: str = Field(description="`arrive`, `change`, or the word of a move", examples=["change"])
    values: dict[str, Any]


class HoldingShown(Shape):
    """A rep's time with a fact, or with an offer of it: how it came and how it ended."""

    rep: str
    began: str
    came: str
    owned: bool
    ended: str | None
    how: str | None


class FactShown(Shape):
    """A fact: where it was loaded from, what was said of it since, where it is and who has had it."""

    kind: str
    key: str
    loaded: str | None = Field(description="file and row; null where it came over the API", examples=["reps.csv row 7"])
    state: str | None = Field(description="`owned`, `offered`, `held`, `pool`, `closed`; null where nothing is decided")
    owner: str | None = Field(description="the rep who has it")
    decision_id: str | None = Field(description="the last decision about it")
    holdings: list[HoldingShown] = Field(description="who has had it, the last one last")
    values: dict[str, Any] = Field(description="what was said of it since it was loaded, the last of each column")
    versions: list[FactVersion] = Field(description="the last hundred, newest first")
