"""A rep's statement for a period as a model: what pages, workbooks and tables are made of.

Amounts are those of the run; how they came about is told by the explainer, which works each out a second time. The two
must agree, or there is no statement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..dsl import checked as c
from ..dsl.currency import minor_digits
from ..dsl.types import MONEY
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.calendar.periods import Period
from ..engine.calendar.windows import days_in_force, of_period
from ..engine.derivations.explanation import Explainer
from ..engine.derivations.line_derivation import RowCredit
from ..engine.derivations.reason import first_reason
from ..engine.pay.line_table import line_id
from ..engine.pay.open_balances import OpenBalance
from ..engine.pay.payables import HELD
from ..engine.pay.simulation import Run
from ..engine.pay.statement import Line, Statement
from ..engine.wording.phrases import say, say_receiver
from ..engine.wording.wording import exact_text
from .payout_totals import rep_text

__all__ = ["Basis", "Due", "Page", "PageComponent", "PageLine", "PageMaker"]

Plain = dict[str, Any]
_TOTAL = "total"

State = Literal["payable", "scheduled", "held"]
_STATES: tuple[State, ...] = ("payable", "scheduled", "held")


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line: the row that carries it (its kind and key; empty where none does), when it counted and what it credited.

    `credited` is in words, `exact` for programs, in the `unit` of its account (money in minor units). `because`: the
    step from the component to this line; None where the line is all of it. `due`: the parts in which it may be paid,
    where that is otherwise than with its period.
    """

    id: str
    kind: str
    key: str
    day: str
    credited: str
    exact: str
    unit: str
    amount: int
    because: Plain | None
    due: tuple[Plain, ...]

    @property
    def steps(self) -> tuple[Plain, ...]:
        """All that a line opens into."""
        return (*(() if self.because is None else (self.because,)), *self.due)


