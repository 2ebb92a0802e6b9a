"""The page on the life of an assignment: its policies are sound, and their tests hold."""

import re
from pathlib import Path

import pytest

from meed.dsl import check
from meed.dsl.schema import CAME, ENDED, MOVES, WRITTEN
from meed.policies.testing import run_tests

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "assignment.md").read_text(encoding="utf-8")
PRELUDE = re.findall(r"```meed prelude\n(.*?)```", PAGE, re.DOTALL)[0]
POLICIES = re.findall(r"```meed\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", POLICIES)
def test_a_policy_of_the_page_is_sound_and_its_tests_hold(text: str) -> None:
    found = check(PRELUDE + text)
    assert [one.message for one in found.diagnostics] == []
    assert found.policy is not None
    results = run_tests(found.policy)
    assert results
    assert [failure for result in results for failure in result.failures] == []


@pytest.mark.parametrize("word", [*MOVES, *CAME, *ENDED, *WRITTEN])
def test_every_word_of_a_life_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE
