"""A semantic diff of two checked policies: what one says and the other does not, in the words of their authors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..dsl import checked as c
from .node_changes import Change, NodeChanges, What
from .wording import became, place, words

__all__ = ["PolicyChange", "change_words", "policy_changes", "test_changes"]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One difference: in which statement (`scheme hunters`), which part of it (`commission`; empty: the whole).

    `before`, `after`: the words of either author, empty where it says nothing; with their places.
    """

    what: What
    statement: str
    part: str
    before: str
    after: str
    before_place: str
    after_place: str

    def line(self) -> str:
        """For people: `from 100%: 7% became 8%`."""
        if self.what == "changed":
            return became(self.before, self.after)
        return became(self.before or self.after, "").removesuffix(" became ")

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {spec.name: getattr(self, spec.name) for spec in fields(self)}


def policy_changes(left: c.Policy, right: c.Policy) -> list[PolicyChange]:
    """Every difference in meaning, in the order of the file: settings, facts, credits, lets, schemes, assigns.

    Layout, comments and tests have no meaning. For policies of one hash only statements that are not run yet are
    listed.
    """
    differ = _Differ(left, right)
    return list(dict.fromkeys(differ.all() if left.hash != right.hash else differ.not_run()))


def test_changes(left: c.Policy, right: c.Policy) -> list[PolicyChange]:
    """The tests that were added, removed or changed."""
    differ = _Differ(left, right)
    return list(differ.statements("test", {t.title: t for t in left.tests}, {t.title: t for t in right.tests}, None))


def change_words(left: c.Policy, right: c.Policy, change: Change) -> tuple[str, str]:
    """The words of a change before and after; empty where there was nothing."""
    if change.said is not None:
        return change.said
    one, other = change.carrier or (change.left, change.right)
    return words(left, one) if one is not None else "", words(right, other) if other is not None else ""


_SETTINGS = ("name", "version", "effective", "currency", "timezone", "rounding", "round_to")
_KNOWN = {*_SETTINGS, "kinds", "accounts", "lets", "schemes", "assigns", "tests", "settings", "reads", "source", "hash",
          "unsupported", "watches"}  # fmt: skip


