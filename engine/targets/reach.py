"""Whether a goal is challenging and can be reached: beside what was done before, and what the leads received can yield.

Three measures, all exact fractions of what the facts hold:

- *history*: the rep's own results in the periods of the same length before this one, and those of the rep's team;
- *yield*: leads given to the rep in the period, times what a lead brought the team before (amount won from leads by
  leads given), plus what the rep won without a lead in an average period (the team's average, where the rep has no
  history). Where deals name no lead, everything won counts as won from leads;
- *own yield*: the same at the rep's own conversion, where it rests on enough leads.

The verdict follows from `Thresholds`, which every report says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..calendar.periods import Period
from ..calendar.windows import BEGINNING
from ..facts import Facts, RefCells
from ..numbers.target_tables import Number
from ..scalars.book import Posting
from ..scalars.scalar import Evaluator
from .target_measure import measure_of
from .targets import TargetSheet

__all__ = ["Past", "Reach", "Thresholds", "Verdict", "reaches", "verdict"]

Verdict = Literal["too easy", "attainable", "stretch", "out of reach with the leads received", "not known"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What verdicts hang on.

    `periods`: how many periods before are looked at; `least`: how many of them a judgement needs. A goal that was met
    in `easy` of them is too easy, in `attained` attainable. `leads`: how many leads a rate of conversion needs. A goal
    above `stretch` of what the leads received can yield is out of reach.
    """

    periods: int = 8
    least: int = 4
    easy: Fraction = Fraction(9, 10)
    attained: Fraction = Fraction(2, 5)
    leads: int = 10
    stretch: Fraction = Fraction(5, 4)


@dataclass(frozen=True, slots=True)
class Past:
    """Results of so many periods before, and in how many of them the goal would have been met."""

    results: tuple[Number, ...]
    met: int

    def __len__(self) -> int:
        return len(self.results)

    @property
    def median(self) -> Number | None:
        """The middle result, or half the sum of the two in the middle; None without results."""
        ordered, half = sorted(self.results), len(self.results) // 2
        if not ordered:
            return None
        return ordered[half] if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half]) / 2  # exact: fraction

    @property
    def share(self) -> Fraction:
        """The part of the periods in which the goal would have been met."""
        return Fraction(self.met, len(self.results)) if self.results else Fraction(0)


@dataclass(frozen=True, slots=True)
class Reach:
    """A goal beside its history and its leads.

    `leads`: given in the period (None: the facts hold no leads). `per_lead`: what one brought the team (of `scope`:
    `team` or `everybody`), with the leads that this rests on; `own_per_lead` the rep's own. `without_leads`: won
    without a lead in an average period. `yields`, `own_yields`: what the leads received can bring, with that.
    `missing`: what the judgement lacks.
    """

    key: str
    period: Period
    goal: Number
    own: Past
    team: Past
    leads: int | None
    scope: str
    per_lead: Fraction | None
    rests_on: int
    own_per_lead: Fraction | None
    without_leads: Fraction
    yields: Fraction | None
    own_yields: Fraction | None
    verdict: Verdict
    missing: str


def verdict(
    goal: Number, own: Past, yields: Fraction | None, own_yields: Fraction | None, limits: Thresholds
) -> Verdict:
    """The word for a goal; a missing history or yield takes no part in it."""
    best = max((value for value in (yields, own_yields) if value is not None), default=None)
    if best is not None and goal > best * limits.stretch:
        return "out of reach with the leads received"
    if len(own) >= limits.least:
        if own.share >= limits.easy:
            return "too easy"
        return "attainable" if own.share >= limits.attained else "stretch"
    if best is not None:
        return "attainable" if goal <= best else "stretch"
    return "not known"


# --- from facts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Win:
    """A posting of the measure: when, how much, and whether it came from a lead."""

    time: int
    value: Number
    from_lead: bool


