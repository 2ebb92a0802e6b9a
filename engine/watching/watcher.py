"""The watcher: looks at every subject at every moment at which something may change, and says which rules fired.

The moments of a subject are looked at in order, each once, with everything that happened up to and including it. At one
moment a rule fires at most once for a subject, so that what it brings about cannot set it off again without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Any

from ...dsl import checked as c
from ..scalars.scalar import Evaluator
from .because import Because
from .firing import Firing
from .interest import Interest
from .network import Watched, networks_of
from .sessions import Sessions, Step
from .standing import Memory, Reader
from .supervisor import RulesProcess

__all__ = ["Watcher", "rules_of"]

_AT_ONCE = 128


def rules_of(policy: c.Policy) -> dict[str, Any]:
    """The rules of every network of a policy, in the engine's form, by the name of the network."""
    kinds = dict.fromkeys(watch.kind for watch in policy.watches)
    return {network.name: network.definition for kind in kinds for network in networks_of(policy, kind)}


class Watcher:
    """The watches of a policy over the facts of an evaluator; `process` holds `rules_of` the policy.

    What is remembered of subjects changes only when all that was asked of the process was answered: where that fails,
    the same can be asked again.
    """

    def __init__(self, ev: Evaluator, process: RulesProcess) -> None:
        self._ev, self._sessions = ev, Sessions(process)
        self._changed: dict[tuple[str, int], None] = {}
        kinds = dict.fromkeys(watch.kind for watch in ev.policy.watches)
        self.kinds = {kind: _KindWatcher(ev, kind, self._sessions) for kind in kinds}

    def advance(self, until: int) -> list[Firing]:
        """What fires up to and including a moment (seconds), in order of moment, kind, key and rule.

        Raises `RulesUnavailable`, `RulesFailed`.
        """
        self.look(until)
        return self.taken()

    def look(self, until: int) -> None:
        """The same; what fires is kept until it is `taken`, also where this raises."""
        for kind in self.kinds.values():
            kind.advance(until)

    def next_look(self) -> int | None:
        """The next moment at which something is looked at."""
        found = (kind.next_look() for kind in self.kinds.values())
        return min((moment for moment in found if moment is not None), default=None)

    def taken(self) -> list[Firing]:
        """What has fired since this was last asked, in the order of `advance`."""
        found = [firing for kind in self.kinds.values() for firing in kind.taken()]
        return sorted(found, key=lambda firing: (firing.at, firing.kind, firing.key, firing.number))

    # --- facts that change -------------------------------------------------------------------------------

    def watch_all(self, at: int) -> None:
        """Look at every row at a moment, or when it comes."""
        for kind in self.kinds.values():
            kind.watch_all(at)

    def changed(self, kind: str, row: int) -> None:
        """A row says something else, or will when its postings are made anew (see `Book.heard`)."""
        self._changed[kind, row] = None
        for own in self.kinds.values():
            own.touch(kind, row)

    def forgot(self, account: str) -> None:
        """The postings of an account are made anew (see `Book.heard`)."""
        for own in self.kinds.values():
            own.touch_account(account)

    def look_at_touched(self, at: int) -> None:
        """Look at everything that changes have touched, at a moment."""
        if self._changed:
            self._ev.book.settle()
            for own in self.kinds.values():
                for kind, row in self._changed:
                    own.touch(kind, row)
            self._changed.clear()
        for own in self.kinds.values():
            own.look_at_touched(at)

    # --- what is remembered ------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What is remembered of every subject and when it is looked at, as plain values in one order."""
        return {name: kind.snapshot() for name, kind in sorted(self.kinds.items())}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Remember what a snapshot says of rows that are there."""
        for name, own in self.kinds.items():
            own.restore(snapshot.get(name, {}), None)

    def inherit(self, snapshot: Mapping[str, Any], before: c.Policy) -> None:
        """Remember what the watcher of another policy did of the rules that both have."""
        for name, own in self.kinds.items():
            mine = [one.rule for one in own.rules]
            theirs = [rule for watch in before.watches if watch.kind == name for rule in watch.rules]
            numbers = {number: mine.index(rule) + 1 for number, rule in enumerate(theirs, start=1) if rule in mine}
            own.restore(snapshot.get(name, {}), numbers)


class _KindWatcher:
    """The watches over one kind of fact."""

    def __init__(self, ev: Evaluator, kind: str, sessions: Sessions) -> None:
        self._ev, self.kind, self._sessions = ev, kind, sessions
        self._networks = networks_of(ev.policy, kind)
        self.reader = Reader(ev, kind, self._networks)
        self._rules: dict[int, Watched] = {one.number: one for net in self._networks for one in net.watched}
        nodes = (
            part for one in self._rules.values() for part in (one.rule.condition, one.rule.since, one.rule.working)
        )
        self.interest = Interest(ev.policy, kind).add(node for node in nodes if node is not None)
        self._because = Because(ev)
        self._memories: dict[int, Memory] = {}
        self._looks: list[tuple[int, int]] = []
        self._next: dict[int, int] = {}
        self._fired: list[Firing] = []
        self._touched: dict[int, None] = {}
        self._all_touched = False

    @property
    def rules(self) -> list[Watched]:
        """The rules, in order of number."""
        return list(self._rules.values())

    def watch(self, row: int, at: int) -> None:
        """Look at a row at a moment, or when it comes, if that is later."""
        start = self.reader.start(row)
        self._look(row, at if start is None else max(at, start))

    def watch_all(self, at: int) -> None:
        """Look at every row at a moment, or when it comes."""
        for row in range(self._ev.world.rows(self.kind)):
            self.watch(row, at)

    def next_look(self) -> int | None:
        """The next moment at which a row is looked at."""
        while self._looks and self._next.get(self._looks[0][1]) != self._looks[0][0]:
            heappop(self._looks)
        return self._looks[0][0] if self._looks else None

    # --- facts that change -------------------------------------------------------------------------------

    def touch(self, kind: str, row: int) -> None:
        """Note the rows to which a change of a row may mean something, as things stand."""
        if kind == self.kind:
            self._touched[row] = None
        self._all_touched = self._all_touched or kind in self.interest.others
        for account in self.interest.accounts:
            if kind in self._ev.policy.accounts[account.name].kinds:
                self._all_touched = self._all_touched or not account.own
                found = self._ev.book.receivers(account.name, kind, row)
                self._touched.update((recipient, None) for recipient in found if recipient is not None)

    def touch_account(self, name: str) -> None:
        """Note that all postings of an account may be others."""
        self._all_touched = self._all_touched or any(account.name == name for account in self.interest.accounts)

    def look_at_touched(self, at: int) -> None:
        """Look at what was noted."""
        for row in range(self._ev.world.rows(self.kind)) if self._all_touched else self._touched:
            self.watch(row, at)
        self._touched, self._all_touched = {}, False

    # --- what is remembered ------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What is remembered of each row, by its key."""
        key, rows = self._ev.world.key, sorted(self._memories.keys() | self._next.keys())
        return {
            key(self.kind, row): {"memory": self._memory(row).as_json(), "next": self._next.get(row)} for row in rows
        }

    def restore(self, snapshot: Mapping[str, Any], numbers: Mapping[int, int] | None) -> None:
        """Remember what a snapshot says; with `numbers`, of rules that have other ones now, and not when to look."""
        for key, said in snapshot.items():
            row = self._ev.world.find(self.kind, key)
            if row is None:
                continue
            memory = Memory.of(said["memory"])
            self._memories[row] = memory if numbers is None else memory.renumbered(numbers)
            if numbers is None and said["next"] is not None:
                self._look(row, said["next"])

    def _memory(self, row: int) -> Memory:
        return self._memories.get(row, Memory())

    # --- time --------------------------------------------------------------------------------------------

    def taken(self) -> list[Firing]:
        """What has fired since this was last asked."""
        fired, self._fired = self._fired, []
        return fired

    def advance(self, until: int) -> None:
        """Look at everything up to and including a moment; where that fails, what fired so far is kept."""
        while batch := self._batch(until):
            self._ev.forget()
            try:
                steps = [self._steps(row, at) for at, row in batch]
                answers = iter(self._sessions.run([step for own in steps for step in own]))
            except BaseException:
                for at, row in batch:  # nothing has happened: look again
                    self._look(row, at)
                raise
            for (at, row), own in zip(batch, steps, strict=True):
                self._take(row, at, [name for _ in own for name in next(answers)])
                self._look_again(row, at)

    def _batch(self, until: int) -> list[tuple[int, int]]:
        """The next looks, of different rows."""
        batch: list[tuple[int, int]] = []
        while self._looks and self._looks[0][0] <= until and len(batch) < _AT_ONCE:
            at, row = heappop(self._looks)
            if self._next.get(row) == at:
                del self._next[row]
                batch.append((at, row))
        return batch

    def _look(self, row: int, at: int) -> None:
        planned = self._next.get(row)
        if planned is None or at < planned:
            self._next[row] = at
            heappush(self._looks, (at, row))

    def _look_again(self, row: int, at: int) -> None:
        memory = self._memories[row]
        due, change = self.reader.next_due(memory, row, at), self.interest.next(self._ev, row, at)
        later = [moment for moment in (due, change) if moment is not None]
        if later:
            self._look(row, min(later))

    # --- rules -------------------------------------------------------------------------------------------

    def _steps(self, row: int, at: int) -> list[Step]:
        """What the sessions of a row hold; a row that is not there has none."""
        memory, key = self._memories.setdefault(row, Memory(seen=at)), self._ev.world.key(self.kind, row)
        if not self.reader.there(row, at):
            return []
        return [Step(net.name, key, at, self.reader.facts(net, memory, row, at)) for net in self._networks]

    def _take(self, row: int, at: int, held: Iterable[str]) -> None:
        """What the rules that hold mean: a condition has changed, a time is up."""
        memory = self._memories[row]
        if not self.reader.there(row, at):
            memory.holds.clear()
        meant = {(meaning, int(number)) for meaning, number, _ in (name.split("_") for name in held)}
        for meaning, number in sorted(meant, key=lambda pair: pair[1]):
            one = self._rules[number]
            if meaning == "rise":
                memory.holds.add(number)
            elif meaning == "fall":
                memory.holds.discard(number)
            else:
                self._pass(one, memory, row, at)
            if meaning in {"rise", "due"} and memory.fired.get(number) != at:
                memory.fired[number] = at
                self._fired.append(self._firing(one, row, at))

    def _pass(self, one: Watched, memory: Memory, row: int, at: int) -> None:
        due = self.reader.due(one.number, one.rule, memory, row, at)
        assert due is not None
        if one.rule.word == "every":
            memory.passed[one.number] = {due[1]}
        else:
            memory.passed.setdefault(one.number, set()).add(due[0])

    def _firing(self, one: Watched, row: int, at: int) -> Firing:
        deed, env = one.rule.deed, self.reader.env(row, at)
        person = self._ev.value(deed.to, env) if deed.to is not None else None
        lacks = self._because.path(deed.to) if deed.to is not None and person is None else ""
        return Firing(
            at, self.kind, self._ev.world.key(self.kind, row), one.number, self._ev.policy.place(one.rule.span),
            deed.word, deed.text, "" if person is None else self._ev.world.key("rep", person),
            self._because.of(one.rule, self.reader.since(one.rule, row, at), env), lacks,
        )  # fmt: skip
