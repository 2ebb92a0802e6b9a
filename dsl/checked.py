"""The checked policy: what the engine reads. Values are in `checked_values`, and are named here, too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, cast

from .calendar import GREGORIAN, Calendar
from .checked_assigns import Action, Assign, Level, Measure, Rule, Tier, Timer
from .checked_hours import (
    Hours,
    Later,
    OpenAll,
    OpenAny,
    OpenClock,
    OpenCount,
    OpenDuring,
    OpenFor,
    OpenIf,
    Opening,
    OpenMoments,
    OpenNot,
    OpenWeekdays,
    Wait,
)  # fmt: skip
from .checked_targets import ReadTarget, Split, SplitMethod, Target
from .checked_values import (
    AcrossPeriods,
    AcrossReps,
    All,
    AnyOf,
    Arithmetic,
    AtLeast,
    AtMost,
    Band,
    Blend,
    Choose,
    Compare,
    Constant,
    Edge,
    Expr,
    Fallback,
    FieldOf,
    Grid,
    Invoke,
    Known,
    LetRead,
    Limits,
    Member,
    Negate,
    Node,
    Not,
    Now,
    Owed,
    PeriodEdge,
    Prize,
    Rank,
    ReadAccount,
    Same,
    ShareOf,
    Subject,
    Table,
    TestRead,
    TextSet,
    Today,
    Value,
    Window,
    children,
    walk,
)  # fmt: skip
from .checked_watches import Deed, DeedWord, Watch, WatchRule, WatchWord
from .schema import FactKind
from .source import SourceFile, Span
from .types import Type

__all__ = [
    "Account", "AcrossPeriods", "AcrossReps", "Action", "All", "AnyOf", "Arithmetic", "Assign", "AtLeast", "AtMost",
    "Award", "Band", "Blend", "Choose", "Clause", "Compare", "Component", "Constant", "Deed", "DeedWord", "Edge",
    "Expect", "Expr", "Fallback", "FieldOf", "Gate", "Given", "Grid", "Hours", "Invoke", "Known", "Later", "Let",
    "LetRead", "Level", "Limits", "Measure", "Member", "Need", "Negate", "Node", "Not", "Now", "OpenAll", "OpenAny",
    "OpenClock", "OpenCount", "OpenDuring", "OpenFor", "OpenIf", "OpenMoments", "OpenNot", "OpenWeekdays", "Opening",
    "Owed", "Pay", "PeriodEdge", "Plus", "Policy", "Prize", "Rank", "ReadAccount", "ReadTarget", "Receiver", "Release",
    "Rule", "Same", "Scheme", "Setting", "ShareOf", "Span", "Split", "SplitMethod", "Subject", "Table", "Target",
    "Test", "TestRead", "TextSet", "Tier", "Timer", "Times", "Today", "Total", "Unsupported", "Value", "Wait", "Watch",
    "WatchRule", "WatchWord", "Window", "carrying", "children", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gate(Node):
    """All or nothing."""

    when: Expr


@dataclass(frozen=True, slots=True)
class Times(Node):
    """A multiplier."""

    factor: Expr


@dataclass(frozen=True, slots=True)
class Plus(Node):
    """An amount on top."""

    amount: Expr


@dataclass(frozen=True, slots=True)
class Release(Node):
    """When what was earned may be paid: dated parts, or one rate as of a date."""

    rate: Expr | None
    parts: tuple[tuple[Fraction, Expr], ...] = ()


Clause = AtMost | AtLeast | Gate | Times | Plus | Release


def carrying(clauses: tuple[Clause, ...]) -> Iterator[AtMost | AtLeast]:
    """The clauses that leave something open for the next period, in the order written."""
    for clause in clauses:
        if isinstance(clause, AtMost | AtLeast) and clause.carry is not None:
            yield clause


@dataclass(frozen=True, slots=True)
class Receiver(Node):
    """Who is credited, and with which part.

    With `above`, everybody above that person: `above` is the next one up of a `rep` that is bound.
    """

    path: Expr
    share: Fraction
    above: Expr | None = None


@dataclass(frozen=True, slots=True)
class Account(Node):
    """Rows of `kind` that satisfy `when` post `value` to their receivers on `on`.

    An account with `implicit` stands for an aggregate in a `let`; one without receivers counts for nobody.
    `more` are further credits of the same name: all of them post to this one account.
    """

    name: str
    kind: str
    receivers: tuple[Receiver, ...]
    on: Expr | None
    value: Expr
    when: Expr | None
    type: Type
    recipient: str = "rep"
    implicit: bool = False
    more: tuple[Account, ...] = ()

    @property
    def sources(self) -> tuple[Account, ...]:
        """Every credit that posts to the account, in the order written."""
        return self, *self.more

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of row that post to the account, in the order written; a posting names its kind by its place."""
        return tuple(dict.fromkeys(source.kind for source in self.sources))


class Need(NamedTuple):
    """The period whose amounts a let reads, and where; `longer`: a goal, which longer periods have, too."""

    per: str
    place: Span
    longer: bool = False


