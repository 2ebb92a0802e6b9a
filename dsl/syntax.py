"""The syntax tree of statements. Values are in `syntax_values`, and are named here, too."""

from __future__ import annotations

from dataclasses import dataclass

from .syntax_values import (
    AllOf,
    AnyOf,
    Arithmetic,
    Band,
    Blend,
    BlendPart,
    Call,
    Case,
    Choose,
    Compare,
    DateLit,
    Everybody,
    Expr,
    Fallback,
    Filters,
    Grid,
    GridRow,
    Group,
    Member,
    Moved,
    Name,
    Negate,
    Node,
    Not,
    NumberLit,
    PartOf,
    Path,
    PeriodLit,
    Phrase,
    Place,
    Quantity,
    RateLit,
    Reading,
    Same,
    Scoped,
    SetLit,
    ShareOf,
    Table,
    TextLit,
    TimeLit,
    Window,
    Working,
    walk,
)  # fmt: skip

__all__ = [
    "Action", "AllOf", "AnyOf", "Arithmetic", "Assign", "Award", "Band", "Blend", "BlendPart", "Call", "Case",
    "Cell", "Choose", "Clause", "ColumnDecl", "Compare", "Component", "Credit", "DateLit", "Everybody", "Expect",
    "Expr", "Facts", "Fallback", "Filters", "Given", "Grid", "GridRow", "Group", "Guarantee", "Let", "Measure",
    "Member", "Moved", "Name", "Negate", "Node", "Not", "NumberLit", "OnDate", "PartOf", "Path", "Pay", "PeriodLit",
    "Phrase", "Place", "Policy", "Quantity", "Range", "RateLit", "Reading", "Receiver", "ReleasePart", "Rule",
    "Same", "Scheme", "Scoped", "SetLit", "Setting", "ShareOf", "Statement", "Table", "Target", "Test", "TextLit",
    "Tier", "TimeLit", "Timer", "Total", "TypeExpr", "Watch", "Window", "Working", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReleasePart(Node):
    """`75% on contract.signed`."""

    share: RateLit
    on: Expr


@dataclass(frozen=True, slots=True)
class Clause(Node):
    """One clause of a component; `word` says which: at_most, at_least, when, times, plus, release, release_parts."""

    word: str
    value: Expr | None = None
    carry: Expr | None = None
    parts: tuple[ReleasePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`2026-04-01 .. 2026-12-31`; the end may be open."""

    start: DateLit
    end: DateLit | None = None


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """`rounding: half_up`."""

    name: Name
    value: Name | TextLit | NumberLit | RateLit | Quantity | Working | Range


class Statement(Node):
    """A top-level statement."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Policy(Statement):
    """`policy "name" { settings }`."""

    title: TextLit
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class TypeExpr(Node):
    """A type as written: `money per quarter?`, `set of text`, `"a" or "b"`."""

    name: str
    of: str = ""
    per: str = ""
    currency: str = ""
    options: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ColumnDecl(Node):
    """`quota: money per quarter >= 0`."""

    name: Name
    type: TypeExpr
    compare: str = ""
    bound: NumberLit | None = None


@dataclass(frozen=True, slots=True)
class Facts(Statement):
    """`facts deal { ... }`, or `facts standard`."""

    name: Name
    columns: tuple[ColumnDecl, ...]
    block: bool = True


@dataclass(frozen=True, slots=True)
class Receiver(Node):
    """`deal.owner 60%`, or `every rep above deal.owner`: `above` is then the kind that is named."""

    path: Path
    share: RateLit | None = None
    above: Name | None = None


@dataclass(frozen=True, slots=True)
class Credit(Statement):
    """`credit bookings to deal.owner on deal.closed = deal.amount when ...`."""

    name: Name
    receivers: tuple[Receiver, ...]
    on: Expr
    value: Expr
    when: Expr | None = None


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """`let attainment of rep = ...`."""

    name: Name
    params: tuple[Name, ...]
    value: Expr
    limits: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Target(Statement):
    """`target quota to rep per quarter { ... } = ...`."""

    name: Name
    receiver: Path
    per: Name
    settings: tuple[Setting, ...]
    value: Expr
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Pay(Node):
    """`pay commission over year = ... clauses`."""

    name: Name
    value: Expr
    over: Name | None = None
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Award(Node):
    """`award "title" to rep.mentor when ...`."""

    title: TextLit
    when: Expr
    to: Path | None = None


@dataclass(frozen=True, slots=True)
class Total(Node):
    """`total at most 400_000`."""

    clauses: tuple[Clause, ...]


Component = Pay | Award | Total


@dataclass(frozen=True, slots=True)
class Scheme(Statement):
    """`scheme hunters for competitive per quarter { ... }`."""

    name: Name
    group: Group
    per: Name
    settings: tuple[Setting, ...]
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Action(Node):
    """`return`, `hold "desk"`, `next`, `notify path "text"`, `award "title" to path`."""

    word: str
    text: TextLit | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Measure(Node):
    """`fewest open_leads`, where it decides among those who are alike in what is measured before it.

    Without a value: `open_leads` alone, or `fewest` alone, which the checker refuses.
    """

    word: Name
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Tier(Node):
    """`to any rep where ... by round_robin accept within 15 minutes`; `path` names one person, else `kind`.

    `by best score, fewest open_leads`: what stands behind the first comma is in `further`. With `within rep.team` that
    is how a rep of the group is chosen, and `sharing` how the group is.
    """

    path: Path | None = None
    kind: Name | None = None
    where: Expr | None = None
    sharing: Name | None = None
    weight: Expr | None = None
    accept: Quantity | Working | None = None
    further: tuple[Measure, ...] = ()
    within: Expr | None = None


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A named rule of an assign, with tiers or an action; `otherwise` is a rule without name and condition."""

    name: Name | None
    when: Expr | None
    tiers: tuple[Tier, ...]
    action: Action | None = None
    nobody: Action | None = None


@dataclass(frozen=True, slots=True)
class Timer(Node):
    """`after 30 days since x unless C action`, `every 7 days since x unless C action`, `when C action`."""

    word: str
    action: Action
    wait: Quantity | Working | None = None
    since: Path | None = None
    unless: Expr | None = None


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """`assign lead { ... }`."""

    kind: Name
    settings: tuple[Setting, ...]
    needs: tuple[Expr, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    nobody: Action
    timers: tuple[Timer, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch(Statement):
    """`watch deal { timers }`."""

    kind: Name
    settings: tuple[Setting, ...]
    timers: tuple[Timer, ...]


@dataclass(frozen=True, slots=True)
class Guarantee(Statement):
    """`guarantee COND [for every rep where ...]`, or `guarantee a never falls when b rises`."""

    condition: Expr | None = None
    group: Group | None = None
    subject: Path | None = None
    verb: str = ""
    cause: Path | None = None
    cause_verb: str = ""


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """`owner: Li` in a given row."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Given(Node):
    """`given deal D1 { ... }`."""

    kind: Name
    name: Name | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class OnDate(Node):
    """`on 2026-02-28`, `on "2026-02-28 09:30"`: what follows is asked as of the end of that day, or that second."""

    date: DateLit | TextLit


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """`expect Li.commission is 66_000`."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class Test(Statement):
    """`test "title" { given ... expect ... }`."""

    title: TextLit
    steps: tuple[Given | OnDate | Expect, ...]
