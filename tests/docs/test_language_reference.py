"""Every example of docs/language.md is checked, and nothing of the language is missing there."""

import re
from pathlib import Path

import pytest

from meed.dsl import check, words
from meed.dsl.calendar import MONTHS, WEEKDAYS
from meed.dsl.grammar import keywords
from meed.dsl.schema import REP_TYPE_WORDS, REP_TYPES, STANDARD
from meed.dsl.words import SettingRule
from meed.policies.testing import run_tests

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(meed[^\n]*)\n(.*?)^```", re.M | re.S)
BLOCKS = [(match[1].split()[1:], match[2]) for match in FENCE.finditer(PAGE)]
GIVEN = [text for marks, text in BLOCKS if marks == ["prelude"]]
GOOD = [text for marks, text in BLOCKS if not marks]
BAD = [(marks[1], text) for marks, text in BLOCKS if marks[:1] == ["fails"]]
BEFORE_WORDS, WORDS = PAGE.split("## Words", 1)
# What is written in the language: examples, forms, and code in sentences and tables.
CODE = "\n".join(re.findall(r"^```.*?^```|^ {4}.*?$|`[^`\n]+`", BEFORE_WORDS, re.M | re.S))
# A snippet may name a value that only the next one would read.
UNUSED = "W0801"


def whole(block: str) -> str:
    """The text that a block stands for: what comes before it, unless it begins a policy of its own."""
    return block if block.startswith("policy ") else GIVEN[0] + block


def first_line(block: str) -> str:
    return block.split("\n", 1)[0]


def test_what_stands_before_the_examples_is_given_once() -> None:
    assert len(GIVEN) == 1
    assert len(GOOD) >= 12
    assert {tuple(marks) for marks, _ in BLOCKS} <= {(), ("prelude",), *(("fails", code) for code, _ in BAD)}


@pytest.mark.parametrize("block", GOOD, ids=first_line)
def test_an_example_checks_without_an_error_or_a_warning(block: str) -> None:
    found = check(whole(block)).diagnostics
    assert [one for one in found if one.severity != "note" and one.code != UNUSED] == []


@pytest.mark.parametrize("block", [block for block in GOOD if "\ntest " in block], ids=first_line)
def test_the_tests_in_an_example_pass(block: str) -> None:
    made = check(whole(block)).policy
    assert made is not None
    assert [result.failures for result in run_tests(made) if not result.passed] == []


@pytest.mark.parametrize(("code", "block"), BAD, ids=lambda value: first_line(str(value)))
def test_a_bad_example_fails_with_exactly_its_code(code: str, block: str) -> None:
    found = check(whole(block)).diagnostics
    assert {one.code for one in found} - {UNUSED} == {code}


def test_the_reference_fits_on_ten_printed_pages() -> None:
    assert len(PAGE.splitlines()) <= 560  # 56 lines a page


def is_shown(name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}s?\b", CODE) is not None


def names_of_the_checker() -> list[str]:
    """Every name in dsl/words.py: kinds of table, aggregates, ties, periods, functions, settings and their words.

    Of months and days of the week the first and last are enough, as in `january` to `december`.
    """
    found: list[str] = []
    for listed in (getattr(words, name) for name in words.__all__ if name.isupper()):
        found += list(listed)
        rules = listed.values() if isinstance(listed, dict) else ()
        found += [word for rule in rules if isinstance(rule, SettingRule) for word in rule.allowed]
    return sorted(set(found) - set(MONTHS[1:-1]) - set(WEEKDAYS[1:-1]))


@pytest.mark.parametrize("name", names_of_the_checker())
def test_a_name_that_the_checker_knows_is_in_the_reference(name: str) -> None:
    assert is_shown(name)


@pytest.mark.parametrize("word", sorted(keywords()))
def test_a_reserved_word_is_listed_and_also_explained(word: str) -> None:
    assert f"`{word}`" in WORDS
    assert is_shown(word)


def test_no_other_word_is_listed_as_reserved() -> None:
    listed = WORDS.split("\n\n")[2]
    assert set(re.findall(r"`(\w+)`", listed)) == set(keywords())


@pytest.mark.parametrize("kind", STANDARD)
def test_the_standard_columns_are_listed_with_what_may_be_missing(kind: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |"))
    listed = re.findall(r"`(\w+\??)`", row.split("|")[2])
    columns = STANDARD[kind].columns.values()
    assert sorted(listed) == sorted(column.name + "?" * column.type.optional for column in columns)


@pytest.mark.parametrize("kind", STANDARD)
def test_the_date_of_a_standard_kind_is_set_in_bold(kind: str) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |"))
    dated = STANDARD[kind].dated if STANDARD[kind].name in {"lead", "deal", "activity"} else None
    assert [name.rstrip("?") for name in re.findall(r"\*\*`(\w+\??)`\*\*", row)] == ([dated.name] if dated else [])


def test_the_types_of_rep_are_named_in_both_languages() -> None:
    chinese = [word for word in REP_TYPE_WORDS if not word.isascii()]
    assert [word for word in (*REP_TYPES, *chinese) if word not in PAGE] == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (name, rule)
        for rules in (words.POLICY_SETTINGS, words.SCHEME_SETTINGS, words.ASSIGN_SETTINGS)
        for name, rule in rules.items()
        if rule.default
    ],
)
def test_a_setting_is_listed_with_its_default(name: str, rule: SettingRule) -> None:
    rows = [line for line in PAGE.splitlines() if re.match(rf"\| (`\w+`, )*`{name}[`:]", line)]
    assert any(f"`{rule.default}`" in row.split("|")[2] for row in rows)