@dataclass(frozen=True, slots=True)
class Let(Node):
    """A named value of its subjects; `needs`: the period whose amounts it reads (an annual quota: a year)."""

    name: str
    params: tuple[str, ...]
    value: Expr
    needs: tuple[Need, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pay(Node):
    """A component that earns money.

    `over` is the scope where it is longer than the scheme's period (year to date with true-up). `account` is
    the one account that it reads, or None where it reads none or several; `lines` says how its lines follow
    that account's rows: `in_order`, `in_proportion`, or one line a `period`.
    """

    name: str
    value: Expr
    clauses: tuple[Clause, ...]
    over: str | None
    account: str | None
    lines: Literal["in_order", "in_proportion", "period"]


@dataclass(frozen=True, slots=True)
class Award(Node):
    """Recognition that is not money, for `to` (None: the rep of the scheme)."""

    title: str
    to: Expr | None
    when: Expr


@dataclass(frozen=True, slots=True)
class Total(Node):
    """Clauses that act on the sum of the money components of a scheme."""

    clauses: tuple[Clause, ...]


Component = Pay | Award


@dataclass(frozen=True, slots=True)
class Scheme(Node):
    """The incentives of a group of reps for each period; `group` is a condition on `rep`."""

    name: str
    group: Expr | None
    per: str
    components: tuple[Component, ...]
    total: Total | None
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def pays(self) -> tuple[Pay, ...]:
        """The components that earn money."""
        return tuple(part for part in self.components if isinstance(part, Pay))

    @property
    def parts(self) -> tuple[Pay | Total, ...]:
        """Everything that has clauses, `total` last."""
        return self.pays if self.total is None else (*self.pays, self.total)

    def pay(self, name: str) -> Pay | None:
        """The component that earns money by its name; None for `total`."""
        return next((part for part in self.pays if part.name == name), None)

    def setting(self, name: str) -> str:
        """The word of a setting, empty where it is not said and has no default."""
        return dict(self.settings).get(name, "")

    def release_of(self, component: str) -> Release | None:
        """When what a component earned may be paid: as it says, or as `total` does (None: with its period)."""
        pay = self.pay(component)
        clauses = (*(() if pay is None else pay.clauses), *(() if self.total is None else self.total.clauses))
        return next((clause for clause in clauses if isinstance(clause, Release)), None)


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A row of a test: kind, key, and its cells in run-time form (None: missing)."""

    kind: str
    key: str
    cells: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """A condition on the results of a test, asked as of the day `on` (None: at the end); see `TestRead`.

    `until`: the second, since 1970-01-01, before which something is known (None: all of the day).
    """

    condition: Expr
    on: int | None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Test(Node):
    """An example with its expectations."""

    title: str
    rows: tuple[Given, ...]
    expects: tuple[Expect, ...]


@dataclass(frozen=True, slots=True)
class Unsupported(Node):
    """A statement or clause that is checked and cannot be run yet; `what` in the author's words."""

    what: str


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """A choice and where it comes from: `policy`, a block's name, or `default`."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy.

    `reads` names, for each kind of fact, the columns whose values the policy reads; `effective` is a span of
    days (end excluded, None: open). `hash` is the SHA-256 of the meaning.
    """

    name: str
    version: str
    effective: tuple[int | None, int | None]
    currency: str
    timezone: str
    rounding: str
    round_to: Fraction
    kinds: Mapping[str, FactKind]
    accounts: Mapping[str, Account]
    lets: Mapping[str, Let]
    schemes: tuple[Scheme, ...]
    assigns: tuple[Assign, ...]
    tests: tuple[Test, ...]
    unsupported: tuple[Unsupported, ...]
    settings: tuple[Setting, ...]
    reads: Mapping[str, frozenset[str]]
    source: SourceFile
    approval_above: Fraction | None = None
    calendar: Calendar = GREGORIAN
    targets: Mapping[str, Target] = field(default_factory=dict[str, Target])
    watches: tuple[Watch, ...] = ()
    hash: str = ""

    def place(self, span: Span) -> str:
        """Where something stands, as `policy.meed:12:5`."""
        line, column = self.source.position(span.start)
        return f"{self.source.name}:{line}:{column}"

    def fingerprint(self) -> str:
        """SHA-256 of everything that decides a result; what a policy does not say does not count."""
        parts = (
            self.name, self.version, self.effective, self.currency, self.timezone, self.rounding,
            self.round_to,
            sorted(self.accounts.items()), sorted(self.lets.items()), self.schemes, self.assigns,
            sorted((kind, sorted(columns)) for kind, columns in self.reads.items()),
            *([self.approval_above] if self.approval_above is not None else []),
            *((self.calendar,) if self.calendar != GREGORIAN else ()),
            *(sorted(self.targets.items()) if self.targets else ()),
            *self.watches,
        )  # fmt: skip
        return hashlib.sha256(_meaning(parts).encode()).hexdigest()


def _meaning(value: object) -> str:
    """What a value says; what is as it would be if it were not said is left out, so that new choices change no hash."""
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_meaning, cast('Iterable[object]', value)))})"
    if not is_dataclass(value) or isinstance(value, type):
        return repr(value)
    said = [(spec.name, getattr(value, spec.name)) for spec in fields(value) if spec.repr]
    defaults = {spec.name: spec.default for spec in fields(value)}
    told = (f"{name}={_meaning(part)}" for name, part in said if part != defaults[name])
    return f"{type(value).__name__}({', '.join(told)})"