class _Record:
    """Everybody's wins and leads, read once."""

    def __init__(self, ev: Evaluator, account: c.Account, given: Mapping[str, str]) -> None:
        self.ev, self.account = ev, account
        reps = range(ev.world.rows("rep"))
        self.linked = any(ev.world.has(kind, "lead") for kind in account.kinds)
        self.wins = [[self._win(posting) for posting in self._postings(rep)] for rep in reps]
        times = [win.time for wins in self.wins for win in wins]
        self.begins = min(times, default=None)
        self.leads = self._leads(given) if "lead" in ev.world.facts.tables else None
        self.ends = max((*times, *(at for found in self.leads or () for at in found)), default=0) // SECONDS_PER_DAY
        has_team = ev.world.has("rep", "team")
        self.team = [ev.world.cell("rep", rep, "team") if has_team else None for rep in reps]

    def _postings(self, rep: int) -> list[Posting]:
        return self.ev.book.of(self.account.name, rep).between(BEGINNING, -BEGINNING)

    def _win(self, posting: Posting) -> _Win:
        """A row says which lead it came of where its kind has a `lead`; where no kind has one, all came of leads."""
        kind, world = self.account.kinds[posting.kind], self.ev.world
        if world.has(kind, "lead"):
            return _Win(posting.time, posting.value, world.cell(kind, posting.row, "lead") is not None)
        return _Win(posting.time, posting.value, not self.linked)

    def _leads(self, given: Mapping[str, str]) -> list[list[int]]:
        """When each rep was given leads, in seconds: `given` names owners by lead, and goes before the facts."""
        world = self.ev.world
        table = world.facts.table("lead")
        made: list[list[int]] = [[] for _ in range(world.rows("rep"))]
        owners = table.cells("owner") if world.has("lead", "owner") else None
        for row, key in enumerate(table.keys):
            owner = world.facts.table("rep").row(given[key]) if key in given else None
            if key not in given and isinstance(owners, RefCells):
                owner = int(owners.rows[row]) if owners.rows[row] >= 0 else None
            at = self._given_at(row)
            if owner is not None and at is not None:
                made[owner].append(at)
        return made

    def _given_at(self, row: int) -> int | None:
        for column in ("assigned", "created"):
            if self.ev.world.has("lead", column):
                at = self.ev.world.cell("lead", row, column)
                if isinstance(at, int):
                    return at
        return None

    def covers(self, period: Period) -> bool:
        """Whether the facts go on to the end of a period, but for a tenth of its days (a quiet last weekend)."""
        return self.ends + (period.end - period.start) // 10 + 1 >= period.end

    def result(self, rep: int, period: Period) -> Number:
        """What counted toward the goal in a period."""
        start, end = period.start * SECONDS_PER_DAY, period.end * SECONDS_PER_DAY
        return sum((win.value for win in self.wins[rep] if start <= win.time < end), Fraction(0))

    def leads_in(self, rep: int, start: int, end: int) -> int:
        """Leads given between two days (the second excluded)."""
        assert self.leads is not None
        return sum(start * SECONDS_PER_DAY <= at < end * SECONDS_PER_DAY for at in self.leads[rep])

    def won(self, rep: int, start: int, end: int, *, from_lead: bool) -> Fraction:
        """Won between two days, from leads or without."""
        first, last = start * SECONDS_PER_DAY, end * SECONDS_PER_DAY
        values = (w.value for w in self.wins[rep] if first <= w.time < last and w.from_lead == from_lead)
        return Fraction(sum(values, Fraction(0)))

    def history(self, rep: int, period: Period, most: int) -> list[Period]:
        """The periods of the same length before, newest first: in the facts' time, and employed from the first day."""
        made: list[Period] = []
        before = period
        for _ in range(most):
            before = before.previous()
            if self.begins is None or before.end * SECONDS_PER_DAY <= self.begins:
                break
            if self.ev.world.employed(rep, before.start, before.start):
                made.append(before)
        return made


def reaches(
    policy: c.Policy,
    facts: Facts,
    sheet: TargetSheet,
    limits: Thresholds | None = None,
    given: Mapping[str, str] | None = None,
) -> list[Reach]:
    """Every goal above zero of a sheet of reps, judged; `given`: owners of leads by key, beside those in the facts.

    Raises `NoMeasure`, and `ValueError` for a target of another kind than reps.
    """
    if sheet.target.kind != "rep":
        raise ValueError(f"target `{sheet.target.name}` is of each {sheet.target.kind}, and only reps are judged")
    limits = limits or Thresholds()
    record = _Record(Evaluator(policy, facts), measure_of(policy, sheet.target), given or {})
    return [
        _reach(record, row.row, row.key, period, goal.amount, limits)
        for row in sheet.rows
        for period, goal in zip(sheet.periods, row.goals, strict=True)
        if goal.amount > 0
    ]


