"""Where a fact is: with a rep, offered to one, at a desk, open to all, or closed; and who has had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...dsl import checked as c
from ..turns.decks import Card
from ..turns.turns import Dealt

__all__ = ["TAKEN", "GroupDealt", "Holding", "State", "Stay"]

State = Literal["owned", "offered", "held", "pool", "closed"]

TAKEN = frozenset({"owned", "offered"})
"""States in which a fact is with a rep."""


# Values that nobody changes. They are not frozen, for many are made and freezing costs thrice as much.


@dataclass(slots=True)
class Holding:
    """A rep's time with a fact: the `number`th of it, from when to when, how it came and how it ended.

    An offer is `owned` once it is accepted. `came` and `how` are words of the standard kind `assignment`.
    """

    number: int
    rep: str
    began: int
    came: str
    owned: bool
    accepted: int | None = None
    ended: int | None = None
    how: str = ""
    by: str = ""
    reason: str = ""


@dataclass(slots=True)
class GroupDealt:
    """The group of reps that was chosen first: its key, by which step, and what that posted or dealt, as of a rep."""

    key: str
    rule: str
    step: int
    turn: Dealt | None = None
    card: Card | None = None


@dataclass(slots=True)
class Stay:
    """Where a fact is now. A rep is named by the key, so that it is the same under another policy.

    `since` is what timers count from: when the fact was given out by the rules, claimed or accepted, or came to
    where it waits; a transfer by hand leaves it as it was. `changed` is the moment of the last change. `rule` and
    `step` say which step of the policy it came to, `turn` what that posted and is not taken back, `card` what a
    deck dealt, `group` the same of the rep's group where one was chosen first. `passed`: who was passed over since
    it was last with somebody, and how. `lapses`: when an offer or a step by claim ends. `until`: how long timers
    that take the fact away wait, where somebody extended it. `fired`: how often each timer was due.
    """

    state: State
    since: int
    changed: int
    rep: str = ""
    decision: str = ""
    rule: str = ""
    step: int = 0
    desk: str = ""
    turn: Dealt | None = None
    card: Card | None = None
    passed: tuple[tuple[str, str], ...] = ()
    lapses: int | None = None
    until: int | None = None
    fired: tuple[tuple[c.Timer, int], ...] = ()
    confirmed: int | None = None
    version: int = 0
    group: GroupDealt | None = None

    @property
    def waits(self) -> bool:
        """Whether the rules keep it at a desk: it waits for somebody. What a timer put there does not."""
        return self.state == "held" and self.decision != ""

    def count(self, timer: c.Timer) -> int:
        """How often a timer was due in this stay."""
        return dict(self.fired).get(timer, 0)
