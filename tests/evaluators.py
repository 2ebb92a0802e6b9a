"""One policy over one set of facts, by both evaluators, in a form in which the two can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from meed.dsl import check
from meed.dsl import checked as c
from meed.dsl.schema import VERSION_COLUMNS
from meed.engine.arrays.exact import Column
from meed.engine.arrays.rounding import step_of
from meed.engine.calendar.periods import Period
from meed.engine.calendar.windows import of_period
from meed.engine.columns.columnar import Columns
from meed.engine.facts import Facts, SetCells, TextCells
from meed.engine.frames import Frame
from meed.engine.intake.intake import RawTable, take_in
from meed.engine.pay.released import parts_of_line
from meed.engine.pay.simulation import Run
from meed.engine.pay.statement import Statement
from meed.engine.pay.statements import statements
from meed.engine.scalars.scalar import Env, Evaluator

__all__ = ["Line", "Outcome", "by_columns", "by_statements", "checked", "facts_of", "value_by_both", "values_by_both"]

Table: TypeAlias = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, order=True)
class Line:
    """Where a line stands; `row` is the key of the row that carries it, empty where none does."""

    rep: str
    period: str
    scheme: str
    component: str
    kind: str
    row: str


@dataclass(frozen=True)
class Outcome:
    """Amounts in minor units by line, every award, and who is in which scheme when.

    `parts`: the days on which a line may be paid, and how much. `balances`: rep, period, scheme, component, before,
    after, where one of the two is not zero.
    """

    lines: dict[Line, int]
    awards: list[tuple[str, str, str, str, str]]
    members: set[tuple[str, str, str]]
    parts: dict[Line, list[tuple[int, int]]] = field(default_factory=dict[Line, list[tuple[int, int]]])
    balances: list[tuple[str, str, str, str, int, int]] = field(
        default_factory=list[tuple[str, str, str, str, int, int]]
    )


def checked(text: str) -> c.Policy:
    """The policy of a text that has no error."""
    outcome = check(text)
    assert outcome.policy is not None, "\n".join([text, *(f"{d.code}: {d.message}" for d in outcome.diagnostics)])
    return outcome.policy


def facts_of(policy: c.Policy, tables: Mapping[str, Table]) -> Facts:
    """Facts of which no row may be set aside; kinds that the policy reads and are not given have no rows."""
    raw = {kind: RawTable(f"{kind}.csv", dict(table)) for kind, table in tables.items()}
    needed = {
        kind: policy.reads.get(kind, frozenset())
        | (frozenset(raw[kind].columns if kind in raw else ()) - frozenset(VERSION_COLUMNS))
        for kind in {*policy.reads, *raw}
    }
    facts, report = take_in(
        raw, policy.kinds, needed, currency=policy.currency, timezone=policy.timezone,
        empty=frozenset(policy.kinds),
    )  # fmt: skip
    assert not report.refuses(strict=True), "\n".join(report.lines())
    return facts


def year_of(policy: c.Policy, year: int = 2026) -> Period:
    """A year of the policy's calendar."""
    return Period("year", year, 1, policy.calendar)


def by_columns(run: Run) -> Outcome:
    """What a columnar run gives."""
    table, reps = run.lines, run.facts.table("rep").keys
    lines: dict[Line, int] = {}
    for at in range(len(table)):
        line = _line_at(run, at)
        assert line not in lines, f"two lines of the same name: {line}"
        lines[line] = int(table.amount[at])
    awards = [(award.rep, award.period, award.scheme, award.title, award.to) for award in run.awards]
    members = {
        (reps[rep], str(cells.periods[period]), cells.scheme.name)
        for cells in run.members
        for rep, period in zip(cells.frame.rows["rep"].tolist(), cells.period.tolist(), strict=True)
    }
    names = [_line_at(run, at) for at in range(len(table))]
    parts: dict[Line, list[tuple[int, int]]] = {}
    payables = run.payables
    for at, day, amount in zip(payables.line.tolist(), payables.day.tolist(), payables.amount.tolist(), strict=True):
        parts.setdefault(names[at], []).append((day, amount))
    balances = [(b.rep, b.period, b.scheme, b.component, b.before, b.after) for b in run.balances]
    return Outcome(lines, sorted(awards), members, parts, sorted(balances))


def _line_at(run: Run, at: int) -> Line:
    """The name of a line of a run."""
    table, reps = run.lines, run.facts.table("rep").keys
    kind, row = table.kinds[table.kind[at]], int(table.row[at])
    return Line(
        reps[table.rep[at]], str(table.periods[table.period[at]]), table.schemes[table.scheme[at]],
        table.components[table.component[at]], kind, run.facts.table(kind).keys[row] if kind else "",
    )  # fmt: skip


