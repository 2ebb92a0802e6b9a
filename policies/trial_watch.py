"""The watches of a policy in a test: what fires is done at its moment, as a service would do it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..dsl import checked as c
from ..dsl.schema import WRITTEN
from ..engine.calendar.days import SECONDS_PER_DAY
from ..engine.facts import Facts
from ..engine.life import Event, Floor, Outcome, Seen, Tick
from ..engine.watching.firing import Firing
from ..engine.watching.live import LiveWatch, fires_of
from ..engine.watching.supervisor import RulesFailed, RulesUnavailable
from .trial_facts import NotGiven

__all__ = ["HeardFloor", "TrialWatch", "moments_of"]


class HeardFloor(Floor):
    """A floor that tells of every outcome, whoever brings it about."""

    hears: Callable[[Outcome], None] | None = None

    def apply(self, event: Event) -> Outcome:
        """See `Floor.apply`."""
        outcome = super().apply(event)
        if self.hears is not None:
            self.hears(outcome)
        return outcome


class TrialWatch:
    """The watches over some kinds, above a floor that nothing was applied to. For a `with` block.

    Raises `NotGiven` where rules cannot be run.
    """

    def __init__(self, floor: HeardFloor, kinds: Collection[str]) -> None:
        self._live, self._kinds = LiveWatch(floor), kinds

    def __enter__(self) -> TrialWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()

    def feed(self, event: Event | Seen) -> None:
        """Let time go on to an event, and take it in; up to and including its moment, where it is a `Tick`."""
        try:
            self._run(event.at if isinstance(event, Tick) else event.at - 1)
            self._do(self._live.show(*event) if isinstance(event, Seen) else self._live.feed(event), event.at)
        except RulesUnavailable as problem:
            raise NotGiven(f"{problem}: {problem.help}") from None
        except RulesFailed as failure:
            raise NotGiven(f"the rules engine gave up: {failure}") from None

    def _run(self, until: int) -> None:
        while (look := self._live.next_look()) is not None and look <= until:
            self._do(self._live.feed(Tick(look)), look)

    def _do(self, firings: list[Firing], at: int) -> None:
        for fire in fires_of((one for one in firings if one.kind in self._kinds), at):
            self._do(self._live.feed(fire), at)


def moments_of(policy: c.Policy, facts: Facts, kinds: Collection[str]) -> tuple[list[Seen], int | None, int | None]:
    """When recorded moments of watched facts become known, in order; the first and the last moment of any fact."""
    found: list[int] = []
    seen: list[Seen] = []
    for name, table in facts.tables.items():
        for column in table.kind.columns.values():
            if column.type.name not in {"date", "moment"} or name == "rep" or column.name not in table.columns:
                continue
            scale = SECONDS_PER_DAY if column.type.name == "date" else 1
            for row in range(len(table)):
                value = table.cell(row, column.name)
                if not isinstance(value, int):
                    continue
                found.append(value * scale)
                recorded = column.type.optional and column.type.name == "moment" and column.name not in WRITTEN
                if name in kinds and recorded:
                    seen.append(Seen(value, name, row, column.name))
    return sorted(seen), min(found, default=None), max(found, default=None)
