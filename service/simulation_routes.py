"""Simulations over HTTP: a policy over a period, on facts that are sent along or those that are loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter

from ..dsl import checked as c
from ..engine.calendar.days import DayError, parse_day
from ..engine.calendar.periods import Period, PeriodError
from ..engine.facts import Facts
from ..engine.intake.intake_report import IntakeReport
from ..engine.intake.opening import FactsRefused, open_facts
from ..engine.intake.raw_table import RawTable
from ..engine.jobs import report_of
from ..engine.money import plain_amount
from ..engine.pay.simulation import Run, run
from ..engine.wording.spelling import did_you_mean
from .exact_request import Entrance, exact_route
from .loading import Loaded
from .problems import Problem, documented
from .schemas import FieldError
from .settings import Settings
from .simulation_schemas import (
    AwardMade,
    BalanceOpen,
    LinePaid,
    PartDue,
    SimulationAnswer,
    SimulationReport,
    SimulationRequest,
    StatementTotal,
)

__all__ = ["simulation_routes"]

_SENT = "facts."
_SENT_FILE = re.compile(r"facts\.(.*)", re.DOTALL)


def simulation_routes(
    loaded: Callable[[], Loaded], settings: Settings, entrance: Entrance, in_turn: CapacityLimiter
) -> APIRouter:
    """The routes that simulate. `in_turn`: what takes long happens one after the other."""
    router = APIRouter(route_class=exact_route(entrance, settings.most_bulk_bytes), tags=["simulations"])
    simulator = _Simulator(loaded, settings.most_rows)

    @router.post(
        "/v1/simulations",
        operation_id="simulate",
        summary="What does the policy pay?",
        responses=documented(
            "not-json", "nothing-to-simulate", "too-large", "not-json-type", "bad-request", "bad-facts"
        ),
    )
    async def simulate(body: SimulationRequest) -> SimulationAnswer:
        """Runs every scheme over a period and answers every line of every statement. Nothing is recorded."""
        return await to_thread.run_sync(simulator.answer, body, limiter=in_turn)

    return router


class _Simulator:
    """Runs simulations, on facts that are sent along or on the loaded ones, which are opened once."""

    def __init__(self, loaded: Callable[[], Loaded], most_rows: int) -> None:
        self._loaded_now, self._most_rows = loaded, most_rows
        self._lock = Lock()
        self._loaded = loaded()
        self._opened: tuple[Facts, IntakeReport] | None = None

    def answer(self, request: SimulationRequest) -> SimulationAnswer:
        with self._lock:
            self._follow()
            policy = self._loaded.policy
            if not policy.schemes:
                raise Problem("nothing-to-simulate", f"policy `{policy.name}` has no scheme: it pays nothing")
            period = _period(request.period, policy)
            try:
                facts, intake = self._facts(request)
                made = run(policy, facts, period)
            except FactsRefused as error:
                raise _refused(error.report) from None
            except PeriodError as error:
                raise _wrong_period(error) from None
            return _answer(made, report_of(policy, facts, intake, made))

    def _follow(self) -> None:
        """Another policy may be in force by now, with the same files as it reads them."""
        loaded = self._loaded_now()
        if loaded is not self._loaded:
            self._loaded, self._opened = loaded, None

    def _facts(self, request: SimulationRequest) -> tuple[Facts, IntakeReport]:
        known_by = _day(request.known_by)
        if request.facts is None:
            found = self._opened if known_by is None else self._loaded.open("simulate", known_by)
            if found is None:
                found = self._opened = self._loaded.open("simulate")
            self._must_fit(sum(len(table) for table in found[0].tables.values()), "the loaded facts have")
            if found[1].refuses(request.strict):
                raise FactsRefused(found[1])
            return found
        self._must_fit(sum(map(len, request.facts.values())), "the request has")
        _must_be_kinds(request.facts, self._loaded.policy.kinds)
        raw = {kind: _table(kind, rows) for kind, rows in request.facts.items() if rows}
        empty = frozenset(kind for kind, rows in request.facts.items() if not rows)
        strict = request.strict
        return open_facts(self._loaded.policy, raw, "simulate", strict=strict, empty=empty, known_by=known_by)

    def _must_fit(self, rows: int, whose: str) -> None:
        if rows > self._most_rows:
            detail = f"{whose} {rows:,} rows, at most {self._most_rows:,} are taken here; use `meed simulate` for more"
            raise Problem("too-large", detail, rows=rows, most_rows=self._most_rows)


def _must_be_kinds(sent: Iterable[str], kinds: Iterable[str]) -> None:
    unknown = [kind for kind in sent if kind not in kinds]
    if unknown:
        there = f"the policy has {', '.join(f'`{kind}`' for kind in kinds)}"
        errors = [
            FieldError(
                field=f"{_SENT}{kind}",
                message=f"there is no kind of fact `{kind}`",
                help=did_you_mean(kind, kinds) or there,
            )
            for kind in unknown
        ]
        raise Problem("bad-facts", f"correct {', '.join(f'`{error.field}`' for error in errors[:5])}", errors)


def _table(kind: str, rows: list[dict[str, Any]]) -> RawTable:
    columns = dict.fromkeys(name for row in rows for name in row)
    cells = {name: [row.get(name) for row in rows] for name in columns}
    return RawTable(f"{_SENT}{kind}", cells, range(1, len(rows) + 1))


def _period(text: str, policy: c.Policy) -> Period:
    try:
        return Period.parse(text, policy.calendar)
    except PeriodError as error:
        raise _wrong_period(error) from None


def _day(text: str | None) -> int | None:
    try:
        return None if text is None else parse_day(text)
    except DayError as error:
        message = str(error).removesuffix(f": {error.help}")
        wrong = FieldError(field="known_by", message=message, help="write it like `2026-04-05`")
        raise Problem("bad-request", "correct `known_by`", [wrong]) from None


def _wrong_period(error: PeriodError) -> Problem:
    message = str(error).removesuffix(f": {error.help}")
    return Problem("bad-request", "correct `period`", [FieldError(field="period", message=message, help=error.help)])


def _refused(report: IntakeReport) -> Problem:
    """Facts of which a file, or under `strict` a row, cannot be used."""
    errors = [
        FieldError(field=_place(found.file, found.column), message=found.message, help=found.help)
        for found in report.refusals
    ]
    errors += [
        FieldError(field=_place(found.file, found.column, found.row), message=found.message, help=found.help)
        for found in report.problems
    ]
    says = IntakeReport((), report.refusals, report.problems).lines(most=3)
    return Problem("bad-facts", "; ".join(says), errors)


def _place(file: str, column: str, row: int | None = None) -> str:
    """`facts.deal[0].amount` for rows of the request, `deals.csv row 17, amount` for those of files."""
    sent = _SENT_FILE.fullmatch(file)
    if sent is not None:
        return f"facts.{sent[1]}" + (f"[{row - 1}]" if row is not None else "") + (f".{column}" if column else "")
    return file + (f" row {row}" if row is not None else "") + (f", {column}" if column else "")


def _parts(made: Run) -> list[PartDue]:
    """When the lines may be paid; none where all are with their periods."""
    if not made.releases:
        return []
    return [
        PartDue(line_id=row[0], due=row[3] or None, amount=str(row[4]), currency=row[5])
        for row in made.payables_frame().itertuples(index=False, name=None)
    ]


def _answer(made: Run, report: Mapping[str, Any]) -> SimulationAnswer:
    currency = made.policy.currency
    lines, summary = made.lines_frame(), made.summary_frame()
    return SimulationAnswer(
        lines=[
            LinePaid(
                line_id=row[0], rep=row[1], period=row[2], scheme=row[3], component=row[4], deal=row[5] or None,
                amount=str(row[6]), currency=row[7],
            )
            for row in lines.itertuples(index=False, name=None)
        ],
        summary=[
            StatementTotal(rep=rep, period=period, total=str(total), currency=currency)
            for rep, period, total in summary.itertuples(index=False, name=None)
        ],
        awards=[
            AwardMade(rep=award.rep, period=award.period, scheme=award.scheme, award=award.title, to=award.to)
            for award in made.awards
        ],
        payables=_parts(made),
        balances=[
            BalanceOpen(
                rep=b.rep, period=b.period, scheme=b.scheme, component=b.component, of=b.of,
                before=plain_amount(b.before, currency), after=plain_amount(b.after, currency),
            )
            for b in made.balances
        ],
        report=SimulationReport.model_validate(report),
    )  # fmt: skip