class _Differ:
    def __init__(self, left: c.Policy, right: c.Policy) -> None:
        self.left, self.right = left, right
        self.nodes = NodeChanges(left, right)

    def all(self) -> Iterator[PolicyChange]:
        left, right = self.left, self.right
        yield from self._settings()
        yield from self._facts()
        yield from self.statements("credit", _credits(left), _credits(right), self._credit)
        yield from self.statements("let", left.lets, right.lets, self._let)
        yield from self.statements("scheme", _named(left.schemes), _named(right.schemes), self._scheme)
        mine, theirs = ({made.kind: made for made in policy.assigns} for policy in (left, right))
        yield from self.statements("assign", mine, theirs, self._assign)
        yield from self.statements("watch", _watches(left), _watches(right), None)
        for spec in fields(left):
            if spec.name not in _KNOWN:
                yield from self._others(spec.name)
        yield from self.not_run()

    def statements(
        self, kind: str, left: Mapping[str, Any], right: Mapping[str, Any], inner: Any
    ) -> Iterator[PolicyChange]:
        """Statements of a kind by name; those of both are compared by `inner`, which gives (part, change)."""
        for name, one in left.items():
            title = f"{kind} {name}".strip()
            other = right.get(name)
            if other is None:
                yield self._lone("removed", title, "", one)
            elif inner is not None:
                yield from (self._made(title, part, change) for part, change in inner(one, other))
            elif one != other:
                yield self._made(title, "", Change("changed", one, other))
        for name, other in right.items():
            if name not in left:
                yield self._lone("added", f"{kind} {name}".strip(), "", other)

    def _lone(self, what: What, statement: str, part: str, node: c.Node) -> PolicyChange:
        return self._made(statement, part, Change(what, *((node, None) if what == "removed" else (None, node))))

    def _made(self, statement: str, part: str, change: Change) -> PolicyChange:
        before, after = change_words(self.left, self.right, change)
        one, other = change.carrier or (change.left, change.right)
        places = (place(self.left, one) if one else "", place(self.right, other) if other else "")
        return PolicyChange(change.what, statement, part, before, after, *places)

    # --- statements ------------------------------------------------------------------------------------------

    def _settings(self) -> Iterator[PolicyChange]:
        for name in _SETTINGS:
            if getattr(self.left, name) != getattr(self.right, name):
                yield from self._setting(name)

    def _setting(self, name: str) -> Iterator[PolicyChange]:
        said: list[str] = []
        places: list[str] = []
        for policy in (self.left, self.right):
            found = next((one for one in policy.settings if one.name == name and one.origin == "policy"), None)
            said.append(found.value if found is not None else _setting(policy, name))
            places.append(place(policy, found) if found is not None else "")
        yield PolicyChange("changed", "policy", name, f"{name}: {said[0]}", f"{name}: {said[1]}", *places)

    def _facts(self) -> Iterator[PolicyChange]:
        """Columns that are read by both and declared otherwise."""
        for kind in sorted(self.left.kinds.keys() & self.right.kinds.keys()):
            mine, theirs = self.left.kinds[kind].columns, self.right.kinds[kind].columns
            read = self.left.reads.get(kind, frozenset()) & self.right.reads.get(kind, frozenset())
            for name in sorted(read & mine.keys() & theirs.keys()):
                one, other = mine[name], theirs[name]
                if (one.type, one.least, one.least_included) != (other.type, other.least, other.least_included):
                    spans = [
                        p.source.excerpt(x.span) or str(x.type) for p, x in ((self.left, one), (self.right, other))
                    ]
                    places = [p.place(x.span) if x.span.end else "" for p, x in ((self.left, one), (self.right, other))]
                    yield PolicyChange("changed", f"facts {kind}", name, *spans, *places)

    def _credit(self, left: c.Account, right: c.Account) -> Iterator[tuple[str, Change]]:
        yield from (("", change) for change in self.nodes.account(left, right))

    def _let(self, left: c.Let, right: c.Let) -> Iterator[tuple[str, Change]]:
        if left.params != right.params:
            yield "", Change("changed", left, right)
            return
        yield from (("", change) for change in self.nodes.between(left.value, right.value))

    def _scheme(self, left: c.Scheme, right: c.Scheme) -> Iterator[tuple[str, Change]]:
        yield from (("for", change) for change in self.nodes.between(left.group, right.group))
        if left.per != right.per:
            yield "per", Change("changed", left, right, said=(f"per {left.per}", f"per {right.per}"))
        yield from self._block_settings(left, right)
        mine, theirs = ({_title(part): part for part in made.components} for made in (left, right))
        for title, part in mine.items():
            other = theirs.get(title)
            if other is None:
                yield title, Change("removed", part, None)
            else:
                yield from ((title, change) for change in self._component(part, other))
        yield from ((title, Change("added", None, part)) for title, part in theirs.items() if title not in mine)
        if left.total is None or right.total is None:
            yield from (("total", change) for change in self.nodes.between(left.total, right.total))
        else:
            found = self.nodes.clauses(left.total.clauses, right.total.clauses)
            yield from (("total", change) for change in found)

    def _component(self, left: c.Component, right: c.Component) -> Iterator[Change]:
        if isinstance(left, c.Award) or isinstance(right, c.Award):
            yield from self.nodes.between(left, right)
            return
        if left.over != right.over:
            said = tuple(f"over {part.over}" if part.over else "over its period" for part in (left, right))
            yield Change("changed", left, right, said=(said[0], said[1]))
        yield from self.nodes.between(left.value, right.value)
        yield from self.nodes.clauses(left.clauses, right.clauses)

    def _assign(self, left: c.Assign, right: c.Assign) -> Iterator[tuple[str, Change]]:
        yield from self._block_settings(left, right)
        yield from (("needs", change) for change in self.nodes.parts(left.needs, right.needs))
        mine, theirs = _named(left.rules), _named(right.rules)
        for name, rule in mine.items():
            yield from ((f"rule {name}", change) for change in self.nodes.between(rule, theirs.get(name)))
        for name, rule in theirs.items():
            if name not in mine:
                yield f"rule {name}", Change("added", None, rule)
        common = [name for name in mine if name in theirs], [name for name in theirs if name in mine]
        if common[0] != common[1]:
            said = tuple(f"rules in the order {', '.join(names)}" for names in common)
            yield "rules", Change("changed", left, right, said=(said[0], said[1]))
        yield from (("otherwise", change) for change in self.nodes.between(left.otherwise, right.otherwise))
        yield from (("if nobody", change) for change in self.nodes.between(left.nobody, right.nobody))
        yield from (("timers", change) for change in self.nodes.parts(left.timers, right.timers))

    def _block_settings(self, left: Any, right: Any) -> Iterator[tuple[str, Change]]:
        mine, theirs = dict(left.settings), dict(right.settings)
        for name in sorted({*mine, *theirs}):
            if mine.get(name) != theirs.get(name):
                said = tuple(f"{name}: {found.get(name, 'by default')}" for found in (mine, theirs))
                yield name, Change("changed", left, right, said=(said[0], said[1]))

    def _others(self, field: str) -> Iterator[PolicyChange]:
        """Whatever else a policy has: statements by their names, else a setting."""
        left, right = getattr(self.left, field), getattr(self.right, field)
        mine, theirs = _by_name(left), _by_name(right)
        if mine is not None and theirs is not None:
            yield from self.statements(field.rstrip("s"), mine, theirs, None)
        elif left != right:
            yield from self._setting(field)

    def not_run(self) -> Iterator[PolicyChange]:
        """Statements that are read and checked and not run yet: what stands in one file only."""
        mine, theirs = (_statements_not_run(policy) for policy in (self.left, self.right))
        for text, node in mine.items():
            if text not in theirs:
                yield self._lone("removed", "not run yet", "", node)
        for text, node in theirs.items():
            if text not in mine:
                yield self._lone("added", "not run yet", "", node)


