"""One change of one rep, from a moment on: "what if I had been on duty, had more weight, had that skill?" """

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..dsl import checked as c
from .assignment import Assigner
from .cells import Formats, Reading, reader_of
from .facts import Facts, Scalar
from .spelling import did_you_mean
from .unreadable import Unreadable

__all__ = ["ChangeRefused", "RepChange", "applied", "read_change"]

_CHANGE = re.compile(r"\s*([^\W\d]\w*)\s*(\+=|-=|=)\s*(.*?)\s*", re.DOTALL)


class ChangeRefused(ValueError):
    """A change that cannot be made; `help` says what to write instead."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class RepChange:
    """A column of a rep (a row of the facts) says something else; `adds`: True or False for sets that gain or lose."""

    rep: int
    column: str
    value: Scalar
    adds: bool | None = None

    def apply(self, assigner: Assigner) -> None:
        """Write it into what the assigner reads; whatever follows from it is read anew."""
        world, value = assigner.ev.world, self.value
        if self.adds is not None:
            assert isinstance(value, frozenset)
            held = world.cell("rep", self.rep, self.column)
            there = held if isinstance(held, frozenset) else frozenset[str]()
            value = there | value if self.adds else there - value
        world.write("rep", self.rep, self.column, value)
        for account in assigner.policy.accounts:
            assigner.ev.book.forget(account)
        assigner.renew()


def read_change(policy: c.Policy, facts: Facts, rep: str, text: str) -> RepChange:
    """A change as it is written: `on_duty=yes`, `strength=5`, `skills+=food`. Raises `ChangeRefused`."""
    found = _CHANGE.fullmatch(text)
    if found is None:
        raise ChangeRefused(f"`{text}` is no change", "write it like `on_duty=yes` or `skills+=food`")
    name, sign, word = found[1], found[2], found[3]
    table, kind = facts.table("rep"), policy.kinds["rep"]
    row = table.row(rep)
    if row is None:
        raise ChangeRefused(f"there is no rep `{rep}`", did_you_mean(rep, table.keys) or "name one of the file")
    if name not in kind.columns:
        advice = did_you_mean(name, kind.columns) or f"a rep has {', '.join(f'`{one}`' for one in kind.columns)}"
        raise ChangeRefused(f"reps have no `{name}`", advice)
    if name not in table.columns:
        there = ", ".join(f"`{one}`" for one in sorted(table.columns))
        raise ChangeRefused(f"the policy decides without `{name}` of a rep", f"it reads {there}")
    column = kind.columns[name]
    if sign != "=" and column.type.name != "set":
        raise ChangeRefused(f"`{name}` is one value, not several", f"write it like `{name}={word or '...'}`")
    if not word:
        return RepChange(row, name, None)
    if column.type.name == "ref":
        target = facts.table(column.type.kind or "rep")
        meant = target.row(word)
        if meant is None:
            raise ChangeRefused(
                f"there is no {target.kind.name} `{word}`", did_you_mean(word, target.keys) or "use a key"
            )
        return RepChange(row, name, meant)
    try:
        value = reader_of(column, Reading(policy.currency, ZoneInfo(policy.timezone), Formats())).one(word)
    except Unreadable as problem:
        raise ChangeRefused(f"`{name}`: `{word}` {problem.message}", problem.help) from None
    adds = {"+=": True, "-=": False}.get(sign)
    return RepChange(row, name, bool(value) if column.type.name == "flag" else value, adds)  # pyright: ignore[reportArgumentType]


def applied(changes: Sequence[RepChange], since: int | None) -> Callable[[Assigner, int], None]:
    """What a replay asks before each decision: makes the changes at the first one from a moment (seconds) on."""
    waiting = list(changes)

    def before(assigner: Assigner, at: int) -> None:
        if waiting and (since is None or at >= since):
            for change in waiting:
                change.apply(assigner)
            waiting.clear()

    return before
