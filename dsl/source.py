"""The text of a policy file and places in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

__all__ = ["NOWHERE", "SourceFile", "Span"]

# Typed with a Chinese or Japanese keyboard, these mean what their ASCII twins mean. One to one, so that
# every place in the mapped text is the same place in the file.
_WIDE = {
    ord("，"): ",",
    ord("："): ":",
    ord("（"): "(",
    ord("）"): ")",
    ord("％"): "%",
    ord("｛"): "{",
    ord("｝"): "}",
    ord("＝"): "=",
    ord("＋"): "+",
    ord("－"): "-",
    ord("＊"): "*",
    ord("／"): "/",
    ord("＜"): "<",
    ord("＞"): ">",
    ord("？"): "?",
    ord("．"): ".",
    ord("　"): " ",
    ord("\u00a0"): " ",
    ord("＿"): "_",
    **{ord("０") + digit: str(digit) for digit in range(10)},
}
_OPENING_QUOTES = {'"': '"', "“": "”", "”": "”", "＂": "＂", "「": "」"}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a source file: character offsets, `start` included and `end` not."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A policy text with its name; knows lines and columns (both counted from 1)."""

    name: str
    text: str
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(index + 1 for index, char in enumerate(self.text) if char == "\n")
        object.__setattr__(self, "_line_starts", tuple(starts))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line, without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def excerpt(self, span: Span) -> str:
        """The text that a span covers."""
        return self.text[span.start : span.end]

    def mapped(self) -> str:
        """The text with full-width punctuation and curly quotes replaced outside texts and comments.

        The result has the same length, so offsets are offsets in the file.
        """
        out: list[str] = []
        index, text = 0, self.text
        while index < len(text):
            char = text[index]
            if char == "#":
                end = text.find("\n", index)
                end = len(text) if end < 0 else end
                out.append(text[index:end])
                index = end
            elif char in _OPENING_QUOTES:
                end = _end_of_text(text, index)
                closed = end <= len(text) and text[end - 1] == _OPENING_QUOTES[char] and end - index > 1
                inner = text[index + 1 : end - 1] if closed else text[index + 1 : end]
                out.append('"' + inner.replace('"', "＂") + ('"' if closed else ""))
                index = end
            else:
                out.append(char.translate(_WIDE))
                index += 1
        return "".join(out)


def _end_of_text(text: str, start: int) -> int:
    """The offset behind the text literal that opens at `start`; it never runs past its line."""
    closing = _OPENING_QUOTES[text[start]]
    for index in range(start + 1, len(text)):
        if text[index] == closing:
            return index + 1
        if text[index] == "\n":
            return index
    return len(text)
