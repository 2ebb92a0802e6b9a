"""Whether what one rep sells can change what another is paid: ranks, shares, sums over reps, credits to others."""

from __future__ import annotations

from collections.abc import Iterator

from ...dsl import checked as c

__all__ = ["interactions"]


def interactions(policy: c.Policy, owner: str = "owner") -> list[str]:
    """Why reps act on each other's pay, in words, each once; empty where every rep stands alone.

    A rep stands alone where everything that a scheme reads of others is a column of a fact, and every credit from
    a row goes to the one rep in its column `owner` (of deals; of other kinds to any one rep).
    """
    found: dict[str, None] = {}
    for scheme in policy.schemes:
        for part in scheme.components:
            name = part.name if isinstance(part, c.Pay) else f'award "{part.title}"'
            if isinstance(part, c.Pay):
                found.update((f"`{name}` {why}", None) for why in _why(policy, part, owner, set()))
        if scheme.total is not None:
            found.update(
                (f"`total` of `{scheme.name}` {why}", None) for why in _why(policy, scheme.total, owner, set())
            )
    return list(found)


def _why(policy: c.Policy, root: c.Node, owner: str, seen: set[str]) -> Iterator[str]:
    for node in c.walk(root):
        match node:
            case c.Rank():
                yield "ranks reps"
            case c.ShareOf():
                yield "shares a pool"
            case c.AcrossReps():
                yield "adds up or compares reps"
            case c.ReadAccount(account=name, subject=subject):
                if not isinstance(subject, c.Subject) or subject.var != "rep":
                    yield "reads what others are credited"
                if name not in seen:
                    seen.add(name)
                    yield from _credited(policy, policy.accounts[name], owner)
                    yield from _why(policy, policy.accounts[name], owner, seen)
            case c.LetRead(let=name):
                if not node.own:
                    yield "reads values of others"
                if name not in seen:
                    seen.add(name)
                    yield from _why(policy, policy.lets[name].value, owner, seen)
            case _:
                pass


def _credited(policy: c.Policy, account: c.Account, owner: str) -> Iterator[str]:
    """A credit that another rep than the owner of the deal gets."""
    for receiver in (one for source in account.sources if source.kind == "deal" for one in source.receivers):
        path = receiver.path
        own = isinstance(path, c.FieldOf) and isinstance(path.base, c.Subject) and path.column == owner
        if receiver.above is not None or not own:
            yield f"reads `{account.name}`, which credits others than the owner"
