"""Reading policy texts: trees, places, comments, and what happens to texts that are not policies."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree

from meed.dsl import reader as reader_module
from meed.dsl import syntax as s
from meed.dsl.formatter import same_meaning
from meed.dsl.grammar import cache_file, grammar, keywords
from meed.dsl.machine import Machine
from meed.dsl.parser import STATEMENT_WORDS, Parsed, comments_of, mapped_text, parse, statement_spans
from meed.dsl.reader import END, reader
from meed.dsl.source import SourceFile
from meed.dsl.syntax_errors import SLIPS

CORPUS = [
    SourceFile(path.name, path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("policies").glob("*.meed"))
]
WORD = re.compile(r'\s+|#[^\n]*|"[^"\n]*"|\w+|.', re.DOTALL)
JUNK = [
    "{",
    "}",
    "(",
    ")",
    '"',
    "'",
    ";",
    ",",
    "=",
    "==",
    "$",
    "%",
    ":",
    ".",
    "\0",
    "\ud800",
    "#",
    "\n",
    "…",
    "１",
    "“",
]
JUNK += [
    *keywords(),
    "1,5",
    "0%-100%",
    "2026-99-99",
    "9" * 5_000,
    "pays",
    "AND",
    "24 moons",
    "}}",
    "((",
    "\ufeff",
    "\r",
]


def read(text: str) -> Parsed:
    return parse(SourceFile("policy.meed", text))


def bodies(source: SourceFile) -> Iterator[str]:
    """The text of each statement of a source."""
    text = mapped_text(source)
    return (text[span.start : span.end] for span in statement_spans(text))


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A policy in which some words are dropped, added or swapped."""
    words = WORD.findall(draw(st.sampled_from(CORPUS)).text)
    for _ in range(draw(st.integers(1, 8))):
        at, other = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
        change = draw(st.sampled_from(["drop", "add", "swap"]))
        if change == "drop":
            words[at] = ""
        elif change == "add":
            words[at] += draw(st.sampled_from(JUNK))
        else:
            words[at], words[other] = words[other], words[at]
    return "".join(words)


# --- texts that are policies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_the_corpus_is_read_without_findings(source: SourceFile) -> None:
    parsed = parse(source)
    assert parsed.diagnostics == ()
    assert len(parsed.statements) == len(statement_spans(mapped_text(source)))


def test_the_corpus_uses_every_rule_of_the_grammar() -> None:
    def makes_a_tree(rule: Any) -> bool:
        kept = [part for part in rule.expansion if not (part.is_term and part.filter_out)]
        passed_on = rule.options.expand1 and len(kept) == 1 and not rule.alias
        return not passed_on and not rule.origin.name.startswith("_")

    rules = {str(rule.alias or rule.origin.name) for rule in grammar().rules if makes_a_tree(rule)}
    trees = (reader().read(body) for source in CORPUS for body in bodies(source))
    assert rules - {str(node.data) for tree in trees for node in tree.iter_subtrees()} == set()


