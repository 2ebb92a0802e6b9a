"""By which rows a timer is due: those of its own fact alone, or those of others, too, which move it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...dsl import checked as c

__all__ = ["counts_only_own"]


def counts_only_own(policy: c.Policy, timers: Sequence[c.Timer], decided: str, kind: str) -> bool:
    """Whether the rows of a kind by which timers of a `decided` fact are due all name that very fact, or are it.

    `latest of activity.at where activity.lead is lead` reads rows of its own; the calls of its owner, or what became of
    other facts of the same account, are those of others.
    """
    roots = [part for timer in timers for part in (timer.since, timer.wait.hours) if part is not None]
    return all(_is_own(policy, part, decided, kind) for part in _read(policy, roots))


def _is_own(policy: c.Policy, part: c.Node, decided: str, kind: str) -> bool:
    match part:
        case c.ReadAccount(account=name) if kind in policy.accounts[name].kinds:
            return _names(part, decided, kind)
        case c.FieldOf(base=base) if part.kind == kind:
            return isinstance(base, c.Subject)
        case c.LetRead(let=let, args=args):
            return _of_itself(policy.lets[let].params, args, decided)
        case c.OpenFor(kinds=kinds, args=args):
            return _of_itself(kinds, args, decided)
        case _:
            return True


def _of_itself(params: Sequence[str], args: Sequence[c.Expr], decided: str) -> bool:
    """Whether what is read of a fact is read of that at hand."""
    of_decided = [arg for kind, arg in zip(params, args, strict=True) if kind == decided]
    return all(isinstance(arg, c.Subject) and arg.var == decided for arg in of_decided)


def _names(read: c.ReadAccount, decided: str, kind: str) -> bool:
    """Whether only rows count that name the fact at hand."""
    named = read.row or kind
    parts = read.where.parts if isinstance(read.where, c.All) else (read.where,)
    for part in parts:
        if isinstance(part, c.Same) and not part.negated:
            for cell, fact in ((part.left, part.right), (part.right, part.left)):
                match cell, fact:
                    case c.FieldOf(base=c.Subject(var=row)), c.Subject(var=var) if row == named and var == decided:
                        return True
                    case _:
                        pass
    return False


def _read(policy: c.Policy, roots: Sequence[c.Node]) -> Iterator[c.Node]:
    """Everything that is read, lets looked through."""
    left, seen = [*roots], set[str]()
    while left:
        for part in c.walk(left.pop()):
            yield part
            if isinstance(part, c.LetRead) and part.let not in seen:
                seen.add(part.let)
                left.append(policy.lets[part.let].value)
