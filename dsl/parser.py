"""Policy text to syntax tree; all syntax errors of a text in one run.

A text is cut into statements at their opening words and each is parsed alone, so that a slip in one statement
hides nothing in the others. Inside a statement the clause with the slip is blanked out and the rest parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from . import problems, syntax
from .diagnostics import Diagnostic, DiagnosticBag
from .source import SourceFile, Span
from .syntax_errors import Slip, explain
from .tree_builder import TreeBuilder

__all__ = ["CLAUSE_WORDS", "STATEMENT_WORDS", "Parsed", "comments_of", "parse"]

STATEMENT_WORDS = (
    "policy", "facts", "credit", "target", "let", "scheme", "assign", "watch", "guarantee", "test",
)  # fmt: skip
CLAUSE_WORDS = (
    "pay", "award", "total", "at", "when", "times", "plus", "release", "needs", "rule", "otherwise", "to", "if",
    "after", "every", "given", "on", "expect", "from", "above",
)  # fmt: skip
_SCAN = re.compile(r'#[^\n]*|"[^"\n]*"?|[^\W\d]\w*|[{}.\n]|\S')
_RETRIES = 8


class _AlwaysName:
    """Makes NAME compete in every parser state, so that `pays` is never read as `pay` and `s`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@dataclass(frozen=True, slots=True)
class Parsed:
    """The statements of a text that could be read, and what could not."""

    source: SourceFile
    statements: tuple[syntax.Statement, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        """Whether some text could not be read."""
        return any(found.severity == "error" for found in self.diagnostics)


@cache
def _grammar() -> Lark:
    return Lark(
        files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=True,
        postlex=_AlwaysName(),
    )


def parse(source: SourceFile) -> Parsed:
    """Parse a policy text. Never raises for any text; what is wrong is in `diagnostics`."""
    text = source.mapped()
    bag = DiagnosticBag()
    statements: list[syntax.Statement] = []
    for chunk in _chunks(text, bag):
        statement = _parse_chunk(text, chunk, source, bag)
        if statement is not None:
            statements.append(statement)
    return Parsed(source, tuple(statements), tuple(bag.sorted()))


def comments_of(source: SourceFile) -> list[tuple[Span, str]]:
    """All comments with their places, `#` included, in order."""
    found = _SCAN.finditer(source.mapped())
    return [
        (Span(match.start(), match.end()), source.text[match.start() : match.end()].rstrip())
        for match in found
        if match.group().startswith("#")
    ]


def _chunks(text: str, bag: DiagnosticBag) -> list[Span]:
    """Where each statement stands: from its opening word to the next one's."""
    starts: list[int] = []
    depth, before, first = 0, "", None
    for match in _SCAN.finditer(text):
        word = match.group()
        if word == "\n" or word.startswith("#"):
            continue
        at_margin = match.start() == 0 or text[match.start() - 1] == "\n"
        if word in STATEMENT_WORDS and before != "." and (depth <= 0 or at_margin) and not _is_cell(text, match.end()):
            starts.append(match.start())
            depth = 0
        elif not starts and first is None:
            first = match
        depth += (word == "{") - (word == "}")
        before = word
    if first is not None:
        end = starts[0] if starts else len(text)
        stop = len(text[first.start() : end].rstrip()) + first.start()
        bag.add(problems.no_statement(Span(first.start(), stop), first.group(), STATEMENT_WORDS))
    return [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _is_cell(text: str, end: int) -> bool:
    """Whether a word that ends here is the name of a column, as in `policy: text`."""
    return text[end : end + 40].lstrip(" \t").startswith(":")


def _parse_chunk(text: str, chunk: Span, source: SourceFile, bag: DiagnosticBag) -> syntax.Statement | None:
    body, failed_at, whole = text[chunk.start : chunk.end], -1, True
    for _ in range(_RETRIES):
        try:
            tree = _grammar().parse(body)
        except UnexpectedInput as slip:
            failed = _slip(slip, body)
            if failed.start > failed_at and (whole or failed.text not in {"}", ""}):
                bag.add(explain(failed, chunk.start, source))
            blanked = _clause_around(body, failed.start)
            if blanked.start <= 0 or blanked.end <= failed_at:
                return None
            failed_at, whole = blanked.end, False
            body = body[: blanked.start] + " " * (blanked.end - blanked.start) + body[blanked.end :]
        except RecursionError:
            bag.add(problems.too_deep(Span(chunk.start, min(chunk.end, chunk.start + 20))))
            return None
        else:
            if not whole:
                return None
            return _build(tree, chunk, source, bag)
    return None


def _build(tree: Tree[Any], chunk: Span, source: SourceFile, bag: DiagnosticBag) -> syntax.Statement | None:
    builder = TreeBuilder(source, chunk.start)
    try:
        statement = builder.statement(tree)
    except RecursionError:
        bag.add(problems.too_deep(Span(chunk.start, min(chunk.end, chunk.start + 20))))
        return None
    bag.extend(builder.diagnostics)
    return statement


def _slip(error: UnexpectedInput, body: str) -> Slip:
    """Where parsing stopped, at what, and what would have been accepted."""
    if isinstance(error, UnexpectedToken):
        token: Token = error.token
        if token.type == "$END":
            end = len(body.rstrip())
            return Slip(body, end, end, "", frozenset(error.accepts or error.expected))
        start = token.start_pos or 0
        return Slip(body, start, start + len(token), str(token), frozenset(error.accepts or error.expected))
    start = error.pos_in_stream or 0
    accepts: set[str] = set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()
    return Slip(body, start, start + 1, body[start : start + 1], frozenset(accepts))


def _clause_around(body: str, offset: int) -> Span:
    """The clause that holds an offset: from its opening word at the start of a line to the next such word."""
    starts = [
        match.start(1)
        for match in re.finditer(r"(?m)^[ \t]*([^\W\d]\w*)", body)
        if match.group(1) in CLAUSE_WORDS
    ]
    start = max((place for place in starts if place <= offset), default=0)
    end = min((place for place in starts if place > offset), default=-1)
    if end < 0:
        end = body.rfind("}")
        end = end if end > offset else len(body)
    return Span(start, end)
