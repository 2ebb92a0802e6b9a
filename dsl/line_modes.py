"""How the lines of a component follow the rows of the account that it reads.

In order where the component is a running sum of its rows (a rate, a marginal table, a cap): each row carries what
it added. In proportion where one row would carry everybody's catch-up (retroactive and step tables, gates on the
same account). One line a period where it reads no account, or several.
"""

from __future__ import annotations

from typing import Literal

from . import checked as c
from .workbench import Workbench

__all__ = ["accounts_read", "line_mode"]

Mode = Literal["in_order", "in_proportion", "period"]


def line_mode(
    bench: Workbench, value: c.Expr, clauses: tuple[c.Clause, ...], over: str | None
) -> tuple[str | None, Mode]:
    """The account whose rows give the lines (None: none), and how."""
    accounts = accounts_read(bench, value)
    if len(accounts) != 1:
        return None, "period"
    account = next(iter(accounts))
    if account.startswith("?"):
        return None, "period"
    if _grows_by_rows(bench, value, account) and not any(_breaks_order(bench, part, account) for part in clauses):
        return account, "in_order"
    if over is not None or not _reads_scope(bench, value, account):
        return None, "period"
    return account, "in_proportion"


def accounts_read(bench: Workbench, node: c.Node) -> set[str]:
    """The accounts of the rep's own scope that a value reads; `?` before those read otherwise."""
    found: set[str] = set()
    for part in c.walk(node):
        if isinstance(part, c.ReadAccount):
            plain = part.window.kind == "scope" and _own(part.subject) and part.reading == "sum"
            plain = plain and part.where is None
            found.add(part.account if plain else f"?{part.account}")
        elif isinstance(part, c.LetRead):
            inner = accounts_read(bench, bench.lets[part.let].value) if part.let in bench.lets else set[str]()
            plain = part.window.kind == "scope" and all(_own(arg) for arg in part.args)
            found |= inner if plain else {name if name.startswith("?") else f"?{name}" for name in inner}
        elif isinstance(part, c.AcrossReps | c.AcrossPeriods | c.Rank | c.ShareOf):
            found.add("?others")
    return found


def _own(subject: c.Expr | None) -> bool:
    return isinstance(subject, c.Subject) and subject.var == "rep"


def _reads_scope(bench: Workbench, value: c.Expr, account: str) -> bool:
    return account in accounts_read(bench, value)


def _reads(bench: Workbench, node: c.Node, account: str) -> bool:
    return any(name.lstrip("?") == account for name in accounts_read(bench, node))


def _breaks_order(bench: Workbench, clause: c.Clause, account: str) -> bool:
    match clause:
        case c.AtLeast() | c.Plus():
            return True
        case c.Release():
            return False
        case c.AtMost(carry=carry):
            return carry is not None or _reads(bench, clause, account)
        case _:
            return _reads(bench, clause, account)


def _grows_by_rows(bench: Workbench, node: c.Expr, account: str) -> bool:
    """Whether the value is a function of the account's running total that nothing pays at zero."""
    match node:
        case c.ReadAccount():
            return True
        case c.LetRead(let=name):
            return name in bench.lets and _grows_by_rows(bench, bench.lets[name].value, account)
        case c.Arithmetic(op="*", left=left, right=right):
            if _reads(bench, left, account) and _reads(bench, right, account):
                return False
            grows, other = (left, right) if _reads(bench, left, account) else (right, left)
            return not _reads(bench, other, account) and _grows_by_rows(bench, grows, account)
        case c.Arithmetic(op="/", left=left, right=right):
            return not _reads(bench, right, account) and _grows_by_rows(bench, left, account)
        case c.Arithmetic(left=left, right=right):
            return _grows_by_rows(bench, left, account) and _grows_by_rows(bench, right, account)
        case c.Negate(operand=operand):
            return _grows_by_rows(bench, operand, account)
        case c.Fallback(value=value, other=other):
            return not _reads(bench, other, account) and _grows_by_rows(bench, value, account)
        case c.Blend(parts=parts):
            return all(_grows_by_rows(bench, part, account) for _, part in parts)
        case c.Limits(value=value, limits=limits):
            capped = all(isinstance(limit, c.AtMost) and not _reads(bench, limit, account) for limit in limits)
            return capped and _grows_by_rows(bench, value, account)
        case c.Table(reading="marginal", operand=operand, against=against, bands=bands):
            others = (*bands, *((against,) if against is not None else ()))
            return not any(_reads(bench, part, account) for part in others) and _grows_by_rows(bench, operand, account)
        case _:
            return False
