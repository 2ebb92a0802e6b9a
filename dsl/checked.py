"""The checked policy: every name resolved, every value typed, every short form written out long.

This is what the engine reads. Nodes are frozen and hashable; `span` takes no part in equality or `repr`, so the
hash of a policy is that of its meaning, not of its layout.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Literal

from .schema import FactKind
from .source import NOWHERE, SourceFile, Span
from .types import Type

__all__ = [
    "Account", "AcrossPeriods", "AcrossReps", "Action", "All", "AnyOf", "Arithmetic", "Assign", "AtLeast", "AtMost",
    "Award", "Band", "Blend", "Choose", "Clause", "Compare", "Component", "Constant", "Edge", "Expect", "Expr",
    "Fallback", "FieldOf", "Gate", "Given", "Grid", "Invoke", "Known", "Let", "LetRead", "Member", "Negate", "Node",
    "Not", "Pay", "PeriodEdge", "Plus", "Policy", "Prize", "Rank", "ReadAccount", "Receiver", "Release",
    "Rule", "Same", "Scheme", "Setting", "ShareOf", "Subject", "Table", "Test", "Tier", "Times", "Today", "Total",
    "Unsupported", "Value", "Window", "walk",
]  # fmt: skip

Value = Fraction | str | bool | frozenset[str]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything checked; `span` is its place in the policy text."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it."""
    yield node
    for spec in fields(node):
        value: object = getattr(node, spec.name)
        if isinstance(value, Node):
            yield from walk(value)
        elif isinstance(value, tuple):
            for item in value:  # pyright: ignore[reportUnknownVariableType]
                if isinstance(item, Node):
                    yield from walk(item)


@dataclass(frozen=True, slots=True)
class Window(Node):
    """Which stretch of time a reading covers, relative to the window of its reader.

    `scope`: the reader's own. `calendar`: the calendar `unit` that holds the last day of the reader's window, up to
    its end (`whole`: all of it). `previous`: the `count` units before that one. `last`: the `count` `unit`s
    (minute, hour, day, week, month, quarter, year) that end with the reader's window. `period`: the named period.
    `all`: everything up to the end of the reader's window.
    """

    kind: Literal["scope", "calendar", "previous", "last", "period", "all"]
    unit: str = ""
    count: int = 1
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Expr(Node):
    """A value of a type; `type.optional` says that it may be missing."""

    type: Type


@dataclass(frozen=True, slots=True)
class Constant(Expr):
    """A literal, in the run-time form of its type (see `types.Type`)."""

    value: Value


@dataclass(frozen=True, slots=True)
class Subject(Expr):
    """The row that a variable (named like its kind) is bound to."""

    var: str


@dataclass(frozen=True, slots=True)
class FieldOf(Expr):
    """A column of a row; `base` is a row or a reference."""

    base: Expr
    kind: str
    column: str


@dataclass(frozen=True, slots=True)
class ReadAccount(Expr):
    """The sum of what was credited to `subject` (None: of an account without recipient) within `window`."""

    account: str
    subject: Expr | None
    window: Window
    reading: Literal["sum", "count", "average", "highest", "lowest", "latest"] = "sum"


@dataclass(frozen=True, slots=True)
class LetRead(Expr):
    """The value of a `let` for its subjects, within `window`."""

    let: str
    args: tuple[Expr, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class AcrossReps(Expr):
    """A reading of `value` (with `rep` bound to each member) over members that share `group` and satisfy `where`."""

    reading: Literal["sum", "average", "highest", "lowest", "count"]
    value: Expr | None
    group: Expr | None
    where: Expr | None
    window: Window
    members: str | None = None


@dataclass(frozen=True, slots=True)
class AcrossPeriods(Expr):
    """A reading of `value` over the periods of kind `per` in `window`."""

    reading: Literal["sum", "average", "highest", "lowest", "latest", "count"]
    value: Expr
    per: str
    window: Window


@dataclass(frozen=True, slots=True)
class Rank(Expr):
    """The place of the subject by `value`, highest first, among the members that share `group` and satisfy `where`.

    `members` names the scheme whose reps compete (None: every rep). Missing for those who do not compete.
    """

    value: Expr
    group: Expr | None
    where: Expr | None
    ties: Literal["share", "same", "first"]
    members: str | None = None


@dataclass(frozen=True, slots=True)
class Prize(Expr):
    """The prize of the place reached; with `ties: share`, tied reps divide the prizes of the places they occupy."""

    rank: Rank
    places: tuple[tuple[int, Expr], ...]


@dataclass(frozen=True, slots=True)
class ShareOf(Expr):
    """The subject's part of `pool` among the members, by `weight`; largest remainder, ties to the lower key."""

    pool: Expr
    group: Expr | None
    where: Expr | None
    weight: Expr


@dataclass(frozen=True, slots=True)
class Band(Node):
    """A band: its lower bound, whether the bound belongs to it (`from`) or not (`above`), and its value."""

    edge: Literal["from", "above", "at"]
    bound: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """A value mapped by bands.

    With `against`, bounds are parts of `against` and amounts stay amounts of `operand`.
    """

    reading: Literal["marginal", "retroactive", "step", "sloped"]
    operand: Expr
    against: Expr | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Edge(Node):
    """A bound of a grid."""

    edge: Literal["from", "above"]
    bound: Expr


@dataclass(frozen=True, slots=True)
class Grid(Expr):
    """The cell of the highest row bound and column bound reached; below the first of either: zero."""

    row: Expr
    column: Expr
    rows: tuple[Edge, ...]
    columns: tuple[Edge, ...]
    cells: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True)
