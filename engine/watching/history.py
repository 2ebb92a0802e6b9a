"""A history run through the watches of a policy: facts as files give them, looked at moment by moment."""

from __future__ import annotations

from dataclasses import dataclass

from ...dsl import checked as c
from ..calendar.days import SECONDS_PER_DAY
from ..facts import Facts
from .as_of import HistoryEvaluator
from .firing import Firing, moment_text
from .supervisor import RulesProcess
from .watcher import Watcher, rules_of

__all__ = ["NothingWatched", "Watching", "watch_history"]


class NothingWatched(LookupError):
    """The policy watches nothing, or nothing in the facts has a date."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What fired from a moment to another (seconds, both included), in order, and what could not be done (`holes`).

    `watched`: how many rows of each kind were looked at.
    """

    since: int
    until: int
    firings: tuple[Firing, ...]
    holes: tuple[str, ...]
    watched: dict[str, int]


def watch_history(
    policy: c.Policy, facts: Facts, until: int | None = None, process: RulesProcess | None = None
) -> Watching:
    """Run the watches of a policy over facts, from the first moment that they record to `until` (None: the last one).

    Raises `NothingWatched`, `RulesUnavailable`, `RulesFailed`.
    """
    if not policy.watches:
        raise NothingWatched(f"policy `{policy.name}` has no `watch`")
    moments = _moments(facts)
    if not moments:
        raise NothingWatched("nothing in the facts has a date, so there is no time to run through")
    since, last = min(moments), max(moments) if until is None else until
    ev = HistoryEvaluator(policy, facts)
    with process or RulesProcess(rules_of(policy)) as rules:
        watcher = Watcher(ev, rules)
        for kind, own in watcher.kinds.items():
            for row in range(ev.world.rows(kind)):
                own.watch(row, since)
        firings = tuple(watcher.advance(last))
    watched = {kind: ev.world.rows(kind) for kind in watcher.kinds}
    return Watching(since, last, firings, tuple(_holes(watcher, ev, firings)), watched)


def _moments(facts: Facts) -> list[int]:
    """The first and the last moment by which rows of each kind are dated."""
    found: list[int] = []
    for table in facts.tables.values():
        for column in {table.kind.arrives, table.kind.dated} - {None}:
            assert column is not None
            if column.name not in table.columns:
                continue
            values = [value for row in range(len(table)) if isinstance(value := table.cell(row, column.name), int)]
            scale = SECONDS_PER_DAY if column.type.name == "date" else 1
            found += [min(values) * scale, max(values) * scale] if values else []
    return found


def _holes(watcher: Watcher, ev: HistoryEvaluator, firings: tuple[Firing, ...]) -> list[str]:
    """What was not done, and why."""
    made: list[str] = []
    for kind, own in watcher.kinds.items():
        table = ev.world.facts.table(kind)
        came = table.kind.arrives
        bare = [one for one in own.rules if one.rule.word != "when" and one.rule.since is None]
        if bare and came is not None:
            made += [
                f"{table.place(row)}: {kind} `{key}` has no `{came.name}`: its timers without `since` do not run"
                for row, key in enumerate(table.keys)
                if own.reader.start(row) is None
            ]
        made += [
            f"what is read over {period} is read as a whole, by whatever moment"
            for period in sorted(own.interest.named)
        ]
    made += [
        f"{moment_text(firing.at)}: {firing.word} about {firing.kind} `{firing.key}` goes to nobody: it has no"
        f" `{firing.lacks}`"
        for firing in firings
        if firing.lacks
    ]
    return made
