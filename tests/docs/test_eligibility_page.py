"""The policies of docs/eligibility.md: each checks, its test passes, and says why not in the very words of the page."""

import re

import pytest

from .decided_examples import Decided, must_pass, page, title

BLOCKS = re.findall(r"^```meed\n(.*?)^```(?:\n```text\n(.*?)^```)?", page("eligibility.md"), flags=re.M | re.S)
TITLES = [title(policy) for policy, _ in BLOCKS]


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=TITLES)
def test_an_example_checks_and_its_test_passes(text: str, told: str) -> None:
    must_pass(text)


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=TITLES)
def test_who_was_left_out_is_told_why_in_these_words(text: str, told: str) -> None:
    decided = Decided(text)
    for line in told.splitlines():
        rep, lead, reason = re.fullmatch(r"(\w+), (\w+): (.*)", line).groups()  # pyright: ignore[reportOptionalMemberAccess]
        assert decided.of(lead).why_not(rep) == reason