class AlwaysName:
    """Makes NAME compete in every state of Lark's lexer, or it would read `pays` as `pay` and `s`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


def test_the_reader_builds_what_lark_builds() -> None:
    def placed(tree: Tree[Any]) -> list[tuple[object, ...]]:
        nodes = tree.iter_subtrees()
        return [(node.data, node.meta.empty or (node.meta.start_pos, node.meta.end_pos)) for node in nodes]

    text = Path(reader_module.__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    lark = Lark(text, parser="lalr", lexer="contextual", propagate_positions=True, postlex=AlwaysName())
    for source in CORPUS:
        for body in bodies(source):
            ours, theirs = reader().read(body), lark.parse(body)
            assert ours == theirs
            assert placed(ours) == placed(theirs)


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_line_ends_mean_nothing_but_the_end_of_comments(source: SourceFile) -> None:
    text = source.text
    for span, comment in reversed(comments_of(source)):
        text = text[: span.start] + text[span.start + len(comment) :]
    assert same_meaning(read(" ".join(text.split("\n"))).statements, parse(source).statements)


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_places_are_places_in_the_file(source: SourceFile) -> None:
    for statement in parse(source).statements:
        for node in s.walk(statement):
            if isinstance(node, s.Name):
                # `prize bookings ties same` ranks without saying so.
                assert SourceFile("", source.excerpt(node.span)).mapped() == node.text or node.text == "rank"
            elif isinstance(node, s.TextLit):
                assert source.excerpt(node.span)[1:-1] == node.text


def test_full_width_punctuation_and_curly_quotes_mean_what_their_twins_mean() -> None:
    wide = read("let 达成率 of rep ＝ （业绩 ／ rep.quota） else ５０％\nguarantee a is “好”")
    plain = read('let 达成率 of rep = (业绩 / rep.quota) else 50%\nguarantee a is "好"')
    assert wide.diagnostics == ()
    assert wide.statements == plain.statements


@pytest.mark.parametrize("text", ["letx = 5", "scheme a for b per month { pays = 5 }", "guarantee x isy"])
def test_a_word_is_never_read_as_a_reserved_word_and_a_rest(text: str) -> None:
    assert read(text).has_errors


@pytest.mark.parametrize("word", sorted(keywords()))
def test_reserved_words_are_free_as_columns_in_rows_and_after_a_dot(word: str) -> None:
    text = f'facts deal {{ {word}: money }}\nguarantee deal.{word} > 5\ntest "t" {{ given deal {{ {word}: 5 }} }}'
    parsed = read(text)
    assert parsed.diagnostics == ()
    assert len(parsed.statements) == 3


@pytest.mark.parametrize("word", STATEMENT_WORDS)
def test_an_opening_word_after_a_word_that_wants_more_opens_nothing(word: str) -> None:
    parsed = read(f"let a = {word}\nlet b of rep = 2 * {word}\nlet c = b - {word}\nlet d = 5 let e = 6")
    assert parsed.diagnostics == ()
    assert len(parsed.statements) == 5


@pytest.mark.parametrize("comment", ["# ends in a dot.", "# to", "# =\n  # and.", '# "', "# {"])
def test_comments_hide_no_statement(comment: str) -> None:
    parsed = read(f"{comment}\nlet a = 5 {comment}\n{comment}\nlet b = 6 let c = 7")
    assert parsed.diagnostics == ()
    assert len(parsed.statements) == 3


def test_comments_are_found_with_their_places() -> None:
    source = SourceFile("", 'let a = "# no" # one  \n# 二\nlet b = “# no” #three')
    assert comments_of(source) == [(span, text) for span, text in comments_of(source) if source.excerpt(span) == text]
    assert [text for _, text in comments_of(source)] == ["# one", "# 二", "#three"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read("\ufefflet a = 5").diagnostics == ()


# --- texts with slips ----------------------------------------------------------------------------------------

SLIPPED = """\
polcy "Plan" { currency: USD }
facts deal { amount: money; }
credit won to deal.owner on deal.closed = deal.amount where deal.won
scheme hunters for competitive per quarter {
  pay commission = marginal bookings { from 0% to 100%: 5% }
  pay rest = bookings cap 5
}
let pool = 5 %
let fine = 6
guarantee pool > 5 && fine > 6
test "one" { given rep Li {} expect Li.rest == 5 }
"""


def test_one_run_names_every_slip_and_nothing_else() -> None:
    parsed = read(SLIPPED)
    said = [(parsed.source.position(one.span.start)[0], one.code) for one in parsed.diagnostics]
    assert said == [
        (1, "E0101"), (2, "E0122"), (3, "E0152"), (5, "E0118"), (6, "E0143"), (8, "E0124"), (10, "E0121"),
        (11, "E0113"),
    ]  # fmt: skip
    assert [type(statement) for statement in parsed.statements] == [s.Let]


@pytest.mark.parametrize(
    "slip", ["pay x = 5;", "pay x = a b c d", "pay", "pay x =", 'award "x', "award", "total", "total at most"]
)
def test_clauses_around_a_slip_are_read_on(slip: str) -> None:
    parsed = read(f"scheme a for b per month {{\n  pay u = 5 %\n  {slip}\n  pay v = 5 %\n}}\nlet w = 5 %")
    lines = [parsed.source.position(one.span.start)[0] for one in parsed.diagnostics]
    assert lines == [2, 3, 4, 6]


@pytest.mark.parametrize(
    "text",
    ["", " \n", "# only a comment", "\ufeff", "#", "\n\n# a\n"],
)
def test_a_text_without_statements_is_said_to_be_one(text: str) -> None:
    assert [one.code for one in read(text).diagnostics] == ["E0105"]


def test_codes_of_slips_are_unique() -> None:
    codes = [entry.code for entry in SLIPS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"E01[1-9]\d", code) for code in codes)


@settings(max_examples=150)
@given(broken())
@example("credit a b%")
@example("credit 业绩 to0%-100% 订单")
def test_findings_about_broken_texts_are_in_good_order(text: str) -> None:
    parsed = read(text)
    assert parsed.has_errors or len(parsed.statements) == len(statement_spans(mapped_text(parsed.source))) > 0
    for one in parsed.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert re.fullmatch(r"E0[01]\d\d", one.code)
        said = [one.message, one.help]
        assert not any("\n" in line or len(line) > 400 for line in said)
        assert not re.search(
            r"\b(?:Tree|Token|None|LBRACE|RBRACE|LPAR|RPAR|COLON|EQUAL|NAME|NUMBER)\b", " ".join(said)
        ) or (re.search(r"\b(?:NAME|NUMBER|None|Tree)\b", text))
        assert one.message[0].islower() or one.message[0] in "`%"
    places = [(one.span, one.code) for one in parsed.diagnostics]
    assert len(places) == len(set(places))


@settings(max_examples=150)
@given(st.text(max_size=300) | st.lists(st.sampled_from(JUNK), max_size=60).map(" ".join))
@example("let a = 5\nlet b = \ud800")
@example('policy "\ud800" { version: "\0" }')
@example("let a = 1 " + "." * 50)
@example("let a = " + "9" * 10_000 + " years")
@example("9" * 10_000)
def test_no_text_whatever_raises(text: str) -> None:
    parsed = read(text)
    assert parsed.has_errors or len(parsed.statements) == len(statement_spans(mapped_text(parsed.source))) > 0


@pytest.mark.parametrize(
    "text",
    [
        "let x = " + "(" * 10_000,
        "let x = " + "(" * 10_000 + "1" + ")" * 10_000,
        "let x = " + "- " * 10_000 + "a",
        "guarantee " + "not " * 10_000 + "a",
        "let x = " + " + ".join(["a"] * 3_000),
        "let x = " + "choose { when a: " * 3_000,
        "scheme a for b per month " + "{" * 10_000,
        "{" * 10_000,
        "let x = 5 " + "when" * 30_000,
        "policies" * 10_000,
        "\0" * 100_000,
        '"' * 100_000,
        "let " * 30_000,
        "let a = ; b\n" * 10_000,
        "scheme a for b per month {\n" + "  pay x = = 5\n" * 10_000 + "}",
        "let x = " + "foo " * 30_000,
        "let x = 1" + " " * 100_000 + "2" + "," * 1_000,
        "let x = " + "1," * 50_000,
        "policy let pay { } ( ) = : when \n" * 5_000,
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
def test_monsters_are_answered_soon(text: str) -> None:
    started = time.monotonic()
    assert len(read(text).diagnostics) <= 101
    assert time.monotonic() - started < 5


def test_values_may_nest_but_not_without_end() -> None:
    def nested(depth: int) -> str:
        return "let x = " + "(1 + " * depth + "1" + ")" * depth

    assert read(nested(40)).diagnostics == ()
    assert [one.code for one in read(nested(400)).diagnostics] == ["E0103"]


def rules_of(many: int) -> str:
    rules = "\n".join(
        f'  rule r{number} when lead.value >= {number}_000 and lead.industry is "i{number}"\n'
        f"    to any rep where rep.region is lead.region by round_robin accept within 15 minutes"
        for number in range(many)
    )
    return f"assign lead {{\n{rules}\n  otherwise to any rep by random\n  if nobody hold\n}}"


def spent_on(text: str) -> float:
    """Seconds of the processor, whatever else it does meanwhile; the collector reads all that other tests have left."""
    gc.disable()
    try:
        began = time.process_time()
        assert read(text).diagnostics == ()
        return time.process_time() - began
    finally:
        gc.enable()


def test_four_times_as_many_rules_take_four_times_as_long_to_read() -> None:
    read("let warm = 1")
    few, many = rules_of(250), rules_of(1_000)
    assert spent_on(many) < 9 * min(spent_on(few) for _ in range(2))  # 16 times, if each looked at all others


# --- the machine and the cache -------------------------------------------------------------------------------


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_the_machine_follows_the_reader(source: SourceFile) -> None:
    for body in bodies(source):
        machine = Machine(reader())
        for terminal, start, end in reader().words(body):
            assert terminal in machine.expected()
            assert machine.feed(Token(terminal, body[start:end], start, end_pos=end))
        assert machine.accepts(END)
        assert machine.unclosed("LBRACE", "LPAR") == []


def test_what_the_machine_refuses_leaves_it_as_it_was() -> None:
    machine = Machine(reader())
    assert machine.feed(Token("LET", "let"))
    before = machine.position, machine.size
    assert not machine.feed(Token("EQUAL", "="))
    assert (machine.position, machine.size) == before
    assert machine.fits(("NAME", "EQUAL", "NUMBER", END))
    assert not machine.fits(("NAME", "EQUAL", END))


def test_the_cache_is_in_the_users_folder_and_done_without_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Path(cache_file("a")).parent == tmp_path / "meed"
    assert cache_file("a") != cache_file("b")
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert cache_file("a") == ""