@dataclass(frozen=True, slots=True)
class PageComponent:
    """A component: its amount in minor units, the derivation, its lines, and the first reason where it is nothing."""

    scheme: str
    name: str
    place: str
    amount: int
    steps: tuple[Plain, ...]
    lines: tuple[PageLine, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """A part of what was earned, in minor units: payable by the end of the period, scheduled for a day, or held."""

    state: State
    day: int
    amount: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What an account counts: which value of which row, on which date, to whom, when."""

    account: str
    kind: str
    value: str
    on: str
    to: str
    when: str
    place: str


@dataclass(frozen=True, slots=True)
class Page:
    """A statement; `total` in minor units. `reasons`: why no scheme pays the rep, where none does.

    `details`: what is known of the rep, by column. `awards`: titles, and who receives them.
    """

    rep: str
    details: tuple[tuple[str, str], ...]
    period: Period
    total: int
    components: tuple[PageComponent, ...]
    awards: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    basis: tuple[Basis, ...]
    dues: tuple[Due, ...]
    balances: tuple[OpenBalance, ...]

    @property
    def lines(self) -> tuple[PageLine, ...]:
        """All lines, by component."""
        return tuple(line for component in self.components for line in component.lines)

    def detail(self, column: str) -> str:
        """What is known of the rep; empty where it is not."""
        return dict(self.details).get(column, "")


class PageMaker:
    """Makes the statements of a run, in a language.

    `whole`: each line with all of its derivation, also that which the line before it has, too.
    """

    def __init__(self, run: Run, language: str = "en", *, whole: bool = False) -> None:
        self.run = run
        self.policy = run.policy
        self._whole = whole
        self.explainer = Explainer(run.policy, run.facts, language)
        self.voice = self.explainer.teller.voice
        self._schemes = _schemes_by_place(run)
        self._windows = _windows_by_rep(run)
        self._paid = _lines_by_place(run)
        self._awards: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._parts = _parts_by_place(run)
        self._balances: dict[tuple[str, str], list[OpenBalance]] = {}
        for balance in run.balances:
            self._balances.setdefault((balance.rep, balance.period), []).append(balance)
        for award in run.awards:
            self._awards.setdefault((award.rep, award.period), []).append((award.title, award.to))

    @property
    def places(self) -> list[tuple[int, Period]]:
        """Rep (row) and period of every statement, in order; somebody whom no scheme pays has one for the whole run."""
        there = {rep for rep, _ in self._schemes}
        nobody = [(rep, self.run.period) for rep in range(len(self.run.facts.table("rep"))) if rep not in there]
        return sorted([*self._schemes, *nobody])

    def page(self, rep: int, period: Period) -> Page:
        """The statement of a rep (by row) and period."""
        key = self.run.facts.table("rep").keys[rep]
        made = [self.explainer.statement(rep, scheme, period) for scheme in self._schemes.get((rep, period), ())]
        paid = dict(self._paid.get((rep, period), {}))
        components = tuple(
            self._component(one, name, amount, key, paid) for one in made for name, amount in one.amounts
        )
        if paid:
            raise _disagreement(key, period, f"lines {sorted(paid)} are paid, and not explained")
        total = sum(component.amount for component in components)
        details = [(name, rep_text(self.run, rep, name)) for name in ("name", "type", "team", "region", "role")]
        return Page(
            rep=key,
            details=tuple((name, text) for name, text in details if text),
            period=period,
            total=total,
            components=components,
            awards=tuple(self._awards.get((key, str(period)), ())),
            reasons=() if made else self._reasons(rep, period),
            remarks=(*self._approval(total), *self._remarks(rep, period)),
            basis=tuple(
                self._basis(source) for name in _accounts(made) for source in self.policy.accounts[name].sources
            ),
            dues=_dues(self._parts.get((rep, period), []), period.end - 1) if self.run.releases else (),
            balances=tuple(self._balances.get((key, str(period)), ())),
        )

    # --- components ------------------------------------------------------------------------------------------

    def _component(
        self, made: Statement, name: str, amount: int, rep: str, paid: dict[tuple[str, str, str, int], int]
    ) -> PageComponent:  # fmt: skip
        steps = self.explainer.steps(made, name)
        lines: list[PageLine] = []
        for line in made.lines:
            if line.component == name:
                there = paid.pop((made.scheme.name, name, line.kind, line.row), None)
                if there != line.amount:
                    raise _disagreement(rep, made.period, f"`{name}` of {line.kind} {line.row}: {there}, {line.amount}")
                lines.append(self._line(made, line, rep))
        pay = made.scheme.pay(name)
        span = pay.span if pay is not None else (made.scheme.total or made.scheme).span
        reason = "" if amount or name == _TOTAL else first_reason(steps, self.voice)
        place = self.policy.place(span)
        return PageComponent(made.scheme.name, name, place, amount, tuple(steps), tuple(lines), reason)

    def _line(self, made: Statement, line: Line, rep: str) -> PageLine:
        key = self.explainer.key_of(line)
        credit, unit = self._credit(made, line)
        day = format_day(credit.time // SECONDS_PER_DAY) if credit is not None else ""
        return PageLine(
            id=line_id(rep, str(made.period), made.scheme.name, line.component, line.kind, key),
            kind=line.kind,
            key=key,
            day=day,
            credited=self.explainer.teller.shown(credit.own, unit) if credit is not None else "",
            exact=str(exact_text(credit.own)) if credit is not None else "",
            unit=unit.name if unit is not None else "",
            amount=line.amount,
            because=self.explainer.part(made, line, whole=self._whole),
            due=tuple(self.explainer.due(made, line, self.run.period)),
        )

    def _credit(self, made: Statement, line: Line) -> tuple[RowCredit | None, c.Type | None]:
        pay = made.scheme.pay(line.component)
        if line.row < 0 or pay is None or pay.account is None:
            return None, None
        first, *more = self.explainer.rows(made, pay).credits[line.kind, line.row]
        whole = replace(first, own=sum((credit.own for credit in more), first.own)) if more else first
        return whole, self.policy.accounts[pay.account].type

    # --- words -----------------------------------------------------------------------------------------------

    def _basis(self, account: c.Account) -> Basis:
        currency, language = self.policy.currency, self.explainer.language
        people = (say_receiver(receiver, currency, language) for receiver in account.receivers)
        return Basis(
            account=account.name,
            kind=account.kind,
            value=say(account.value, currency, language),
            on=say(account.on, currency, language) if account.on is not None else "",
            to=self.voice("joined").join(people),
            when=say(account.when, currency, language) if account.when is not None else "",
            place=self.policy.place(account.span),
        )

    def _reasons(self, rep: int, period: Period) -> tuple[str, ...]:
        """Why no scheme pays a rep in a period."""
        world = self.explainer.ev.world
        if not world.employed(rep, period.start, period.end - 1):
            return (self.voice("why.not_employed"),)
        language, currency = self.explainer.language, self.policy.currency
        return tuple(
            self.voice("why.not_in_group", scheme=scheme.name, group=say(scheme.group, currency, language))
            for scheme in self.policy.schemes
            if scheme.group is not None
        )

    def _approval(self, total: int) -> tuple[str, ...]:
        """That somebody has to approve a statement, where the policy asks for it."""
        above = self.policy.approval_above
        if above is None:
            return ()
        limit = above * 10 ** minor_digits(self.policy.currency)
        return (self.voice("why.approval", limit=self.explainer.teller.shown(limit, MONEY)),) if total > limit else ()

    def _remarks(self, rep: int, period: Period) -> tuple[str, ...]:
        """Credits of the rep in the run that no scheme pays, said once: on the rep's last statement."""
        windows = self._windows.get(rep, [])
        last = max((other for owner, other in self._schemes if owner == rep), default=self.run.period)
        if period != last:
            return ()
        start, end = days_in_force(self.policy.effective, *of_period(self.run.period))
        made: list[str] = []
        for name in _accounts_of(self.policy.schemes):
            account = self.policy.accounts[name]
            if account.recipient != "rep":
                continue
            found = [
                posting
                for posting in self.explainer.ev.book.of(name, rep).between(start, end)
                if not any(first <= posting.time < after for first, after in windows)
            ]
            if found:
                value = self.explainer.teller.shown(sum(posting.value for posting in found), account.type)
                made.append(self.voice("why.unclaimed", count=str(len(found)), account=name, value=value))
        return tuple(made)


def _disagreement(rep: str, period: Period, what: str) -> RuntimeError:
    return RuntimeError(f"the explanation of {rep} in {period} is not what is paid: {what}")


def _accounts(made: list[Statement]) -> list[str]:
    """The accounts that the components of some statements follow, by name."""
    return _accounts_of(tuple(one.scheme for one in made))


def _accounts_of(schemes: tuple[c.Scheme, ...]) -> list[str]:
    pays = (part for scheme in schemes for part in scheme.pays)
    return sorted({part.account for part in pays if part.account is not None})


def _schemes_by_place(run: Run) -> dict[tuple[int, Period], list[c.Scheme]]:
    made: dict[tuple[int, Period], list[c.Scheme]] = {}
    for cells in run.members:
        reps: list[int] = cells.frame.rows["rep"].tolist()
        periods: list[int] = cells.period.tolist()
        # several stretches of one period have one statement
        for rep, period in dict.fromkeys(zip(reps, periods, strict=True)):
            made.setdefault((rep, cells.periods[period]), []).append(cells.scheme)
    return made


def _parts_by_place(run: Run) -> dict[tuple[int, Period], list[tuple[int, int]]]:
    """The parts in which lines fall due, by rep and period: the day, and the amount."""
    table, due = run.lines, run.payables
    reps: list[int] = table.rep.tolist()
    periods: list[int] = table.period.tolist()
    made: dict[tuple[int, Period], list[tuple[int, int]]] = {}
    rows: list[tuple[int, ...]] = list(zip(*(array.tolist() for array in (due.line, due.day, due.amount)), strict=True))
    for line, day, amount in rows:
        made.setdefault((reps[line], table.periods[periods[line]]), []).append((day, amount))
    return made


def _dues(parts: list[tuple[int, int]], last: int) -> tuple[Due, ...]:
    """What is payable by the last day of the period, on each later day, and on none that is known."""
    by_day: dict[tuple[int, int], int] = {}
    for day, amount in parts:
        place = (2, last) if day == HELD else (0, last) if day <= last else (1, day)
        by_day[place] = by_day.get(place, 0) + amount
    return tuple(Due(_STATES[state], day, by_day[state, day]) for state, day in sorted(by_day))


def _windows_by_rep(run: Run) -> dict[int, list[tuple[int, int]]]:
    """The stretches of time (in seconds) for which a scheme pays each rep."""
    made: dict[int, list[tuple[int, int]]] = {}
    for cells in run.members:
        frame = cells.frame
        windows: list[list[int]] = np.stack([frame.rows["rep"], frame.start, frame.end], axis=1).tolist()
        for rep, start, end in windows:
            made.setdefault(rep, []).append((start, end))
    return made


def _lines_by_place(run: Run) -> dict[tuple[int, Period], dict[tuple[str, str, str, int], int]]:
    """What is paid, by rep and period, then by scheme, component, kind and row."""
    table = run.lines
    made: dict[tuple[int, Period], dict[tuple[str, str, str, int], int]] = {}
    arrays = (table.rep, table.period, table.scheme, table.component, table.kind, table.row, table.amount)
    rows: list[tuple[int, ...]] = list(zip(*(array.tolist() for array in arrays), strict=True))
    for rep, period, scheme, component, kind, row, amount in rows:
        name = table.schemes[scheme], table.components[component], table.kinds[kind], row
        made.setdefault((rep, table.periods[period]), {})[name] = amount
    return made
