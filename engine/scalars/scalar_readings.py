"""Readings of accounts and lets in the scalar evaluator: what was credited, and named values, within a window."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from ...dsl import checked as c
from .book import Posting

if TYPE_CHECKING:
    from .scalar import Env, Evaluator

__all__ = ["aggregate", "beside", "picked", "read_account", "read_let"]

_FEW = 16
"""So few rows are read one by one."""


def read_account(ev: Evaluator, node: c.ReadAccount, env: Env) -> Any:
    """A reading of what was credited to the subject; None where the subject is missing."""
    scoped, subject, reading = node.window.kind == "scope", node.subject, node.reading
    if (
        env.running is not None
        and scoped
        and reading == "sum"
        and node.where is None
        and isinstance(subject, c.Subject)
    ):
        if env.running[0] == node.account:
            if ev.tracer.on:
                ev.tracer.tell(running=True)
            return env.running[1]
    recipient = _row(ev, subject, env) if subject is not None else None
    if recipient is None and subject is not None:
        return None
    start, end = (env.start, env.end) if scoped else ev.window(node.window, env.start, env.end)
    postings = ev.book.of(node.account, recipient)
    if node.where is not None:
        return _read_picked(ev, node, env, recipient, picked(ev, node, env))
    if ev.tracer.on:
        ev.tracer.tell(whose=recipient, window=(start, end), listed=not ev.tracer.brief)
        if not ev.tracer.brief:
            _note_credits(ev, node.account, recipient, postings.between(start, end))
    if reading == "sum":
        return postings.sum(start, end)
    if reading == "count":
        return postings.count(start, end)
    return aggregate(reading, [posting.value for posting in postings.between(start, end)])


def picked(ev: Evaluator, node: c.ReadAccount, env: Env, *, failing: bool = False) -> list[Posting]:
    """The postings of a reading whose rows have to fulfil a condition of the reader; or those that do not."""
    assert node.where is not None
    recipient = _row(ev, node.subject, env) if node.subject is not None else None
    if recipient is None and node.subject is not None:
        return []
    start, end = ev.window(node.window, env.start, env.end)
    posted = ev.book.of(node.account, recipient)
    by = None if failing else ev.found_by(node)
    if by is None or posted.count(start, end) < _FEW:
        found = posted.between(start, end)
    else:
        kind, value = ev.policy.accounts[node.account].kind, ev.quietly(by[1], env)
        rows = () if value is None else by[0].rows(value)
        found = [one for one in ev.book.of_rows(node.account, kind, rows, recipient) if start <= one.time < end]
    return [posting for posting in found if _holds_for(ev, node, env, posting.row) != failing]


def _holds_for(ev: Evaluator, node: c.ReadAccount, env: Env, row: int) -> bool:
    assert node.where is not None
    return ev.quietly(node.where, beside(ev, node, env, row)) is True


def beside(ev: Evaluator, node: c.ReadAccount, env: Env, row: int) -> Env:
    """The reader with a row of the account at hand."""
    return replace(env, rows={**env.rows, node.row or ev.policy.accounts[node.account].kind: row})


def _read_picked(ev: Evaluator, node: c.ReadAccount, env: Env, recipient: int | None, found: list[Posting]) -> Any:
    if ev.tracer.on:
        window = ev.window(node.window, env.start, env.end)
        ev.tracer.tell(whose=recipient, window=window, listed=not ev.tracer.brief)
        if not ev.tracer.brief:
            _note_credits(ev, node.account, recipient, found)
    return aggregate(node.reading, [posting.value for posting in found])


def _note_credits(ev: Evaluator, name: str, recipient: int | None, found: list[Posting]) -> None:
    """Each credit behind a reading, so that it can be added up by hand; and its own derivation, where it has one."""
    account = ev.policy.accounts[name]
    for posting in found:
        if not account.more:
            _note_credit(ev, account, recipient, posting, posting.value)
            continue
        made: list[tuple[c.Account, Any]] = []
        for source in account.sources:
            if source.kind == account.kinds[posting.kind]:
                posts = ev.posts(source, posting.row)
                values = [value for who, time, value in posts if (who, time) == (recipient, posting.time)]
                made += [(source, sum(values))] if values else []
        if len(made) > 1:
            ev.tracer.open()
        for source, value in made:
            _note_credit(ev, source, recipient, posting, value)
        if len(made) > 1:
            time = posting.time if account.on is not None else None
            told: dict[str, Any] = {"kind": made[0][0].kind, "row": posting.row, "time": time, "several": True}
            ev.tracer.close(None, posting.value, "credit", account.type, **told)


def _note_credit(ev: Evaluator, source: c.Account, recipient: int | None, posting: Posting, value: Any) -> None:
    """What one credit posted."""
    told: dict[str, Any] = {
        "kind": source.kind,
        "row": posting.row,
        "time": posting.time if source.on is not None else None,
    }
    if len(source.receivers) < 2 and isinstance(source.value, c.FieldOf | c.Constant):
        ev.tracer.note("credit", value, source.type, **told)
        return
    ev.tracer.open()
    ev.tracer.brief = True  # what another account holds is told where it is read, not at each credit
    ev.value(source.value, ev.row_env(source, posting.row))
    ev.tracer.brief = False
    if len(source.receivers) > 1:
        told |= {"shares": [receiver.share for receiver in source.receivers]}
        told |= {"own": [recipient in people for people in ev.receivers(source, posting.row)]}
    ev.tracer.close(None, value, "credit", source.type, **told)


def aggregate(reading: str, values: list[Any]) -> Any:
    """A reading of values in order; None where there are none and nothing can be said."""
    match reading:
        case "sum":
            return sum(values, 0)
        case "count":
            return len(values)
        case "streak":
            return sum(1 for _ in takewhile(bool, reversed(values)))
        case "distinct":
            return len(set(values))
        case _ if not values:
            return None
        case "average":
            return Fraction(sum(values, 0)) / len(values)  # exact: fraction
        case "highest":
            return max(values)
        case "lowest":
            return min(values)
        case _:
            return values[-1]


def read_let(ev: Evaluator, node: c.LetRead, env: Env) -> Any:
    """The value of a let for its subjects; remembered, unless it is traced or reads a running total."""
    named = ev.policy.lets[node.let]
    rows = tuple([_row(ev, arg, env) for arg in node.args])
    if None in rows:
        return None
    own, start, end, part_of = False, env.start, env.end, env.part_of
    if node.window.kind == "scope":
        own = node.own
    else:
        part_of = ""
        start, end = ev.window(node.window, start, end)
    if not ev.tracer.on and (env.running is None or not own):
        key = node.let, rows, start, end, part_of
        found = ev.memo.get(key, ev)
        if found is ev:  # not read yet: nothing has the evaluator itself as its value
            inner = env if own else _inside(named, rows, env, start, end, part_of)
            found = ev.memo[key] = ev.value(named.value, inner)
        return found
    if ev.tracer.on:
        ev.tracer.tell(rows=rows, window=(start, end))
    return ev.value(named.value, env if own else _inside(named, rows, env, start, end, part_of))


def _inside(named: c.Let, rows: tuple[int, ...], env: Env, start: int, end: int, part_of: str) -> Env:
    return type(env)(dict(zip(named.params, rows, strict=True)), start, end, part_of=part_of)


def _row(ev: Evaluator, node: c.Expr, env: Env) -> Any:
    """The row that a subject or a reference means, without a derivation."""
    return env.rows[node.var] if isinstance(node, c.Subject) else ev.quietly(node, env)
