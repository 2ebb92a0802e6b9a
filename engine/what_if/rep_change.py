"""One change of one rep, from a moment on: "what if I had been on duty, had more weight, had that skill?" """

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ...dsl import checked as c
from ..facts import Facts
from ..intake.cells import Formats, Reading, reader_of
from ..intake.unreadable import Unreadable
from ..life import Change, Floor, Outcome
from ..wording.spelling import did_you_mean

__all__ = ["ChangeRefused", "RepChange", "applied", "read_change"]

_CHANGE = re.compile(r"\s*([^\W\d]\w*)\s*(\+=|-=|=)\s*(.*?)\s*", re.DOTALL)


class ChangeRefused(ValueError):
    """A change that cannot be made; `help` says what to write instead."""

    def __init__(self, message: str, advice: str) -> None:
        self.help = advice
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class RepChange:
    """A column of a rep says something else, as a file would write it; `gains`, `loses`: words of a set."""

    rep: str
    column: str
    word: str = ""
    gains: frozenset[str] = frozenset()
    loses: frozenset[str] = frozenset()

    def event(self, floor: Floor, at: int) -> Change:
        """The event by which it happens at a moment, where facts are as they stand then."""
        if not self.gains and not self.loses:
            return Change(at, "rep", self.rep, {self.column: self.word or None})
        world = floor.ev.world
        row = world.find("rep", self.rep)
        held = None if row is None else world.cell("rep", row, self.column)
        there = held if isinstance(held, frozenset) else frozenset[str]()
        return Change(at, "rep", self.rep, {self.column: sorted((there | self.gains) - self.loses)})


def read_change(
    policy: c.Policy, facts: Facts, rep: str, text: str, knows: Callable[[str, str], bool] | None = None
) -> RepChange:
    """A change as it is written: `on_duty=yes`, `strength=5`, `skills+=food`. Raises `ChangeRefused`.

    `knows`: whether there is a fact of a kind by its key, where there are others than those of `facts` by now.
    """

    def there(kind: str, key: str) -> bool:
        return facts.table(kind).row(key) is not None if knows is None else knows(kind, key)

    found = _CHANGE.fullmatch(text)
    if found is None:
        raise ChangeRefused(f"`{text}` is no change", "write it like `on_duty=yes` or `skills+=food`")
    name, sign, word = found[1], found[2], found[3]
    table, kind = facts.table("rep"), policy.kinds["rep"]
    if not there("rep", rep):
        raise ChangeRefused(f"there is no rep `{rep}`", did_you_mean(rep, table.keys) or "name one of the file")
    if name not in kind.columns:
        advice = did_you_mean(name, kind.columns) or f"a rep has {', '.join(f'`{one}`' for one in kind.columns)}"
        raise ChangeRefused(f"reps have no `{name}`", advice)
    if name not in table.columns:
        read = ", ".join(f"`{one}`" for one in sorted(table.columns))
        raise ChangeRefused(f"the policy decides without `{name}` of a rep", f"it reads {read}")
    column = kind.columns[name]
    if sign != "=" and column.type.name != "set":
        raise ChangeRefused(f"`{name}` is one value, not several", f"write it like `{name}={word or '...'}`")
    if column.type.name == "ref" and word:
        kind_named = column.type.kind or "rep"
        if not there(kind_named, word):
            advice = did_you_mean(word, facts.table(kind_named).keys) or "use a key"
            raise ChangeRefused(f"there is no {kind_named} `{word}`", advice)
        return RepChange(rep, name, word)
    try:
        value = reader_of(column, Reading(policy.currency, ZoneInfo(policy.timezone), Formats())).one(word)
    except Unreadable as problem:
        raise ChangeRefused(f"`{name}`: `{word}` {problem.message}", problem.help) from None
    words = value if isinstance(value, frozenset) else frozenset[str]()
    if sign == "=":
        return RepChange(rep, name, word)
    return RepChange(rep, name, gains=words) if sign == "+=" else RepChange(rep, name, loses=words)


def applied(changes: Sequence[RepChange], since: int | None) -> Callable[[Floor, int], list[Outcome]]:
    """What a replay asks before each event: makes the changes before the first one from a moment (seconds) on."""
    waiting = list(changes)

    def before(floor: Floor, at: int) -> list[Outcome]:
        if not waiting or (since is not None and at < since):
            return []
        made = [floor.apply(change.event(floor, at if since is None else since)) for change in waiting]
        waiting.clear()
        return made

    return before
