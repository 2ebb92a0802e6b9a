"""One layout: it means the same, it stays the same, and comments stay where they were.

`MEED_BLESS=formatted pytest tests/dsl/test_formatter.py` rewrites `policies/formatted/`; read the difference.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import formatter
from meed.dsl.formatter import FormatError, NotFormattable, format_source, is_formatted, same_meaning
from meed.dsl.parser import comments_of, mapped_text, parse, statement_spans
from meed.dsl.reader import reader
from meed.dsl.source import SourceFile
from meed.dsl.width import width

FOLDER = Path(__file__).with_name("policies")
CORPUS = [SourceFile(path.name, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.meed"))]
GAPS = [" ", "  ", "\t", "\n", "\r\n", "\n\n\n", " # a comment\n", "\n# its own\n", "\n\n  # 一\n\n # two \n", "　"]


def source(text: str) -> SourceFile:
    return SourceFile("policy.meed", text)


def formatted(text: str) -> str:
    return format_source(source(text))


def words(policy: SourceFile) -> list[tuple[int, int]]:
    """The places of all words of a policy."""
    text = mapped_text(policy)
    return [
        (start + span.start, end + span.start)
        for span in statement_spans(text)
        for _, start, end in reader().words(text[span.start : span.end])
    ]


def anchored(policy: SourceFile) -> list[tuple[int, str]]:
    """The comments of a policy, each with the number of the word behind it."""
    starts = [start for start, _ in words(policy)]
    return [(bisect_left(starts, span.start), text) for span, text in comments_of(policy)]


@st.composite
def untidy(draw: st.DrawFn) -> str:
    """Some statements of the corpus with other blanks, line ends and comments between their words."""
    policy = draw(st.sampled_from(CORPUS))
    spans = statement_spans(mapped_text(policy))
    first = draw(st.integers(0, len(spans) - 1))
    chosen = spans[first : first + draw(st.integers(1, 3))]
    places = [(a, b) for a, b in words(policy) if chosen[0].start <= a < chosen[-1].end]
    opening = {span.start for span in spans}
    gaps = draw(st.lists(st.sampled_from([" ", *GAPS]), min_size=len(places), max_size=len(places)))
    return "".join(
        ("\n" if start in opening else "") + policy.text[start:end] + gap
        for (start, end), gap in zip(places, gaps, strict=True)
    )


def assert_well_formatted(policy: SourceFile) -> None:
    out = source(format_source(policy))
    assert same_meaning(parse(policy).statements, parse(out).statements)
    assert format_source(out) == out.text
    assert anchored(out) == anchored(policy)
    assert not re.search(r"[ \t]\n|\n\n\n|\A\n|\t|\r", out.text)
    assert out.text.endswith("\n")


# --- properties ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", CORPUS, ids=lambda policy: policy.name)
def test_the_corpus_is_well_formatted(policy: SourceFile) -> None:
    assert_well_formatted(policy)


@pytest.mark.parametrize("policy", CORPUS, ids=lambda policy: policy.name)
def test_the_corpus_is_formatted_as_on_file(policy: SourceFile) -> None:
    on_file = FOLDER / "formatted" / policy.name
    if {"1", "formatted"} & set(os.environ.get("MEED_BLESS", "").split(",")):
        on_file.write_text(format_source(policy), encoding="utf-8")
    assert format_source(policy) == on_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", CORPUS, ids=lambda policy: policy.name)
def test_no_line_is_too_long_that_could_be_broken(policy: SourceFile) -> None:
    for line in format_source(policy).splitlines():
        assert width(line.partition("  #")[0]) <= 100


@settings(max_examples=60)
@given(untidy())
def test_any_blanks_and_comments_lead_to_one_layout(text: str) -> None:
    assert_well_formatted(source(text))


@pytest.mark.parametrize("widest", [1, 20, 40, 60])
def test_narrow_lines_mean_the_same(widest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatter, "_WIDEST", widest)
    for policy in CORPUS:
        assert_well_formatted(policy)


@settings(max_examples=40)
@given(untidy())
def test_the_layout_does_not_depend_on_blanks(text: str) -> None:
    bare = re.sub(r"#[^\n]*", "", text)
    single = " ".join(bare.split("\n"))
    no_blank_lines = [line for line in formatted(bare).splitlines() if line]
    assert formatted(single).splitlines() == no_blank_lines


# --- examples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("1", "1"), ("999", "999"), ("1000", "1000"), ("2026", "2026"), ("1_000", "1_000"), ("1,000", "1_000"),
        ("10000", "10_000"), ("400_000", "400_000"), ("40_0000", "400_000"), ("1,234,567.8901", "1_234_567.8901"),
        ("1234567", "1_234_567"), ("12345.67%", "12_345.67%"), ("1000%", "1000%"), ("12345   months", "12_345 months"),
        ("１２３４５", "12_345"), ("24\nmonths", "24 months"), ("2026-04-01", "2026-04-01"), ("09:00", "09:00"),
    ],
)  # fmt: skip
def test_numbers_have_their_thousands_apart_from_five_digits_on(written: str, printed: str) -> None:
    assert formatted(f"guarantee a > {written}") == f"guarantee a > {printed}\n"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("“好”", '"好"'), ("「好」", '"好"'), ('"a：b"', '"a：b"'), ("“say \"so\"”", "“say \"so\"”"),
        ('"# a"', '"# a"'), ('""', '""'), ("“全角　空格”", '"全角　空格"'),
    ],
)  # fmt: skip
def test_texts_stay_as_they_are_within_their_quotes(written: str, printed: str) -> None:
    assert formatted(f"guarantee a is {written}") == f"guarantee a is {printed}\n"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("let a=-b*-1-c+ +d", "let a = -b * -1 - c + +d"),
        ("let a=( b+c )*f( d,e )", "let a = (b + c) * f(d, e)"),
        ("let a=((b))", "let a = ((b))"),
        ("let a = step(b+c){from 0:1 from 2:3}", "let a = step (b + c) { from 0: 1  from 2: 3 }"),
        ("let a = step years(b){from 0:1}", "let a = step years(b) { from 0: 1 }"),
        ("guarantee a in(1,2)", "guarantee a in (1, 2)"),
        ("guarantee a . b is not known", "guarantee a.b is not known"),
        ("guarantee not(a and b)", "guarantee not (a and b)"),
        ("facts deal{a:date ?  b:money>=0}", "facts deal { a: date?  b: money >= 0 }"),
        ("policy “P”｛effective：2026-04-01..2026-12-31｝", 'policy "P" { effective: 2026-04-01 .. 2026-12-31 }'),
        ('policy "P" {\n}', 'policy "P" {}'),
        ('test "t"{given rep Li{a:-5,b:c.d}}', 'test "t" { given rep Li { a: -5, b: c.d } }'),
        ("let a = 1 let b = 2", "let a = 1\nlet b = 2"),
        ("let a = 1\n\n\n\nlet b = 2", "let a = 1\n\nlet b = 2"),
    ],
)
def test_blanks_are_where_one_expects_them(written: str, printed: str) -> None:
    assert formatted(written) == printed + "\n"


def test_a_component_that_does_not_fit_has_its_clauses_on_lines_of_their_own() -> None:
    assert formatted(
        "scheme hunters for competitive per quarter { pay commission = marginal bookings against rep.quota"
        " { from 0%: 5% from 100%: 8% } at most 400000 release deal.collected / deal.amount }"
    ) == (
        "scheme hunters for competitive per quarter {\n"
        "  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }\n"
        "    at most 400_000\n"
        "    release deal.collected / deal.amount\n"
        "}\n"
    )


def test_tiers_that_do_not_fit_stand_below_each_other() -> None:
    assert formatted(
        "let a = step some_long_name_of_a_measure against rep.some_quota"
        " { from 0%: 5% above 100%: 8% from 80% of c: 9% }"
    ) == (
        "let a = step some_long_name_of_a_measure against rep.some_quota {\n"
        "  from       0%: 5%\n"
        "  above    100%: 8%\n"
        "  from 80% of c: 9%\n"
        "}\n"
    )


def test_chinese_characters_take_two_columns() -> None:
    names = [f"客户{number}" for number in "甲乙丙丁戊己庚"]
    text = formatted(
        "guarantee a in (" + ", ".join(f'"{name}"' for name in names) + ") and 地区 is 某一个地区的名字某一个"
    )
    assert "\n  and 地区" in text
    assert max(width(line) for line in text.splitlines()) <= 100


def test_a_text_with_slips_is_not_formatted() -> None:
    with pytest.raises(NotFormattable) as caught:
        formatted("let a = 5 %\nlet b = $6")
    assert [one.code for one in caught.value.diagnostics] == ["E0124", "E0120"]


def test_a_text_is_formatted_or_not() -> None:
    assert is_formatted(source("let a = 5\n"))
    assert not is_formatted(source("let a = 5"))
    assert not is_formatted(source("let  a = 5\n"))


def test_a_formatter_that_changes_a_meaning_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatter, "_grouped", lambda number: number + "0")
    with pytest.raises(FormatError):
        formatted("let a = 5")


def test_a_formatter_that_loses_a_comment_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatter._Printer, "_remarks", lambda self, at, *, spaced: False)
    with pytest.raises(FormatError):
        formatted("# a\nlet a = 5")


def test_trees_differ_by_more_than_the_spelling_of_numbers() -> None:
    def tree(text: str) -> object:
        return parse(source(text)).statements

    assert same_meaning(tree("let a = 1_000"), tree("let a  =  1,000"))
    assert not same_meaning(tree("let a = 1_000"), tree("let a = 1_001"))
    assert not same_meaning(tree("let a = b"), tree("let a = c"))
    assert not same_meaning(tree("let a = b"), tree("let a = b let c = d"))
