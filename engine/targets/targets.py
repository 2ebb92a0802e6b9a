"""The targets of a policy over a period as sheets: who, in which period, with totals, and where each goal is from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ...dsl import checked as c
from ..calendar.periods import Period, PeriodError, within
from ..facts import Facts
from ..money import minor_digits
from ..numbers.target_tables import Goal, GoalTable, Number, outer_period
from ..scalars.scalar import Evaluator
from ..scalars.scalar_targets import goal_of, tables_of
from ..wording.wording import Voice, show_value
from .goal_wording import say_goal

__all__ = ["TargetRow", "TargetSheet", "goal_text", "target_sheets"]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """The goals of one row of the target's kind: one for each period of the sheet."""

    row: int
    key: str
    group: str
    goals: tuple[Goal, ...]

    @property
    def total(self) -> Number:
        """Their sum."""
        return sum((goal.amount for goal in self.goals), Fraction(0))


@dataclass(frozen=True, slots=True, eq=False)
class TargetSheet:
    """A target over a period: its own periods that end in it, and everybody's goals, by group and key."""

    policy: c.Policy
    target: c.Target
    period: Period
    periods: tuple[Period, ...]
    rows: tuple[TargetRow, ...]
    remarks: tuple[str, ...]

    def column(self, at: int) -> Number:
        """The total of a period."""
        return sum((row.goals[at].amount for row in self.rows), Fraction(0))

    @property
    def total(self) -> Number:
        """The total of all."""
        return sum((row.total for row in self.rows), Fraction(0))

    def groups(self) -> dict[str, list[TargetRow]]:
        """The rows of each group; none where the target has no subtotals."""
        made: dict[str, list[TargetRow]] = {}
        for row in self.rows if _groups_of(self.target) is not None else ():
            made.setdefault(row.group, []).append(row)
        return made

    def because(self, row: TargetRow, at: int, language: str = "en") -> str:
        """Why a goal is what it is: its exact value, the step, and why it went up or down."""
        keys = {other.row: other.key for other in self.rows}
        voice = Voice.of(language, self.policy.currency)
        return say_goal(row.goals[at], self.target.type, voice, lambda number: keys.get(number, ""))

    def cells(self) -> Iterator[dict[str, str]]:
        """One plain row a goal, amounts in main units: target, its kind, group, period, goal, exact, step, why."""
        for row in self.rows:
            for at, (period, goal) in enumerate(zip(self.periods, row.goals, strict=True)):
                yield {
                    "target": self.target.name, self.target.kind: row.key, "group": row.group, "period": str(period),
                    "goal": goal_text(self.policy, self.target, goal.amount),
                    "exact": goal_text(self.policy, self.target, goal.exact),
                    "step": goal_text(self.policy, self.target, goal.unit) if goal.unit else "",
                    "why": self.because(row, at),
                }  # fmt: skip


def goal_text(policy: c.Policy, target: c.Target, value: Number) -> str:
    """A goal for programs: a decimal in main units, or a fraction where it has no end (`250000/3`)."""
    if target.type.name == "money":
        value = Fraction(value) / 10 ** minor_digits(target.type.currency or policy.currency)  # exact: fraction
    number = Fraction(value)
    for digits in range(7):
        scaled = number * 10**digits
        if scaled.denominator == 1:
            whole, part = divmod(abs(scaled.numerator), 10**digits)
            sign = "-" if number < 0 else ""
            return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"
    return str(number)


def _groups_of(target: c.Target) -> c.Expr | None:
    return target.value.subtotals if isinstance(target.value, c.Split) else None


def target_sheets(policy: c.Policy, facts: Facts, period: Period) -> list[TargetSheet]:
    """Every target over a period, in the order of the policy.

    Raises `PeriodError` where a target's own period is longer than the one asked for.
    """
    ev = Evaluator(policy, facts)
    return [_sheet(ev, target, period) for target in policy.targets.values()]


def _sheet(ev: Evaluator, target: c.Target, period: Period) -> TargetSheet:
    periods = _periods(target, period)
    rows: list[TargetRow] = []
    for row in range(ev.world.rows(target.kind)):
        if target.kind == "rep" and not ev.world.employed(row, period.start, period.end - 1):
            continue
        goals = tuple(goal_of(ev, target, row, inner.start) for inner in periods)
        rows.append(TargetRow(row, ev.world.key(target.kind, row), _group(ev, target, row, periods[-1]), goals))
    rows.sort(key=lambda one: (one.group, one.key))
    remarks = tuple(dict.fromkeys(_remarks(ev, target, periods)))
    return TargetSheet(ev.policy, target, period, periods, tuple(rows), remarks)


def _periods(target: c.Target, period: Period) -> tuple[Period, ...]:
    try:
        periods = within(period, target.per)
    except PeriodError:
        periods = []
    if not periods or (len(periods) == 1 and periods[0].end > period.end):
        problem = f"is shorter than the {target.per} of target `{target.name}`"
        raise PeriodError(str(period), problem, f"ask for a whole {target.per}")
    return tuple(periods)


def _group(ev: Evaluator, target: c.Target, row: int, last: Period) -> str:
    """The group that a row belongs to in the longer period of the last one shown; empty without subtotals."""
    if not isinstance(target.value, c.Split) or target.value.subtotals is None:
        return ""
    table = tables_of(ev, target, outer_period(target.value, target.per, last.start, ev.policy.calendar)).get(row)
    group = table.groups[table.rows.index(row)] if table is not None else None
    return "" if group is None else str(group)


def _remarks(ev: Evaluator, target: c.Target, periods: tuple[Period, ...]) -> Iterator[str]:
    """What a reader of the totals should know."""
    split = target.value
    if not isinstance(split, c.Split):
        return
    outers = {outer_period(split, target.per, inner.start, ev.policy.calendar): None for inner in periods}
    for outer in outers:
        tables = tables_of(ev, target, outer)
        if not tables:
            yield f"`{target.name}`: nobody takes part in {outer}, and nothing is shared"
        for table in dict.fromkeys(tables.values()):
            yield from _table_remarks(ev, target, outer, table)


def _table_remarks(ev: Evaluator, target: c.Target, outer: Period, table: GoalTable) -> Iterator[str]:
    currency = ev.policy.currency
    total, shared, unit = (
        show_value(value, target.type, currency) for value in (table.total, table.shared, table.unit)
    )
    if not table.shared and table.total:
        who = ", ".join(ev.world.key(target.kind, row) for row in table.rows[:5])
        yield f"`{target.name}`: nobody weighs anything in {outer}: {total} is shared among none of {who}"
    elif table.shared != table.total:
        yield f"`{target.name}`: {total} for {outer} is no whole number of steps of {unit}: {shared} is shared"
    below = [ev.world.key(target.kind, row) for row in table.below_zero]
    if below:
        yield f"`{target.name}`: weights below zero count as none in {outer}: {', '.join(below[:5])}"
    even = [ev.world.key(target.kind, row) for row in table.ties]
    if even:
        yield f"`{target.name}`: claims to the last steps are equal in {outer}, the lower key goes first: {_few(even)}"


def _few(keys: list[str]) -> str:
    """The first five keys, and how many more."""
    return ", ".join(keys) if len(keys) <= 5 else f"{', '.join(keys[:5])} and {len(keys) - 5} more"