def _reach(record: _Record, rep: int, key: str, period: Period, goal: Number, limits: Thresholds) -> Reach:
    before = record.history(rep, period, limits.periods)
    own = _past([record.result(rep, one) for one in before], goal)
    mates = [at for at, team in enumerate(record.team) if at != rep and team == record.team[rep]]
    team = _past([record.result(at, one) for at in mates for one in record.history(at, period, limits.periods)], goal)
    leads = None if record.leads is None else record.leads_in(rep, period.start, period.end)
    first = period.previous(limits.periods).start
    scope, per_lead, rests_on = _per_lead(record, [rep, *mates], first, period.start, limits)
    alone, own_leads = _conversion(record, [rep], first, period.start)
    own_per_lead = alone if own_leads >= limits.leads else None
    without = _without_leads(record, rep, [rep, *mates], before, period, limits)
    yields = None if leads is None or per_lead is None else leads * per_lead + without
    own_yields = None if leads is None or own_per_lead is None else leads * own_per_lead + without
    counted = record.covers(period)
    word = verdict(goal, own, yields if counted else None, own_yields if counted else None, limits)
    said = _missing(own, leads, per_lead, rests_on, limits)
    if leads is not None and not counted:
        said = [*said, f"leads: the facts end on {format_day(record.ends)}, before {period} does"]
    return Reach(
        key, period, goal, own, team, leads, scope, per_lead, rests_on, own_per_lead, without, yields, own_yields, word,
        "; ".join(said),
    )  # fmt: skip


def _past(results: list[Number], goal: Number) -> Past:
    return Past(tuple(results), sum(result >= goal for result in results))


def _conversion(record: _Record, reps: Sequence[int], start: int, end: int) -> tuple[Fraction | None, int]:
    """What a lead brought some reps between two days, and how many leads that rests on."""
    if record.leads is None:
        return None, 0
    leads = sum(record.leads_in(rep, start, end) for rep in reps)
    won = sum((record.won(rep, start, end, from_lead=True) for rep in reps), Fraction(0))
    return (won / leads if leads else None), leads  # exact: fraction


def _per_lead(
    record: _Record, team: Sequence[int], start: int, end: int, limits: Thresholds
) -> tuple[str, Fraction | None, int]:
    """What a lead brought the team; where too few leads stand behind that, everybody; None where still too few."""
    for scope, reps in (("team", team), ("everybody", range(len(record.wins)))):
        per_lead, leads = _conversion(record, reps, start, end)
        if per_lead is not None and leads >= limits.leads:
            return scope, per_lead, leads
    return "everybody", None, leads


def _without_leads(
    record: _Record, rep: int, team: Sequence[int], before: list[Period], period: Period, limits: Thresholds
) -> Fraction:
    """Won without a lead in an average period before: by the rep, or by the team where the rep has too few of them."""
    if not record.linked:
        return Fraction(0)
    whose = {rep: before}
    if len(before) < limits.least:
        whose = {at: record.history(at, period, limits.periods) for at in team}
    count = sum(len(periods) for periods in whose.values())
    sums = (record.won(at, p.start, p.end, from_lead=False) for at, periods in whose.items() for p in periods)
    return sum(sums, Fraction(0)) / count if count else Fraction(0)  # exact: fraction


def _missing(own: Past, leads: int | None, per_lead: Fraction | None, rests_on: int, limits: Thresholds) -> list[str]:
    """What a judgement lacks, in words."""
    said: list[str] = []
    if len(own) < limits.least:
        said.append(f"history: {len(own)} of the {limits.least} periods before that a judgement needs")
    if leads is None:
        said.append("leads: the facts hold none")
    elif per_lead is None:
        said.append(f"conversion: {rests_on} of the {limits.leads} leads before that a rate needs")
    return said
