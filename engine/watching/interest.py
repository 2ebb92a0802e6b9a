"""At which moments what rules read of a subject may change: it is looked at then, and at no other moment.

Rows come into a window when they happen and leave it when they are too old; days, weeks, months begin; a row of
another version begins to hold. A moment too many costs time and changes nothing; one too few would be a defect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...dsl import checked as c
from ...dsl.words import PARTS
from ..calendar.days import SECONDS_PER_DAY
from ..calendar.periods import period_end
from ..calendar.windows import BEGINNING, resolve
from ..scalars.scalar import Evaluator
from .as_of import HistoryWorld

__all__ = ["Interest"]

_SECONDS = frozenset({"minute", "hour", "day", "week"})


@dataclass(frozen=True, slots=True)
class _Account:
    """An account that is read: of the subject itself, or of others; `lasts` are the windows that slide."""

    name: str
    own: bool
    lasts: tuple[c.Window, ...]


@dataclass(slots=True)
class Interest:
    """What expressions about a row of `kind` read.

    `accounts`: whose postings count. `units`: periods whose beginning may change something. `cells`: columns by kind;
    `others`: kinds of which other rows than the subject are read.
    `named`: periods that are read as a whole, as `2026-Q1`, whenever it is.
    """

    policy: c.Policy
    kind: str
    accounts: dict[_Account, None] = field(default_factory=dict[_Account, None])
    units: set[str] = field(default_factory=set[str])
    cells: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    others: set[str] = field(default_factory=set[str])
    named: set[str] = field(default_factory=set[str])
    _seen: set[object] = field(default_factory=set[object])

    def add(self, nodes: Iterable[c.Node]) -> Interest:
        """Take in what more expressions read."""
        self.cells.setdefault(self.kind, set())  # whether the row holds at all
        for node in nodes:
            self._read(node, (), own=True)
        return self

    # --- what is read ------------------------------------------------------------------------------------

    def _read(self, node: c.Node, windows: tuple[c.Window, ...], *, own: bool) -> None:
        match node:
            case c.FieldOf(base=base, kind=kind, column=column):
                self.cells.setdefault(kind, set()).add(column)
                if not (own and isinstance(base, c.Subject) and base.var == self.kind):
                    self.others.add(kind)
            case c.Today() | c.PeriodEdge():
                self.units.add("day")
            case c.Invoke(function=function) if function in PARTS:
                self.units.add("day")
            case c.LetRead():
                self._read_let(node, windows, own=own)
            case c.ReadAccount(account=account, subject=subject, window=window):
                chain = self._within(windows, window)
                mine = own and isinstance(subject, c.Subject) and subject.var == self.kind
                lasts = tuple(one for one in chain if one.kind == "last")
                self.accounts[_Account(account, mine, lasts)] = None
            case c.AcrossReps() | c.Rank() | c.ShareOf() | c.ReadTarget():
                self.units.add("day")  # people come and go
                self._read_people(node, windows)
                return
            case c.AcrossPeriods(value=value, per=per, window=window):
                self.units.update(("day", per))
                self._read(value, self._within(windows, window), own=own)
                return
            case _:
                pass
        for child in c.children(node):
            self._read(child, windows, own=own)

    def _read_people(self, node: c.Node, windows: tuple[c.Window, ...]) -> None:
        """A reading over people reads accounts and cells of everybody."""
        window = getattr(node, "window", None)
        chain = self._within(windows, window) if isinstance(window, c.Window) else windows
        self.others.add("rep")
        for column in ("hired", "left"):
            self.cells.setdefault("rep", set()).add(column)
        if isinstance(node, c.ReadTarget):
            self._everything()
        for child in c.children(node):
            self._read(child, chain, own=False)

    def _everything(self) -> None:
        """A goal reads what its formula reads, which is looked at as a whole."""
        for target in self.policy.targets.values():
            if ("target", target.name) not in self._seen:
                self._seen.add(("target", target.name))
                for child in c.children(target):
                    self._read(child, (), own=False)

    def _read_let(self, node: c.LetRead, windows: tuple[c.Window, ...], *, own: bool) -> None:
        let = self.policy.lets[node.let]
        mine = own and node.own
        chain = self._within(windows, node.window)
        place = node.let, mine, chain
        if place not in self._seen:
            self._seen.add(place)
            self._read(let.value, chain, own=mine)

    def _within(self, windows: tuple[c.Window, ...], window: c.Window) -> tuple[c.Window, ...]:
        """One more window within those around; the periods of the calendar that it hangs on are noted."""
        if window.kind == "scope":
            return windows
        if window.kind in {"calendar", "previous"}:
            self.units.add(window.unit)
        if window.kind == "last" and window.unit not in _SECONDS:
            self.units.add("day")
        if window.kind == "period":
            self.named.add(window.unit)
        return (*windows, window)

    # --- moments -----------------------------------------------------------------------------------------

    def next(self, ev: Evaluator, row: int, after: int) -> int | None:
        """The first moment after one at which something may be different for a row; None where nothing is to come."""
        return min(self._moments(ev, row, after), default=None)

    def _moments(self, ev: Evaluator, row: int, after: int) -> Iterator[int]:
        for account in self.accounts:
            recipient = row if account.own else None
            for last in (None, *account.lasts):
                found = self._posting(ev, account, recipient, last, after)
                if found is not None:
                    yield found
        day = after // SECONDS_PER_DAY
        for unit in self.units:
            yield period_end(unit, day, self.policy.calendar) * SECONDS_PER_DAY
        for kind, columns in self.cells.items():
            own = row if kind == self.kind and kind not in self.others else None
            if isinstance(ev.world, HistoryWorld):
                recorded = (ev.world.next_moment(kind, column, own, after) for column in columns)
                yield from (moment for moment in recorded if moment is not None)
            later = [changed for changed in ev.world.change_days(kind, tuple(sorted(columns)), own) if changed > day]
            if later:
                yield min(later) * SECONDS_PER_DAY

    def _posting(
        self, ev: Evaluator, account: _Account, recipient: int | None, last: c.Window | None, after: int
    ) -> int | None:
        """When the next row comes into a window, or (with `last`) leaves one that slides."""
        if last is None:
            return ev.book.next_time(account.name, recipient, after, everybody=not account.own)
        start, _ = resolve(last, BEGINNING, after + 1, self.policy.calendar)
        time = ev.book.next_time(account.name, recipient, start - 1, everybody=not account.own)
        leaves = None if time is None else time + after + 1 - start
        if last.unit in _SECONDS:
            return leaves
        # a month back from the last second of a day is counted from the day after it, and days of a short month meet
        turn = (after + 1) // SECONDS_PER_DAY * SECONDS_PER_DAY + SECONDS_PER_DAY - 1
        return turn if leaves is None else min(turn, leaves)
