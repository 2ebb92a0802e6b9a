"""What a test may ask for: payouts of reps and deals, accounts, lets, awards, and who was assigned what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..dsl import checked as c
from ..dsl.calendar import Calendar
from ..dsl.targets import reads_whole
from ..dsl.types import ref
from ..engine.assigning.decisions import Decision
from ..engine.calendar.days import SECONDS_PER_DAY, format_day, format_moment
from ..engine.calendar.periods import Period, containing
from ..engine.calendar.windows import BEGINNING, resolve
from ..engine.life import Award, Notice
from ..engine.pay.membership import is_member, stretches
from ..engine.pay.simulation import step_of
from ..engine.pay.statement import component, statement
from ..engine.scalars.scalar import Env
from ..engine.watching.firing import moment_text
from .trial_facts import NotGiven, TrialEvaluator, TrialFacts, day_in
from .trial_lives import TrialLife, lives_of, watched_of
from .trial_money import is_paid_out, owed, paid_out

__all__ = ["Earned", "TrialResults", "shown_moment"]

_MOST_PERIODS = 400

Earned = tuple[c.Scheme, int, Period]
"""A statement: a rep's in a period of a scheme."""


class TrialResults:
    """The results of a test as of the end of the day `on`, or of a second of it (None: with everything that it gives).

    `until`: the second before which something is known, where that is not all of the day.

    Payouts are sums over all periods from the first to the last day that the test touches, or over those that end
    in the window asked for, as far as the policy is in force. Raises `NotGiven` for what cannot be answered.
    """

    def __init__(
        self, policy: c.Policy, built: TrialFacts, on: int | None, until: int | None = None, *, watched: bool = False
    ) -> None:
        self.policy = policy
        self.built = built
        self.on = on
        end_of_day = None if on is None else (on + 1) * SECONDS_PER_DAY
        self.as_of = "" if on is None else format_day(on) if until is None else format_moment(until - 1)
        self.until = end_of_day if until is None else until
        self.ev = TrialEvaluator(policy, built, self.until)
        self.ev.result_of = lambda node, env: self.read(node)
        self.step = step_of(policy)
        self._days: list[int] | None = None
        self._watched = frozenset(watch.kind for watch in policy.watches) if watched else frozenset[str]()
        self._lives: dict[str, TrialLife] = {}
        self._components = {part.name for scheme in policy.schemes for part in scheme.pays}

    def read(self, node: c.TestRead) -> Any:
        """The value of a result, in the run-time form of its type."""
        row = self.row(node)
        if node.kind == "rep":
            return self._of_rep(row, node)
        if node.what in self._components:
            return sum(amount for _, amount in self.carried(node))
        if node.what in {"notices", "awards"}:
            return frozenset(line for one in self.told(node) for line in _lines(one.to, one))
        if is_paid_out(self.policy, node):
            return paid_out(self, node)
        return self._of_assigned(node.kind, row, node.what)

    def row(self, node: c.TestRead) -> int:
        """The row that a result is asked of."""
        row = self.built.facts.table(node.kind).row(node.key)
        if row is None:
            raise NotGiven(f"no row of `{node.kind}` has the key `{node.key}`: ask for it by its `id`")
        return row

    def _of_rep(self, row: int, node: c.TestRead) -> Any:
        if node.what in self._components or node.what == "total":
            return sum(amount for _, amount in self.paid(node))
        if node.what == "awards":
            return frozenset((*self._awards(row, node.window), *self._titles(node)))
        if node.what == "notices" and node.type.name == "set":
            return frozenset(line for one in self.told(node) for line in _lines(f"{one.kind} {one.key}", one))
        if is_paid_out(self.policy, node):
            return owed(self, node) if node.what == "owed" else paid_out(self, node)
        rows = {"rep": row}
        if node.what in self.policy.accounts:
            start, end = self.window(node.window, node.what)
            return self.ev.book.of(node.what, row).sum(start, end)
        if node.what in self.policy.targets:
            return self._goal(row, node)
        let = self.policy.lets[node.what]
        if let.params != ("rep",):
            raise NotGiven(f"`{let.name}` is of {' and '.join(let.params) or 'nobody'}, not of a rep alone")
        for per, _, longer in let.needs:
            fits = reads_whole(node.window, per) if longer else _is_a(node.window, per, self.policy.calendar)
            if not fits:
                raise NotGiven(f"`{let.name}` reads an amount per {per}: say over which {per}, like {_like(per)}")
        start, end = self.window(node.window, node.what)
        return self.ev.value(let.value, Env(rows, start, end))

    def _goal(self, row: int, node: c.TestRead) -> Any:
        target = self.policy.targets[node.what]
        if target.kind != "rep":
            raise NotGiven(f"`{target.name}` is a goal of each {target.kind}, not of a rep")
        if not reads_whole(node.window, target.per):
            raise NotGiven(f"`{target.name}` is a goal per {target.per}: say over which, like {_like(target.per)}")
        start, end = self.window(node.window, node.what)
        subject = c.Subject(ref("rep"), "rep")
        read = c.ReadTarget(target.type, target.name, subject, c.Window("scope"))
        return self.ev.value(read, Env({"rep": row}, start, end))

    def credited(self, node: c.TestRead) -> Iterator[tuple[int, str, Any]]:
        """The postings behind an account of a rep: day, kind and key of the row, value."""
        row, kinds = self.row(node), self.policy.accounts[node.what].kinds
        for posting in self.ev.book.of(node.what, row).between(*self.window(node.window, node.what)):
            kind = kinds[posting.kind]
            yield posting.time // SECONDS_PER_DAY, f"{kind} {self.ev.world.key(kind, posting.row)}", posting.value

    # --- time --------------------------------------------------------------------------------------------

    def days(self) -> list[int]:
        """The days that the test touches, in order: of its dated rows up to `on`, and `on` itself."""
        if self._days is None:
            found = {day for day in self._dated() if self.on is None or day <= self.on}
            self._days = sorted(found if self.on is None else found | {self.on})
        return self._days

    def _dated(self) -> Iterator[int]:
        for name, kind in self.policy.kinds.items():
            dated, table = kind.dated, self.built.facts.table(name)
            if dated is None or name == "rep" or not self.built.placed:
                continue
            cells = (table.cell(row, dated.name) for row in range(len(table)))
            yield from (day_in(dated, cell) for cell in cells if cell is not None)
        for account in (source for whole in self.policy.accounts.values() for source in whole.sources):
            for row in range(self.ev.world.rows(account.kind)):
                try:
                    time = self.ev.time_of(account, {account.kind: row})
                except NotGiven:
                    continue
                if account.on is not None and time != BEGINNING and self.built.placed:
                    yield time // SECONDS_PER_DAY

    def window(self, window: c.Window, what: str) -> tuple[int, int]:
        """The stretch of time that an account or let is read over, in seconds."""
        if window.kind == "period":
            return resolve(window, BEGINNING, BEGINNING, self.policy.calendar)
        days = self.days()
        if not days:
            raise NotGiven(f"nothing in the test says when: write `on 2026-03-31` above, or `{what} over 2026-Q1`")
        return resolve(window, BEGINNING, (days[-1] + 1) * SECONDS_PER_DAY, self.policy.calendar)

    def periods(self, scheme: c.Scheme, rep: int, window: c.Window) -> list[Period]:
        """The periods of a scheme that a question covers and in which it pays the rep."""
        if window.kind == "all":
            days = self.days()
            if not days:
                raise NotGiven("nothing in the test says when: write `on 2026-03-31` above, or `over 2026-Q1`")
            first, end = days[0], days[-1] + 1
        else:
            whole = c.Window(window.kind, window.unit, window.count, whole=True)
            start, end = self.window(whole, "total")
            first, end = start // SECONDS_PER_DAY, end // SECONDS_PER_DAY
        period = containing(scheme.per, first, self.policy.calendar)
        found: list[Period] = []
        while period.start < end and (self.on is None or period.start <= self.on):
            if len(found) == _MOST_PERIODS:
                raise NotGiven(f"the test spans more than {_MOST_PERIODS} periods of `{scheme.name}`: say `over ...`")
            found.append(period)
            period = period.next()
        paid = [period for period in found if is_member(self.ev, scheme, rep, period)]
        if window.kind != "all" and any(period.start < first or period.end > end for period in paid):
            raise NotGiven(
                f"scheme `{scheme.name}` pays per {scheme.per}: ask over whole ones, like {_like(scheme.per)}"
            )
        return paid

    # --- money -------------------------------------------------------------------------------------------

    def paid(self, node: c.TestRead) -> Iterator[tuple[Earned, int]]:
        """What a component, or everything, earned a rep, statement by statement."""
        row = self.row(node)
        for scheme in self.policy.schemes:
            pay = scheme.pay(node.what)
            if pay is None and node.what != "total":
                continue
            for period in self.periods(scheme, row, node.window):
                entry = scheme, row, period
                if pay is None:
                    yield entry, sum(amount for _, amount in statement(self.ev, scheme, row, period, self.step).amounts)
                else:
                    envs = stretches(self.ev, scheme, row, period)
                    yield entry, sum(component(self.ev, scheme, pay, env, self.step)[0] or 0 for env in envs)

    def carried(self, node: c.TestRead) -> Iterator[tuple[Earned, int]]:
        """What the lines that a row carries earned, statement by statement."""
        row = self.row(node)
        found = ((scheme, scheme.pay(node.what)) for scheme in self.policy.schemes)
        parts = [(scheme, pay) for scheme, pay in found if pay is not None]
        accounts = [self.policy.accounts[part.account] for _, part in parts if part.account is not None]
        kinds = {kind for account in accounts for kind in account.kinds}
        if node.kind not in kinds:
            raise NotGiven(f"no {node.kind} carries a line of `{node.what}`: ask for it of a rep")
        for scheme, part in parts:
            for rep in self._receivers(part, node.kind, row):
                for period in self.periods(scheme, rep, node.window):
                    for env in stretches(self.ev, scheme, rep, period):
                        for line in component(self.ev, scheme, part, env, self.step)[1]:
                            if (line.kind, line.row) == (node.kind, row):
                                yield (scheme, rep, period), line.amount

    def _receivers(self, pay: c.Pay, kind: str, row: int) -> list[int]:
        """The reps to whom a row is credited in the account that a component reads."""
        if pay.account is None or kind not in self.policy.accounts[pay.account].kinds:
            return []
        place = self.policy.accounts[pay.account].kinds.index(kind)
        books = ((rep, self.ev.book.of(pay.account, rep)) for rep in range(self.ev.world.rows("rep")))
        forever = (BEGINNING, -BEGINNING)
        found = ((rep, {(posting.kind, posting.row) for posting in book.between(*forever)}) for rep, book in books)
        return [rep for rep, credited in found if (place, row) in credited]

    def _awards(self, row: int, window: c.Window) -> Iterator[str]:
        """The titles that a rep was given, be it by the scheme of another."""
        for scheme in self.policy.schemes:
            for part in scheme.components:
                if not isinstance(part, c.Award):
                    continue
                for rep in [row] if part.to is None else range(self.ev.world.rows("rep")):
                    for period in self.periods(scheme, rep, window):
                        if any(self._wins(part, env, row) for env in stretches(self.ev, scheme, rep, period)):
                            yield part.title

    def _wins(self, award: c.Award, env: Env, row: int) -> bool:
        """Whether a rep is given an award for a stretch of days."""
        return self.ev.holds(award.when, env) and (award.to is None or self.ev.value(award.to, env) == row)

    # --- assignment --------------------------------------------------------------------------------------

    def _of_assigned(self, kind: str, row: int, what: str) -> Any:
        key = self.built.facts.table(kind).keys[row]
        if kind == "move":
            refusals = (life.refused.get(key) for life in self.lives())
            return next((found.reason for found in refusals if found is not None), None)
        life = self.life(kind)
        match what:
            case "owner":
                rep = life.floor.owner(kind, key)
                return self._given_owner(kind, row) if rep is None and life.state(key) is None else self._rep(rep)
            case "offered":
                return self._rep(life.offered(key))
            case "rule":
                return life.rule(key)
            case "state":
                return life.state(key)
            case _:
                return life.desk(key)

    def _rep(self, key: str | None) -> int | None:
        return None if key is None else self.built.facts.table("rep").row(key)

    def _given_owner(self, kind: str, row: int) -> Any:
        """Who has a fact that has not come to be decided, as the test gives it."""
        table = self.built.facts.table(kind)
        return table.cell(row, "owner") if "owner" in table.columns else None

    def decision(self, kind: str, row: int) -> Decision | None:
        """How a fact was decided last; None where it had an owner, or has not arrived."""
        return self.life(kind).last(self.built.facts.table(kind).keys[row])

    def life(self, kind: str) -> TrialLife:
        """What became of the facts of a kind, in the order of arrival; without a date, in the order given."""
        found = self._lives.get(kind)
        if found is None:
            assign = next((made for made in self.policy.assigns if made.kind == kind), None)
            if assign is None:
                raise NotGiven(f"the policy has no `assign {kind}`")
            if not self.built.placed and _asks_the_day(self.policy, assign):
                message = f"the policy asks what day it is, and the test has no date: give the first {kind} its date"
                raise NotGiven(message)
            watched = kind in self._watched
            found = self._lives[kind] = lives_of(self.policy, self.built, assign, self.until, watched=watched)
        return found

    def lives(self) -> list[TrialLife]:
        """What became of the facts of every kind that the policy assigns."""
        return [self.life(assign.kind) for assign in self.policy.assigns]

    # --- what was told -----------------------------------------------------------------------------------

    def _titles(self, node: c.TestRead) -> Iterator[str]:
        """The titles that a rep was given by assignments, and by watches where they are run."""
        deeds = (part for assign in self.policy.assigns for part in c.walk(assign) if isinstance(part, c.Action))
        if self._watched or any(deed.word == "award" for deed in deeds):
            yield from (one.title for one in self.told(node) if isinstance(one, Award))

    def told(self, node: c.TestRead) -> list[Notice | Award]:
        """The notices or awards about a fact, or to a rep, in order."""
        sort: type[Notice | Award] = Notice if node.what == "notices" else Award
        found = [one for one in self._all_told() if type(one) is sort]
        if node.kind == "rep":
            return [one for one in found if one.to == node.key]
        return [one for one in found if (one.kind, one.key) == (node.kind, node.key)]

    def _all_told(self) -> list[Notice | Award]:
        """Everything that assignments and watches told anybody, in the order of moments."""
        lives = self.lives()
        for kind in sorted(self._watched - {life.kind for life in lives}):
            found = self._lives.get(kind)
            if found is None:
                found = self._lives[kind] = watched_of(self.policy, self.built, kind, self.until)
            lives.append(found)
        return sorted((one for life in lives for one in life.told), key=lambda one: (one.at, one.kind, one.key))

    def absence(self, kind: str) -> str:
        """Why a fact has no decision."""
        when = f" by {self.as_of}" if self.as_of else ""
        return f"this {kind} has an owner from the start, or has not arrived{when}"