class Choose(Expr):
    """The value of the first case that holds."""

    cases: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Blend(Expr):
    """The sum of weight times value; the weights total 1."""

    parts: tuple[tuple[Fraction, Expr], ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Expr):
    """Exact arithmetic; a division by zero gives a missing value."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negate(Expr):
    """The value with the other sign."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """An ordering."""

    op: Literal["<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Same(Expr):
    """Equality; with `negated`, difference."""

    left: Expr
    right: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Member(Expr):
    """Membership of a set."""

    item: Expr
    group: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Known(Expr):
    """Whether a value is there; with `negated`, whether it is missing."""

    operand: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """The opposite."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class All(Expr):
    """Whether every part holds, in order; later parts are not read once one fails."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Expr):
    """Whether some part holds, in order."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Fallback(Expr):
    """`value`, or `other` where it is missing."""

    value: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Invoke(Expr):
    """A builtin function."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class PeriodEdge(Expr):
    """The first or last day of the reader's window, or a calendar number of it (`month`, `quarter`, `year`)."""

    which: Literal["start", "end", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Today(Expr):
    """The day on which a decision is made: the last of the reader's window."""


@dataclass(frozen=True, slots=True)
class Limits(Expr):
    """`value` kept between its `at least` and `at most` clauses, applied in the order written."""

    value: Expr
    limits: tuple[AtMost | AtLeast, ...]


# --- statements ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtMost(Node):
    """A cap."""

    limit: Expr
    carry: Expr | None = None


@dataclass(frozen=True, slots=True)
class AtLeast(Node):
    """A floor."""

    limit: Expr
    carry: Expr | None = None


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


@dataclass(frozen=True, slots=True)
class Receiver(Node):
    """Who is credited, and with which part."""

    path: Expr
    share: Fraction


@dataclass(frozen=True, slots=True)
class Account(Node):
    """Rows of `kind` that satisfy `when` post `value` to their receivers on `on`.

    An account with `implicit` stands for an aggregate in a `let`; one without receivers counts for nobody.
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


@dataclass(frozen=True, slots=True)
class Let(Node):
    """A named value of its subjects; `needs` is the period whose amounts it reads (an annual quota needs a year)."""

    name: str
    params: tuple[str, ...]
    value: Expr
    needs: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Pay(Node):
    """A component that earns money.

    `over` is the scope where it is longer than the scheme's period (year to date with true-up). `account` is the
    one account that it reads, or None where it reads none or several; `lines` says how its lines follow that
    account's rows: `in_order`, `in_proportion`, or one line a `period`.
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


@dataclass(frozen=True, slots=True)
class Action(Node):
    """What is done when nobody takes a lead."""

    word: Literal["hold", "next", "return", "notify", "award"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tier(Node):
    """Candidates: one person (`person`), or every rep that satisfies `where`, shared by `sharing` and `weight`."""

    person: Expr | None
    where: Expr | None
    sharing: str
    weight: Expr | None
    accept: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A rule: its tiers are tried in order once `when` holds; `nobody` says what if all are empty."""

    name: str
    when: Expr | None
    tiers: tuple[Tier, ...]
    nobody: Action | None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """Who gets a fact of `kind`."""

    kind: str
    needs: tuple[Expr, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    nobody: Action
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A row of a test: kind, key, and its cells in run-time form (None: missing)."""

    kind: str
    key: str
    cells: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """A condition on the results of a test, asked as of `on` (None: at the end); see `TestRead`."""

    condition: Expr
    on: int | None


@dataclass(frozen=True, slots=True)
class TestRead(Expr):
    """A result in a test: `what` of the given row `key` of `kind`.

    `what`: a component, `total`, `awards`, an account or let, or owner, rule, held of an assigned fact.
    """

    kind: str
    key: str
    what: str
    window: Window


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

    `reads` names, for each kind of fact, the columns whose values the policy reads; `effective` is a span of days
    (end excluded, None: open). `hash` is the SHA-256 of the meaning.
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
    hash: str = ""

    def place(self, span: Span) -> str:
        """Where something stands, as `policy.meed:12:5`."""
        line, column = self.source.position(span.start)
        return f"{self.source.name}:{line}:{column}"

    def fingerprint(self) -> str:
        """SHA-256 of everything that decides a result."""
        parts = (
            self.name, self.version, self.effective, self.currency, self.timezone, self.rounding, self.round_to,
            sorted(self.accounts.items()), sorted(self.lets.items()), self.schemes, self.assigns,
            sorted((kind, sorted(columns)) for kind, columns in self.reads.items()),
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()
