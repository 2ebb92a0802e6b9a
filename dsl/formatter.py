"""One layout for every policy: two blanks of indent, a hundred columns, comments kept.

The syntax tree says where lines may break (`layout`); words, brackets and comments stay as written, but for numbers
(`400_000`), quotes and full-width punctuation. The outcome is parsed again and refused if it means anything else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from . import syntax as s
from .diagnostics import Diagnostic
from .layout import Group, Layout, Word, gap
from .parser import Parsed, comments_of, mapped_text, parse, statement_spans
from .reader import reader
from .source import SourceFile, Span
from .width import width

__all__ = ["FormatError", "NotFormattable", "format_source", "is_formatted", "same_meaning"]

_WIDEST = 100


class NotFormattable(Exception):
    """The text has syntax errors; `diagnostics` holds them."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("a text with syntax errors cannot be formatted")
        self.diagnostics = tuple(diagnostics)


class FormatError(Exception):
    """The formatter would have changed what a policy means or lost a comment: a fault of the formatter."""


def format_source(source: SourceFile) -> str:
    """The policy text in the one layout. Raises NotFormattable for a text with syntax errors."""
    parsed = parse(source)
    if parsed.has_errors:
        raise NotFormattable(parsed.diagnostics)
    words = list(_words(source))
    text = _Printer(words, _Comments(source, words)).file(parsed.statements)
    _prove(parsed, words, SourceFile(source.name, text))
    return text


def is_formatted(source: SourceFile) -> bool:
    """Whether a text has the one layout already. Raises NotFormattable for a text with syntax errors."""
    return format_source(source) == source.text


def _prove(before: Parsed, words: Sequence[Word], outcome: SourceFile) -> None:
    after = parse(outcome)
    if after.has_errors or not same_meaning(before.statements, after.statements):
        raise FormatError("the formatted text would not mean the same")
    if _anchored(before.source, words) != _anchored(outcome, list(_words(outcome))):
        raise FormatError("the formatted text would lose or move a comment")


def _anchored(source: SourceFile, words: Sequence[Word]) -> list[tuple[int, str]]:
    """The comments, each with the number of the word that follows it."""
    starts = [word.span.start for word in words]
    return [(bisect_left(starts, span.start), text) for span, text in comments_of(source)]