def _statements_not_run(policy: c.Policy) -> dict[str, c.Node]:
    """Whole statements only: parts of others are compared with these."""
    whole = ("guarantee", "target")
    found = {words(policy, node): node for node in policy.unsupported}
    return {text: node for text, node in found.items() if text.startswith(whole)}


def _credits(policy: c.Policy) -> dict[str, c.Account]:
    return {name: account for name, account in policy.accounts.items() if not account.implicit}


def _watches(policy: c.Policy) -> dict[str, c.Watch]:
    """Watches by their kind; a further one of a kind has a number."""
    made: dict[str, c.Watch] = {}
    for watch in policy.watches:
        number = 1 + sum(1 for other in made.values() if other.kind == watch.kind)
        made[watch.kind if number == 1 else f"{watch.kind} ({number})"] = watch
    return made


def _named(nodes: Iterable[Any]) -> dict[str, Any]:
    return {node.name: node for node in nodes}


def _by_name(value: object) -> dict[str, c.Node] | None:
    """Nodes by name; None for what is no collection of nodes that have one."""
    items: object = tuple(value.values()) if isinstance(value, Mapping) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if not isinstance(items, tuple):
        return None
    made: dict[str, c.Node] = {}
    for item in items:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(item, c.Node) or not hasattr(item, "name"):
            return None
        made[str(getattr(item, "name"))] = item  # noqa: B009
    return made


def _title(part: c.Component) -> str:
    return f'award "{part.title}"' if isinstance(part, c.Award) else part.name


def _setting(policy: c.Policy, name: str) -> str:
    """A setting that was not written."""
    value: Any = getattr(policy, name)
    if name == "effective":
        return "always" if value == (None, None) else "another time"
    return "none" if value is None else str(value)
