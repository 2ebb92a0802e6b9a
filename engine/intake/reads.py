"""Which columns of which facts a purpose reads: what a file has to hold, and no more."""

from __future__ import annotations

from typing import Literal

from ...dsl import checked as c
from ..targets.target_measure import measure_of

__all__ = ["Purpose", "columns_read"]

Purpose = Literal["simulate", "assign", "watch", "live", "targets", "reach", "all"]
"""`live`: what decides and watches while things happen."""


def columns_read(policy: c.Policy, purpose: Purpose) -> dict[str, frozenset[str]]:
    """For each kind, the columns whose values decide something in a run, or in all kinds of run."""
    roots: list[c.Node] = []
    if purpose in {"simulate", "all"}:
        roots += policy.schemes
    if purpose in {"assign", "live", "all"}:
        roots += policy.assigns
    if purpose in {"watch", "live", "all"}:
        roots += policy.watches
    if purpose in {"targets", "reach", "all"}:
        roots += policy.targets.values()
    if purpose == "reach":
        roots += [measure_of(policy, target) for target in policy.targets.values()]
    found: dict[str, set[str]] = {"rep": set()} if roots else {}
    seen: set[str] = set()
    while roots:
        for node in c.walk(roots.pop()):
            match node:
                case c.FieldOf(kind=kind, column=column):
                    found.setdefault(kind, set()).add(column)
                case c.ReadAccount(account=name) if f"account {name}" not in seen:
                    seen.add(f"account {name}")
                    roots.append(policy.accounts[name])
                    for kind in policy.accounts[name].kinds:
                        found.setdefault(kind, set())
                case c.LetRead(let=name) if f"let {name}" not in seen:
                    seen.add(f"let {name}")
                    roots.append(policy.lets[name])
                case c.ReadTarget(target=name) if f"target {name}" not in seen:
                    seen.add(f"target {name}")
                    roots.append(policy.targets[name])
                case c.Target(kind=kind) | c.Account(kind=kind):
                    found.setdefault(kind, set())
                case c.Watch(kind=kind):
                    found.setdefault(kind, set()).update(_start(policy, node))
                case c.Assign(kind=kind):
                    found.setdefault(kind, set()).update(_stream(policy, node))
                    found["rep"].update(_order(policy, node))
                case _:
                    pass
    return {kind: frozenset(columns) for kind, columns in found.items()}


def _order(policy: c.Policy, node: c.Assign) -> set[str]:
    """The column of `rep` that breaks ties, unless it is the key."""
    column = policy.kinds["rep"].columns.get(dict(node.settings).get("order", "id"))
    return {column.name} if column is not None and column.type.name != "key" else set()


def _stream(policy: c.Policy, node: c.Assign) -> set[str]:
    """The date by which a stream of facts is ordered."""
    dated = policy.kinds[node.kind].arrives
    return {dated.name} if dated is not None else set()


def _start(policy: c.Policy, node: c.Watch) -> set[str]:
    """The date from which timers run that say nothing else; where none do, it need not be there."""
    came = policy.kinds[node.kind].arrives
    needed = any(rule.word != "when" and rule.since is None for rule in node.rules)
    return {came.name} if came is not None and (needed or not came.type.optional) else set()
