"""The policies of docs/working_time.md: each checks, its test passes, and its first offer says how its end came."""

import re

import pytest

from meed.engine.watching.supervisor import availability

from .decided_examples import Decided, must_pass, page, title

BLOCKS = re.findall(r"^```meed\n(.*?)^```(?:\n```text\n(.*?)^```)?", page("working_time.md"), flags=re.M | re.S)


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=[title(policy) for policy, _ in BLOCKS])
def test_an_example_checks_and_its_test_passes(text: str, told: str) -> None:
    if "watch lead" in text and availability() is not None:
        text = re.sub(r"^watch lead .*\n", "", text, flags=re.M)
    must_pass(text)


@pytest.mark.parametrize(("text", "told"), BLOCKS, ids=[title(policy) for policy, _ in BLOCKS])
def test_an_offer_says_how_its_end_came_in_these_words(text: str, told: str) -> None:
    for line in told.splitlines():
        lead, reason = line.split(": ", 1)
        assert first_offer(text, lead) == reason


def first_offer(text: str, lead: str) -> str:
    """How the end of the first offer came, by a test that ends before it."""
    day = re.findall(r"^  (?:on|given move) .*\n", text, flags=re.M)[0]
    return Decided(text[: text.index(day)] + "  expect " + lead + ".owner is missing\n}\n").of(lead).lapses_as
