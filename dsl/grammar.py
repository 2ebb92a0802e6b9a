"""The parser of the language: built from grammar.lark, then read from the user's cache.

Building takes about a second and loading a twentieth of it, so the tables are kept in the user's cache folder; where
that cannot be written they are built anew. The file's name holds the digest of the grammar; Lark checks its own
version and Python's in the file.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.parse_tree_builder import PropagatePositions
from lark.parsers.lalr_analysis import Shift

__all__ = ["Table", "cache_file", "grammar", "keywords", "table"]

_Build = Callable[[list[Any]], Any]


class _AlwaysName:
    """Makes NAME compete in every parser state, so that `pays` is never read as `pay` and `s`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@cache
def grammar() -> Lark:
    """The parser: text of one statement to Lark's tree, with places."""
    text = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    lark = Lark(
        text,
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=True,
        postlex=_AlwaysName(),
        cache=cache_file(text) or False,
    )
    _lighten(cast("dict[Any, _Build]", cast(Any, lark.parser).parser.parser.callbacks))
    return lark


def cache_file(text: str) -> str:
    """Where the tables of a grammar text are kept; empty when there is no folder that can be written."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        if not home:
            home = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
        folder = Path(home) / "meed"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return ""
    return str(folder / f"grammar-{hashlib.sha256(text.encode()).hexdigest()[:16]}")


class _Placed:
    """What Lark's PropagatePositions does, for offsets only: a third of the time of a parse was spent there."""

    __slots__ = ("_build",)

    def __init__(self, build: _Build) -> None:
        self._build = build

    def __call__(self, children: list[Any]) -> Any:
        made = self._build(children)
        if type(made) is not Tree:
            return made
        meta = cast(Any, made).meta
        for first in children:
            if type(first) is Token:
                start = first.start_pos
                break
            if first is not None and not first.meta.empty:
                start = first.meta.outer_start
                break
        else:
            return cast(Any, made)
        for last in reversed(children):
            if type(last) is Token:
                end = last.end_pos
                break
            if last is not None and not last.meta.empty:
                end = last.meta.outer_end
                break
        else:
            return cast(Any, made)
        if meta.empty:
            meta.empty, meta.start_pos, meta.end_pos = False, start, end
        # Brackets around a value belong to what stands around it, not to the value.
        meta.outer_start, meta.outer_end = start, end
        return cast(Any, made)


def _lighten(callbacks: dict[Any, _Build]) -> None:
    """Replace what Lark calls for each rule by something quicker with the same outcome."""
    for rule, build in callbacks.items():
        passes_on = rule.options.expand1 and len(rule.expansion) == 1 and not rule.alias
        if passes_on and not rule.expansion[0].is_term:
            callbacks[rule] = itemgetter(0)
        elif isinstance(build, PropagatePositions):
            callbacks[rule] = _Placed(cast(Any, build).node_builder)


class Table:
    """The LALR table without its parser: what a state does with a terminal or a finished rule."""

    def __init__(self, lark: Lark) -> None:
        made: Any = cast(Any, lark.parser).parser.parser.parse_table
        self._states: Mapping[int, Mapping[str, tuple[Any, Any]]] = made.states
        self.start: int = made.start_states["start"]
        self.end: int = made.end_states["start"]

    def terminals(self, state: int) -> Iterator[str]:
        """The terminals that a state looks at."""
        return (name for name in self._states[state] if name.isupper() or name.startswith(("_", "$")))

    def shift(self, state: int, name: str) -> int | None:
        """The state after a terminal or a finished rule, or None if it is not shifted here."""
        action, target = self._states[state].get(name, (None, None))
        return cast(int, target) if action is Shift else None

    def reduction(self, state: int, terminal: str) -> tuple[str, int] | None:
        """The rule that ends before a terminal and the number of its symbols, or None."""
        action, rule = self._states[state].get(terminal, (None, None))
        return None if action is None or action is Shift else (rule.origin.name, len(rule.expansion))


@cache
def table() -> Table:
    """The table of the language."""
    return Table(grammar())


@cache
def keywords() -> Mapping[str, str]:
    """The terminals of the reserved words, by word."""
    return {
        str(terminal.pattern.value): str(terminal.name)
        for terminal in grammar().terminals
        if terminal.pattern.type == "str" and str(terminal.pattern.value).isalpha()
    }
