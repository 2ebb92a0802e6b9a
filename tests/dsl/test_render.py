"""Diagnostics as text, as data, and in a line."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.diagnostics import Diagnostic, Note, Severity
from meed.dsl.render import render_json, render_text, summary
from meed.dsl.source import SourceFile, Span
from meed.dsl.width import shown, width

POLICY = SourceFile("plan.meed", 'let pool = 5\nlet rest = pool + "a"\n')


def finding(start: int, end: int, **given: object) -> Diagnostic:
    return Diagnostic("E0301", "error", "`pool` and a text do not add up", Span(start, end), **given)  # type: ignore[arg-type]


def test_a_finding_is_drawn_with_its_line_and_a_caret() -> None:
    full = finding(24, 34, label="here", help="write a number", notes=(Note(Span(4, 8), "`pool` is a number"),))
    assert render_text([full], POLICY) == (
        "error[E0301]: `pool` and a text do not add up\n"
        " --> plan.meed:2:12\n"
        "  |\n"
        '2 | let rest = pool + "a"\n'
        "  |            ^^^^^^^^^^ here\n"
        " ::: plan.meed:1:5\n"
        "  |\n"
        "1 | let pool = 5\n"
        "  |     ---- `pool` is a number\n"
        "help: write a number\n"
    )


def test_findings_are_apart_by_an_empty_line() -> None:
    assert render_text([finding(0, 3), finding(13, 16)], POLICY).count("\n\n") == 1
    assert render_text([], POLICY) == ""


def test_line_numbers_are_below_each_other() -> None:
    source = SourceFile("p", "\n" * 9 + "let a = 5")
    assert render_text([finding(9, 12, notes=(Note(Span(0, 0), "first"),))], source) == (
        "error[E0301]: `pool` and a text do not add up\n"
        "  --> p:10:1\n"
        "   |\n"
        "10 | let a = 5\n"
        "   | ^^^\n"
        "  ::: p:1:1\n"
        "   |\n"
        " 1 |\n"
        "   | - first\n"
    )


def caret(text: str, start: int, end: int) -> tuple[str, str]:
    """The drawn line and the line with the caret."""
    drawn = render_text([finding(start, end)], SourceFile("p", text)).splitlines()
    return drawn[3].removeprefix("1 |"), drawn[4].removeprefix("  |")


def test_wide_characters_take_two_columns() -> None:
    assert caret("let 业绩 = 客户", 9, 11) == (" let 业绩 = 客户", "            ^^^^")


def test_tabs_take_four_columns_and_marks_none() -> None:
    assert caret("\tlet e\u0301 = $", 10, 11) == ("     let e\u0301 = $", "             ^")


def test_a_place_behind_the_line_has_a_caret() -> None:
    assert caret("let a =", 7, 7) == (" let a =", "        ^")


def test_of_a_stretch_over_lines_the_first_is_drawn() -> None:
    assert caret("let a =\n  5", 4, 10) == (" let a =", "     ^^^")


def test_a_very_long_line_is_cut_around_the_place() -> None:
    line, mark = caret("a" * 5_000 + "$" + "b" * 5_000, 5_000, 5_001)
    assert len(line) < 150
    assert line.count("…") == 2
    assert line[mark.index("^")] == "$"


def test_nothing_that_moves_a_cursor_is_printed() -> None:
    text = 'let a = "\x1b[31m\r\x00\u202e\ud800"'
    drawn = render_text([finding(8, 14, help="\x07")], SourceFile("\x1b[2J", text))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\ud800]", drawn)
    assert drawn.encode()


def test_colors_are_only_added_if_asked_for() -> None:
    plain = render_text([finding(4, 8, help="help", label="label")], POLICY)
    colored = render_text([finding(4, 8, help="help", label="label")], POLICY, color=True)
    assert "\x1b" not in plain
    assert colored != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_data_has_the_agreed_keys_in_order() -> None:
    (data,) = render_json([finding(24, 34, help="write a number", notes=(Note(Span(4, 8), "a number"),))], POLICY)
    assert list(data) == [
        "code", "severity", "message", "file", "line", "column", "end_line", "end_column", "help", "notes",
    ]  # fmt: skip
    assert json.loads(json.dumps(data)) == {
        "code": "E0301", "severity": "error", "message": "`pool` and a text do not add up", "file": "plan.meed",
        "line": 2, "column": 12, "end_line": 2, "end_column": 22, "help": "write a number",
        "notes": [{"message": "a number", "line": 1, "column": 5, "end_line": 1, "end_column": 9}],
    }  # fmt: skip


def test_a_summary_counts_by_severity() -> None:
    def some(*severities: Severity) -> list[Diagnostic]:
        return [Diagnostic("E0001", severity, "x", Span(0, 0)) for severity in severities]

    assert summary([]) == "no findings"
    assert summary(some("error")) == "1 error"
    assert summary(some("warning", "error", "error")) == "2 errors, 1 warning"
    assert summary(some("note", "note", "warning", "warning")) == "2 warnings, 2 notes"


@given(st.text(max_size=80), st.data())
def test_any_place_in_any_text_can_be_drawn(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    source = SourceFile("p", text)
    drawn = render_text([finding(start, end)], source).splitlines()
    assert len(drawn) == 5
    mark = drawn[4].partition("|")[2]
    assert "^" in mark
    assert width(mark) <= width(shown(source.line_text(source.position(start)[0]))) + 2
    (data_of,) = render_json([finding(start, end)], source)
    assert (data_of["line"], data_of["column"]) <= (data_of["end_line"], data_of["end_column"])


@given(st.text(max_size=30), st.text(max_size=30))
def test_widths_add_up(one: str, other: str) -> None:
    assert width(one + other) == width(one) + width(other)
    assert shown(one + other) == shown(one) + shown(other)
