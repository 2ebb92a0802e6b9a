"""Checked assignments: rules, their steps, and what time does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .checked_hours import Wait
from .checked_values import Expr, Node

__all__ = ["Action", "Assign", "Level", "Measure", "Rule", "Tier", "Timer", "Wait"]


@dataclass(frozen=True, slots=True)
class Action(Node):
    """What is done when nobody takes a lead, or a timer is due; `to`: whom it notifies, or gives an award."""

    word: Literal["hold", "next", "return", "notify", "award"]
    text: str = ""
    to: Expr | None = None


@dataclass(frozen=True, slots=True)
class Timer(Node):
    """What is done `after` a time, or `every` so often, unless a condition holds then.

    `since` is what it counts from (None: since the fact was given out, or came to where it waits).
    """

    word: Literal["after", "every"]
    wait: Wait
    since: Expr | None
    unless: Expr | None
    action: Action


@dataclass(frozen=True, slots=True)
class Measure(Node):
    """What decides, the lowest or the highest, among those who are alike in what is measured before it."""

    word: Literal["fewest", "best"]
    value: Expr


@dataclass(frozen=True, slots=True)
class Level(Node):
    """What is chosen before a rep is: a group of those who share a `value`, by `sharing` and `weight`."""

    value: Expr
    sharing: str
    weight: Expr | None = None


@dataclass(frozen=True, slots=True)
class Tier(Node):
    """Candidates: one `person`, or every rep that satisfies `where`, shared by `sharing` and `weight`.

    `accept`: how long an offer stands; None: whoever is chosen has it at once. `further`: what decides among those who
    are alike in the first measure. `level`: the group that is chosen first; the rest then says how a rep of it is.
    """

    person: Expr | None
    where: Expr | None
    sharing: str
    weight: Expr | None
    accept: Wait | None = None
    further: tuple[Measure, ...] = ()
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A rule: its tiers are tried in order once `when` holds; `nobody` says what if all are empty."""

    name: str
    when: Expr | None
    tiers: tuple[Tier, ...]
    nobody: Action | None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """Who gets a fact of `kind`; `extension`: how long a holding may last where it is extended.

    `fair_in`: what a fact counts where it is shared out by value (None: one). `moving`: what it costs to take a fact
    from its owner, where the setting `moves` names that. `forgets`: after how long away a rep begins anew. `queued_by`:
    what is given out first of what waits, largest first, where the setting `queue` names that. `lots`: the names of the
    lots that decide something.
    """

    kind: str
    needs: tuple[Expr, ...]
    rules: tuple[Rule, ...]
    otherwise: Rule
    nobody: Action
    settings: tuple[tuple[str, str], ...] = ()
    timers: tuple[Timer, ...] = ()
    extension: Wait | None = None
    fair_in: Expr | None = None
    moving: Expr | None = None
    forgets: Wait | None = None
    queued_by: Expr | None = None
    lots: tuple[str, ...] = ()
