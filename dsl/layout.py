"""Where lines of a formatted policy may be broken: groups of its words, from the syntax tree.

A group is printed on one line if it fits; if not, all its breaks become new lines. Words are known by their number
in the file, so that brackets, the order of filters and comments stay as their author wrote them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from . import syntax as s
from .source import Span
from .width import width

__all__ = ["Group", "Layout", "Word"]

_OPENING = {"{": "}", "(": ")"}


@dataclass(frozen=True, slots=True)
class Word:
    """One token of a policy text as it is printed, with its place in the source and its terminal."""

    text: str
    span: Span
    terminal: str


@dataclass(slots=True)
class Group:
    """Words `first` up to `stop` (excluded); `breaks` are the words that begin new lines when it does not fit.

    Breaks are indented from `base`, or from the line on which the group begins; the last one of a block, its closing
    bracket, is not. A `value` stays together if breaking the tables in it is enough. `pads` are blanks before words
    that align a broken group. `apart` puts two blanks instead of one between the parts of a group on one line.
    """

    first: int
    stop: int
    breaks: tuple[int, ...]
    indent: int = 2
    block: bool = False
    value: bool = False
    always: bool = False
    apart: bool = False
    base: int = -1
    pads: Mapping[int, int] = field(default_factory=dict[int, int])
    inner: list[Group] = field(default_factory=list["Group"])


class Layout:
    """The groups of one file's statements."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._starts = [word.span.start for word in words]
        self._partner = dict(_partners(words))
        self._groups: list[Group] = []
        self.calls: set[int] = set()

    def statement(self, node: s.Statement) -> Group:
        """The group of a statement, with all groups inside of it."""
        self._groups = []
        self._visit(node, 2)
        top = Group(self._first(node), self._stop(node), ())
        open_groups = [top]
        for group in sorted(self._groups, key=lambda one: (one.first, -one.stop)):
            while group.stop > open_groups[-1].stop or group.first >= open_groups[-1].stop:
                open_groups.pop()
            open_groups[-1].inner.append(group)
            open_groups.append(group)
        return top

    # --- words by place ----------------------------------------------------------------------------------

    def _first(self, node: s.Node) -> int:
        return bisect_left(self._starts, node.span.start)

    def _stop(self, node: s.Node) -> int:
        return bisect_left(self._starts, node.span.end)

    def _firsts(self, nodes: Iterable[s.Node]) -> list[int]:
        return [self._first(node) for node in nodes]

    def _back_to(self, node: s.Node, terminal: str) -> int:
        """The word of a terminal that introduces a node, brackets around the node included."""
        at = self._first(node) - 1
        while self._words[at].terminal != terminal:
            at -= 1
        return at

    def _level(self, first: int, stop: int, *terminals: str) -> Iterator[int]:
        """The words of these terminals that stand in no bracket opened after `first`."""
        at = first
        while at < stop:
            if self._words[at].terminal in terminals and at > first:
                yield at
            at = max(at, self._partner.get(at, at)) + 1

    def _add(
        self, first: int, stop: int, breaks: Iterable[int], *, indent: int = 2, value: bool = False,
        always: bool = False, apart: bool = False,
    ) -> None:  # fmt: skip
        # A phrase that ranks for prizes has its filters behind its own end: the table breaks them.
        found = tuple(sorted(at for at in breaks if first <= at < stop))
        if found:
            self._groups.append(Group(first, stop, found, indent, value=value, always=always, apart=apart))

    def _block(self, close: int, items: Iterable[int], *, always: bool = False, apart: bool = True) -> Group:
        group = Group(self._partner[close], close + 1, (*sorted(items), close), block=True, always=always, apart=apart)
        self._groups.append(group)
        return group

    # --- the tree ----------------------------------------------------------------------------------------

    def _visit(self, node: s.Node, indent: int) -> None:
        """Add the groups of a node and of all below it; `indent` is that of expressions that go on."""
        first, stop = self._first(node), self._stop(node)
        match node:
            case s.Policy(settings=items) | s.Facts(columns=items, block=True):
                self._block(stop - 1, self._firsts(items))
            case s.Given(cells=cells):
                self._block(stop - 1, self._firsts(cells), apart=False)
            case s.Scheme() | s.Watch() | s.Test() | s.Assign():
                self._statement_block(node, stop - 1)
                indent = 4
            case s.Let(limits=limits):
                for limit in limits:
                    self._add(self._first(limit), self._stop(limit), (self._first(limit),))
            case s.Credit() | s.Target() | s.Pay() | s.Award() | s.Total() | s.Rule() | s.Tier() | s.Timer():
                self._clauses(node, first, stop)
                indent = 4
            case s.Clause() | s.Guarantee():
                self._clause(node, first, stop)
            case s.Expr():
                self._expression(node, first, stop, indent)
            case s.Band() | s.Case() | s.BlendPart() | s.GridRow() | s.Place():
                indent = 2
            case _:
                pass
        for child in _children(node):
            self._visit(child, indent)

    def _statement_block(self, node: s.Scheme | s.Watch | s.Test | s.Assign, close: int) -> None:
        items: list[int] = []
        if not isinstance(node, s.Test) and node.settings:
            settings = self._firsts(node.settings)
            self._add(settings[0], self._stop(node.settings[-1]), settings[1:], indent=0, apart=True)
            items.append(settings[0])
        match node:
            case s.Scheme():
                items += self._firsts(node.components)
            case s.Watch():
                items += self._firsts(node.timers)
            case s.Test():
                items += self._firsts(node.steps)
            case s.Assign():
                items += [self._back_to(needs, "NEEDS") for needs in node.needs]
                items += self._firsts((*node.rules, node.otherwise, *node.timers))
                items.append(self._back_to(node.nobody, "IF"))
        self._block(close, items, always=len(items) > 1).base = 0

    def _clauses(self, node: s.Node, first: int, stop: int) -> None:
        """The parts of a statement or component that stand on lines of their own when it does not fit."""
        match node:
            case s.Credit():
                when = self._back_to(node.when, "WHEN") if node.when else stop
                self._add(first, stop, (when,) if node.when else ())
                self._add(
                    first,
                    when,
                    (self._back_to(node.on, "ON"), *self._level(first, when, "EQUAL")),
                    value=True,
                )
            case s.Target():
                if self._words[self._first(node.per) + 1].text == "{":
                    close = self._partner[self._first(node.per) + 1]
                    self._block(close, self._firsts(node.settings))
                breaks = (*self._level(first, stop, "EQUAL"), *self._firsts(node.clauses))
                self._add(first, stop, breaks)
            case s.Pay():
                self._add(first, stop, self._firsts(node.clauses), apart=True)
            case s.Total():
                self._add(first, stop, self._firsts(node.clauses[1:]), apart=True)
            case s.Award():
                self._add(first, stop, (self._back_to(node.when, "WHEN"),))
            case s.Rule():
                breaks = self._firsts(node.tiers)
                breaks += [self._back_to(node.nobody, "IF")] if node.nobody else []
                if node.name or len(breaks) > 1:
                    self._add(first, stop, breaks, always=True)
            case s.Tier():
                breaks = [self._back_to(node.sharing, "BY")] if node.sharing else []
                breaks += [self._back_to(node.accept, "ACCEPT")] if node.accept else []
                self._add(first, stop, breaks, apart=True)
            case s.Timer():
                unless = node.unless is not None and node.word != "when"
                breaks = [self._back_to(node.unless, "UNLESS")] if unless and node.unless else []
                self._add(first, stop, (*breaks, self._first(node.action)))
            case _:
                pass

    def _clause(self, node: s.Node, first: int, stop: int) -> None:
        match node:
            case s.Clause(carry=s.Expr() as carry):
                self._add(first, stop, (self._back_to(carry, "CARRY"),))
            case s.Clause(parts=parts):
                self._add(first, stop, self._firsts(parts[1:]))
            case s.Guarantee(group=s.Group() as group):
                self._add(first, stop, (self._back_to(group, "FOR"),))
            case s.Guarantee(cause=s.Path() as cause):
                self._add(first, stop, (self._back_to(cause, "WHEN"),))
            case _:
                pass

    # --- values ------------------------------------------------------------------------------------------

    def _expression(self, node: s.Expr, first: int, stop: int, indent: int) -> None:
        match node:
            case s.AllOf() | s.AnyOf():
                self._add(first, stop, self._level(first, stop, "AND", "OR"), indent=indent, value=True)
            case s.Fallback():
                self._add(first, stop, self._level(first, stop, "ELSE"), indent=indent, value=True)
            case s.Arithmetic(op="+" | "-"):
                found = [at for at in self._level(first, stop, "SIGN") if not is_prefix(self._words, at)]
                self._add(first, stop, found, indent=indent, value=True)
            case s.Arithmetic():
                self._add(first, stop, self._level(first, stop, "SCALE"), indent=indent, value=True)
            case s.Phrase():
                self._add(first, stop, self._filter_words(node.filters), indent=indent, value=True)
            case s.ShareOf():
                breaks = [self._back_to(node.group, "AMONG"), self._back_to(node.weight, "BY")]
                self._add(first, stop, [*breaks, *self._filter_words(node.filters)], indent=indent, value=True)
            case s.Call():
                self.calls.add(first + 1)
                self._list(first + 1, stop)
            case s.SetLit() if self._words[first].text == "(":
                self._list(first, stop)
            case s.Table() | s.Grid() | s.Choose() | s.Blend():
                self._table(node, first, stop, indent)
            case _:
                pass

    def _filter_words(self, filters: s.Filters) -> list[int]:
        named = (
            ("OVER", filters.over), ("WITHIN", filters.within), ("PER", filters.per), ("ON", filters.on),
            ("WHERE", filters.where), ("TIES", filters.ties),
        )  # fmt: skip
        return [self._back_to(node, terminal) for terminal, node in named if node is not None]

    def _list(self, opening: int, stop: int) -> None:
        """What stands in brackets with commas."""
        close = self._partner[opening]
        commas = list(self._level(opening + 1, close, "COMMA"))
        if commas:
            breaks = (opening + 1, *(at + 1 for at in commas), close)
            self._groups.append(Group(opening, min(stop, close + 1), breaks, block=True))

    def _table(self, node: s.Table | s.Grid | s.Choose | s.Blend, first: int, stop: int, indent: int) -> None:
        close = stop - 1
        opening = self._partner[close]
        match node:
            case s.Table():
                if isinstance(node.operand, s.Phrase):
                    self._add(first, opening, self._filter_words(node.operand.filters), indent=indent, value=True)
                rows = self._firsts(node.rows)
                self._block(close, rows).pads = self._align(rows, aligned=1 if isinstance(node.rows[0], s.Band) else 0)
            case s.Blend():
                rows = self._firsts(node.parts)
                self._block(close, rows).pads = self._align(rows, aligned=0)
            case s.Choose():
                last = [*self._level(opening + 1, close, "OTHERWISE")][-1:]
                self._block(close, [*self._firsts(node.cases), *last])
            case s.Grid():
                rows = self._firsts(node.rows)
                self._block(close, [opening + 1, *rows], always=True).pads = self._align_grid(opening + 1, rows, close)

    def _align(self, rows: Sequence[int], aligned: int) -> dict[int, int]:
        """Blanks that put the colons of rows below each other; word `aligned` of a row is the first moved."""
        heads = [self._flat(row, next(self._level(row, len(self._words), "COLON"))) for row in rows]
        return {row + aligned: max(heads) - head for row, head in zip(rows, heads, strict=True)}

    def _align_grid(self, by: int, rows: Sequence[int], close: int) -> dict[int, int]:
        """Blanks that make columns of a grid's cells."""
        pads = self._align(rows, aligned=1)
        lines: list[list[tuple[int, int]]] = []
        for row, stop in zip((by, *rows), (*rows, close), strict=True):
            colon = by if row == by else next(self._level(row, stop, "COLON"))
            commas = list(self._level(colon, stop, "COMMA"))
            lines.append(list(zip((colon + 1, *(at + 1 for at in commas)), (*commas, stop), strict=True)))
        for column in range(max(map(len, lines))):
            cells = [line[column] for line in lines if column < len(line)]
            widest = max(self._flat(*cell) for cell in cells)
            pads |= {cell[0]: widest - self._flat(*cell) for cell in cells}
        heads = max(
            self._flat(row, cells[0][0]) + pads.get(row + 1, 0) for row, cells in zip(rows, lines[1:], strict=True)
        )
        pads[by + 1] += heads - width("by")
        return pads

    def _flat(self, first: int, stop: int) -> int:
        """The width of words on one line."""
        return sum(
            width(self._words[at].text) + (at > first) * len(gap(self._words, at, self.calls))
            for at in range(first, stop)
        )


def _partners(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Brackets and their twins, in both directions for braces."""
    opened: list[int] = []
    for at, word in enumerate(words):
        if word.text in _OPENING:
            opened.append(at)
        elif word.text in _OPENING.values():
            yield opened[-1], at
            yield at, opened.pop()


def _children(node: s.Node) -> Iterator[s.Node]:
    for spec in fields(node):
        value: object = getattr(node, spec.name)
        for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(item, s.Node):
                yield item


_ENDS = frozenset({"NAME", "NUMBER", "RATE", "QUANTITY", "DATE", "TIME", "PERIOD", "STRING", "RPAR", "RBRACE"})


def is_prefix(words: Sequence[Word], at: int) -> bool:
    """Whether a sign belongs to the number or name behind it."""
    return words[at].terminal in {"SIGN", "MINUS"} and (at == 0 or words[at - 1].terminal not in _ENDS)


def gap(words: Sequence[Word], at: int, calls: set[int]) -> str:
    """What stands between a word and the one before on the same line."""
    before, word = words[at - 1].text, words[at].text
    if word in {",", ":", ".", ")", "?"} or before in {"(", "."} or (before, word) == ("{", "}"):
        return ""
    if at in calls or is_prefix(words, at - 1):
        return ""
    return " "
