"""Diagnostics as text with the line and a caret below it, as data, and in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypedDict

from .diagnostics import Diagnostic, Severity
from .source import SourceFile, Span
from .width import shown, width

__all__ = ["RenderedDiagnostic", "RenderedNote", "render_json", "render_text", "summary"]

_COLORS = {"error": "31", "warning": "33", "note": "36", "place": "34", "strong": "1", "help": "32"}
_WIDEST = 140
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class RenderedNote(TypedDict):
    """A secondary place; lines and columns are counted from 1."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


class RenderedDiagnostic(TypedDict):
    """A diagnostic as data; lines and columns are counted from 1, the end is the first column behind."""

    code: str
    severity: Severity
    message: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    help: str
    notes: list[RenderedNote]


def render_text(diagnostics: Iterable[Diagnostic], source: SourceFile, *, color: bool = False) -> str:
    """All diagnostics with the lines they speak of, a blank line between two; empty if there is none."""
    paint = _Paint(color)
    return "\n".join("\n".join(_drawn(found, source, paint)) + "\n" for found in diagnostics)


def render_json(diagnostics: Iterable[Diagnostic], source: SourceFile) -> list[RenderedDiagnostic]:
    """All diagnostics as data that `json.dumps` takes."""
    return [_as_data(found, source) for found in diagnostics]


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or `no findings`."""
    counts = Counter(found.severity for found in diagnostics)
    parts = [f"{counts[one]} {one}{'s' if counts[one] > 1 else ''}" for one in _SEVERITIES if counts[one]]
    return ", ".join(parts) or "no findings"


def _as_data(found: Diagnostic, source: SourceFile) -> RenderedDiagnostic:
    line, column, end_line, end_column = _place(found.span, source)
    notes: list[RenderedNote] = []
    for note in found.notes:
        first, left, last, right = _place(note.span, source)
        notes.append({"message": note.caption, "line": first, "column": left, "end_line": last, "end_column": right})
    return {
        "code": found.code, "severity": found.severity, "message": found.message, "file": source.name,
        "line": line, "column": column, "end_line": end_line, "end_column": end_column, "help": found.help,
        "notes": notes,
    }  # fmt: skip


def _place(span: Span, source: SourceFile) -> tuple[int, int, int, int]:
    return (*source.position(span.start), *source.position(span.end))


class _Paint:
    """Colors for a terminal, or none."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, *styles: str) -> str:
        if not self._on or not text:
            return text
        return f"\x1b[{';'.join(_COLORS[style] for style in styles)}m{text}\x1b[0m"


def _drawn(found: Diagnostic, source: SourceFile, paint: _Paint) -> Iterator[str]:
    head = paint(f"{found.severity}[{found.code}]", found.severity, "strong")
    yield head + paint(f": {shown(found.message)}", "strong")
    lines = [source.position(span.start)[0] for span in (found.span, *(note.span for note in found.notes))]
    gutter = len(str(max(lines)))
    yield from _snippet("-->", found.span, "^", shown(found.label), source, gutter, paint, found.severity)
    for note in found.notes:
        yield from _snippet(":::", note.span, "-", shown(note.caption), source, gutter, paint, "place")
    if found.help:
        yield paint("help", "help") + f": {shown(found.help)}"


def _snippet(
    arrow: str, span: Span, mark: str, label: str, source: SourceFile, gutter: int, paint: _Paint, style: str
) -> Iterator[str]:  # fmt: skip
    """The place, its line and the mark below it; of a span over several lines, the first."""
    line, column = source.position(span.start)
    text = source.line_text(line)
    start = min(column - 1, len(text))
    end = min(start + span.end - span.start, len(text))
    text, start, end = _window(text, start, end)
    bar, blank = paint("|", "place"), " " * gutter
    under = " " * width(shown(text[:start])) + paint(mark * max(1, width(shown(text[start:end]))), style)
    yield f"{blank}{paint(arrow, 'place')} {shown(source.name)}:{line}:{column}"
    yield f"{blank} {bar}"
    yield f"{paint(f'{line:>{gutter}}', 'place')} {bar} {shown(text)}".rstrip()
    yield f"{blank} {bar} {under}{' ' * bool(label)}{paint(label, style)}"


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a very long line around a stretch of it, and where the stretch is in that part."""
    if len(text) <= _WIDEST:
        return text, start, end
    first = max(0, min(start - _WIDEST // 3, len(text) - _WIDEST))
    last = min(len(text), first + _WIDEST)
    left, right = "…" if first else "", "…" if last < len(text) else ""
    shift = len(left) - first
    return f"{left}{text[first:last]}{right}", start + shift, min(end, last) + shift
