"""Words by language: every language says the same things, and values are never rounded in any."""

from fractions import Fraction
from string import Formatter

import pytest

from meed.dsl import checked as c
from meed.dsl.types import COUNT, DATE, DAYS, MONEY, MONTHS, RATE, TEXT
from meed.engine.wording.phrases import say_window, show
from meed.engine.wording.wording import LANGUAGES, Voice

ENGLISH = LANGUAGES["en"]


def places(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_every_phrase_with_the_same_places(language: str) -> None:
    phrases = LANGUAGES[language]
    assert phrases.keys() == ENGLISH.keys()
    assert {name: places(phrase) for name, phrase in phrases.items()} == {
        name: places(phrase) for name, phrase in ENGLISH.items()
    }


def test_a_chinese_phrase_has_no_english_word() -> None:
    phrases = LANGUAGES["zh"]
    words = {
        name: Formatter().vformat(phrase, (), dict.fromkeys(places(phrase), "")) for name, phrase in phrases.items()
    }
    assert [name for name, text in words.items() if any(letter.isascii() and letter.isalpha() for letter in text)] == []


def test_braces_in_what_an_author_wrote_are_just_text() -> None:
    voice = Voice.of("zh", "CNY")
    assert voice("line.earned", component="{account}") == "`{account}` 应得"


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (Fraction(917051), MONEY, "9,170.51 CNY", "9,170.51 元"),
        (Fraction(91705113, 100), MONEY, "9,170.5113 CNY", "9,170.5113 元"),
        (Fraction(100, 3), MONEY, "about 0.3333 (exactly 1/3) CNY", "约 0.3333（精确值 1/3） 元"),
        (Fraction(1, 3), RATE, "about 33.3333%", "约 33.3333%"),
        (Fraction(5, 4), RATE, "125%", "125%"),
        (None, RATE, "missing", "缺失"),
        (True, None, "yes", "是"),
        (Fraction(1), MONTHS, "1 month", "1 个月"),
        (Fraction(24), MONTHS, "24 months", "24 个月"),
        (Fraction(172800), DAYS, "2 days", "2 天"),
        (Fraction(0), DATE, "1970-01-01", "1970-01-01"),
        (Fraction(3), COUNT, "3", "3"),
        ("won", TEXT, '"won"', '"won"'),
        (frozenset({"b", "a"}), None, '("a", "b")', '（"a", "b"）'),
    ],
)
def test_values_differ_in_format_only(value: object, unit: c.Type | None, english: str, chinese: str) -> None:
    assert (show(value, unit, "CNY"), show(value, unit, "CNY", "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("window", "english", "chinese"),
    [
        (c.Window("scope"), "over this period", "本期"),
        (c.Window("calendar", "year"), "over the year to date", "本年至今"),
        (c.Window("previous", "quarter", 4), "over the previous 4 quarters", "之前 4 个季度"),
        (c.Window("last", "day", 90), "over the last 90 days", "最近 90 天"),
    ],
)
def test_windows_are_said(window: c.Window, english: str, chinese: str) -> None:
    assert (say_window(window), say_window(window, "zh")) == (english, chinese)