def _lines(whose: str, one: Notice | Award) -> tuple[str, str]:
    """A notice or an award as a test asks for it: without its moment, or with it."""
    said = f"{whose}: {one.text if isinstance(one, Notice) else one.title}"
    return said, f"{shown_moment(one.at)} {said}"


def shown_moment(at: int) -> str:
    """`2026-03-09 09:30`, with seconds where there are any."""
    return moment_text(at).removesuffix(":00")


def _is_a(window: c.Window, per: str, calendar: Calendar) -> bool:
    """Whether a window is one period of a kind."""
    if window.kind == "period":
        return Period.parse(window.unit, calendar).kind == per
    return window.kind in {"calendar", "previous"} and window.unit == per and window.count == 1


def _like(per: str) -> str:
    text = {"half": "2026-H1", "quarter": "2026-Q1", "month": "2026-03", "week": "2026-W10"}.get(per)
    return f"`over {text}`" if text else f"`over {per}`"


def _asks_the_day(policy: c.Policy, assign: c.Assign) -> bool:
    """Whether an assignment reads the calendar, beyond the order in which facts arrive."""
    roots: list[c.Node] = [assign]
    seen: set[str] = set()
    while roots:
        for node in c.walk(roots.pop()):
            match node:
                case c.Today() | c.Now() | c.PeriodEdge():
                    return True
                case c.FieldOf(kind=kind, column=column) if kind == assign.kind:
                    dated = policy.kinds[kind].arrives
                    if dated is not None and dated.name == column:
                        return True
                case c.LetRead(let=name) if name not in seen:
                    seen.add(name)
                    roots.append(policy.lets[name])
                case c.ReadAccount(account=name) if name not in seen:
                    seen.add(name)
                    for account in policy.accounts[name].sources:
                        roots += [account.value, *([account.when] if account.when is not None else [])]
                case _:
                    pass
    return False
