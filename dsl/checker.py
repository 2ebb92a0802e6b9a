"""Text to checked policy: parse, declare, check; all findings of all passes in one run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from . import calls, expressions, hours, literals, people, problems, readings, row_aggregates, tables
from . import checked as c
from . import syntax as s
from .accounts import account_of, let_of
from .allocation import check_assign
from .declarations import declare_facts, declare_names
from .diagnostics import Diagnostic, DiagnosticBag
from .incentives import check_scheme
from .lots import with_lots
from .parser import parse
from .promises import check_guarantee
from .settings import Head, read_head
from .source import SourceFile, Span
from .targets import target_of
from .trials import check_test
from .watching import check_watch
from .workbench import Workbench

__all__ = ["Checked", "check"]


_RULES = (calls, expressions, hours, literals, people, readings, row_aggregates, tables)
"""Modules that register the typing rules of syntax nodes when they are imported."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: the policy where there is no error, and everything found on the way."""

    source: SourceFile
    policy: c.Policy | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether the policy can be used."""
        return self.policy is not None


def check(source: SourceFile | str, name: str = "policy.meed") -> Checked:
    """Check a policy text. Never raises for any text."""
    if isinstance(source, str):
        source = SourceFile(name, source)
    parsed = parse(source)
    bag = DiagnosticBag()
    bag.extend(list(parsed.diagnostics))
    bench = Workbench(bag, _currency(parsed.statements), lost=parsed.lost)
    try:
        policy = _check_statements(bench, parsed.statements, source, complete=not parsed.has_errors)
    except RecursionError:
        bag.add(problems.too_deep(Span(0, min(20, len(source.text)))))
        policy = None
    if bag.has_errors:
        policy = None
    return Checked(source, policy, tuple(bag.sorted()))


def _currency(statements: tuple[s.Statement, ...]) -> str:
    """The policy's currency: needed before amounts in `facts` can be read."""
    for node in statements:
        if isinstance(node, s.Policy):
            for setting in node.settings:
                if setting.name.text == "currency" and isinstance(setting.value, s.Name):
                    return setting.value.text
    return "USD"


def _check_statements(
    bench: Workbench, statements: tuple[s.Statement, ...], source: SourceFile, *, complete: bool
) -> c.Policy | None:
    heads = [node for node in statements if isinstance(node, s.Policy)]
    for extra in heads[1:]:
        bench.report(problems.policy_twice(extra.title.span, heads[0].title.span))
    start = Span(0, min(len(source.text), 1))
    if heads or complete:
        head = read_head(bench, heads[0] if heads else None, start)
    else:
        head = Head()
    bench.calendar = head.calendar
    declare_facts(bench, [node for node in statements if isinstance(node, s.Facts)])
    declare_names(bench, statements)
    for name in bench.credit_decls:
        account_of(bench, name)
    for name in bench.let_decls:
        let_of(bench, name)
    for name in bench.targets:
        target_of(bench, name)
    schemes = tuple(check_scheme(bench, node) for node in statements if isinstance(node, s.Scheme))
    assigns = tuple(
        made for node in statements if isinstance(node, s.Assign) if (made := check_assign(bench, node)) is not None
    )
    watched = (check_watch(bench, node) for node in statements if isinstance(node, s.Watch))
    watches = tuple(watch for watch in watched if watch is not None)
    for node in statements:
        if isinstance(node, s.Guarantee):
            check_guarantee(bench, node)
    assigns = with_lots(bench, assigns, (*schemes, *watches))
    bench.told = frozenset(node.kind.text for node in statements if isinstance(node, s.Assign | s.Watch))
    tests = tuple(check_test(bench, node) for node in statements if isinstance(node, s.Test))
    _whole_policy(bench, statements, schemes, assigns)
    if bench.bag.has_errors:
        return None
    return _policy(bench, head, (schemes, assigns, watches, tests), source)