def by_statements(policy: c.Policy, facts: Facts, period: Period) -> Outcome:
    """What the scalar evaluator gives; the lines of every component add up to its amount."""
    reps = facts.table("rep").keys
    outcome = Outcome({}, [], set())
    ev = Evaluator(policy, facts)
    for made in statements(policy, facts, period):
        rep, inner, scheme = reps[made.rep], str(made.period), made.scheme.name
        outcome.members.add((rep, inner, scheme))
        for line in made.lines:
            row = facts.table(line.kind).keys[line.row] if line.kind else ""
            place = Line(rep, inner, scheme, line.component, line.kind, row)
            assert place not in outcome.lines, f"two lines of the same name: {place}"
            outcome.lines[place] = line.amount
            parts = parts_of_line(ev, made.scheme, line, made.rep, made.period, period.end, step_of(policy))
            assert sum(part.amount for part in parts) == line.amount
            outcome.parts[place] = [(part.day, part.amount) for part in parts]
        for one in made.balances:
            if one.before or one.after:
                outcome.balances.append((rep, inner, scheme, one.component, one.before, one.after))
        for title, to in made.awards:
            outcome.awards.append((rep, inner, scheme, title, reps[to] if to is not None else ""))
        _check_sums(made)
    return replace(outcome, awards=sorted(outcome.awards), balances=sorted(outcome.balances))


def _check_sums(made: Statement) -> None:
    sums = {name: 0 for name, _ in made.amounts}
    for line in made.lines:
        sums[line.component] += line.amount
    assert sums == dict(made.amounts)


def values_by_both(policy: c.Policy, facts: Facts, name: str, periods: Sequence[Period]) -> tuple[list[Any], list[Any]]:
    """The values of a let of every rep in every period, by the yardstick and by columns."""
    node, reps = _read(policy, name), len(facts.table("rep"))
    windows = [of_period(period) for period in periods]
    ev = Evaluator(policy, facts)
    single = [ev.value(node, Env({"rep": rep}, *window)) for rep in range(reps) for window in windows]
    start, end = np.array(windows * reps, dtype=np.int64).reshape(-1, 2).T
    rows = np.repeat(np.arange(reps, dtype=np.int64), len(periods))
    return single, _plain(Columns(policy, facts).value(node, Frame({"rep": rows}, start, end)))


def value_by_both(policy: c.Policy, facts: Facts, name: str, key: str, period: Period) -> Any:
    """The value of a let or account of a row (key empty: of no row) in a period, which both evaluators agree on."""
    node = _read(policy, name)
    kind = next((part.var for part in c.walk(node) if isinstance(part, c.Subject)), None)
    rows: dict[str, int] = {}
    if kind is not None:
        row = facts.table(kind).row(key)
        assert row is not None, f"`{key}` is no {kind}"
        rows[kind] = row
    start, end = of_period(period)
    single = Evaluator(policy, facts).value(node, Env(rows, start, end))
    frame = Frame(
        {kind: np.array([row], dtype=np.int64) for kind, row in rows.items()},
        np.array([start], dtype=np.int64),
        np.array([end], dtype=np.int64),
    )
    assert _plain(Columns(policy, facts).value(node, frame)) == [single]
    return single


def _read(policy: c.Policy, name: str) -> c.Expr:
    window = c.Window("scope")
    if name in policy.lets:
        let = policy.lets[name]
        args = tuple(c.Subject(c.Type("ref", kind=kind), kind) for kind in let.params)
        return c.LetRead(let.value.type, name, args, window)
    if name in policy.targets:
        target = policy.targets[name]
        return c.ReadTarget(target.type, name, c.Subject(c.Type("ref", kind=target.kind), target.kind), window)
    account = policy.accounts[name]
    subject = c.Subject(c.Type("ref", kind=account.recipient), account.recipient)
    return c.ReadAccount(account.type, name, subject, window)


def _plain(values: Any) -> list[Any]:
    """Columnar values as the yardstick gives them."""
    if isinstance(values, Column):
        return values.to_fractions()
    if isinstance(values, SetCells):
        return list(values.values)
    if isinstance(values, TextCells):
        return [values.words[code] if code >= 0 else None for code in values.codes.tolist()]
    if values.dtype == np.bool_:
        return values.tolist()
    return [row if row >= 0 else None for row in values.tolist()]
