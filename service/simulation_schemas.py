"""Requests for simulations, and their answers; amounts of money are texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from .schemas import PolicyNamed, Shape

__all__ = ["AwardMade", "LinePaid", "SimulationAnswer", "SimulationReport", "SimulationRequest", "StatementTotal"]

Amount = Annotated[str, Field(description="an amount in the main unit, exact", examples=["1200.50"])]


class SimulationRequest(Shape):
    """A period, and facts as rows for each kind; without `facts`, those that the service has loaded."""

    period: Annotated[str, Field(description="`2026`, `2026-H1`, `2026-Q2`, `2026-04`, ...")]
    facts: dict[str, list[dict[str, Any]]] | None = None
    strict: Annotated[bool, Field(description="refuse where any row cannot be used, instead of reporting it")] = False
    known_by: Annotated[
        str | None, Field(description="as things were known at the end of this day, by the `known_at` of rows")
    ] = None

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


class RowsCounted(Shape):
    """Rows in = rows used + reported + superseded (by a row known later) + not known (by then)."""

    file: str = Field(description="the file, or `facts.KIND` for rows of the request")
    kind: str
    rows_in: int
    rows_used: int
    rows_reported: int
    rows_superseded: int
    rows_not_known: int


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


class MoneyFlow(Shape):
    """What was earned, and when it may be paid."""

    earned: Amount
    payable: Amount = Field(description="by the end of the period")
    scheduled: Amount = Field(description="on days after it")
    held: Amount = Field(description="until something happens that is not known yet")


class PartDue(Shape):
    """A part of a line and the day on which it may be paid."""

    line_id: str
    due: str | None = Field(description="none: held")
    amount: Amount
    currency: str


class BalanceOpen(Shape):
    """A draw, or a carried cap, that is open before or after a period."""

    rep: str
    period: str
    scheme: str
    component: str
    of: Literal["draw", "cap"]
    before: Amount
    after: Amount


class SimulationReport(Shape):
    """What the run read and what it could not pay."""

    policy: PolicyNamed
    facts: FactsReport
    period: str
    currency: str
    total: Amount
    by_type: dict[str, Amount] = Field(description="by type of rep; of those without one under the empty text")
    lines: int
    money_flow: MoneyFlow
    remarks: list[str]


class SimulationAnswer(Shape):
    """Statements of every rep for every period in the one asked for."""

    lines: list[LinePaid]
    summary: list[StatementTotal]
    awards: list[AwardMade]
    payables: list[PartDue]
    balances: list[BalanceOpen]
    report: SimulationReport
