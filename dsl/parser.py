"""Policy text to syntax tree; all syntax errors of a text in one run.

A text is cut into statements at their opening words and each is parsed alone, so that a slip in one statement
hides nothing in the others. A statement with a slip is read again by `Recovery`, which names every slip in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from string import ascii_lowercase
from typing import Any

from lark import Tree

from . import problems, syntax
from .diagnostics import Diagnostic, DiagnosticBag
from .grammar import keywords
from .reader import Unreadable, reader
from .recovery import CLAUSE_WORDS, STATEMENT_WORDS, Recovery
from .source import SourceFile, Span
from .syntax_errors import no_statement_at_all
from .tree_builder import TreeBuilder

__all__ = [
    "CLAUSE_WORDS",
    "STATEMENT_WORDS",
    "Parsed",
    "comments_of",
    "mapped_text",
    "parse",
    "statement_spans",
]

_SCAN = re.compile(
    r'#[^\n]*|"[^"\n]*"?|[{}]|(?<!\w)(?:' + "|".join(STATEMENT_WORDS) + r")(?!\w)"
)  # comments, texts, braces, opening words
_BLANK = re.compile(r"(?>[\s\ufeff]+|#[^\n]*+)*+")
_ENDS = frozenset({"return", "hold", "next"})
_MOST_FOUND = 150
_DEEPEST = 100
_WIDEST_MARGIN = 100

_NAMED = re.compile(r"(?:credit|let|target)\s+([^\W\d]\w*)")
_PAID = re.compile(r"(?<!\w)pay\s+([^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The statements of a text that could be read, and what could not; `lost` are names that such text declares."""

    source: SourceFile
    statements: tuple[syntax.Statement, ...]
    diagnostics: tuple[Diagnostic, ...]
    lost: frozenset[str] = frozenset()

    @property
    def has_errors(self) -> bool:
        """Whether some text could not be read."""
        return any(found.severity == "error" for found in self.diagnostics)


def parse(source: SourceFile) -> Parsed:
    """Parse a policy text. Never raises for any text; what is wrong is in `diagnostics`."""
    text = mapped_text(source)
    bag = DiagnosticBag()
    statements: list[syntax.Statement] = []
    lost: set[str] = set()
    chunks = statement_spans(text)
    first = _BLANK.match(text)
    start = first.end() if first else 0
    stop = chunks[0].start if chunks else len(text)
    if start < stop:
        Recovery(text[start:stop], start, bag).read()
    elif not chunks:
        bag.add(no_statement_at_all())
    for chunk in chunks:
        if len(bag) > _MOST_FOUND:
            break
        statement = _parse_chunk(text, chunk, source, bag)
        if statement is not None:
            statements.append(statement)
        elif (named := _NAMED.match(text, chunk.start)) is not None:
            lost.add(named.group(1))
        elif text.startswith("scheme", chunk.start):
            lost.update(_PAID.findall(text, chunk.start, chunk.end))
    return Parsed(source, tuple(statements), tuple(bag.sorted()), frozenset(lost))


def mapped_text(source: SourceFile) -> str:
    """The text as the parser reads it, offset by offset: full-width punctuation and curly quotes replaced."""
    return source.text if source.text.isascii() else source.mapped()


def comments_of(source: SourceFile) -> list[tuple[Span, str]]:
    """All comments with their places, `#` included, in order."""
    found: list[tuple[Span, str]] = []
    for match in _SCAN.finditer(mapped_text(source)):
        if match.group().startswith("#"):
            text = source.text[match.start() : match.end()].rstrip()
            found.append((Span(match.start(), match.start() + len(text)), text))
    return found


def statement_spans(text: str) -> list[Span]:
    """Where each statement of a mapped text stands: from its opening word to the next one's."""
    starts: list[int] = []
    depth, margin, line, seen = 0, 0, 0, 0
    bare = behind = 0  # where the last comments began, and where they ended
    for match in _SCAN.finditer(text):
        word, start = match.group(), match.start()
        if word[0] == "#":
            bare, behind = start if text[behind:start].strip() else bare, match.end()
            continue
        if word not in STATEMENT_WORDS:
            depth += (word == "{") - (word == "}")
            continue
        line = max(line, text.rfind("\n", seen, start) + 1)
        before = start if text[max(behind, seen) : start].strip() else bare
        seen = start
        indent = start - line
        leads = indent <= _WIDEST_MARGIN and not text[line:start].strip(" \t\ufeff")
        named = _is_cell(text, match.end()) or _goes_on(text[max(0, before - 80) : before].rstrip(), leads=leads)
        if (depth <= 0 or (leads and indent <= margin)) and not named:
            starts.append(start)
            depth, margin = 0, indent if leads else 0
    return [Span(start, end) for start, end in pairwise([*starts, len(text)])] if starts else []


def _is_cell(text: str, end: int) -> bool:
    """Whether a word that ends here is the name of a column, as in `policy: text`."""
    blank = _BLANK.match(text, end)
    return text.startswith(":", blank.end() if blank else end)


def _goes_on(before: str, *, leads: bool) -> bool:
    """Whether a text wants more behind it, so that no statement opens there.

    At the start of a line one does nevertheless, but after a dot: something was forgotten on the line before.
    """
    if leads:
        return before.endswith(".") and not before.endswith("..")
    rest = before.rstrip(ascii_lowercase)
    word = before[len(rest) :]
    if not word or rest[-1:].isidentifier():
        return before[-1:] in set("=+-*/(,.:<>")
    return word in keywords() and word not in _ENDS


def _parse_chunk(text: str, chunk: Span, source: SourceFile, bag: DiagnosticBag) -> syntax.Statement | None:
    body = text[chunk.start : chunk.end]
    try:
        tree = reader().read(body)
    except Unreadable:
        Recovery(body, chunk.start, bag).read()
        return None
    if _too_deep(tree):
        bag.add(problems.too_deep(Span(chunk.start, chunk.start + len(body.split(None, 1)[0]))))
        return None
    builder = TreeBuilder(source, chunk.start)
    statement = builder.statement(tree)
    bag.extend(builder.diagnostics)
    return statement


def _too_deep(tree: Tree[Any]) -> bool:
    """Whether values nest beyond what every later stage bears."""
    level: list[Tree[Any]] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
        if not level:
            return False
    return True
