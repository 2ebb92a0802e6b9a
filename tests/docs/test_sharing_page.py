"""The policies of docs/sharing.md: each checks, its test passes, and decisions say the very words of the page."""

import re

import pytest

from meed.dsl.words import ASSIGN_SETTINGS

from .decided_examples import Decided, must_pass, page, title

PAGE = page("sharing.md")
BLOCKS = re.findall(r"^```meed\n(.*?)^```\n```text\n(.*?)^```", PAGE, flags=re.M | re.S)
TITLES = [title(policy) for policy, _ in BLOCKS]


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=TITLES)
def test_an_example_checks_and_its_test_passes(text: str, told: str) -> None:
    must_pass(text)


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=TITLES)
def test_a_decision_says_why_in_these_words(text: str, told: str) -> None:
    decided = Decided(text)
    for line in told.splitlines():
        lead, _, rep, why = re.fullmatch(r"(\w+)(, (\w+))?: (.*)", line).groups()  # pyright: ignore[reportOptionalMemberAccess]
        decision = decided.of(lead)
        assert (decision.why_not(rep) if rep else decision.because) == why


@pytest.mark.parametrize("name", ["fair_in", "band", "cards", "zero_weight", "newcomer", "leave", "order"])
def test_a_setting_and_each_of_its_words_is_on_the_page(name: str) -> None:
    rule = ASSIGN_SETTINGS[name]
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and f"{name}: " in line]
    assert rows
    assert all(f"{word}`" in row for row in rows for word in rule.allowed)
    assert not rule.default or f"`{name}: {rule.default}" in rows[0]
