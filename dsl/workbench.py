"""What all parts of the checker share: declared names, findings, and the dispatch from syntax to checked nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, TypeVar

from . import checked as c
from . import problems
from . import syntax as s
from .calendar import GREGORIAN, Calendar
from .diagnostics import Diagnostic, DiagnosticBag
from .schema import FactKind
from .source import Span
from .types import UNKNOWN, Type

__all__ = ["OTHER", "Context", "Workbench", "rule"]

OTHER = "other"
"""In an aggregate: another row of the kind at hand."""

Place = Literal["credit", "let", "scheme", "assign", "watch", "test", "guarantee"]
Check = Callable[["Workbench", s.Expr, "Context", Type | None], c.Expr]
_RULES: dict[type[s.Expr], Check] = {}
_E = TypeVar("_E", bound=s.Expr)
_Made = TypeVar("_Made")


def rule(node: type[_E]) -> Callable[[Callable[[Workbench, _E, Context, Type | None], c.Expr]], Check]:
    """Register the typing rule of a syntax node."""

    def register(check: Callable[[Workbench, _E, Context, Type | None], c.Expr]) -> Check:
        _RULES[node] = check  # pyright: ignore[reportArgumentType]
        return check  # pyright: ignore[reportReturnType]

    return register


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression stands.

    `vars` are the kinds whose row is bound; `per` is the period of the scope, where known; `scheme` names the
    scheme around; `known` are optional values that a condition before has shown to be there; `given` maps the rows
    of a test to their kinds. `owes`: in a floor that carries, where `owed` is the open balance. `goal`: in a target,
    where a part of an amount for a longer period may stand. `other`: the kind of which `other` is another row.
    """

    place: Place
    vars: tuple[str, ...]
    per: str | None = None
    scheme: str | None = None
    let: str | None = None
    known: frozenset[c.Expr] = frozenset()
    given: tuple[tuple[str, str], ...] = ()
    owes: bool = False
    goal: bool = False
    other: str = ""

    def knowing(self, more: frozenset[c.Expr]) -> Context:
        """The same place after a condition has shown more values to be there."""
        return replace(self, known=self.known | more) if more else self

    def about(self, *kinds: str) -> Context:
        """The same place with other rows bound."""
        return replace(self, vars=kinds, known=frozenset())


@dataclass(slots=True)
class Workbench:
    """The state of one run of the checker."""

    bag: DiagnosticBag
    currency: str
    kinds: dict[str, FactKind] = field(default_factory=dict[str, FactKind])
    credit_decls: dict[str, s.Credit] = field(default_factory=dict[str, s.Credit])
    more_credits: dict[str, list[s.Credit]] = field(default_factory=dict[str, list[s.Credit]])
    let_decls: dict[str, s.Let] = field(default_factory=dict[str, s.Let])
    targets: dict[str, s.Target] = field(default_factory=dict[str, s.Target])
    components: dict[str, Span] = field(default_factory=dict[str, Span])
    accounts: dict[str, c.Account] = field(default_factory=dict[str, c.Account])
    lets: dict[str, c.Let] = field(default_factory=dict[str, c.Let])
    open_names: list[str] = field(default_factory=list[str])
    checked_targets: dict[str, c.Target] = field(default_factory=dict[str, c.Target])
    needs: dict[str, list[c.Need]] = field(default_factory=dict[str, list[c.Need]])
    used: set[str] = field(default_factory=set[str])
    lost: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    calendar: Calendar = GREGORIAN
    unsupported: list[c.Unsupported] = field(default_factory=list[c.Unsupported])
    settings: list[c.Setting] = field(default_factory=list[c.Setting])

    def once(self, name: str, made: dict[str, _Made], check: Callable[[], _Made]) -> _Made | None:
        """What a name stands for, checked when it is first read; None while it is being checked (a circle)."""
        if name in made:
            return made[name]
        if name in self.open_names:
            return None
        self.open_names.append(name)
        found = made[name] = check()
        self.open_names.remove(name)
        return found

    def report(self, diagnostic: Diagnostic) -> None:
        """Keep a finding."""
        self.bag.add(diagnostic)

    def fail(self, diagnostic: Diagnostic) -> c.Expr:
        """Keep a finding and go on with a value of unknown type, about which nothing more is said."""
        self.bag.add(diagnostic)
        return self.unknown(diagnostic.span)

    def nothing_called(self, span: Span, word: str, known: Iterable[str]) -> c.Expr:
        """A name that nothing declares; silent where the statement that declares it could not be read."""
        if word in self.lost:
            return self.unknown(span)
        return self.fail(problems.unknown_name(span, word, known))

    def unknown(self, span: Span) -> c.Expr:
        """A value of unknown type, where the finding has been reported already."""
        return c.Constant(UNKNOWN, Fraction(0), span=span)

    def check(self, node: s.Expr, context: Context, expect: Type | None = None) -> c.Expr:
        """The checked form of an expression; `expect` is the type that its place asks for, if it asks."""
        return _RULES[type(node)](self, node, context, expect)

    def people(self, context: Context) -> list[str]:
        """The ways from the rows at hand to a rep, like `deal.owner`."""
        return [
            f"{kind}.{column.name}"
            for kind in context.vars
            if kind in self.kinds and kind != "rep"
            for column in self.kinds[kind].columns.values()
            if column.type.kind == "rep"
        ]

    def peek(self, node: s.Expr, context: Context) -> Type:
        """The type that an expression would have, with nothing reported and nothing kept."""
        bag, accounts, needs = (
            self.bag,
            dict(self.accounts),
            {name: list(found) for name, found in self.needs.items()},
        )
        self.bag = DiagnosticBag()
        try:
            return self.check(node, context).type
        finally:
            self.bag, self.needs = bag, needs
            for name in [name for name in self.accounts if name not in accounts]:
                if self.accounts[name].implicit:
                    del self.accounts[name]

    @property
    def names(self) -> set[str]:
        """All names that a value may be called by."""
        return {*self.credit_decls, *self.let_decls, *self.targets, *self.kinds, "period", "today", "now", "tenure"}
