"""Reads a statement with the tables of the grammar: text to Lark's generic tree, and what may stand where.

Lark's own loop with its contextual lexer does the same at half the speed: it copies places through every rule that
only passes its part on, and has a pattern of its own for each of 600 states. Here one pattern takes the next word, and
only where its terminal cannot stand the others that can are tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.parse_tree_builder import PropagatePositions
from lark.parsers.lalr_analysis import Shift

from .grammar import grammar, keywords

__all__ = ["BAD", "END", "Reader", "Unreadable", "reader"]

END = "$END"
BAD = "BAD"
_IGNORED = r"(?>\s+|#[^\n]*+)*+"

_Build = Callable[[list[Any]], Any]


class Unreadable(Exception):
    """The text is not one statement of the language."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A finished rule: its name, the number of its parts, and what makes them a tree (None: the one part itself)."""

    name: str
    size: int
    build: _Build | None


_Action = int | _Rule  # the state to go to, or the rule that ends here


class Reader:
    """The states of the LALR parser and the patterns of its terminals."""

    def __init__(self, lark: Lark) -> None:
        core: Any = cast(Any, lark.parser).parser.parser
        rules = {rule: _rule(rule, build) for rule, build in core.callbacks.items()}
        self.start: int = core.parse_table.start_states["start"]
        self.end: int = core.parse_table.end_states["start"]
        self._actions: dict[int, dict[str, _Action]] = {
            state: {name: arg if action is Shift else rules[arg] for name, (action, arg) in row.items()}
            for state, row in core.parse_table.states.items()
        }
        parts = [part for rule in rules for part in rule.expansion if part.is_term]
        self._kept = {part.name for part in parts if not part.filter_out}
        signs = {part.name for part in parts} - set(keywords().values())
        terminals = [
            (terminal.name, terminal.pattern.to_regexp())
            for terminal in sorted(lark.terminals, key=_strength)
            if terminal.name in signs
        ]
        self._patterns = {name: re.compile(_IGNORED + f"({pattern})") for name, pattern in terminals}
        every = "|".join(f"(?P<{name}>{pattern})" for name, pattern in terminals)
        self._any = re.compile(f"{_IGNORED}(?:{every})")
        self._blank = re.compile(_IGNORED)

    # --- words -------------------------------------------------------------------------------------------

    def word(self, text: str, at: int, state: int) -> tuple[str, int, int]:
        """The terminal of the next word as a state sees it, its start and its end; BAD if it is none.

        A name is taken whole before it may turn out to be a reserved word: `pays` is never `pay` and `s`.
        """
        actions = self._actions[state]
        found = self._any.match(text, at)
        if found is None:
            start = cast("re.Match[str]", self._blank.match(text, at)).end()
            return (BAD, start, start + 1) if start < len(text) else (END, start, start)
        name = cast(str, found.lastgroup)
        if name == "NAME":
            word = keywords().get(found[name])
            return (word if word in actions else name), *found.span(name)  # pyright: ignore[reportReturnType]
        if name not in actions:
            for other, pattern in self._patterns.items():
                if other in actions:
                    shorter = pattern.match(text, at)
                    if shorter is not None:
                        return other, *shorter.span(1)
        return name, *found.span(name)

    # --- what may stand where ----------------------------------------------------------------------------

    def terminals(self, state: int) -> Iterator[str]:
        """The terminals that a state looks at."""
        return (name for name in self._actions[state] if name[0] in "_$" or name.isupper())

    def shift(self, state: int, name: str) -> int | None:
        """The state after a terminal or a finished rule, or None if it is not shifted here."""
        action = self._actions[state].get(name)
        return action if isinstance(action, int) else None

    def reduction(self, state: int, terminal: str) -> tuple[str, int] | None:
        """The rule that ends before a terminal and the number of its parts, or None."""
        action = self._actions[state].get(terminal)
        return (action.name, action.size) if isinstance(action, _Rule) else None

    # --- trees -------------------------------------------------------------------------------------------

    def read(self, text: str) -> Tree[Any]:
        """The tree of a statement. Raises Unreadable."""
        states, values, starts, ends = [self.start], list[Any](), list[int](), list[int]()
        actions, at = self._actions, 0
        while True:
            name, start, end = self.word(text, at, states[-1])
            action = actions[states[-1]].get(name)
            while isinstance(action, _Rule):
                size = action.size
                if action.build is None:
                    del states[-1]
                else:
                    part = _placed(action.build(values[-size:]), starts[-size], ends[-1])
                    starts[-size:], ends[-size:], values[-size:] = [starts[-size]], [ends[-1]], [part]
                    del states[-size:]
                states.append(cast(int, actions[states[-1]][action.name]))
                if name == END and states[-1] == self.end:
                    return values[0]
                action = actions[states[-1]].get(name)
            if action is None:
                raise Unreadable
            states.append(action)
            values.append(Token(name, text[start:end], start, end_pos=end) if name in self._kept else None)
            starts.append(start)
            ends.append(end)
            at = end

    def words(self, text: str) -> list[tuple[str, int, int]]:
        """The terminals of a statement with their starts and ends. Raises Unreadable."""
        states, words, at = [self.start], list[tuple[str, int, int]](), 0
        while True:
            name, start, end = self.word(text, at, states[-1])
            action = self._actions[states[-1]].get(name)
            while isinstance(action, _Rule):
                del states[-action.size :]
                states.append(cast(int, self._actions[states[-1]][action.name]))
                if name == END and states[-1] == self.end:
                    return words
                action = self._actions[states[-1]].get(name)
            if action is None:
                raise Unreadable
            words.append((name, start, end))
            states.append(action)
            at = end


def _placed(part: Any, start: int, end: int) -> Any:
    """A tree with its place; one that a rule passed on keeps its own, without the brackets around it."""
    if type(part) is Tree:
        meta = cast(Any, part).meta
        if meta.empty:
            meta.empty, meta.start_pos, meta.end_pos = False, start, end
    return cast(Any, part)


def _rule(rule: Any, build: _Build) -> _Rule:
    passes_on = rule.options.expand1 and len(rule.expansion) == 1 and not rule.alias and not rule.expansion[0].is_term
    if isinstance(build, PropagatePositions):
        build = cast(Any, build).node_builder
    return _Rule(rule.origin.name, len(rule.expansion), None if passes_on else build)


def _strength(terminal: Any) -> tuple[int, int, int, str]:
    """The order in which Lark's lexer tries terminals."""
    pattern = terminal.pattern
    return -terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name


@cache
def reader() -> Reader:
    """The reader of the language."""
    return Reader(grammar())
