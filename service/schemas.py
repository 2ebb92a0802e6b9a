"""What goes over the wire: requests and answers, strict; amounts of money and exact numbers are texts.

Those of decisions stand here, with what all share; those of simulations and of the service in modules of their own.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "DecisionAnswer",
    "DecisionExplained",
    "DecisionRequest",
    "Derived",
    "FieldError",
    "PolicyNamed",
    "ProblemDetails",
    "RequestId",
    "Shape",
]

_HASH = "c1bd3fdd6b03c10864b3fc49799c27d068f7a01ae67b21db648c949b2c24fb3b"
_BECAUSE = "otherwise: R007 was owed most of the 3 who could take it (+0.714 of a lead)"
RequestId = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[!-~]+$", description="yours, one for each request"),
]
Exact = Annotated[str, Field(description="a whole number as text: it may be beyond 2^53")]


class Shape(BaseModel):
    """Strict: nothing is converted, nothing unknown passes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FieldError(Shape):
    """What is wrong with one field: its path in the request, what is wrong, and what to do."""

    field: str = Field(examples=["fact.value"])
    message: str = Field(examples=["`12x` is not an amount"])
    help: str = Field(examples=["write digits with at most one sign and one currency"])


class ProblemDetails(BaseModel):
    """A problem (RFC 9457). `type` names its kind; `errors` the fields at fault, where there are any."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    type: str = Field(examples=["urn:meed:problem:bad-fact"])
    title: str = Field(examples=["The fact cannot be used"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["correct `fact.value`"])
    errors: list[FieldError] | None = None


class PolicyNamed(Shape):
    """A policy by name, version and the hash of its meaning."""

    name: str
    version: str
    hash: str = Field(examples=[_HASH])


# --- decisions -----------------------------------------------------------------------------------------------


class DecisionRequest(Shape):
    """A fact to decide. The same `request_id` gives the same answer for ever."""

    request_id: RequestId
    fact: Annotated[
        dict[str, Any],
        Field(
            description="the columns of the fact that the policy reads, as docs/facts.md has them; amounts as texts. "
            "The column that dates it may be left out: it is then the moment of the decision"
        ),
    ]
    at: Annotated[
        str | None,
        Field(
            description="the moment of the decision, ISO 8601; without an offset by the clocks of the policy's time "
            "zone; now where it is left out"
        ),
    ] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"request_id": "crm-81720", "fact": {"id": "L00001", "value": "15800.00", "region": "North"}},
                {
                    "request_id": "crm-81721",
                    "fact": {"id": "L00002", "value": "310000.00", "region": "East"},
                    "at": "2026-04-01T09:30:00+08:00",
                },
            ]
        }
    )


class DecisionAnswer(Shape):
    """Who gets the fact (`rep`), or which desk holds it (`held`); one of the two is null."""

    decision_id: str = Field(examples=["De6da0817f0bd"])
    rep: str | None = Field(examples=["R007"])
    held: str | None
    rule: str = Field(examples=["otherwise"])
    strategy: str = Field(examples=["round_robin"])
    policy_hash: str = Field(examples=[_HASH])
    because: str = Field(examples=[_BECAUSE])

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "decision_id": "De6da0817f0bd",
                    "rep": "R007",
                    "held": None,
                    "rule": "otherwise",
                    "strategy": "round_robin",
                    "policy_hash": _HASH,
                    "because": _BECAUSE,
                },
                {
                    "decision_id": "D3880e4089b54",
                    "rep": None,
                    "held": "ops desk",
                    "rule": "otherwise",
                    "strategy": "hold",
                    "policy_hash": _HASH,
                    "because": 'otherwise: nobody could take it, so it is held at "ops desk"',
                },
            ]
        }
    )


class Derived(Shape):
    """A part of a derivation as the engine recorded it: an older or newer one may say more."""

    model_config = ConfigDict(extra="allow")


class SkippedRule(Derived):
    """A rule that did not apply, with the condition that failed."""

    rule: str
    because: str


class Refused(Derived):
    """Reps whom a step of a rule could not consider: the first condition that failed, and its place."""

    because: str
    place: str
    reps: list[str]


class StandingsShown(Derived):
    """The columns of a turn, a place for each rep; shares and credits in 1/`scale` of a lead.

    With its share, each has that much more credit than before; the winner then pays `scale` times the value.
    """

    reps: list[str]
    weights: list[str]
    shares: list[Exact]
    credits_before: list[Exact]


class TurnShown(Derived):
    """A turn of a shared pool: the largest credit after this share wins."""

    pool: str
    scale: Exact
    winner: str
    runner_up: str | None
    tie: list[str]
    value: Exact | None = None
    manual: bool | None = None
    standings: StandingsShown


class DrawShown(Derived):
    """A draw: HMAC-SHA256 of `record` under the key of its period; see docs/fairness.md."""

    record: str
    ticket: Exact
    tickets: Exact
    counter: int
    digest: str


class CardShown(Derived):
    """A card of a deck: `laid` out from `record`, which card of which deck; `again`: it had been given back."""

    record: str
    laid: str
    deck: int
    card: int
    cards: int
    again: bool | None = None


class BandShown(Derived):
    """A fairness band: its size, who would stay within it, and who is owed more than it."""

    size: Exact
    inside: list[str]
    overdue: list[str]


class CountsShown(Derived):
    """What this one counts, where value is shared out."""

    what: str
    value: str
    currency: str | None = None
    per: int | None = None


class FurtherMeasure(Derived):
    """What was compared among those who were alike in all measures before it."""

    strategy: str
    what: str
    measured: dict[str, str]


class BeganShown(Derived):
    """Who came new into a pool, or came back after long, and with which credit."""

    rep: str
    at: str
    back: bool
    credit: Exact


class ChoiceTried(Derived):
    """A choice: who could take it, in the declared order, who could not, and how one was chosen.

    `measured`: the weight or measure of each.
    """

    place: str
    strategy: str
    eligible: list[str]
    refused: list[Refused]
    measured: dict[str, str] | None = None
    further: list[FurtherMeasure] | None = None
    turn: TurnShown | None = None
    draw: DrawShown | None = None
    card: CardShown | None = None
    band: BandShown | None = None
    counts: CountsShown | None = None
    began: list[BeganShown] | None = None


class GroupTried(ChoiceTried):
    """The choice of a group of reps before that of a rep: `of` what its reps share; the rest tells of groups.

    `members`: of each group that contended, the reps who could take it.
    """

    of: str
    chosen: str
    members: dict[str, list[str]]


class StepTried(ChoiceTried):
    """A step of a rule, and how a rep was chosen; `group`: of which group, where one was chosen first."""

    group: GroupTried | None = None


class LotShown(Derived):
    """A lot of the fact: ticket / tickets is what the policy reads, drawn with the key of when the fact `came`."""

    name: str
    ticket: Exact
    tickets: Exact
    came: int = Field(description="in seconds by the clocks of the policy's time zone")
    record: str
    counter: int
    digest: str


class LogPlace(Shape):
    """Where a decision stands in the log, and the hashes that chain it to the one before."""

    number: int
    recorded: str = Field(description="when it was recorded, in UTC", examples=["2026-04-01T01:30:00Z"])
    previous_hash: str
    hash: str


_EXPLAINED: dict[str, Any] = {
    "decision_id": "De6da0817f0bd",
    "rep": "R007",
    "held": None,
    "rule": "otherwise",
    "strategy": "round_robin",
    "policy_hash": _HASH,
    "because": "otherwise: 2 of the 2 who could take it were owed most (+0.500 of a lead), and R007 is first of them "
    "in the declared order",
    "request_id": "crm-81720",
    "point": "lead",
    "key": "L00001",
    "at": "2026-04-01T09:30:00+08:00",
    "sequence": 1,
    "place": "field_sales.meed:14:3",
    "facts_hash": "3120000104fe469b9b7a4961ef4e87d40066ecb0c45fb0c48f64bc5475d56752",
    "fact": {"id": "L00001", "value": "15800.00", "region": "North"},
    "skipped_rules": [{"rule": "key_account", "because": "lead.value is 15,800.00 CNY, below 300,000.00 CNY"}],
    "tried": [
        {
            "place": "field_sales.meed:14:3",
            "strategy": "round_robin",
            "eligible": ["R007", "R008"],
            "refused": [
                {
                    "because": "rep.hired is 2026-06-08, after today (2026-04-01)",
                    "place": "field_sales.meed:6:9",
                    "reps": ["R009"],
                }
            ],
            "turn": {
                "pool": "lead/otherwise/1",
                "scale": "1000",
                "winner": "R007",
                "runner_up": "R008",
                "tie": ["R007", "R008"],
                "standings": {
                    "reps": ["R007", "R008"],
                    "weights": ["1", "1"],
                    "shares": ["500", "500"],
                    "credits_before": ["0", "0"],
                },
            },
        }
    ],
    "log": {
        "number": 1,
        "recorded": "2026-04-01T01:30:00.125Z",
        "previous_hash": "273e1daf6f8900bb7013582f9e7154ab6ba7aca253b141c6d87275182e6e016b",
        "hash": "6004fc51f3a9c26277fc9629df243a57475a8e002512c9ce93a9af56815f0103",
    },
}


class DecisionExplained(DecisionAnswer):
    """A decision with everything that led to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXPLAINED]})

    request_id: str
    point: str = Field(examples=["lead"])
    key: str = Field(examples=["L00001"])
    at: str = Field(description="by the clocks of the policy's time zone", examples=["2026-04-01T09:30:00+08:00"])
    sequence: int = Field(description="the how manieth decision at this point")
    place: str = Field(description="where the policy says so", examples=["field_sales.meed:14:3"])
    facts_hash: str
    fact: dict[str, Any] = Field(description="as it was sent")
    skipped_rules: list[SkippedRule]
    lots: list[LotShown] | None = Field(
        None, description="of the fact, whatever came of them; left out where none is read"
    )
    tried: list[StepTried]
    lapses: str | None = Field(default=None, description="of an offer, or a step by claim: until when it stands")
    lapses_because: str | None = Field(default=None, description="of an offer that stands for a working time: how so")
    log: LogPlace