def _whole_policy(
    bench: Workbench,
    statements: tuple[s.Statement, ...],
    schemes: tuple[c.Scheme, ...],
    assigns: tuple[c.Assign, ...],
) -> None:
    """What only shows when all statements are seen together."""
    named = [node.name for node in statements if isinstance(node, s.Scheme)]
    counts = Counter(name.text for name in named)
    for name in named:
        if counts[name.text] > 1:
            bench.report(problems.name_twice(name.span, name.text, next(n.span for n in named if n.text == name.text)))
            counts[name.text] = 0
    kinds = Counter(assign.kind for assign in assigns)
    for assign in assigns:
        if kinds[assign.kind] > 1:
            bench.report(problems.assign_twice(assign.span, assign.kind))
            kinds[assign.kind] = 0
    uses_reps = schemes or assigns or bench.accounts
    if uses_reps and "rep" not in bench.kinds:
        bench.report(problems.no_reps(Span(0, 1)))
    elif schemes and bench.kinds["rep"].key is None:
        bench.report(problems.no_key(Span(0, 1), "rep"))
    if bench.bag.has_errors:  # what reads a name may be among what is wrong
        return
    in_tests = {
        part.text
        for node in statements
        if isinstance(node, s.Test)
        for part in s.walk(node)
        if isinstance(part, s.Name)
    }
    for name, decl in (*bench.credit_decls.items(), *bench.let_decls.items()):
        if name not in bench.used and name not in in_tests:
            bench.report(problems.unused(decl.name.span, name))
    del schemes


def _policy(
    bench: Workbench,
    head: Head,
    blocks: tuple[tuple[c.Scheme, ...], tuple[c.Assign, ...], tuple[c.Watch, ...], tuple[c.Test, ...]],
    source: SourceFile,
) -> c.Policy:
    schemes, assigns, watches, tests = blocks
    made = c.Policy(
        name=head.name,
        version=head.version,
        effective=head.effective,
        currency=head.currency,
        timezone=head.timezone,
        rounding=head.rounding,
        round_to=head.round_to,
        kinds=dict(bench.kinds),
        accounts=dict(bench.accounts),
        lets=dict(bench.lets),
        schemes=schemes,
        assigns=assigns,
        tests=tests,
        unsupported=tuple(bench.unsupported),
        settings=(*head.settings, *bench.settings),
        reads=_reads(bench, schemes, assigns, watches),
        source=source,
        approval_above=head.approval_above,
        calendar=head.calendar,
        targets=dict(bench.checked_targets),
        watches=watches,
    )
    for part in bench.unsupported:
        bench.report(problems.not_run_yet(part.span, part.what))
    return replace(made, hash=made.fingerprint())


def _reads(
    bench: Workbench, schemes: tuple[c.Scheme, ...], assigns: tuple[c.Assign, ...], watches: tuple[c.Watch, ...]
) -> dict[str, frozenset[str]]:
    """For each kind, the columns whose values decide something."""
    found: dict[str, set[str]] = {}
    named = (*bench.accounts.values(), *bench.lets.values(), *bench.checked_targets.values())
    for node in (*named, *schemes, *assigns, *watches):
        for part in c.walk(node):
            if isinstance(part, c.FieldOf):
                found.setdefault(part.kind, set()).add(part.column)
        if isinstance(node, c.Account):
            for kind in node.kinds:
                found.setdefault(kind, set())
        if isinstance(node, c.Assign | c.Watch):
            found.setdefault(node.kind, set()).update(_stream_columns(bench, node.kind))
        if isinstance(node, c.Target):
            found.setdefault(node.kind, set())
    if schemes or assigns:
        found.setdefault("rep", set())
    return {kind: frozenset(columns) for kind, columns in found.items()}


def _stream_columns(bench: Workbench, kind: str) -> set[str]:
    came = bench.kinds[kind].arrives
    return {came.name} if came is not None else set()
