"""What goes over the wire: requests and answers, strict; amounts of money and exact numbers are texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AwardMade", "Commitment", "Commitments", "DecisionAnswer", "DecisionExplained", "DecisionRequest", "FactsReport",
    "FieldError", "Health", "PolicyShown", "PolicyList", "ProblemDetails", "SimulationAnswer", "SimulationReport",
    "SimulationRequest",
]  # fmt: skip

_HASH = "c1bd3fdd6b03c10864b3fc49799c27d068f7a01ae67b21db648c949b2c24fb3b"
_BECAUSE = "otherwise: R007 had the largest credit (+0.714) of 3 eligible"
Amount = Annotated[str, Field(description="an amount in the main unit, exact", examples=["1200.50"])]
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


# --- decisions -----------------------------------------------------------------------------------------------


class DecisionRequest(Shape):
    """A fact to decide. The same `request_id` gives the same answer for ever."""

    request_id: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$", description="yours, one for each decision")
    ]
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
    held: str | None = Field(examples=[None])
    rule: str = Field(examples=["otherwise"])
    strategy: str = Field(examples=["round_robin"])
    policy_hash: str = Field(examples=[_HASH])
    because: str = Field(examples=[_BECAUSE])


class SkippedRule(Shape):
    """A rule that did not apply, with the condition that failed."""

    rule: str
    because: str


class CandidateSeen(Shape):
    """A rep as a step of a rule saw it; where not eligible, the first condition that failed and its place."""

    rep: str
    eligible: bool
    because: str | None = None
    place: str | None = None


class Measured(Shape):
    """A rep's weight or measure."""

    rep: str
    value: str


class StandingShown(Shape):
    """A rep's line of a turn; share and credits in 1/`scale` of a lead."""

    rep: str
    weight: str
    share: Exact
    credit_before: Exact
    credit_after_share: Exact
    credit_after: Exact


class TurnShown(Shape):
    """A turn of a shared pool: the largest credit after this share wins."""

    pool: str
    scale: Exact
    winner: str
    runner_up: str | None
    tie: list[str]
    standings: list[StandingShown]


class DrawShown(Shape):
    """A draw: HMAC-SHA256 of `record` under the key of its period; see docs/fairness.md."""

    record: str
    ticket: Exact
    tickets: Exact
    counter: int
    digest: str


class StepTried(Shape):
    """A step of a rule: its candidates, and how one was chosen."""

    place: str
    strategy: str
    candidates: list[CandidateSeen]
    measured: list[Measured] | None = None
    turn: TurnShown | None = None
    draw: DrawShown | None = None


class LogPlace(Shape):
    """Where a decision stands in the log, and the hashes that chain it to the one before."""

    number: int
    recorded: str = Field(description="when it was recorded, in UTC", examples=["2026-04-01T01:30:00Z"])
    previous_hash: str
    hash: str


class DecisionExplained(DecisionAnswer):
    """A decision with everything that led to it."""

    request_id: str
    point: str = Field(examples=["lead"])
    key: str = Field(examples=["L00001"])
    at: str = Field(description="by the clocks of the policy's time zone", examples=["2026-04-01T09:30:00+08:00"])
    sequence: int = Field(description="the how manieth decision at this point")
    place: str = Field(description="where the policy says so", examples=["field_sales.meed:14:3"])
    facts_hash: str
    fact: dict[str, Any] = Field(description="as it was sent")
    skipped_rules: list[SkippedRule]
    tried: list[StepTried]
    log: LogPlace


# --- simulations ---------------------------------------------------------------------------------------------


class SimulationRequest(Shape):
    """A period, and facts as rows for each kind; without `facts`, those that the service has loaded."""

    period: Annotated[str, Field(description="`2026`, `2026-H1`, `2026-Q2`, `2026-04`, ...")]
    facts: dict[str, list[dict[str, Any]]] | None = None
    strict: Annotated[bool, Field(description="refuse where any row cannot be used, instead of reporting it")] = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"period": "2026-Q2"},
                {
                    "period": "2026-Q2",
                    "facts": {
                        "rep": [{"id": "Li", "type": "competitive", "quota": "1000000.00"}],
                        "deal": [
                            {"id": "D1", "owner": "Li", "amount": "1200000.00", "stage": "won", "closed": "2026-04-10"}
                        ],
                    },
                },
            ]
        }
    )


class LinePaid(Shape):
    """A line of a statement; `deal` is the key of the row that carries it, of whatever kind, null where none does."""

    line_id: str = Field(examples=["L5f0a1b2c3d4e"])
    rep: str
    period: str
    scheme: str
    component: str
    deal: str | None
    amount: Amount
    currency: str


class StatementTotal(Shape):
    """What a rep earns in a period; zero is said too."""

    rep: str
    period: str
    total: Amount
    currency: str


class AwardMade(Shape):
    """Recognition that is not money."""

    rep: str
    period: str
    scheme: str
    award: str
    to: str


class PolicyNamed(Shape):
    """A policy by name, version and the hash of its meaning."""

    name: str
    version: str
    hash: str = Field(examples=[_HASH])


class RowsCounted(Shape):
    """Rows in = rows used + rows reported."""

    file: str = Field(description="the file, or `facts.KIND` for rows of the request")
    kind: str
    rows_in: int
    rows_used: int
    rows_reported: int


class RowProblem(Shape):
    """A row that was set aside; rows are counted as people count them."""

    file: str
    row: int
    column: str
    value: str
    message: str
    help: str
    severity: Literal["error", "note"]


class FileRefused(Shape):
    """A file that cannot be used at all."""

    file: str
    message: str
    help: str
    column: str


class FactsReport(Shape):
    """What became of the rows."""

    hash: str
    files: list[RowsCounted]
    refusals: list[FileRefused]
    problems: list[RowProblem]
    notes: list[str]


class SimulationReport(Shape):
    """What the run read and what it could not pay; `by_type` is by type of rep."""

    policy: PolicyNamed
    facts: FactsReport
    period: str
    currency: str
    total: Amount
    by_type: dict[str, Amount]
    lines: int
    remarks: list[str]


class SimulationAnswer(Shape):
    """Statements of every rep for every period in the one asked for."""

    lines: list[LinePaid]
    summary: list[StatementTotal]
    awards: list[AwardMade]
    report: SimulationReport


# --- the service itself --------------------------------------------------------------------------------------


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


class PolicyList(Shape):
    """The policies that the service runs; one, so far."""

    policies: list[PolicyShown]


class Commitment(Shape):
    """The SHA-256 of a period's key of draws, published before; the key itself a day after the period's end."""

    period: str = Field(examples=["2026-04"])
    state: Literal["past", "current", "coming"]
    commitment: str
    key: str | None = Field(description="in hexadecimal digits; null until it may be known")


class Commitments(Shape):
    """All periods from the first start of the service to a year from now."""

    periods: list[Commitment]


class Health(Shape):
    """The service can decide: its policy is loaded and its log takes entries."""

    status: Literal["ok"]
    policy: PolicyNamed
    points: list[str]
    database: Literal["writable"]
    decisions: int