def same_meaning(one: object, other: object) -> bool:
    """Whether two syntax trees are equal but for places and the spelling of numbers."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        pairs = zip(one, other, strict=False)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return len(one) == len(other) and all(same_meaning(a, b) for a, b in pairs)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(one, s.Node) or type(one) is not type(other):
        return one == other
    spelling = {"span", "text"} if isinstance(one, s.NumberLit | s.RateLit | s.Quantity) else {"span"}
    names = (spec.name for spec in fields(one) if spec.name not in spelling)
    return all(same_meaning(getattr(one, name), getattr(other, name)) for name in names)


# --- words and comments --------------------------------------------------------------------------------------


def _words(source: SourceFile) -> Iterator[Word]:
    """The tokens of a text without errors, as they are printed."""
    text = mapped_text(source)
    for chunk in statement_spans(text):
        for terminal, start, end in reader().words(text[chunk.start : chunk.end]):
            span = Span(start + chunk.start, end + chunk.start)
            yield Word(_spelling(terminal, text[span.start : span.end], source, span), span, terminal)


def _spelling(terminal: str, text: str, source: SourceFile, span: Span) -> str:
    if terminal == "STRING":
        written = source.excerpt(span)
        return written if '"' in written[1:-1] else f'"{written[1:-1]}"'
    if terminal in {"NUMBER", "RATE"}:
        return _grouped(text)
    if terminal == "QUANTITY":
        number, unit = text.split()
        return f"{_grouped(number)} {unit}"
    return text


def _grouped(number: str) -> str:
    """Thousands apart from five digits on; four digits as written, so that a year stays one."""
    found = re.match(r"[0-9_,]*", number)
    whole = found.group() if found else ""
    digits = whole.replace("_", "").replace(",", "")
    if len(digits) > 4 or (len(digits) == 4 and digits != whole):
        first = len(digits) % 3 or 3
        digits = "_".join([digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))])
    return digits + number[len(whole) :]


class _Comments:
    """Comments by the word that they stand behind or before, and blank lines by what they stand before."""

    def __init__(self, source: SourceFile, words: Sequence[Word]) -> None:
        self.before: dict[int, list[tuple[bool, str]]] = {}
        self.behind: dict[int, str] = {}
        self.blank: set[int] = set()
        starts = [word.span.start for word in words]
        comments = [(span, text, bisect_left(starts, span.start)) for span, text in comments_of(source)]
        written = [(word.span, "", at) for at, word in enumerate(words)]
        end = 0
        for span, text, at in sorted([*comments, *written], key=lambda one: one[0]):
            lines = source.text.count("\n", end, span.start)
            if not text and lines > 1:
                self.blank.add(at)
            elif text and at and not lines:
                self.behind[at - 1] = text
            elif text:
                self.before.setdefault(at, []).append((lines > 1, text))
            end = span.end

    def inside(self, group: Group) -> bool:
        """Whether a comment stands between two words of a group."""
        return any(at in self.before for at in range(group.first + 1, group.stop)) or any(
            at in self.behind for at in range(group.first, group.stop - 1)
        )


# --- lines ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """The line that is being written."""

    indent: int = 0
    parts: list[str] = field(default_factory=list[str])
    wide: int = 0
    ended: bool = False  # by a comment: what follows needs a new line

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.wide += width(text)


class _Printer:
    """Writes the words of one file, group by group."""

    def __init__(self, words: Sequence[Word], comments: _Comments) -> None:
        self._words = words
        self._comments = comments
        self._lines: list[str] = []
        self._line = _Line()
        self._gaps: list[str] = []
        self._reach: list[int] = []
        self._may_break: set[int] = set()
        self._pads: dict[int, int] = {}

    def file(self, statements: Sequence[s.Statement]) -> str:
        """The whole text, with a line end behind its last line."""
        layout = Layout(self._words)
        tops = [layout.statement(statement) for statement in statements]
        self._gaps = ["", *(gap(self._words, at, layout.calls) for at in range(1, len(self._words)))]
        self._may_break.update(top.first for top in tops)
        for group in _all(tops):
            inner = group.breaks[1:-1] if group.block else group.breaks
            if group.apart:
                for at in inner:
                    self._gaps[at] = "  "
            if group.block or group.first in group.breaks:
                self._may_break.update(group.breaks)
        total = 0
        for at, word in enumerate(self._words):
            total += len(self._gaps[at]) + width(word.text)
            self._reach.append(total)
        for top in tops:
            self._new_line(0, top.first, spaced=top.first > 0)
            self._group(top)
        self._end_line()
        self._line = _Line()
        self._remarks(len(self._words), spaced=True)
        return "".join(f"{line}\n" for line in self._lines)

    # --- one group ---------------------------------------------------------------------------------------

    def _group(self, group: Group) -> None:
        base = self._line.indent if group.base < 0 else group.base
        flat = self._fits(group)
        broken = not flat and not self._keeps_together(group)
        if broken:
            self._pads.update(group.pads)
            self._may_break.update(group.breaks)
        at, inner = group.first, iter(group.inner)
        following = next(inner, None)
        while at < group.stop:
            if broken and at in group.breaks:
                closes = group.block and at == group.breaks[-1]
                self._break_before(at, base, group, closes=closes)
            if not flat and following is not None and following.first == at:
                self._group(following)
                at, following = following.stop, next(inner, None)
            else:
                self._word(at)
                at += 1

    def _fits(self, group: Group) -> bool:
        """Whether the group fits on the line, with what must stand behind it there."""
        if self._must_break(group):
            return False
        end = group.stop
        while end < len(self._words) and end not in self._may_break and end - 1 not in self._comments.behind:
            end += 1
        return self._fits_up_to(group.first, end)

    def _must_break(self, group: Group) -> bool:
        return group.always or self._comments.inside(group) or any(self._must_break(one) for one in group.inner)

    def _fits_up_to(self, first: int, end: int) -> bool:
        gap_before = len(self._gaps[first]) if self._line.parts else 0
        start = self._line.wide if self._line.parts else self._line.indent
        taken = self._reach[end - 1] - self._reach[first] + width(self._words[first].text)
        return not self._line.ended and start + gap_before + taken <= _WIDEST

    def _keeps_together(self, group: Group) -> bool:
        """Whether breaking the blocks inside of a value is enough: up to the first of them it fits."""
        tables = (one for one in _all(group.inner) if one.block and self._words[one.first].text == "{")
        block = next(tables, None)
        if not group.value or block is None:
            return False
        before = Group(group.first, block.breaks[0], ())
        return not self._comments.inside(before) and self._fits_up_to(group.first, block.breaks[0])

    # --- words and line ends -----------------------------------------------------------------------------

    def _break_before(self, at: int, base: int, group: Group, *, closes: bool) -> None:
        if closes:
            self._end_line()
            self._line = _Line(base + group.indent)
            self._remarks(at, spaced=at - 1 != group.first)
            self._line.indent = base
        else:
            self._new_line(base + group.indent, at, spaced=group.block and at != group.breaks[0])

    def _word(self, at: int) -> None:
        if self._line.ended or (at in self._comments.before and self._line.parts):
            self._new_line(self._line.indent + 2, at, spaced=False)
        self._remarks(at, spaced=False)
        self._line.add(self._gaps[at] if self._line.parts else " " * self._line.indent)
        self._line.add(" " * self._pads.pop(at, 0) + self._words[at].text)
        comment = self._comments.behind.get(at)
        if comment is not None:
            self._line.parts.append(f"  {comment}")
            self._line.ended = True

    def _new_line(self, indent: int, at: int, *, spaced: bool) -> None:
        """Begin a line, with the comments before a word, and with an empty line above if its author left one."""
        self._end_line()
        self._line = _Line(indent)
        remarked = self._remarks(at, spaced=spaced)
        if (spaced or remarked) and at in self._comments.blank:
            self._lines.append("")

    def _remarks(self, at: int, *, spaced: bool) -> bool:
        """Write the comments that stand on lines of their own before a word, and say whether there are any."""
        comments = self._comments.before.pop(at, [])
        for number, (blank, text) in enumerate(comments):
            if blank and (spaced or number):
                self._lines.append("")
            self._lines.append(" " * self._line.indent + text)
        return bool(comments)

    def _end_line(self) -> None:
        if self._line.parts:
            self._lines.append("".join(self._line.parts))
            self._line = _Line(self._line.indent)


def _all(groups: Sequence[Group]) -> Iterator[Group]:
    """Groups and all groups inside of them, in the order of their words."""
    for group in groups:
        yield group
        yield from _all(group.inner)
