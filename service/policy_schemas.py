"""What goes over the wire of policies: texts that are checked and published, and when which is in force."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from .schemas import PolicyNamed, RequestId, Shape
from .service_schemas import PolicyShown

__all__ = [
    "ActivateRequest",
    "Activated",
    "DifferenceRequest",
    "Finding",
    "Planned",
    "PoliciesShown",
    "PolicyChecked",
    "PolicyDifference",
    "PolicyPublished",
    "PolicySource",
    "PolicyText",
    "PublishRequest",
    "Published",
    "RollbackRequest",
    "Taken",
    "TestRun",
    "WithdrawRequest",
]

_Source = Annotated[str, Field(max_length=1_000_000, description="the text of a policy file")]
_Note = Annotated[str, Field(max_length=1_000)]
_At = Annotated[
    str | None,
    Field(max_length=40, description="the moment from which it is in force, ISO 8601; now where it is left out"),
]


class PolicyText(Shape):
    """A policy that is not published."""

    text: _Source

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": 'policy "Rotation" { currency: CNY  timezone: "Asia/Shanghai" }\n'}]}
    )


class DifferenceRequest(Shape):
    """A policy against the one in force, or against a published one."""

    text: _Source
    against: str | None = Field(default=None, description="the hash of a published policy; else the one in force")


class Finding(Shape):
    """What the checker finds: code, place (lines and columns from 1), and what to do."""

    code: str
    severity: str
    message: str
    help: str | None
    line: int
    column: int


class TestRun(Shape):
    """A test that the policy holds, and what it found wrong."""

    name: str
    passed: bool
    findings: list[str]


_Missing = Annotated[
    list[str],
    Field(
        description="what the loaded facts lack for it, with what to do: it cannot be activated until they have it",
        examples=[["reps.csv: there is no column `region`, which the policy reads"]],
    ),
]


class PolicyChecked(Shape):
    """Whether a policy is sound; `policy` is null where it is not one."""

    policy: PolicyNamed | None
    findings: list[Finding]
    tests: list[TestRun]
    missing: _Missing


class PolicyDifference(Shape):
    """What a policy says otherwise, in lines for people."""

    before: PolicyNamed
    after: PolicyNamed
    lines: list[str]


class PublishRequest(Shape):
    """A policy to keep, and why."""

    text: _Source
    note: _Note = ""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": 'policy "Rotation" { currency: CNY  timezone: "Asia/Shanghai" }\n', "note": "first one"}
            ]
        }
    )


class PolicyPublished(Shape):
    """A policy that is kept, and can be activated by its hash unless columns are missing."""

    policy: PolicyNamed
    missing: _Missing


class ActivateRequest(Shape):
    """When a published policy is in force, and why."""

    request_id: RequestId
    at: _At = None
    note: _Note = ""


class RollbackRequest(Shape):
    """Why the policy before the present one is in force again."""

    request_id: RequestId
    note: _Note = ""


class WithdrawRequest(Shape):
    """Why a policy that was to be in force is not to be."""

    note: _Note = ""


class Taken(Shape):
    """A policy that is in force since a moment, or is to be from one on; `number`: of the entry in the log, null where
    it is still to come."""

    policy: PolicyNamed
    at: str
    number: int | None


class Published(PolicyNamed):
    """A policy that was published: by whom, when and why."""

    by: str
    recorded: str
    note: str


class Activated(PolicyNamed):
    """A policy that took over: from when, by whom, and by which entry of the log."""

    number: int
    at: str
    by: str
    note: str


class Planned(PolicyNamed):
    """A policy that is to take over at a moment; `refused` says why it did not."""

    at: str
    by: str
    note: str
    refused: str | None


class PoliciesShown(Shape):
    """The policy in force in full, and the others by name: those published, those that were in force (newest first),
    and those to come."""

    policies: list[PolicyShown]
    published: list[Published]
    history: list[Activated]
    planned: list[Planned]


class PolicySource(PolicyNamed):
    """A policy with its text."""

    text: str
